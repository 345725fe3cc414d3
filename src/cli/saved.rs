//! A saved plan as the thing to apply: read, proven, and still about this tenant.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use time::Date;

use crate::cli::env::Env;
use crate::cli::failed::{failed, told};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{self, Session};
use crate::graph::survey;
use crate::kinds::{self, Names, Pair, REGISTRY, Scene, Unreadable};
use crate::model::clock::{Clock, stamp};
use crate::model::id::ObjectId;
use crate::model::shell::word;
use crate::model::untrusted::{Untrusted, shown};
use crate::operations::{Failed, lookup};
use crate::plan::file::{self, difference};
use crate::plan::{AppHead, Lifted, Plan, build, effect, fresh, rests, said};
use crate::policy::risk;
use crate::store::plan_file;

/// A plan may come from a machine whose clock is ahead by so much. One from further in the future would
/// be good for longer than a plan may be.
const CLOCKS_DIFFER: time::Duration = time::Duration::minutes(5);

/// # Errors
/// When the file is no plan, was altered, is of a newer version, or has expired.
pub fn read(path: &Path, env: &Arc<Env>) -> Result<Plan, Failure> {
    let bytes = plan_file::read(path).map_err(|error| session::named(error, first(path)))?;
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

/// Proves the tenant, and derives what is drawn of the plan again: from its states and from the tenant.
/// What cannot be derived is from then on the file's words.
///
/// # Errors
/// When it is another tenant, a read fails, or the plan says anything that the tenant does not.
pub async fn prove(session: &Session, plan: &mut Plan, today: Date) -> Result<Scene, Failure> {
    let live = session.check_tenant(plan.tenant.id).await?;
    if live.domains.first() != plan.tenant.domains.first() || live.name != plan.tenant.name {
        return Err(stale("the tenant has another name or default domain than the plan says"));
    }
    plan.tenant = live;
    lifted(plan, today)?;
    let mut scene = lookup::scene_of(&session.graph, plan).await.map_err(failed)?;
    lookup::add_by_id(&session.graph, resources(plan)?, &mut scene.directory)
        .await
        .map_err(failed)?;
    let rates = |pair| REGISTRY.iter().filter_map(move |kind| kind.rates(pair));
    let settings = plan.pairs.iter().flat_map(rates).collect();
    lookup::add_open_policies(&session.graph, settings, &mut scene.directory)
        .await
        .map_err(failed)?;
    let live = names(session, plan, &mut scene).await?;
    agreeing(plan, &scene)?;
    heads(plan, &scene)?;
    named(plan, live)?;
    derive(plan, &scene)?;
    Ok(scene)
}

fn stale(problem: impl Into<String>) -> Failure {
    Failure::new(Exit::NotAcceptable, "plan_stale", problem.into())
        .help("make the plan anew and review it: consent plan --out FILE")
}

/// The service principals that the states are about, and those that the plan rests on.
fn resources(plan: &Plan) -> Result<BTreeSet<ObjectId>, Failure> {
    let mut ids = BTreeSet::new();
    let beside: Vec<Pair> = rests::as_pairs(&plan.rests).collect();
    for pair in plan.pairs.iter().chain(&beside) {
        if let Some((_, kind)) = kinds::by_name(&pair.address.kind) {
            ids.extend(kind.resources_of(pair).map_err(unreadable)?);
        }
    }
    Ok(ids)
}

/// A rail is lifted up to a day, and not because a plan was made before it had passed.
fn lifted(plan: &Plan, today: Date) -> Result<(), Failure> {
    let over = |one: &&Lifted| file::last_day(one).is_none_or(|last| last < today);
    let Some(over) = plan.lifted.iter().find(over) else { return Ok(()) };
    let until = shown(&over.until);
    let title = format!("removal_limit: the plan needs an [accept] that counted until {until}");
    Err(Failure::new(Exit::Rail, "safety_rail", title)
        .help("make the plan anew and review it: consent plan --out FILE"))
}

/// Apps are called what the tenant calls them; what the plan makes is compared by its change.
fn heads(plan: &mut Plan, scene: &Scene) -> Result<(), Failure> {
    for head in &mut plan.apps {
        let made = lookup::made(&plan.pairs, &head.label);
        let live = scene.directory.service_principals.get(&head.app_id).map(|sp| sp.name.clone());
        let name = live.unwrap_or_else(|| {
            let pinned = made.as_ref().and_then(|name| name.as_ref());
            AppHead::not_there(pinned.map(Untrusted::raw))
        });
        if made.is_none() && name != head.name {
            return Err(stale(format!(
                "the app {} is called \"{}\" in the tenant, and \"{}\" in the plan",
                head.app_id,
                name.shown(),
                head.name.shown()
            )));
        }
        head.name = name;
    }
    Ok(())
}

/// What the tenant calls whatever the plan names. What sort of object each is goes to the scene.
async fn names(session: &Session, plan: &Plan, scene: &mut Scene) -> Result<Names, Failure> {
    let mut live = Names::from_directory(&scene.directory);
    let beside: Vec<Pair> = rests::as_pairs(&plan.rests).collect();
    let ids = &build::people(&plan.pairs) | &build::people(&beside);
    let strangers = ids.iter().copied().filter(|id| !live.0.contains_key(id)).collect();
    let known = survey::known(&session.graph.reader(), &strangers).await.map_err(told)?;
    for (id, (name, sort)) in known {
        live.0.extend(name.map(|name| (id, name)));
        scene.directory.sorts.extend(sort.map(|sort| (id, sort)));
    }
    live.0.retain(|id, _| ids.contains(id));
    Ok(live)
}

/// What people approve are names: they are the tenant's own. One that the tenant does not have is no
/// name to approve by.
fn named(plan: &mut Plan, live: Names) -> Result<(), Failure> {
    for (id, name) in &plan.names.0 {
        let said = name.shown();
        match live.0.get(id) {
            Some(live) if live == name => {}
            Some(live) => {
                let live = live.shown();
                return Err(stale(format!(
                    "{id} is called \"{live}\" in the tenant, and \"{said}\" in the plan"
                )));
            }
            None => {
                return Err(stale(format!(
                    "{id} is called \"{said}\" in the plan, and the tenant has no name for it"
                )));
            }
        }
    }
    plan.names = live;
    Ok(())
}

/// Every change is about the app it stands under, and what it is about is there.
fn agreeing(plan: &Plan, scene: &Scene) -> Result<(), Failure> {
    let pairs: Vec<Pair> = plan.pairs.iter().cloned().chain(rests::as_pairs(&plan.rests)).collect();
    let found = fresh::disagreement(&pairs, scene, &plan.names);
    match found.map_err(unreadable)? {
        None => Ok(()),
        Some((address, problem)) => {
            Err(stale(format!("{address} does not fit the tenant: {problem}")))
        }
    }
}

/// Makes the changes anew, with what only the tenant knows of them. Their effect must be the one that
/// the file has: it holds their risk.
fn derive(plan: &mut Plan, scene: &Scene) -> Result<(), Failure> {
    let saved = std::mem::take(&mut plan.effect);
    plan.changes = build::changes(&plan.pairs, &plan.rests, &plan.names).map_err(unreadable)?;
    build::annotate(&mut plan.changes, &scene.directory);
    risk::assess(plan, &scene.directory);
    plan.effect = effect::of(plan);
    if plan.effect != saved {
        let first = difference::first(&saved.text, &plan.effect.text);
        return Err(stale(format!(
            "by what the tenant shows now, the plan has another effect: {first}"
        )));
    }
    // Reasons decide nothing but what waits for what, and in quotes they are as equal as without.
    said::mark(plan);
    let marked = build::changes(&plan.pairs, &plan.rests, &plan.names).map_err(unreadable)?;
    for (change, marked) in plan.changes.iter_mut().zip(marked) {
        change.why = marked.why;
        change.notes = marked.notes;
    }
    Ok(())
}

fn unreadable(error: Unreadable) -> Failure {
    failed(Failed::Unreadable(error))
}
