//! One PATCH of the list; members that are not sent keep their values.

use serde_json::json;

use super::declare::CHOICES;
use super::{Found, Spec, UserConsent, is_for_self, observe, policy};
use crate::kinds::step::{proof, step};
use crate::kinds::{Names, Proposal, Propose, Sides};
use crate::model::address::Address;
use crate::model::change::{Consent, FieldChange, Step, Verb};
use crate::model::request::{Expect, Expected, Members, Method, Proof};
use crate::model::untrusted::Untrusted;

impl Propose for UserConsent {
    fn change(&self, _: &Address, (want, have): Sides<'_, Self>, _: &Names) -> Proposal {
        let old = have.map(|have| have.spec.assigned.as_slice()).unwrap_or_default();
        let new = want.map(|want| want.assigned.as_slice()).unwrap_or_default();
        let (gained, lost) = (beside(new, old), beside(old, new));
        let (gives, takes) = directions(old, new);
        let by = gained.iter().filter_map(|entry| policy(entry)).map(str::to_owned).collect();
        Proposal {
            gives,
            takes,
            fields: vec![FieldChange {
                name: "users may consent to".to_owned(),
                kept: Vec::new(),
                gained: words(&gained, new),
                lost: words(&lost, old),
            }],
            steps: want.map(|want| patch(want, have)).into_iter().collect(),
            consent: Some(Consent::Users { by }),
            ..Proposal::of_tenant(Verb::Set, "user consent")
        }
    }
}

/// Entries for users themselves that `list` has and `other` lacks.
fn beside(list: &[String], other: &[String]) -> Vec<String> {
    let has = |entry: &String| other.iter().any(|one| one.eq_ignore_ascii_case(entry));
    list.iter().filter(|entry| is_for_self(entry) && !has(entry)).cloned().collect()
}

/// Whether users may consent to more, and whether to less. Microsoft's own choices include one another;
/// how any other policy compares with what it comes beside or instead of nobody can tell by its id,
/// so whatever comes gives, and whatever goes takes.
fn directions(old: &[String], new: &[String]) -> (bool, bool) {
    let (gains, loses) = (!beside(new, old).is_empty(), !beside(old, new).is_empty());
    let widest = |list: &[String]| {
        let own = list.iter().filter(|entry| is_for_self(entry));
        own.map(|entry| reach(entry)).try_fold(0, |widest, reach| Some(widest.max(reach?)))
    };
    match (widest(old), widest(new)) {
        (Some(before), Some(after)) => (gains && after >= before, loses && before >= after),
        _ => (gains, loses),
    }
}

/// How much one of Microsoft's own choices lets users consent to, beside the others.
pub(super) fn reach(entry: &str) -> Option<u8> {
    match policy(&entry.to_lowercase())? {
        "microsoft-user-default-low" => Some(1),
        "microsoft-user-default-recommended" => Some(2),
        "microsoft-user-default-legacy" => Some(3),
        _ => None,
    }
}

/// The word of the manifest, with Microsoft's id; "nothing" where the list has no entry for users.
fn words(entries: &[String], whole: &[String]) -> Vec<Untrusted> {
    if entries.is_empty() && !whole.iter().any(|entry| is_for_self(entry)) {
        return vec![Untrusted::new("none")];
    }
    let word = |entry: &String| {
        let id = policy(entry).unwrap_or_default();
        let lower = id.to_lowercase();
        match CHOICES.iter().find(|(_, own)| *own == Some(lower.as_str())) {
            Some((word, _)) => Untrusted::new(*word),
            // An id of the tenant's own shall not read like one of the words.
            None if CHOICES.iter().any(|(word, _)| *word == lower) => {
                Untrusted::new(format!("policy {id}"))
            }
            None => Untrusted::new(id),
        }
    };
    entries.iter().map(word).collect()
}

fn patch(want: &Spec, have: Option<&Found>) -> Step {
    let list = json!({ "permissionGrantPoliciesAssigned": want.assigned });
    let body = json!({ "defaultUserRolePermissions": list });
    let before = have.map(|have| looks_like(&have.spec));
    let proof = Proof { before, ..proof(observe::read(), looks_like(want)) };
    step(Method::Patch, "/policies/authorizationPolicy", Some(body), proof)
}

fn looks_like(spec: &Spec) -> Expect {
    Expect::Fields(Members::of([(
        "/defaultUserRolePermissions/permissionGrantPoliciesAssigned",
        Expected::Items(spec.assigned.clone()),
    )]))
}
