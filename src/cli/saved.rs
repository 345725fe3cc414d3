//! A saved plan as the thing to apply: read, proven, and still about this tenant.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::cli::env::Env;
use crate::cli::failure::{Exit, Failure};
use crate::cli::planning;
use crate::cli::session::{Session, named, told};
use crate::cli::shell::word;
use crate::graph::error::GraphError;
use crate::graph::survey;
use crate::kinds::{self, Scene};
use crate::model::change::Change;
use crate::model::clock::{Clock, stamp};
use crate::model::id::ObjectId;
use crate::plan::{Plan, file, fresh};
use crate::store::plan_file;

/// A plan may come from a machine whose clock is ahead by so much. One from further in the future would
/// be good for longer than a plan may be.
const CLOCKS_DIFFER: time::Duration = time::Duration::minutes(5);

/// # Errors
/// When the file is no plan, was altered, is of a newer version, or has expired.
pub fn read(path: &Path, env: &Arc<Env>) -> Result<Plan, Failure> {
    let bytes = plan_file::read(path).map_err(|error| named(error, first(path)))?;
    let shown = crate::model::untrusted::shown(&path.display().to_string());
    let refuse = |problem: String| {
        Failure::new(
            Exit::NotAcceptable,
            "plan_file",
            format!("{shown} cannot be applied: {problem}"),
        )
        .help(remedy(path))
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        refuse(format!("it is not UTF-8 text: line {line} holds a wrong byte"))
    })?;
    let plan = file::read(&text).map_err(|error| refuse(error.to_string()))?;
    if plan.made_at > env.now() + CLOCKS_DIFFER {
        return Err(Failure::new(
            Exit::NotAcceptable,
            "plan_expired",
            format!(
                "{shown} says that it was made at {}, which is still to come",
                stamp(plan.made_at)
            ),
        )
        .help("see that the clock is right, and make it anew with: consent plan --out FILE"));
    }
    let expires = file::expiry(&plan);
    if env.now() > expires {
        return Err(Failure::new(
            Exit::NotAcceptable,
            "plan_expired",
            format!("{shown} expired at {}", stamp(expires)),
        )
        .help("a plan is good for 24 hours; make it anew with: consent plan --out FILE"));
    }
    Ok(plan)
}

/// How a plan comes to be there.
fn first(path: &Path) -> String {
    match path.extension().is_some_and(|end| end == "toml") {
        true => remedy(path),
        false => format!("make it first: consent plan --out {}", word(path)),
    }
}

/// Whoever names a manifest where a plan stands means the manifest.
fn remedy(path: &Path) -> String {
    if path.extension().is_some_and(|end| end == "toml") {
        return format!("to apply a manifest: consent apply -f {}", word(path));
    }
    "make it anew with: consent plan --out FILE".to_owned()
}

/// Proves the tenant, and reads what the plan is about.
///
/// # Errors
/// When it is another tenant, or a read fails.
pub async fn tenant(session: &Session, plan: &Plan) -> Result<Scene, Failure> {
    let live = session.check_tenant(plan.tenant.id).await?;
    if live.domains.first() != plan.tenant.domains.first() || live.name != plan.tenant.name {
        return Err(Failure::new(
            Exit::NotAcceptable,
            "plan_stale",
            "the tenant has another name or default domain than the plan says",
        )
        .help("make the plan anew and review it: consent plan --out FILE"));
    }
    let mut scene = planning::scene_of(session, plan).await?;
    planning::add_by_id(session, rests_on(plan)?, &mut scene.directory).await?;
    as_named(session, plan, &scene).await?;
    Ok(scene)
}

/// What people approve are names: they must be the tenant's own, and the changes must be about them.
async fn as_named(session: &Session, plan: &Plan, scene: &Scene) -> Result<(), Failure> {
    let refuse = |problem: String| {
        Failure::new(Exit::NotAcceptable, "plan_stale", problem)
            .help("make the plan anew and review it: consent plan --out FILE")
    };
    // An app that the plan makes has no name yet, and is compared by its change.
    let makes = |change: &&Change| change.steps.iter().any(|step| step.creates.is_some());
    let made = plan.changes.iter().filter(makes);
    let new: BTreeSet<&str> = made.map(|change| change.address.owner.as_str()).collect();
    for head in &plan.apps {
        let live = scene.directory.service_principals.get(&head.app_id);
        let is_new = new.contains(head.label.as_str());
        if let Some(live) = live.filter(|live| live.name != head.name && !is_new) {
            return Err(refuse(format!(
                "the app {} is called \"{}\" in the tenant, and \"{}\" in the plan",
                head.app_id,
                live.name.shown(),
                head.name.shown()
            )));
        }
    }
    let ids = plan.names.0.keys().copied().collect();
    let live = match survey::names(&session.graph.reader(), &ids).await {
        Ok(live) => live,
        // Without the right to look names up there is nothing to compare them with.
        Err(GraphError::Forbidden { .. }) => return agreeing(plan, scene),
        Err(error) => return Err(told(error)),
    };
    for (id, name) in &plan.names.0 {
        if let Some(live) = live.get(id).filter(|live| *live != name) {
            return Err(refuse(format!(
                "{id} is called \"{}\" in the tenant, and \"{}\" in the plan",
                live.shown(),
                name.shown()
            )));
        }
    }
    agreeing(plan, scene)
}

/// Service principals of which the plan has nothing but their object ids.
fn rests_on(plan: &Plan) -> Result<BTreeSet<ObjectId>, Failure> {
    let mut ids = BTreeSet::new();
    for pair in &plan.pairs {
        if let Some((_, kind)) = kinds::by_name(&pair.address.kind) {
            ids.extend(kind.rests_on(pair).map_err(planning::unreadable)?);
        }
    }
    Ok(ids)
}

/// Every change is about the app it stands under, and what it rests on is there.
fn agreeing(plan: &Plan, scene: &Scene) -> Result<(), Failure> {
    let found = fresh::disagreement(&plan.pairs, scene, &plan.names);
    match found.map_err(planning::unreadable)? {
        None => Ok(()),
        Some((address, problem)) => Err(Failure::new(
            Exit::NotAcceptable,
            "plan_stale",
            format!("{address} does not fit the tenant: {problem}"),
        )
        .help("make the plan anew and review it: consent plan --out FILE")),
    }
}
