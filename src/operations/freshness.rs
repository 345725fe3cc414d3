//! Is the plan still true?

use crate::kinds::Scene;
use crate::model::query::Pages;
use crate::operations::failed::{Misfit, NotBegun};
use crate::operations::{Failed, lookup};
use crate::plan::fresh::{self, Freshness};
use crate::plan::{Plan, access, rests};
use crate::store::snapshot::Objects;

/// What a fresh look shows, where the plan can still be carried out.
///
/// # Errors
/// When an object of the effect is neither as the plan saw it nor at its goal, or one that something
/// rests on no longer holds it.
pub(crate) fn still_true(plan: &Plan, now: &Objects, scene: &Scene) -> Result<Freshness, NotBegun> {
    let fresh = fresh::look(&plan.pairs, now, &lookup::known(scene))?;
    let done = fresh.done(&plan.changes);
    let gone = rests::gone(&plan.changes, &done, &plan.rests, now)?;
    let stale = [&fresh.stale[..], &gone].concat();
    if stale.is_empty() { Ok(fresh) } else { Err(NotBegun::Changed(stale)) }
}

/// Whether nobody gets or loses more by what is still to be done than whoever approved it saw: what the plan
/// leaves alone may have changed meanwhile.
///
/// # Errors
/// When somebody would.
pub(crate) fn no_more_than_seen(
    plan: &Plan,
    fresh: &Freshness,
    pages: &Pages,
    scene: &Scene,
) -> Result<(), NotBegun> {
    let now = access::of(&plan.pairs, pages, scene).map_err(Failed::from)?;
    let done = fresh.done(&plan.changes);
    let open = plan.changes.iter().filter(|change| !done.contains(&change.address));
    match open.into_iter().find(|change| now.of(change).exceeds(&plan.access.of(change))) {
        None => Ok(()),
        Some(change) => {
            let app = change.address.owner.clone();
            let first = change.subject.words();
            Err(Failed::Misfit(Misfit::Access { app, first }).into())
        }
    }
}
