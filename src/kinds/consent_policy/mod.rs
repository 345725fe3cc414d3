//! `[[consent_policy]]`: conditions under which consent may be given, permissionGrantPolicy in Microsoft
//! Graph. What matches one of the included sets and none of the excluded ones may be consented to,
//! wherever the policy is used.
//! <https://learn.microsoft.com/graph/api/resources/permissiongrantpolicy>

mod compose;
mod condition;
pub(super) mod declare;
mod encode;
mod observe;
mod order;
mod prove;
mod reconcile;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Names};
use crate::manifest::{HowOften, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::id::PathId;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;

pub(crate) use condition::Conditions;
pub(super) use written::CODES as WRITTEN;

pub(crate) struct ConsentPolicies;

/// What makes a policy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    pub(crate) id: PathId,
    pub(crate) name: String,
    /// Absent: none.
    // Until the goal is known, none is the empty text where it is declared, and absent where it is not.
    pub(crate) description: Option<String>,
    pub(crate) include: BTreeSet<Conditions>,
    pub(crate) exclude: BTreeSet<Conditions>,
    /// What people call the permissions and apps of the sets, by id.
    pub(crate) names: BTreeMap<String, Untrusted>,
}

/// The same sets in any order. Names are for people; the letter case of ids is the service's.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        let Self { id, name, description, include, exclude, names: _ } = self;
        id.as_str().eq_ignore_ascii_case(other.id.as_str())
            && (name, description, include, exclude)
                == (&other.name, &other.description, &other.include, &other.exclude)
    }
}

/// A policy as the tenant has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    pub(crate) spec: Spec,
    /// The sets by their ids, which removing them takes. Two of them may be the same.
    pub(crate) include: BTreeMap<PathId, Conditions>,
    pub(crate) exclude: BTreeMap<PathId, Conditions>,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for ConsentPolicies {
    const NAME: &'static str = "consent_policy";
    const NOUN: Option<&'static str> = Some("consent policy");
    const TABLE: Option<TableName> =
        Some(TableName { name: "consent_policy", times: HowOften::Repeated });
    const IS_CONSENT: bool = false;

    type Spec = Spec;
    type Found = Found;

    fn address(&self, _owner: &str, spec: &Spec) -> Address {
        address(spec.id.as_str())
    }

    fn summary(&self, have: &Found, _names: &Names) -> String {
        format!("consent policy {} ({})", have.spec.id, Untrusted::new(&*have.spec.name).shown())
    }
}

/// Where the policy of this id stands, whatever its letter case.
fn address(id: &str) -> Address {
    Address::new(ConsentPolicies::NAME, TENANT, [id.to_ascii_lowercase()])
}

/// Microsoft's own policies: nobody changes them.
fn is_built_in(id: &str) -> bool {
    id.to_ascii_lowercase().starts_with("microsoft-")
}

#[cfg(test)]
mod tests;
