//! Floor 4: what a plan must be told before people read it. One file per rule, and the table of those
//! that stop apply.
//!
//! Imports floors 0 to 3. Pure: no effects, no clock, no files.

pub(crate) mod escalation;
pub(crate) mod expansion;
pub(crate) mod identity;
pub(crate) mod limits;
pub(crate) mod lockout;
pub(crate) mod permissions;
pub(crate) mod protected;
pub mod risk;

use std::collections::BTreeSet;

use time::Date;

use crate::model::finding::Findings;
use crate::plan::{Check, Lifted, Plan};
use crate::policy::identity::Identity;
use crate::policy::limits::RemovalLimit;

/// A rail: it lets a plan be made and read, and stops it from being applied. It judges what it knows of, and
/// has nothing to say of the rest.
pub(crate) trait Rule: Sync {
    /// Stable: reports and the effect name it.
    fn name(&self) -> &'static str;

    /// By the plan and its manifest. Everybody comes to the same verdict, so it is part of the effect.
    fn of_plan(&self, _case: &Case<'_>) -> Vec<Blocked> {
        Vec::new()
    }

    /// By who is signed in. It is judged wherever a plan is about to be applied, and is no part of the
    /// effect or of a saved plan: who plans and who applies need not be the same.
    fn of_identity(&self, _plan: &Plan, _identity: &Identity) -> Vec<Blocked> {
        Vec::new()
    }
}

/// All rails, in the order in which they are told.
pub(crate) static RULES: [&dyn Rule; 5] = [
    &limits::Removals,
    &protected::ProtectedApp,
    &expansion::PrincipalsLimit,
    &lockout::Lockout,
    &escalation::SelfEscalation,
];

/// The names of all rails, for the reference.
pub fn names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.name())
}

/// What the rules of a plan are asked about, as plain data.
pub(crate) struct Case<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) limit: &'a RemovalLimit,
    /// Labels of the apps with `protect = true`.
    pub(crate) protected: &'a BTreeSet<String>,
    /// What was found when the manifest met the tenant.
    pub(crate) findings: &'a Findings,
    /// UTC.
    pub(crate) today: Date,
}

/// Why apply must stop. Safe text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocked {
    /// One sentence without a full stop.
    pub(crate) text: String,
    pub(crate) help: String,
}

/// What stops this plan, whoever applies it.
pub(crate) fn of_plan(case: &Case<'_>) -> Vec<Check> {
    let stops = |rule: &&dyn Rule| named(rule.name(), rule.of_plan(case));
    RULES.iter().flat_map(stops).collect()
}

/// Rails that would stop this plan, and that its manifest lifts.
pub(crate) fn lifted(case: &Case<'_>) -> Vec<Lifted> {
    limits::lifted(case.plan, case.limit, case.today).into_iter().collect()
}

/// What stops this plan as long as it is this identity that applies it.
pub(crate) fn of_identity(plan: &Plan, identity: &Identity) -> Vec<Check> {
    let stops = |rule: &&dyn Rule| named(rule.name(), rule.of_identity(plan, identity));
    RULES.iter().flat_map(stops).collect()
}

fn named(rule: &str, stops: Vec<Blocked>) -> Vec<Check> {
    let check = |Blocked { text, help }| Check { rule: rule.to_owned(), text, help };
    stops.into_iter().map(check).collect()
}

#[cfg(test)]
mod identity_tests;
#[cfg(test)]
pub(crate) mod tests;
