//! What the last runs left in their records. Nothing is decided by it.

use std::path::Path;

use crate::model::unfinished::Unfinished;
use crate::plan::{Extent, ManifestSummary, Plan};
use crate::store::place::RecordPlace;
use crate::store::records::{RecordSort, Records};
use crate::store::snapshot::Snapshot;
use crate::store::{StoreError, chain, manifest_file, unfinished};

/// Beside the manifest that a saved plan was made from, so that its runs and those of the manifest
/// share a history and a lock; beside the plan file where that manifest is not to be found from here.
pub(crate) fn of_plan(file: &Path, manifest: &ManifestSummary) -> RecordPlace {
    let first = manifest.files.first().filter(|first| manifest_file::is_there(first));
    RecordPlace::beside(first.map_or(file, |first| Path::new(&first.path)))
}

/// Whether the manifest that a saved plan was made of is found from here, and by that its records.
pub(crate) fn is_here(manifest: &ManifestSummary) -> bool {
    manifest.files.first().is_some_and(manifest_file::is_there)
}

/// The manifest that stands at the place that a saved plan names, and is not the one that it was made of:
/// its runs have another history, and another lock.
pub(crate) fn other_manifest(manifest: &ManifestSummary) -> Option<&Path> {
    let first = manifest.files.first().filter(|first| !manifest_file::is_there(first))?;
    Some(Path::new(&first.path)).filter(|path| manifest_file::is_file(path))
}

/// What the last runs left.
#[derive(Debug)]
pub(crate) struct Past {
    /// The last run's record, if that was of this manifest, or else the last one that is.
    of_manifest: Option<Snapshot>,
    /// Why the last snapshot is not known although there is one.
    pub(crate) unreadable: Option<StoreError>,
    pub(crate) unfinished: Option<Unfinished>,
}

impl Past {
    /// Reads the last run's records. What is damaged is passed over: nothing is decided by it.
    ///
    /// So is what others may write to: they could say anything about the last run.
    pub(crate) fn of(place: &RecordPlace, manifest: &ManifestSummary) -> Self {
        let records = &*place.records();
        if let Err(error) = records.check() {
            return Self { of_manifest: None, unreadable: Some(error), unfinished: None };
        }
        let (last, unreadable) = match chain::latest(records) {
            Ok(last) => (last, None),
            Err(error) => (None, Some(error)),
        };
        let unfinished = unfinished::look(records, last.as_ref());
        let of_manifest = last.and_then(|(_, last)| of_this(records, place.home(), last, manifest));
        Self { of_manifest, unreadable, unfinished }
    }

    /// The snapshot of the last run of this manifest, if there was one that can be read.
    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        self.of_manifest.as_ref()
    }

    /// Whether a run without a change is worth a record: it puts the end of the last one into the
    /// history, so that nobody is told of it again.
    pub(crate) fn needs_record(&self, plan: &Plan) -> bool {
        let ours = |tenant| tenant == plan.tenant.id;
        plan.extent == Extent::Whole
            && self.unfinished.as_ref().is_some_and(|run| run.tenant.is_none_or(ours))
    }

    /// Who has the lock, in its own words, while the last run is still under way.
    pub(crate) fn holder(&self, records: &dyn Records) -> Option<String> {
        self.unfinished.as_ref().filter(|run| run.under_way)?;
        Some(records.holder().unwrap_or_default())
    }
}

/// How many records are looked through for one of the same manifest.
const BACK: usize = 8;

/// Back from the last record, the first of this whole manifest: a part knows some of its apps only. What of
/// an old one nobody knows counts as this one's.
fn of_this(
    records: &dyn Records,
    home: &Path,
    last: Snapshot,
    manifest: &ManifestSummary,
) -> Option<Snapshot> {
    let now = manifest_file::names_from(home, &manifest.files);
    let is_this = |one: &Snapshot| {
        one.part.is_empty()
            && one.manifest.as_ref().is_none_or(|files| manifest_file::is_of(home, files, &now))
    };
    if is_this(&last) {
        return Some(last);
    }
    let earlier = records.list(RecordSort::Snapshot).unwrap_or_default();
    let earlier = earlier.iter().rev().take(BACK);
    earlier.filter_map(|name| chain::read(records, name).ok()).find(is_this)
}
