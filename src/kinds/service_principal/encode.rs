//! One POST with the app id and nothing else, one PATCH of who may sign in.

use serde_json::json;

use super::{Found, ServicePrincipals, Spec};
use crate::kinds::step::{proof, step};
use crate::kinds::{Names, Pair, Proposal, Propose, Sides, role};
use crate::model::address::Address;
use crate::model::change::{Change, FieldChange, Part, Permission, Rest, Step, Subject, Verb};
use crate::model::object_state::ObjectState;
use crate::model::query::{Missing, Query};
use crate::model::request::{Expect, Expected, Members, Method, later};
use crate::model::untrusted::Untrusted;

impl Propose for ServicePrincipals {
    fn change(&self, address: &Address, (want, have): Sides<'_, Self>, _: &Names) -> Proposal {
        let required = want.and_then(|want| want.assignment_required);
        match (want, have) {
            (Some(want), None) => {
                let mut change = creation(address, want);
                // What is new lets everybody in.
                if required == Some(true) {
                    change.steps.push(setting_step(&later(address), true));
                } else {
                    change.permissions.push(role::sign_in(&later(address), role::SIGN_IN, true));
                }
                change
            }
            (_, Some(have)) => Proposal {
                permissions: door(have, want),
                steps: required
                    .map(|required| setting_step(&have.id.to_string(), required))
                    .into_iter()
                    .collect(),
                ..setting(required.unwrap_or_default())
            },
            (None, None) => setting(false),
        }
    }

    /// A new one lets everybody in until it is closed, see `order.rs`.
    fn between(&self, have: Option<&Found>, want: &Spec, now: &Found) -> bool {
        let open = Spec { assignment_required: Some(false), ..want.clone() };
        have.is_none() && now.spec == open
    }
}

/// That everybody may sign in from now on, or may no longer.
fn door(have: &Found, want: Option<&Spec>) -> Vec<Permission> {
    let is_open = |spec: &Spec| spec.assignment_required == Some(false);
    let (old, new) = (is_open(&have.spec), want.is_some_and(is_open));
    let moved = (old != new).then(|| role::sign_in(&have.id.to_string(), role::SIGN_IN, new));
    moved.into_iter().collect()
}

/// Leaves `change` the creation; returns the setting that a new service principal gets in the end.
pub(super) fn split(change: &mut Change) -> Option<Change> {
    if change.steps.len() < 2 {
        return None;
    }
    let address = change.address.part("assignment_required");
    let proposal = Proposal { steps: change.steps.split_off(1), ..setting(true) };
    let (before, after) = (change.before.clone(), change.after.clone());
    let why = change.why.clone().into();
    let closing = proposal.change(&Pair { address, before, after, why, notes: [].into() });
    Some(Change {
        part: Some(Part { of: change.address.clone() }),
        needs: vec![change.address.clone()],
        ..closing
    })
}

/// That only this holds of it: it lets everybody in.
pub(super) fn open(address: &Address, found: &Found) -> Rest {
    let must = Spec {
        app_id: found.spec.app_id,
        assignment_required: Some(false),
        name: None,
        publisher_tenant: None,
    };
    Rest {
        address: address.clone(),
        state: ObjectState::of(&must),
        subject: Subject {
            target: Some(Untrusted::new("open to everybody")),
            ..Proposal::of_tenant(Verb::Set, "sign-in").subject
        },
        proof: setting_step(&found.id.to_string(), false).proof,
    }
}

fn creation(address: &Address, want: &Spec) -> Proposal {
    let app_id = Untrusted::new(want.app_id.to_string());
    let field = FieldChange {
        name: "app id".to_owned(),
        kept: Vec::new(),
        gained: vec![app_id],
        lost: Vec::new(),
    };
    Proposal {
        // By itself it lets nobody do anything; what follows does, and says so.
        fields: vec![field],
        steps: vec![create(address, want)],
        notes: notes(want),
        ..Proposal::of_tenant(Verb::Create, "service principal")
    }
}

fn notes(want: &Spec) -> Vec<String> {
    let mut notes = vec!["Its object id is known after apply."];
    notes.push(match want.publisher_tenant {
        Some(_) => "Its publisher is compared before it is given anything.",
        None => "Its publisher is known after apply, too; publisher_tenant would have it compared.",
    });
    notes.into_iter().map(str::to_owned).collect()
}

/// Closing an app takes it from everybody who is not assigned.
fn setting(required: bool) -> Proposal {
    let word = |required: bool| vec![Untrusted::new(if required { "yes" } else { "no" })];
    let field = FieldChange {
        name: "assignment required".to_owned(),
        kept: Vec::new(),
        gained: word(required),
        lost: word(!required),
    };
    let notes: &[&str] = if required {
        &[
            "Who is not assigned cannot sign in any more.",
            "Users cannot consent for themselves to an app that requires assignment.",
        ]
    } else {
        &[]
    };
    Proposal {
        gives: !required,
        takes: required,
        fields: vec![field],
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        ..Proposal::of_tenant(Verb::Set, "sign-in")
    }
}

/// An app swapped behind a familiar name is how consent phishing works: what is declared about it is
/// compared as soon as it is there.
fn create(address: &Address, want: &Spec) -> Step {
    let app_id = want.app_id.to_string();
    let select = "id,appId,displayName,appOwnerOrganizationId";
    let name = want.name.as_ref().map(|name| ("/displayName", json!(name.raw())));
    let publisher = want.publisher_tenant.map(|id| ("/appOwnerOrganizationId", json!(id)));
    let pinned = name.into_iter().chain(publisher);
    let pinned = pinned.map(|(at, value)| (at, Expected::Pinned(value)));
    let fields = pinned.chain([("/appId", Expected::Value(json!(app_id)))]).collect();
    let path = format!("/servicePrincipals(appId='{app_id}')?$select={select}");
    let proof = proof(Query::object(path, Missing::Nothing), Expect::Fields(fields));
    let body = json!({ "appId": app_id });
    let made = step(Method::Post, "/servicePrincipals", Some(body), proof);
    Step { creates: Some(later(address)), ..made }
}

/// <https://learn.microsoft.com/graph/api/serviceprincipal-update>. `id` may be a placeholder.
fn setting_step(id: &str, required: bool) -> Step {
    let path = format!("/servicePrincipals/{id}");
    let expected = Expected::Value(json!(required));
    let read =
        Query::object(format!("{path}?$select=id,appRoleAssignmentRequired"), Missing::Nothing);
    let looks = Expect::Fields(Members::of([("/appRoleAssignmentRequired", expected)]));
    let body = json!({ "appRoleAssignmentRequired": required });
    step(Method::Patch, path, Some(body), proof(read, looks))
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
