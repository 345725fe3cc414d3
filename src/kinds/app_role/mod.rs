//! `[[app_role]]`: application permissions, what an app may do by itself: appRoleAssignment of the
//! client on a resource in Microsoft Graph. <https://learn.microsoft.com/graph/api/resources/approleassignment>
//!
//! One object per client, resource and role, which is there or not: nothing about it ever changes.

mod compose;
pub(super) mod declare;
mod encode;
mod observe;
mod order;
mod prove;
mod reconcile;

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Names};
use crate::manifest::{HowOften, TableName};
use crate::model::address::Address;
use crate::model::id::{AppId, ObjectId, PathId, PermissionId};
use crate::model::schema::JsonSchema;

pub(crate) struct AppRoles;

/// One role of one resource that the client has.
#[derive(Debug, Clone, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// Object id of the client's service principal, or the placeholder of one still to be created.
    pub(crate) client: String,
    /// Object id of the resource's service principal.
    pub(crate) resource: ObjectId,
    pub(crate) role: PermissionId,
    /// The resource's application id, where it was looked up, so that a saved name can be compared
    /// with the tenant's.
    pub(crate) app_id: Option<AppId>,
    /// What the resource calls the role; absent where it defines it no more.
    pub(crate) name: Option<String>,
}

/// Ids decide, names are for people.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        let Self { client, resource, role, app_id: _, name: _ } = self;
        (client, resource, role) == (&other.client, &other.resource, &other.role)
    }
}

/// One role as the tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    /// The service's id of the assignment, which nobody can compute.
    pub(crate) id: PathId,
    pub(crate) spec: Spec,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Spec {
    /// The role for people: its name, or its id where it has none.
    fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.role.to_string())
    }
}

impl Kind for AppRoles {
    const NAME: &'static str = "app_role";
    const NOUN: Option<&'static str> = Some("application permission");
    const TABLE: Option<TableName> =
        Some(TableName { name: "app_role", times: HowOften::Repeated });
    const IS_CONSENT: bool = true;

    type Spec = Spec;
    type Found = Found;

    fn address(&self, owner: &str, spec: &Spec) -> Address {
        address(owner, spec.resource, spec.role)
    }

    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        address.parts.first().and_then(|resource| resource.parse().ok()).into_iter().collect()
    }

    fn summary(&self, have: &Found, names: &Names) -> String {
        let spec = &have.spec;
        format!("application: {} / {}", names.of(spec.resource).shown(), spec.shown())
    }
}

/// The address of a role: owner is the app's label.
fn address(owner: &str, resource: ObjectId, role: PermissionId) -> Address {
    Address::new(AppRoles::NAME, owner, [resource.to_string(), role.to_string()])
}
