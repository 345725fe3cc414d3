//! `.consent`: where a manifest's snapshots and journals lie, and what the last runs left there. Nothing is
//! decided by it.

use std::path::{Path, PathBuf};

use crate::model::unfinished::Unfinished;
use crate::plan::{Extent, ManifestSummary, Plan};
use crate::store::opened::real_folder;
use crate::store::snapshot::{self, Snapshot};
use crate::store::{StoreError, lock, manifest_file, private, unfinished};

/// Beside the first manifest file, or in the manifest's folder.
pub fn of_manifest(files: &[PathBuf]) -> PathBuf {
    match files.first() {
        Some(path) if manifest_file::is_folder(path) => real_folder(path).join(".consent"),
        Some(path) => beside(path),
        None => PathBuf::from(".consent"),
    }
}

/// Beside the manifest that a saved plan was made from, so that its runs and those of the manifest
/// share a history and a lock; beside the plan file where that manifest is not to be found from here.
pub fn of_plan(file: &Path, manifest: &ManifestSummary) -> PathBuf {
    let first = manifest.files.first().filter(|first| manifest_file::is_there(first));
    first.map_or_else(|| beside(file), |first| beside(Path::new(&first.path)))
}

/// The manifest that stands at the place that a saved plan names, and is not the one that it was made of:
/// its runs have another history, and another lock.
pub fn other_manifest(manifest: &ManifestSummary) -> Option<&Path> {
    let first = manifest.files.first().filter(|first| !manifest_file::is_there(first))?;
    Some(Path::new(&first.path)).filter(|path| manifest_file::is_file(path))
}

/// In the folder of a file, whatever way it was named: two names of one folder share its records and
/// its lock, and a message tells where they really are.
pub fn beside(path: &Path) -> PathBuf {
    real_folder(path.parent().unwrap_or(Path::new(""))).join(".consent")
}

/// What the last runs left.
#[derive(Debug)]
pub struct Past {
    /// The last run's record, if that was of this manifest, or else the last one that is.
    of_manifest: Option<Snapshot>,
    /// Why the last snapshot is not known although there is one.
    pub unreadable: Option<StoreError>,
    pub unfinished: Option<Unfinished>,
}

impl Past {
    /// Reads the last run's records. What is damaged is passed over: nothing is decided by it.
    ///
    /// So is what others may write to: they could say anything about the last run.
    pub fn of(state: &Path, manifest: &ManifestSummary) -> Self {
        if let Err(error) = private::check_all(state) {
            return Self { of_manifest: None, unreadable: Some(error), unfinished: None };
        }
        let (last, unreadable) = match snapshot::latest(state) {
            Ok(last) => (last, None),
            Err(error) => (None, Some(error)),
        };
        let unfinished = unfinished::look(state, last.as_ref());
        let of_manifest = last.and_then(|(_, last)| of_this(state, last, manifest));
        Self { of_manifest, unreadable, unfinished }
    }

    /// The snapshot of the last run of this manifest, if there was one that can be read.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.of_manifest.as_ref()
    }

    /// Whether a run without a change is worth a record: it puts the end of the last one into the
    /// history, so that nobody is told of it again.
    pub fn needs_record(&self, plan: &Plan) -> bool {
        let ours = |tenant| tenant == plan.tenant.id;
        plan.extent == Extent::Whole
            && self.unfinished.as_ref().is_some_and(|run| run.tenant.is_none_or(ours))
    }

    /// Who has the lock, in its own words, while the last run is still under way.
    pub fn holder(&self, state: &Path) -> Option<String> {
        self.unfinished.as_ref().filter(|run| run.under_way)?;
        Some(lock::holder(state).unwrap_or_default())
    }
}

/// How many records are looked through for one of the same manifest.
const BACK: usize = 8;

/// Back from the last record, the first of this manifest. What of an old one nobody knows counts as this
/// one's.
fn of_this(state: &Path, last: Snapshot, manifest: &ManifestSummary) -> Option<Snapshot> {
    let folder = home(state);
    let now = names(state, manifest);
    let is_this = |one: &Snapshot| {
        one.manifest.as_ref().is_none_or(|recorded| manifest_file::is_of(folder, recorded, &now))
    };
    if is_this(&last) {
        return Some(last);
    }
    let earlier = snapshot::list(state).unwrap_or_default();
    let earlier = earlier.iter().rev().take(BACK);
    earlier.filter_map(|path| snapshot::read(path).ok()).find(is_this)
}

/// The folder that `.consent` is in.
fn home(state: &Path) -> &Path {
    state.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The names of a manifest's files in its records.
pub fn names(state: &Path, manifest: &ManifestSummary) -> Vec<String> {
    manifest_file::names_from(home(state), &manifest.files)
}
