//! An assignment is there or not, and undeclared ones are ours only where a table says who shall have one.

use super::{Assignments, Found, Spec, declare};
use crate::kinds::wanted::whole;
use crate::kinds::{Inputs, Own, Ownership, Reconcile, Wanted};
use crate::model::address::Address;

impl Own for Assignments {
    /// Exact only where a table of the app says who shall be assigned: people of a grant are some,
    /// and never all.
    fn owns(&self, inputs: &Inputs, address: &Address, by_mode: Ownership) -> Ownership {
        if declare::has_table(inputs.manifest, &address.owner) {
            by_mode
        } else {
            Ownership::Additive
        }
    }

    /// Where a table says who shall be assigned, people read who else is.
    fn tells_unmanaged(&self, inputs: &Inputs, address: &Address) -> bool {
        declare::has_table(inputs.manifest, &address.owner)
    }
}

impl Reconcile for Assignments {
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        whole(want, have.map(AsRef::as_ref), ownership)
    }
}
