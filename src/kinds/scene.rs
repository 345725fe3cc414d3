//! What kinds are given to look at.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use crate::kinds::said::other_id;
use crate::kinds::{Kind, service_principal};
use crate::manifest::Manifest;
use crate::manifest::entry::Entry;
use crate::manifest::note::Note;
use crate::manifest::source::{Located, Sources};
use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::directory::{Directory, Sort};
use crate::model::id::{AppId, ObjectId};
use crate::model::object_state::ObjectState;
use crate::model::request::later;
use crate::model::untrusted::{Untrusted, shown};

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
    pub fn settings_of(&self, kind: &str) -> impl Iterator<Item = &Address> {
        self.settings.iter().filter(move |address| address.kind == kind)
    }

    /// Whether the plan is about anything of this kind that belongs to the tenant as such.
    pub fn is_about(&self, kind: &str) -> bool {
        self.settings_of(kind).next().is_some()
    }
}

/// What the manifest says, beside the scene it is about.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    pub manifest: &'a Manifest,
    pub sources: &'a Sources,
    pub scene: &'a Scene,
    /// UTC.
    pub today: Date,
}

impl Desk<'_> {
    /// The object id of an app's service principal, or the placeholder of the one that will be created;
    /// `None` for a label that no app has.
    pub fn client(&self, label: &Located<String>) -> Option<String> {
        let app = self.manifest.app(label).ok()?;
        match self.scene.directory.client_id(app.app_id.value) {
            Some(id) => Some(id.to_string()),
            // Without `provision` the service principal's own kind reports it, once per app.
            None => Some(later(&service_principal::address(&label.value))),
        }
    }

    /// Where a table stands, and what people wrote beside it.
    pub fn why(&self, entry: &Entry, note: &Note) -> Why {
        let mut line = self.sources.line(&entry.place);
        if note.over(self.today) {
            line.push_str(", past its until");
        }
        Why {
            line,
            reason: note.reason.as_ref().map(|reason| reason.value.clone()),
            owner: note.owner.as_ref().map(|owner| owner.value.clone()),
            until: note.until.as_ref().map(|until| until.value.to_string()),
        }
    }
}

/// What a plan leaves as it is: something may be taken without harm because of it.
#[derive(Debug, Clone, Copy)]
pub struct Staying<'a> {
    /// As found. Complete of every app, and of the tenant, where anything may be taken.
    pub found: &'a BTreeMap<Address, ObjectState>,
    pub names: &'a Names,
}

impl<'a> Staying<'a> {
    /// The objects of one kind and owner, each as its kind reads it. What does not read was edited, and
    /// nothing rests on it.
    pub(super) fn of<K: Kind>(
        self,
        owner: &'a str,
    ) -> impl Iterator<Item = (&'a Address, K::Found)> {
        let first = Address::new(K::NAME, owner, []);
        let own = self
            .found
            .range(first..)
            .take_while(move |(address, _)| address.kind == K::NAME && address.owner == owner);
        own.filter_map(|(address, state)| Some((address, state.read().ok()??)))
    }
}

/// Display names of people and service principals, by object id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub BTreeMap<ObjectId, Untrusted>);

impl Names {
    /// The name, or the id where the tenant has no name for it (any more).
    pub fn of(&self, id: ObjectId) -> Untrusted {
        self.0.get(&id).cloned().unwrap_or_else(|| Untrusted::new(id.to_string()))
    }

    /// Everything the directory has a name for.
    pub fn from_directory(directory: &Directory) -> Self {
        let mut names = BTreeMap::new();
        for sp in directory.service_principals.values() {
            names.insert(sp.id, sp.name.clone());
        }
        for user in directory.users.values() {
            names.insert(user.id, user.user_principal_name.clone());
        }
        for group in directory.groups.values() {
            names.insert(group.id, group.name.clone());
        }
        Self(names)
    }
}
