//! What stands above the changes: whether the plan can be applied, which tenant and manifest it is about,
//! which rails are lifted for it, and how much it changes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::address::TENANT;
use crate::model::clock::time_of_day;
use crate::model::risk::Tier;
use crate::plan::access;
use crate::plan::outage::OutageTotals;
use crate::plan::pictures::Counts;
use crate::plan::readiness::{Readiness, rules, stopped_by};
use crate::plan::said::{SAYS, quoted};
use crate::plan::{Extent, Lifted, Plan, SaidBy};
use crate::render::page::style::Ink;
use crate::render::page::{COLUMNS, PROSE, Page, counted, grouped, in_full, shorten, width, wrap};
use crate::render::plan::marks::cuts_off_in_all;

/// Before the name of a tenant that is none: as wide as the other words of the head.
const SIMULATED: &str = "SIMULATED ";

/// So many warnings come first.
const FIRST: usize = 3;

/// No rail of ours has a longer name; one in a file may.
const LONGEST: usize = 50;

pub(crate) fn draw(plan: &Plan, page: &mut Page) {
    page.wrapped_within(verdict(plan).0, "", &verdict_words(plan), COLUMNS, 6);
    page.blank();
    if let Some(offline) = &plan.offline {
        let text = format!("{}: to review, never to apply", offline.told());
        page.wrapped(Ink::Alarm, "OFFLINE   ", &text, COLUMNS);
    }
    tenant(plan, page);
    manifest(plan, page);
    live(plan, page);
    lifted(plan, page);
    pointless(plan, page);
    if !plan.changes.is_empty() {
        page.blank();
        let (what, numbers) = summary(plan);
        if width(&what) + 1 + width(&numbers) <= COLUMNS {
            page.line(Ink::Strong, &format!("{what} {numbers}"));
        } else {
            [what, numbers].iter().for_each(|line| page.line(Ink::Strong, line));
        }
    }
}

/// The same in words, with the part that it is about.
pub(crate) fn verdict_words(plan: &Plan) -> String {
    format!("{}{}", verdict(plan).1, part(plan))
}

/// `Ready to apply.` The names of rails in a saved plan are its own words.
pub(crate) fn verdict(plan: &Plan) -> (Ink, Cow<'static, str>) {
    match Readiness::of(plan) {
        Readiness::Ready if plan.source == SaidBy::File => {
            (Ink::Strong, format!("Ready to apply; {SAYS}no rail stops it.").into())
        }
        Readiness::Ready => (Ink::Strong, "Ready to apply.".into()),
        Readiness::ToReview => (Ink::Strong, "To review; no rail would stop it.".into()),
        Readiness::NoChanges => (
            Ink::Strong,
            match plan.extent {
                Extent::Whole if plan.offline.is_some() => {
                    "No changes. The snapshot matches the manifest."
                }
                Extent::Partial(_) if plan.offline.is_some() => {
                    "No changes. The snapshot matches this part."
                }
                Extent::Whole => "No changes. The tenant matches the manifest.",
                Extent::Partial(_) => "No changes. The tenant matches this part.",
            }
            .into(),
        ),
        Readiness::Blocked => (Ink::Alarm, blocked(plan).into()),
    }
}

/// `BLOCKED by removal_limit, lockout.` What a file says of itself is none of our names.
fn blocked(plan: &Plan) -> String {
    match plan.source {
        SaidBy::Tenant => format!("BLOCKED by {}.", stopped_by(plan).join(", ")),
        SaidBy::File => {
            let own = rules(&plan.identity_checks);
            let own = (!own.is_empty()).then(|| format!("BLOCKED by {}", own.join(", ")));
            let own = own.unwrap_or_else(|| "BLOCKED".to_owned());
            let said = rules(&plan.checks);
            let said = said.iter().map(|rule| format!("; {}", shorten(rule, LONGEST)));
            format!("{own}{}.", said.collect::<String>())
        }
    }
}

/// ` Part of the manifest: crm, tenant.` behind the verdict.
pub(crate) fn part(plan: &Plan) -> String {
    match &plan.extent {
        Extent::Whole => String::new(),
        Extent::Partial(labels) => format!(" Part of the manifest: {}.", labels.join(", ")),
    }
}

fn tenant(plan: &Plan, page: &mut Page) {
    let tenant = plan.tenant.domains.first().unwrap_or(&plan.tenant.name);
    let name = in_full(tenant.raw());
    let (ink, lead) =
        if plan.simulated { (Ink::Change, SIMULATED) } else { (Ink::Plain, "Tenant    ") };
    let told = format!("{name} ({})", plan.tenant.id);
    let mut rows = wrap(&told, COLUMNS - lead.len()).into_iter();
    let first = rows.next().unwrap_or_default();
    page.pieces(vec![(ink, lead.to_owned()), (Ink::Plain, first)]);
    rows.for_each(|row| page.line(Ink::Plain, &format!("{:lead$}{row}", "", lead = lead.len())));
}

fn manifest(plan: &Plan, page: &mut Page) {
    page.wrapped(Ink::Plain, "Manifest  ", &manifest_words(plan), COLUMNS);
}

/// `consent.toml, 3 apps`.
pub(crate) fn manifest_words(plan: &Plan) -> String {
    let names = match plan.manifest.files.as_slice() {
        [only] => in_full(&only.path),
        files @ ([] | [_, _]) => {
            files.iter().map(|file| in_full(&file.path)).collect::<Vec<_>>().join(", ")
        }
        many => counted(many.len(), "file"),
    };
    let names = match plan.source {
        SaidBy::Tenant => names,
        SaidBy::File => quoted(&names),
    };
    format!("{}{names}, {}", says(plan), counted(plan.manifest.apps, "app"))
}

fn live(plan: &Plan, page: &mut Page) {
    page.wrapped(Ink::Plain, "Live      ", &live_words(plan), COLUMNS);
}

/// How much was read.
pub(crate) fn live_words(plan: &Plan) -> String {
    let live = &plan.live;
    let mut read = vec![counted(live.apps, "app")];
    read.extend(live.objects.iter().map(|(word, number)| counted(*number, word)));
    let tenths = (live.milliseconds + 50) / 100;
    format!(
        "{}read {}, complete: {}, {}.{} s",
        says(plan),
        time_of_day(live.read_at),
        read.join(", "),
        tenths / 10,
        tenths % 10
    )
}

/// Rails that would stop apply. The words beside them are the manifest's, and a saved plan's own.
fn lifted(plan: &Plan, page: &mut Page) {
    for lifted in &plan.lifted {
        page.wrapped(Ink::Change, "LIFTED    ", &lifted_words(plan, lifted), COLUMNS);
    }
}

/// `[accept] revoke, up to 412 objects until 2026-12-31, "why", "consent.toml:60"`.
pub(crate) fn lifted_words(plan: &Plan, lifted: &Lifted) -> String {
    let Lifted { rail, max, until, reason, place } = lifted;
    let (says, reason, place) = (says(plan), quoted(reason), quoted(place));
    format!("[accept] {rail}, up to {max} objects until {until}, {says}{reason}, {place}")
}

/// Where a plan does not do what its manifest seems to mean, that comes first.
fn pointless(plan: &Plan, page: &mut Page) {
    let all = access::pointless(plan);
    for warning in all.iter().take(FIRST) {
        page.blank();
        page.wrapped(Ink::Change, "Warning: ", warning, PROSE);
    }
    if all.len() > FIRST {
        let more = counted(all.len() - FIRST, "more app");
        page.line(Ink::Change, &format!("The same is true of {more} (JSON report lists all)."));
    }
}

/// What stands before words that only a file says.
pub(crate) fn says(plan: &Plan) -> &'static str {
    match plan.source {
        SaidBy::Tenant => "",
        SaidBy::File => SAYS,
    }
}

/// `4 changes in 1 app:`, `3 to add, 0 to change, 1 to remove.`
fn summary(plan: &Plan) -> (String, String) {
    (format!("{}:", extent(plan)), format!("{}.", totals(plan).join(", ")))
}

/// `4 changes in 1 app`.
pub(crate) fn extent(plan: &Plan) -> String {
    let mut owners: BTreeSet<&str> =
        plan.changes.iter().map(|change| change.address.owner.as_str()).collect();
    let tenant = owners.remove(TENANT);
    let place = match (owners.len(), tenant) {
        (0, _) => "the tenant's settings".to_owned(),
        (apps, true) => format!("{} and the tenant's settings", counted(apps, "app")),
        (apps, false) => counted(apps, "app"),
    };
    format!("{} in {place}", changes(plan))
}

fn changes(plan: &Plan) -> String {
    counted(plan.changes.len(), "change")
}

/// `3 to add`, `0 to change`, `1 to remove`.
pub(crate) fn totals(plan: &Plan) -> [String; 3] {
    Counts::of(&plan.changes).words().map(|(count, word)| format!("{} to {word}", grouped(count)))
}

/// The same for the question, with the two things that somebody must not overlook.
pub(crate) fn numbers(plan: &Plan) -> (String, String) {
    (changes(plan), format!("{}; {}.", totals(plan).join(", "), dangers(plan)))
}

/// `highest risk given: high; cuts off all users in 1 app`.
pub(crate) fn dangers(plan: &Plan) -> String {
    let risks = plan.changes.iter().filter_map(|change| change.risk.as_ref());
    let given = match risks.map(|risk| risk.tier).max() {
        Some(tier) => format!("highest risk given: {}; ", Tier::word(tier)),
        None => String::new(),
    };
    format!("{given}{}", cuts_off_in_all(OutageTotals::of(plan)))
}
