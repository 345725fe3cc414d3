//! Grants without effect: where an app requires assignment, whoever is not assigned cannot sign in,
//! whatever the app may do on his behalf.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assignments, Principal, Spec};
use crate::kinds::delegated_grant::DelegatedGrants;
use crate::kinds::{Declare, Inputs, Names, Observe, Own, Reconcile, Wanted};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::finding::Findings;
use crate::model::id::ObjectId;
use crate::model::query::Pages;

/// At most so many people are named.
const NAMED: usize = 3;

/// Sentences about the apps that require assignment, or shall.
pub(super) fn remarks(
    inputs: &Inputs,
    pages: &Pages,
    wanted: &BTreeMap<Address, Wanted<Spec>>,
) -> Vec<String> {
    let labels = inputs.scene.roster.keys().map(String::as_str);
    let required: Vec<&str> = labels.filter(|label| is_required(inputs, label)).collect();
    if required.is_empty() {
        return Vec::new();
    }
    let assigned = assigned(inputs, pages, wanted);
    let granted = granted(inputs);
    let nobody = BTreeSet::new();
    let sentences = required.into_iter().filter_map(|label| {
        let granted = granted.get(label)?;
        remark(inputs, label, granted, assigned.get(label).unwrap_or(&nobody))
    });
    sentences.collect()
}

/// As it will be after the plan.
fn is_required(inputs: &Inputs, label: &str) -> bool {
    let Some(app) = inputs.manifest.apps.get(label) else { return false };
    let live = inputs.scene.directory.service_principals.get(&app.app_id.value);
    let declared = app.assignment_required.as_ref().map(|required| required.value);
    declared.unwrap_or_else(|| live.is_some_and(|app| app.assignment_required))
}

/// Who will be assigned after the plan, by app.
fn assigned(
    inputs: &Inputs,
    pages: &Pages,
    wanted: &BTreeMap<Address, Wanted<Spec>>,
) -> BTreeMap<String, BTreeSet<Principal>> {
    let mut assigned: BTreeMap<String, BTreeSet<Principal>> = BTreeMap::new();
    let mut add = |owner: &str, spec: &Spec| {
        assigned.entry(owner.to_owned()).or_default().insert(spec.principal);
    };
    for (address, want) in wanted {
        want.spec.iter().for_each(|spec| add(&address.owner, spec));
    }
    // Odd answers are told where they are compared.
    let kept = Assignments.observe(pages, inputs.scene, &mut |address, found, _| {
        let owner = Assignments.owns(inputs, &address, inputs.by_mode(&address.owner));
        let goal = Assignments.goal(wanted.get(&address), Some(&found), owner);
        goal.iter().for_each(|spec| add(&address.owner, spec));
    });
    drop(kept);
    assigned
}

/// Who is granted something by the manifest, by app.
fn granted(inputs: &Inputs) -> BTreeMap<String, BTreeSet<Audience>> {
    let mut granted: BTreeMap<String, BTreeSet<Audience>> = BTreeMap::new();
    // Their own kind tells the mistakes.
    for (address, want) in DelegatedGrants.declare(inputs, &mut Findings::default()) {
        if let Some(spec) = want.spec {
            granted.entry(address.owner).or_default().insert(spec.audience);
        }
    }
    granted
}

fn remark(
    inputs: &Inputs,
    label: &str,
    granted: &BTreeSet<Audience>,
    assigned: &BTreeSet<Principal>,
) -> Option<String> {
    if assigned.is_empty() {
        return Some(format!(
            "{label} requires assignment and nobody is assigned to it: its grants have no effect. \
             Assign people with [[assignment]] or assign = true, or set assignment_required = false."
        ));
    }
    let (inside, unknown) = inside(inputs, assigned);
    let outside: Vec<ObjectId> = granted
        .iter()
        .filter_map(|audience| match audience {
            Audience::One(id) if !inside.contains(id) => Some(*id),
            _ => None,
        })
        .collect();
    if outside.is_empty() {
        return None;
    }
    let count = match outside.len() {
        1 => "1 person who has a grant is".to_owned(),
        count => format!("{count} people who have a grant are"),
    };
    let unless = match unknown {
        0 => String::new(),
        1 => ", unless by a group whose members are not known here".to_owned(),
        groups => format!(", unless by one of {groups} groups whose members are not known here"),
    };
    let who = named(inputs, &outside);
    Some(format!("{label} requires assignment, and {count} not assigned to it{unless}: {who}."))
}

/// The people who are let in, as far as they are known, and how many groups are not known.
fn inside(inputs: &Inputs, assigned: &BTreeSet<Principal>) -> (BTreeSet<ObjectId>, usize) {
    let (mut people, mut unknown) = (BTreeSet::new(), 0);
    for principal in assigned {
        match principal {
            Principal::User(id) => drop(people.insert(*id)),
            // Whoever is only in a group inside is not let in by it. One that reads as empty may hide
            // its members.
            Principal::Group(id) => {
                let group = inputs.scene.directory.groups.get(id);
                match group.and_then(|group| group.direct.as_ref()) {
                    Some(direct) if !direct.is_empty() => people.extend(direct),
                    Some(_) | None => unknown += 1,
                }
            }
        }
    }
    (people, unknown)
}

/// `adele@contoso.com, alex@contoso.com, megan@contoso.com and 9 more`.
fn named(inputs: &Inputs, people: &[ObjectId]) -> String {
    let names = Names::from_directory(&inputs.scene.directory);
    let mut all: Vec<String> = people.iter().map(|id| names.of(*id).shown()).collect();
    all.sort();
    let more = all.len().saturating_sub(NAMED);
    let shown = all.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

#[cfg(test)]
#[path = "ineffective_tests.rs"]
mod tests;
