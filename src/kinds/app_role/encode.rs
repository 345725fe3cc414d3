//! A role that comes or goes: what people read, and the request with its proof.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::{Found, Spec};
use crate::kinds::Names;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Permission, PermissionSort, Step, Subject, Verb};
use crate::model::id::AppId;
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
        verb: if gives { Verb::Grant } else { Verb::Revoke },
        gives,
        takes: !gives,
        subject: Subject {
            what: "application".to_owned(),
            target: spec.map(|spec| names.of(spec.resource)),
            audience: Audience::Tenant,
            person: None,
        },
        fields: vec![FieldChange { name: "roles".to_owned(), kept: Vec::new(), gained, lost }],
        before: Arc::default(),
        after: Arc::default(),
        steps: steps(want, have),
        needs: Vec::new(),
        why: Vec::new(),
        notes: notes(spec),
        permissions: spec.map(|spec| permission(spec, gives)).into_iter().collect(),
        risk: None,
    }
}

fn notes(spec: Option<&Spec>) -> Vec<String> {
    let gone = spec.filter(|spec| spec.name.is_none() && spec.app_id.is_some());
    gone.map(|_| "The resource defines no role of this id any more.".to_owned())
        .into_iter()
        .collect()
}

/// Resource and admin flag are filled in by the plan, which knows the directory.
fn permission(spec: &Spec, gives: bool) -> Permission {
    Permission {
        resource: AppId::from_u128(0),
        sort: PermissionSort::Application,
        name: spec.shown(),
        admin_only: None,
        gained: gives,
        lost: !gives,
    }
}

/// POST or DELETE on the resource's side, as Microsoft recommends.
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
    let Spec { client, resource, role, app_id: _, name: _ } = want;
    let ids = [
        ("principalId", json!(client)),
        ("resourceId", json!(resource.to_string())),
        ("appRoleId", json!(role.to_string())),
    ];
    let fields = ids.iter().map(|(name, id)| (format!("/{name}"), Expected::Value(id.clone())));
    Step {
        proof: Proof { read: beside(want), expect: Expect::Fields(fields.collect()) },
        request: Request {
            method: Method::Post,
            path: format!("/servicePrincipals/{resource}/appRoleAssignedTo"),
            body: Some(ids.into_iter().map(|(name, id)| (name.to_owned(), id)).collect()),
        },
        creates: None,
    }
}

fn delete(have: &Found) -> Step {
    let Spec { resource, .. } = &have.spec;
    let id = BTreeMap::from([("/id".to_owned(), Expected::Value(json!(have.id)))]);
    Step {
        proof: Proof { read: beside(&have.spec), expect: Expect::Absent(id) },
        request: Request {
            method: Method::Delete,
            path: format!("/servicePrincipals/{resource}/appRoleAssignedTo/{}", encode(&have.id)),
            body: None,
        },
        creates: None,
    }
}

/// What the client has on this resource: a short list, where the resource's own may be endless. The
/// client may be a placeholder, which must stay as it is until its id is known.
fn beside(spec: &Spec) -> Query {
    let Spec { client, resource, .. } = spec;
    let filter = format!("resourceId%20eq%20{resource}");
    let path = format!("/servicePrincipals/{client}/appRoleAssignments?$filter={filter}&$top=999");
    Query::list(path, Consistency::Default, Missing::Nothing)
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
