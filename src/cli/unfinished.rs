//! A last run that did not come to its end, and records that cannot be read: told on stderr, before
//! the plan. Nothing is decided by them.

use std::path::Path;

use crate::cli::Streams;
use crate::cli::args::Global;
use crate::cli::failure::{Exit, Failure};
use crate::cli::state::Past;
use crate::plan::{Extent, Plan};
use crate::render::history::unfinished::{Above, Where, note, unreadable};
use crate::store::lock::{self, LockError};

/// Tells what the records left open, unless only results and errors are wanted.
pub fn tell(
    past: &Past,
    plan: &Plan,
    above: Above<'_>,
    place: Where,
    global: &Global,
    streams: &mut Streams<'_>,
) {
    if global.quiet {
        return;
    }
    // Nobody reading it is no reason to stop.
    if let Some(error) = &past.unreadable {
        drop(unreadable(&error.to_string(), &error.help(), streams.err));
    }
    if let Some(run) = &past.unfinished {
        drop(note(run, plan.tenant.id, above, place, streams.err));
    }
}

/// A plan would be made and approved only to be refused at the lock.
///
/// # Errors
/// With exit code 7 when the last run is still under way.
pub fn refuse_under_way(past: &Past, state: &Path, again: &str) -> Result<(), Failure> {
    if past.unfinished.as_ref().is_none_or(|run| !run.under_way) {
        return Ok(());
    }
    let by = lock::holder(state).unwrap_or_default();
    Err(locked(&LockError::Held { by }, again))
}

/// Somebody else has the lock.
pub fn locked(error: &LockError, again: &str) -> Failure {
    Failure::new(Exit::Locked, "locked", error.to_string())
        .help(format!("wait until it has ended, then run: {again}"))
}

/// Whether a run without a change is worth a record: it puts the end of the last one into the
/// history, so that nobody is told of it again.
pub fn needs_record(past: &Past, plan: &Plan) -> bool {
    let ours = |tenant| tenant == plan.tenant.id;
    plan.extent == Extent::Whole
        && past.unfinished.as_ref().is_some_and(|run| run.tenant.is_none_or(ours))
}
