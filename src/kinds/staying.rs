//! What a plan leaves as it is.

use std::collections::BTreeMap;

use crate::kinds::{Kind, Names};
use crate::model::address::Address;
use crate::model::object_state::ObjectState;

/// What a plan leaves as it is: something may be taken without harm because of it.
#[derive(Debug, Clone, Copy)]
pub struct Staying<'a> {
    /// As found. Complete of every app, and of the tenant, where anything may be taken.
    pub(crate) found: &'a BTreeMap<Address, ObjectState>,
    pub(crate) names: &'a Names,
}

impl<'a> Staying<'a> {
    /// The objects of one kind and owner, each as its kind reads it. What does not read was edited, and
    /// nothing rests on it.
    pub(super) fn of<K: Kind>(
        self,
        owner: &'a str,
    ) -> impl Iterator<Item = (&'a Address, K::Found)> {
        let first = Address::new(K::NAME, owner, []);
        let own = self
            .found
            .range(first..)
            .take_while(move |(address, _)| address.kind == K::NAME && address.owner == owner);
        own.filter_map(|(address, state)| Some((address, state.read().ok()??)))
    }
}
