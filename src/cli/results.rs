//! What a run came to: told to people and to files, and turned into the exit code.

use std::collections::{BTreeMap, BTreeSet};

use crate::apply::progress::Progress;
use crate::cli::Streams;
use crate::cli::failure::{Exit, Failure};
use crate::cli::reporting;
use crate::cli::session::stored;
use crate::cli::setting::Setting;
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Line, Outcome, RunReport, Stopped};
use crate::model::untrusted::shown;
use crate::plan::Plan;
use crate::render;
use crate::render::formats::Reported;
use crate::render::page::style::Colour;
use crate::render::page::view::View;
use crate::render::run::text::LookedAt;
use crate::store::error::StoreError;

/// What was seen of a run while it went on: all that is left of it after a second Ctrl-C.
#[derive(Debug, Default)]
pub struct Witness {
    settled: BTreeMap<Address, Outcome>,
    sent: usize,
    /// What a request went out for.
    begun: BTreeSet<Address>,
}

impl Witness {
    pub fn note(&mut self, event: &Progress<'_>) {
        match event {
            Progress::Sending { addresses } => {
                self.sent += addresses.len();
                self.begun.extend(addresses.iter().map(|address| (*address).clone()));
            }
            Progress::Settled { address, outcome, .. } => {
                self.settled.insert((*address).clone(), (*outcome).clone());
            }
            Progress::Reading { .. } | Progress::Waiting { .. } => {}
        }
    }

    /// Nothing was waited for: what had no result yet is unsure where a request went out, and was
    /// not started elsewhere.
    pub fn abandoned(mut self, plan: &Plan) -> RunReport {
        let because =
            "left before it was answered and read back; the next run finds out by reading";
        let line = |change: &Change| {
            let outcome = match self.settled.remove(&change.address) {
                Some(outcome) => outcome,
                None if self.begun.contains(&change.address) => Outcome::in_doubt(because),
                None => Outcome::NotStarted,
            };
            Line { address: change.address.clone(), outcome }
        };
        RunReport {
            lines: plan.changes.iter().map(line).collect(),
            stopped: Some(Stopped::Interrupted),
            writes_sent: self.sent,
            remaining: None,
        }
    }
}

/// Draws the results and says how the run ended. `unseen`: why there was no last look.
///
/// # Errors
/// When stdout cannot be written: by then the snapshot holds everything.
pub fn tell(
    plan: &Plan,
    report: &RunReport,
    saved: Result<(), StoreError>,
    unseen: Option<&str>,
    setting: &Setting<'_>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let exit = exit(report);
    let on_stdout = reporting::people_on_stdout(setting.reports);
    let (global, env) = (setting.global, setting.env);
    let colour =
        if on_stdout { env.colour_of_output(global) } else { env.colour_of_errors(global) };
    let written = {
        let to: &mut dyn std::io::Write = if on_stdout { streams.out } else { streams.err };
        let view =
            View { full: false, next: (exit != Exit::Done).then_some(setting.again), colour };
        let looked_at = match (unseen, setting.manifest) {
            (Some(because), _) => LookedAt::Nothing(because),
            (None, Some(_)) => LookedAt::FreshPlan,
            (None, None) => LookedAt::SavedPlan,
        };
        render::run::text::run(report, &plan.changes, looked_at, view, to).and_then(|()| {
            // What could not be saved is no record; the error says what became of it.
            match &saved {
                Ok(()) => {
                    writeln!(to, "Record  {}", shown(&setting.snapshot.display().to_string()))
                }
                Err(_) => writeln!(to, "Record  not complete, see below"),
            }
        })
    };
    let reported = reporting::write(setting.reports, streams, Reported::Run(report, &plan.changes));
    if let Err(error) = saved {
        stored(error).as_saved_too_late().draw(streams.err, Colour::Plain)?;
        return Ok(worse(exit));
    }
    match (written.map_err(Failure::from), reported) {
        (Ok(()), Ok(())) => Ok(exit),
        (Err(failure), _) | (_, Err(failure)) if failure.is_closed_pipe() => Ok(exit),
        (Err(failure), _) | (_, Err(failure)) => {
            failure.as_saved_too_late().draw(streams.err, Colour::Plain)?;
            Ok(worse(exit))
        }
    }
}

/// How a run with a simulated tenant ended: that the tenant could not be saved is told beside it, and
/// hides nothing of it.
///
/// # Errors
/// Those of the run.
pub fn kept(
    outcome: Result<Exit, Failure>,
    closed: Result<(), Failure>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Err(failure) = closed else { return outcome };
    match outcome {
        Ok(exit) => {
            failure.as_saved_too_late().draw(streams.err, Colour::Plain)?;
            Ok(worse(exit))
        }
        // Nothing was sent, only the weather changed something.
        Err(ended) => {
            failure.draw(streams.err, Colour::Plain)?;
            Err(ended)
        }
    }
}

/// A report that could not be saved does not hide that the tenant is only partly done.
fn worse(exit: Exit) -> Exit {
    if exit == Exit::Done { Exit::Unsaved } else { exit }
}

/// Before the first write the run counts as declined or failed, after it as partly done.
pub fn exit(report: &RunReport) -> Exit {
    let untouched = report.writes_sent == 0;
    let all_settled = report.lines.iter().all(|line| line.outcome.settled());
    let unsure = |line: &Line| matches!(line.outcome, Outcome::Unsure { .. });
    match &report.stopped {
        Some(Stopped::Interrupted) if untouched => Exit::Declined,
        Some(Stopped::SignIn { .. }) if untouched => Exit::NoRight,
        Some(Stopped::Journal { .. } | Stopped::Blind { .. } | Stopped::LongPause { .. })
            if untouched =>
        {
            Exit::Unexpected
        }
        Some(_) => Exit::Partly,
        None if all_settled => match report.remaining {
            Some(0) => Exit::Done,
            _ => Exit::Unconfirmed,
        },
        None => {
            // What no answer accepted counts as done where the last look finds nothing left to do.
            let seen = report.remaining == Some(0);
            let confirmed = |line: &Line| seen || !line.outcome.is_in_doubt();
            let rest_settled = report
                .lines
                .iter()
                .all(|line| line.outcome.settled() || (unsure(line) && confirmed(line)));
            if rest_settled { Exit::Unconfirmed } else { Exit::Partly }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::Verb;
    use crate::policy::tests::{change, plan};

    /// A request that is sent again says nothing about those that went out after it.
    #[test]
    fn who_leaves_at_once_is_unsure_of_all_that_was_sent() {
        let changes: Vec<Change> = (0..4).map(|id| change(Verb::Grant, Some(id), "A")).collect();
        let plan = plan(changes);
        let address = |at: usize| &plan.changes[at].address;
        let mut witness = Witness::default();
        witness.note(&Progress::Sending { addresses: &[address(0)] });
        witness.note(&Progress::Sending { addresses: &[address(2)] });
        witness.note(&Progress::Sending { addresses: &[address(0)] });
        let report = witness.abandoned(&plan);
        let unsure: Vec<bool> = report
            .lines
            .iter()
            .map(|line| matches!(line.outcome, Outcome::Unsure { .. }))
            .collect();
        assert_eq!(unsure, [true, false, true, false]);
        assert_eq!(report.writes_sent, 3);
    }
}
