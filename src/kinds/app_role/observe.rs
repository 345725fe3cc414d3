//! Reading the roles of a client: one list per client, of what it may do by itself.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{AppRoles, Found, Spec, address};
use crate::kinds::role::DEFAULT;
use crate::kinds::{Each, Observe, OddAnswer, Read, Scene, role};
use crate::model::id::{ObjectId, PathId, PermissionId};
use crate::model::query::{Consistency, Missing, Pages, Query};
use crate::model::untrusted::shown;

impl Read for AppRoles {
    fn reads(&self, scene: &Scene) -> Vec<Query> {
        scene.roster.values().filter_map(|app| scene.directory.client_id(*app)).map(read).collect()
    }

    /// The resources that the lists speak of. What is odd is told when it is observed.
    fn resources(&self, pages: &Pages, scene: &Scene) -> BTreeSet<ObjectId> {
        let lists = self.reads(scene).into_iter().filter_map(|query| pages.rows(&query));
        lists
            .flat_map(|rows| rows.iter())
            .filter_map(|row| Row::deserialize(row).ok())
            .map(|row| row.resource_id)
            .collect()
    }
}

impl Observe for AppRoles {
    fn observe(&self, pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
        for (label, app) in &scene.roster {
            let Some(client) = scene.directory.client_id(*app) else { continue };
            let rows = pages.rows(&read(client)).ok_or_else(|| odd("was not read"))?;
            for row in rows.iter() {
                let row = Row::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
                if row.principal_id != client {
                    return Err(odd("holds a role of another client"));
                }
                // Being let in without a role is no permission.
                if row.app_role_id == DEFAULT {
                    continue;
                }
                let api = scene.directory.by_object_id(row.resource_id);
                let spec = Spec {
                    client: client.to_string(),
                    resource: row.resource_id,
                    role: row.app_role_id,
                    app_id: api.map(|api| api.app_id),
                    name: role::name_of(api, row.app_role_id),
                };
                found(
                    address(label, row.resource_id, row.app_role_id),
                    Found { id: row.id, spec },
                    rows.answered(),
                );
            }
        }
        Ok(())
    }
}

/// A client that was deleted meanwhile has none.
fn read(client: ObjectId) -> Query {
    let path = format!("/servicePrincipals/{client}/appRoleAssignments?$top=999");
    Query::list(path, Consistency::Default, Missing::Nothing)
}

/// As Graph answers. Unknown members are none of our business.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: PathId,
    principal_id: ObjectId,
    resource_id: ObjectId,
    app_role_id: PermissionId,
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer::new("the list of application permissions", problem)
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
