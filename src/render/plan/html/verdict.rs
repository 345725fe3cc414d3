//! What stands first: whether the plan can be applied, what it is about, and how much it changes.

use maud::{Markup, html};

use crate::model::clock::stamp;
use crate::plan::access;
use crate::plan::pictures::Counts;
use crate::plan::readiness::Readiness;
use crate::plan::{Check, Plan};
use crate::render::html::{fact, name, safe};
use crate::render::page::{grouped, in_full};
use crate::render::plan::foot::outside_words;
use crate::render::plan::head;

/// What the tenant is called: its default domain.
pub(crate) fn tenant(plan: &Plan) -> &str {
    plan.tenant.domains.first().unwrap_or(&plan.tenant.name).raw()
}

pub(crate) fn word(plan: &Plan) -> &'static str {
    match Readiness::of(plan) {
        Readiness::Ready => "ready to apply",
        Readiness::ToReview => "to review",
        Readiness::NoChanges => "no changes",
        Readiness::Blocked => "BLOCKED",
    }
}

pub(crate) fn section(plan: &Plan) -> Markup {
    let (_, verdict) = head::verdict(plan);
    let class = match Readiness::of(plan) {
        Readiness::Ready => "ready",
        Readiness::ToReview => "review",
        Readiness::NoChanges => "none",
        Readiness::Blocked => "blocked",
    };
    html! {
        header class={ "verdict " (class) } {
            p.over { @if plan.simulated { strong.simulated { "SIMULATED" } " " } "Plan for " (name(&in_full(tenant(plan)))) }
            h1 { (safe(&verdict)) (safe(&head::part(plan))) }
            (counts(plan))
            (facts(plan))
            (notices(plan))
        }
    }
}

/// The same numbers in the same words as everywhere.
fn counts(plan: &Plan) -> Markup {
    let changes = Counts::of(&plan.changes)
        .words()
        .map(|(number, word)| (number, format!("to {word}"), word));
    let others = [
        (plan.unchanged, "unchanged".to_owned(), "unchanged"),
        (plan.unmanaged.len(), "unmanaged".to_owned(), "unmanaged"),
    ];
    html! {
        ul.counts aria-label="Objects" {
            @for (number, words, class) in changes.into_iter().chain(others) {
                li class=(class) { strong { (grouped(number)) } " " span { (words) } }
            }
        }
        @if !plan.changes.is_empty() {
            p.sum { (head::extent(plan)) "; " (head::dangers(plan)) "." }
        }
    }
}

pub(crate) fn facts(plan: &Plan) -> Markup {
    let simulated = if plan.simulated { "SIMULATED " } else { "" };
    html! {
        dl.facts {
            (fact("Tenant", &html! {
                (simulated) (name(&in_full(tenant(plan)))) " " code { (plan.tenant.id) }
            }))
            (fact("Manifest", &html! { (safe(&head::manifest_words(plan))) }))
            (fact("Live", &html! { (safe(&head::live_words(plan))) }))
            (fact("Made at", &html! { (head::says(plan)) (stamp(plan.made_at)) }))
            @if let Some(outside) = outside_words(plan) {
                (fact("Outside this manifest", &html! { (safe(&outside)) }))
            }
            @if !plan.changes.is_empty() {
                (fact("Effect", &html! { code.digest { (safe(&plan.effect.digest)) } }))
            }
        }
    }
}

/// What must not be overlooked: rails that are lifted, and warnings.
fn notices(plan: &Plan) -> Markup {
    let first = access::pointless(plan);
    let rest = plan.warnings.iter().filter(|one| !first.contains(one));
    let warnings: Vec<&String> = first.iter().chain(rest).collect();
    html! {
        @if !plan.lifted.is_empty() || !warnings.is_empty() {
            ul.notices aria-label="To be noticed" {
                @for lifted in &plan.lifted {
                    li.lifted { strong { "LIFTED" } " " (safe(&head::lifted_words(plan, lifted))) }
                }
                @for warning in warnings {
                    li { strong { "Warning" } " " (safe(warning)) }
                }
            }
        }
    }
}

/// What stops apply, and what helps.
pub(crate) fn stops(plan: &Plan) -> Option<Markup> {
    let mut checks = plan.checks.iter().chain(&plan.identity_checks).peekable();
    checks.peek()?;
    Some(html! {
        section aria-labelledby="stops" {
            h2 #stops { "What stops it" }
            ol.stops {
                @for Check { rule, text, help } in checks {
                    li {
                        p { strong { "BLOCKED by " (safe(rule)) } ": " (safe(text)) }
                        p.quiet { (safe(help)) }
                    }
                }
            }
        }
    })
}
