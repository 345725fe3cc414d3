//! What stands below the changes: what is left alone, warnings, what stops apply, the totals, the
//! effect's digest and what to run next.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::plan::access;
use crate::plan::outside::Outside;
use crate::plan::readiness::{Readiness, by_rule};
use crate::plan::said::SAYS;
use crate::plan::{Check, Plan, SaidBy, Unmanaged};
use crate::render::page::style::{Ink, risk_label};
use crate::render::page::view::View;
use crate::render::page::{COLUMNS, PROSE, Page, counted, grouped, in_full, width};
use crate::render::plan::head::totals;

/// How much of each list is told before the rest is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    unmanaged: usize,
    /// Lines of each of them.
    each: usize,
    warnings: usize,
    /// Of each rule.
    checks: usize,
    /// Of one warning, of one check's text and of its help.
    lines: usize,
}

impl Room {
    pub(crate) const ALL: Self = Self {
        unmanaged: usize::MAX,
        each: usize::MAX,
        warnings: usize::MAX,
        checks: usize::MAX,
        lines: usize::MAX,
    };
    /// Below changes that a person can read one by one.
    pub(crate) const USUAL: Self =
        Self { unmanaged: 10, each: 6, warnings: 6, checks: 3, lines: usize::MAX };
    /// Below so many changes that the whole must fit a page.
    pub(crate) const TIGHT: Self = Self { unmanaged: 2, each: 1, warnings: 3, checks: 1, lines: 2 };
}

pub(crate) fn draw(plan: &Plan, view: View<'_>, room: Room, shortened: bool, page: &mut Page) {
    unmanaged(plan, room, page);
    outside(plan, page);
    warnings(plan, room, page);
    checks(plan, room, page);
    page.blank();
    page.phrases(Ink::Strong, "Plan: ", &last_line(plan));
    // By a plan that is never applied nobody approves anything.
    if !plan.changes.is_empty() && plan.offline.is_none() {
        let digest = &plan.effect.digest;
        let digest = if view.full { digest.clone() } else { short_digest(digest) };
        page.line(Ink::Plain, &format!("Effect  {digest}"));
    }
    if shortened {
        page.line(
            Ink::Plain,
            "More    --full tells each change in full: permissions, people, risk and why",
        );
    }
    // What is blocked has no next step but the help above.
    let blocked = Readiness::of(plan) == Readiness::Blocked;
    if let Some(next) = view.next.filter(|_| !blocked) {
        page.command("Next    ", next);
    }
}

fn unmanaged(plan: &Plan, room: Room, page: &mut Page) {
    let all = &plan.unmanaged;
    if all.is_empty() {
        return;
    }
    let says = if plan.source == SaidBy::File { SAYS } else { "" };
    page.blank();
    page.line(
        Ink::Strong,
        &format!("Unmanaged: {says}{} found, not declared, left alone.", grouped(all.len())),
    );
    for found in all.iter().take(room.unmanaged) {
        let risk = found.risk.map(|tier| format!("{} ", risk_label(tier))).unwrap_or_default();
        let lead = format!("  {}: ", in_full(&found.address.owner));
        let text = format!("{risk}{}", in_full(found.text.raw()));
        // Behind a very long label there is no room for anything.
        let (lead, text) = match width(&lead) <= COLUMNS / 2 {
            true => (lead, text),
            false => ("  ".to_owned(), format!("{lead}{text}")),
        };
        page.wrapped_within(Ink::Plain, &lead, &text, COLUMNS, room.each);
    }
    let left = all.get(room.unmanaged..).unwrap_or_default();
    if !left.is_empty() {
        let text = format!("{} more: {} (--full lists all)", grouped(left.len()), by_app(left));
        page.wrapped(Ink::Plain, "  and ", &text, COLUMNS);
    }
}

/// So many apps are told by name where things are counted.
const NAMED: usize = 3;

/// `okta 200, crm 80, 3 other apps 14`.
pub(crate) fn by_app(left: &[Unmanaged]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for found in left {
        *counts.entry(&found.address.owner).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(label, count)| (Reverse(*count), *label));
    let (told, rest) = counts.split_at(NAMED.min(counts.len()));
    let named = told.iter().map(|(label, count)| format!("{} {}", in_full(label), grouped(*count)));
    let others: usize = rest.iter().map(|(_, count)| count).sum();
    let others = (!rest.is_empty())
        .then(|| format!("{} {}", counted(rest.len(), "other app"), grouped(others)));
    named.chain(others).collect::<Vec<_>>().join(", ")
}

/// What the plan did not look at.
fn outside(plan: &Plan, page: &mut Page) {
    let Some(text) = outside_words(plan) else { return };
    page.blank();
    page.wrapped(Ink::Plain, "Outside this manifest: ", &text, COLUMNS);
}

/// `50 of 60 apps with consent, 304 grants.`
pub(crate) fn outside_words(plan: &Plan) -> Option<String> {
    let outside = plan.outside?;
    let says = if plan.source == SaidBy::File { SAYS } else { "" };
    let text = if outside.is_unknown() { "could not be counted".to_owned() } else { told(outside) };
    Some(format!("{says}{text}."))
}

fn told(outside: Outside) -> String {
    let Outside { apps, apps_in_all, grants, app_roles } = outside;
    let some = |number: &usize| *number > 0;
    let apps = apps.filter(some).zip(apps_in_all);
    let apps = apps
        .map(|(apps, all)| format!("{} of {} with consent", grouped(apps), counted(all, "app")));
    let grants = grants.filter(some).map(|grants| counted(grants, "grant"));
    let roles = app_roles.filter(some).map(|roles| counted(roles, "application permission"));
    let roles = roles.map(|roles| format!("{roles} of Microsoft Graph"));
    let told: Vec<String> = [apps, grants, roles].into_iter().flatten().collect();
    match (&*told, is_whole(outside)) {
        ([], true) => "no grant, no application permission of Microsoft Graph".to_owned(),
        ([], false) => "not all of it could be counted, and nothing else was found".to_owned(),
        (told, true) => told.join(", "),
        (told, false) => format!("{}; not all of it could be counted", told.join(", ")),
    }
}

fn is_whole(outside: Outside) -> bool {
    outside.grants.is_some() && outside.app_roles.is_some()
}

fn warnings(plan: &Plan, room: Room, page: &mut Page) {
    // Those that come first stand in the head.
    let first = access::pointless(plan);
    let all: Vec<&String> = plan.warnings.iter().filter(|one| !first.contains(one)).collect();
    if all.is_empty() {
        return;
    }
    page.blank();
    for warning in all.iter().take(room.warnings) {
        page.wrapped_within(Ink::Change, "Warning: ", warning, PROSE, room.lines);
    }
    if all.len() > room.warnings {
        let more = counted(all.len() - room.warnings, "more warning");
        page.line(Ink::Change, &format!("and {more} (--full lists all)"));
    }
}

/// What stops apply, rule by rule. A plan is drawn all the same: reviewers must see what was asked for.
fn checks(plan: &Plan, room: Room, page: &mut Page) {
    for (place, (rule, checks)) in by_rule(plan).into_iter().enumerate() {
        for (turn, check) in checks.iter().take(room.checks).enumerate() {
            if place == 0 || room.checks > 1 {
                page.blank();
            }
            let left = checks.len().saturating_sub(room.checks);
            let last = turn + 1 == checks.len().min(room.checks);
            let more = match (last, left) {
                (true, 1..) => format!(" (and {} more of this rule)", grouped(left)),
                _ => String::new(),
            };
            let Check { rule: _, text, help } = check;
            let text = format!("{rule}{more}: {text}");
            page.wrapped_within(Ink::Alarm, "BLOCKED   ", &text, COLUMNS, room.lines);
            page.wrapped_within(Ink::Plain, "          ", help, COLUMNS, room.lines);
        }
    }
}

/// The last line, stable in form.
pub(crate) fn last_line(plan: &Plan) -> Vec<String> {
    let [add, change, remove] = totals(plan);
    let unchanged = match plan.source {
        SaidBy::Tenant => format!("{} unchanged.", grouped(plan.unchanged)),
        SaidBy::File => format!("{SAYS}{} unchanged.", grouped(plan.unchanged)),
    };
    vec![format!("{add},"), format!("{change},"), format!("{remove}."), unchanged]
}

/// `sha256:5b1d6cf0c2a1...c09e`: enough to compare by eye.
fn short_digest(digest: &str) -> String {
    let ends = digest.get(..19).zip(digest.len().checked_sub(4).and_then(|at| digest.get(at..)));
    match ends {
        Some((head, tail)) if digest.len() > 26 => format!("{head}...{tail}"),
        _ => digest.to_owned(),
    }
}
