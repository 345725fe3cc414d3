//! Who really gets and loses what.
//!
//! What somebody can do through an app is all that the objects for everybody and his own ones give him
//! together; so a change of one object may be no change for anybody, and a change of another one may be
//! more than it says. Objects stay what is sent. This is what people read.

mod fold;
mod told;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kinds::{OddAnswer, Pair, Scene};
use crate::model::audience::Audience;
use crate::model::change::{Change, Permission, PermissionSort};
use crate::model::id::ObjectId;
use crate::model::query::Pages;
use crate::model::schema::{JsonSchema, form};
use crate::model::untrusted::Untrusted;

pub(crate) use fold::own_app;
pub(crate) use told::{note, pointless};

/// What the plan with these pairs does, in a tenant that has answered so.
///
/// # Errors
/// When an answer, or a state of a pair, is not as it should be.
pub fn of(pairs: &[Pair], pages: &Pages, scene: &Scene) -> Result<AccessChanges, OddAnswer> {
    fold::of(pairs, pages, scene)
}

/// What a plan does to what people and apps can do, given all that it leaves alone. Whoever is named in no
/// entry has the difference of everybody, if there is one. A person whose difference is another one has an
/// entry, also where it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AccessChanges {
    /// Sorted by app, resource, sort and who.
    entries: Vec<AccessEntry>,
}

/// What one holder gets and loses of one resource through one app.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessEntry {
    /// Its label.
    pub(crate) app: Arc<str>,
    /// The application id of what publishes it, or its object id where that is not known.
    pub(crate) resource: Arc<str>,
    pub(crate) sort: PermissionSort,
    pub(crate) who: AccessHolder,
    #[schemars(with = "Vec<Untrusted>")]
    pub(crate) gets: Arc<[Untrusted]>,
    #[schemars(with = "Vec<Untrusted>")]
    pub(crate) loses: Arc<[Untrusted]>,
}

impl AccessEntry {
    /// What it is about: no two entries have the same.
    pub(crate) fn place(&self) -> (&str, &str, PermissionSort, AccessHolder) {
        (&self.app, &self.resource, self.sort, self.who)
    }
}

/// Who can do something. In documents `everybody`, `app`, or the object id of a user or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AccessHolder {
    /// All users of the tenant.
    Everybody,
    /// The app by itself.
    App,
    /// A user; a group, as a group, where it may sign in.
    One(ObjectId),
}

form!(AccessHolder, {
    "description": "everybody, app, or the object id of a user or group.",
    "type": "string"
});

impl AccessHolder {
    const EVERYBODY: &str = "everybody";
    const APP: &str = "app";

    /// Who can do what an object gives that is for this audience. `None`: it gives nobody anything, it is
    /// a setting.
    pub(crate) fn of(audience: Audience, sort: PermissionSort) -> Option<Self> {
        match (audience, sort) {
            (Audience::Everyone, _) | (Audience::Tenant, PermissionSort::SignIn) => {
                Some(Self::Everybody)
            }
            (Audience::One(id) | Audience::Group(id), _) => Some(Self::One(id)),
            (Audience::Tenant, PermissionSort::Application) => Some(Self::App),
            (Audience::Tenant, PermissionSort::Delegated) => None,
        }
    }

    fn one(self) -> Option<ObjectId> {
        match self {
            Self::One(id) => Some(id),
            Self::Everybody | Self::App => None,
        }
    }
}

impl Serialize for AccessHolder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everybody => serializer.serialize_str(Self::EVERYBODY),
            Self::App => serializer.serialize_str(Self::APP),
            Self::One(id) => serializer.collect_str(id),
        }
    }
}

impl<'de> Deserialize<'de> for AccessHolder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            Self::EVERYBODY => Ok(Self::Everybody),
            Self::APP => Ok(Self::App),
            id => id.parse().map(Self::One).map_err(serde::de::Error::custom),
        }
    }
}

/// What one change really does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AccessOutcome {
    /// Names of what somebody gets.
    pub(crate) gets: BTreeSet<Untrusted>,
    /// Names of what somebody loses.
    pub(crate) loses: BTreeSet<Untrusted>,
    pub(crate) losers: Losers,
}

/// Who loses what a change takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Losers {
    #[default]
    Nobody,
    Everybody,
    /// Never none.
    People(BTreeSet<ObjectId>),
    /// The members of one group, however many there are.
    Group,
    App,
}

impl AccessOutcome {
    /// As if somebody got all that the change gives.
    pub(crate) fn all_of(change: &Change) -> Self {
        let gained = change.permissions.iter().filter(|one| one.gained);
        let gets = gained.map(|one| Untrusted::new(one.name.as_str())).collect();
        Self { gets, ..Self::default() }
    }

    /// Nobody gets or loses anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.gets.is_empty() && self.loses.is_empty()
    }

    /// Whether somebody gets or loses anything that is not in another outcome of the same change.
    pub(crate) fn exceeds(&self, other: &Self) -> bool {
        !self.gets.is_subset(&other.gets) || !self.loses.is_subset(&other.loses)
    }

    /// Whether somebody loses this permission by the change.
    pub(crate) fn takes(&self, permission: &Permission) -> bool {
        self.loses.iter().any(|name| name.raw() == permission.name)
    }

    /// Whether somebody gets this permission by the change.
    pub(crate) fn gives(&self, permission: &Permission) -> bool {
        self.gets.iter().any(|name| name.raw() == permission.name)
    }
}

/// Whether a change is about what somebody can do, and no setting.
pub(crate) fn is_about_access(change: &Change) -> bool {
    let audience = change.subject.audience;
    audience != Audience::Tenant
        || change.permissions.iter().any(|one| AccessHolder::of(audience, one.sort).is_some())
}

impl AccessChanges {
    pub(crate) fn entries(&self) -> &[AccessEntry] {
        &self.entries
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Calls those that it is about otherwise.
    pub(crate) fn rename(&mut self, called: &dyn Fn(AccessHolder) -> AccessHolder) {
        self.entries.iter_mut().for_each(|entry| entry.who = called(entry.who));
        self.entries.sort();
    }

    /// The first entry of either that the other one lacks.
    pub(crate) fn first_difference<'a>(&'a self, other: &'a Self) -> Option<&'a AccessEntry> {
        let lacks = |one: &'a Self, other: &Self| {
            one.entries.iter().find(|entry| other.entries.binary_search(entry).is_err())
        };
        lacks(self, other).or_else(|| lacks(other, self))
    }

    /// What one change really does, given everything else of the plan and all that is left alone. The
    /// permissions of the change are those that the directory was asked about.
    pub(crate) fn of(&self, change: &Change) -> AccessOutcome {
        let mut outcome = AccessOutcome::default();
        let mut people: BTreeSet<ObjectId> = BTreeSet::new();
        for permission in &change.permissions {
            let audience = change.subject.audience;
            let Some(who) = AccessHolder::of(audience, permission.sort) else { continue };
            let place = self.place(&change.address.owner, permission);
            let entry = entry(place, who);
            let name = Untrusted::new(permission.name.as_str());
            if permission.gained && entry.is_some_and(|entry| entry.gets.contains(&name)) {
                outcome.gets.insert(name.clone());
            }
            if !permission.lost {
                continue;
            }
            if entry.is_some_and(|entry| entry.loses.contains(&name)) {
                outcome.losers = losers(who, audience);
                outcome.loses.insert(name);
            } else if who == AccessHolder::Everybody {
                // Not all users lose it, but some of them may.
                let losing = place.iter().filter(|entry| entry.loses.contains(&name));
                let before = people.len();
                people.extend(losing.filter_map(|entry| entry.who.one()));
                if people.len() > before {
                    outcome.loses.insert(name);
                }
            }
        }
        if outcome.losers == Losers::Nobody && !people.is_empty() {
            outcome.losers = Losers::People(people);
        }
        outcome
    }

    /// All that is said of what a change is about: its app, resource and sort.
    pub(crate) fn at(&self, change: &Change) -> &[AccessEntry] {
        let one = change.permissions.first();
        one.map_or(&[], |one| self.place(&change.address.owner, one))
    }

    /// Whether somebody keeps all that a change takes from everybody else.
    pub(crate) fn spares_some(&self, change: &Change) -> bool {
        let own = self.at(change).iter().filter(|entry| entry.who != AccessHolder::Everybody);
        own.into_iter().any(|entry| entry.loses.is_empty())
    }

    /// All that is said of one sort of permissions of one resource, of one app.
    fn place(&self, app: &str, permission: &Permission) -> &[AccessEntry] {
        let resource = resource(permission);
        let key = (app, resource.as_str(), permission.sort);
        let of = |entry: &AccessEntry| (&*entry.app, &*entry.resource, entry.sort).cmp(&key);
        let start = self.entries.partition_point(|entry| of(entry).is_lt());
        let rest = self.entries.get(start..).unwrap_or_default();
        let end = rest.partition_point(|entry| of(entry).is_eq());
        rest.get(..end).unwrap_or_default()
    }

    /// What everybody gets and loses of the same.
    fn everybody(&self, app: &str, permission: &Permission) -> Option<&AccessEntry> {
        entry(self.place(app, permission), AccessHolder::Everybody)
    }
}

/// What stands there of this holder: of whoever has no entry, that of everybody.
fn entry(place: &[AccessEntry], who: AccessHolder) -> Option<&AccessEntry> {
    let of = |who: AccessHolder| {
        place.binary_search_by(|entry| entry.who.cmp(&who)).ok().and_then(|at| place.get(at))
    };
    of(who).or_else(|| who.one().and_then(|_| of(AccessHolder::Everybody)))
}

fn losers(who: AccessHolder, audience: Audience) -> Losers {
    match (who, audience) {
        (AccessHolder::Everybody, _) => Losers::Everybody,
        (AccessHolder::App, _) => Losers::App,
        (AccessHolder::One(_), Audience::Group(_)) => Losers::Group,
        (AccessHolder::One(id), _) => Losers::People([id].into()),
    }
}

/// How a document names what publishes this permission.
pub(crate) fn resource(permission: &Permission) -> String {
    permission.resource.map_or_else(|| permission.by.to_string(), |app| app.to_string())
}

#[cfg(test)]
mod tests;
