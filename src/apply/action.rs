//! What a machine says to do, in words that the executor and the tests share. Pure.

use std::time::Duration;

use crate::apply::in_flight::Ticket;
pub(crate) use crate::graph::wait::Because;
use crate::model::query::Query;
use crate::model::request::Request;

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Send these together, then call [`crate::apply::machine::Machine::answered`] with the ticket. Until then they are under
    /// way, and further actions are about others.
    Send(Ticket, Vec<Outgoing>),
    /// Read these together, then call [`crate::apply::machine::Machine::seen`] with the ticket.
    Read(Ticket, Vec<Query>),
    /// Nothing can be done before so much time has passed, unless an answer comes first.
    Wait(Duration, Because),
    /// Nothing can be done before an answer comes.
    Await,
    /// Nothing is left to do.
    End,
}

/// The moment, as time since the start of any clock, and when the service takes writes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) now: Duration,
    /// No write goes out before this, by the quota of writes.
    pub(crate) quota_from: Duration,
    /// No write goes out before this, by the service's own word.
    pub(crate) asked_from: Duration,
    /// Most writes that may go out together.
    pub(crate) batch: usize,
}

/// One request, all ids in their places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outgoing {
    /// Place of the change in the plan.
    pub(crate) place: usize,
    /// Number of the step, from 0.
    pub(crate) step: usize,
    pub(crate) request: Request,
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
