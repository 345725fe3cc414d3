//! What a machine reads: what was sent, what is about to be replaced or removed, and what that rests on.

use std::time::Duration;

use crate::apply::attempt::NextStep;
use crate::apply::grounds::Footing;
use crate::apply::in_flight::{Due, Ticket};
use crate::apply::machine::Machine;
use crate::apply::next_batch::LARGEST;
use crate::apply::placeholder;
use crate::apply::proof::{LOOKS_LAST, Showed};
use crate::model::query::Query;

/// Looks that may follow one another without the request going out: reads that are slow, or pauses that
/// come in between again and again, make each of them too old.
const MOST_LOOKS: usize = 20;

const TOO_SLOW: &str = "it could not be read right before: the answers came too late";

impl Machine<'_> {
    /// What would replace or remove something that was last seen a while ago looks at it first.
    pub(super) fn look_first(&mut self, now: Duration, batch: usize) {
        for place in self.in_flight.due(Due::Send, now, batch) {
            let guarded = self.step(place).is_some_and(|step| step.proof.before.is_some());
            let Some(pending) = self.in_flight.at(place, now) else { continue };
            let recent = |seen: Duration| now.saturating_sub(seen) < LOOKS_LAST;
            if !guarded || pending.looked.is_some_and(recent) {
                continue;
            }
            if pending.looks >= MOST_LOOKS {
                let outcome = pending.attempt.unfounded(TOO_SLOW);
                self.results.settle(place, outcome);
                continue;
            }
            pending.look_first(now);
            // At the same time: both have to be recent when the request goes out.
            self.grounds.ask(place, now);
        }
        self.drop_settled();
    }

    /// What takes something waits until all that it rests on was seen just now.
    pub(super) fn ask_for_grounds(&mut self, now: Duration, batch: usize) {
        for place in self.in_flight.due(Due::Send, now, batch) {
            if self.grounds.footing(place, now) == Footing::Firm {
                continue;
            }
            self.look_at_grounds(place, now);
            if let Some(pending) = self.in_flight.get_mut(place) {
                pending.plan(Due::Look, now);
            }
        }
        self.drop_settled();
    }

    /// Begins a look, unless there were too many.
    fn look_at_grounds(&mut self, place: usize, now: Duration) {
        let Some(pending) = self.in_flight.get_mut(place) else { return };
        if pending.looks >= MOST_LOOKS {
            let outcome = pending.attempt.unfounded(TOO_SLOW);
            self.results.settle(place, outcome);
            return;
        }
        pending.looks += 1;
        self.grounds.ask(place, now);
    }

    /// After a look: whoever stands firm goes out, and what lost its ground ends here.
    pub(super) fn stand(&mut self, now: Duration) {
        for place in self.in_flight.unfounded() {
            let footing = self.grounds.footing(place, now);
            let Some(pending) = self.in_flight.get_mut(place) else { continue };
            match footing {
                Footing::Firm => pending.plan(Due::Send, now),
                Footing::Lost(because) => {
                    let outcome = pending.attempt.unfounded(&because);
                    self.results.settle(place, outcome);
                }
                Footing::Open if self.grounds.is_looking(place) => {}
                // What was seen first was too long ago when the last was seen.
                Footing::Open => self.look_at_grounds(place, now),
            }
        }
        self.drop_settled();
    }

    /// The reads that are due, at most a batch of them. An object whose own id is not known cannot be
    /// read by it.
    pub(super) fn reads(&mut self, now: Duration) -> Option<(Ticket, Vec<Query>)> {
        loop {
            let due = self.in_flight.due(Due::Read, now, LARGEST);
            let (mut places, mut queries) = (Vec::new(), Vec::new());
            for place in &due {
                let Some(step) = self.step(*place) else { continue };
                let query = step.proof.read.filled(&self.known);
                if placeholder::in_query(&query) {
                    self.looked(*place, Showed::Unreadable, None, now);
                } else {
                    places.push(*place);
                    queries.push(query);
                }
            }
            self.drop_settled();
            if !queries.is_empty() {
                self.silence.asked(now);
                return Some((self.in_flight.depart(places), queries));
            }
            if due.is_empty() {
                return self.reads_of_grounds(now);
            }
        }
    }

    fn reads_of_grounds(&mut self, now: Duration) -> Option<(Ticket, Vec<Query>)> {
        let ticket = self.in_flight.ticket();
        let queries = self.grounds.reads(ticket, now, &self.known);
        self.stand(now);
        (!queries.is_empty()).then_some((ticket, queries))
    }

    /// `answered`: when the service did.
    pub(super) fn looked(
        &mut self,
        place: usize,
        sight: Showed,
        answered: Option<Duration>,
        now: Duration,
    ) {
        let sight = match sight {
            Showed::Shown(id) => match self.learn(place, id.clone()) {
                Some(because) => Showed::Another(because),
                None => Showed::Shown(id),
            },
            other => other,
        };
        let blind = self.results.is_blind();
        let Some(pending) = self.in_flight.at(place, now) else { return };
        if sight != Showed::Unreadable {
            pending.looked = answered;
        }
        let next = match pending.attempt.seen(&sight) {
            NextStep::Shown => NextStep::Shown,
            _ if blind => NextStep::Settled(pending.attempt.never_shown()),
            next => next,
        };
        self.proceed(place, next, now);
    }

    /// The id of what a change makes. Two different ones are no id: the answer to the request and the read
    /// speak of different objects, and nothing may be sent for either.
    pub(super) fn learn(&mut self, place: usize, id: Option<String>) -> Option<String> {
        let placeholder = self.step(place)?.creates.clone()?;
        let id = id?;
        let known = self.known.entry(placeholder).or_insert_with(|| id.clone());
        let other = !known.eq_ignore_ascii_case(&id);
        other.then(|| format!("its id was told as {known}, and then as {id}"))
    }
}
