//! What an onlooker is told while a plan is carried out.

use std::time::Duration;

use crate::model::address::Address;
use crate::model::outcome::Outcome;

/// One event. Nothing depends on anybody looking.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress<'a> {
    /// Requests are about to go out; the addresses of the first and of the last in the plan's order.
    Sending { count: usize, first: &'a Address, last: &'a Address },
    /// Objects are read.
    Reading { count: usize },
    /// Nothing happens for this long: the service asked for it, or replicas have to agree. Told
    /// again and again as the time gets shorter.
    Waiting { time: Duration },
    /// A change has its result; so many of so many have one.
    Settled { address: &'a Address, outcome: &'a Outcome, settled: usize, all: usize },
}
