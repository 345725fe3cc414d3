//! An assignment that comes or goes: what people read, and the request with its proof.

use super::{Assignments, Found, Principal, Spec};
use crate::kinds::role_request::RoleAssignment;
use crate::kinds::{Names, Proposal, Propose, Sides, role};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Permission, Step, Subject, Verb};
use crate::model::untrusted::Untrusted;

impl Propose for Assignments {
    fn change(&self, _: &Address, (want, have): Sides<'_, Self>, names: &Names) -> Proposal {
        let gives = have.is_none();
        let spec = want.or(have.map(AsRef::as_ref));
        let shown: Vec<Untrusted> =
            spec.map(|spec| Untrusted::new(spec.shown())).into_iter().collect();
        let (gained, lost) = if gives { (shown, Vec::new()) } else { (Vec::new(), shown) };
        Proposal {
            verb: if gives { Verb::Assign } else { Verb::Unassign },
            gives,
            takes: !gives,
            subject: subject(spec, names),
            fields: vec![FieldChange { name: "role".to_owned(), kept: Vec::new(), gained, lost }],
            steps: steps(want, have),
            notes: notes(spec, gives),
            permissions: spec.map(|spec| permissions(spec, gives)).unwrap_or_default(),
            consent: None,
        }
    }
}

fn subject(spec: Option<&Spec>, names: &Names) -> Subject {
    Subject {
        what: "sign-in".to_owned(),
        target: None,
        audience: spec.map_or(Audience::Tenant, |spec| spec.principal.audience()),
        person: spec.map(|spec| names.of(spec.principal.id())),
    }
}

fn permissions(spec: &Spec, gives: bool) -> Vec<Permission> {
    // The default role is nothing but to be let in.
    let named = (spec.role != role::DEFAULT).then(|| spec.shown());
    let names = named.into_iter().chain([role::SIGN_IN.to_owned()]);
    names.map(|name| role::sign_in(&spec.client, &name, gives)).collect()
}

fn notes(spec: Option<&Spec>, gives: bool) -> Vec<String> {
    let Some(spec) = spec else { return Vec::new() };
    let mut notes = Vec::new();
    if gives && matches!(spec.principal, Principal::Group(_)) {
        notes.push("Of a group, only its direct members are let in.".to_owned());
    }
    if spec.name.is_none() && spec.role != role::DEFAULT {
        notes.push("The app defines no role of this id any more.".to_owned());
    }
    notes
}

fn steps(want: Option<&Spec>, have: Option<&Found>) -> Vec<Step> {
    match (want, have) {
        (Some(want), None) => vec![held(want).give()],
        (None, Some(have)) => vec![held(&have.spec).take(&have.id)],
        // Equal but for what is only there for people.
        _ => Vec::new(),
    }
}

/// The app is the resource here.
fn held(spec: &Spec) -> RoleAssignment {
    let Spec { client, principal, role, name: _ } = spec;
    let (holders, holder) = match principal {
        Principal::User(id) => ("users", id.to_string()),
        Principal::Group(id) => ("groups", id.to_string()),
    };
    RoleAssignment { holders, holder, resource: client.clone(), role: *role }
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
