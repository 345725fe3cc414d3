//! `[app.X]`: the client's service principal, without which nothing can be granted, and whether only
//! those who are assigned may sign in to it.
//!
//! Created where the tenant lacks it and `provision = true` asks for it, never deleted, and nothing of
//! it changed but `assignment_required`, where that is declared.
//! <https://learn.microsoft.com/graph/api/resources/serviceprincipal>

pub(super) mod declare;
mod encode;
mod observe;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::{Desk, Kind, Names, OddAnswer, Ownership, Proposal, Scene, Staying, Wanted};
use crate::manifest::{Manifest, TableName};
use crate::model::address::Address;
use crate::model::change::{Change, Rest};
use crate::model::directory::Mentions;
use crate::model::finding::Findings;
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::object_state::ObjectState;
use crate::model::query::{Pages, Query};
use crate::model::schema::{JsonSchema, Schema};
use crate::model::untrusted::{Untrusted, shown};

pub struct ServicePrincipals;

/// That the app has a service principal, and who may sign in to it.
#[derive(Debug, Clone, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The application id.
    pub app_id: AppId,
    /// Whether only those who are assigned may sign in; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment_required: Option<bool>,
    /// What it is called; absent: not declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted>,
    /// The tenant that publishes it; absent: not declared, or the service does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher_tenant: Option<TenantId>,
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
pub struct Found {
    /// Object id of the service principal.
    pub id: ObjectId,
    pub spec: Spec,
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

    fn written(&self) -> Option<Schema> {
        None
    }

    fn mentions(&self, manifest: &Manifest, _out: &mut Findings) -> Mentions {
        declare::mentions(manifest)
    }

    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        declare::declare(desk, out)
    }

    /// Nothing: every service principal in question was looked up with the directory.
    fn reads(&self, _scene: &Scene) -> Vec<Query> {
        Vec::new()
    }

    fn observe(
        &self,
        _pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Found, Duration),
    ) -> Result<(), OddAnswer> {
        observe::observe(scene, found);
        Ok(())
    }

    /// The apps that the tenant has switched off: no token is issued for them.
    fn remarks(
        &self,
        desk: &Desk,
        _pages: &Pages,
        _wanted: &BTreeMap<Address, Wanted<Spec>>,
    ) -> Vec<String> {
        let off = desk.scene.roster.iter().filter(|(label, app)| {
            let granted = desk.manifest.apps.get(*label).is_some_and(|app| app.no_grants.is_none());
            let live = desk.scene.directory.service_principals.get(app);
            granted && live.is_some_and(|app| !app.account_enabled)
        });
        let sentence = |(label, _)| {
            format!(
                "{label} is disabled in the tenant: nobody can sign in to it, and what it is granted has \
                 no effect until an administrator enables it."
            )
        };
        off.map(sentence).collect()
    }

    /// Whatever the manifest says, a service principal that is there stays.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        _ownership: Ownership,
    ) -> Option<Spec> {
        let want = want.and_then(|want| want.spec.clone());
        let Some(have) = have.map(|have| have.spec.clone()) else { return want };
        let declared = want.and_then(|want| want.assignment_required);
        Some(Spec { assignment_required: declared.or(have.assignment_required), ..have })
    }

    fn change(
        &self,
        address: &Address,
        want: Option<&Spec>,
        have: Option<&Found>,
        names: &Names,
    ) -> Proposal {
        encode::change(address, want, have, names)
    }

    fn address(&self, owner: &str, _spec: &Spec) -> Address {
        address(owner)
    }

    /// A new one lets everybody in until it is closed, see [`Kind::link`].
    fn between(&self, have: Option<&Found>, want: &Spec, now: &Found) -> bool {
        let open = Spec { assignment_required: Some(false), ..want.clone() };
        have.is_none() && now.spec == open
    }

    /// A new service principal is made first, and closed by a change of its own: in between, people
    /// are assigned to it.
    fn link(&self, changes: &mut Vec<Change>, _staying: Staying<'_>) {
        let closings: Vec<Change> = changes.iter_mut().filter_map(encode::split).collect();
        changes.extend(closings);
    }

    fn disagreement(&self, spec: &Spec, address: &Address, scene: &Scene) -> Option<String> {
        let app = scene.roster.get(&address.owner);
        (app != Some(&spec.app_id)).then(|| {
            format!("{} is not {} at the head of the plan", shown(&address.owner), spec.app_id)
        })
    }

    fn describe(&self, have: &Found, names: &Names) -> String {
        format!("service principal {}", names.of(have.id).shown())
    }
}

/// That an app lets everybody in, where it does in this state.
pub(super) fn open_door(address: &Address, state: &ObjectState) -> Option<Rest> {
    let found: Found = state.read().ok()??;
    (found.spec.assignment_required == Some(false)).then(|| encode::open(address, &found))
}

/// The address of an app's service principal.
pub fn address(label: &str) -> Address {
    Address::new(ServicePrincipals::NAME, label, [])
}
