//! `[[assignment]]`, and `assign = true` of a `[[grant]]`: who may sign in to an app: appRoleAssignment
//! of users and groups on the app's own service principal.
//! <https://learn.microsoft.com/graph/api/resources/approleassignment>
//!
//! Groups are assigned as groups. What other apps have on this one is theirs, and never touched.

mod compose;
pub(super) mod declare;
mod encode;
mod ineffective;
mod observe;
mod order;
mod prove;
mod reconcile;

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Names, role};
use crate::manifest::{HowOften, TableName};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::id::{ObjectId, PathId, PermissionId};
use crate::model::schema::JsonSchema;

pub(crate) struct Assignments;

/// Who is assigned.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Principal {
    User(ObjectId),
    Group(ObjectId),
}

impl Principal {
    fn id(self) -> ObjectId {
        match self {
            Self::User(id) | Self::Group(id) => id,
        }
    }

    fn audience(self) -> Audience {
        match self {
            Self::User(id) => Audience::One(id),
            Self::Group(id) => Audience::Group(id),
        }
    }
}

/// One user or group with one role of the app.
#[derive(Debug, Clone, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// Object id of the app's service principal, or the placeholder of one still to be created.
    pub(crate) client: String,
    pub(crate) principal: Principal,
    pub(crate) role: PermissionId,
    /// What the app calls the role; absent for the default one, and where it defines it no more.
    pub(crate) name: Option<String>,
}

/// Ids decide, names are for people.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        let Self { client, principal, role, name: _ } = self;
        (client, principal, role) == (&other.client, &other.principal, &other.role)
    }
}

/// One assignment as the tenant has it.
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
    /// The role for people.
    fn shown(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None if self.role == role::DEFAULT => "default access".to_owned(),
            None => self.role.to_string(),
        }
    }
}

impl Kind for Assignments {
    const NAME: &'static str = "assignment";
    const NOUN: Option<&'static str> = Some("assignment");
    const TABLE: Option<TableName> =
        Some(TableName { name: "assignment", times: HowOften::Repeated });
    /// It says who may sign in, not what the app may do.
    const IS_CONSENT: bool = false;

    type Spec = Spec;
    type Found = Found;

    fn address(&self, owner: &str, spec: &Spec) -> Address {
        address(owner, spec.principal, spec.role)
    }

    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        address.parts.first().and_then(|principal| principal.parse().ok()).into_iter().collect()
    }

    fn holder(&self, address: &Address) -> Option<ObjectId> {
        address.parts.first()?.parse().ok()
    }

    fn summary(&self, have: &Found, names: &Names) -> String {
        let spec = &have.spec;
        format!("sign-in, {}: {}", names.of(spec.principal.id()).shown(), spec.shown())
    }
}

/// The address of an assignment: owner is the app's label.
fn address(owner: &str, principal: Principal, role: PermissionId) -> Address {
    let role = if role == role::DEFAULT { "default".to_owned() } else { role.to_string() };
    Address::new(Assignments::NAME, owner, [principal.id().to_string(), role])
}
