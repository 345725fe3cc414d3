//! Floor 5: carries out an approved plan. Sends, waits, repeats, reads back, records; decides
//! nothing that the plan did not decide.
//!
//! Imports floors 0 to 4. Effects only through floor 4: requests through `graph`, the journal
//! through `store`. `machine` and what it uses are pure: they say what to do next and are told what
//! came of it, so that every order of events can be tried without a network.

pub(crate) mod action;
pub(crate) mod attempt;
pub(crate) mod executor;
pub(crate) mod grounds;
pub(crate) mod in_flight;
pub(crate) mod journaling;
pub(crate) mod machine;
pub(crate) mod next_batch;
pub(crate) mod pace;
pub(crate) mod placeholder;
pub(crate) mod progress;
pub(crate) mod proof;
pub(crate) mod results;
pub(crate) mod silence;

#[cfg(test)]
mod rehearsal;
