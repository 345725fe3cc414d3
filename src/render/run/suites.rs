//! A run as test cases: one for each object.

use std::collections::BTreeMap;

use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Line, Outcome, RunReport};
use crate::model::safe::Safe;
use crate::plan::Plan;
use crate::render::change::sentence;
use crate::render::remarks::run::ending;
use crate::render::suites::{Suite, TestCase, TestEnd};

/// App by app, in the plan's order.
pub(crate) fn of_run(report: &RunReport, plan: &Plan) -> Vec<Suite> {
    let changes: BTreeMap<&Address, &Change> =
        plan.changes.iter().map(|change| (&change.address, change)).collect();
    let mut suites: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for line in &report.lines {
        let change = changes.get(&line.address).copied();
        suites.entry(&line.address.owner).or_default().push(case(line, change));
    }
    let suite = |(label, cases): (&str, Vec<TestCase>)| Suite { name: label.into(), cases };
    suites.into_iter().map(suite).collect()
}

fn case(line: &Line, change: Option<&Change>) -> TestCase {
    let name: Safe = match change {
        Some(change) => format!("{} ({})", sentence(change), line.address).into(),
        None => line.address.to_string().into(),
    };
    let why = || ending(&line.outcome).unwrap_or_else(|| "not started".into());
    let end = match &line.outcome {
        Outcome::Done | Outcome::Already => TestEnd::Passed,
        Outcome::Failed { .. } => TestEnd::Failed(why()),
        Outcome::Unsure { .. } => TestEnd::Unsure(why()),
        Outcome::Skipped { .. } | Outcome::NotStarted => TestEnd::Skipped(why()),
    };
    TestCase { name, end }
}
