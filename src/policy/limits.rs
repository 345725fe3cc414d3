//! The removal limit: a plan that takes more away than a person would check stops apply, never plan.

use time::Date;

use crate::model::change::Change;
use crate::plan::Plan;
use crate::policy::{Case, Judge, Rule, Stop};

pub const RULE: Rule = Rule { name: "removal_limit", judge: Judge::Plan(judge) };

/// `[limits]` and `[accept]` of the manifest, as plain numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovalLimit {
    /// Objects that may be removed, or may lose permissions, in one plan.
    pub revoke: usize,
    /// Percent of the managed objects of which the same may be true, where there are more than [`FEW`].
    pub revoke_percent: usize,
    /// What lifts the limit, once.
    pub accept: Option<Acceptance>,
}

/// `[accept] revoke = { max, until, reason }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub max: usize,
    /// The last day on which it counts.
    pub until: Date,
    pub reason: String,
}

/// Up to so many managed objects, a share of them says nothing.
pub const FEW: usize = 10;

/// Objects that are removed or narrowed, and whose access nothing replaces.
pub fn removals(changes: &[Change]) -> usize {
    changes.iter().filter(|change| change.is_removal()).count()
}

/// Objects that consent manages and the tenant has today. An object may have two changes, and is one
/// pair.
pub fn managed(plan: &Plan) -> usize {
    plan.unchanged + plan.pairs.iter().filter(|pair| !pair.before.is_absent()).count()
}

fn judge(case: &Case<'_>) -> Vec<Stop> {
    removal_limit(case.plan, case.limit, case.today).into_iter().collect()
}

/// Whether the plan removes more than it may. `today` decides whether an acceptance still counts.
fn removal_limit(plan: &Plan, limit: &RemovalLimit, today: Date) -> Option<Stop> {
    let removals = removals(&plan.changes);
    let managed = managed(plan);
    let over_number = removals > limit.revoke;
    let over_share = managed > FEW
        && removals.saturating_mul(100) > managed.saturating_mul(limit.revoke_percent);
    if !over_number && !over_share {
        return None;
    }
    let allowed = if over_number {
        format!("{} are allowed", limit.revoke)
    } else {
        format!("{} % of {managed} managed objects are allowed", limit.revoke_percent)
    };
    let lifted = match &limit.accept {
        Some(accept) if removals > accept.max => {
            format!("; [accept] lifts the limit to {} only", accept.max)
        }
        Some(accept) if today > accept.until => {
            format!("; [accept] counted until {}", accept.until)
        }
        Some(_) => return None,
        None => String::new(),
    };
    Some(Stop {
        text: format!("the plan {}, and {allowed}{lifted}", takes(&plan.changes)),
        help: format!(
            "if that is meant, say so in the manifest: [accept] revoke = {{ max = {removals}, \
             until = <date>, reason = \"...\" }}"
        ),
    })
}

/// `removes 26 objects`, `takes permissions out of 1,200 objects`, or both.
fn takes(changes: &[Change]) -> String {
    let all = removals(changes);
    let removed = changes.iter().filter(|one| one.is_removal() && one.verb.removes()).count();
    let objects =
        |count| if count == 1 { "1 object".to_owned() } else { format!("{count} objects") };
    match (removed, all - removed) {
        (_, 0) => format!("removes {}", objects(removed)),
        (0, narrowed) => format!("takes permissions out of {}", objects(narrowed)),
        (_, narrowed) => {
            format!("removes {} and takes permissions out of {narrowed} more", objects(removed))
        }
    }
}
