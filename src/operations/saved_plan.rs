//! A saved plan as the thing to apply: read, proven, and still about this tenant.

use std::path::Path;

use time::{Date, OffsetDateTime};

use crate::graph::{Reader, survey};
use crate::kinds::{Names, Pair, REGISTRY, Scene};
use crate::model::query::Pages;
use crate::operations::failed::{Misfit, PlanProblem};
use crate::operations::session::Session;
use crate::operations::{Failed, Tell, lookup, rails, saved_effect, watch};
use crate::plan::file;
use crate::plan::{Lifted, Plan, build, rests};
use crate::store::plan_file;

/// A plan may come from a machine whose clock is ahead by so much. One from further in the future would
/// be good for longer than a plan may be.
const CLOCKS_DIFFER: time::Duration = time::Duration::minutes(5);

/// # Errors
/// When the file is no plan, was altered, is of a newer version, or has expired.
pub(crate) fn read(path: &Path, now: OffsetDateTime) -> Result<Plan, Failed> {
    plan(path, now).map_err(|problem| Failed::PlanFile { path: path.to_owned(), problem })
}

fn plan(path: &Path, now: OffsetDateTime) -> Result<Plan, PlanProblem> {
    let plan = parse(plan_file::read(path).map_err(PlanProblem::Unread)?)?;
    if plan.made_at > now + CLOCKS_DIFFER {
        return Err(PlanProblem::StillToCome { made_at: plan.made_at });
    }
    let at = file::expiry(&plan);
    if now > at {
        return Err(PlanProblem::Expired { at });
    }
    Ok(plan)
}

/// The plan of a file, however old.
///
/// # Errors
/// When it is no plan, was altered, or is of a newer version.
pub(crate) fn parse(bytes: Vec<u8>) -> Result<Plan, PlanProblem> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        PlanProblem::NotText { line }
    })?;
    Ok(file::read(&text)?)
}

/// Proves the tenant, derives what is drawn of the plan again, from its states and from the tenant, and
/// judges it for whoever signed in.
///
/// # Errors
/// When it is another tenant, a read fails, or the plan says anything that the tenant does not.
pub(crate) async fn prove(
    session: &Session,
    plan: &mut Plan,
    today: Date,
    tell: &Tell<'_>,
) -> Result<(), Failed> {
    let reader = &session.graph.reader();
    let look = async {
        let (scene, pages) = derive(reader, plan, today).await?;
        plan.identity_checks = rails::of_identity(reader, plan, &scene, None, Some(pages)).await?;
        Ok(())
    };
    watch::reading(reader, tell, look).await
}

/// What cannot be derived is from then on the file's words.
async fn derive(reader: &Reader, plan: &mut Plan, today: Date) -> Result<(Scene, Pages), Failed> {
    let live = reader.check_tenant(plan.tenant.id).await?;
    if live.domains.first() != plan.tenant.domains.first() || live.name != plan.tenant.name {
        return Err(Failed::Misfit(Misfit::Tenant));
    }
    plan.tenant = live;
    plan.simulated = reader.is_simulated();
    lifted(plan, today)?;
    let mut scene = lookup::scene_of(reader, plan).await?;
    let beside = rests::as_pairs(&plan.rests);
    let pairs: Vec<Pair> = plan.pairs.iter().cloned().chain(beside).collect();
    lookup::add_by_id(reader, lookup::resources(&pairs)?, &mut scene.directory).await?;
    let rates = |pair| REGISTRY.iter().filter_map(move |kind| kind.rates(pair));
    let settings = plan.pairs.iter().flat_map(rates).collect();
    lookup::add_open_policies(reader, settings, &mut scene.directory).await?;
    let live = names(reader, plan, &mut scene).await?;
    let pages = lookup::pages(reader, &scene).await?;
    saved_effect::derive(plan, &scene, &pages, live)?;
    Ok((scene, pages))
}

/// A rail is lifted up to a day, and not because a plan was made before it had passed.
fn lifted(plan: &Plan, today: Date) -> Result<(), Failed> {
    let over = |one: &&Lifted| file::last_day(one).is_none_or(|last| last < today);
    match plan.lifted.iter().find(over) {
        Some(over) => Err(Failed::NoLongerLifted { until: over.until.clone() }),
        None => Ok(()),
    }
}

/// What the tenant calls whatever the plan names. What sort of object each is goes to the scene.
async fn names(reader: &Reader, plan: &Plan, scene: &mut Scene) -> Result<Names, Failed> {
    let mut live = Names::from_directory(&scene.directory);
    let beside: Vec<Pair> = rests::as_pairs(&plan.rests).collect();
    let ids = &build::people(&plan.pairs) | &build::people(&beside);
    let strangers = ids.iter().copied().filter(|id| !live.0.contains_key(id)).collect();
    for (id, (name, sort)) in survey::known(reader, &strangers).await? {
        live.0.extend(name.map(|name| (id, name)));
        scene.directory.sorts.extend(sort.map(|sort| (id, sort)));
    }
    live.0.retain(|id, _| ids.contains(id));
    Ok(live)
}
