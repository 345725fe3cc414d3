//! The entries for users themselves are declared, all others are kept.

use super::{Found, Spec, UserConsent, is_for_self};
use crate::kinds::{Own, Ownership, Reconcile, Wanted};

impl Own for UserConsent {}

impl Reconcile for UserConsent {
    /// The declared entries for users themselves; every other entry of the list is kept, in place.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        _ownership: Ownership,
    ) -> Option<Spec> {
        let have = have.map(|have| have.spec.clone());
        let Some(want) = want.and_then(|want| want.spec.as_ref()) else { return have };
        let kept = have.iter().flat_map(|spec| &spec.assigned).filter(|entry| !is_for_self(entry));
        let own = want.assigned.iter().filter(|entry| is_for_self(entry));
        Some(Spec { assigned: own.chain(kept).cloned().collect() })
    }
}
