//! `[user_consent]`: whether users may consent for themselves, a setting of the tenant's
//! authorization policy. <https://learn.microsoft.com/graph/api/authorizationpolicy-update>

pub(super) mod declare;
mod encode;
mod observe;
pub(super) mod order;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::states::spec_of;
use crate::kinds::{Desk, Kind, Names, OddAnswer, Ownership, Proposal, Scene, Staying, Wanted};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::change::Change;
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::Findings;
use crate::model::object_state::ObjectState;
use crate::model::query::{Pages, Query};
use crate::model::schema::{self, JsonSchema, Schema};

pub struct UserConsent;

/// The whole list `permissionGrantPoliciesAssigned`, in the service's order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub assigned: Vec<String>,
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
pub struct Found {
    pub spec: Spec,
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

    fn written(&self) -> Option<Schema> {
        Some(schema::written::<declare::Written>())
    }

    /// No names, but every mistake: none of them needs the tenant.
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        declare::check(manifest, out);
        Mentions::default()
    }

    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        declare::declare(desk, out)
    }

    fn settings(&self, manifest: &Manifest, _directory: &Directory) -> BTreeSet<Address> {
        declare::settings(manifest)
    }

    fn complete(
        &self,
        _desk: &Desk,
        pages: &Pages,
        wanted: &mut BTreeMap<Address, Wanted<Spec>>,
        _out: &mut Findings,
    ) {
        for want in wanted.values_mut() {
            want.add_note(observe::note(pages, want.spec.as_ref()));
        }
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        observe::reads(scene)
    }

    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Found, Duration),
    ) -> Result<(), OddAnswer> {
        observe::observe(pages, scene, found)
    }

    /// The declared entries for users themselves; every other entry of the list is kept, in place.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        _ownership: Ownership,
    ) -> Option<Spec> {
        let have = have.map(|have| have.spec.clone());
        let Some(want) = want.and_then(|want| want.spec.as_ref()) else { return have };
        let kept = have.iter().flat_map(|spec| &spec.assigned).filter(|entry| !is_for_self(entry));
        Some(Spec { assigned: want.assigned.iter().chain(kept).cloned().collect() })
    }

    fn change(
        &self,
        _address: &Address,
        want: Option<&Spec>,
        have: Option<&Found>,
        _names: &Names,
    ) -> Proposal {
        encode::change(want, have)
    }

    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        order::interlock(changes, staying);
    }

    fn address(&self, _owner: &str, _spec: &Spec) -> Address {
        address()
    }

    fn describe(&self, have: &Found, _names: &Names) -> String {
        format!("user consent: {}", have.spec.assigned.join(", "))
    }
}

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
