//! A snapshot without a run: everything is read that a plan of this manifest needs, and what a manifest that
//! says more about the same apps would need besides. Nothing is written to the tenant.

use std::path::PathBuf;
use std::sync::Arc;

use crate::graph::recorded::{Origin, Recorded};
use crate::graph::recording::Recording;
use crate::graph::{Reader, survey};
use crate::kinds::{AnyKind, REGISTRY, Scene};
use crate::manifest::resources::WELL_KNOWN;
use crate::model::address::{Address, TENANT};
use crate::model::clock::{Clock, stamp};
use crate::model::directory::Mentions;
use crate::model::id::AppId;
use crate::model::json::write_pretty;
use crate::model::query::{Pages, Query};
use crate::operations::lookup::queries;
use crate::operations::manifest::Loaded;
use crate::operations::{Failed, Tell, plan, watch};
use crate::plan::Plan;
use crate::store::lock::LockError;
use crate::store::records::{RecordName, RecordSort, Records};
use crate::store::taken::{FORMAT, Taken, TakenState, VERSION};

/// Reads the tenant and notes what it answers.
///
/// # Errors
/// When there can be no plan of this manifest now, or what was read is more than a snapshot holds. What the
/// manifest does not need and the tenant refuses to show is noted, and is no error.
pub(crate) async fn take(
    reader: Reader,
    loaded: &Loaded,
    clock: &Arc<dyn Clock>,
    tell: &Tell<'_>,
) -> Result<Taken, Failed> {
    let recording = Arc::new(Recording::default());
    let reader = reader.noting(&recording);
    let plan = plan::make(&reader, loaded, &[], None, &**clock, tell).await?;
    let origin =
        Origin { taken_at: plan.made_at, sha256: String::new(), simulated: plan.simulated };
    let so_far = Recorded::new(recording.so_far(), origin, clock.clone());
    let so_far = Reader::of_record(Arc::new(so_far));
    watch::reading(&reader, tell, beyond(&reader, &so_far, loaded)).await?;
    let answers = recording.take().map_err(|bytes| Failed::TooMuch { bytes })?;
    let Plan { made_at, simulated, cloud, tenant, manifest, .. } = plan;
    Ok(Taken {
        format: FORMAT.to_owned(),
        format_version: VERSION,
        state: TakenState::Taken,
        taken_at: made_at,
        tenant: tenant.id,
        simulated,
        cloud,
        manifest: manifest.files.into_iter().map(|file| file.path).collect(),
        answers,
    })
}

/// Asks for what this manifest does not need and another one about its apps may: every setting, who is
/// assigned, and the APIs that everybody knows. `so_far`: what is noted already.
async fn beyond(reader: &Reader, so_far: &Reader, loaded: &Loaded) -> Result<(), Failed> {
    let mut mentions = loaded.mentions.clone();
    mentions.apps.extend(WELL_KNOWN.iter().map(|(_, id)| AppId::from_u128(*id)));
    let (mut directory, _) = survey::look_up(so_far, &mentions).await?;
    let apps = std::mem::take(&mut directory.unrecorded).apps;
    let (found, _) = survey::look_up(reader, &Mentions { apps, ..Mentions::default() }).await?;
    directory.service_principals.extend(found.service_principals);
    let apps = loaded.manifest.apps.iter();
    let roster = apps.map(|(label, app)| (label.clone(), app.app_id.value)).collect();
    let mut scene = Scene { roster, directory, ..Scene::default() };
    let setting = |kind: &&dyn AnyKind| Address::new(kind.name(), TENANT, []);
    let settings = REGISTRY.iter().filter(|kind| kind.table().is_some()).map(setting);
    let besides = REGISTRY.iter().flat_map(|kind| kind.possible(&scene));
    scene.settings = settings.chain(besides).collect();
    let wanted: Vec<Query> =
        queries(&scene).into_iter().filter(|query| !so_far.holds(query)).collect();
    let mut pages = Pages::default();
    for (query, answer) in wanted.iter().zip(reader.read_each(&wanted).await) {
        // A refusal is noted, and any other trouble leaves a snapshot that knows less.
        if let Ok(rows) = answer {
            pages.insert(query.clone(), rows);
        }
    }
    plan::add_resources(reader, &pages, &mut scene).await
}

/// Keeps it beside the records of runs, where it is none of them.
///
/// # Errors
/// When another run is under way, or it cannot be written.
pub(crate) fn keep(
    taken: &Taken,
    records: &dyn Records,
    clock: &dyn Clock,
) -> Result<PathBuf, Failed> {
    records.check()?;
    let holder = format!("process {}, since {}", std::process::id(), stamp(clock.now()));
    let _lock = records.lock(&holder).map_err(|error| match error {
        LockError::Held { by } => Failed::Held { by },
        LockError::Store(error) => error.into(),
    })?;
    let id = uuid::Uuid::new_v4().simple().to_string();
    let name = RecordName::new(RecordSort::Taken, taken.taken_at, &id[..8]);
    records.create(&name, &|out| write_pretty(taken, out))?;
    Ok(records.path(&name))
}
