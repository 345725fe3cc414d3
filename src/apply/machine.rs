//! A whole run, as a machine without effects: it says what to do next, and is told
//! what came of it.

mod looks;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::apply::action::{Action, Because, Now, Outgoing};
use crate::apply::attempt::NextStep;
use crate::apply::grounds::Grounds;
use crate::apply::in_flight::{ChangesInFlight, Due, Ticket};
use crate::apply::next_batch::{self, LARGEST, NextBatch, Places};
use crate::apply::placeholder;
use crate::apply::proof::{Showed, id_of, sight};
use crate::apply::results::RunResults;
use crate::apply::silence::Silence;
use crate::graph::error::told;
use crate::graph::patience::Trying;
use crate::graph::verdict::Verdict;
use crate::model::address::Address;
use crate::model::change::{Change, Step};
use crate::model::outcome::{Outcome, RunReport, Stopped};
use crate::model::query::Rows;
use crate::model::request::Known;

/// Most changes that have begun and have no result: so many may turn out unsure at once.
const MOST_OPEN: usize = 20 * LARGEST;

/// The run. See the module.
#[derive(Debug, Clone)]
pub(crate) struct Machine<'a> {
    changes: &'a [Change],
    places: Places<'a>,
    results: RunResults,
    /// Every change before this place has a result.
    from: usize,
    in_flight: ChangesInFlight,
    /// Whether the last batch had a clear answer. The first one goes alone, so that what is refused to
    /// all is refused to twenty; and where nobody answers clearly, twenty are in doubt and not all.
    answered: bool,
    /// No write before this: the limits are the tenant's, not the object's.
    hold: Duration,
    silence: Silence,
    known: Known,
    /// When the service last answered with what the change at each place is about, where that is known.
    looked: Vec<Option<Duration>>,
    grounds: Grounds<'a>,
}

impl<'a> Machine<'a> {
    /// A run of these changes in this order. `already`: those found at their goal when the plan was
    /// read again; nothing is sent for them.
    pub(crate) fn new(changes: &'a [Change], already: &BTreeSet<Address>) -> Self {
        let found = |change: &Change| {
            (already.contains(&change.address) || change.steps.is_empty())
                .then_some(Outcome::Already)
        };
        let places = Places::of(changes);
        Self {
            changes,
            grounds: Grounds::of(changes, &places),
            looked: vec![None; changes.len()],
            places,
            results: RunResults::new(changes.iter().map(found).collect()),
            from: 0,
            in_flight: ChangesInFlight::default(),
            answered: false,
            hold: Duration::ZERO,
            silence: Silence::default(),
            known: Known::new(),
        }
    }

    /// The same, where it is known when the service last answered with the objects at these addresses.
    /// What else would be replaced or removed is looked at first. So is what this run does something with
    /// before: where an object has several changes, the addresses of the later ones go on behind its own;
    /// and what a removal rested on was read by then, and may be more than the plan saw.
    #[must_use]
    pub(crate) fn last_seen(mut self, times: &BTreeMap<Address, Duration>) -> Self {
        let mut rested_on = BTreeSet::new();
        let mut looked = Vec::with_capacity(self.changes.len());
        for change in self.changes {
            let address = &change.address;
            looked.push(times.get(address).filter(|_| !rested_on.contains(address)).copied());
            rested_on.extend(change.rests_on.iter().map(|rest| &rest.address));
        }
        self.looked = looked;
        self
    }

    /// The same run, which tries again in its own way.
    #[must_use]
    pub(crate) fn trying(mut self, trying: Trying) -> Self {
        (self.in_flight.trying, self.grounds.trying) = (trying, trying);
        self
    }

    /// When the first of what waits so gives up.
    pub(crate) fn gives_up(&self, because: Because, now: Duration) -> Option<Duration> {
        self.in_flight.gives_up(because, now)
    }

    /// What to do next. What it says to send or to read is under way from then on.
    pub(crate) fn next_action(&mut self, moment: Now) -> Action {
        let now = moment.now;
        self.abandon();
        if let Some((ticket, queries)) = self.reads(now) {
            return Action::Read(ticket, queries);
        }
        let asked_from = moment.asked_from.max(self.hold);
        let writes_from = moment.quota_from.max(asked_from);
        let held = writes_from > now;
        if !held {
            if let Some((ticket, outgoing)) = self.sends(moment) {
                return Action::Send(ticket, outgoing);
            }
            if let Some((ticket, queries)) = self.reads(now) {
                return Action::Read(ticket, queries);
            }
        }
        let more = (held && self.has_more()).then_some(writes_from);
        let send = self.in_flight.next_due(Due::Send).map(|from| from.max(writes_from));
        let read = self.in_flight.next_due(Due::Read);
        let read = read.into_iter().chain(self.grounds.next_due()).min();
        match send.into_iter().chain(more).chain(read).min() {
            Some(time) => {
                // What could go by then is kept back by nothing else.
                let kept_back = held && time == writes_from && read != Some(time);
                let because = match kept_back {
                    true if asked_from < writes_from => Because::Quota,
                    true => Because::Service,
                    false => self.in_flight.because(time, now),
                };
                Action::Wait(time.saturating_sub(now), because)
            }
            None if self.in_flight.all_back() && self.grounds.all_back() => Action::End,
            None => Action::Await,
        }
    }

    /// The verdicts on the requests of an [`Action::Send`], in order. A request without one counts as
    /// unanswered.
    pub(crate) fn answered(&mut self, ticket: Ticket, verdicts: Vec<Verdict>, now: Duration) {
        // One request alone may be the only one that is not taken.
        let one_not_taken = matches!(verdicts.as_slice(), [Verdict::Again(_)]);
        let silent = verdicts.iter().all(Verdict::is_silent);
        self.answered = !silent || self.answered && one_not_taken;
        let mut verdicts = verdicts.into_iter();
        for place in self.in_flight.arrive(ticket) {
            self.results.writes_sent += 1;
            let verdict = verdicts.next().unwrap_or_else(Verdict::unanswered);
            let throttled = matches!(verdict, Verdict::Wait(..));
            let other = match &verdict {
                Verdict::Accepted(Some(body)) => self.learn(place, id_of(body)),
                _ => None,
            };
            let Some(pending) = self.in_flight.at(place, now) else { continue };
            (pending.sent, pending.looks) = (true, 0);
            let next = match (pending.attempt.answered(verdict), other) {
                (_, Some(because)) => pending.attempt.seen(&Showed::Another(because)),
                (next, None) => next,
            };
            if let (true, NextStep::Send(time)) = (throttled, &next) {
                self.hold = self.hold.max(now.saturating_add(*time));
            }
            self.proceed(place, next, now);
        }
        self.drop_settled();
    }

    /// The requests of an [`Action::Send`] did not go out after all.
    pub(crate) fn recalled(&mut self, ticket: Ticket) {
        self.in_flight.arrive(ticket);
    }

    /// The rows of the queries of an [`Action::Read`], in order, each with when the service answered, or why
    /// they could not be read.
    pub(crate) fn seen(&mut self, ticket: Ticket, rows: Vec<Result<Rows, String>>, now: Duration) {
        if self.grounds.seen(ticket, &rows, now, &self.known) {
            self.stand(now);
            self.drop_settled();
            return;
        }
        let places = self.in_flight.arrive(ticket);
        let answers = places.iter().zip(&rows).filter_map(|(place, rows)| {
            let query = self.step(*place)?.proof.read.filled(&self.known);
            Some((query.path, rows.as_ref().err()))
        });
        let answers: Vec<_> = answers.collect();
        if let Some(because) = self.silence.came(answers, now) {
            self.stop(Stopped::Blind { because });
        }
        for (place, rows) in places.into_iter().zip(rows) {
            let Some(step) = self.step(place) else { continue };
            let rows = rows.ok();
            let answered = rows.as_ref().map(Rows::answered);
            let values: Option<Vec<Value>> = rows.map(|rows| rows.iter().collect());
            let sight = sight(step, values.as_deref(), &self.known);
            self.looked(place, sight, answered, now);
        }
        self.drop_settled();
    }

    /// Nothing new starts. What was sent is read back, what was begun is finished as far as the
    /// reason allows.
    pub(crate) fn stop(&mut self, reason: Stopped) {
        self.results.stop(reason);
    }

    /// Changes that got their result since the last call, in the order in which they got it.
    pub(crate) fn take_news(&mut self) -> Vec<(usize, Outcome)> {
        self.results.take_news()
    }

    /// Changes with a result so far.
    pub(crate) fn settled(&self) -> usize {
        self.results.settled()
    }

    /// Changes of which a request is still to be sent, now or later, as far as it is known.
    pub(crate) fn to_send(&self) -> usize {
        self.unsent() + self.in_flight.count_of(Due::Send) + self.in_flight.count_of(Due::Look)
    }

    /// Changes that have not begun and have no result.
    pub(crate) fn unsent(&self) -> usize {
        self.changes.len().saturating_sub(self.results.settled() + self.in_flight.count())
    }

    /// What became of everything.
    pub(crate) fn report(self) -> RunReport {
        self.results.report(self.changes, &self.places)
    }

    /// Begins changes until `room` more are due to be sent, as far as the plan's order allows.
    fn begin(&mut self, room: usize, now: Duration) {
        let room = room.min(MOST_OPEN.saturating_sub(self.in_flight.count()));
        while self.results.stopped().is_none() {
            let next_batch = self.next_batch(room);
            for place in &next_batch.ready {
                let looked = self.looked.get(*place).copied().flatten();
                self.in_flight.begin(*place, now, looked);
            }
            if next_batch.skipped.is_empty() {
                return;
            }
            for (place, needs) in next_batch.skipped {
                self.results.settle(place, Outcome::Skipped { needs });
            }
            if !next_batch.ready.is_empty() {
                return;
            }
        }
    }

    /// Whether something more could begin if the service took it.
    fn has_more(&mut self) -> bool {
        let open = self.in_flight.count() < MOST_OPEN && self.results.stopped().is_none();
        open && self.may_begin() && {
            let next_batch = self.next_batch(1);
            !next_batch.ready.is_empty() || !next_batch.skipped.is_empty()
        }
    }

    fn next_batch(&mut self, room: usize) -> NextBatch {
        while self.results.outcomes.get(self.from).is_some_and(Option::is_some) {
            self.from += 1;
        }
        let in_flight = &self.in_flight;
        let open = |place| in_flight.get(place).is_some();
        next_batch::next(self.changes, &self.places, &self.results.outcomes, self.from, room, &open)
    }

    /// Not while the first batch is under way, or one that nobody answered.
    fn may_begin(&self) -> bool {
        self.answered || self.in_flight.count() == 0
    }

    /// Once the run is stopping, nothing is sent again, and nothing for the first time except the
    /// rest of what was begun; that not either where nothing may be sent any more.
    fn abandon(&mut self) {
        if self.results.stopped().is_none() {
            return;
        }
        let halted = self.results.halted();
        for (place, pending) in self.in_flight.iter() {
            let rest_of_a_change = pending.step > 0 && !pending.sent && !halted;
            let read_back = pending.due == Due::Read && !pending.attempt.looks_first();
            if pending.under_way || read_back || rest_of_a_change {
                continue;
            }
            self.results.cut = true;
            let outcome = pending.abandoned(self.changes[place].steps.len());
            self.results.settle(place, outcome);
        }
        self.drop_settled();
    }

    /// The requests that are due, ids filled in, at most a batch of them. Changes whose ids are not
    /// known end here.
    fn sends(&mut self, moment: Now) -> Option<(Ticket, Vec<Outgoing>)> {
        let (now, batch) = (moment.now, moment.batch.clamp(1, LARGEST));
        loop {
            if self.may_begin() {
                let due = self.in_flight.due(Due::Send, now, batch).len();
                self.begin(batch.saturating_sub(due + self.in_flight.looking_first()), now);
            }
            self.look_first(now, batch);
            self.ask_for_grounds(now, batch);
            let due = self.in_flight.due(Due::Send, now, batch);
            let outgoing: Vec<Outgoing> =
                due.iter().filter_map(|place| self.outgoing(*place)).collect();
            let lost = outgoing.len() < due.len();
            self.drop_settled();
            if !outgoing.is_empty() {
                let places = outgoing.iter().map(|out| out.place).collect();
                return Some((self.in_flight.send(places, now), outgoing));
            }
            if !lost {
                return None;
            }
        }
    }

    fn outgoing(&mut self, place: usize) -> Option<Outgoing> {
        let step = self.in_flight.get(place)?.step;
        let request = self.step(place)?.request.filled(&self.known);
        if placeholder::in_request(&request) {
            self.results.settle(place, Outcome::Failed { error: placeholder::id_unknown() });
            return None;
        }
        Some(Outgoing { place, step, request })
    }

    fn proceed(&mut self, place: usize, next: NextStep, now: Duration) {
        let steps = self.changes[place].steps.len();
        let Some(pending) = self.in_flight.get_mut(place) else { return };
        match next {
            NextStep::Send(time) => pending.plan(Due::Send, now.saturating_add(time)),
            NextStep::Read(time) => pending.plan(Due::Read, now.saturating_add(time)),
            NextStep::Shown => {
                pending.ours |= pending.attempt.is_ours();
                if pending.step + 1 < steps {
                    pending.next_step(now);
                } else {
                    let outcome = if pending.ours { Outcome::Done } else { Outcome::Already };
                    self.results.settle(place, outcome);
                }
            }
            NextStep::Settled(outcome) => self.results.settle(place, outcome),
            NextStep::SignInLost(refusal) => {
                self.stop_at(place, Stopped::SignIn { because: told(&refusal) });
            }
            NextStep::LongPause(time) => {
                self.stop_at(place, Stopped::LongPause { seconds: time.as_secs() });
            }
        }
    }

    /// The run ends at this change.
    fn stop_at(&mut self, place: usize, reason: Stopped) {
        let steps = self.changes[place].steps.len();
        let outcome = self.in_flight.get(place).map(|pending| pending.abandoned(steps));
        self.stop(reason);
        self.results.settle(place, outcome.unwrap_or(Outcome::NotStarted));
    }

    fn drop_settled(&mut self) {
        self.in_flight.drop_settled(&self.results.outcomes);
    }

    /// The present step of a change that has begun.
    fn step(&self, place: usize) -> Option<&'a Step> {
        let pending = self.in_flight.get(place)?;
        self.changes.get(place)?.steps.get(pending.step)
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "late_tests.rs"]
mod late;

#[cfg(test)]
#[path = "doubt_tests.rs"]
mod doubt;

#[cfg(test)]
#[path = "rests_tests.rs"]
mod rests;

#[cfg(test)]
#[path = "explore/mod.rs"]
mod explore;
