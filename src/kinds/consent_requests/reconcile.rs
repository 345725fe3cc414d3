//! The policy is always there, and what is declared of it is the whole of it.

use super::{ConsentRequests, Found, Spec};
use crate::kinds::{Own, Ownership, Reconcile, Wanted};

impl Own for ConsentRequests {}

impl Reconcile for ConsentRequests {
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        _ownership: Ownership,
    ) -> Option<Spec> {
        let want = want.and_then(|want| want.spec.clone());
        want.or_else(|| have.map(|have| have.spec.clone()))
    }
}
