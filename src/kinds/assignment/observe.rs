//! Reading who is assigned to an app. What other apps are assigned is theirs.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Assignments, Found, Principal, Spec, address};
use crate::kinds::{Each, Kind, Observe, OddAnswer, Read, Scene, role};
use crate::model::address::Address;
use crate::model::directory::ServicePrincipal;
use crate::model::id::{ObjectId, PathId, PermissionId};
use crate::model::query::{Consistency, Missing, Pages, Query};
use crate::model::untrusted::shown;

impl Read for Assignments {
    fn reads(&self, scene: &Scene) -> Vec<Query> {
        apps(scene).map(|(_, app)| read(app.id)).collect()
    }

    /// Of every app who is assigned to it.
    fn possible(&self, scene: &Scene) -> BTreeSet<Address> {
        scene.roster.keys().map(|label| Address::new(Self::NAME, label, [])).collect()
    }
}

impl Observe for Assignments {
    fn observe(&self, pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
        for (label, app) in apps(scene) {
            let rows = pages.rows(&read(app.id)).ok_or_else(|| odd("was not read"))?;
            for row in rows.iter() {
                let row = Row::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
                if row.resource_id != app.id {
                    return Err(odd("holds an assignment to another app"));
                }
                let principal = match row.principal_type.to_ascii_lowercase().as_str() {
                    "user" => Principal::User(row.principal_id),
                    "group" => Principal::Group(row.principal_id),
                    _ => continue,
                };
                let spec = Spec {
                    client: app.id.to_string(),
                    principal,
                    role: row.app_role_id,
                    name: role::name_of(Some(app), row.app_role_id),
                };
                found(
                    address(label, principal, row.app_role_id),
                    Found { id: row.id, spec },
                    rows.answered(),
                );
            }
        }
        Ok(())
    }
}

/// The apps that are looked at: those that the manifest speaks of, and those to which nobody gets
/// without being assigned.
pub(super) fn apps(scene: &Scene) -> impl Iterator<Item = (&str, &ServicePrincipal)> {
    let live = scene.roster.iter().filter_map(|(label, app)| {
        Some((label.as_str(), scene.directory.service_principals.get(app)?))
    });
    live.filter(|(label, app)| {
        let spoken_of = Address::new(Assignments::NAME, label, []);
        app.assignment_required || scene.settings.contains(&spoken_of)
    })
}

/// A service principal that was deleted meanwhile lets nobody in.
fn read(app: ObjectId) -> Query {
    let path = format!("/servicePrincipals/{app}/appRoleAssignedTo?$top=999");
    Query::list(path, Consistency::Default, Missing::Nothing)
}

/// As Graph answers. Unknown members are none of our business.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: PathId,
    principal_id: ObjectId,
    principal_type: String,
    resource_id: ObjectId,
    app_role_id: PermissionId,
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer::new("the list of assignments", problem)
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
