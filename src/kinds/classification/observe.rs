//! Reading classes: one list per resource.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use super::{Class, Classifications, Found, Spec, address};
use crate::kinds::{Kind, OddAnswer, Scene};
use crate::model::address::Address;
use crate::model::directory::ServicePrincipal;
use crate::model::id::{ObjectId, PermissionId};
use crate::model::query::{Consistency, Missing, Pages, Query};
use crate::model::untrusted::shown;

/// The resources that the scene is about.
fn resources(scene: &Scene) -> BTreeSet<ObjectId> {
    let settings = scene.settings_of(Classifications::NAME);
    settings.filter_map(|address| address.parts.first()?.parse().ok()).collect()
}

pub(super) fn reads(scene: &Scene) -> Vec<Query> {
    resources(scene).into_iter().map(read).collect()
}

/// A resource that was deleted meanwhile answers 404.
pub(super) fn read(resource: ObjectId) -> Query {
    Query::list(path(resource), Consistency::Default, Missing::Nothing)
}

pub(super) fn path(resource: ObjectId) -> String {
    format!("/servicePrincipals/{resource}/delegatedPermissionClassifications")
}

/// As Graph answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    permission_id: PermissionId,
    permission_name: Option<String>,
    classification: Class,
}

pub(super) fn observe(
    pages: &Pages,
    scene: &Scene,
    found: &mut dyn FnMut(Address, Found, Duration),
) -> Result<(), OddAnswer> {
    for resource in resources(scene) {
        let rows = pages.rows(&read(resource)).ok_or_else(|| odd("was not read"))?;
        let Some(live) = scene.directory.by_object_id(resource) else { continue };
        for row in rows.iter() {
            let row = Row::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
            let Row { id, permission_id, permission_name, classification } = row;
            let spec = Spec {
                resource,
                app_id: live.app_id,
                permission: permission_id,
                name: name(live, permission_id, permission_name),
                class: classification,
            };
            found(address(resource, permission_id), Found { id, spec }, rows.answered());
        }
    }
    Ok(())
}

/// What the resource calls the permission today; else what it was called, or its id.
fn name(live: &ServicePrincipal, id: PermissionId, kept: Option<String>) -> String {
    let published = live.scopes.iter().find(|scope| scope.id == id);
    published.map(|scope| scope.value.clone()).or(kept).unwrap_or_else(|| id.to_string())
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer {
        what: "the list of a resource's permission classifications".to_owned(),
        problem: problem.to_owned(),
    }
}
