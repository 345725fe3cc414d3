//! A service principal that is there stays.

use super::{Found, ServicePrincipals, Spec};
use crate::kinds::{Own, Ownership, Reconcile, Wanted};

impl Own for ServicePrincipals {}

impl Reconcile for ServicePrincipals {
    /// Whatever the manifest says, a service principal that is there stays.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        _ownership: Ownership,
    ) -> Option<Spec> {
        let want = want.and_then(|want| want.spec.clone());
        let Some(have) = have.map(|have| have.spec.clone()) else { return want };
        let declared = want.and_then(|want| want.assignment_required);
        Some(Spec { assignment_required: declared.or(have.assignment_required), ..have })
    }
}
