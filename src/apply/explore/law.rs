//! The laws, by the names of what breaks them.

/// A broken law, by a name that tests and people know it by.
pub(super) type Fault = &'static str;

pub(super) const CUTS_OFF: Fault = "a request cuts somebody off, and nobody else did anything";
pub(super) const RESTS_ON_UNCHANGED: Fault =
    "a removal rests on something that the plan does not change, and that is gone";
pub(super) const RESTS_ON_MADE: Fault =
    "a removal rests on something that this run made or found made, and that is gone";
pub(super) const OVER_THE_LOOK: Fault =
    "somebody's work is written over: ten seconds or more after the look before the run";
pub(super) const OVER_A_READ: Fault =
    "somebody's work is written over: ten seconds or more after a read of this run";
pub(super) const OVER_SHOWN: Fault = "somebody's work is written over, and a read had shown it";
pub(super) const NOT_APPROVED: Fault = "a request that nobody approved";
pub(super) const TWO_IDS: Fault = "a request with an id that the answers do not agree about";
pub(super) const NO_END: Fault = "no end";
pub(super) const REFUSED: Fault = "a plan is refused, and nobody else did anything";
pub(super) const NOT_SO: Fault = "told as done, and it is not so";
pub(super) const NOTHING_DONE: Fault = "told as done by this run, and nothing of it took effect";
pub(super) const NOT_UNTOUCHED: Fault = "told as not started or skipped, and a request took effect";
pub(super) const NOT_FAILED: Fault = "told as failed, and a request took effect";
pub(super) const MISCOUNTED: Fault = "the requests are not counted right";
pub(super) const NO_NEED: Fault = "not done, and nothing was in the way";
pub(super) const NOT_THE_GOAL: Fault = "all done, and the tenant is not as the plan would have it";
