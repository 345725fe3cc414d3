//! How risky it is what somebody gets, whatever object gives it.

use std::collections::BTreeMap;

use crate::model::change::PermissionSort;
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::access::{AccessEntry, AccessHolder};
use crate::plan::{Plan, access};

/// App, resource and sort; then whom a permission is given to, and its name.
type GivenPlace = (String, String, PermissionSort, AccessHolder, String);

/// How risky it is what changes give, permission by permission, by whom they give it to.
#[derive(Default)]
pub(crate) struct PersonTiers(BTreeMap<GivenPlace, Tier>);

impl PersonTiers {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut tiers = BTreeMap::new();
        for change in &plan.changes {
            let Some(tier) = change.risk.as_ref().map(|risk| risk.tier) else { continue };
            for one in change.permissions.iter().filter(|one| one.gained) {
                let Some(who) = AccessHolder::of(change.subject.audience, one.sort) else {
                    continue;
                };
                let (owner, id) = (change.address.owner.clone(), access::resource(one));
                let most = tiers.entry((owner, id, one.sort, who, one.name.clone()));
                let most = most.or_insert(tier);
                *most = tier.max(*most);
            }
        }
        Self(tiers)
    }

    /// Of what an entry gives: by a change for its holder, or by one for everybody.
    pub(crate) fn of_entry(&self, entry: &AccessEntry) -> Option<Tier> {
        let AccessEntry { app, resource, sort, who, gets, loses: _ } = entry;
        let of = |who: AccessHolder, name: &Untrusted| {
            let place = (app.to_string(), resource.to_string(), *sort, who, name.raw().to_owned());
            self.0.get(&place).copied()
        };
        let all = gets.iter().map(|name| of(*who, name).max(of(AccessHolder::Everybody, name)));
        all.max().flatten()
    }
}
