//! `[user_consent]`: whether users may consent for themselves, a setting of the tenant's
//! authorization policy. <https://learn.microsoft.com/graph/api/authorizationpolicy-update>

mod compose;
pub(super) mod declare;
mod encode;
mod observe;
pub(super) mod order;
mod reconcile;

use serde::{Deserialize, Serialize};

use crate::kinds::state_json::spec_of;
use crate::kinds::{Kind, Names, Prove};
use crate::manifest::{HowOften, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::object_state::ObjectState;
use crate::model::query::Pages;
use crate::model::schema::JsonSchema;

pub(crate) struct UserConsent;

/// The whole list `permissionGrantPoliciesAssigned`, in the service's order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    pub(crate) assigned: Vec<String>,
}

/// The same entries, whatever their order and letter case: both differ between Microsoft's pages
/// and live tenants.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        let sorted = |spec: &Self| {
            let mut all: Vec<String> =
                spec.assigned.iter().map(|entry| entry.to_lowercase()).collect();
            all.sort();
            all.dedup();
            all
        };
        sorted(self) == sorted(other)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    pub(crate) spec: Spec,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for UserConsent {
    const NAME: &'static str = "user_consent";
    const NOUN: Option<&'static str> = Some("setting");
    const TABLE: Option<TableName> =
        Some(TableName { name: "user_consent", times: HowOften::Once });
    const IS_CONSENT: bool = false;

    type Spec = Spec;
    type Found = Found;

    fn address(&self, _owner: &str, _spec: &Spec) -> Address {
        address()
    }

    fn summary(&self, have: &Found, _names: &Names) -> String {
        format!("user consent: {}", have.spec.assigned.join(", "))
    }
}

impl Prove for UserConsent {}

/// What users may consent to for themselves begins so; other entries of the list are about owners
/// of groups, teams and apps, and none of our business.
const FOR_SELF: &str = "ManagePermissionGrantsForSelf.";

fn is_for_self(entry: &str) -> bool {
    entry.get(..FOR_SELF.len()).is_some_and(|start| start.eq_ignore_ascii_case(FOR_SELF))
}

/// The id of the policy that an entry for users themselves names.
fn policy(entry: &str) -> Option<&str> {
    is_for_self(entry).then(|| entry.get(FOR_SELF.len()..)).flatten()
}

/// Ids of the policies by which users consent today, where the setting was read.
pub(super) fn policies(pages: &Pages) -> Vec<String> {
    let assigned = observe::assigned(pages);
    assigned.iter().filter_map(|entry| policy(entry)).map(str::to_owned).collect()
}

/// The policies by which users consent in a state of the setting.
pub(super) fn named_in(state: &ObjectState) -> Vec<String> {
    let spec = spec_of::<UserConsent>(state).unwrap_or_default();
    let assigned = spec.map(|spec| spec.assigned).unwrap_or_default();
    assigned.iter().filter_map(|entry| policy(entry)).map(str::to_owned).collect()
}

/// Whether users consent in this state by other policies than those of Microsoft that the manifest has
/// words for.
pub(super) fn names_others(state: &ObjectState) -> bool {
    let spec = spec_of::<UserConsent>(state).unwrap_or_default();
    let assigned = spec.map(|spec| spec.assigned).unwrap_or_default();
    assigned.iter().any(|entry| is_for_self(entry) && encode::reach(entry).is_none())
}

/// There is one such setting in a tenant.
pub(super) fn address() -> Address {
    Address::new(UserConsent::NAME, TENANT, [])
}

/// Beside it: how many grants users have of their own, of interest where their consent ends.
fn grants() -> Address {
    Address::new(UserConsent::NAME, TENANT, ["grants".to_owned()])
}

#[cfg(test)]
mod tests;
