//! `[[app_role]]`: application permissions, what an app may do by itself: appRoleAssignment of the
//! client on a resource in Microsoft Graph. <https://learn.microsoft.com/graph/api/resources/approleassignment>
//!
//! One object per client, resource and role, which is there or not: nothing about it ever changes.

pub(super) mod declare;
mod encode;
mod observe;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::said::other_name;
use crate::kinds::{
    Desk, Kind, Names, OddAnswer, Ownership, Proposal, Scene, Staying, Wanted, role, whole,
};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::directory::Mentions;
use crate::model::finding::Findings;
use crate::model::id::{AppId, ObjectId, PathId, PermissionId};
use crate::model::query::{Pages, Query};
use crate::model::schema::{self, JsonSchema, Schema};

pub struct AppRoles;

/// One role of one resource that the client has.
#[derive(Debug, Clone, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Object id of the client's service principal, or the placeholder of one still to be created.
    pub client: String,
    /// Object id of the resource's service principal.
    pub resource: ObjectId,
    pub role: PermissionId,
    /// The resource's application id, where it was looked up, so that a saved name can be compared
    /// with the tenant's.
    pub app_id: Option<AppId>,
    /// What the resource calls the role; absent where it defines it no more.
    pub name: Option<String>,
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
pub struct Found {
    /// The service's id of the assignment, which nobody can compute.
    pub id: PathId,
    pub spec: Spec,
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

    fn written(&self) -> Option<Schema> {
        Some(schema::written::<declare::Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        declare::mentions(manifest, out)
    }

    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        declare::declare(desk, out)
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        observe::reads(scene)
    }

    fn resources(&self, pages: &Pages, scene: &Scene) -> BTreeSet<ObjectId> {
        observe::resources(pages, scene)
    }

    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Found, Duration),
    ) -> Result<(), OddAnswer> {
        observe::observe(pages, scene, found)
    }

    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        whole(want, have.map(AsRef::as_ref), ownership)
    }

    fn change(
        &self,
        _address: &Address,
        want: Option<&Spec>,
        have: Option<&Found>,
        names: &Names,
    ) -> Proposal {
        encode::change(want, have, names)
    }

    fn address(&self, owner: &str, spec: &Spec) -> Address {
        address(owner, spec.resource, spec.role)
    }

    /// What goes may be what was replaced: it waits until everything new on the same resource was
    /// read back. It rests on nothing: no other role lets the app do what this one does.
    fn link(&self, changes: &mut Vec<Change>, _staying: Staying<'_>) {
        let mut given: BTreeMap<(String, Option<String>), Vec<Address>> = BTreeMap::new();
        let place =
            |change: &Change| (change.address.owner.clone(), change.address.parts.first().cloned());
        for change in changes.iter().filter(|change| change.gives) {
            given.entry(place(change)).or_default().push(change.address.clone());
        }
        for change in changes.iter_mut().filter(|change| change.takes) {
            change.needs.extend(given.get(&place(change)).into_iter().flatten().cloned());
        }
    }

    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        address.parts.first().and_then(|resource| resource.parse().ok()).into_iter().collect()
    }

    fn resource(&self, spec: &Spec) -> Option<ObjectId> {
        Some(spec.resource)
    }

    fn disagreement(&self, spec: &Spec, address: &Address, scene: &Scene) -> Option<String> {
        let Spec { client, resource, role, app_id, name } = spec;
        // By the id that is written to: whatever else the state says of it has to be so.
        let api = scene.directory.by_object_id(*resource);
        let live = api.map(|api| api.app_id);
        let other_api = (live != *app_id).then(|| {
            let word = |app: Option<AppId>| app.map_or("none".to_owned(), |app| app.to_string());
            format!(
                "the app id of {resource} is {} in the tenant, and {} in the plan",
                word(live),
                word(*app_id)
            )
        });
        let other_role = || {
            let live = role::name_of(api, *role);
            other_name(&format!("the role {role}"), live.as_deref(), name.as_deref())
        };
        scene.other_client(client, &address.owner).or(other_api).or_else(other_role)
    }

    fn describe(&self, have: &Found, names: &Names) -> String {
        let spec = &have.spec;
        format!("application: {} / {}", names.of(spec.resource).shown(), spec.shown())
    }
}

/// The address of a role: owner is the app's label.
fn address(owner: &str, resource: ObjectId, role: PermissionId) -> Address {
    Address::new(AppRoles::NAME, owner, [resource.to_string(), role.to_string()])
}
