//! The course of a whole run, as a machine without effects: it says what to do next, and is told
//! what came of it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::apply::attempt::{Attempt, Next};
use crate::apply::placeholder;
use crate::apply::proof::{Sight, id_of, sight};
use crate::apply::tally::Tally;
use crate::apply::wave::{self, Places};
use crate::graph::error::told;
use crate::graph::verdict::Verdict;
use crate::model::address::Address;
use crate::model::change::{Change, Step};
use crate::model::outcome::{Outcome, Refusal, RunReport, Stopped};
use crate::model::query::Query;
use crate::model::request::{Known, Request};
use crate::model::untrusted::Untrusted;

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Let this time pass, then call [`Course::waited`] with as much of it as has passed.
    Wait(Duration),
    /// Send these together, then call [`Course::answered`]. Not calling it means not sent.
    Send(Vec<Outgoing>),
    /// Read these together, then call [`Course::seen`].
    Read(Vec<Query>),
    /// Nothing is left to do.
    End,
}

/// One request, all ids in their places.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Place of the change in the plan.
    pub place: usize,
    /// Number of the step, from 0.
    pub step: usize,
    pub request: Request,
}

/// A change that has begun and has no result yet.
#[derive(Debug)]
struct Flight {
    place: usize,
    step: usize,
    /// The present step's request has been sent at least once.
    sent: bool,
    /// This run brought about at least one step.
    ours: bool,
    attempt: Attempt,
    due: Due,
    delay: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Send,
    Read,
}

/// The run. See the module.
#[derive(Debug)]
pub struct Course<'a> {
    changes: &'a [Change],
    places: Places<'a>,
    tally: Tally,
    /// Every change before this place has a result.
    from: usize,
    flights: Vec<Flight>,
    /// The flights that the last action was about.
    asked: Vec<usize>,
    known: Known,
}

impl<'a> Course<'a> {
    /// A run of these changes in this order. `already`: those found at their goal when the plan was
    /// read again; nothing is sent for them.
    pub fn new(changes: &'a [Change], already: &BTreeSet<Address>) -> Self {
        let found = |change: &Change| {
            (already.contains(&change.address) || change.steps.is_empty())
                .then_some(Outcome::Already)
        };
        Self {
            changes,
            places: Places::of(changes),
            tally: Tally::new(changes.iter().map(found).collect()),
            from: 0,
            flights: Vec::new(),
            asked: Vec::new(),
            known: Known::new(),
        }
    }

    /// What to do next. Until it was done and told, the answer stays the same.
    pub fn next_action(&mut self) -> Action {
        loop {
            self.abandon();
            if self.flights.is_empty() && !self.take_off() {
                return Action::End;
            }
            let Some(delay) = self.flights.iter().map(|flight| flight.delay).min() else {
                continue;
            };
            if !delay.is_zero() {
                return Action::Wait(delay);
            }
            let sends = self.sends();
            if !sends.is_empty() {
                return Action::Send(sends);
            }
            let reads = self.reads();
            if !reads.is_empty() {
                return Action::Read(reads);
            }
        }
    }

    /// So much time has passed.
    pub fn waited(&mut self, time: Duration) {
        for flight in &mut self.flights {
            flight.delay = flight.delay.saturating_sub(time);
        }
    }

    /// The verdicts on the requests of the last [`Action::Send`], in order. A request without one
    /// counts as unanswered.
    pub fn answered(&mut self, verdicts: Vec<Verdict>) {
        let mut verdicts = verdicts.into_iter();
        let asked = std::mem::take(&mut self.asked);
        let mut pause = Duration::ZERO;
        for flight in asked {
            self.tally.writes_sent += 1;
            let verdict = verdicts.next().unwrap_or_else(|| Verdict::Unsure(no_answer()));
            let throttled = matches!(verdict, Verdict::Wait(..));
            if let Verdict::Accepted(Some(body)) = &verdict {
                self.learn(flight, id_of(body));
            }
            self.flights[flight].sent = true;
            let next = self.flights[flight].attempt.answered(verdict);
            if let (true, Next::Send(time)) = (throttled, &next) {
                pause = pause.max(*time);
            }
            self.proceed(flight, next);
        }
        // The limits are the tenant's, not the object's: nobody sends before the longest pause.
        for flight in self.flights.iter_mut().filter(|flight| flight.due == Due::Send) {
            flight.delay = flight.delay.max(pause);
        }
        self.land();
    }

    /// The rows of the queries of the last [`Action::Read`], in order; `None`: not read.
    pub fn seen(&mut self, rows: Vec<Option<Vec<Value>>>) {
        let mut rows = rows.into_iter();
        let asked = std::mem::take(&mut self.asked);
        for flight in asked {
            let rows = rows.next().flatten();
            let sight = sight(self.step(flight), rows.as_deref(), &self.known);
            self.looked(flight, sight);
        }
        self.land();
    }

    /// Nothing new starts. What was sent is read back, what was begun is finished as far as the
    /// reason allows.
    pub fn stop(&mut self, reason: Stopped) {
        self.tally.stop(reason);
    }

    /// Changes that got their result since the last call, in the order in which they got it.
    pub fn take_news(&mut self) -> Vec<(usize, Outcome)> {
        self.tally.take_news()
    }

    /// Changes with a result so far.
    pub fn settled(&self) -> usize {
        self.tally.settled()
    }

    /// What became of everything.
    pub fn report(self) -> RunReport {
        self.tally.report(self.changes, &self.places)
    }

    /// Begins the next wave. False when nothing can begin any more.
    fn take_off(&mut self) -> bool {
        while self.tally.stopped().is_none() {
            while self.tally.outcomes.get(self.from).is_some_and(Option::is_some) {
                self.from += 1;
            }
            let wave = wave::next(self.changes, &self.places, &self.tally.outcomes, self.from);
            let idle = wave.skipped.is_empty();
            for (place, needs) in wave.skipped {
                self.tally.settle(place, Outcome::Skipped { needs });
            }
            for place in wave.ready {
                self.flights.push(Flight {
                    place,
                    step: 0,
                    sent: false,
                    ours: false,
                    attempt: Attempt::default(),
                    due: Due::Send,
                    delay: Duration::ZERO,
                });
            }
            if !self.flights.is_empty() {
                return true;
            }
            if idle {
                return false;
            }
        }
        false
    }

    /// Once the run is stopping, nothing is sent again, and nothing for the first time except the
    /// rest of what was begun; that not either where nothing may be sent any more.
    fn abandon(&mut self) {
        if self.tally.stopped().is_none() {
            return;
        }
        let halted = self.tally.halted();
        for flight in 0..self.flights.len() {
            let Flight { place, step, sent, due, ref attempt, .. } = self.flights[flight];
            let rest_of_a_change = step > 0 && !sent && !halted;
            if due == Due::Read || rest_of_a_change {
                continue;
            }
            self.tally.cut = true;
            let outcome = match attempt.abandoned() {
                Outcome::NotStarted if step > 0 => Outcome::Unsure {
                    because: format!("stopped after step {step} of {}", self.steps(place)),
                },
                outcome => outcome,
            };
            self.tally.settle(place, outcome);
        }
        self.land();
    }

    /// The requests that are due, ids filled in. Changes whose ids are not known end here.
    fn sends(&mut self) -> Vec<Outgoing> {
        self.asked.clear();
        let mut outgoing = Vec::new();
        for flight in 0..self.flights.len() {
            let Flight { place, step, due, delay, .. } = self.flights[flight];
            if due != Due::Send || !delay.is_zero() {
                continue;
            }
            let request = self.step(flight).request.filled(&self.known);
            if placeholder::in_request(&request) {
                self.tally.settle(place, Outcome::Failed { error: placeholder::id_unknown() });
                continue;
            }
            self.asked.push(flight);
            outgoing.push(Outgoing { place, step, request });
        }
        if outgoing.is_empty() {
            self.land();
        }
        outgoing
    }

    /// The reads that are due. An object whose own id is not known cannot be read by it.
    fn reads(&mut self) -> Vec<Query> {
        self.asked.clear();
        let mut queries = Vec::new();
        for flight in 0..self.flights.len() {
            if self.flights[flight].due != Due::Read || !self.flights[flight].delay.is_zero() {
                continue;
            }
            let query = self.step(flight).proof.read.filled(&self.known);
            if placeholder::in_query(&query) {
                self.looked(flight, Sight::Unreadable);
                continue;
            }
            self.asked.push(flight);
            queries.push(query);
        }
        if queries.is_empty() {
            self.land();
        }
        queries
    }

    fn looked(&mut self, flight: usize, sight: Sight) {
        if let Sight::Shown(id) = &sight {
            self.learn(flight, id.clone());
        }
        let next = self.flights[flight].attempt.seen(&sight);
        // Without a sign-in no later read can tell more.
        let last = self.tally.sign_in_is_lost() && next != Next::Shown;
        let next =
            if last { Next::Settled(self.flights[flight].attempt.never_shown()) } else { next };
        self.proceed(flight, next);
    }

    fn learn(&mut self, flight: usize, id: Option<String>) {
        if let (Some(placeholder), Some(id)) = (self.step(flight).creates.clone(), id) {
            self.known.entry(placeholder).or_insert(id);
        }
    }

    fn proceed(&mut self, at: usize, next: Next) {
        let place = self.flights[at].place;
        let steps = self.steps(place);
        let flight = &mut self.flights[at];
        match next {
            Next::Send(time) => (flight.due, flight.delay) = (Due::Send, time),
            Next::Read(time) => (flight.due, flight.delay) = (Due::Read, time),
            Next::Shown => {
                flight.ours |= flight.attempt.is_ours();
                if flight.step + 1 < steps {
                    flight.step += 1;
                    flight.sent = false;
                    flight.attempt = Attempt::default();
                    (flight.due, flight.delay) = (Due::Send, Duration::ZERO);
                } else {
                    let outcome = if flight.ours { Outcome::Done } else { Outcome::Already };
                    self.tally.settle(place, outcome);
                }
            }
            Next::Settled(outcome) => self.tally.settle(place, outcome),
            Next::SignInLost(refusal) => {
                let outcome = flight.attempt.abandoned();
                self.stop(Stopped::SignIn { because: told(&refusal) });
                self.tally.settle(place, outcome);
            }
        }
    }

    /// Takes the changes that have a result out of the air.
    fn land(&mut self) {
        let outcomes = &self.tally.outcomes;
        self.flights.retain(|flight| outcomes[flight.place].is_none());
    }

    fn step(&self, flight: usize) -> &'a Step {
        let Flight { place, step, .. } = self.flights[flight];
        &self.changes[place].steps[step]
    }

    fn steps(&self, place: usize) -> usize {
        self.changes[place].steps.len()
    }
}

/// The client answers every request; should it not, the request still went out.
fn no_answer() -> Refusal {
    Refusal {
        status: 0,
        code: Untrusted::new("no_answer"),
        message: Untrusted::new("no answer came"),
        request_id: None,
    }
}

#[cfg(test)]
#[path = "course_tests.rs"]
mod tests;
