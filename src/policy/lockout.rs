//! Lockout: never remove what the running identity needs. A plan that takes it could be the last one
//! that this identity ever applies.

use std::collections::BTreeSet;

use crate::model::change::Change;
use crate::plan::Plan;
use crate::policy::identity::Identity;
use crate::policy::{Blocked, Rule};

/// A plan that takes from its own identity what it needs.
pub(crate) struct Lockout;

impl Rule for Lockout {
    fn name(&self) -> &'static str {
        "lockout"
    }

    fn of_identity(&self, plan: &Plan, identity: &Identity) -> Vec<Blocked> {
        judge(plan, identity)
    }
}

fn judge(plan: &Plan, identity: &Identity) -> Vec<Blocked> {
    let mut going: BTreeSet<String> = permissions(identity);
    going.extend(other_access(plan, identity));
    if going.is_empty() {
        return Vec::new();
    }
    let going: Vec<String> = going.into_iter().collect();
    let app = identity.shown(plan);
    vec![Blocked {
        text: format!(
            "you are signed in with {app}, and this plan takes from it what consent needs: {}",
            going.join(", ")
        ),
        help: "sign in with another app to apply this, or let this one keep what it needs"
            .to_owned(),
    }]
}

/// The permissions without which something that consent could do before could not be done after. What
/// another grant gives as well is not lost, so both sides are the union of all that the identity has.
fn permissions(identity: &Identity) -> BTreeSet<String> {
    let before = identity.held(&identity.holdings.before);
    let after = identity.held(&identity.holdings.after);
    let lost: BTreeSet<&str> = before.difference(&after).copied().collect();
    let broken =
        identity.needs.iter().filter(|need| need.is_met_by(&before) && !need.is_met_by(&after));
    let names = broken.flat_map(|need| &need.0).filter(|name| lost.contains(name.as_str()));
    names.cloned().collect()
}

/// What takes something else than permissions from the app, such as the right to sign in to it. No rule
/// can tell how much of that the identity could spare.
fn other_access(plan: &Plan, identity: &Identity) -> Vec<String> {
    let loses = |change: &Change| {
        change.fields.is_empty() || change.fields.iter().any(|field| !field.lost.is_empty())
    };
    let taking = plan.changes.iter().filter(|change| {
        change.takes
            && identity.is_own(change)
            && change.consented().next().is_none()
            && identity.is_in(change.subject.audience)
            && loses(change)
    });
    taking.map(|change| change.subject.what.clone()).collect()
}
