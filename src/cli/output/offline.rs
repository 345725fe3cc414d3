//! Why no plan is made of a snapshot, for people.

use std::path::Path;

use crate::cli::output::failure::{Exit, Failure};
use crate::model::shell::word;
use crate::operations::failed::SnapshotProblem;

/// Nothing was planned.
pub(crate) fn unusable(path: &Path, problem: &SnapshotProblem) -> Failure {
    let title = format!("no plan can be made of {}: {problem}", word(path));
    match problem {
        SnapshotProblem::OfARun => Failure::new(Exit::Invalid, "snapshot_of_a_run", title)
            .help("take one that says all that a plan needs: consent snapshot take --to FILE"),
        SnapshotProblem::OtherTenant { .. } | SnapshotProblem::OtherCloud { .. } => {
            Failure::new(Exit::Invalid, "other_snapshot", title).help(
                "name the snapshot of the manifest's tenant, or take one: consent snapshot take --to FILE",
            )
        }
        SnapshotProblem::StillToCome { .. } => {
            Failure::new(Exit::Invalid, "snapshot_to_come", title).help(
                "set the clock of this machine; if it is right, take one anew: consent snapshot take --to FILE",
            )
        }
    }
}
