//! A role that goes may be what was replaced.

use std::collections::BTreeMap;

use super::AppRoles;
use crate::kinds::{Order, Staying};
use crate::model::address::Address;
use crate::model::change::Change;

impl Order for AppRoles {
    /// What goes may be what was replaced: it waits until everything new on the same resource was
    /// read back. It rests on nothing: no other role lets the app do what this one does.
    fn link(&self, changes: &mut Vec<Change>, _staying: Staying<'_>) {
        let mut given: BTreeMap<(String, Option<String>), Vec<Address>> = BTreeMap::new();
        let place =
            |change: &Change| (change.address.owner.clone(), change.address.parts.first().cloned());
        for change in changes.iter().filter(|change| change.gives) {
            given.entry(place(change)).or_default().push(change.address.clone());
        }
        for change in changes.iter_mut().filter(|change| change.takes) {
            change.needs.extend(given.get(&place(change)).into_iter().flatten().cloned());
        }
    }
}
