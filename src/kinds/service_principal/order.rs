//! Who is let in is let in before the door is closed.

use crate::kinds::Kind;
use crate::kinds::assignment::Assignments;
use crate::model::address::Address;
use crate::model::change::Change;

use super::{ServicePrincipals, encode};

/// A new service principal is made first, and closed by a change of its own: in between, people are
/// assigned to it.
pub(super) fn link(changes: &mut Vec<Change>) {
    let closings: Vec<Change> = changes.iter_mut().filter_map(encode::split).collect();
    changes.extend(closings);
}

/// Closing an app waits for everybody who is assigned to it by the same plan.
pub(super) fn interlock(changes: &mut [Change]) {
    let assigned: Vec<Address> = changes
        .iter()
        .filter(|change| change.address.kind == Assignments::NAME && change.gives)
        .map(|change| change.address.clone())
        .collect();
    let closes =
        |change: &&mut Change| change.address.kind == ServicePrincipals::NAME && change.takes;
    for change in changes.iter_mut().filter(closes) {
        let own = assigned.iter().filter(|address| address.owner == change.address.owner);
        change.needs.extend(own.cloned());
    }
}
