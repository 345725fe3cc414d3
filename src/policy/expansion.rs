//! The expansion limit: an audience that came to more people than `[limits] principals`. Whoever
//! expands audiences finds it; here it becomes a rail, so that the plan is still drawn.

use crate::model::finding::Finding;
use crate::policy::{Blocked, Case, Rule};

/// The code of the finding, and the name of the rule.
const NAME: &str = "principals_limit";

/// An audience that came to more people than `[limits] principals`.
pub(crate) struct PrincipalsLimit;

impl Rule for PrincipalsLimit {
    fn name(&self) -> &'static str {
        NAME
    }

    fn of_plan(&self, case: &Case<'_>) -> Vec<Blocked> {
        judge(case)
    }
}

fn judge(case: &Case<'_>) -> Vec<Blocked> {
    let found = case.findings.iter().filter(|finding| finding.code == NAME);
    found
        .map(|Finding { title, help, .. }| Blocked {
            text: title.to_string(),
            help: help.clone().unwrap_or_default().into(),
        })
        .collect()
}
