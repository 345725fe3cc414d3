//! What of the small tenant no change is about.

use std::collections::BTreeMap;

use crate::kinds::{AnyKind, Inputs, REGISTRY};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::object_state::ObjectState;
use crate::model::query::Pages;

/// What a kind finds.
pub(crate) fn found(
    kind: &dyn AnyKind,
    inputs: &Inputs,
    pages: &Pages,
) -> BTreeMap<Address, ObjectState> {
    let mut found = BTreeMap::new();
    let mut add = |address, state, _| drop(found.insert(address, state));
    kind.found(pages, inputs.scene, &mut add).unwrap();
    found
}

/// What all kinds find, without what is changed.
pub(super) fn beside(
    changes: &[Change],
    inputs: &Inputs,
    pages: &Pages,
) -> BTreeMap<Address, ObjectState> {
    let mut all: BTreeMap<_, _> =
        REGISTRY.iter().flat_map(|kind| found(*kind, inputs, pages)).collect();
    all.retain(|address, _| changes.iter().all(|change| change.address != *address));
    all
}
