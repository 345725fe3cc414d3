//! What a course reads: what was sent, what is about to be replaced or removed, and what that rests on.

use std::time::Duration;

use crate::apply::attempt::Next;
use crate::apply::course::Course;
use crate::apply::flights::{Due, Ticket};
use crate::apply::grounds::Footing;
use crate::apply::placeholder;
use crate::apply::proof::{LOOKS_LAST, Sight};
use crate::apply::wave::LARGEST;
use crate::model::query::Query;

/// Looks that may follow one another without the request going out: reads that are slow, or pauses that
/// come in between again and again, make each of them too old.
const MOST_LOOKS: usize = 20;

const TOO_SLOW: &str = "it could not be read right before: the answers came too late";

impl Course<'_> {
    /// What would replace or remove something that was last seen a while ago looks at it first.
    pub(super) fn look_first(&mut self, now: Duration, batch: usize) {
        for place in self.flights.due(Due::Send, now, batch) {
            let guarded = self.step(place).is_some_and(|step| step.proof.before.is_some());
            let Some(flight) = self.flights.at(place, now) else { continue };
            let recent = |seen: Duration| now.saturating_sub(seen) < LOOKS_LAST;
            if !guarded || flight.looked.is_some_and(recent) {
                continue;
            }
            if flight.looks >= MOST_LOOKS {
                let outcome = flight.attempt.unfounded(TOO_SLOW);
                self.tally.settle(place, outcome);
                continue;
            }
            flight.look_first(now);
            // At the same time: both have to be recent when the request goes out.
            self.grounds.ask(place, now);
        }
        self.land();
    }

    /// What takes something waits until all that it rests on was seen just now.
    pub(super) fn ask_for_grounds(&mut self, now: Duration, batch: usize) {
        for place in self.flights.due(Due::Send, now, batch) {
            if self.grounds.footing(place, now) == Footing::Firm {
                continue;
            }
            self.look_at_grounds(place, now);
            if let Some(flight) = self.flights.get_mut(place) {
                flight.plan(Due::Look, now);
            }
        }
        self.land();
    }

    /// Begins a look, unless there were too many.
    fn look_at_grounds(&mut self, place: usize, now: Duration) {
        let Some(flight) = self.flights.get_mut(place) else { return };
        if flight.looks >= MOST_LOOKS {
            let outcome = flight.attempt.unfounded(TOO_SLOW);
            self.tally.settle(place, outcome);
            return;
        }
        flight.looks += 1;
        self.grounds.ask(place, now);
    }

    /// After a look: whoever stands firm goes out, and what lost its ground ends here.
    pub(super) fn stand(&mut self, now: Duration) {
        for place in self.flights.unfounded() {
            let footing = self.grounds.footing(place, now);
            let Some(flight) = self.flights.get_mut(place) else { continue };
            match footing {
                Footing::Firm => flight.plan(Due::Send, now),
                Footing::Lost(because) => {
                    let outcome = flight.attempt.unfounded(&because);
                    self.tally.settle(place, outcome);
                }
                Footing::Open if self.grounds.is_looking(place) => {}
                // What was seen first was too long ago when the last was seen.
                Footing::Open => self.look_at_grounds(place, now),
            }
        }
        self.land();
    }

    /// The reads that are due, at most a batch of them. An object whose own id is not known cannot be
    /// read by it.
    pub(super) fn reads(&mut self, now: Duration) -> Option<(Ticket, Vec<Query>)> {
        loop {
            let due = self.flights.due(Due::Read, now, LARGEST);
            let (mut places, mut queries) = (Vec::new(), Vec::new());
            for place in &due {
                let Some(step) = self.step(*place) else { continue };
                let query = step.proof.read.filled(&self.known);
                if placeholder::in_query(&query) {
                    self.looked(*place, Sight::Unreadable, None, now);
                } else {
                    places.push(*place);
                    queries.push(query);
                }
            }
            self.land();
            if !queries.is_empty() {
                self.silence.asked(now);
                return Some((self.flights.depart(places), queries));
            }
            if due.is_empty() {
                return self.reads_of_grounds(now);
            }
        }
    }

    fn reads_of_grounds(&mut self, now: Duration) -> Option<(Ticket, Vec<Query>)> {
        let ticket = self.flights.ticket();
        let queries = self.grounds.reads(ticket, now, &self.known);
        self.stand(now);
        (!queries.is_empty()).then_some((ticket, queries))
    }

    /// `answered`: when the service did.
    pub(super) fn looked(
        &mut self,
        place: usize,
        sight: Sight,
        answered: Option<Duration>,
        now: Duration,
    ) {
        let sight = match sight {
            Sight::Shown(id) => match self.learn(place, id.clone()) {
                Some(because) => Sight::Another(because),
                None => Sight::Shown(id),
            },
            other => other,
        };
        let blind = self.tally.is_blind();
        let Some(flight) = self.flights.at(place, now) else { return };
        if sight != Sight::Unreadable {
            flight.looked = answered;
        }
        let next = match flight.attempt.seen(&sight) {
            Next::Shown => Next::Shown,
            _ if blind => Next::Settled(flight.attempt.never_shown()),
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
