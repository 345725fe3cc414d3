//! Whether the signatures of a plan are enough.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::approvers::Approvers;
use super::examine::{Approvable, Examined, SignedDecision, SignedFile, examine};
use super::statement::Decision;
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;

/// How many people have to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApprovalRules {
    pub(crate) required: usize,
    /// Of a plan that gives something of high risk.
    pub(crate) high: usize,
    /// The same of critical risk.
    pub(crate) critical: usize,
    /// Whoever made the plan, where that may not be one of them.
    pub(crate) not_author: Option<String>,
}

/// That enough people approved: what a record keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) approvals: Vec<SignedDecision>,
    /// How many people that are.
    pub(crate) people: usize,
}

/// Why it is not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shortage {
    Rejected(Vec<SignedDecision>),
    TooFew {
        wanted: usize,
        people: usize,
        /// Approvals that do not count: of who made the plan.
        of_author: Vec<SignedDecision>,
    },
}

impl ApprovalRules {
    /// One approval by anybody.
    pub(crate) const ONE: Self = Self { required: 1, high: 1, critical: 1, not_author: None };

    /// `highest`: the highest risk of what the plan gives.
    pub(crate) fn wanted(&self, highest: Option<Tier>) -> usize {
        let high = if highest >= Some(Tier::High) { self.high } else { 0 };
        let critical = if highest >= Some(Tier::Critical) { self.critical } else { 0 };
        self.required.max(high).max(critical)
    }

    fn is_author(&self, decision: &SignedDecision) -> bool {
        let author = self.not_author.as_deref().map(folded);
        author.is_some_and(|author| decision.by.iter().any(|name| folded(name.raw()) == author))
    }
}

/// All signatures of a plan, in the order of their names, and whether they are enough.
pub(crate) fn judge(
    plan: &Approvable<'_>,
    files: &[SignedFile],
    approvers: &Approvers,
    rules: &ApprovalRules,
    highest: Option<Tier>,
    now: OffsetDateTime,
) -> (Vec<Examined>, Result<Evidence, Shortage>) {
    let examined: Vec<Examined> =
        files.iter().map(|file| examine(plan, file, approvers, now)).collect();
    let enough = enough(&examined, rules, highest);
    (examined, enough)
}

/// What is not accepted counts neither for nor against: anybody can put a file there.
pub(crate) fn enough(
    examined: &[Examined],
    rules: &ApprovalRules,
    highest: Option<Tier>,
) -> Result<Evidence, Shortage> {
    let accepted = || examined.iter().filter_map(|one| one.result.as_ref().ok());
    let of = |decision| accepted().filter(move |one| one.decision == decision).cloned();
    let rejections: Vec<SignedDecision> = of(Decision::Reject).collect();
    if !rejections.is_empty() {
        return Err(Shortage::Rejected(rejections));
    }
    let (of_author, approvals): (Vec<_>, Vec<_>) =
        of(Decision::Approve).partition(|one| rules.is_author(one));
    let people = people(&approvals);
    let wanted = rules.wanted(highest);
    match people >= wanted {
        true => Ok(Evidence { approvals, people }),
        false => Err(Shortage::TooFew { wanted, people, of_author }),
    }
}

/// Two keys with a name in common are one person's, and so is whoever has a name in common with either.
fn people(approvals: &[SignedDecision]) -> usize {
    let mut persons: Vec<BTreeSet<String>> = Vec::new();
    for approval in approvals {
        let mut names: BTreeSet<String> =
            approval.by.iter().map(|name: &Untrusted| folded(name.raw())).collect();
        persons.retain(|person| {
            let same = !person.is_disjoint(&names);
            if same {
                names.extend(person.iter().cloned());
            }
            !same
        });
        persons.push(names);
    }
    persons.len()
}

/// Addresses of people are the same in either letter case. More that is one person only asks for more.
fn folded(name: &str) -> String {
    name.to_lowercase()
}
