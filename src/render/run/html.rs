//! What became of a run as one page: the result of every change, and what stands now.

use std::io::{self, Write};

use maud::{Markup, html};

use crate::model::outcome::{Outcome, RunReport};
use crate::plan::Plan;
use crate::plan::pictures::pictures;
use crate::render::html::{Sheet, fact, name, safe, write};
use crate::render::page::{counted, in_full};
use crate::render::plan::html::changes::{ChangeTable, TableResults};
use crate::render::plan::html::{facts, tenant};
use crate::render::run::text::{because, counts_text, stands_words, tenant_words};

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub(crate) fn run(report: &RunReport, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let pictures = pictures(plan);
    let table = ChangeTable::of(plan, &pictures, TableResults::of(report));
    let changes = table.section();
    let places = changes.iter().map(|_| ("changes", "Changes")).collect();
    let sections = [verdict(report, plan)].into_iter().chain(changes).collect();
    let title = format!("Run for {}", safe(tenant(plan)));
    write(&Sheet { title, places, sections, later: Box::new(|out| table.rest(out)) }, out)
}

fn verdict(report: &RunReport, plan: &Plan) -> Markup {
    let unsettled = report.lines.iter().any(|line| !line.outcome.settled());
    let failed = report.lines.iter().any(|line| matches!(line.outcome, Outcome::Failed { .. }));
    let class = if failed || unsettled || report.stopped.is_some() { "blocked" } else { "ready" };
    html! {
        header class={ "verdict " (class) } {
            p.over {
                @if plan.simulated { strong.simulated { "SIMULATED" } " " }
                "Run for " (name(&in_full(tenant(plan))))
            }
            h1 { (safe(&counts_text(report, &plan.changes))) }
            @if let Some(stopped) = &report.stopped {
                p.sum { strong { "Stopped" } " " (safe(&because(stopped))) }
            }
            dl.facts {
                (fact("Tenant now", &html! { (safe(&tenant_words(report, plan))) }))
                @if let Some(stands) = stands_words(report, &plan.changes) {
                    (fact("Stands", &html! { (safe(&stands)) }))
                }
                (fact("Check", &html! { (checked(report)) }))
            }
            (facts(plan))
        }
    }
}

fn checked(report: &RunReport) -> String {
    match report.remaining {
        Some(0) => "looked at again: everything is as planned.".to_owned(),
        Some(left) => format!("looked at again: {} not as planned.", counted(left, "object")),
        None => "nobody looked again: run plan to see where the tenant stands.".to_owned(),
    }
}
