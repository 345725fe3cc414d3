//! What an onlooker is told while a plan is carried out.

use std::time::Duration;

use crate::graph::wait::Wait;
use crate::model::address::Address;
use crate::model::outcome::Outcome;

/// One event. Nothing depends on anybody looking.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Progress<'a> {
    /// Requests are about to go out, one for each of these changes.
    Sending { addresses: &'a [&'a Address] },
    /// Objects are read.
    Reading { count: usize },
    /// Nothing new happens until then. Told again and again as the time gets shorter.
    Waiting { wait: Wait },
    /// A change has its result. So many of so many have one by now, those told next included: an
    /// answer settles a whole batch. What is left takes at least so long by the quota of writes.
    Settled {
        address: &'a Address,
        outcome: &'a Outcome,
        settled: usize,
        all: usize,
        at_least: Duration,
    },
}
