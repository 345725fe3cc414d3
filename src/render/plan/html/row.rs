//! One change as a row of the table. It says in attributes what the script sorts and filters by, where that is
//! no text of a cell.

use maud::{Markup, html};

use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Verb, Why};
use crate::model::outcome::{Outcome, Refusal};
use crate::plan::Plan;
use crate::plan::outage::{self, CutOff, Outage};
use crate::render::change::sentence;
use crate::render::html::{name, safe, tier_mark};
use crate::render::page::in_full;
use crate::render::plan::marks::cuts_off;

/// What became of a change, where it was applied.
pub(crate) type Became<'p> = Option<&'p Outcome>;

pub(crate) fn row(plan: &Plan, change: &Change, became: Became<'_>) -> Markup {
    let outage = outage::of(plan, change);
    let risk = change.risk.as_ref();
    let does = match (change.gives, change.takes) {
        (true, true) => "gives takes",
        (true, false) => "gives",
        (false, true) => "takes",
        (false, false) => "",
    };
    let word = became.map(Outcome::word);
    html! {
        tr data-does=(does) data-result=[word]
            data-risk=(risk.map_or(0, |risk| risk.tier as usize + 1))
            data-cut=(outage.as_ref().map_or(0, weight))
        {
            @if let Some(outcome) = became { (result(plan, outcome)) }
            td.a { (name(&in_full(&change.address.owner))) }
            td.d { (what(change)) }
            td.p { (about(change)) }
            td.w { (whom(change)) }
            td.r {
                @if let Some(risk) = risk {
                    (tier_mark(risk.tier))
                    @for reason in &risk.reasons { p { (safe(&reason.to_string())) } }
                }
            }
            td.c { @if let Some(outage) = &outage { (cuts_off(outage)) } }
            td.y {
                @for why in &change.why { (because(why)) }
                @for note in &change.notes { p.note { (safe(note)) } }
            }
        }
    }
}

/// For sorting: all users, then the app, then people by their number.
fn weight(outage: &Outage) -> usize {
    match outage.who() {
        CutOff::Everybody => usize::MAX / 4_096,
        CutOff::App => usize::MAX / 8_192,
        CutOff::People => outage.people() + outage.groups(),
    }
}

fn what(change: &Change) -> Markup {
    let sort = match change.verb {
        Verb::Create | Verb::Grant | Verb::Assign => "g",
        Verb::Revoke | Verb::Unassign => "t",
        Verb::Widen | Verb::Narrow | Verb::Set => "m",
    };
    // As wide as the others.
    let sign = if change.verb.removes() { '\u{2212}' } else { change.verb.sign() };
    html! {
        b class=(sort) { (sign) } " " (change.verb.word())
        p { (safe(&change.subject.what)) }
    }
}

fn about(change: &Change) -> Markup {
    html! {
        @if let Some(target) = &change.subject.target { p { (name(&in_full(target.raw()))) } }
        @for field in &change.fields { (moved(field)) }
    }
}

/// What comes, goes and stays of one property. Lists of permissions need no name.
fn moved(field: &FieldChange) -> Markup {
    let FieldChange { name: of, kept, gained, lost } = field;
    let named = !matches!(of.as_str(), "scopes" | "roles" | "role");
    html! {
        ul {
            @if named { li.f { (safe(of)) } }
            @for one in gained { li { ins { (safe(&in_full(one.raw()))) } } }
            @for one in lost { li { del { (safe(&in_full(one.raw()))) } } }
            @for one in kept { li.k { (safe(&in_full(one.raw()))) } }
        }
    }
}

fn whom(change: &Change) -> Markup {
    let subject = &change.subject;
    html! {
        @match (subject.audience, &subject.person) {
            (Audience::Everyone, _) => b { "all users" },
            (Audience::Group(_), Some(person)) => { "group " (name(&in_full(person.raw()))) },
            (_, Some(person)) => (name(&in_full(person.raw()))),
            (Audience::One(id) | Audience::Group(id), None) => (id),
            (Audience::Tenant, None) => {
                @if change.subject.target.is_some() { "the app itself" } @else { "\u{2013}" }
            },
        }
    }
}

fn because(why: &Why) -> Markup {
    let Why { line, reason, owner, until, at: _ } = why;
    html! {
        p { (safe(line)) }
        @if let Some(reason) = reason { p.reason { (safe(reason)) } }
        @if let Some(owner) = owner { p { "owner " (safe(owner)) } }
        @if let Some(until) = until { p { "until " (safe(until)) } }
    }
}

fn result(plan: &Plan, outcome: &Outcome) -> Markup {
    html! {
        td.x {
            b class={ "result " (outcome.word()) } { (outcome.word().replace('_', " ")) }
            @match outcome {
                Outcome::Done | Outcome::Already | Outcome::NotStarted => {},
                Outcome::Failed { error } => (refusal(error)),
                Outcome::Unsure { because, .. } => p { (safe(because)) },
                Outcome::Skipped { needs } => {
                    p {
                        "it needs: "
                        @match plan.changes.iter().find(|change| change.address == *needs) {
                            Some(needed) => (safe(&sentence(needed))),
                            None => (safe(&needs.to_string())),
                        }
                    }
                },
            }
        }
    }
}

fn refusal(error: &Refusal) -> Markup {
    let Refusal { status, code, message, request_id } = error;
    html! {
        p {
            @if *status > 0 { (status) " " }
            (name(&in_full(code.raw()))) ": " (safe(&in_full(message.raw())))
        }
        @if let Some(id) = request_id { p { "request id " (name(&in_full(id.raw()))) } }
    }
}
