//! No gap: what must be settled before what, between the assignments of one app.
//!
//! Somebody may be let in by himself, by a group, by another role. So what goes waits for what may
//! replace it: other roles of the same principal, groups that may hold a user, and users who may be
//! all that is left of a group.

use std::collections::BTreeMap;

use super::Assignments;
use crate::kinds::Kind;
use crate::kinds::delegated_grant::DelegatedGrants;
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

/// Where one table asks for both, somebody is let in when his grant was read back: an app without
/// consent in his list would be none he can use.
pub(super) fn interlock(changes: &mut [Change]) {
    let mut granted: BTreeMap<(String, Audience), Vec<Change>> = BTreeMap::new();
    let people = |change: &&Change| matches!(change.subject.audience, Audience::One(_));
    let place = |change: &Change| (change.address.owner.clone(), change.subject.audience);
    let grants =
        changes.iter().filter(|one| one.address.kind == DelegatedGrants::NAME && one.gives);
    for grant in grants.filter(people) {
        granted.entry(place(grant)).or_default().push(grant.clone());
    }
    let lets_in = |one: &&mut Change| one.address.kind == Assignments::NAME && one.gives;
    for change in changes.iter_mut().filter(lets_in) {
        let same_table = |grant: &&Change| {
            grant.why.iter().any(|why| change.why.iter().any(|other| other.line == why.line))
        };
        let grants = granted.get(&place(change)).into_iter().flatten().filter(same_table);
        let needs: Vec<Address> = grants.map(|grant| grant.address.clone()).collect();
        change.needs.extend(needs);
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
