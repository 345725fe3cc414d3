//! What is left of a run that somebody left at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::apply::progress::Progress;
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Line, Outcome, RunReport, Stopped};
use crate::plan::Plan;

/// What was seen of a run while it went on: all that is left of it after a second Ctrl-C.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    settled: BTreeMap<Address, Outcome>,
    sent: usize,
    /// What a request went out for.
    begun: BTreeSet<Address>,
}

impl Witness {
    pub(crate) fn note(&mut self, event: &Progress<'_>) {
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
    pub(crate) fn abandoned(mut self, plan: &Plan) -> RunReport {
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
