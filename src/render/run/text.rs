//! What became of a run, for people: what stands now and what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Line, Outcome, Refusal, RunReport, Stopped};
use crate::plan::Plan;
use crate::plan::pictures::Counts;
use crate::render::change::sentence;
use crate::render::page::style::Ink;
use crate::render::page::view::View;
use crate::render::page::{COLUMNS, PROSE, Page, counted, grouped, shorten};
use crate::render::run::{RESULTS, TenantAfter, counts};

/// Unsettled changes that are listed before the rest is counted.
const LISTED: usize = 20;

/// What was compared with the tenant once everything was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LookedAt<'a> {
    /// The manifest: what a plan of it would hold now.
    FreshPlan,
    /// The objects of a saved plan, and nothing else.
    SavedPlan,
    /// Nothing, for this reason.
    Nothing(&'a str),
}

/// Draws the result of a run of this plan.
///
/// # Errors
/// When the writer fails.
pub(crate) fn run(
    report: &RunReport,
    plan: &Plan,
    looked_at: LookedAt<'_>,
    view: View<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::default();
    let changes = &plan.changes;
    page.wrapped(Ink::Strong, "Result  ", &counts_text(report, changes), COLUMNS);
    if let Some(stopped) = &report.stopped {
        page.wrapped(Ink::Take, "Stopped ", &because(stopped), COLUMNS);
    }
    unsettled(report, changes, if view.full { usize::MAX } else { LISTED }, &mut page);
    page.blank();
    stands(report, plan, &mut page);
    check(report, looked_at, &mut page);
    if let Some(next) = view.next {
        page.command("Next    ", next);
    }
    page.write(view.colour, out)
}

/// `4 changes: 3 done, 1 failed. 2 added, 0 changed, 1 removed.`
pub(super) fn counts_text(report: &RunReport, changes: &[Change]) -> String {
    let counts = counts(report);
    let parts: Vec<String> = RESULTS
        .iter()
        .filter_map(|(word, people)| Some((counts.get(word).filter(|n| **n > 0)?, people)))
        .map(|(number, people)| format!("{} {people}", grouped(*number)))
        .collect();
    let all = counted(report.lines.len(), "change");
    if parts.is_empty() {
        return format!("{all}: nothing to do.");
    }
    format!("{all}: {}. {}.", parts.join(", "), made(report, changes))
}

/// What is done, in the words in which the plan counted it.
fn made(report: &RunReport, changes: &[Change]) -> String {
    let done = report.lines.iter().filter(|line| matches!(line.outcome, Outcome::Done));
    let done: BTreeSet<&Address> = done.map(|line| &line.address).collect();
    let done = changes.iter().filter(|change| done.contains(&change.address));
    let Counts { add, change, remove } = Counts::of(done);
    format!("{} added, {} changed, {} removed", grouped(add), grouped(change), grouped(remove))
}

pub(crate) fn because(stopped: &Stopped) -> String {
    match stopped {
        Stopped::FailuresInARow { count } => {
            format!("after {} in a row.", counted(*count, "failure"))
        }
        Stopped::DoubtsInARow { count } => format!(
            "after {} in a row had no clear answer and none of them could be seen to have \
             taken effect.",
            counted(*count, "change")
        ),
        Stopped::SignIn { because } => format!("the sign-in was refused or lost: {because}"),
        Stopped::Blind { because } => {
            format!("nothing could be read any more: {because}")
        }
        Stopped::LongPause { seconds } => {
            let seconds = grouped(usize::try_from(*seconds).unwrap_or(usize::MAX));
            format!(
                "Microsoft Graph asked for a pause of {seconds} s, and a run waits for ten minutes at \
                 most. Run it again when that time is over."
            )
        }
        Stopped::Interrupted => "on request, before all was done.".to_owned(),
        Stopped::Journal { because } => {
            format!("the journal could not be written, so nothing more was sent: {because}")
        }
    }
}

/// Everything that is not settled: failures first, for they need somebody.
pub(super) fn unsettled(report: &RunReport, changes: &[Change], limit: usize, page: &mut Page) {
    let by_address: BTreeMap<&Address, &Change> =
        changes.iter().map(|change| (&change.address, change)).collect();
    let mut lines: Vec<&Line> =
        report.lines.iter().filter(|line| !line.outcome.settled()).collect();
    if lines.is_empty() {
        return;
    }
    lines.sort_by_key(|line| rank(&line.outcome));
    page.blank();
    for line in lines.iter().take(limit) {
        let told = by_address.get(&line.address).map(|change| sentence(change));
        let told = told.unwrap_or_else(|| line.address.to_string());
        let word = line.outcome.word().replace('_', " ");
        page.wrapped(Ink::Plain, &format!("  {word:<12} "), &told, COLUMNS);
        details(&line.outcome, &by_address, page);
    }
    if lines.len() > limit {
        let more = grouped(lines.len() - limit);
        page.line(Ink::Plain, &format!("  and {more} more (the run's snapshot lists all)"));
    }
}

fn rank(outcome: &Outcome) -> usize {
    let order = ["failed", "unsure", "skipped", "not_started"];
    order.iter().position(|word| *word == outcome.word()).unwrap_or(order.len())
}

fn details(outcome: &Outcome, changes: &BTreeMap<&Address, &Change>, page: &mut Page) {
    let lead = " ".repeat(15);
    match outcome {
        Outcome::Failed { error } => {
            let Refusal { status, code, message, request_id } = error;
            let code = shorten(code.raw(), 50);
            // Where the service said nothing, our own words tell why.
            let head = if *status == 0 { code } else { format!("{status} {code}") };
            let told = format!("{head}: {}", shorten(message.raw(), 300));
            page.wrapped(Ink::Take, &lead, &told, PROSE);
            if let Some(id) = request_id {
                page.line(Ink::Plain, &format!("{lead}request id {}", shorten(id.raw(), 50)));
            }
        }
        Outcome::Unsure { because, .. } => {
            page.wrapped(Ink::Change, &lead, because, PROSE);
        }
        Outcome::Skipped { needs } => {
            let needs =
                changes.get(needs).map_or_else(|| needs.to_string(), |change| sentence(change));
            page.wrapped(Ink::Plain, &lead, &format!("it needs: {needs}"), PROSE);
        }
        Outcome::Done | Outcome::Already | Outcome::NotStarted => {}
    }
}

/// What is true now.
fn stands(report: &RunReport, plan: &Plan, page: &mut Page) {
    page.wrapped(Ink::Plain, "Tenant  ", &tenant_words(report, plan), COLUMNS);
    if let Some(text) = stands_words(report, &plan.changes) {
        page.wrapped(Ink::Plain, "Stands  ", &text, COLUMNS);
    }
}

/// `changed; 4 write requests sent.`
pub(super) fn tenant_words(report: &RunReport, plan: &Plan) -> String {
    let sent = counted(report.writes_sent, "write request");
    let tenant = match TenantAfter::after(report, &plan.changes) {
        TenantAfter::Unchanged => format!("unchanged; {sent} sent, none accepted."),
        TenantAfter::Changed if proven(report) => format!("changed; {sent} sent."),
        TenantAfter::Changed => {
            format!("may have changed; {sent} sent, none known to have taken effect.")
        }
    };
    let tenant =
        if report.writes_sent == 0 { "unchanged; nothing was sent.".to_owned() } else { tenant };
    let simulated = if plan.simulated { "SIMULATED, " } else { "" };
    format!("{simulated}{tenant}")
}

/// `3 changes are as planned; 1 is not. …`, where not all is settled.
pub(super) fn stands_words(report: &RunReport, changes: &[Change]) -> Option<String> {
    let settled = report.lines.iter().filter(|line| line.outcome.settled()).count();
    let unsure = |line: &&Line| matches!(line.outcome, Outcome::Unsure { .. });
    let unsure = report.lines.iter().filter(unsure).count();
    let open = report.lines.len() - settled - unsure;
    if open + unsure == 0 {
        return None;
    }
    let number = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(count)),
    };
    let mut parts = vec![number(settled, "change is", "changes are") + " as planned"];
    if open > 0 {
        parts.push(number(open, "is not", "are not"));
    }
    if unsure > 0 {
        parts.push(number(unsure, "may be or not", "may be or not"));
    }
    let kept = if half_way(report, changes) {
        "What takes several requests may stand half way: run again, it goes on from there."
    } else {
        "Nothing that is replaced was taken away before its replacement was read back."
    };
    Some(format!("{}. {kept}", parts.join("; ")))
}

/// Whether an answer or a read says of a request that it took effect.
fn proven(report: &RunReport) -> bool {
    report.lines.iter().any(|line| match &line.outcome {
        Outcome::Done | Outcome::Unsure { accepted: true, .. } => true,
        Outcome::Failed { error } => error.is_another(),
        _ => false,
    })
}

/// Something that is replaced by requests of its own, such as the class of a permission, is not as
/// planned: it may be gone.
fn half_way(report: &RunReport, changes: &[Change]) -> bool {
    let begun =
        |line: &&Line| matches!(line.outcome, Outcome::Failed { .. } | Outcome::Unsure { .. });
    let open = report.lines.iter().filter(begun);
    let open: BTreeSet<&Address> = open.map(|line| &line.address).collect();
    let mut open = changes.iter().filter(|change| open.contains(&change.address));
    open.any(|change| change.takes && change.steps.len() > 1)
}

fn check(report: &RunReport, looked_at: LookedAt<'_>, page: &mut Page) {
    let check = match (looked_at, report.remaining) {
        (LookedAt::Nothing(because), _) => {
            format!("not made: {because}; run plan to see where the tenant stands.")
        }
        (LookedAt::FreshPlan, Some(0)) => {
            "a fresh plan is empty: the tenant matches the manifest.".to_owned()
        }
        (LookedAt::FreshPlan, Some(left)) => {
            format!("a fresh plan has {} left.", counted(left, "object"))
        }
        (LookedAt::SavedPlan, Some(0)) => "every object of the plan is as planned.".to_owned(),
        (LookedAt::SavedPlan, Some(1)) => "1 object of the plan is not as planned.".to_owned(),
        (LookedAt::SavedPlan, Some(left)) => {
            format!("{} objects of the plan are not as planned.", grouped(left))
        }
        (_, None) => "not made; run plan to see where the tenant stands.".to_owned(),
    };
    page.wrapped(Ink::Plain, "Check   ", &check, COLUMNS);
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
