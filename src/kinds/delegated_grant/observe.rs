//! Reading grants: one list per client, the read with the smallest replication delay
//! (<https://learn.microsoft.com/graph/api/oauth2permissiongrant-list>).

use std::sync::Arc;

use serde::Deserialize;

use super::{DelegatedGrants, Found, Spec, address};
use crate::kinds::{Each, Observe, OddAnswer, Read, Scene};
use crate::model::audience::Audience;
use crate::model::id::{ObjectId, PathId};
use crate::model::query::{Consistency, Missing, Pages, Query};
use crate::model::scope::ScopeSet;
use crate::model::untrusted::shown;

impl Read for DelegatedGrants {
    /// One list per client that exists. Pages hold 999: smaller ones have been seen to lose rows.
    fn reads(&self, scene: &Scene) -> Vec<Query> {
        scene.roster.values().filter_map(|app| scene.directory.client_id(*app)).map(read).collect()
    }
}

impl Observe for DelegatedGrants {
    fn observe(&self, pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
        for (label, app) in &scene.roster {
            let Some(client) = scene.directory.client_id(*app) else { continue };
            let rows = pages.rows(&read(client)).ok_or_else(|| odd("was not read"))?;
            let name: Arc<str> = client.to_string().into();
            for row in rows.read::<Row>() {
                let row = row.map_err(|error| odd(&shown(&error.to_string())))?;
                if row.client_id != client {
                    return Err(odd("holds a grant of another client"));
                }
                let grant = row.into_found(&name)?;
                found(
                    address(label, grant.spec.resource, grant.spec.audience),
                    grant,
                    rows.answered(),
                );
            }
        }
        Ok(())
    }
}

/// A client that was deleted meanwhile answers 404 instead of an empty list.
fn read(client: ObjectId) -> Query {
    of_client(&client.to_string())
}

/// The same by an id that may be a placeholder, which must stay as it is until it is known.
pub(super) fn of_client(client: &str) -> Query {
    let filter = format!("clientId%20eq%20%27{client}%27");
    Query::list(
        format!("/oauth2PermissionGrants?$filter={filter}&$top=999"),
        Consistency::Default,
        Missing::Nothing,
    )
}

/// As Graph answers. Unknown members are none of our business.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: PathId,
    client_id: ObjectId,
    consent_type: String,
    principal_id: Option<ObjectId>,
    resource_id: ObjectId,
    scope: Option<String>,
}

impl Row {
    fn into_found(self, client: &Arc<str>) -> Result<Found, OddAnswer> {
        let audience = match (self.consent_type.as_str(), self.principal_id) {
            ("AllPrincipals", _) => Audience::Everyone,
            ("Principal", Some(person)) => Audience::One(person),
            ("Principal", None) => return Err(odd("has a Principal grant without principalId")),
            (other, _) => return Err(odd(&format!("has the consent type \"{}\"", shown(other)))),
        };
        Ok(Found {
            id: self.id,
            spec: Spec {
                client: client.clone(),
                resource: self.resource_id,
                audience,
                scopes: ScopeSet::from_wire(self.scope.as_deref().unwrap_or_default()),
            },
        })
    }
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer::new("the list of delegated grants", problem)
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
