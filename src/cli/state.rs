//! `.consent`: where a manifest's snapshots and journals lie. Nothing is decided by it.

use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::session::stored;
use crate::store::manifest_file;
use crate::store::snapshot::{self, Snapshot};

/// Beside the first manifest file, or in the manifest's folder.
pub fn of_manifest(files: &[PathBuf]) -> PathBuf {
    match files.first() {
        Some(path) if manifest_file::is_folder(path) => path.join(".consent"),
        Some(path) => beside(path),
        None => PathBuf::from(".consent"),
    }
}

pub fn beside(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(".consent")
}

/// The last run's snapshot, if there was one.
///
/// # Errors
/// When there is one that cannot be read: it is not passed over, because it may hold what is needed.
pub fn last(state: &Path) -> Result<Option<Snapshot>, Failure> {
    Ok(snapshot::latest(state).map_err(stored)?.map(|(_, snapshot)| snapshot))
}
