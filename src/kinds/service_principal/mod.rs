//! `[app.X]`: the client's service principal, without which nothing can be granted, and whether only
//! those who are assigned may sign in to it.
//!
//! Created where the tenant lacks it and `provision = true` asks for it, never deleted, and nothing of
//! it changed but `assignment_required`, where that is declared.
//! <https://learn.microsoft.com/graph/api/resources/serviceprincipal>

mod compose;
pub(super) mod declare;
mod encode;
mod observe;
mod order;
mod prove;
mod reconcile;

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Names};
use crate::manifest::TableName;
use crate::model::address::Address;
use crate::model::change::Rest;
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::object_state::ObjectState;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;

pub(crate) struct ServicePrincipals;

/// That the app has a service principal, and who may sign in to it.
#[derive(Debug, Clone, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// The application id.
    pub(crate) app_id: AppId,
    /// Whether only those who are assigned may sign in; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) assignment_required: Option<bool>,
    /// What it is called; absent: not declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Untrusted>,
    /// The tenant that publishes it; absent: not declared, or the service does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) publisher_tenant: Option<TenantId>,
}

/// What is not declared is equal to anything.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<&T>, another: Option<&T>) -> bool {
            one.zip(another).is_none_or(|(one, another)| one == another)
        }
        let Self { app_id, assignment_required, name, publisher_tenant } = self;
        *app_id == other.app_id
            && agree(assignment_required.as_ref(), other.assignment_required.as_ref())
            && agree(name.as_ref(), other.name.as_ref())
            && agree(publisher_tenant.as_ref(), other.publisher_tenant.as_ref())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    /// Object id of the service principal.
    pub(crate) id: ObjectId,
    pub(crate) spec: Spec,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for ServicePrincipals {
    const NAME: &'static str = "service_principal";
    const NOUN: Option<&'static str> = None;
    const TABLE: Option<TableName> = None;
    const IS_CONSENT: bool = false;

    type Spec = Spec;
    type Found = Found;

    fn address(&self, owner: &str, _spec: &Spec) -> Address {
        address(owner)
    }

    fn summary(&self, have: &Found, names: &Names) -> String {
        format!("service principal {}", names.of(have.id).shown())
    }
}

/// That an app lets everybody in, where it does in this state.
pub(super) fn open_door(address: &Address, state: &ObjectState) -> Option<Rest> {
    let found: Found = state.read().ok()??;
    (found.spec.assignment_required == Some(false)).then(|| encode::open(address, &found))
}

/// The address of an app's service principal.
pub(crate) fn address(label: &str) -> Address {
    Address::new(ServicePrincipals::NAME, label, [])
}
