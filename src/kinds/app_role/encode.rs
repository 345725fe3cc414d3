//! A role that comes or goes: what people read, and the request with its proof.

use super::{AppRoles, Found, Spec};
use crate::kinds::role_request::RoleAssignment;
use crate::kinds::{Names, Proposal, Propose, Sides};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Permission, PermissionSort, Step, Subject, Verb};
use crate::model::untrusted::Untrusted;

impl Propose for AppRoles {
    fn change(&self, _: &Address, (want, have): Sides<'_, Self>, names: &Names) -> Proposal {
        let gives = have.is_none();
        let spec = want.or(have.map(AsRef::as_ref));
        let shown: Vec<Untrusted> =
            spec.map(|spec| Untrusted::new(spec.shown())).into_iter().collect();
        let (gained, lost) = if gives { (shown, Vec::new()) } else { (Vec::new(), shown) };
        Proposal {
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
            steps: steps(want, have),
            notes: notes(spec),
            permissions: spec.map(|spec| permission(spec, gives)).into_iter().collect(),
            consent: None,
        }
    }
}

fn notes(spec: Option<&Spec>) -> Vec<String> {
    let gone = spec.filter(|spec| spec.name.is_none() && spec.app_id.is_some());
    gone.map(|_| "The resource defines no role of this id any more.".to_owned())
        .into_iter()
        .collect()
}

fn permission(spec: &Spec, gives: bool) -> Permission {
    Permission {
        by: spec.resource,
        resource: None,
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

fn held(spec: &Spec) -> RoleAssignment {
    let Spec { client, resource, role, app_id: _, name: _ } = spec;
    let (holder, resource) = (client.clone(), resource.to_string());
    RoleAssignment { holders: "servicePrincipals", holder, resource, role: *role }
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
