//! What is there: the objects of a plan, as the tenant has them now.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::graph::{Reader, survey};
use crate::kinds::{self, Pair, REGISTRY, Scene};
use crate::model::address::{Address, TENANT};
use crate::model::directory::{Directory, Mentions};
use crate::model::id::{AppId, ObjectId};
use crate::model::object_state::ObjectState;
use crate::model::query::{Pages, Query};
use crate::model::request::Known;
use crate::model::untrusted::Untrusted;
use crate::operations::Failed;
use crate::plan::{Plan, rests};

/// When the service answered for an object, as time since the start of the clock.
pub(crate) type Times = BTreeMap<Address, Duration>;

pub(super) fn queries(scene: &Scene) -> Vec<Query> {
    REGISTRY.iter().flat_map(|kind| kind.reads(scene)).collect()
}

/// Looks up those of these service principals that are not known yet. Those that are gone stay unknown.
///
/// # Errors
/// When a read fails or is incomplete.
pub(crate) async fn add_by_id(
    reader: &Reader,
    mut ids: BTreeSet<ObjectId>,
    directory: &mut Directory,
) -> Result<(), Failed> {
    ids.retain(|id| directory.by_object_id(*id).is_none());
    for found in survey::resources(reader, &ids).await? {
        directory.service_principals.insert(found.app_id, found);
    }
    Ok(())
}

/// The service principals that the states of these pairs are about.
///
/// # Errors
/// When a state is not of its kind's form.
pub(crate) fn resources(pairs: &[Pair]) -> Result<BTreeSet<ObjectId>, Failed> {
    let mut ids = BTreeSet::new();
    for pair in pairs {
        if let Some((_, kind)) = kinds::by_name(&pair.address.kind) {
            ids.extend(kind.resources_of(pair)?);
        }
    }
    Ok(ids)
}

/// Adds the consent policies by which everything may be consented to, where these settings say that they
/// matter.
///
/// # Errors
/// When a read fails or is incomplete.
pub(crate) async fn add_open_policies(
    reader: &Reader,
    settings: BTreeSet<Address>,
    directory: &mut Directory,
) -> Result<(), Failed> {
    let pages = pages(reader, &Scene { settings, ..Scene::default() }).await?;
    directory.open_policies.extend(REGISTRY.iter().flat_map(|kind| kind.open_policies(&pages)));
    Ok(())
}

/// All reads of all kinds, at once.
///
/// # Errors
/// When any of them fails or is incomplete.
pub(crate) async fn pages(reader: &Reader, scene: &Scene) -> Result<Pages, Failed> {
    Ok(reader.read(&queries(scene)).await?)
}

/// Everything that is there now, of all kinds.
///
/// # Errors
/// When a read fails, or an answer is not of the documented shape.
pub(crate) async fn found(
    reader: &Reader,
    scene: &Scene,
) -> Result<BTreeMap<Address, ObjectState>, Failed> {
    observed(&pages(reader, scene).await?, scene, &mut |_, _| {})
}

/// What was read, and when the service answered for each of these objects.
///
/// # Errors
/// When an answer is not of the documented shape.
pub(crate) fn found_when(
    pages: &Pages,
    scene: &Scene,
    pairs: &[Pair],
) -> Result<(BTreeMap<Address, ObjectState>, Times), Failed> {
    let planned: BTreeSet<&Address> = pairs.iter().map(|pair| &pair.address).collect();
    let mut times = Times::new();
    let found = observed(pages, scene, &mut |address, answered| {
        if planned.contains(address) {
            times.insert(address.clone(), answered);
        }
    })?;
    // What is not there was answered for as well; nothing of it could be replaced or removed.
    Ok((found, times))
}

pub(super) fn observed(
    pages: &Pages,
    scene: &Scene,
    when: &mut dyn FnMut(&Address, Duration),
) -> Result<BTreeMap<Address, ObjectState>, Failed> {
    let mut found = BTreeMap::new();
    for kind in REGISTRY {
        let mut add = |address: Address, state: ObjectState, answered: Duration| {
            when(&address, answered);
            found.insert(address, state);
        };
        kind.found(pages, scene, &mut add)?;
    }
    Ok(found)
}

/// The scene of a plan, without its manifest.
///
/// # Errors
/// When the look-up fails, or a state is not of its kind's form.
pub(crate) async fn scene_of(reader: &Reader, plan: &Plan) -> Result<Scene, Failed> {
    let roster: BTreeMap<String, AppId> =
        plan.apps.iter().map(|head| (head.label.clone(), head.app_id)).collect();
    let mut mentions = Mentions { apps: roster.values().copied().collect(), ..Mentions::default() };
    for pair in plan.pairs.iter().cloned().chain(rests::as_pairs(&plan.rests)) {
        if let Some((_, kind)) = kinds::by_name(&pair.address.kind) {
            mentions.extend(kind.mentioned(&pair)?);
        }
    }
    let directory = survey::survey(reader, &mentions).await?;
    let addresses = plan.pairs.iter().map(|pair| &pair.address).chain(plan.rests.keys());
    // Of an app, that the plan is about such things of it is all there is to know.
    let about = |address: &Address| match address.owner.as_str() {
        TENANT => address.clone(),
        owner => Address::new(&address.kind, owner, []),
    };
    let settings = addresses.map(about).collect();
    Ok(Scene { roster, settings, directory, apps_only: false })
}

/// How many pairs are not at their goal.
///
/// # Errors
/// When a state is not of its kind's form.
pub(crate) fn remaining(
    plan: &Plan,
    now: &BTreeMap<Address, ObjectState>,
    known: &Known,
) -> Result<usize, Failed> {
    let fresh = crate::plan::fresh::look(&plan.pairs, now, known)?;
    Ok(plan.pairs.len() - fresh.reached.len())
}

/// Ids of service principals that were created since the plan was made.
pub(crate) fn known(scene: &Scene) -> Known {
    let id = |(label, app): (&String, &AppId)| {
        let id = scene.directory.client_id(*app)?;
        let address = kinds::service_principal::address(label);
        Some((crate::model::request::later(&address), id.to_string()))
    };
    scene.roster.iter().filter_map(id).collect()
}

/// The name that the app of this label is to have, if it is told, where these pairs make it.
pub(crate) fn made(pairs: &[Pair], label: &str) -> Option<Option<Untrusted>> {
    let address = kinds::service_principal::address(label);
    let pair = pairs.iter().find(|pair| pair.address == address && pair.before.is_absent())?;
    let spec = pair.after.read::<kinds::service_principal::Spec>().ok()??;
    Some(spec.name)
}
