//! The changes that have begun and have no result yet, and which of them are under way. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::attempt::Attempt;
use crate::apply::next_batch::Outcomes;
use crate::graph::patience::Trying;
use crate::graph::wait::Because;
use crate::model::outcome::Outcome;

/// Names an action that is under way.
pub(crate) type Ticket = u64;

/// A change that has begun and has no result yet.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// Number of the present step, from 0.
    pub(crate) step: usize,
    /// The present step's request has been sent at least once.
    pub(crate) sent: bool,
    /// This run brought about at least one step.
    pub(crate) ours: bool,
    pub(crate) attempt: Attempt,
    pub(crate) due: Due,
    /// Not before this.
    pub(crate) from: Duration,
    /// Part of an action that is under way.
    pub(crate) under_way: bool,
    /// When the service last answered with the object, where that is known.
    pub(crate) looked: Option<Duration>,
    /// Looks since it was last sent.
    pub(crate) looks: usize,
}

/// What is to be done next about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Send,
    Read,
    /// What it rests on is being looked at; after that it is to be sent.
    Look,
}

/// All of them, by place of the change in the plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangesInFlight {
    open: BTreeMap<usize, Pending>,
    /// The places that each action under way is about, in its order.
    asked: BTreeMap<Ticket, Vec<usize>>,
    tickets: Ticket,
    /// How the run tries again after faults.
    pub(crate) trying: Trying,
}

impl Pending {
    /// Its first step is to be sent now.
    pub(crate) fn new(now: Duration, looked: Option<Duration>) -> Self {
        Self {
            step: 0,
            sent: false,
            ours: false,
            attempt: Attempt::default(),
            due: Due::Send,
            from: now,
            under_way: false,
            looked,
            looks: 0,
        }
    }

    /// The next step begins: nothing of the one before is remembered but who brought it about.
    pub(crate) fn next_step(&mut self, now: Duration) {
        *self = Self { step: self.step + 1, ours: self.ours, ..Self::new(now, self.looked) };
    }

    /// The object is read before anything is sent.
    pub(crate) fn look_first(&mut self, now: Duration) {
        self.looks += 1;
        self.attempt.look_first();
        self.plan(Due::Read, now);
    }

    /// The run stops before it could go on: it has so many steps.
    pub(crate) fn abandoned(&self, steps: usize) -> Outcome {
        match self.attempt.abandoned() {
            Outcome::NotStarted if self.step > 0 => {
                Outcome::in_doubt(format!("stopped after step {} of {steps}", self.step))
            }
            outcome => outcome,
        }
    }

    /// To be done next, not before this time.
    pub(crate) fn plan(&mut self, due: Due, from: Duration) {
        (self.due, self.from) = (due, from);
    }
}

impl ChangesInFlight {
    pub(crate) fn begin(&mut self, place: usize, now: Duration, looked: Option<Duration>) {
        self.open.insert(place, Pending::new(now, looked));
    }

    /// Those that are looked at before they are sent, or what they rest on.
    pub(crate) fn looking_first(&self) -> usize {
        let looks = |pending: &Pending| pending.attempt.looks_first() || pending.due == Due::Look;
        self.iter().filter(|(_, pending)| looks(pending)).count()
    }

    /// Places of those that wait for a look at what they rest on, in the plan's order.
    pub(crate) fn unfounded(&self) -> Vec<usize> {
        self.waiting(Due::Look).map(|(place, _)| place).collect()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Pending> {
        self.open.get(&place)
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Pending> {
        self.open.get_mut(&place)
    }

    /// About to be told something, at this time.
    pub(crate) fn at(&mut self, place: usize, now: Duration) -> Option<&mut Pending> {
        let pending = self.open.get_mut(&place)?;
        pending.attempt.at(now, self.trying);
        Some(pending)
    }

    /// In the plan's order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Pending)> {
        self.open.iter().map(|(place, pending)| (*place, pending))
    }

    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }

    /// Those that wait for this.
    pub(crate) fn count_of(&self, due: Due) -> usize {
        self.iter().filter(|(_, pending)| !pending.under_way && pending.due == due).count()
    }

    /// Whether no action is under way.
    pub(crate) fn all_back(&self) -> bool {
        self.asked.is_empty()
    }

    /// Places of what is due now and not under way, in the plan's order, at most so many.
    pub(crate) fn due(&self, due: Due, now: Duration, most: usize) -> Vec<usize> {
        let ripe = self.waiting(due).filter(|(_, pending)| pending.from <= now);
        ripe.map(|(place, _)| place).take(most).collect()
    }

    /// The place of the first change that is looked at before its request goes out. Nothing that the
    /// plan has behind it goes out before it: requests keep the order that was approved.
    fn looked_at(&self) -> Option<usize> {
        let looks = |pending: &Pending| pending.due == Due::Look || pending.attempt.looks_first();
        self.iter().find(|(_, pending)| !pending.sent && looks(pending)).map(|(place, _)| place)
    }

    /// Puts these under way together.
    pub(crate) fn depart(&mut self, places: Vec<usize>) -> Ticket {
        for place in &places {
            if let Some(pending) = self.open.get_mut(place) {
                pending.under_way = true;
            }
        }
        let ticket = self.ticket();
        self.asked.insert(ticket, places);
        ticket
    }

    /// A name for one more action.
    pub(crate) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        self.tickets
    }

    /// Puts these under way together, by their requests.
    pub(crate) fn send(&mut self, places: Vec<usize>, now: Duration) -> Ticket {
        for place in &places {
            if let Some(pending) = self.at(*place, now) {
                pending.attempt.departs();
            }
        }
        self.depart(places)
    }

    /// The places of an action that is over.
    pub(crate) fn arrive(&mut self, ticket: Ticket) -> Vec<usize> {
        let places = self.asked.remove(&ticket).unwrap_or_default();
        for place in &places {
            if let Some(pending) = self.open.get_mut(place) {
                pending.under_way = false;
            }
        }
        places
    }

    /// Takes the changes that have a result out of the air.
    pub(crate) fn drop_settled(&mut self, outcomes: &Outcomes) {
        self.open.retain(|place, _| outcomes.get(*place).is_none_or(Option::is_none));
    }

    /// When the next of these is due.
    pub(crate) fn next_due(&self, due: Due) -> Option<Duration> {
        self.waiting(due).map(|(_, pending)| pending.from).min()
    }

    /// What is waited for by what is due at this time.
    pub(crate) fn because(&self, time: Duration, now: Duration) -> Because {
        let idle = self.iter().filter(|(_, pending)| !pending.under_way && pending.from == time);
        let waits = idle.filter_map(|(_, pending)| pending.attempt.wait(now));
        waits.min_by_key(|wait| wait.gives_up).map_or(Because::Replicas, |wait| wait.because)
    }

    /// When the first of those that wait for the like gives up.
    pub(crate) fn gives_up(&self, because: Because, now: Duration) -> Option<Duration> {
        let waits = self.iter().filter_map(|(_, pending)| pending.attempt.wait(now));
        waits.filter(|wait| wait.because.is_like(because)).filter_map(|wait| wait.gives_up).min()
    }

    fn waiting(&self, due: Due) -> impl Iterator<Item = (usize, &Pending)> {
        let before = match due {
            Due::Send => self.looked_at(),
            Due::Read | Due::Look => None,
        };
        let waits = move |pending: &Pending| !pending.under_way && pending.due == due;
        let in_turn = move |place: usize| before.is_none_or(|before| place < before);
        self.iter().filter(move |(place, pending)| waits(pending) && in_turn(*place))
    }
}

#[cfg(test)]
#[path = "in_flight_tests.rs"]
mod tests;
