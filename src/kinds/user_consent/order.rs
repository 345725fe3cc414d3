//! What users may consent to, and what that rests on: nobody is without a way to the consent that
//! somebody meant them to keep.

use super::{UserConsent, named_in};
use crate::kinds::Kind;
use crate::kinds::classification::Classifications;
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
    // Without consent of their own, classes mean nothing to users.
    let lasts = !named_in(&setting.after).is_empty();
    let stays = setting.takes && other.gives;
    match other.address.kind.as_str() {
        Classifications::NAME if stays && lasts => Waits::Setting,
        // Whoever can no longer consent can ask by then.
        ConsentRequests::NAME if stays => Waits::Setting,
        Classifications::NAME | ConsentRequests::NAME if setting.gives && other.takes => {
            Waits::Other
        }
        _ => Waits::Neither,
    }
}
