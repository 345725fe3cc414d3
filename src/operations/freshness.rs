//! Is the plan still true?

use crate::kinds::Scene;
use crate::operations::failed::NotBegun;
use crate::operations::lookup;
use crate::plan::fresh::{self, Freshness};
use crate::plan::{Plan, rests};
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
