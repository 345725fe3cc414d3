//! `protect = true`: nothing is taken from this app.

use std::collections::BTreeSet;

use crate::policy::{Blocked, Case, Rule};

/// `protect = true`: nothing is taken from this app.
pub(crate) struct ProtectedApp;

impl Rule for ProtectedApp {
    fn name(&self) -> &'static str {
        "protected_app"
    }

    fn of_plan(&self, case: &Case<'_>) -> Vec<Blocked> {
        judge(case)
    }
}

fn judge(case: &Case<'_>) -> Vec<Blocked> {
    let taking = case.plan.changes.iter().filter(|change| change.takes);
    let taken: BTreeSet<&str> = taking.map(|change| change.address.owner.as_str()).collect();
    let hit = case.protected.iter().filter(|label| taken.contains(label.as_str()));
    hit.map(|label| Blocked {
        text: format!("{label} is protected, and this plan takes access from it"),
        help: format!("remove protect = true from [app.{label}] in a change of its own"),
    })
    .collect()
}
