//! A role is there or not.

use super::{AppRoles, Found, Spec};
use crate::kinds::wanted::whole;
use crate::kinds::{Own, Ownership, Reconcile, Wanted};

impl Own for AppRoles {}

impl Reconcile for AppRoles {
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        whole(want, have.map(AsRef::as_ref), ownership)
    }
}
