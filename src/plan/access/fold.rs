//! Folds all objects of the plan's apps, before and after, into what each holder has of each resource.
//!
//! An object, found or wanted, is fully described by what would make it out of nothing. There may be a
//! hundred thousand that the plan leaves as they are: looked at one after the other, and only where they
//! can matter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{AccessChanges, AccessEntry, AccessHolder};
use crate::kinds::{self, Names, OddAnswer, Pair, Proposal, REGISTRY, Scene, Unreadable};
use crate::model::address::{Address, TENANT};
use crate::model::change::{Change, Permission, PermissionSort};
use crate::model::id::{AppId, ObjectId};
use crate::model::object_state::ObjectState;
use crate::model::query::Pages;
use crate::model::untrusted::Untrusted;

/// Names of permissions. Thousands of people have the same ones.
type NameSet = Arc<BTreeSet<Untrusted>>;

/// What the plan with these pairs does, in a tenant that has answered so.
///
/// # Errors
/// When an answer is not as it should be, or a state that was found is none of its kind.
pub(super) fn of(pairs: &[Pair], pages: &Pages, scene: &Scene) -> Result<AccessChanges, OddAnswer> {
    let pairs = || pairs.iter().filter(|pair| pair.address.owner != TENANT);
    let mut touched = Touched::default();
    let mut unions = Unions::default();
    for pair in pairs() {
        for (when, made) in both(pair).map_err(unlike)? {
            touched.note(&pair.address.owner, &made);
            unions.add(touched.app(&pair.address.owner), &made, when, |_, _| true);
        }
    }
    if touched.apps.is_empty() {
        return Ok(AccessChanges::default());
    }
    let planned: BTreeSet<&Address> = pairs().map(|pair| &pair.address).collect();
    for kind in REGISTRY {
        let matters = |address: &Address| {
            touched.may_matter(&address.owner, kind.holder(address)) && !planned.contains(address)
        };
        kind.found_as_made(pages, scene, &matters, &mut |address, made| {
            let app = touched.app(&address.owner);
            unions.add(app, made, When::Throughout, |place, who| touched.matters(place, who));
        })?;
    }
    Ok(AccessChanges { entries: unions.entries(&touched, scene) })
}

/// The states of a pair come from answers as well.
fn unlike(state: Unreadable) -> OddAnswer {
    OddAnswer { what: format!("the state of {}", state.address), problem: state.problem }
}

/// Both states of a pair, as what would make them out of nothing.
fn both(pair: &Pair) -> Result<Vec<(When, Proposal)>, Unreadable> {
    let Some((_, kind)) = kinds::by_name(&pair.address.kind) else { return Ok(Vec::new()) };
    let Pair { address, before, after, .. } = pair;
    let made = |state: &ObjectState| kind.making(address, state, &Names::default());
    let before = made(before)?.map(|made| (When::Before, made));
    let after = made(after)?.map(|made| (When::After, made));
    Ok(before.into_iter().chain(after).collect())
}

/// Who may sign in is up to the app itself: this is what publishes it, also where it is still to be
/// created and has no other id.
pub(crate) fn own_app(changes: &mut [Change], roster: &BTreeMap<String, AppId>) {
    for change in changes {
        let app = roster.get(&change.address.owner).copied();
        let sign_in = |one: &&mut Permission| one.sort == PermissionSort::SignIn;
        for permission in change.permissions.iter_mut().filter(sign_in) {
            permission.resource = app;
        }
    }
}

/// What is of one app, one resource and one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct AccessPlace {
    /// Its number in [`Touched::apps`].
    app: usize,
    /// Zero of sign-ins: those are of the app itself.
    by: ObjectId,
    sort: PermissionSort,
}

/// What somebody has.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct HeldNames {
    before: NameSet,
    after: NameSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Before,
    After,
    Throughout,
}

/// What the plan is about: nothing else can make anybody's access another one.
#[derive(Debug, Default)]
struct Touched {
    /// By label.
    apps: BTreeMap<Arc<str>, usize>,
    places: BTreeSet<AccessPlace>,
    /// Where it changes what everybody has.
    open: BTreeSet<AccessPlace>,
    /// The same by app.
    open_apps: BTreeSet<usize>,
    people: BTreeSet<(AccessPlace, ObjectId)>,
    /// The same by app.
    people_of_apps: BTreeSet<(usize, ObjectId)>,
}

impl Touched {
    fn note(&mut self, owner: &str, made: &Proposal) {
        let next = self.apps.len();
        let app = *self.apps.entry(owner.into()).or_insert(next);
        for permission in &made.permissions {
            let place = AccessPlace::of(app, permission);
            self.places.insert(place);
            match AccessHolder::of(made.subject.audience, permission.sort) {
                Some(AccessHolder::Everybody) => {
                    self.open.insert(place);
                    self.open_apps.insert(app);
                }
                Some(AccessHolder::One(id)) => {
                    self.people.insert((place, id));
                    self.people_of_apps.insert((app, id));
                }
                Some(AccessHolder::App) | None => {}
            }
        }
    }

    fn app(&self, owner: &str) -> Option<usize> {
        self.apps.get(owner).copied()
    }

    /// Whether an object of this app, for this user or group alone or for no single one, may matter.
    fn may_matter(&self, owner: &str, holder: Option<ObjectId>) -> bool {
        let Some(app) = self.app(owner) else { return false };
        holder.is_none_or(|id| {
            self.open_apps.contains(&app) || self.people_of_apps.contains(&(app, id))
        })
    }

    fn matters(&self, place: AccessPlace, who: AccessHolder) -> bool {
        match who {
            AccessHolder::One(id) => {
                self.open.contains(&place) || self.people.contains(&(place, id))
            }
            AccessHolder::Everybody | AccessHolder::App => self.places.contains(&place),
        }
    }
}

impl AccessPlace {
    fn of(app: usize, permission: &Permission) -> Self {
        let by = match permission.sort {
            PermissionSort::Delegated | PermissionSort::Application => permission.by,
            PermissionSort::SignIn => ObjectId::from_u128(0),
        };
        Self { app, by, sort: permission.sort }
    }
}

/// What each holder has at each place.
#[derive(Debug, Default)]
struct Unions {
    has: BTreeMap<AccessPlace, BTreeMap<AccessHolder, HeldNames>>,
    /// One copy of each.
    sets: BTreeSet<NameSet>,
}

impl Unions {
    /// Adds what an object gives, as far as it matters.
    fn add(
        &mut self,
        app: Option<usize>,
        made: &Proposal,
        when: When,
        matters: impl Fn(AccessPlace, AccessHolder) -> bool,
    ) {
        let Some(app) = app else { return };
        let mut given: BTreeMap<(AccessPlace, AccessHolder), BTreeSet<Untrusted>> = BTreeMap::new();
        for permission in made.permissions.iter().filter(|permission| permission.gained) {
            let place = AccessPlace::of(app, permission);
            let who = AccessHolder::of(made.subject.audience, permission.sort);
            if let Some(who) = who.filter(|who| matters(place, *who)) {
                let name = Untrusted::new(permission.name.as_str());
                given.entry((place, who)).or_default().insert(name);
            }
        }
        for ((place, who), names) in given {
            let names = self.shared(names);
            let has = self.has.entry(place).or_default().entry(who).or_default();
            if when != When::After {
                united(&mut has.before, &names);
            }
            if when != When::Before {
                united(&mut has.after, &names);
            }
        }
    }

    fn shared(&mut self, names: BTreeSet<Untrusted>) -> NameSet {
        if let Some(known) = self.sets.get(&names) {
            return known.clone();
        }
        let names = Arc::new(names);
        self.sets.insert(names.clone());
        names
    }

    /// Sorted.
    fn entries(self, touched: &Touched, scene: &Scene) -> Vec<AccessEntry> {
        let labels: BTreeMap<usize, &Arc<str>> =
            touched.apps.iter().map(|(label, app)| (*app, label)).collect();
        let mut entries = Vec::new();
        for (place, has) in self.has {
            let Some(app) = labels.get(&place.app).copied() else { continue };
            let resource = place.resource(app, scene);
            let entry = |who, (gets, loses): Moves| {
                let (app, resource) = (app.clone(), resource.clone());
                AccessEntry { app, resource, sort: place.sort, who, gets, loses }
            };
            entries.extend(differences(&has).into_iter().map(|(who, moved)| entry(who, moved)));
        }
        entries.sort_unstable();
        entries
    }
}

impl AccessPlace {
    fn resource(self, app: &str, scene: &Scene) -> Arc<str> {
        let published = match self.sort {
            PermissionSort::SignIn => scene.roster.get(app).copied(),
            PermissionSort::Delegated | PermissionSort::Application => {
                scene.directory.by_object_id(self.by).map(|found| found.app_id)
            }
        };
        published.map_or_else(|| self.by.to_string(), |id| id.to_string()).into()
    }
}

fn united(all: &mut NameSet, more: &NameSet) {
    if all.is_empty() {
        *all = more.clone();
    } else if !more.is_subset(all) {
        Arc::make_mut(all).extend(more.iter().cloned());
    }
}

/// What is got, and what is lost.
type Moves = (Arc<[Untrusted]>, Arc<[Untrusted]>);

/// Of each holder whose difference is told: see [`AccessChanges`].
fn differences(has: &BTreeMap<AccessHolder, HeldNames>) -> Vec<(AccessHolder, Moves)> {
    let nothing = HeldNames::default();
    let everybody = has.get(&AccessHolder::Everybody).unwrap_or(&nothing);
    let of_everybody = difference(everybody);
    // Thousands have the same: it is made once.
    let mut made: BTreeMap<&HeldNames, Moves> = BTreeMap::new();
    let mut told = Vec::new();
    for (who, own) in has {
        let of_who = match who {
            AccessHolder::Everybody => of_everybody.clone(),
            AccessHolder::App => difference(own),
            AccessHolder::One(_) => {
                made.entry(own).or_insert_with(|| difference(&own.with(everybody))).clone()
            }
        };
        let otherwise = match who {
            AccessHolder::One(_) => of_who != of_everybody,
            AccessHolder::Everybody | AccessHolder::App => {
                !of_who.0.is_empty() || !of_who.1.is_empty()
            }
        };
        if otherwise {
            told.push((*who, of_who));
        }
    }
    told
}

impl HeldNames {
    fn with(&self, other: &Self) -> Self {
        let mut all = self.clone();
        united(&mut all.before, &other.before);
        united(&mut all.after, &other.after);
        all
    }
}

fn difference(sides: &HeldNames) -> Moves {
    let HeldNames { before, after } = sides;
    (after.difference(before).cloned().collect(), before.difference(after).cloned().collect())
}

#[cfg(test)]
impl AccessChanges {
    /// What these changes would do if nothing else were there.
    pub(crate) fn alone(changes: &[Change]) -> Self {
        type Key = (Arc<str>, Arc<str>, PermissionSort);
        let mut has: BTreeMap<Key, BTreeMap<AccessHolder, HeldNames>> = BTreeMap::new();
        for change in changes {
            for one in &change.permissions {
                let Some(who) = AccessHolder::of(change.subject.audience, one.sort) else {
                    continue;
                };
                let key =
                    (change.address.owner.as_str().into(), super::resource(one).into(), one.sort);
                let sides = has.entry(key).or_default().entry(who).or_default();
                let names = Arc::new(BTreeSet::from([Untrusted::new(one.name.as_str())]));
                united(if one.gained { &mut sides.after } else { &mut sides.before }, &names);
            }
        }
        let mut entries = Vec::new();
        for ((app, resource, sort), has) in has {
            entries.extend(differences(&has).into_iter().map(|(who, (gets, loses))| {
                let (app, resource) = (app.clone(), resource.clone());
                AccessEntry { app, resource, sort, who, gets, loses }
            }));
        }
        Self { entries }
    }
}
