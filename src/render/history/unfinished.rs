//! The note about a last run that did not come to its end: what it left open, and that it is settled
//! by reading the tenant.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::id::TenantId;
use crate::model::unfinished::Unfinished;
use crate::render::page::style::{Colour, Ink};
use crate::render::page::{COLUMNS, Page, counted, grouped};

const LEAD: &str = "note: ";
const BODY: &str = "      ";
/// Requests without an answer that are named before the rest is counted.
const NAMED: usize = 5;

/// What the note stands above.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Above<'a> {
    /// A plan that was made just now from the tenant.
    Fresh(&'a [Change]),
    /// A plan that was saved before; its objects are read again before anything is sent.
    Saved,
}

/// Where the last run was, as far as this command can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    /// In a tenant that stays whatever becomes of the process.
    Tenant,
    /// In the embedded simulated tenant, which is saved when a run ends.
    Embedded,
}

/// Draws the note. `tenant` is the one that this command is about.
///
/// # Errors
/// When the writer fails.
pub(crate) fn note(
    run: &Unfinished,
    tenant: TenantId,
    above: Above<'_>,
    place: Where,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::default();
    if run.under_way {
        let text = format!(
            "a run that began at {} is still under way here: what it changes from now on is not \
             in this plan.",
            run.started
        );
        page.wrapped(Ink::Plain, LEAD, &text, COLUMNS);
        return page.write(Colour::Plain, out);
    }
    let head = format!(
        "the last run here did not come to its end: it was killed, or could not write its records \
         any more. It began at {}, and is on record in",
        run.started
    );
    page.wrapped(Ink::Plain, LEAD, &head, COLUMNS);
    // A path or an address that is broken or cut cannot be copied.
    page.pieces(vec![(Ink::Plain, format!("{BODY}{}", run.record))]);
    left_open(run, &mut page);
    let settled = match run.tenant {
        Some(other) if other != tenant => format!("It was about another tenant, {other}."),
        _ if place == Where::Embedded && run.sent > 0 => lost(above),
        _ => settled(run, above),
    };
    page.wrapped(Ink::Plain, BODY, &settled, COLUMNS);
    page.write(Colour::Plain, out)
}

/// Draws that the last snapshot cannot be read. `because` fits "failed to ...".
///
/// # Errors
/// When the writer fails.
pub(crate) fn unreadable(because: &str, help: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::default();
    let text = format!(
        "failed to {because}. Nothing depends on it; only what a plan says about apps that have \
         left the manifest may be missing. To be rid of this note: {help}."
    );
    page.wrapped(Ink::Plain, LEAD, &text, COLUMNS);
    page.write(Colour::Plain, out)
}

fn left_open(run: &Unfinished, page: &mut Page) {
    let mut say = |text: &str| page.wrapped(Ink::Plain, BODY, text, COLUMNS);
    if let Some(damage) = &run.damage {
        say(&format!("Its journal cannot be understood: {damage}. Nothing depends on it."));
        return;
    }
    match (run.sent, run.open.len()) {
        (0, _) => say("Nothing had been sent."),
        (1, 0) => say("Its one request has its answer on record."),
        (sent, 0) => say(&format!("All {} requests have their answers on record.", grouped(sent))),
        (sent, open) => {
            let sent = counted(sent, "request");
            let open = grouped(open);
            say(&format!("Of its {sent}, {open} may have been sent without an answer on record:"));
        }
    }
    for address in run.open.iter().take(NAMED) {
        page.pieces(vec![(Ink::Plain, format!("{BODY}  {address}"))]);
    }
    if run.open.len() > NAMED {
        let more = grouped(run.open.len() - NAMED);
        page.line(Ink::Plain, &format!("{BODY}  and {more} more"));
    }
    if run.torn {
        let text = "The last line of the journal was cut off while it was written. A request goes \
                    out only once its line is whole.";
        page.wrapped(Ink::Plain, BODY, text, COLUMNS);
    }
}

/// A run that was killed took the embedded tenant with it.
fn lost(above: Above<'_>) -> String {
    let now = match above {
        Above::Fresh(_) => {
            "The plan below was made from what was kept before: what was lost is in it."
        }
        Above::Saved => "What was lost is sent again.",
    };
    format!(
        "What it wrote to the simulated tenant of --sandbox is lost: that tenant is kept only when a run \
         ends. {now}"
    )
}

/// What became of it: never taken from the records.
fn settled(run: &Unfinished, above: Above<'_>) -> String {
    match above {
        Above::Saved => "What took effect shows in the tenant, which is read before anything is \
                         sent: it counts as already so, and is not sent again."
            .to_owned(),
        Above::Fresh(_) if run.open.is_empty() => "The plan below was made from the tenant as it \
                                                   is now: nothing that took effect is done again."
            .to_owned(),
        Above::Fresh(changes) => {
            let planned: BTreeSet<&Address> =
                changes.iter().map(|change| &change.address).collect();
            let left = run.open.iter().filter(|address| planned.contains(address)).count();
            let left = match run.open.len() - left {
                0 => "all of it is still to be done, and in it".to_owned(),
                settled if left == 0 => format!("nothing is left to do about {}", these(settled)),
                settled => format!(
                    "nothing is left to do about {} of them, and what is left about the other {} \
                     is in it",
                    grouped(settled),
                    grouped(left)
                ),
            };
            format!("The plan below was made from the tenant as it is now: {left}.")
        }
    }
}

fn these(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::Verb;
    use crate::render::plan::samples::{change, field};

    const TENANT: TenantId = TenantId::from_u128(0x8f2c);

    fn unfinished(open: usize) -> Unfinished {
        let address = |n: usize| Address::new("delegated_grant", "crm", [n.to_string()]);
        Unfinished {
            started: "2026-11-23T20:03:24Z".to_owned(),
            tenant: Some(TENANT),
            record: ".consent/journal/20261123T200324Z-r-1.ndjson".to_owned(),
            sent: 20,
            open: (0..open).map(address).collect(),
            torn: false,
            damage: None,
            under_way: false,
        }
    }

    fn drawn(run: &Unfinished, above: Above<'_>) -> String {
        let mut out = Vec::new();
        note(run, TENANT, above, Where::Tenant, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_on_its_way_is_named_and_counted() {
        let mut planned =
            change("crm", Verb::Grant, Some(7), vec![field("scope", &[], &["a"], &[])]);
        planned.address = unfinished(7).open[3].clone();
        let text = drawn(&unfinished(7), Above::Fresh(&[planned]));
        assert_eq!(
            text,
            "note: the last run here did not come to its end: it was killed, or could not\n      \
             write its records any more. It began at 2026-11-23T20:03:24Z, and is on\n      \
             record in\n      \
             .consent/journal/20261123T200324Z-r-1.ndjson\n      \
             Of its 20 requests, 7 may have been sent without an answer on record:\n        \
             delegated_grant/crm/0\n        \
             delegated_grant/crm/1\n        \
             delegated_grant/crm/2\n        \
             delegated_grant/crm/3\n        \
             delegated_grant/crm/4\n        \
             and 2 more\n      \
             The plan below was made from the tenant as it is now: nothing is left to\n      \
             do about 6 of them, and what is left about the other 1 is in it.\n"
        );
    }

    #[test]
    fn what_an_embedded_tenant_had_in_memory_is_lost() {
        let text = |above| {
            let mut out = Vec::new();
            note(&unfinished(2), TENANT, above, Where::Embedded, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let fresh = text(Above::Fresh(&[]));
        assert!(fresh.contains("the simulated tenant of --sandbox is lost"), "{fresh}");
        assert!(!fresh.contains("nothing is left to do"), "{fresh}");
        assert!(text(Above::Saved).contains("sent again"));
    }

    #[test]
    fn every_sort_of_end_has_its_words() {
        let whole = drawn(&unfinished(0), Above::Saved);
        assert!(whole.contains("All 20 requests have their answers on record."), "{whole}");
        assert!(whole.contains("it counts as already so"), "{whole}");
        let none = drawn(&Unfinished { sent: 0, ..unfinished(0) }, Above::Fresh(&[]));
        assert!(none.contains("Nothing had been sent."), "{none}");
        let torn = drawn(&Unfinished { torn: true, ..unfinished(1) }, Above::Saved);
        assert!(torn.contains("was cut off while it was written"), "{torn}");
        let damage = Some("failed to read x: line 7 is damaged".to_owned());
        let damaged = drawn(&Unfinished { damage, ..unfinished(0) }, Above::Saved);
        assert!(damaged.contains("failed to read x: line 7 is damaged."), "{damaged}");
        assert!(damaged.contains("Nothing depends on it."), "{damaged}");
        let other = Some(TenantId::from_u128(1));
        let other = drawn(&Unfinished { tenant: other, ..unfinished(0) }, Above::Fresh(&[]));
        assert!(other.contains("It was about another tenant, 00000000"), "{other}");
        let now = drawn(&Unfinished { under_way: true, ..unfinished(3) }, Above::Fresh(&[]));
        assert!(now.contains("still under way") && now.lines().count() == 2, "{now}");
    }
}
