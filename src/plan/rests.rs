//! What removals rest on: objects that the plan leaves as they are, and that keep for somebody what is
//! taken elsewhere. While one of them is missing, the removal would cut him off.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{self, Names, OddAnswer, Pair, REGISTRY, Scene, Unreadable};
use crate::model::address::Address;
use crate::model::change::{Change, Rest};
use crate::model::object_state::ObjectState;
use crate::model::query::Pages;
use crate::plan::fresh::Stale;

/// Objects as found, by address.
pub(crate) type Found = BTreeMap<Address, ObjectState>;

/// Everything that stays as it is, of the apps, and of the tenant, where something is replaced or
/// removed. Of all others nothing is kept: there may be a hundred thousand objects.
///
/// # Errors
/// When an answer of the tenant does not have the documented shape.
pub fn beside(pairs: &[Pair], pages: &Pages, scene: &Scene) -> Result<Found, OddAnswer> {
    let may_lose = |pair: &&Pair| !pair.before.is_absent();
    let owners: BTreeSet<&str> =
        pairs.iter().filter(may_lose).map(|pair| pair.address.owner.as_str()).collect();
    let mut found = Found::new();
    if owners.is_empty() {
        return Ok(found);
    }
    let planned: BTreeSet<&Address> = pairs.iter().map(|pair| &pair.address).collect();
    for kind in REGISTRY {
        kind.found(pages, scene, &mut |address, state, _| {
            if owners.contains(address.owner.as_str()) && !planned.contains(&address) {
                found.insert(address, state);
            }
        })?;
    }
    Ok(found)
}

/// Those of them that something rests on.
pub fn used(changes: &[Change], mut found: Found) -> Found {
    let used: BTreeSet<&Address> = of(changes).map(|rest| &rest.address).collect();
    found.retain(|address, _| used.contains(address));
    found
}

/// Whether each stands where its state says: another one was put there by hand.
///
/// # Errors
/// When a state is not of its kind's form, or that of another object.
pub(crate) fn check(found: &Found) -> Result<(), Unreadable> {
    for pair in as_pairs(found) {
        if let Some((_, kind)) = kinds::by_name(&pair.address.kind) {
            kind.change(&pair, &Names::default())?;
        }
    }
    Ok(())
}

/// As pairs that would remove them: they are looked up and judged like what changes.
pub(crate) fn as_pairs(found: &Found) -> impl Iterator<Item = Pair> + '_ {
    found.iter().map(|(address, state)| Pair::of(address, state, &ObjectState::default()))
}

/// Objects that no longer hold what a change rests on that is still to be made. `seen`: as the plan saw
/// them; `done`: changes for which nothing is to be sent.
///
/// # Errors
/// When a state is not of its kind's form.
pub(crate) fn gone(
    changes: &[Change],
    done: &BTreeSet<Address>,
    seen: &Found,
    now: &Found,
) -> Result<Vec<Stale>, Unreadable> {
    let mut gone: BTreeMap<Address, Stale> = BTreeMap::new();
    let open = changes.iter().filter(|change| !done.contains(&change.address));
    for rest in open.flat_map(|change| &change.rests_on) {
        let Rest { address, state: must, .. } = rest;
        // What the plan changes itself was compared with what the plan saw.
        let Some(seen) = seen.get(address).filter(|_| !gone.contains_key(address)) else {
            continue;
        };
        let Some((_, kind)) = kinds::by_name(&address.kind) else { continue };
        let now = now.get(address).cloned().unwrap_or_default();
        if !kind.holds(address, must, &now)? {
            let (seen, goal) = (seen.clone(), seen.clone());
            gone.insert(address.clone(), Stale { address: address.clone(), seen, goal, now });
        }
    }
    Ok(gone.into_values().collect())
}

/// The first change that rests on the object at this address.
pub(crate) fn on<'c>(changes: &'c [Change], address: &Address) -> Option<(&'c Change, &'c Rest)> {
    changes.iter().find_map(|change| {
        Some((change, change.rests_on.iter().find(|rest| rest.address == *address)?))
    })
}

fn of(changes: &[Change]) -> impl Iterator<Item = &Rest> {
    changes.iter().flat_map(|change| &change.rests_on)
}
