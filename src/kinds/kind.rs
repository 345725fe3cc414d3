//! What a kind has to say: one small trait for each question, each implemented in the file of the kind's
//! folder that has the answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kinds::{
    Composed, Inputs, Names, OddAnswer, Ownership, Pair, Proposal, Scene, Staying, Wanted,
};
use crate::manifest::{Manifest, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::change::Change;
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::{Finding, Findings};
use crate::model::id::{AppId, ObjectId};
use crate::model::query::{Pages, Query};
use crate::model::schema::{JsonSchema, Schema};

/// One sort of managed object: what it is called, what a state of it is, and which object that is about.
pub(crate) trait Kind: Sync {
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

    /// Where the object stands whose state this is, under this owner. A saved state that stands
    /// elsewhere was edited: people would approve one thing and get another.
    fn address(&self, owner: &str, spec: &Self::Spec) -> Address;

    /// Users, groups and service principals that stand in an address: people read their names. Ids of
    /// permissions are none of them.
    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        address.parts.iter().filter_map(|part| part.parse().ok()).collect()
    }

    /// The user or group for whom alone the object at this address is, if it is.
    fn holder(&self, _address: &Address) -> Option<ObjectId> {
        None
    }

    /// Users, groups and service principals that a state names beside those of its address: people
    /// read their names.
    fn named(&self, _spec: &Self::Spec) -> Vec<ObjectId> {
        Vec::new()
    }

    /// One line for something that is there and left alone.
    fn summary(&self, have: &Self::Found, names: &Names) -> String;
}

/// From the manifest's tables to what shall be.
pub(crate) trait Declare: Kind {
    /// One table as people write it, for editors: `schema::written` of the type that `declare`
    /// reads. `None` where it has no table of its own.
    fn written(&self) -> Option<Schema>;

    /// The names that must be looked up before anything can be declared.
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions;

    /// What of the tenant as such the manifest is about, by address or by the beginning of one: of
    /// this kind, and of others whose state has to be known. Also the apps whose objects of this kind
    /// are looked at, where that is not every app. It comes to [`Scene::settings`].
    fn settings(&self, manifest: &Manifest, _directory: &Directory) -> BTreeSet<Address> {
        let written = Self::TABLE.is_some_and(|table| !manifest.entries(table.name).is_empty());
        written.then(|| Address::new(Self::NAME, TENANT, [])).into_iter().collect()
    }

    /// What the manifest asks for. Every mistake becomes a finding; none hides another.
    fn declare(&self, inputs: &Inputs, out: &mut Findings)
    -> BTreeMap<Address, Wanted<Self::Spec>>;

    /// Goes on declaring with the answers in view: completes what the manifest leaves to the tenant,
    /// adds notes, finds mistakes that show only now.
    fn complete(
        &self,
        _inputs: &Inputs,
        _pages: &Pages,
        _wanted: &mut BTreeMap<Address, Wanted<Self::Spec>>,
        _out: &mut Findings,
    ) {
    }

    /// Sentences about the plan as a whole that belong to no single change, given what is declared.
    /// Safe text.
    fn remarks(
        &self,
        _inputs: &Inputs,
        _pages: &Pages,
        _wanted: &BTreeMap<Address, Wanted<Self::Spec>>,
    ) -> Vec<String> {
        Vec::new()
    }
}

/// From a state back to what a person would write: declared, it is that state again.
pub(crate) trait Compose: Kind {
    /// The table about this state, of an owner in this scene.
    fn compose(&self, owner: &str, spec: &Self::Spec, scene: &Scene) -> Composed;
}

/// Whose the things are that the manifest does not declare.
pub(crate) trait Own: Kind {
    /// Whether what is undeclared at this address is the manifest's to remove, where `by_mode` is
    /// what the owner's `mode` says.
    fn owns(&self, _inputs: &Inputs, _address: &Address, by_mode: Ownership) -> Ownership {
        by_mode
    }

    /// Whether people read of what is undeclared here and left alone: of consent always.
    fn tells_unmanaged(&self, _inputs: &Inputs, _address: &Address) -> bool {
        Self::IS_CONSENT
    }

    /// Why something undeclared at this address is the manifest's to remove, with file and line,
    /// where it is not the `mode` of an app that says so.
    fn undeclared(&self, _inputs: &Inputs, _address: &Address) -> Option<String> {
        None
    }
}

/// What has to be read, and what the answers show that more has to be looked up for.
pub trait Read: Sync {
    /// What has to be read to observe this scene, in which the members of groups are not known yet.
    fn reads(&self, scene: &Scene) -> Vec<Query>;

    /// Resources that the answers speak of, by object id: what they publish is looked up before
    /// anything is compared, so that people read names.
    fn resources(&self, _pages: &Pages, _scene: &Scene) -> BTreeSet<ObjectId> {
        BTreeSet::new()
    }

    /// The same by application id.
    fn apps(&self, _pages: &Pages, _scene: &Scene) -> BTreeSet<AppId> {
        BTreeSet::new()
    }

    /// Ids of consent policies by which everything may be consented to, in lower case: for rating what
    /// uses them.
    fn open_policies(&self, _pages: &Pages) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// What of this kind must be read before a pair can be rated, whatever kind that is of, by the
    /// beginning of an address.
    fn rates(&self, _pair: &Pair) -> Option<Address> {
        None
    }

    /// What beside the tenant's one setting of this kind a manifest about the apps of this scene can want to be
    /// read, for [`Scene::settings`]: a record of the tenant holds it, so that also another manifest than the
    /// one at hand can be planned by it.
    fn possible(&self, _scene: &Scene) -> BTreeSet<Address> {
        BTreeSet::new()
    }
}

/// Takes one object after the other, each with when the service answered for it, as time since the start
/// of the clock.
pub(crate) type Each<'a, F> = &'a mut dyn FnMut(Address, F, Duration);

/// From the tenant's answers to what is there.
pub(crate) trait Observe: Kind {
    /// Hands over what the answers show, one object after the other, each with when it was answered: there
    /// may be a hundred thousand, and most of them are as they should be.
    ///
    /// # Errors
    /// When an answer does not have the documented shape: guessing could remove something.
    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: Each<Self::Found>,
    ) -> Result<(), OddAnswer>;
}

/// From what is wanted and what is there to the state that is to be reached.
pub(crate) trait Reconcile: Kind {
    /// The state to reach, given what is wanted, what is there and who owns it. `None`: nothing
    /// shall be there.
    fn goal(
        &self,
        want: Option<&Wanted<Self::Spec>>,
        have: Option<&Self::Found>,
        ownership: Ownership,
    ) -> Option<Self::Spec>;

    /// A state of before as a manifest would ask for it, with nothing left open: what a manifest leaves
    /// open is kept as it is now.
    fn restated(&self, spec: Self::Spec) -> Self::Spec {
        spec
    }

    /// What is kept of an object that is declared, and is not declared itself: people read of it as of
    /// what is undeclared and left alone.
    fn surplus(
        &self,
        _want: &Wanted<Self::Spec>,
        _goal: &Self::Spec,
        _have: &Self::Found,
    ) -> Option<Self::Found> {
        None
    }

    /// Why the service would not store this state, if it would not: what is declared and what is
    /// kept beside it can be too much together.
    fn refused(&self, _goal: &Self::Spec) -> Option<Finding> {
        None
    }
}

/// What shall be, and what is.
pub(crate) type Sides<'a, K> = (Option<&'a <K as Kind>::Spec>, Option<&'a <K as Kind>::Found>);

/// From two states that differ to what leads from one to the other.
pub(crate) trait Propose: Kind {
    /// What leads from one side to the other, which differ. Needs nothing but its arguments, so that a
    /// saved plan leads to the same requests as the manifest did.
    fn change(&self, address: &Address, sides: Sides<'_, Self>, names: &Names) -> Proposal;

    /// Whether `now` is a state that the change from `have` to `want` passes through on its way.
    fn between(&self, _have: Option<&Self::Found>, _want: &Self::Spec, _now: &Self::Found) -> bool {
        false
    }
}

/// What has to wait for what, and what each change rests on.
pub trait Order: Sync {
    /// Adds what must be settled first, between changes of this kind, and what each rests on.
    fn link(&self, _changes: &mut Vec<Change>, _staying: Staying<'_>) {}

    /// Adds what must be settled first, between changes of this kind and of others, and what each rests
    /// on.
    fn interlock(&self, _changes: &mut Vec<Change>, _staying: Staying<'_>) {}
}

/// Proves a saved state against the tenant.
pub(crate) trait Prove: Kind {
    /// What must be looked up before [`Prove::disagreement`] can judge a saved state.
    fn mentioned(&self, _spec: &Self::Spec) -> Mentions {
        Mentions::default()
    }

    /// The service principal that a state is about, by its object id: it is looked up before anything
    /// is drawn of a saved state, and without it none can be made. One that is made again has another id.
    fn resource(&self, _spec: &Self::Spec) -> Option<ObjectId> {
        None
    }

    /// What a state says that is not so, in words: it has to be about the very app that its address
    /// names, and its names have to be the tenant's. A saved plan could say otherwise, or the tenant has
    /// changed since. Safe text.
    fn disagreement(
        &self,
        _spec: &Self::Spec,
        _address: &Address,
        _scene: &Scene,
    ) -> Option<String> {
        None
    }

    /// Whether an object as it is now holds what something rests on: all of it, and perhaps more.
    fn holds(&self, must: &Self::Spec, now: &Self::Spec) -> bool {
        must == now
    }
}
