//! `[[grant]]`: delegated permissions, oauth2PermissionGrant in Microsoft Graph.
//!
//! One object per client, resource and audience, where the audience is everybody or one user.
//! <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>

mod compose;
pub(super) mod declare;
mod encode;
mod observe;
mod order;
mod prove;
mod reconcile;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Names};
use crate::manifest::{HowOften, TableName};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::id::{ObjectId, PathId};
use crate::model::schema::JsonSchema;
use crate::model::scope::ScopeSet;

pub(crate) struct DelegatedGrants;

/// One grant. All but `scopes` is its key and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// Object id of the client's service principal, or the placeholder of one still to be created.
    pub(crate) client: Arc<str>,
    /// Object id of the resource's service principal.
    pub(crate) resource: ObjectId,
    pub(crate) audience: Audience,
    pub(crate) scopes: ScopeSet,
}

/// One grant as the tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    /// The service's id of the grant. Derivable, but only ever used as it was read.
    pub(crate) id: PathId,
    pub(crate) spec: Spec,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for DelegatedGrants {
    const NAME: &'static str = "delegated_grant";
    const NOUN: Option<&'static str> = Some("grant");
    const TABLE: Option<TableName> = Some(TableName { name: "grant", times: HowOften::Repeated });
    const IS_CONSENT: bool = true;

    type Spec = Spec;
    type Found = Found;

    fn address(&self, owner: &str, spec: &Spec) -> Address {
        address(owner, spec.resource, spec.audience)
    }

    fn holder(&self, address: &Address) -> Option<ObjectId> {
        address.parts.get(1)?.parse().ok()
    }

    fn summary(&self, have: &Found, names: &Names) -> String {
        let Spec { client: _, resource, audience, scopes } = &have.spec;
        let who = match audience {
            Audience::One(id) | Audience::Group(id) => names.of(*id).shown(),
            Audience::Everyone | Audience::Tenant => "all users".to_owned(),
        };
        format!("delegated, {who}: {} / {scopes}", names.of(*resource).shown())
    }
}

/// The address of a grant: owner is the app's label.
pub(super) fn address(owner: &str, resource: ObjectId, audience: Audience) -> Address {
    let last = match audience {
        Audience::One(id) | Audience::Group(id) => id.to_string(),
        Audience::Everyone | Audience::Tenant => "everyone".to_owned(),
    };
    Address::new(DelegatedGrants::NAME, owner, [resource.to_string(), last])
}
