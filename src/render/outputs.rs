//! What later steps of a job are told: counts, words of ours and the digest, and never a name.

use std::io::{self, Write};

use crate::model::finding::{Findings, Severity};
use crate::model::outcome::{RunReport, Stopped};
use crate::model::risk::Tier;
use crate::plan::Plan;
use crate::plan::outage::{CutOff, OutageTotals, of};
use crate::plan::pictures::Counts;
use crate::plan::readiness::{Readiness, stopped_by};
use crate::render::run::{RESULTS, TenantAfter, counts};

/// Names and values, in the order in which they are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outputs(Vec<(&'static str, String)>);

impl Outputs {
    fn word(&mut self, name: &'static str, word: &str) {
        // Rules and digests of a saved plan are what its file says: anything but a word is none of ours.
        let ours = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | ',');
        let word = if word.chars().all(ours) { word } else { "other" };
        self.0.push((name, word.to_owned()));
    }

    fn number(&mut self, name: &'static str, number: usize) {
        self.0.push((name, number.to_string()));
    }

    /// As lines of the file that GitHub reads: `add=3`.
    ///
    /// # Errors
    /// When the writer fails.
    pub(crate) fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|(name, value)| writeln!(out, "{name}={value}"))
    }

    /// As commands of Azure Pipelines.
    ///
    /// # Errors
    /// When the writer fails.
    pub(crate) fn variables(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|(name, value)| {
            writeln!(out, "##vso[task.setvariable variable={name};isOutput=true]{value}")
        })
    }
}

/// Of a plan.
pub(crate) fn of_plan(plan: &Plan) -> Outputs {
    let mut outputs = Outputs::default();
    let verdict = match Readiness::of(plan) {
        Readiness::Ready => "ready",
        Readiness::NoChanges => "no_changes",
        Readiness::Blocked => "blocked",
        Readiness::ToReview => "to_review",
    };
    let Counts { add, change, remove } = Counts::of(&plan.changes);
    let risks = || plan.changes.iter().filter_map(|change| change.risk.as_ref());
    let cuts = plan.changes.iter().filter_map(|change| of(plan, change)).map(|one| one.who()).min();
    outputs.word("verdict", verdict);
    outputs.word("blocked_by", &stopped_by(plan).join(","));
    outputs.number("add", add);
    outputs.number("change", change);
    outputs.number("remove", remove);
    outputs.number("unchanged", plan.unchanged);
    outputs.number("unmanaged", plan.unmanaged.len());
    outputs.word("highest_risk", risks().map(|risk| risk.tier).max().map_or("none", Tier::word));
    outputs.number("critical", risks().filter(|risk| risk.tier == Tier::Critical).count());
    outputs.number("high", risks().filter(|risk| risk.tier == Tier::High).count());
    outputs.word("cuts_off", cut_off(cuts));
    outputs.number("cuts_off_people", OutageTotals::of(plan).people.0);
    outputs.number("lifted", plan.lifted.len());
    outputs.number("warnings", plan.warnings.len());
    outputs.word("simulated", if plan.simulated { "true" } else { "false" });
    // What is never applied has nothing to approve.
    let digest = if plan.offline.is_some() { "" } else { &plan.effect.digest };
    outputs.word("digest", digest);
    outputs
}

/// The widest comes first.
fn cut_off(widest: Option<CutOff>) -> &'static str {
    match widest {
        None => "nobody",
        Some(CutOff::Everybody) => "everybody",
        Some(CutOff::App) => "app",
        Some(CutOff::People) => "people",
    }
}

/// Of a run.
pub(crate) fn of_run(report: &RunReport, plan: &Plan) -> Outputs {
    let mut outputs = Outputs::default();
    let counts = counts(report);
    let number = |word: &str| counts.get(word).copied().unwrap_or(0);
    let result = match () {
        () if number("failed") > 0 => "failed",
        () if number("unsure") > 0 => "unsure",
        () if report.stopped.is_some() => "stopped",
        () if number("skipped") + number("not_started") > 0 => "incomplete",
        () => "done",
    };
    let tenant = match TenantAfter::after(report, &plan.changes) {
        TenantAfter::Unchanged => "unchanged",
        TenantAfter::Changed => "changed",
    };
    outputs.word("result", result);
    outputs.word("tenant", tenant);
    for (word, _) in RESULTS {
        outputs.number(word, number(word));
    }
    outputs.word("stopped", report.stopped.as_ref().map_or("no", stop));
    outputs.number("writes_sent", report.writes_sent);
    let remaining = report.remaining.map_or("unknown".to_owned(), |left| left.to_string());
    outputs.word("remaining", &remaining);
    outputs.word("simulated", if plan.simulated { "true" } else { "false" });
    outputs.word("digest", &plan.effect.digest);
    outputs
}

fn stop(stopped: &Stopped) -> &'static str {
    match stopped {
        Stopped::FailuresInARow { .. } => "failures_in_a_row",
        Stopped::DoubtsInARow { .. } => "doubts_in_a_row",
        Stopped::SignIn { .. } => "sign_in",
        Stopped::Blind { .. } => "blind",
        Stopped::LongPause { .. } => "long_pause",
        Stopped::Interrupted => "interrupted",
        Stopped::Journal { .. } => "journal",
    }
}

/// Of a manifest with mistakes.
pub(crate) fn of_mistakes(findings: &Findings) -> Outputs {
    let mut outputs = Outputs::default();
    let count = |severity| findings.iter().filter(|one| one.severity == severity).count();
    outputs.word("verdict", "invalid");
    outputs.number("mistakes", count(Severity::Error));
    outputs.number("warnings", count(Severity::Warning));
    outputs
}
