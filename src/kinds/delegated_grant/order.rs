//! No gap: what must be settled before what, between the grants of one client and resource.
//!
//! What a user has is the union of the all-users grant and his own. So nobody is cut off when the
//! all-users grant is reduced only after every one-user grant was given, and a one-user grant is
//! reduced only after the all-users grant was given. And what stays as it is has to be there still when
//! the other is reduced, as far as it keeps for somebody what the other loses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{DelegatedGrants, Spec};
use crate::kinds::state_json::{rest, spec_of};
use crate::kinds::{Order, Staying};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, Part, Rest, Verb};
use crate::model::request::{Expect, Expected};
use crate::model::scope::ScopeSet;

/// A grant that is there before and after, with the scopes that it has throughout.
struct Kept {
    address: Address,
    spec: Spec,
}

impl Order for DelegatedGrants {
    /// Adds `needs`, splits an all-users grant whose one PATCH would cut somebody off, and adds `rests_on`.
    fn link(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        wait(changes);
        let owners: BTreeSet<String> =
            changes.iter().filter(|one| one.takes).map(|one| one.address.owner.clone()).collect();
        let kept: BTreeMap<String, Vec<Kept>> = owners
            .into_iter()
            .map(|owner| (owner.clone(), kept(changes, &owner, staying)))
            .collect();
        for change in changes.iter_mut().filter(|change| change.takes) {
            let others = kept.get(&change.address.owner).map(Vec::as_slice).unwrap_or_default();
            change.rests_on = rests(change, others, staying);
        }
    }
}

/// The grants of an app that stay, whole or in part.
fn kept(changes: &[Change], owner: &str, staying: Staying<'_>) -> Vec<Kept> {
    let whole = staying.of::<DelegatedGrants>(owner);
    let whole = whole.map(|(address, found)| Kept { address: address.clone(), spec: found.spec });
    let part = |change: &Change| {
        let (before, after) = states(change);
        let (before, after) = (before?, after?);
        let scopes = before.scopes.in_common(&after.scopes);
        Some(Kept { address: change.address.clone(), spec: Spec { scopes, ..after } })
    };
    let own = changes.iter().filter(|change| change.address.owner == owner);
    // The second change of an object keeps what the first one does.
    let own = own.filter(|change| change.part.is_none());
    own.filter_map(part).chain(whole).collect()
}

/// A state that cannot be read never came this far.
fn states(change: &Change) -> (Option<Spec>, Option<Spec>) {
    let spec = |state| spec_of::<DelegatedGrants>(state).unwrap_or_default();
    (spec(&change.before), spec(&change.after))
}

/// As much of the others as keeps for somebody what this change takes. What it waits for is looked at
/// anyhow.
fn rests(change: &Change, others: &[Kept], staying: Staying<'_>) -> Vec<Rest> {
    let (Some(before), after) = states(change) else { return Vec::new() };
    let lost = before.scopes.without(&after.map(|after| after.scopes).unwrap_or_default());
    let waits_for: BTreeSet<&Address> = change.needs.iter().collect();
    let beside = |other: &&Kept| {
        // One person's grant keeps nothing for another one.
        (other.spec.audience == Audience::Everyone) != (before.audience == Audience::Everyone)
            && other.spec.resource == before.resource
            && !waits_for.contains(&other.address)
    };
    let held = |Kept { address, spec }: &Kept| {
        let scopes = spec.scopes.in_common(&lost);
        let must = Spec { scopes, ..spec.clone() };
        if must.scopes.is_empty() {
            return None;
        }
        rest(&DelegatedGrants, address, &must, staying.names)
    };
    others.iter().filter(beside).filter_map(held).collect()
}

/// Adds `needs`, and splits.
fn wait(changes: &mut Vec<Change>) {
    let mut rooms: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        let resource = change.address.parts.first().cloned().unwrap_or_default();
        rooms.entry((change.address.owner.clone(), resource)).or_default().push(at);
    }
    for members in rooms.values() {
        link_room(changes, members);
    }
}

fn link_room(changes: &mut Vec<Change>, members: &[usize]) {
    let (everyone, people): (Vec<usize>, Vec<usize>) =
        members.iter().copied().partition(|at| changes[*at].subject.audience == Audience::Everyone);
    let Some(everyone) = everyone.first().copied() else { return };
    let both = |change: &Change| change.gives && change.takes;
    let giving: Vec<Address> = people
        .iter()
        .filter(|at| changes[**at].gives)
        .map(|at| changes[*at].address.clone())
        .collect();
    let gives_all = changes[everyone].gives.then(|| changes[everyone].address.clone());
    if both(&changes[everyone]) && people.iter().any(|at| both(&changes[*at])) {
        let mut narrow = split(&mut changes[everyone]);
        narrow.needs.extend(giving);
        changes.push(narrow);
    } else if changes[everyone].takes {
        changes[everyone].needs.extend(giving);
    }
    if let Some(gives_all) = gives_all {
        for at in people {
            // A change that this one waits for cannot wait for this one: see the split above.
            let waited_for = changes[everyone].needs.contains(&changes[at].address);
            if changes[at].takes && !waited_for {
                changes[at].needs.push(gives_all.clone());
            }
        }
    }
}

/// Leaves `change` a widening to all old and new scopes; returns the narrowing to the new ones.
fn split(change: &mut Change) -> Change {
    let mut narrow = change.clone();
    narrow.address = change.address.part("narrow");
    narrow.part = Some(Part { of: change.address.clone() });
    narrow.verb = Verb::Narrow;
    narrow.gives = false;
    narrow.needs.push(change.address.clone());
    narrow.permissions.retain(|permission| permission.lost);
    for field in &mut narrow.fields {
        field.kept.append(&mut field.gained);
    }
    change.verb = Verb::Widen;
    change.takes = false;
    change.permissions.retain(|permission| permission.gained);
    for field in &mut change.fields {
        field.kept.append(&mut field.lost);
    }
    let (before, after) = states(change);
    let scopes = |spec: Option<Spec>| spec.map(|spec| spec.scopes).unwrap_or_default();
    set_scopes(change, &scopes(before).union(&scopes(after)));
    for (step, widened) in narrow.steps.iter_mut().zip(&change.steps) {
        step.proof.before = Some(widened.proof.expect.clone());
    }
    narrow
}

fn set_scopes(change: &mut Change, scopes: &ScopeSet) {
    for step in &mut change.steps {
        step.request.body = Some(json!({ "scope": scopes.to_wire() }));
        if let Expect::Fields(fields) = &mut step.proof.expect
            && let Some(expected) = fields.get_mut("/scope")
        {
            *expected = Expected::Words(scopes.clone());
        }
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
