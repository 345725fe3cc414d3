//! Which changes go out together. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::Outcome;
use crate::model::request::Method;

/// Requests in one `$batch`. <https://learn.microsoft.com/graph/json-batching>
pub(crate) const LARGEST: usize = 20;

/// Where every address stands in the plan.
#[derive(Debug, Clone)]
pub(crate) struct Places<'a>(BTreeMap<&'a Address, usize>);

impl<'a> Places<'a> {
    pub(crate) fn of(changes: &'a [Change]) -> Self {
        Self(changes.iter().enumerate().map(|(place, change)| (&change.address, place)).collect())
    }

    /// A need of the change that keeps it from being attempted for good: it was not settled, or the
    /// plan has it later, where it could never be settled in time. What the plan does not hold is
    /// as it should be.
    pub(crate) fn lost_need(
        &self,
        change: &Change,
        place: usize,
        so_far: &Outcomes,
    ) -> Option<Address> {
        let lost = |need: &&Address| match self.0.get(need) {
            Some(at) if *at >= place => true,
            Some(at) => so_far[*at].as_ref().is_some_and(|outcome| !outcome.settled()),
            None => false,
        };
        change.needs.iter().find(lost).cloned()
    }

    /// The result of the change at this address, if the plan has it and it has one.
    pub(crate) fn outcome<'o>(
        &self,
        address: &Address,
        so_far: &'o Outcomes,
    ) -> Option<&'o Outcome> {
        self.0.get(address).and_then(|at| so_far[*at].as_ref())
    }

    /// Where the change at this address stands in the plan.
    pub(crate) fn at(&self, address: &Address) -> Option<usize> {
        self.0.get(address).copied()
    }

    fn waits(&self, change: &Change, so_far: &Outcomes) -> bool {
        let open = |need: &Address| self.0.get(need).is_some_and(|at| so_far[*at].is_none());
        change.needs.iter().any(open)
    }
}

/// Results so far, by place in the plan; `None`: none yet.
pub(crate) type Outcomes = [Option<Outcome>];

/// What to do from one place of the plan on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct NextBatch {
    /// Places of the changes whose first steps go out now, in the plan's order.
    pub(crate) ready: Vec<usize>,
    /// Places of changes that can never be attempted, each with the need that was not settled.
    pub(crate) skipped: Vec<(usize, Address)>,
}

/// The next changes in the plan's order, all of whose predecessors have a result. A batch never
/// overtakes: it ends before the first change that has to wait, so that requests go out in exactly
/// the order of the plan.
///
/// `room`: most of them. `open`: whether the change at a place has begun and has no result yet; these
/// count like members of the batch. It ends before
/// - a change that needs another one of the batch,
/// - a change that takes access, when the batch holds one that gives: what gives is read back first,
/// - a second request for one object,
///
/// and behind a change of several steps, whose later steps come before everything else.
pub(crate) fn next(
    changes: &[Change],
    places: &Places<'_>,
    so_far: &Outcomes,
    from: usize,
    room: usize,
    open: &dyn Fn(usize) -> bool,
) -> NextBatch {
    let mut next_batch = NextBatch::default();
    let mut gives = false;
    let mut paths = BTreeSet::new();
    // Skipped in this very batch, so without a result yet; whoever needs them is skipped too.
    let mut gone = BTreeSet::new();
    for (place, change) in changes.iter().enumerate().skip(from) {
        if so_far[place].is_some() {
            continue;
        }
        let lost = places
            .lost_need(change, place, so_far)
            .or_else(|| change.needs.iter().find(|need| gone.contains(need)).cloned());
        let begun = open(place);
        if let Some(need) = lost.filter(|_| !begun) {
            gone.insert(&change.address);
            next_batch.skipped.push((place, need));
            continue;
        }
        let crowded = next_batch.ready.len() >= room || (change.takes && gives);
        let same_object = change
            .steps
            .first()
            .filter(|step| step.request.method != Method::Post)
            .is_some_and(|step| !paths.insert(step.request.path.as_str()));
        if !begun {
            if crowded || same_object || places.waits(change, so_far) {
                break;
            }
            next_batch.ready.push(place);
        }
        gives |= change.gives;
        if change.steps.len() > 1 {
            break;
        }
    }
    next_batch
}

#[cfg(test)]
#[path = "next_batch_tests.rs"]
mod tests;
