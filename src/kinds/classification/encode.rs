//! A POST for a class, a DELETE for its end. There is no PATCH: another class is both, the old one
//! first, so that no policy ever goes by two classes of one permission.

use serde_json::json;

use super::observe::{path, read};
use super::{Class, Classifications, Found, Spec};
use crate::kinds::step::{proof, step};
use crate::kinds::{Names, Proposal, Propose, Sides};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Permission, PermissionSort, Step, Subject, Verb};
use crate::model::request::{Expect, Expected, Members, Method, Proof};
use crate::model::untrusted::Untrusted;

impl Propose for Classifications {
    fn change(&self, _: &Address, (want, have): Sides<'_, Self>, names: &Names) -> Proposal {
        let spec = want.or(have.map(AsRef::as_ref));
        let (old, new) = (have.map(|have| have.spec.class), want.map(|want| want.class));
        let word = |class: Option<Class>| vec![Untrusted::new(class.map_or("none", Class::word))];
        Proposal {
            verb: Verb::Set,
            // Every class can be what a policy lets users consent to.
            gives: new.is_some(),
            takes: old.is_some(),
            subject: Subject {
                what: "classification".to_owned(),
                target: spec.map(|spec| names.of(spec.resource)),
                audience: Audience::Tenant,
                person: spec.map(|spec| Untrusted::new(spec.name.clone())),
            },
            fields: vec![FieldChange {
                name: "class".to_owned(),
                kept: Vec::new(),
                gained: word(new),
                lost: word(old),
            }],
            steps: have.map(delete).into_iter().chain(want.map(create)).collect(),
            notes: notes(new),
            permissions: spec.map(|spec| permission(spec, new.is_some())).into_iter().collect(),
            consent: None,
        }
    }
}

fn notes(class: Option<Class>) -> Vec<String> {
    let text = match class {
        None => return Vec::new(),
        Some(Class::Low) => {
            "Where users may consent to what is low-risk, they may consent to this by themselves."
        }
        Some(Class::Medium | Class::High) => {
            "A preview of Microsoft: only consent policies of your own go by this class."
        }
    };
    vec![text.to_owned()]
}

/// A class opens the permission to users, so it is rated like the permission itself.
fn permission(spec: &Spec, gained: bool) -> Permission {
    Permission {
        by: spec.resource,
        resource: None,
        sort: PermissionSort::Delegated,
        name: spec.name.clone(),
        admin_only: None,
        gained,
        lost: !gained,
    }
}

fn create(want: &Spec) -> Step {
    let Spec { resource, app_id: _, permission, name, class } = want;
    let body = json!({
        "permissionId": permission.to_string(),
        "permissionName": name,
        "classification": class.word(),
    });
    let proof = proof(read(*resource), Expect::Fields(looks(want)));
    step(Method::Post, path(*resource), Some(body), proof)
}

/// Proven by the list: reading one by its id is not documented.
fn delete(have: &Found) -> Step {
    let Found { id, spec } = have;
    let before = Some(Expect::Fields(looks(spec)));
    let proof = Proof { before, ..proof(read(spec.resource), Expect::Absent(looks(spec))) };
    step(Method::Delete, format!("{}/{id}", path(spec.resource)), None, proof)
}

fn looks(spec: &Spec) -> Members {
    let value = |text: &str| Expected::Value(json!(text));
    Members::of([
        ("/permissionId", value(&spec.permission.to_string())),
        ("/classification", value(spec.class.word())),
    ])
}
