//! Reading classes: one list per resource.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Class, Classifications, Found, Spec, address, name_of};
use crate::kinds::{Each, Kind, Observe, OddAnswer, Read, Scene};
use crate::model::address::{Address, TENANT};
use crate::model::id::{ObjectId, PathId, PermissionId};
use crate::model::query::{Consistency, Missing, Pages, Query};
use crate::model::untrusted::shown;

impl Read for Classifications {
    fn reads(&self, scene: &Scene) -> Vec<Query> {
        resources(scene).into_iter().map(read).collect()
    }

    /// Of every known app that publishes delegated permissions.
    fn possible(&self, scene: &Scene) -> BTreeSet<Address> {
        let apps = scene.directory.service_principals.values();
        let apis = apps.filter(|app| !app.scopes.is_empty());
        apis.map(|api| Address::new(Self::NAME, TENANT, [api.id.to_string()])).collect()
    }
}

impl Observe for Classifications {
    fn observe(&self, pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
        for resource in resources(scene) {
            let rows = pages.rows(&read(resource)).ok_or_else(|| odd("was not read"))?;
            let Some(live) = scene.directory.by_object_id(resource) else { continue };
            for row in rows.iter() {
                let row = Row::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
                let Row { id, permission_id, classification } = row;
                let spec = Spec {
                    resource,
                    app_id: live.app_id,
                    permission: permission_id,
                    name: name_of(live, permission_id),
                    class: classification,
                };
                found(address(resource, permission_id), Found { id, spec }, rows.answered());
            }
        }
        Ok(())
    }
}

/// The resources that the scene is about.
fn resources(scene: &Scene) -> BTreeSet<ObjectId> {
    let settings = scene.settings_of(Classifications::NAME);
    settings.filter_map(|address| address.parts.first()?.parse().ok()).collect()
}

/// A resource that was deleted meanwhile answers 404.
pub(super) fn read(resource: ObjectId) -> Query {
    Query::list(path(resource), Consistency::Default, Missing::Nothing)
}

pub(super) fn path(resource: ObjectId) -> String {
    format!("/servicePrincipals/{resource}/delegatedPermissionClassifications")
}

/// As Graph answers. What was once called the permission is nobody's word today.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: PathId,
    permission_id: PermissionId,
    classification: Class,
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer::new("the list of a resource's permission classifications", problem)
}
