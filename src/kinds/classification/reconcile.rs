//! The lists of a resource are the whole truth about it.

use super::{Classifications, Found, Spec, declare};
use crate::kinds::wanted::whole;
use crate::kinds::{Inputs, Own, Ownership, Reconcile, Wanted};
use crate::model::address::Address;

impl Own for Classifications {
    /// The lists of a resource are the whole truth about it.
    fn owns(&self, inputs: &Inputs, address: &Address, by_mode: Ownership) -> Ownership {
        match declare::table_of(inputs, address) {
            Some(_) => Ownership::Exact,
            None => by_mode,
        }
    }

    fn undeclared(&self, inputs: &Inputs, address: &Address) -> Option<String> {
        let table = declare::table_of(inputs, address)?;
        Some(format!("in no list for its resource ({})", inputs.sources.line(&table.place)))
    }
}

impl Reconcile for Classifications {
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        whole(want, have.map(AsRef::as_ref), ownership)
    }
}
