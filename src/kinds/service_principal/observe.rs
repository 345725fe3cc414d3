//! The service principals of the roster, as the directory look-up found them.

use std::time::Duration;

use super::{Found, ServicePrincipals, Spec, address};
use crate::kinds::{Each, Observe, OddAnswer, Read, Scene};
use crate::model::query::{Pages, Query};

impl Read for ServicePrincipals {
    /// Nothing: every service principal in question was looked up with the directory.
    fn reads(&self, _scene: &Scene) -> Vec<Query> {
        Vec::new()
    }
}

impl Observe for ServicePrincipals {
    fn observe(&self, _pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
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
        Ok(())
    }
}
