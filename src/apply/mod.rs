//! Floor 5: carries out an approved plan. Sends, waits, repeats, reads back, records; decides
//! nothing that the plan did not decide.
//!
//! Imports floors 0 to 4. Effects only through floor 4: requests through `graph`, the journal
//! through `store`. `machine` and what it uses are pure: they say what to do next and are told what
//! came of it, so that every order of events can be tried without a network.

pub mod action;
pub mod attempt;
pub mod executor;
pub mod grounds;
pub mod in_flight;
pub mod journaling;
pub mod machine;
pub mod next_batch;
pub mod pace;
pub mod placeholder;
pub mod progress;
pub mod proof;
pub mod results;
pub mod silence;

#[cfg(test)]
mod rehearsal;
