//! What an onlooker is told while a plan is carried out.

use std::time::Duration;

use crate::apply::action::Because;
use crate::model::address::Address;
use crate::model::outcome::Outcome;

/// One event. Nothing depends on anybody looking.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress<'a> {
    /// Requests are about to go out; the addresses of the first and of the last in the plan's order.
    Sending { count: usize, first: &'a Address, last: &'a Address },
    /// Objects are read.
    Reading { count: usize },
    /// Nothing new happens for this long. Told again and again as the time gets shorter.
    Waiting { time: Duration, because: Because },
    /// A change has its result; so many of so many have one. What is left takes at least so long by
    /// the service's quota of writes.
    Settled {
        address: &'a Address,
        outcome: &'a Outcome,
        settled: usize,
        all: usize,
        at_least: Duration,
    },
}
