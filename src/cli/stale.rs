//! Is the plan still true? If not, what changed under it, for people.

use crate::cli::failed::failed;
use crate::cli::failure::{Exit, Failure};
use crate::kinds::{Scene, Unreadable};
use crate::operations::{Failed, lookup};
use crate::plan::fresh::{self, Freshness};
use crate::plan::{Plan, rests};
use crate::render::plan::stale::{SHOWN, paragraph, paragraph_of_rest, rest};
use crate::store::snapshot::Objects;

/// What a fresh look shows, where the plan can still be carried out.
///
/// # Errors
/// When an object of the effect is neither as the plan saw it nor at its goal, or one that something
/// rests on no longer holds it.
pub fn still_true(plan: &Plan, now: &Objects, scene: &Scene) -> Result<Freshness, Failure> {
    let known = lookup::known(scene);
    let fresh = fresh::look(&plan.pairs, now, &known).map_err(unreadable)?;
    let done = fresh.done(&plan.changes);
    let gone = rests::gone(&plan.changes, &done, &plan.rests, now);
    let stale = [&fresh.stale[..], &gone.map_err(unreadable)?].concat();
    if stale.is_empty() {
        return Ok(fresh);
    }
    let count = stale.len();
    let title = match count {
        1 => "an object of the plan changed in the tenant since the plan was made".to_owned(),
        _ => format!("{count} objects of the plan changed in the tenant since it was made"),
    };
    let mut failure = Failure::new(Exit::NotAcceptable, "plan_stale", title);
    for stale in stale.iter().take(SHOWN) {
        let difference = stale.difference(&plan.names).map_err(unreadable)?;
        let own = plan.changes.iter().find(|change| *change.object() == stale.address);
        let paragraph = own.map(|change| paragraph(change, &difference)).or_else(|| {
            let (change, rest) = rests::on(&plan.changes, &stale.address)?;
            Some(paragraph_of_rest(rest, change, &difference))
        });
        failure = paragraph.into_iter().fold(failure, Failure::detail);
    }
    if let Some(rest) = rest(count) {
        failure = failure.detail(vec![rest]);
    }
    Err(failure.help("make the plan anew and review it: consent plan"))
}

fn unreadable(error: Unreadable) -> Failure {
    failed(Failed::Unreadable(error))
}
