//! Whether a plan can be applied as it stands: what its first line says, and what the exit code tells.

use serde::Serialize;

use crate::model::schema::JsonSchema;
use crate::plan::{Check, Plan};

/// The verdict on a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Readiness {
    /// Apply asks for an approval, and needs nothing else.
    Ready,
    /// It was made of a snapshot: there is something to review, and nothing that could be applied.
    ToReview,
    /// There is nothing to apply, and so nothing that could be stopped.
    NoChanges,
    /// At least one rail stops apply.
    Blocked,
}

impl Readiness {
    pub(crate) fn of(plan: &Plan) -> Self {
        let stopped = !plan.checks.is_empty() || !plan.identity_checks.is_empty();
        match stopped {
            _ if plan.changes.is_empty() => Self::NoChanges,
            true => Self::Blocked,
            false if plan.offline.is_some() => Self::ToReview,
            false => Self::Ready,
        }
    }
}

/// The rails that stop a plan, in their order, each once. Of a plan with nothing to apply they stop nothing.
pub(crate) fn stopped_by(plan: &Plan) -> Vec<&str> {
    match Readiness::of(plan) {
        Readiness::Blocked => rules(plan.checks.iter().chain(&plan.identity_checks)),
        Readiness::Ready | Readiness::ToReview | Readiness::NoChanges => Vec::new(),
    }
}

/// Their names, each once.
pub(crate) fn rules<'p>(checks: impl IntoIterator<Item = &'p Check>) -> Vec<&'p str> {
    let mut rules: Vec<&str> = Vec::new();
    for check in checks {
        if !rules.contains(&check.rule.as_str()) {
            rules.push(&check.rule);
        }
    }
    rules
}

/// What stops a plan, rule by rule, in their order.
pub(crate) fn by_rule(plan: &Plan) -> Vec<(&str, Vec<&Check>)> {
    let mut rules: Vec<(&str, Vec<&Check>)> = Vec::new();
    for check in plan.checks.iter().chain(&plan.identity_checks) {
        match rules.iter_mut().find(|(rule, _)| *rule == check.rule) {
            Some((_, checks)) => checks.push(check),
            None => rules.push((&check.rule, vec![check])),
        }
    }
    rules
}
