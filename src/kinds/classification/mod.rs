//! `[[classification]]`: which delegated permissions of an API count as low risk, so that a policy can
//! let users consent to them. One object per resource and permission.
//! <https://learn.microsoft.com/graph/api/resources/delegatedpermissionclassification>

mod compose;
pub(super) mod declare;
mod encode;
mod observe;
mod prove;
mod reconcile;

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Names, Order};
use crate::manifest::{HowOften, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::directory::ServicePrincipal;
use crate::model::id::{AppId, ObjectId, PathId, PermissionId};
use crate::model::schema::JsonSchema;

pub(crate) struct Classifications;

/// How risky a permission is said to be. Consent policies go by it; all but `Low` is a preview.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    Low,
    Medium,
    High,
}

impl Class {
    /// In the manifest and on the wire.
    fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One permission with its class.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// Object id of the resource's service principal.
    pub(crate) resource: ObjectId,
    /// The resource itself, so that a saved name can be compared with the tenant's.
    pub(crate) app_id: AppId,
    pub(crate) permission: PermissionId,
    /// As the resource publishes it; the id decides.
    pub(crate) name: String,
    pub(crate) class: Class,
}

/// Names are for people.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        let Self { resource, app_id: _, permission, name: _, class } = self;
        (resource, permission, class) == (&other.resource, &other.permission, &other.class)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    /// The service's id. It says the class, too, so that there is no changing it.
    pub(crate) id: PathId,
    pub(crate) spec: Spec,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for Classifications {
    const NAME: &'static str = "classification";
    const NOUN: Option<&'static str> = Some("classification");
    const TABLE: Option<TableName> =
        Some(TableName { name: "classification", times: HowOften::Repeated });
    const IS_CONSENT: bool = false;

    type Spec = Spec;
    type Found = Found;

    fn address(&self, _owner: &str, spec: &Spec) -> Address {
        address(spec.resource, spec.permission)
    }

    fn summary(&self, have: &Found, names: &Names) -> String {
        let Spec { resource, name, class, .. } = &have.spec;
        let resource = names.of(*resource).shown();
        format!("classification: {resource} / {name} is {}", class.word())
    }
}

impl Order for Classifications {}

/// What the resource calls the permission; its id where it publishes it no more.
fn name_of(resource: &ServicePrincipal, id: PermissionId) -> String {
    let published = resource.scopes.iter().find(|scope| scope.id == id);
    published.map_or_else(|| id.to_string(), |scope| scope.value.clone())
}

/// Where a permission's class stands: resource, permission.
fn address(resource: ObjectId, permission: PermissionId) -> Address {
    let parts = [resource.to_string(), permission.to_string()];
    Address::new(Classifications::NAME, TENANT, parts)
}

#[cfg(test)]
mod tests;
