//! Why no plan is made of a snapshot, for people.

use std::path::Path;

use crate::cli::output::failure::{Exit, Failure};
use crate::model::shell::word;
use crate::operations::failed::SnapshotProblem;

/// Nothing was planned.
pub(crate) fn unusable(path: &Path, problem: &SnapshotProblem) -> Failure {
    let path = word(path);
    let title = format!("no plan can be made of {path}: {problem}");
    let (id, help) = match problem {
        SnapshotProblem::OfARun => (
            "snapshot_of_a_run",
            "take one that says all that a plan needs: consent snapshot take --to FILE",
        ),
        SnapshotProblem::OtherTenant { .. } | SnapshotProblem::OtherCloud { .. } => (
            "other_snapshot",
            "name the snapshot of the manifest's tenant, or take one: consent snapshot take --to FILE",
        ),
        SnapshotProblem::StillToCome { .. } => (
            "snapshot_to_come",
            "set the clock of this machine; if it is right, take a snapshot anew: consent snapshot take --to FILE",
        ),
    };
    Failure::new(Exit::Invalid, id, title).help(help)
}
