//! `[[assignment]]`, and `assign = true` of a `[[grant]]`: who may sign in to an app: appRoleAssignment
//! of users and groups on the app's own service principal.
//! <https://learn.microsoft.com/graph/api/resources/approleassignment>
//!
//! Groups are assigned as groups. What other apps have on this one is theirs, and never touched.

mod declare;
mod encode;
mod moot;
mod observe;
mod order;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::said::other_name;
use crate::kinds::{
    Desk, Kind, Names, OddAnswer, Ownership, Proposal, Scene, Staying, Wanted, role, whole,
};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::model::directory::{Directory, Mentions, Sort};
use crate::model::finding::Findings;
use crate::model::id::{ObjectId, PathId, PermissionId};
use crate::model::query::{Pages, Query};
use crate::model::schema::{self, JsonSchema, Schema};

/// What this kind finds.
pub(in crate::kinds) use declare::CODES;

pub struct Assignments;

/// Who is assigned.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
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
pub struct Spec {
    /// Object id of the app's service principal, or the placeholder of one still to be created.
    pub client: String,
    pub principal: Principal,
    pub role: PermissionId,
    /// What the app calls the role; absent for the default one, and where it defines it no more.
    pub name: Option<String>,
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

    fn written(&self) -> Option<Schema> {
        Some(schema::written::<declare::Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        declare::mentions(manifest, out)
    }

    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        declare::declare(desk, out)
    }

    /// The apps whose assignments somebody asks for: a popular app has one for each of its users.
    fn settings(&self, manifest: &Manifest, _directory: &Directory) -> BTreeSet<Address> {
        let labels = declare::labels(manifest);
        labels.into_iter().map(|label| Address::new(Self::NAME, &label, [])).collect()
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        observe::reads(scene)
    }

    fn remarks(
        &self,
        desk: &Desk,
        pages: &Pages,
        wanted: &BTreeMap<Address, Wanted<Spec>>,
    ) -> Vec<String> {
        moot::remarks(desk, pages, wanted)
    }

    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Found, Duration),
    ) -> Result<(), OddAnswer> {
        observe::observe(pages, scene, found)
    }

    /// Exact only where a table of the app says who shall be assigned: people of a grant are some,
    /// and never all.
    fn owns(&self, desk: &Desk, address: &Address, by_mode: Ownership) -> Ownership {
        if declare::has_table(desk.manifest, &address.owner) {
            by_mode
        } else {
            Ownership::Additive
        }
    }

    /// Where a table says who shall be assigned, people read who else is.
    fn tells_unmanaged(&self, desk: &Desk, address: &Address) -> bool {
        declare::has_table(desk.manifest, &address.owner)
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
        address(owner, spec.principal, spec.role)
    }

    fn link(&self, changes: &mut Vec<Change>, _staying: Staying<'_>) {
        order::link(changes);
    }

    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        order::door(changes);
        order::grant_first(changes);
        order::rest(changes, staying);
    }

    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        address.parts.first().and_then(|principal| principal.parse().ok()).into_iter().collect()
    }

    fn disagreement(&self, spec: &Spec, address: &Address, scene: &Scene) -> Option<String> {
        let app = scene.roster.get(&address.owner);
        let app = app.and_then(|app| scene.directory.service_principals.get(app));
        let sort = match spec.principal {
            Principal::User(id) => scene.other_sort(id, Sort::User),
            Principal::Group(id) => scene.other_sort(id, Sort::Group),
        };
        scene.other_client(&spec.client, &address.owner).or(sort).or_else(|| {
            let live = role::name_of(app, spec.role);
            other_name(&format!("the role {}", spec.role), live.as_deref(), spec.name.as_deref())
        })
    }

    fn describe(&self, have: &Found, names: &Names) -> String {
        let spec = &have.spec;
        format!("sign-in, {}: {}", names.of(spec.principal.id()).shown(), spec.shown())
    }
}

/// The address of an assignment: owner is the app's label.
fn address(owner: &str, principal: Principal, role: PermissionId) -> Address {
    let role = if role == role::DEFAULT { "default".to_owned() } else { role.to_string() };
    Address::new(Assignments::NAME, owner, [principal.id().to_string(), role])
}
