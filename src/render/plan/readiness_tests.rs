//! The verdict on a plan, and what stands in its way.

use crate::plan::readiness::{Readiness, stopped_by};
use crate::plan::{Check, Extent, Plan};
use crate::render::plan::samples::{narrowing, plan};

fn check(rule: &str) -> Check {
    Check { rule: rule.to_owned(), text: String::new(), help: String::new() }
}

#[test]
fn each_plan_has_one_verdict() {
    let ready = narrowing();
    assert_eq!(Readiness::of(&ready), Readiness::Ready);
    let partial = Plan { extent: Extent::Partial(vec!["crm".to_owned()]), ..ready.clone() };
    assert_eq!(Readiness::of(&partial), Readiness::Ready);
    for (checks, identity_checks) in
        [(vec![check("removal_limit")], Vec::new()), (Vec::new(), vec![check("lockout")])]
    {
        for plan in [&ready, &partial] {
            let (checks, identity_checks) = (checks.clone(), identity_checks.clone());
            let blocked = Plan { checks, identity_checks, ..plan.clone() };
            assert_eq!(Readiness::of(&blocked), Readiness::Blocked);
        }
    }
    assert_eq!(stopped_by(&ready), Vec::<&str>::new());
}

#[test]
fn rules_are_named_in_order_and_once() {
    let mut blocked = narrowing();
    blocked.checks = ["removal_limit", "protected_app", "protected_app"].map(check).to_vec();
    blocked.identity_checks = vec![check("lockout"), check("lockout")];
    assert_eq!(stopped_by(&blocked), ["removal_limit", "protected_app", "lockout"]);
}

/// Apply has nothing to do there, and so nothing to stop at.
#[test]
fn nothing_to_apply_is_stopped_by_nothing() {
    let mut empty = plan(Vec::new());
    empty.checks = vec![check("principals_limit")];
    assert_eq!(Readiness::of(&empty), Readiness::NoChanges);
    assert!(stopped_by(&empty).is_empty());
}
