//! A role that comes or goes: what people read, and the request with its proof.

use super::{Found, Spec};
use crate::kinds::Names;
use crate::kinds::role_request::Held;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Permission, PermissionSort, Step, Subject, Verb};
use crate::model::id::AppId;
use crate::model::object_state::ObjectState;
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
        part: None,
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
        before: ObjectState::default(),
        after: ObjectState::default(),
        steps: steps(want, have),
        needs: Vec::new(),
        rests_on: Vec::new(),
        why: Vec::new(),
        notes: notes(spec),
        permissions: spec.map(|spec| permission(spec, gives)).into_iter().collect(),
        consent: None,
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

fn steps(want: Option<&Spec>, have: Option<&Found>) -> Vec<Step> {
    match (want, have) {
        (Some(want), None) => vec![held(want).give()],
        (None, Some(have)) => vec![held(&have.spec).take(&have.id)],
        // Equal but for what is only there for people.
        _ => Vec::new(),
    }
}

fn held(spec: &Spec) -> Held {
    let Spec { client, resource, role, app_id: _, name: _ } = spec;
    let (holder, resource) = (client.clone(), resource.to_string());
    Held { holders: "servicePrincipals", holder, resource, role: *role }
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
