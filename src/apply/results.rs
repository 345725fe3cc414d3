//! The results of a run as they come in, and why it stops. Pure.

use crate::apply::next_batch::Places;
use crate::model::change::Change;
use crate::model::outcome::{Line, Outcome, RunReport, Stopped};

/// So many failures one after the other are no accident of one object.
const FAILURES: usize = 3;
/// So many without a clear answer, none of which shows: the service carries out nothing at present.
const DOUBTS: usize = 20;

/// What is known about the end of every change, and of the run.
#[derive(Debug, Clone)]
pub(crate) struct RunResults {
    /// By place in the plan; `None`: no result yet.
    pub(crate) outcomes: Vec<Option<Outcome>>,
    /// Something was not done because the run stopped.
    pub(crate) cut: bool,
    /// Requests handed to the network.
    pub(crate) writes_sent: usize,
    settled: usize,
    /// Places that got their result since they were last taken.
    news: Vec<usize>,
    /// Every change before this place was counted; so many of the last ones failed in a row, or had no
    /// clear answer.
    counted: usize,
    streak: usize,
    doubts: usize,
    stopped: Option<Stopped>,
}

impl RunResults {
    pub(crate) fn new(outcomes: Vec<Option<Outcome>>) -> Self {
        let news: Vec<usize> =
            (0..outcomes.len()).filter(|place| outcomes[*place].is_some()).collect();
        Self {
            outcomes,
            cut: false,
            writes_sent: 0,
            settled: news.len(),
            news,
            counted: 0,
            streak: 0,
            doubts: 0,
            stopped: None,
        }
    }

    pub(crate) fn settle(&mut self, place: usize, outcome: Outcome) {
        self.settled += usize::from(self.outcomes[place].is_none());
        self.outcomes[place] = Some(outcome);
        self.news.push(place);
        self.count();
    }

    /// Counts failures and doubts in the order of the plan, up to the first change without a result:
    /// errors are known sooner than successes, so by time three scattered failures of one batch would
    /// look like a row.
    fn count(&mut self) {
        while let Some(Some(outcome)) = self.outcomes.get(self.counted) {
            self.counted += 1;
            match outcome {
                Outcome::Done | Outcome::Already => (self.streak, self.doubts) = (0, 0),
                Outcome::Failed { .. } => (self.streak, self.doubts) = (self.streak + 1, 0),
                Outcome::Unsure { accepted: true, .. } => self.doubts = 0,
                Outcome::Unsure { accepted: false, .. } => self.doubts += 1,
                Outcome::Skipped { .. } | Outcome::NotStarted => {}
            }
            if self.streak >= FAILURES {
                self.stop(Stopped::FailuresInARow { count: self.streak });
            }
            if self.doubts >= DOUBTS {
                self.stop(Stopped::DoubtsInARow { count: self.doubts });
            }
            // What was in flight with the last straw may come to the same.
            match &mut self.stopped {
                Some(Stopped::FailuresInARow { count }) => *count = (*count).max(self.streak),
                Some(Stopped::DoubtsInARow { count }) => *count = (*count).max(self.doubts),
                _ => {}
            }
        }
    }

    /// The first reason stays, unless the new one also forbids what the first one allowed: to
    /// finish what was begun.
    pub(crate) fn stop(&mut self, reason: Stopped) {
        if self.stopped.is_none() || (!self.halted() && halts(&reason)) {
            self.stopped = Some(reason);
        }
    }

    pub(crate) fn stopped(&self) -> Option<&Stopped> {
        self.stopped.as_ref()
    }

    /// Nothing at all may be sent any more.
    pub(crate) fn halted(&self) -> bool {
        self.stopped.as_ref().is_some_and(halts)
    }

    /// No later read can tell more.
    pub(crate) fn is_blind(&self) -> bool {
        matches!(self.stopped, Some(Stopped::SignIn { .. } | Stopped::Blind { .. }))
    }

    /// Results since the last call, in the order in which they came.
    pub(crate) fn take_news(&mut self) -> Vec<(usize, Outcome)> {
        let news = std::mem::take(&mut self.news);
        news.into_iter().filter_map(|at| Some((at, self.outcomes[at].clone()?))).collect()
    }

    /// Changes with a result.
    pub(crate) fn settled(&self) -> usize {
        self.settled
    }

    /// What became of everything. Whatever has no result was not started, or is skipped where its
    /// need is known to have failed.
    pub(crate) fn report(mut self, changes: &[Change], places: &Places<'_>) -> RunReport {
        for (place, change) in changes.iter().enumerate() {
            if self.outcomes[place].is_none() {
                self.cut = true;
                let lost = places.lost_need(change, place, &self.outcomes);
                let tried =
                    |need: &_| places.outcome(need, &self.outcomes) != Some(&Outcome::NotStarted);
                self.outcomes[place] = Some(match lost.filter(tried) {
                    Some(needs) => Outcome::Skipped { needs },
                    None => Outcome::NotStarted,
                });
            }
        }
        let cut = self.cut;
        let stopped = self.stopped.filter(|reason| match reason {
            // Asked to stop, or unable to record, with nothing left to do: it made no difference.
            Stopped::Interrupted | Stopped::Journal { .. } => cut,
            Stopped::FailuresInARow { .. }
            | Stopped::DoubtsInARow { .. }
            | Stopped::SignIn { .. }
            | Stopped::Blind { .. }
            | Stopped::LongPause { .. } => true,
        });
        let line = |(change, outcome): (&Change, Option<Outcome>)| Line {
            address: change.address.clone(),
            outcome: outcome.unwrap_or(Outcome::NotStarted),
        };
        RunReport {
            lines: changes.iter().zip(self.outcomes).map(line).collect(),
            stopped,
            writes_sent: self.writes_sent,
            remaining: None,
        }
    }
}

fn halts(reason: &Stopped) -> bool {
    match reason {
        Stopped::Journal { .. }
        | Stopped::SignIn { .. }
        | Stopped::Blind { .. }
        | Stopped::LongPause { .. } => true,
        Stopped::Interrupted | Stopped::FailuresInARow { .. } | Stopped::DoubtsInARow { .. } => {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::rehearsal::refusal;

    fn told(stops: &[Stopped]) -> Stopped {
        let mut results = RunResults::new(Vec::new());
        stops.iter().for_each(|reason| results.stop(reason.clone()));
        results.stopped().unwrap().clone()
    }

    #[test]
    fn the_first_reason_stays_unless_a_later_one_forbids_more() {
        let because = || "it is so".to_owned();
        let asked = || Stopped::Interrupted;
        let failures = || Stopped::FailuresInARow { count: 3 };
        let halts = [
            Stopped::SignIn { because: because() },
            Stopped::Journal { because: because() },
            Stopped::Blind { because: because() },
            Stopped::LongPause { seconds: 700 },
        ];
        assert_eq!(told(&[asked(), failures()]), asked());
        assert_eq!(told(&[failures(), asked()]), failures());
        for halt in &halts {
            assert_eq!(told(&[asked(), halt.clone()]), *halt);
            assert_eq!(told(&[halt.clone(), asked()]), *halt);
            assert!(halts.iter().all(|other| told(&[halt.clone(), other.clone()]) == *halt));
        }
    }

    /// What was in flight with the last straw counts too, and nothing ends a row that stopped the run.
    #[test]
    fn a_row_is_told_as_long_as_it_was() {
        let failed = || Outcome::Failed { error: refusal(403) };
        let doubt = || Outcome::in_doubt("nobody knows");
        let run = |outcomes: Vec<Outcome>| {
            let mut results = RunResults::new(vec![None; outcomes.len()]);
            // Known from the last to the first, and counted in the order of the plan.
            outcomes.into_iter().enumerate().rev().for_each(|(at, one)| results.settle(at, one));
            (results.settled(), results.stopped().cloned())
        };
        let failures = |count| Some(Stopped::FailuresInARow { count });
        let doubts = |count| Some(Stopped::DoubtsInARow { count });
        let done = || Outcome::Done;
        let rows = |first: &[Outcome], last: &[Outcome]| [first, last].concat();
        assert_eq!(run(vec![failed(), failed()]), (2, None));
        assert_eq!(run(vec![failed(), failed(), done(), failed()]), (4, None));
        assert_eq!(run(vec![failed(); 3]), (3, failures(3)));
        assert_eq!(run(vec![failed(); 5]), (5, failures(5)));
        assert_eq!(run(rows(&vec![failed(); 4], &[done(), failed()])), (6, failures(4)));
        assert_eq!(run(vec![doubt(); 19]), (19, None));
        assert_eq!(run(vec![doubt(); 22]), (22, doubts(22)));
        assert_eq!(
            run(rows(&vec![doubt(); 19], &[Outcome::unconfirmed("x"), doubt()])),
            (21, None)
        );
        assert_eq!(run(rows(&vec![doubt(); 21], &vec![failed(); 4])), (25, doubts(21)));
    }
}
