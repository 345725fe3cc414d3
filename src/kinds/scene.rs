//! The part of the tenant that a plan is about.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::mismatch::other_id;
use crate::kinds::service_principal;
use crate::model::address::{Address, TENANT};
use crate::model::directory::{Directory, Sort};
use crate::model::id::{AppId, ObjectId};
use crate::model::request::later;
use crate::model::untrusted::shown;

/// The part of the tenant that a plan is about: it can be had from a manifest or from a saved plan.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// The managed apps, by label.
    pub roster: BTreeMap<String, AppId>,
    /// What of the tenant as such the plan is about, and which things of an app that are not looked
    /// at for every app, by address or by the beginning of one.
    pub settings: BTreeSet<Address>,
    pub directory: Directory,
    /// Whether only what belongs to apps is compared, and the tenant's settings are left out.
    pub apps_only: bool,
}

impl Scene {
    /// What is wrong where a state's `client` is neither the live service principal of this app nor
    /// the one still to be created for it.
    pub(super) fn other_client(&self, client: &str, owner: &str) -> Option<String> {
        if client == later(&service_principal::address(owner)) {
            return None;
        }
        let live = self.roster.get(owner).and_then(|app| self.directory.client_id(*app));
        let what = format!("the service principal of {}", shown(owner));
        other_id(&what, live.map(|id| id.to_string()), client)
    }

    /// What is wrong where the tenant knows this id as another sort of object than a state says.
    pub(super) fn other_sort(&self, id: ObjectId, said: Sort) -> Option<String> {
        let live = self.directory.sorts.get(&id).filter(|live| **live != said)?;
        Some(format!("{id} is a {} in the tenant, and a {} in the plan", live.word(), said.word()))
    }

    /// The addresses of [`Scene::settings`] that belong to this kind.
    pub(crate) fn settings_of(&self, kind: &str) -> impl Iterator<Item = &Address> {
        self.settings.iter().filter(move |address| address.kind == kind)
    }

    /// Whether what stands here is compared.
    pub(super) fn compares(&self, address: &Address) -> bool {
        !self.apps_only || address.owner != TENANT
    }

    /// Whether the plan is about anything of this kind that belongs to the tenant as such.
    pub(crate) fn is_about(&self, kind: &str) -> bool {
        self.settings_of(kind).next().is_some()
    }
}
