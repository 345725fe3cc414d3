//! An assignment that comes or goes: what people read, and the request with its proof.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::{Found, Principal, Spec};
use crate::kinds::{Names, role};
use crate::model::address::Address;
use crate::model::change::{Change, FieldChange, Step, Subject, Verb};
use crate::model::query::{Consistency, Missing, Query, encode};
use crate::model::request::{Expect, Expected, Method, Proof, Request};
use crate::model::untrusted::Untrusted;

pub(super) fn change(
    address: &Address,
    want: Option<&Spec>,
    have: Option<&Found>,
    names: &Names,
) -> Change {
    let gives = have.is_none();
    let spec = want.or(have.map(AsRef::as_ref));
    let shown: Vec<Untrusted> = spec.map(|spec| Untrusted::new(spec.shown())).into_iter().collect();
    let (gained, lost) = if gives { (shown, Vec::new()) } else { (Vec::new(), shown) };
    Change {
        address: address.clone(),
        verb: if gives { Verb::Assign } else { Verb::Unassign },
        gives,
        takes: !gives,
        subject: subject(spec, names),
        fields: vec![FieldChange { name: "role".to_owned(), kept: Vec::new(), gained, lost }],
        before: Arc::default(),
        after: Arc::default(),
        steps: steps(want, have),
        needs: Vec::new(),
        why: Vec::new(),
        notes: notes(spec, gives),
        permissions: Vec::new(),
        risk: None,
    }
}

fn subject(spec: Option<&Spec>, names: &Names) -> Subject {
    use crate::model::audience::Audience;
    Subject {
        what: "sign-in".to_owned(),
        target: None,
        audience: spec.map_or(Audience::Tenant, |spec| spec.principal.audience()),
        person: spec.map(|spec| names.of(spec.principal.id())),
    }
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

/// POST or DELETE on the app's side, as Microsoft recommends.
/// <https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto>
fn steps(want: Option<&Spec>, have: Option<&Found>) -> Vec<Step> {
    match (want, have) {
        (Some(want), None) => vec![create(want)],
        (None, Some(have)) => vec![delete(have)],
        // Equal but for what is only there for people.
        _ => Vec::new(),
    }
}

fn create(want: &Spec) -> Step {
    let Spec { client, principal, role, name: _ } = want;
    let ids = [
        ("principalId", json!(principal.id().to_string())),
        ("resourceId", json!(client)),
        ("appRoleId", json!(role.to_string())),
    ];
    let fields = ids.iter().map(|(name, id)| (format!("/{name}"), Expected::Value(id.clone())));
    Step {
        proof: Proof { read: beside(want), expect: Expect::Fields(fields.collect()) },
        request: Request {
            method: Method::Post,
            path: format!("/servicePrincipals/{client}/appRoleAssignedTo"),
            body: Some(ids.into_iter().map(|(name, id)| (name.to_owned(), id)).collect()),
        },
        creates: None,
    }
}

fn delete(have: &Found) -> Step {
    let Spec { client, .. } = &have.spec;
    let id = BTreeMap::from([("/id".to_owned(), Expected::Value(json!(have.id)))]);
    Step {
        proof: Proof { read: beside(&have.spec), expect: Expect::Absent(id) },
        request: Request {
            method: Method::Delete,
            path: format!("/servicePrincipals/{client}/appRoleAssignedTo/{}", encode(&have.id)),
            body: None,
        },
        creates: None,
    }
}

/// What the user or group has on this app: a short list, where the app's own may be endless. The app
/// may be a placeholder, which must stay as it is until its id is known.
fn beside(spec: &Spec) -> Query {
    let Spec { client, principal, .. } = spec;
    let owner = match principal {
        Principal::User(id) => format!("/users/{id}"),
        Principal::Group(id) => format!("/groups/{id}"),
    };
    let path = format!("{owner}/appRoleAssignments?$filter=resourceId%20eq%20{client}&$top=999");
    Query::list(path, Consistency::Default, Missing::Nothing)
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
