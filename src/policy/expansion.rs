//! The expansion limit: an audience that came to more people than `[limits] principals`. Whoever
//! expands audiences finds it; here it becomes a rail, so that the plan is still drawn.

use crate::model::finding::Finding;
use crate::policy::{Case, Judge, Rule, Stop};

pub const RULE: Rule = Rule { name: "principals_limit", judge: Judge::Plan(judge) };

fn judge(case: &Case<'_>) -> Vec<Stop> {
    let found = case.findings.iter().filter(|finding| finding.code == RULE.name);
    found
        .map(|Finding { title, help, .. }| Stop {
            text: title.to_string(),
            help: help.clone().unwrap_or_default().into(),
        })
        .collect()
}
