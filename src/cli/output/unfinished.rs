//! A last run that did not come to its end, and records that cannot be read: told on stderr, before
//! the plan. Nothing is decided by them.

use crate::cli::input::args::Global;
use crate::cli::output::failure::Failure;
use crate::cli::output::not_begun::locked;
use crate::cli::process::streams::Streams;
use crate::model::untrusted::shown;
use crate::operations::history::{self, Past};
use crate::plan::Plan;
use crate::render::history::unfinished::{Above, Where, note, unreadable};
use crate::store::place::RecordPlace;
use crate::store::records::Records;

/// Tells what the records left open, unless only results and errors are wanted.
pub(crate) fn tell(
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
pub(crate) fn refuse_under_way(
    past: &Past,
    records: &dyn Records,
    again: &str,
) -> Result<(), Failure> {
    past.holder(records).map_or(Ok(()), |by| Err(locked(&by, again)))
}

/// A word of warning where a manifest stands at the place that a saved plan names, and is not used.
pub(crate) fn of_another_manifest(plan: &Plan, place: &RecordPlace) -> Option<String> {
    let other = history::other_manifest(&plan.manifest)?;
    Some(format!(
        "{} is not the file that the plan was made of: records and lock are in {place}",
        shown(&other.display().to_string()),
    ))
}
