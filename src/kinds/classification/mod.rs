//! `[[classification]]`: which delegated permissions of an API count as low risk, so that a policy can
//! let users consent to them. One object per resource and permission.
//! <https://learn.microsoft.com/graph/api/resources/delegatedpermissionclassification>

pub(super) mod declare;
mod encode;
mod observe;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::said::{other_id, other_name};
use crate::kinds::{Desk, Kind, Names, OddAnswer, Ownership, Proposal, Scene, Wanted};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::directory::{Directory, Mentions, ServicePrincipal};
use crate::model::finding::Findings;
use crate::model::id::{AppId, ObjectId, PathId, PermissionId};
use crate::model::query::{Pages, Query};
use crate::model::schema::{self, JsonSchema, Schema};

pub struct Classifications;

/// How risky a permission is said to be. Consent policies go by it; all but `Low` is a preview.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
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
pub struct Spec {
    /// Object id of the resource's service principal.
    pub resource: ObjectId,
    /// The resource itself, so that a saved name can be compared with the tenant's.
    pub app_id: AppId,
    pub permission: PermissionId,
    /// As the resource publishes it; the id decides.
    pub name: String,
    pub class: Class,
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
pub struct Found {
    /// The service's id. It says the class, too, so that there is no changing it.
    pub id: PathId,
    pub spec: Spec,
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

    fn written(&self) -> Option<Schema> {
        Some(schema::written::<declare::Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        declare::mentions(manifest, out)
    }

    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        declare::declare(desk, out)
    }

    /// The resources that have a table.
    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address> {
        let resources = declare::resources(manifest);
        let ids = resources.iter().filter_map(|app| directory.client_id(*app));
        ids.map(|id| Address::new(Self::NAME, TENANT, [id.to_string()])).collect()
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

    /// The lists of a resource are the whole truth about it.
    fn owns(&self, desk: &Desk, address: &Address, by_mode: Ownership) -> Ownership {
        match declare::table_of(desk, address) {
            Some(_) => Ownership::Exact,
            None => by_mode,
        }
    }

    fn undeclared(&self, desk: &Desk, address: &Address) -> Option<String> {
        let table = declare::table_of(desk, address)?;
        Some(format!("in no list for its resource ({})", desk.sources.line(&table.place)))
    }

    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        let want = want.and_then(|want| want.spec.clone());
        match ownership {
            Ownership::Exact => want,
            Ownership::Additive => want.or_else(|| have.map(|have| have.spec.clone())),
        }
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

    fn address(&self, _owner: &str, spec: &Spec) -> Address {
        address(spec.resource, spec.permission)
    }

    fn mentioned(&self, spec: &Spec) -> Mentions {
        Mentions { apps: BTreeSet::from([spec.app_id]), ..Mentions::default() }
    }

    /// The name is what the resource publishes under the id, and nothing else.
    fn disagreement(&self, spec: &Spec, _address: &Address, scene: &Scene) -> Option<String> {
        let resource = scene.directory.service_principals.get(&spec.app_id);
        let what = format!("the service principal of {}", spec.app_id);
        let live = resource.map(|resource| resource.id.to_string());
        other_id(&what, live, &spec.resource.to_string()).or_else(|| {
            let live = name_of(resource?, spec.permission);
            let what = format!("the permission {}", spec.permission);
            other_name(&what, Some(&live), Some(&spec.name))
        })
    }

    fn resource(&self, spec: &Spec) -> Option<ObjectId> {
        Some(spec.resource)
    }

    fn describe(&self, have: &Found, names: &Names) -> String {
        let Spec { resource, name, class, .. } = &have.spec;
        let resource = names.of(*resource).shown();
        format!("classification: {resource} / {name} is {}", class.word())
    }
}

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
