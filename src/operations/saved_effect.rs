//! The effect of a saved plan, derived again: by what the tenant calls things now, and by its states. It
//! must be the one that the file has.

use crate::kinds::{Names, Pair, Scene};
use crate::model::query::Pages;
use crate::model::untrusted::Untrusted;
use crate::operations::failed::Misfit;
use crate::operations::{Failed, lookup};
use crate::plan::file::difference;
use crate::plan::{AppHead, Plan, access, build, effect, fresh, rests, said};
use crate::policy::risk;

/// Names, notes, access, risk and effect of the plan, as the tenant has it: `pages` is all that there is of
/// its apps, `live` what the tenant calls people.
///
/// # Errors
/// When the plan says anything that the tenant does not.
pub(crate) fn derive(
    plan: &mut Plan,
    scene: &Scene,
    pages: &Pages,
    live: Names,
) -> Result<(), Failed> {
    agreeing(plan, scene)?;
    heads(plan, scene).and_then(|()| named(plan, live)).map_err(Failed::Misfit)?;
    changes(plan, scene, pages)
}

/// Every change is about the app it stands under, and what it is about is there.
fn agreeing(plan: &Plan, scene: &Scene) -> Result<(), Failed> {
    let pairs: Vec<Pair> = plan.pairs.iter().cloned().chain(rests::as_pairs(&plan.rests)).collect();
    match fresh::disagreement(&pairs, scene, &plan.names)? {
        None => Ok(()),
        Some((address, problem)) => {
            Err(Failed::Misfit(Misfit::Object { address: address.clone(), problem }))
        }
    }
}

/// Apps are called what the tenant calls them; what the plan makes is compared by its change.
fn heads(plan: &mut Plan, scene: &Scene) -> Result<(), Misfit> {
    for head in &mut plan.apps {
        let made = lookup::made(&plan.pairs, &head.label);
        let live = scene.directory.service_principals.get(&head.app_id).map(|sp| sp.name.clone());
        let name = live.unwrap_or_else(|| {
            let pinned = made.as_ref().and_then(|name| name.as_ref());
            AppHead::not_there(pinned.map(Untrusted::raw))
        });
        if made.is_none() && name != head.name {
            return Err(Misfit::App { app: head.app_id, live: name, said: head.name.clone() });
        }
        head.name = name;
    }
    Ok(())
}

/// What people approve are names: they are the tenant's own. One that the tenant does not have is no
/// name to approve by.
fn named(plan: &mut Plan, live: Names) -> Result<(), Misfit> {
    for (id, name) in &plan.names.0 {
        let (id, said) = (*id, || name.clone());
        match live.0.get(&id) {
            Some(live) if live == name => {}
            Some(live) => return Err(Misfit::Name { id, live: live.clone(), said: said() }),
            None => return Err(Misfit::Nameless { id, said: said() }),
        }
    }
    plan.names = live;
    Ok(())
}

/// Makes the changes anew, with what only the tenant knows of them. Their effect must be the one that
/// the file has: it holds their risk.
fn changes(plan: &mut Plan, scene: &Scene, pages: &Pages) -> Result<(), Failed> {
    let saved = std::mem::take(&mut plan.effect);
    let access = access::of(&plan.pairs, pages, scene)?;
    let said = std::mem::replace(&mut plan.access, access);
    plan.changes = build::changes(&plan.pairs, &plan.rests, &plan.names)?;
    build::annotate(&mut plan.changes, &scene.directory);
    access::own_app(&mut plan.changes, &scene.roster);
    risk::assess(plan, &scene.directory);
    plan.effect = effect::of(plan);
    if plan.effect != saved {
        let first = difference::first(&saved.text, &plan.effect.text);
        if let Some(moved) = said.first_difference(&plan.access) {
            return Err(Failed::Misfit(Misfit::Access { app: moved.app.to_string(), first }));
        }
        return Err(Failed::Misfit(Misfit::Effect { first }));
    }
    said::mark_all(plan)?;
    Ok(())
}
