//! A policy exists before users consent by it, and they no longer do before it goes.

use super::ConsentPolicies;
use crate::kinds::{Kind, user_consent};
use crate::model::address::Address;
use crate::model::change::Change;

/// Adds `needs` between policies and the setting that names them.
pub(super) fn interlock(changes: &mut [Change]) {
    let setting = user_consent::address();
    let Some(at) = changes.iter().position(|change| change.address == setting) else { return };
    let named = |state| {
        let ids = user_consent::named_in(state);
        move |address: &Address| {
            let own = address.parts.first();
            own.is_some_and(|own| ids.iter().any(|id| id.eq_ignore_ascii_case(own)))
        }
    };
    let (was_named, will_be_named) = (named(&changes[at].before), named(&changes[at].after));
    let is_policy = |change: &Change| change.address.kind == ConsentPolicies::NAME;
    let mut first = Vec::new();
    for policy in changes.iter_mut().filter(|change| is_policy(change)) {
        if will_be_named(&policy.address) {
            first.push(policy.address.clone());
        } else if policy.takes && was_named(&policy.address) {
            policy.needs.push(setting.clone());
        }
    }
    changes[at].needs.extend(first);
}
