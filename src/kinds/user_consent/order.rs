//! What users may consent to, and what that rests on: a policy exists before it is used and is unused
//! before it goes, and nobody is without a way to the consent that somebody meant them to keep.

use serde_json::Value;

use super::{Spec, UserConsent, policy};
use crate::kinds::Kind;
use crate::kinds::classification::Classifications;
use crate::kinds::consent_policy::ConsentPolicies;
use crate::kinds::consent_requests::ConsentRequests;
use crate::model::address::Address;
use crate::model::change::Change;

/// Who waits for whom.
enum Waits {
    Setting,
    Other,
    Neither,
}

/// Adds `needs` between the setting and changes of other kinds.
pub(super) fn interlock(changes: &mut [Change]) {
    let Some(at) = changes.iter().position(|change| change.address.kind == UserConsent::NAME)
    else {
        return;
    };
    let setting = changes[at].clone();
    let mut first: Vec<Address> = Vec::new();
    for other in changes.iter_mut() {
        match waits(&setting, other) {
            Waits::Setting => first.push(other.address.clone()),
            Waits::Other => other.needs.push(setting.address.clone()),
            Waits::Neither => {}
        }
    }
    changes[at].needs.extend(first);
}

fn waits(setting: &Change, other: &Change) -> Waits {
    let (old, new) = (policies(&setting.before), policies(&setting.after));
    // Without consent of their own, classes and policies mean nothing to users.
    let (lasts, stays) = (!new.is_empty(), setting.takes && other.gives);
    match other.address.kind.as_str() {
        ConsentPolicies::NAME => {
            let id = other.address.parts.first().map_or("", String::as_str);
            let names = |list: &[String]| list.iter().any(|one| one.eq_ignore_ascii_case(id));
            match (names(&old), names(&new)) {
                (_, true) => Waits::Setting,
                (true, false) if other.takes => Waits::Other,
                _ => Waits::Neither,
            }
        }
        Classifications::NAME if stays && lasts => Waits::Setting,
        // Whoever can no longer consent can ask by then.
        ConsentRequests::NAME if stays => Waits::Setting,
        Classifications::NAME | ConsentRequests::NAME if setting.gives && other.takes => {
            Waits::Other
        }
        _ => Waits::Neither,
    }
}

/// The policies by which users consent in this state.
fn policies(state: &Value) -> Vec<String> {
    let spec = state.get("spec").unwrap_or(state).clone();
    let assigned = serde_json::from_value::<Spec>(spec).map(|spec| spec.assigned);
    let assigned = assigned.unwrap_or_default();
    assigned.iter().filter_map(|entry| policy(entry)).map(str::to_owned).collect()
}
