//! What there is to say of a run: what did not go well, and what was left.

use std::collections::BTreeMap;

use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Line, Outcome, Refusal, RunReport};
use crate::model::safe::Safe;
use crate::plan::Plan;
use crate::render::page::in_full;
use crate::render::remarks::plan::{apps, nowhere, owner, place, subject};
use crate::render::remarks::remark::{Print, Remark, RemarkList, RemarkSort};
use crate::render::run::text::because;

/// Everything that is not settled, the worst first.
pub(crate) fn remarks(report: &RunReport, plan: &Plan) -> RemarkList {
    let apps = apps(plan);
    let changes: BTreeMap<&Address, &Change> =
        plan.changes.iter().map(|change| (&change.address, change)).collect();
    let mut all: Vec<Remark> = Vec::new();
    if let Some(stopped) = &report.stopped {
        let text = format!("The run stopped: {}", because(stopped));
        let none: [&str; 0] = [];
        all.push(Remark::new(RemarkSort::Stopped, text, nowhere(plan), Print::of(none)));
    }
    for line in report.lines.iter().filter(|line| !line.outcome.settled()) {
        let change = changes.get(&line.address).copied();
        let at = change.map_or_else(|| nowhere(plan), |change| place(plan, change));
        let label = line.address.owner.as_str();
        let app = apps.get(label).map_or(label, String::as_str);
        let parts = line.address.parts.iter().map(String::as_str);
        let print = Print::of([line.address.kind.as_str(), app].into_iter().chain(parts));
        let remark =
            Remark::new(RemarkSort::Result(line.outcome.word()), told(line, change), at, print);
        all.push(Remark { app: change.map(owner), ..remark });
    }
    RemarkList::new("run", Some(plan.tenant.id.to_string()), all)
}

fn told(line: &Line, change: Option<&Change>) -> String {
    let what = change.map_or_else(|| line.address.to_string(), subject);
    let word = line.outcome.word().replace('_', " ");
    match ending(&line.outcome) {
        Some(why) => format!("{word}: {what}: {why}"),
        None => format!("{word}: {what}."),
    }
}

/// Why a change ended as it did; `None` where its word says all.
pub(crate) fn ending(outcome: &Outcome) -> Option<Safe> {
    Some(match outcome {
        Outcome::Done | Outcome::Already | Outcome::NotStarted => return None,
        Outcome::Failed { error: Refusal { status, code, message, request_id } } => {
            let code = in_full(code.raw());
            let head = if *status == 0 { code } else { format!("{status} {code}") };
            let id = request_id.as_ref().map(|id| format!(" (request-id {})", in_full(id.raw())));
            format!("{head}: {}{}", in_full(message.raw()), id.unwrap_or_default()).into()
        }
        Outcome::Unsure { because, accepted: true } => {
            format!("accepted, and not seen: {because}").into()
        }
        Outcome::Unsure { because, accepted: false } => because.into(),
        Outcome::Skipped { needs } => format!("it needs {needs}").into(),
    })
}
