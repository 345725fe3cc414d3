//! What is told: what goes on, results, reports, and what went wrong.

pub mod display;
pub mod failed;
pub mod failure;
pub mod files;
pub mod not_begun;
pub mod progress;
pub mod rails;
pub mod reporting;
pub mod results;
pub mod saved;
pub mod stale;
pub mod unfinished;
pub mod waiting;
