//! What became of a run: for people, what stands now and what to do; for programs,
//! `consent.run_report`.

pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod suites;
pub(crate) mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Outcome, RunReport};
use crate::model::schema::JsonSchema;

/// The results in the order they are told, with their words for people.
pub(super) const RESULTS: [(&str, &str); 6] = [
    ("done", "done"),
    ("already", "already so"),
    ("failed", "failed"),
    ("unsure", "unsure"),
    ("skipped", "skipped"),
    ("not_started", "not started"),
];

/// Whether writes went out, and so whether the tenant may be another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Tenant")]
pub(crate) enum TenantAfter {
    /// No write was accepted, nor may one have been.
    Unchanged,
    /// A write was accepted, or may have been.
    Changed,
}

impl TenantAfter {
    /// What the report shows of it; `changes` are those of the plan that was applied.
    pub(crate) fn after(report: &RunReport, changes: &[Change]) -> Self {
        let single: BTreeSet<&Address> = changes
            .iter()
            .filter(|change| change.steps.len() == 1)
            .map(|change| &change.address)
            .collect();
        let touched = report.lines.iter().any(|line| match &line.outcome {
            Outcome::Done | Outcome::Unsure { .. } => true,
            // A change of several requests can fail after its first one was accepted; one of a
            // single request fails only by that one being refused, unless it made something else.
            Outcome::Failed { error } => error.is_another() || !single.contains(&line.address),
            Outcome::Already | Outcome::Skipped { .. } | Outcome::NotStarted => false,
        });
        if touched && report.writes_sent > 0 { Self::Changed } else { Self::Unchanged }
    }
}

/// Objects per result, by the result's word.
pub(crate) fn counts(report: &RunReport) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&str, usize> = RESULTS.iter().map(|(word, _)| (*word, 0)).collect();
    for line in &report.lines {
        *counts.entry(line.outcome.word()).or_default() += 1;
    }
    counts
}
