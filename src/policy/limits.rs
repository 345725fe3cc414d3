//! The removal limit: a plan that takes more away than a person would check stops apply, never plan.

use time::Date;

use crate::model::change::Change;
use crate::plan::{Check, DayLimit, Lifted, Plan};
use crate::policy::{Blocked, Case, Rule};

/// More removals than `[limits]` allows.
pub(crate) struct Removals;

impl Rule for Removals {
    fn name(&self) -> &'static str {
        "removal_limit"
    }

    fn of_plan(&self, case: &Case<'_>) -> Vec<Blocked> {
        judge(case)
    }
}

/// `[limits]` and `[accept]` of the manifest, as plain numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RemovalLimit {
    /// Objects that may be removed, or may lose permissions, in one plan.
    pub(crate) revoke: usize,
    /// Percent of the managed objects of which the same may be true, where there are more than [`FEW`].
    pub(crate) revoke_percent: usize,
    /// What lifts the limit, once.
    pub(crate) accept: Option<Acceptance>,
}

/// `[accept] revoke = { max, until, reason }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(crate) max: usize,
    /// The last day on which it counts.
    pub(crate) until: Date,
    pub(crate) reason: String,
    /// `consent.toml:60`.
    pub(crate) place: String,
}

/// Up to so many managed objects, a share of them says nothing.
pub(crate) const FEW: usize = 10;

/// Objects that are removed or narrowed, and whose access nothing replaces.
pub(crate) fn removals(changes: &[Change]) -> usize {
    changes.iter().filter(|change| change.is_removal()).count()
}

/// Objects that consent manages and the tenant has today. An object may have two changes, and is one
/// pair.
pub(crate) fn managed(plan: &Plan) -> usize {
    plan.unchanged + plan.pairs.iter().filter(|pair| !pair.before.is_absent()).count()
}

fn judge(case: &Case<'_>) -> Vec<Blocked> {
    removal_limit(case.plan, case.limit, case.today).into_iter().collect()
}

/// What the runs of one day may take from: what one plan may, lifted or not.
pub(crate) fn a_day(limit: &RemovalLimit, today: Date) -> DayLimit {
    match limit.accept.as_ref().filter(|accept| today <= accept.until) {
        Some(accept) => DayLimit { objects: accept.max.max(limit.revoke), percent: None },
        None => DayLimit { objects: limit.revoke, percent: Some(limit.revoke_percent) },
    }
}

/// What other runs of the last day did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Earlier {
    /// Objects that they took from.
    pub(crate) taken: usize,
    /// Objects that they managed.
    pub(crate) managed: usize,
}

/// Stops a big removal that was cut into small ones: the day's runs count as one plan.
pub(crate) fn of_day(plan: &Plan, earlier: Earlier) -> Option<Check> {
    let Earlier { taken, managed } = earlier;
    let now = removals(&plan.changes);
    if now == 0 || taken == 0 {
        return None;
    }
    let (all, managed) = (now + taken, managed + self::managed(plan));
    let DayLimit { objects, percent } = plan.removals_a_day;
    let over_share = |percent: &usize| {
        managed > FEW && all.saturating_mul(100) > managed.saturating_mul(*percent)
    };
    let allowed = if all > objects {
        format!("{objects} in a day are allowed")
    } else {
        let percent = percent.filter(over_share)?;
        format!("{percent} % of {managed} managed objects in a day are allowed")
    };
    Some(Check {
        rule: Removals.name().to_owned(),
        text: format!(
            "the plan {}, runs of the last 24 hours took from {taken}, and {allowed}",
            takes(&plan.changes),
        ),
        help: format!(
            "apply it later, or say in the manifest that it is meant: [accept] revoke = {{ max = {all}, \
             until = <date>, reason = \"...\" }}"
        ),
    })
}

/// Stops a part that takes where nobody knows what was taken before.
pub(crate) fn uncounted(because: &str) -> Check {
    Check {
        rule: Removals.name().to_owned(),
        text: format!("what the last 24 hours' runs took cannot be counted: {because}"),
        help: "mend that, or plan without --app".to_owned(),
    }
}

/// What would be allowed, where the plan removes more than that.
fn exceeded(plan: &Plan, limit: &RemovalLimit) -> Option<String> {
    let removals = removals(&plan.changes);
    let managed = managed(plan);
    if removals > limit.revoke {
        return Some(format!("{} are allowed", limit.revoke));
    }
    let over_share = managed > FEW
        && removals.saturating_mul(100) > managed.saturating_mul(limit.revoke_percent);
    let allowed = || format!("{} % of {managed} managed objects are allowed", limit.revoke_percent);
    over_share.then(allowed)
}

/// The acceptance without which the plan would be stopped. `today` decides whether it still counts.
pub(crate) fn lifted(plan: &Plan, limit: &RemovalLimit, today: Date) -> Option<Lifted> {
    let accept = limit.accept.as_ref()?;
    let counts = removals(&plan.changes) <= accept.max && today <= accept.until;
    exceeded(plan, limit).filter(|_| counts)?;
    let Acceptance { max, until, reason, place } = accept;
    let (until, reason, place) = (until.to_string(), reason.clone(), place.clone());
    Some(Lifted { rail: "revoke".to_owned(), max: *max, until, reason, place })
}

/// Whether the plan removes more than it may.
fn removal_limit(plan: &Plan, limit: &RemovalLimit, today: Date) -> Option<Blocked> {
    let removals = removals(&plan.changes);
    let allowed = exceeded(plan, limit)?;
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
    Some(Blocked {
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
