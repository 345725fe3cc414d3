//! Self-escalation: never add anything to the identity that runs consent. Whoever may change the
//! manifest could otherwise make the pipeline's own identity as powerful as he likes.

use std::collections::BTreeSet;

use crate::plan::Plan;
use crate::policy::identity::Identity;
use crate::policy::{Blocked, Rule};

/// A plan that gives something to its own identity.
pub(crate) struct SelfEscalation;

impl Rule for SelfEscalation {
    fn name(&self) -> &'static str {
        "self_escalation"
    }

    fn of_identity(&self, plan: &Plan, identity: &Identity) -> Vec<Blocked> {
        judge(plan, identity)
    }
}

/// So many permissions are named.
const NAMED: usize = 6;

/// Whatever gives something to the app counts, whoever of its users gets it, and also where it only
/// replaces something: a rule without exceptions cannot be talked around.
fn judge(plan: &Plan, identity: &Identity) -> Vec<Blocked> {
    let mut given = BTreeSet::new();
    for change in plan.changes.iter().filter(|change| change.gives && identity.is_own(change)) {
        let gained = change.consented().filter(|permission| permission.gained);
        let names: Vec<&str> = gained.map(|permission| permission.name.as_str()).collect();
        if names.is_empty() {
            given.insert(change.subject.what.as_str());
        }
        given.extend(names);
    }
    if given.is_empty() {
        return Vec::new();
    }
    let named: Vec<&str> = given.iter().copied().take(NAMED).collect();
    let more = match given.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let app = identity.shown(plan);
    vec![Blocked {
        text: format!(
            "you are signed in with {app}, and this plan gives to it: {}{more}",
            named.join(", ")
        ),
        help:
            "sign in with another app to apply this: no identity gives itself more through consent"
                .to_owned(),
    }]
}
