//! The same kind, without its types: how the floors above hold kinds of any sort.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::kinds::comparison::{Comparison, Met};
use crate::kinds::pair::{Pair, Pairs, Standing, Unreadable};
use crate::kinds::states::{from_json, spec_of, states, unreadable};
use crate::kinds::{Desk, Kind, Names, OddAnswer, Ownership, Scene, Staying};
use crate::manifest::{Manifest, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::change::{Change, FieldChange};
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::Findings;
use crate::model::id::{AppId, ObjectId};
use crate::model::object_state::ObjectState;
use crate::model::query::{Pages, Query};
use crate::model::schema::{Schema, state};

/// See [`Kind`]; the methods are the same, the types are JSON.
pub trait AnyKind: Sync {
    fn name(&self) -> &'static str;
    fn noun(&self) -> Option<&'static str>;
    fn table(&self) -> Option<TableName>;
    fn is_consent(&self) -> bool;
    fn written(&self) -> Option<Schema>;

    /// The form of a wanted state, as it is saved.
    fn spec_schema(&self) -> Schema;

    /// The form of a state that was found, as it is saved.
    fn found_schema(&self) -> Schema;

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions;
    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address>;
    fn reads(&self, scene: &Scene) -> Vec<Query>;
    fn resources(&self, pages: &Pages, scene: &Scene) -> BTreeSet<ObjectId>;
    fn apps(&self, pages: &Pages, scene: &Scene) -> BTreeSet<AppId>;
    fn open_policies(&self, pages: &Pages) -> BTreeSet<String>;

    /// What is declared beside what is there. `by_mode` answers for the owner of an address.
    ///
    /// # Errors
    /// When an answer does not have the documented shape, or shows two objects at one address.
    fn pairs(
        &self,
        desk: &Desk,
        pages: &Pages,
        by_mode: &dyn Fn(&str) -> Ownership,
        out: &mut Findings,
    ) -> Result<Pairs, OddAnswer>;

    /// Hands over what is there now, for comparing with a plan and for snapshots: each object with when
    /// the service answered for it, as time since the start of the clock.
    ///
    /// # Errors
    /// When an answer does not have the documented shape, or shows two objects at one address.
    fn found(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, ObjectState, Duration),
    ) -> Result<(), OddAnswer>;

    /// The change that leads from one state to the other.
    ///
    /// # Errors
    /// When a state is not of this kind's form: the file was edited or comes from a newer version.
    fn change(&self, pair: &Pair, names: &Names) -> Result<Change, Unreadable>;

    /// Where a state, as found now, stands between what the plan saw and its goal.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn standing(
        &self,
        address: &Address,
        seen: &ObjectState,
        goal: &ObjectState,
        now: &ObjectState,
    ) -> Result<Standing, Unreadable>;

    fn undeclared(&self, desk: &Desk, address: &Address) -> Option<String>;
    fn link(&self, changes: &mut Vec<Change>, staying: Staying<'_>);
    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>);

    /// Whether an object as it is now holds what something rests on.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn holds(
        &self,
        address: &Address,
        must: &ObjectState,
        now: &ObjectState,
    ) -> Result<bool, Unreadable>;

    fn objects(&self, address: &Address) -> Vec<ObjectId>;

    /// Whom both states name beside those of their address.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn named(&self, pair: &Pair) -> Result<Vec<ObjectId>, Unreadable>;

    /// What must be looked up before [`AnyKind::disagreement`] can judge the pair.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn mentioned(&self, pair: &Pair) -> Result<Mentions, Unreadable>;

    /// The service principals that must be looked up before the same, by their object ids.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn resources_of(&self, pair: &Pair) -> Result<BTreeSet<ObjectId>, Unreadable>;

    fn rates(&self, pair: &Pair) -> Option<Address>;

    /// What the states say that is not so in the tenant, in words.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn disagreement(
        &self,
        pair: &Pair,
        scene: &Scene,
        names: &Names,
    ) -> Result<Option<String>, Unreadable>;

    /// One line for something that is there and left alone.
    fn describe(&self, address: &Address, have: &ObjectState, names: &Names) -> String;

    /// The properties of a state, found or wanted, in the words of a change that makes it out of
    /// nothing: all of them are gained. `None`: nothing is there.
    ///
    /// # Errors
    /// When the state is not of this kind's form.
    fn properties(
        &self,
        address: &Address,
        state: &ObjectState,
        names: &Names,
    ) -> Result<Option<Vec<FieldChange>>, Unreadable>;
}

impl<K: Kind> AnyKind for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn noun(&self) -> Option<&'static str> {
        K::NOUN
    }

    fn table(&self) -> Option<TableName> {
        K::TABLE
    }

    fn is_consent(&self) -> bool {
        K::IS_CONSENT
    }

    fn written(&self) -> Option<Schema> {
        Kind::written(self)
    }

    fn spec_schema(&self) -> Schema {
        state::<K::Spec>()
    }

    fn found_schema(&self) -> Schema {
        state::<K::Found>()
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        Kind::mentions(self, manifest, out)
    }

    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address> {
        Kind::settings(self, manifest, directory)
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        Kind::reads(self, scene)
    }

    fn resources(&self, pages: &Pages, scene: &Scene) -> BTreeSet<ObjectId> {
        Kind::resources(self, pages, scene)
    }

    fn apps(&self, pages: &Pages, scene: &Scene) -> BTreeSet<AppId> {
        Kind::apps(self, pages, scene)
    }

    fn open_policies(&self, pages: &Pages) -> BTreeSet<String> {
        Kind::open_policies(self, pages)
    }

    fn pairs(
        &self,
        desk: &Desk,
        pages: &Pages,
        by_mode: &dyn Fn(&str) -> Ownership,
        out: &mut Findings,
    ) -> Result<Pairs, OddAnswer> {
        let owns = |address: &Address| self.owns(desk, address, by_mode(&address.owner));
        let mut wanted = self.declare(desk, out);
        self.complete(desk, pages, &mut wanted, out);
        let asked = |address: &Address| !desk.scene.apps_only || address.owner != TENANT;
        wanted.retain(|address, _| asked(address));
        let remarks = self.remarks(desk, pages, &wanted);
        let tells = |address: &Address| self.tells_unmanaged(desk, address);
        let mut comparison = Comparison::new(self, &owns, &tells, wanted);
        self.observe(pages, desk.scene, &mut |address, have, _| {
            if asked(&address) {
                comparison.meet(address, &have);
            }
        })?;
        Ok(Pairs { remarks, ..comparison.finish(out)? })
    }

    fn found(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, ObjectState, Duration),
    ) -> Result<(), OddAnswer> {
        let mut met = Met::default();
        self.observe(pages, scene, &mut |address, have, answered| {
            met.add(address.clone());
            found(address, ObjectState::of(&have), answered);
        })?;
        met.once_each(K::NAME)
    }

    fn change(&self, pair: &Pair, names: &Names) -> Result<Change, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        for spec in want.iter().chain(have.as_ref().map(AsRef::as_ref)) {
            if Kind::address(self, &pair.address.owner, spec) != pair.address {
                let problem = "the state of another object stands here".to_owned();
                return Err(Unreadable { address: pair.address.clone(), problem });
            }
        }
        let (want, have) = (want.as_ref(), have.as_ref());
        Ok(Kind::change(self, &pair.address, want, have, names).change(pair))
    }

    fn standing(
        &self,
        address: &Address,
        seen: &ObjectState,
        goal: &ObjectState,
        now: &ObjectState,
    ) -> Result<Standing, Unreadable> {
        let seen: Option<K::Found> = from_json(address, seen)?;
        let now: Option<K::Found> = from_json(address, now)?;
        let goal: Option<K::Spec> = from_json(address, goal)?;
        if goal.as_ref() == now.as_ref().map(AsRef::as_ref) {
            return Ok(Standing::Reached);
        }
        if seen == now {
            return Ok(Standing::AsSeen);
        }
        Ok(match (&goal, &now) {
            (Some(goal), Some(now)) if self.between(seen.as_ref(), goal, now) => Standing::Between,
            _ => Standing::Elsewhere,
        })
    }

    fn undeclared(&self, desk: &Desk, address: &Address) -> Option<String> {
        Kind::undeclared(self, desk, address)
    }

    fn link(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        Kind::link(self, changes, staying);
    }

    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        Kind::interlock(self, changes, staying);
    }

    fn holds(
        &self,
        address: &Address,
        must: &ObjectState,
        now: &ObjectState,
    ) -> Result<bool, Unreadable> {
        let spec = |state| spec_of::<K>(state).map_err(|problem| unreadable(address, &problem));
        Ok(match (spec(must)?, spec(now)?) {
            (Some(must), Some(now)) => Kind::holds(self, &must, &now),
            (must, _) => must.is_none(),
        })
    }

    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        Kind::objects(self, address)
    }

    fn named(&self, pair: &Pair) -> Result<Vec<ObjectId>, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let specs = want.iter().chain(have.as_ref().map(AsRef::as_ref));
        Ok(specs.flat_map(|spec| Kind::named(self, spec)).collect())
    }

    fn mentioned(&self, pair: &Pair) -> Result<Mentions, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let mut mentions = Mentions::default();
        for spec in want.iter().chain(have.as_ref().map(AsRef::as_ref)) {
            mentions.extend(Kind::mentioned(self, spec));
        }
        Ok(mentions)
    }

    fn resources_of(&self, pair: &Pair) -> Result<BTreeSet<ObjectId>, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let specs = want.iter().chain(have.as_ref().map(AsRef::as_ref));
        Ok(specs.filter_map(|spec| Kind::resource(self, spec)).collect())
    }

    fn rates(&self, pair: &Pair) -> Option<Address> {
        Kind::rates(self, pair)
    }

    fn disagreement(
        &self,
        pair: &Pair,
        scene: &Scene,
        names: &Names,
    ) -> Result<Option<String>, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let mut specs = want.iter().chain(have.as_ref().map(AsRef::as_ref));
        let found = specs.find_map(|spec| Kind::disagreement(self, spec, &pair.address, scene));
        let resource = want.as_ref().and_then(|want| Kind::resource(self, want));
        let gone = resource.filter(|id| scene.directory.by_object_id(*id).is_none());
        let gone = gone.map(|id| {
            format!("\"{}\" is {id} in the plan, and the tenant has none", names.of(id).shown())
        });
        Ok(found.or(gone))
    }

    fn describe(&self, address: &Address, have: &ObjectState, names: &Names) -> String {
        match from_json::<K::Found>(address, have) {
            Ok(Some(found)) => Kind::describe(self, &found, names),
            Ok(None) | Err(_) => address.to_string(),
        }
    }

    fn properties(
        &self,
        address: &Address,
        state: &ObjectState,
        names: &Names,
    ) -> Result<Option<Vec<FieldChange>>, Unreadable> {
        let spec = spec_of::<K>(state).map_err(|problem| unreadable(address, &problem))?;
        let made = |spec: K::Spec| Kind::change(self, address, Some(&spec), None, names).fields;
        Ok(spec.map(made))
    }
}
