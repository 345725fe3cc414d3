//! No gap: what must be settled before what, between the assignments of one app, its grants, and the
//! door that is closed behind them.
//!
//! Somebody may be let in by himself, by a group, by another role. So what goes waits for what may
//! replace it: other roles of the same principal, groups that may hold a user, and users who may be
//! all that is left of a group.

use std::collections::{BTreeMap, BTreeSet};

use super::Assignments;
use crate::kinds::Kind;
use crate::kinds::delegated_grant::DelegatedGrants;
use crate::kinds::service_principal::ServicePrincipals;
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

/// Adds `needs`.
pub(super) fn link(changes: &mut [Change]) {
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
            Audience::One(id) => app.of.get(&id).into_iter().flatten().chain(&app.groups).collect(),
            Audience::Group(_) => app.groups.iter().chain(&app.users).collect(),
            Audience::Everyone | Audience::Tenant => Vec::new(),
        };
        change.needs.extend(first.into_iter().cloned());
    }
}

/// Whoever shall be let in is let in before the door is closed, and nobody is sent away before it is
/// open to everybody.
pub(super) fn door(changes: &mut [Change]) {
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

/// A change, and the lines that ask for it.
type Asked = (Address, BTreeSet<String>);

/// Where one table asks for both, somebody is let in when his grant was read back: an app without
/// consent in his list would be none he can use.
pub(super) fn grant_first(changes: &mut [Change]) {
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
