//! Why a run did not begin, for people.

use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::stale::changed;
use crate::operations::failed::{Failed, NotBegun};
use crate::plan::Plan;

/// Nothing was written. `again` is the command that leads here.
pub(crate) fn not_begun(error: NotBegun, plan: &Plan, again: &str) -> Failure {
    match error {
        NotBegun::Interrupted => interrupted(),
        NotBegun::Lacking(permissions) => lacking(&permissions),
        NotBegun::Held { by } => locked(&by, again),
        NotBegun::Changed(stale) => {
            changed(plan, &stale).unwrap_or_else(|error| failed(Failed::Unreadable(error)))
        }
        NotBegun::Failed(error) => failed(error),
    }
}

/// A signal came in time.
pub(crate) fn interrupted() -> Failure {
    Failure::new(Exit::Declined, "interrupted", "interrupted before the first write")
        .help("run it again; it has only read")
}

/// Somebody else has the lock.
pub(crate) fn locked(by: &str, again: &str) -> Failure {
    Failure::new(Exit::Locked, "locked", format!("another run is under way: {by}"))
        .help(format!("wait until it has ended, then run: {again}"))
}

fn lacking(permissions: &[&str]) -> Failure {
    let all = permissions.join(" and ");
    let what = if permissions.len() == 1 { "permission" } else { "permissions" };
    Failure::new(
        Exit::NoRight,
        "missing_permission",
        format!("the token lacks the {what} {all}, which this plan needs"),
    )
    .help(format!("consent {all} of Microsoft Graph to the app that signs in, and sign in again"))
}
