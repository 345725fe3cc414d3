//! No gap: what must be settled before what, between the assignments of one app, its grants, and the
//! door that is closed behind them.
//!
//! Somebody may be let in by himself, by a group, by another role. So what goes waits for what may
//! replace it: other roles of the same principal, groups that may hold a user, and users who may be
//! all that is left of a group.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assignments, Principal, Spec};
use crate::kinds::delegated_grant::DelegatedGrants;
use crate::kinds::service_principal::{self, ServicePrincipals};
use crate::kinds::{Kind, Order, Staying, state_json};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::model::id::ObjectId;

/// What is given to one app.
#[derive(Default)]
struct Given {
    of: BTreeMap<ObjectId, Vec<Address>>,
    groups: Vec<Address>,
    users: Vec<Address>,
}

impl Order for Assignments {
    /// Adds `needs`.
    fn link(&self, changes: &mut Vec<Change>, _staying: Staying<'_>) {
        let mut given: BTreeMap<String, Given> = BTreeMap::new();
        for change in changes.iter().filter(|change| change.gives) {
            let app = given.entry(change.address.owner.clone()).or_default();
            let address = change.address.clone();
            match change.subject.audience {
                Audience::One(id) => {
                    app.of.entry(id).or_default().push(address.clone());
                    app.users.push(address);
                }
                Audience::Group(_) => app.groups.push(address),
                Audience::Everyone | Audience::Tenant => {}
            }
        }
        for change in changes.iter_mut().filter(|change| change.takes) {
            let Some(app) = given.get(&change.address.owner) else { continue };
            let first: Vec<&Address> = match change.subject.audience {
                Audience::One(id) => {
                    app.of.get(&id).into_iter().flatten().chain(&app.groups).collect()
                }
                Audience::Group(_) => app.groups.iter().chain(&app.users).collect(),
                Audience::Everyone | Audience::Tenant => Vec::new(),
            };
            change.needs.extend(first.into_iter().cloned());
        }
    }

    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        door(changes);
        grant_first(changes);
        rest(changes, staying);
    }
}

/// Whoever shall be let in is let in before the door is closed, and nobody is sent away before it is
/// open to everybody.
fn door(changes: &mut [Change]) {
    let door = |change: &Change| change.address.kind == ServicePrincipals::NAME;
    let assignment = |change: &Change| change.address.kind == Assignments::NAME;
    let lets_in = |change: &Change| assignment(change) && change.gives;
    wait(changes, |change| door(change) && change.takes, lets_in);
    let opens = |change: &Change| door(change) && change.gives;
    wait(changes, |change| assignment(change) && change.takes, opens);
}

/// Of each app, `these` wait for `those`.
fn wait(changes: &mut [Change], these: impl Fn(&Change) -> bool, those: impl Fn(&Change) -> bool) {
    let mut first: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for change in changes.iter().filter(|change| those(change)) {
        let address = change.address.clone();
        first.entry(address.owner.clone()).or_default().push(address);
    }
    for change in changes.iter_mut().filter(|change| these(change)) {
        change.needs.extend(first.get(&change.address.owner).into_iter().flatten().cloned());
    }
}

/// Adds what each removal rests on: the door that stands open, or whoever else may let the same people
/// in. A door that is closed rests on everybody who is let in.
fn rest(changes: &mut [Change], staying: Staying<'_>) {
    let door = |owner: &str| service_principal::address(owner);
    for change in changes.iter_mut().filter(|change| change.takes) {
        let owner = change.address.owner.clone();
        let door = door(&owner);
        let state = staying.found.get(&door);
        let open = state.and_then(|state| service_principal::open_door(&door, state));
        let keeps: Box<dyn Fn(&Spec) -> bool> = match change.address.kind.as_str() {
            Assignments::NAME if open.is_some() => {
                change.rests_on.extend(open);
                continue;
            }
            Assignments::NAME => keepers(change),
            ServicePrincipals::NAME => Box::new(|_| true),
            _ => continue,
        };
        let others = staying.of::<Assignments>(&owner).filter(|(_, found)| keeps(&found.spec));
        let held = others.filter_map(|(address, found)| {
            state_json::rest(&Assignments, address, &found.spec, staying.names)
        });
        change.rests_on.extend(held);
    }
}

/// Which assignments may let in whom this change sends away, as for `needs`.
fn keepers(change: &Change) -> Box<dyn Fn(&Spec) -> bool> {
    match change.subject.audience {
        Audience::One(id) => {
            Box::new(move |spec| spec.principal.id() == id || is_group(spec.principal))
        }
        Audience::Group(_) => Box::new(|_| true),
        Audience::Everyone | Audience::Tenant => Box::new(|_| false),
    }
}

fn is_group(principal: Principal) -> bool {
    matches!(principal, Principal::Group(_))
}

/// A change, and the lines that ask for it.
type Asked = (Address, BTreeSet<String>);

/// Where one table asks for both, somebody is let in when his grant was read back: an app without
/// consent in his list would be none he can use.
fn grant_first(changes: &mut [Change]) {
    let place = |change: &Change| match change.subject.audience {
        Audience::One(person) => Some((change.address.owner.clone(), person)),
        Audience::Everyone | Audience::Group(_) | Audience::Tenant => None,
    };
    let lines = |change: &Change| -> BTreeSet<String> {
        change.why.iter().map(|why| why.line.clone()).collect()
    };
    let mut granted: BTreeMap<(String, ObjectId), Vec<Asked>> = BTreeMap::new();
    let is = |kind: &str, change: &Change| change.address.kind == kind && change.gives;
    for grant in changes.iter().filter(|change| is(DelegatedGrants::NAME, change)) {
        if let Some(place) = place(grant) {
            granted.entry(place).or_default().push((grant.address.clone(), lines(grant)));
        }
    }
    for change in changes.iter_mut().filter(|change| is(Assignments::NAME, change)) {
        let own = lines(change);
        let grants = place(change).and_then(|place| granted.get(&place)).into_iter().flatten();
        let together = grants.filter(|(_, lines)| !lines.is_disjoint(&own));
        change.needs.extend(together.map(|(address, _)| address.clone()));
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
