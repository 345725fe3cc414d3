//! Floor 2: the managed objects, one folder each, with the same files in each: `mod` (what it is and
//! how two states compare), `declare` (manifest → wanted), `observe` (answers → found), `encode`
//! (differences → requests).
//!
//! A kind is pure: it says what to read and what to send, and does neither. It may import floors 0
//! and 1. Everything above uses [`REGISTRY`] and never asks which kind it has in hand.

pub mod app_role;
pub mod assignment;
pub mod classification;
mod comparison;
pub mod consent_policy;
pub mod consent_requests;
pub mod delegated_grant;
pub mod erased;
mod naming;
mod pair;
mod people;
mod permission;
mod pool;
mod proposal;
pub mod published;
mod role;
mod role_request;
mod said;
pub mod scene;
pub mod service_principal;
mod states;
pub mod user_consent;
#[cfg(test)]
pub(crate) mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::manifest::{Manifest, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::change::{Change, Why};
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::{Finding, Findings};
use crate::model::id::{AppId, ObjectId};
use crate::model::query::{Pages, Query};
use crate::model::schema::{JsonSchema, Schema};
pub use comparison::LeftAlone;
pub use erased::AnyKind;
pub use pair::{Pair, Pairs, Standing, Unreadable};
pub use proposal::Proposal;
pub use scene::{Desk, Names, Scene, Staying};

/// Every code that the kinds find, with what it says, for the reference.
pub const FINDINGS: &[&[(&str, &str)]] = &[
    naming::CODES,
    people::CODES,
    permission::CODES,
    role::CODES,
    delegated_grant::declare::CODES,
    app_role::declare::CODES,
    assignment::CODES,
    service_principal::declare::CODES,
    consent_policy::declare::CODES,
    consent_policy::WRITTEN,
    classification::declare::CODES,
    consent_requests::declare::CODES,
    user_consent::declare::CODES,
];

/// All kinds, in the order in which what they give is sent. What they take goes in the reverse order.
pub static REGISTRY: [&dyn AnyKind; 8] = [
    &service_principal::ServicePrincipals,
    &consent_policy::ConsentPolicies,
    &classification::Classifications,
    &delegated_grant::DelegatedGrants,
    &app_role::AppRoles,
    &assignment::Assignments,
    &consent_requests::ConsentRequests,
    &user_consent::UserConsent,
];

/// The kind with this name, and its place in the order.
pub fn by_name(name: &str) -> Option<(usize, &'static dyn AnyKind)> {
    REGISTRY.iter().copied().enumerate().find(|(_, kind)| kind.name() == name)
}

/// The manifest's tables that belong to kinds.
pub fn tables() -> Vec<TableName> {
    REGISTRY.iter().filter_map(|kind| kind.table()).collect()
}

/// Everything consent needs to know about one sort of managed object.
pub trait Kind: Sync {
    /// First word of its addresses, and its name in machine formats.
    const NAME: &'static str;
    /// For counting in the plan's head; `None` where the count says nothing new.
    const NOUN: Option<&'static str>;
    /// Its own table in the manifest, if it has one.
    const TABLE: Option<TableName>;
    /// Whether what it declares is consent to the app: an exact app needs some, or says `grants = "none"`.
    const IS_CONSENT: bool;

    /// As both sides are compared: plain, complete, with every id that the requests need.
    type Spec: Clone + PartialEq + Serialize + DeserializeOwned + JsonSchema;
    /// As found in the tenant: a spec, and the ids needed to change it.
    type Found: Clone + PartialEq + Serialize + DeserializeOwned + JsonSchema + AsRef<Self::Spec>;

    /// One table as people write it, for editors: `schema::written` of the type that `declare`
    /// reads. `None` where it has no table of its own.
    fn written(&self) -> Option<Schema>;

    /// The names that must be looked up before anything can be declared.
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions;

    /// What the manifest asks for. Every mistake becomes a finding; none hides another.
    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Self::Spec>>;

    /// What of the tenant as such the manifest is about, by address or by the beginning of one: of
    /// this kind, and of others whose state has to be known. Also the apps whose objects of this kind
    /// are looked at, where that is not every app. It comes to [`Scene::settings`].
    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address> {
        let _ = directory;
        let written = Self::TABLE.is_some_and(|table| !manifest.entries(table.name).is_empty());
        written.then(|| Address::new(Self::NAME, TENANT, [])).into_iter().collect()
    }

    /// Goes on declaring with the answers in view: completes what the manifest leaves to the tenant,
    /// adds notes, finds mistakes that show only now.
    fn complete(
        &self,
        desk: &Desk,
        pages: &Pages,
        wanted: &mut BTreeMap<Address, Wanted<Self::Spec>>,
        out: &mut Findings,
    ) {
        let _ = (desk, pages, wanted, out);
    }

    /// What has to be read to observe this scene, in which the members of groups are not known yet.
    fn reads(&self, scene: &Scene) -> Vec<Query>;

    /// Resources that the answers speak of, by object id: what they publish is looked up before
    /// anything is compared, so that people read names.
    fn resources(&self, pages: &Pages, scene: &Scene) -> BTreeSet<ObjectId> {
        let _ = (pages, scene);
        BTreeSet::new()
    }

    /// The same by application id.
    fn apps(&self, pages: &Pages, scene: &Scene) -> BTreeSet<AppId> {
        let _ = (pages, scene);
        BTreeSet::new()
    }

    /// Ids of consent policies by which everything may be consented to, in lower case: for rating what
    /// uses them.
    fn open_policies(&self, pages: &Pages) -> BTreeSet<String> {
        let _ = pages;
        BTreeSet::new()
    }

    /// Hands over what the answers show, one object after the other, each with when it was answered: there
    /// may be a hundred thousand, and most of them are as they should be.
    ///
    /// # Errors
    /// When an answer does not have the documented shape: guessing could remove something.
    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Self::Found, Duration),
    ) -> Result<(), OddAnswer>;

    /// Sentences about the plan as a whole that belong to no single change, given what is declared.
    /// Safe text.
    fn remarks(
        &self,
        desk: &Desk,
        pages: &Pages,
        wanted: &BTreeMap<Address, Wanted<Self::Spec>>,
    ) -> Vec<String> {
        let _ = (desk, pages, wanted);
        Vec::new()
    }

    /// Whether what is undeclared at this address is the manifest's to remove, where `by_mode` is
    /// what the owner's `mode` says.
    fn owns(&self, desk: &Desk, address: &Address, by_mode: Ownership) -> Ownership {
        let _ = (desk, address);
        by_mode
    }

    /// Whether people read of what is undeclared here and left alone: of consent always.
    fn tells_unmanaged(&self, desk: &Desk, address: &Address) -> bool {
        let _ = (desk, address);
        Self::IS_CONSENT
    }

    /// Why something undeclared at this address is the manifest's to remove, with file and line,
    /// where it is not the `mode` of an app that says so.
    fn undeclared(&self, desk: &Desk, address: &Address) -> Option<String> {
        let _ = (desk, address);
        None
    }

    /// The state to reach, given what is declared, what is there and who owns it. `None`: nothing
    /// shall be there.
    fn goal(
        &self,
        want: Option<&Wanted<Self::Spec>>,
        have: Option<&Self::Found>,
        ownership: Ownership,
    ) -> Option<Self::Spec>;

    /// What is kept of an object that is declared, and is not declared itself: people read of it as of
    /// what is undeclared and left alone.
    fn surplus(
        &self,
        want: &Wanted<Self::Spec>,
        goal: &Self::Spec,
        have: &Self::Found,
    ) -> Option<Self::Found> {
        let _ = (want, goal, have);
        None
    }

    /// Why the service would not store this state, if it would not: what is declared and what is
    /// kept beside it can be too much together.
    fn refused(&self, goal: &Self::Spec) -> Option<Finding> {
        let _ = goal;
        None
    }

    /// What leads from `have` to `want`, which differ. Needs nothing but its arguments, so that a
    /// saved plan leads to the same requests as the manifest did.
    fn change(
        &self,
        address: &Address,
        want: Option<&Self::Spec>,
        have: Option<&Self::Found>,
        names: &Names,
    ) -> Proposal;

    /// Where the object stands whose state this is, under this owner. A saved state that stands
    /// elsewhere was edited: people would approve one thing and get another.
    fn address(&self, owner: &str, spec: &Self::Spec) -> Address;

    /// Whether `now` is a state that the change from `have` to `want` passes through on its way.
    fn between(&self, have: Option<&Self::Found>, want: &Self::Spec, now: &Self::Found) -> bool {
        let _ = (have, want, now);
        false
    }

    /// Adds what must be settled first, between changes of this kind, and what each rests on.
    fn link(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        let _ = (changes, staying);
    }

    /// Adds what must be settled first, between changes of this kind and of others, and what each rests
    /// on.
    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        let _ = (changes, staying);
    }

    /// Whether an object as it is now holds what something rests on: all of it, and perhaps more.
    fn holds(&self, must: &Self::Spec, now: &Self::Spec) -> bool {
        must == now
    }

    /// Users, groups and service principals that stand in an address: people read their names. Ids of
    /// permissions are none of them.
    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        address.parts.iter().filter_map(|part| part.parse().ok()).collect()
    }

    /// Users, groups and service principals that a state names beside those of its address: people
    /// read their names.
    fn named(&self, spec: &Self::Spec) -> Vec<ObjectId> {
        let _ = spec;
        Vec::new()
    }

    /// What must be looked up before [`Kind::disagreement`] can judge a saved state.
    fn mentioned(&self, spec: &Self::Spec) -> Mentions {
        let _ = spec;
        Mentions::default()
    }

    /// What a state says that is not so, in words: it has to be about the very app that its address
    /// names, and its names have to be the tenant's. A saved plan could say otherwise, or the tenant has
    /// changed since. Safe text.
    fn disagreement(&self, spec: &Self::Spec, address: &Address, scene: &Scene) -> Option<String> {
        let _ = (spec, address, scene);
        None
    }

    /// The service principal that a state is about, by its object id: it is looked up before anything
    /// is drawn of a saved state, and without it none can be made. One that is made again has another id.
    fn resource(&self, spec: &Self::Spec) -> Option<ObjectId> {
        let _ = spec;
        None
    }

    /// What of this kind must be read before a pair can be rated, whatever kind that is of, by the
    /// beginning of an address.
    fn rates(&self, pair: &Pair) -> Option<Address> {
        let _ = pair;
        None
    }

    /// One line for something that is there and left alone.
    fn describe(&self, have: &Self::Found, names: &Names) -> String;
}

/// What the manifest wants at one address.
#[derive(Debug, Clone)]
pub struct Wanted<S> {
    /// Declared and in force.
    pub spec: Option<S>,
    /// Declared, but past its `until`: to be removed even where undeclared things are left alone.
    pub expired: Option<S>,
    /// Shared by everything that the same tables declare.
    pub why: Arc<[Why]>,
    /// Sentences for reviewers. Safe text.
    pub notes: Arc<[String]>,
}

impl<S> Wanted<S> {
    /// Asked for by one table. No spec: nothing shall be there.
    pub fn by(why: Why, spec: Option<S>) -> Self {
        Self { spec, expired: None, why: [why].into(), notes: Arc::default() }
    }

    /// Asked for by one more table; a table counts once.
    pub fn add_why(&mut self, why: &Why) {
        if !self.why.contains(why) {
            self.why = self.why.iter().chain([why]).cloned().collect();
        }
    }

    pub fn add_note(&mut self, note: String) {
        self.notes = self.notes.iter().cloned().chain([note]).collect();
    }

    /// To be filled in.
    pub fn nothing() -> Self {
        Self { spec: None, expired: None, why: Arc::default(), notes: Arc::default() }
    }
}

/// The goal of an object that is there or not, with nothing about it that could change: declared, it
/// is there; undeclared, it goes where that is ours to say.
fn whole<S: Clone>(want: Option<&Wanted<S>>, have: Option<&S>, ownership: Ownership) -> Option<S> {
    match (want, ownership) {
        (Some(want), _) => want.spec.clone(),
        (None, Ownership::Exact) => None,
        (None, Ownership::Additive) => have.cloned(),
    }
}

/// Whether undeclared things at an address are ours to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// The manifest is the whole truth.
    Exact,
    /// Declared things are made, others are left alone.
    Additive,
}

/// An answer of the service that does not have its documented shape.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}: {problem}")]
pub struct OddAnswer {
    pub what: String,
    pub problem: String,
}
