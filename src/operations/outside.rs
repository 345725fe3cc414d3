//! Counts what the manifest does not speak of, by two requests and no more. Nothing is decided by it: what
//! cannot be counted is left out.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::graph::Reader;
use crate::graph::error::GraphError;
use crate::kinds::Scene;
use crate::model::id::ObjectId;
use crate::model::query::{Consistency, Missing, Pages, Query, Rows, Shape};
use crate::plan::outside::Outside;
use crate::policy::identity::GRAPH;

/// The tenant's grants by client, and who has application permissions of Microsoft Graph. Each is the first
/// page, with the number of all.
/// <https://learn.microsoft.com/graph/aad-advanced-queries>
#[derive(Debug)]
pub(crate) struct FirstPages([Option<FirstPage>; 2]);

#[derive(Debug, Deserialize)]
struct FirstPage {
    #[serde(rename = "@odata.count")]
    count: Option<usize>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    value: Vec<RightHolder>,
}

/// The service principal that has it: the client of a grant, the principal of an app role.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RightHolder {
    client_id: Option<ObjectId>,
    principal_id: Option<ObjectId>,
}

impl RightHolder {
    fn id(&self) -> Option<ObjectId> {
        self.client_id.or(self.principal_id)
    }
}

/// Grants of the tenant, whosever.
const GRANTS: &str = "/oauth2PermissionGrants?$count=true&$select=clientId&$top=999";

/// Asks for both at once; of a part of a manifest, for nothing.
pub(crate) async fn look(reader: &Reader, whole: bool) -> Option<FirstPages> {
    if !whole {
        return None;
    }
    let roles = format!(
        "/servicePrincipals(appId='{GRAPH}')/appRoleAssignedTo?$count=true&$select=principalId&$top=999"
    );
    let [grants, roles] = [GRANTS.to_owned(), roles].map(|path| Query {
        path,
        shape: Shape::Object,
        consistency: Consistency::Eventual,
        missing: Missing::Error,
    });
    let mut answers = reader.read_each(&[grants, roles]).await.into_iter().map(page);
    Some(FirstPages([answers.next().flatten(), answers.next().flatten()]))
}

fn page(answer: Result<Rows, GraphError>) -> Option<FirstPage> {
    serde_json::from_value(answer.ok()?.first()?).ok()
}

impl FirstPage {
    fn is_all(&self) -> bool {
        self.next.is_none()
    }

    /// Those that are not of these apps. `inside`: how many are, by another reading.
    fn beyond(&self, managed: &BTreeSet<ObjectId>, inside: Option<usize>) -> Option<usize> {
        if self.is_all() {
            let ours = |one: &&RightHolder| one.id().is_some_and(|id| managed.contains(&id));
            return Some(self.value.len() - self.value.iter().filter(ours).count());
        }
        Some(self.count?.saturating_sub(inside?))
    }
}

/// What of it belongs to no app of this scene. `pages`: what was read of those that do.
pub(crate) fn count(looked: &FirstPages, scene: &Scene, pages: &Pages) -> Outside {
    let FirstPages([grants, roles]) = looked;
    let live = scene.roster.values().filter_map(|app| scene.directory.client_id(*app));
    let managed: BTreeSet<ObjectId> = live.collect();
    let inside = pages.rows_below("/oauth2PermissionGrants?");
    let mut outside = Outside {
        apps: None,
        apps_in_all: None,
        grants: grants.as_ref().and_then(|page| page.beyond(&managed, Some(inside))),
        app_roles: roles.as_ref().and_then(|page| page.beyond(&managed, None)),
    };
    if let (Some(grants), Some(roles)) = (grants, roles)
        && grants.is_all()
        && roles.is_all()
    {
        let holders = grants.value.iter().chain(&roles.value).filter_map(RightHolder::id);
        let holders: BTreeSet<ObjectId> = holders.collect();
        outside.apps = Some(holders.difference(&managed).count());
        outside.apps_in_all = Some(holders.len());
    }
    outside
}
