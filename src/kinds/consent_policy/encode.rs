//! A policy and its sets, request by request. A set cannot be changed: a new one is added, then the old
//! one goes. Exclusions are added first and removed last, so that at no moment more can be consented to
//! than before and after together, and what is allowed before and after is allowed throughout.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::observe::PATH;
use super::{Conditions, ConsentPolicies, Found, Spec};
use crate::kinds::proposal::property;
use crate::kinds::step::{proof, step};
use crate::kinds::{Names, Proposal, Propose, Sides};
use crate::model::address::Address;
use crate::model::change::{Consent, FieldChange, Lets, Step, Subject, Verb};
use crate::model::id::PathId;
use crate::model::query::{Consistency, Missing, Query};
use crate::model::request::{Expect, Expected, Members, Method};
use crate::model::scope::ScopeSet;
use crate::model::untrusted::Untrusted;

/// Which of a policy's two lists of sets.
#[derive(Clone, Copy)]
enum SetList {
    Include,
    Exclude,
}

impl SetList {
    fn of(self, spec: Option<&Spec>) -> BTreeSet<Conditions> {
        let sets = spec.map(|spec| match self {
            Self::Include => spec.include.clone(),
            Self::Exclude => spec.exclude.clone(),
        });
        sets.unwrap_or_default()
    }

    fn found(self, have: &Found) -> &BTreeMap<PathId, Conditions> {
        match self {
            Self::Include => &have.include,
            Self::Exclude => &have.exclude,
        }
    }

    /// The part of the policy's path.
    fn segment(self) -> &'static str {
        match self {
            Self::Include => "includes",
            Self::Exclude => "excludes",
        }
    }
}

impl Propose for ConsentPolicies {
    fn change(&self, _: &Address, (want, have): Sides<'_, Self>, _: &Names) -> Proposal {
        let old = have.map(AsRef::as_ref);
        let differ = |side: SetList| {
            let (old, new) = (side.of(old), side.of(want));
            (new.difference(&old).next().is_some(), old.difference(&new).next().is_some())
        };
        let ((more, less), (fewer, again)) = (differ(SetList::Include), differ(SetList::Exclude));
        let verb = match (want, have) {
            (_, None) => Verb::Create,
            (None, Some(_)) => Verb::Revoke,
            _ => Verb::Set,
        };
        let blank = Proposal::of_tenant(verb, "consent policy");
        let target = want.or(old).map(|spec| Untrusted::new(spec.id.as_str()));
        Proposal {
            // A policy that is made is not used yet, and whoever uses it gives.
            gives: verb == Verb::Set && (more || again),
            takes: verb == Verb::Revoke || (verb == Verb::Set && (less || fewer)),
            subject: Subject { target, ..blank.subject },
            fields: fields(old, want),
            steps: steps(want, have),
            notes: notes(want, have),
            consent: consent(want, have),
            ..blank
        }
    }
}

fn consent(want: Option<&Spec>, have: Option<&Found>) -> Option<Consent> {
    let (new, old) = (want, have.map(AsRef::as_ref));
    let id = new.or(old)?.id.as_str().to_ascii_lowercase();
    let was_open = have.is_some_and(|have| have.include.values().any(Conditions::is_everything));
    let added = &SetList::Include.of(new) - &SetList::Include.of(old);
    let readmits = SetList::Exclude.of(old).difference(&SetList::Exclude.of(new)).next().is_some();
    let lets = match () {
        () if added.iter().any(Conditions::is_everything) => Some(Lets::Everything),
        () if readmits || !added.is_empty() => Some(Lets::More),
        () => None,
    };
    Some(Consent::Policy { id, was_open, lets })
}

fn notes(want: Option<&Spec>, have: Option<&Found>) -> Vec<String> {
    let mut notes = Vec::new();
    if have.is_none() {
        let text = "It acts only where it is used: in [user_consent], or in a custom role.";
        notes.push(text.to_owned());
    }
    if want.is_some_and(|want| want.include.is_empty()) {
        notes.push("It includes nothing, so nothing can be consented to by it.".to_owned());
    }
    if want.is_some_and(|want| want.include.iter().any(Conditions::is_everything)) {
        notes.push("One of its sets has no condition at all and includes everything.".to_owned());
    }
    notes
}

fn fields(old: Option<&Spec>, new: Option<&Spec>) -> Vec<FieldChange> {
    let text = |name: &str, of: &dyn Fn(&Spec) -> Option<String>| {
        property(name, old.and_then(of), new.and_then(of))
    };
    let texts = [
        text("name", &|spec| Some(spec.name.clone())),
        text("description", &|spec| spec.description.clone()),
    ];
    let sets = [("includes", SetList::Include), ("excludes", SetList::Exclude)];
    let sets = sets.into_iter().filter_map(|(name, side)| of_sets(name, side, old, new));
    texts.into_iter().flatten().chain(sets).collect()
}

fn of_sets(
    name: &str,
    side: SetList,
    old: Option<&Spec>,
    new: Option<&Spec>,
) -> Option<FieldChange> {
    let names: BTreeMap<String, Untrusted> =
        [old, new].into_iter().flatten().flat_map(|spec| spec.names.clone()).collect();
    let (old, new) = (side.of(old), side.of(new));
    let shown = |set: &Conditions| set.shown(&names);
    let field = FieldChange {
        name: name.to_owned(),
        kept: old.intersection(&new).map(shown).collect(),
        gained: new.difference(&old).map(shown).collect(),
        lost: old.difference(&new).map(shown).collect(),
    };
    (!field.gained.is_empty() || !field.lost.is_empty()).then_some(field)
}

fn steps(want: Option<&Spec>, have: Option<&Found>) -> Vec<Step> {
    let (want, id) = match (want, have) {
        (Some(want), Some(have)) => (want, &have.spec.id),
        (Some(want), None) => (want, &want.id),
        (None, Some(have)) => return vec![delete(&have.spec.id)],
        (None, None) => return Vec::new(),
    };
    let first = match have {
        None => Some(create(want)),
        Some(have) => rename(&have.spec, want),
    };
    let old = have.map(AsRef::as_ref);
    let add = |side: SetList| {
        let new = side.of(Some(want));
        new.difference(&side.of(old)).map(|set| add(id, side, set)).collect::<Vec<_>>()
    };
    let remove = |side: SetList| {
        let new = side.of(Some(want));
        let found = have.into_iter().flat_map(|have| side.found(have));
        let gone = found.filter(|(_, set)| !new.contains(*set));
        gone.map(|(set, _)| remove(id, side, set)).collect::<Vec<_>>()
    };
    let sets = [
        add(SetList::Exclude),
        add(SetList::Include),
        remove(SetList::Include),
        remove(SetList::Exclude),
    ];
    first.into_iter().chain(sets.into_iter().flatten()).collect()
}

fn path(id: &PathId) -> String {
    format!("{PATH}/{id}")
}

fn object(id: &PathId) -> Query {
    Query::object(path(id), Missing::Nothing)
}

fn value(text: &str) -> Expected {
    Expected::Value(json!(text))
}

/// The policy without its sets: making it with them is not documented.
/// <https://learn.microsoft.com/graph/api/permissiongrantpolicy-post-permissiongrantpolicies>
fn create(want: &Spec) -> Step {
    let Spec { id, name, description, include: _, exclude: _, names: _ } = want;
    let mut body = json!({ "id": id, "displayName": name });
    if let Some(description) = description {
        body["description"] = json!(description);
    }
    let looks = Members::of([("/displayName", value(name))]);
    step(Method::Post, PATH, Some(body), proof(object(id), Expect::Fields(looks)))
}

/// What differs of name and description; `None` when neither does.
fn rename(have: &Spec, want: &Spec) -> Option<Step> {
    let mut body = serde_json::Map::new();
    if want.name != have.name {
        body.insert("displayName".to_owned(), json!(want.name));
    }
    if want.description != have.description {
        body.insert("description".to_owned(), json!(want.description));
    }
    let looks = body.iter().map(|(name, value)| {
        let expected = match value {
            // Whether what was emptied reads as null or as a text without a word is not documented.
            Value::Null => Expected::Words(ScopeSet::default()),
            value => Expected::Value(value.clone()),
        };
        (format!("/{name}"), expected)
    });
    let looks = Expect::Fields(looks.collect());
    let proof = proof(object(&have.id), looks);
    (!body.is_empty())
        .then(|| step(Method::Patch, path(&have.id), Some(Value::Object(body)), proof))
}

fn delete(id: &PathId) -> Step {
    step(Method::Delete, path(id), None, proof(object(id), Expect::Gone))
}

/// Sets are proven by their list: it is the documented way to read them.
/// <https://learn.microsoft.com/graph/api/permissiongrantpolicy-list-includes>
fn list(id: &PathId, side: SetList) -> Query {
    let path = format!("{}/{}", path(id), side.segment());
    Query::list(path, Consistency::Default, Missing::Nothing)
}

fn add(id: &PathId, side: SetList, set: &Conditions) -> Step {
    let members = set.to_wire();
    let looks = members.iter().map(|(name, value)| {
        let items = value.as_array().map(|items| {
            Expected::Items(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        });
        (format!("/{name}"), items.unwrap_or_else(|| Expected::Value(value.clone())))
    });
    let proof = proof(list(id, side), Expect::Fields(looks.collect()));
    let path = format!("{}/{}", path(id), side.segment());
    step(Method::Post, path, Some(json!(members)), proof)
}

fn remove(id: &PathId, side: SetList, set: &PathId) -> Step {
    let looks = Members::of([("/id", value(set.as_str()))]);
    let path = format!("{}/{}/{set}", path(id), side.segment());
    step(Method::Delete, path, None, proof(list(id, side), Expect::Absent(looks)))
}
