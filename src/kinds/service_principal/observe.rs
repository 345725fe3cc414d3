//! The service principals of the roster, as the directory look-up found them.

use std::collections::BTreeMap;

use super::{Found, Spec, address};
use crate::kinds::Scene;
use crate::model::address::Address;

pub(super) fn observe(scene: &Scene) -> BTreeMap<Address, Found> {
    let found = scene.roster.iter().filter_map(|(label, app_id)| {
        let id = scene.directory.client_id(*app_id)?;
        Some((address(label), Found { id, spec: Spec { app_id: *app_id } }))
    });
    found.collect()
}
