//! Plans of any shape, for the tests of this room.

use std::collections::BTreeMap;

use crate::model::address::Address;
use crate::model::change::{Change, Verb};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::{Check, Plan, Unmanaged};
use crate::render::plan::samples::{app, change, field, named, plan, rated, setting};

/// What a plan looks like from afar.
#[derive(Debug, Clone)]
pub(crate) struct PlanShape {
    pub(crate) changes: usize,
    pub(crate) apps: usize,
    /// How many sets of permissions, reasons and files there are.
    pub(crate) sets: usize,
    pub(crate) reasons: usize,
    /// Out of a hundred changes.
    pub(crate) taking: usize,
    pub(crate) dangerous: usize,
    pub(crate) everybody: usize,
    /// One everybody's grant per app that is replaced by all that gives there.
    pub(crate) replaced: bool,
    pub(crate) wide: bool,
    pub(crate) unmanaged: usize,
    pub(crate) warnings: usize,
    pub(crate) checks: usize,
}

/// A large plan without anything that matters.
pub(crate) const PLAIN: PlanShape = PlanShape {
    changes: 10_000,
    apps: 1,
    sets: 1,
    reasons: 1,
    taking: 0,
    dangerous: 0,
    everybody: 0,
    replaced: false,
    wide: false,
    unmanaged: 0,
    warnings: 0,
    checks: 0,
};

impl PlanShape {
    /// Numbers that look scattered and are always the same.
    fn pick(at: usize, salt: usize, of: usize) -> usize {
        (at.wrapping_mul(2_654_435_761).wrapping_add(salt * 40_503) >> 7) % of.max(1)
    }

    fn owner(&self, at: usize) -> String {
        format!("app-{:04}", at % self.apps)
    }

    fn person(&self, at: usize) -> String {
        let tail = if self.wide { "東京都港区虎ノ門ヒルズ" } else { "" };
        format!("u{at:05}@contoso.com{tail}")
    }

    fn change(&self, at: usize) -> Change {
        let scope = format!("Scope.{}", Self::pick(at, 1, self.sets));
        let (new, old) = (format!("{scope}.New"), format!("{scope}.Old"));
        let takes = Self::pick(at, 2, 100) < self.taking;
        let all = Self::pick(at, 3, 100) < self.everybody;
        let (verb, gained, lost): (_, &[&str], &[&str]) = match (takes, at % 3) {
            (false, 0) => (Verb::Widen, &[&new], &[]),
            (false, _) => (Verb::Grant, &[&new], &[]),
            (true, 0) => (Verb::Narrow, &[], &[&old]),
            (true, 1) => (Verb::Set, &[&new], &[&old]),
            (true, _) => (Verb::Revoke, &[], &[&old]),
        };
        let user = (!all).then_some(at as u128 + 1);
        let scopes = vec![field("scopes", &[], gained, lost)];
        let mut change = change(&self.owner(at), verb, user, scopes);
        change.address.parts.push(at.to_string());
        if let Some(why) = change.why.first_mut() {
            let reason = Self::pick(at, 4, self.reasons);
            why.line = format!("file-{reason}.toml:{reason}");
            why.reason = Some(format!("TICKET-{reason} as the owner of the app asked for"));
        }
        let tier = match Self::pick(at, 5, 100) {
            roll if roll >= self.dangerous => [None, Some(Tier::Low), Some(Tier::Medium)][at % 3],
            roll if roll % 2 == 0 => Some(Tier::High),
            _ => Some(Tier::Critical),
        };
        let change = if all { change } else { named(change, &self.person(at)) };
        match tier {
            Some(tier) => rated(change, tier, &format!("P{}: a reason to look", at % 50)),
            None => change,
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        let mut changes: Vec<Change> = (0..self.changes).map(|at| self.change(at)).collect();
        if self.replaced {
            let mut giving: BTreeMap<String, Vec<Address>> = BTreeMap::new();
            for one in changes.iter().filter(|one| one.gives) {
                giving.entry(one.address.owner.clone()).or_default().push(one.address.clone());
            }
            for (owner, needs) in giving {
                let scopes = vec![field("scopes", &[], &[], &["Scope.Old"])];
                changes.push(Change { needs, ..change(&owner, Verb::Revoke, None, scopes) });
            }
        }
        changes.push(setting(
            "tenant",
            "user consent",
            Verb::Set,
            vec![field("users may consent to", &[], &["microsoft-recommended"], &["any"])],
        ));
        let mut plan = plan(changes);
        let name = if self.wide { "東京都港区".repeat(30) } else { "Contoso CRM".to_owned() };
        plan.apps = (0..self.apps).map(|at| app(&self.owner(at), &name)).collect();
        plan.unmanaged = (0..self.unmanaged)
            .map(|at| {
                Unmanaged::new(
                    Address::new("delegated_grant", &self.owner(at), [at.to_string()]),
                    Untrusted::new(format!("delegated, {}: {name}", self.person(at))),
                )
            })
            .collect();
        plan.warnings =
            (0..self.warnings).map(|at| format!("{at} {}", "many words ".repeat(60))).collect();
        let rule = |at: usize| Check {
            rule: ["protected_app", "removal_limit", "principals_limit"][at % 3].to_owned(),
            text: format!("app-{at} {}", "cannot be applied ".repeat(20)),
            help: "do this and that and something else ".repeat(10),
        };
        plan.checks = (0..self.checks).map(rule).collect();
        plan.identity_checks = (0..self.checks.min(2))
            .map(|at| Check { rule: ["lockout", "self_escalation"][at].to_owned(), ..rule(at) })
            .collect();
        plan
    }
}
