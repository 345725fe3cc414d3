//! A plan without the tenant: what a snapshot says in its place, and what it does not say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::graph::Reader;
use crate::graph::recorded::{Origin, Recorded};
use crate::kinds::{REGISTRY, Scene};
use crate::model::address::{Address, TENANT};
use crate::model::clock::Clock;
use crate::model::digest::sha256_hex;
use crate::model::finding::{Finding, Findings};
use crate::operations::Failed;
use crate::operations::failed::SnapshotProblem;
use crate::operations::lookup::queries;
use crate::operations::manifest::Loaded;
use crate::plan::offline::Offline;
use crate::store::{report_file, taken};

/// Reads the snapshot that stands for the manifest's tenant.
///
/// # Errors
/// When it cannot be read, holds no answers, is of another tenant or cloud, or of later than now.
pub(crate) fn open(path: &Path, loaded: &Loaded, clock: &Arc<dyn Clock>) -> Result<Reader, Failed> {
    let failed = |problem| Failed::Snapshot { path: path.to_owned(), problem };
    let bytes = report_file::read_snapshot(path)?;
    let sha256 = sha256_hex(&bytes);
    let taken = taken::parse(path, &bytes).map_err(|error| match taken::is_of_a_run(&bytes) {
        true => failed(SnapshotProblem::OfARun),
        false => error.into(),
    })?;
    let wanted = &loaded.manifest.tenant;
    if taken.tenant != wanted.id.value {
        let (found, wanted) = (taken.tenant, wanted.id.value);
        return Err(failed(SnapshotProblem::OtherTenant { found, wanted }));
    }
    if taken.cloud != wanted.cloud.value {
        let (found, wanted) = (taken.cloud, wanted.cloud.value);
        return Err(failed(SnapshotProblem::OtherCloud { found, wanted }));
    }
    let taken_at = taken.taken_at;
    if taken_at > clock.now() {
        return Err(failed(SnapshotProblem::StillToCome { taken_at }));
    }
    let origin = Origin { taken_at, sha256, simulated: taken.simulated };
    Ok(Reader::of_record(Arc::new(Recorded::new(taken.answers, origin, clock.clone()))))
}

/// What a plan that is made now is made of, where that is no tenant.
pub(super) fn of(reader: &Reader, made_at: OffsetDateTime) -> Option<Offline> {
    let origin = &reader.record()?.origin;
    Some(Offline::new(origin.taken_at, made_at, origin.sha256.clone()))
}

/// What the manifest is about and the record that is read does not know, each at its line. Apps of which the
/// record does not say what they have, and settings that it does not hold, are no part of the scene any
/// more: what is compared then is only compared for its other mistakes.
pub(super) fn unheld(reader: &Reader, loaded: &Loaded, scene: &mut Scene) -> Findings {
    let mut findings = Findings::default();
    let Some(record) = reader.record() else { return findings };
    scene.directory.unrecorded.taken = record.taken();
    let roster = std::mem::take(&mut scene.roster);
    let settings = std::mem::take(&mut scene.settings);
    let (of_tenant, of_apps): (BTreeSet<Address>, BTreeSet<Address>) =
        settings.into_iter().partition(|address| address.owner == TENANT);
    for (label, app) in &roster {
        scene.roster = BTreeMap::from([(label.clone(), *app)]);
        scene.settings = of_apps.iter().filter(|one| one.owner == *label).cloned().collect();
        if !queries(scene).iter().all(|query| reader.holds(query)) {
            scene.directory.service_principals.remove(app);
            scene.directory.unrecorded.apps.insert(*app);
        }
    }
    scene.roster.clear();
    let mut held = of_apps;
    for kind in REGISTRY {
        let own = of_tenant.iter().filter(|address| address.kind == kind.name()).cloned();
        scene.settings = own.collect();
        if kind.reads(scene).iter().all(|query| reader.holds(query)) {
            held.append(&mut scene.settings);
        } else {
            let word = kind.table().map_or(kind.name(), |table| table.name);
            let place = loaded.manifest.entries(word).first().map(|entry| entry.place.clone());
            let title =
                format!("the snapshot of {} does not know what [{word}] is about", record.taken());
            let finding = Finding::error("not_in_snapshot", title).help(TABLE);
            findings.push(match place {
                Some(place) => finding.at(&place),
                None => finding,
            });
        }
    }
    (scene.roster, scene.settings) = (roster, held);
    findings
}

const TABLE: &str = "whoever took it was not allowed to read that, or it was not asked for: a maintainer plans \
                     this against the tenant, or takes a snapshot anew (consent snapshot take)";
