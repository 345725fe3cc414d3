//! A policy exists before users consent by it, and they no longer do before it goes. Where they go on
//! consenting by it, it is the way that classes and admin consent requests wait for, or it for them.

use super::{ConsentPolicies, Spec};
use crate::kinds::state_json::{rest, spec_of};
use crate::kinds::user_consent::order::{Basis, ConsentWay, queue};
use crate::kinds::{Kind, Order, Staying, user_consent};
use crate::model::address::{Address, TENANT};
use crate::model::change::Change;

impl Order for ConsentPolicies {
    /// Adds `needs` between policies and the setting that names them, or what they rest on.
    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        let setting = user_consent::address();
        match changes.iter().position(|change| change.address == setting) {
            Some(at) => around_setting(at, changes, staying),
            None => by_themselves(changes, staying),
        }
    }
}

fn around_setting(at: usize, changes: &mut [Change], staying: Staying<'_>) {
    let setting = changes[at].address.clone();
    let named = |state| {
        let ids = user_consent::named_in(state);
        move |address: &Address| {
            let own = address.parts.first();
            own.is_some_and(|own| ids.iter().any(|id| id.eq_ignore_ascii_case(own)))
        }
    };
    let (was_named, will_be_named) = (named(&changes[at].before), named(&changes[at].after));
    let mut first = Vec::new();
    for policy in changes.iter_mut().filter(|change| is_policy(change)) {
        if will_be_named(&policy.address) {
            first.push(policy.address.clone());
        } else if was_named(&policy.address) {
            policy.needs.push(setting.clone());
        }
    }
    changes[at].needs.extend(first);
    if changes[at].takes {
        // Users are left with what these let them consent to.
        let used = staying.of::<ConsentPolicies>(TENANT).filter(|one| will_be_named(one.0));
        let held = used.filter_map(|(address, found)| {
            rest(&ConsentPolicies, address, &found.spec, staying.names)
        });
        changes[at].rests_on.extend(held);
    }
}

/// The setting stays as it is, and users may consent by any policy that is there already. Which ones it
/// names is not known here, so each waits as if it were named.
fn by_themselves(changes: &mut [Change], staying: Staying<'_>) {
    for at in 0..changes.len() {
        let policy = &changes[at];
        if is_policy(policy) && !policy.before.is_absent() {
            queue(at, way(policy), changes, staying);
        }
    }
}

fn is_policy(change: &Change) -> bool {
    change.address.kind == ConsentPolicies::NAME
}

fn way(policy: &Change) -> ConsentWay {
    // A state that cannot be read never came this far.
    let spec = |state| spec_of::<ConsentPolicies>(state).unwrap_or_default();
    let (before, after) = (spec(&policy.before), spec(&policy.after));
    let by_class = |spec: &Option<Spec>| {
        let sets = spec.iter().flat_map(|spec| spec.include.iter().cloned());
        sets.filter(|set| set.permission_classification.is_some()).collect::<Vec<_>>()
    };
    let kept = by_class(&after);
    ConsentWay {
        before: basis(&before),
        after: basis(&after),
        drops_classes: by_class(&before).iter().any(|set| !kept.contains(set)),
        gives: policy.gives,
        takes: policy.takes,
    }
}

fn basis(policy: &Option<Spec>) -> Basis {
    let by_class = |class| {
        let mut sets = policy.iter().flat_map(|policy| &policy.include);
        sets.any(|set| set.permission_classification.is_some() == class)
    };
    Basis { classes: by_class(true), otherwise: by_class(false) }
}
