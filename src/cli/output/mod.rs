//! What is told: what goes on, results, reports, and what went wrong.

pub(crate) mod approvals;
pub(crate) mod display;
pub(crate) mod failed;
pub(crate) mod failure;
pub(crate) mod files;
pub(crate) mod live;
pub(crate) mod not_begun;
pub(crate) mod offline;
pub(crate) mod progress;
pub(crate) mod rails;
pub(crate) mod reporting;
pub(crate) mod results;
pub(crate) mod saved;
pub(crate) mod stale;
pub(crate) mod unfinished;
pub(crate) mod waiting;
