//! The service principals of the roster, as the directory look-up found them.

use std::time::Duration;

use super::{Found, Spec, address};
use crate::kinds::Scene;
use crate::model::address::Address;

pub(super) fn observe(scene: &Scene, found: &mut dyn FnMut(Address, Found, Duration)) {
    for (label, app_id) in &scene.roster {
        if let Some(app) = scene.directory.service_principals.get(app_id) {
            let spec = Spec {
                app_id: *app_id,
                assignment_required: Some(app.assignment_required),
                name: Some(app.name.clone()),
                publisher_tenant: app.publisher_tenant,
            };
            // Looked up by name, at a time that nobody noted.
            found(address(label), Found { id: app.id, spec }, Duration::ZERO);
        }
    }
}
