//! From a difference to what people read and what is sent.

use serde_json::json;

use super::{DelegatedGrants, Found, Spec, observe};
use crate::kinds::step::{proof, step};
use crate::kinds::{Names, Proposal, Propose, Sides};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Permission, PermissionSort, Step, Subject, Verb};
use crate::model::id::ObjectId;
use crate::model::query::{Consistency, Missing, Query, literal};
use crate::model::request::{Expect, Expected, Members, Method, Proof};
use crate::model::scope::ScopeSet;
use crate::model::untrusted::Untrusted;

impl Propose for DelegatedGrants {
    fn change(&self, _: &Address, (want, have): Sides<'_, Self>, names: &Names) -> Proposal {
        let none = ScopeSet::default();
        let old = have.map_or(&none, |have| &have.spec.scopes);
        let new = want.map_or(&none, |want| &want.scopes);
        let (gained, lost) = (new.without(old), old.without(new));
        let verb = match (want, have) {
            (_, None) => Verb::Grant,
            (None, Some(_)) => Verb::Revoke,
            _ if lost.is_empty() => Verb::Widen,
            _ if gained.is_empty() => Verb::Narrow,
            _ => Verb::Set,
        };
        let spec = want.or(have.map(AsRef::as_ref));
        Proposal {
            gives: !gained.is_empty(),
            // An empty grant gives nothing, but its removal still waits like every removal.
            takes: !lost.is_empty() || verb == Verb::Revoke,
            subject: subject(spec, names),
            fields: vec![field(old, &gained, &lost)],
            steps: steps(want, have),
            permissions: spec
                .map(|spec| permissions(spec.resource, &gained, &lost))
                .unwrap_or_default(),
            ..Proposal::of_tenant(verb, "delegated")
        }
    }

    /// An all-users grant may be widened to both before it is narrowed, see `order.rs`.
    fn between(&self, have: Option<&Found>, want: &Spec, now: &Found) -> bool {
        let Some(have) = have else { return false };
        let both = have.spec.scopes.union(&want.scopes);
        want.audience == Audience::Everyone
            && *now
                == Found { spec: Spec { scopes: both, ..have.spec.clone() }, id: have.id.clone() }
    }
}

fn subject(spec: Option<&Spec>, names: &Names) -> Subject {
    let audience = spec.map_or(Audience::Everyone, |spec| spec.audience);
    Subject {
        what: "delegated".to_owned(),
        target: spec.map(|spec| names.of(spec.resource)),
        audience,
        person: match audience {
            Audience::One(id) | Audience::Group(id) => Some(names.of(id)),
            Audience::Everyone | Audience::Tenant => None,
        },
    }
}

fn field(old: &ScopeSet, gained: &ScopeSet, lost: &ScopeSet) -> FieldChange {
    FieldChange {
        name: "scopes".to_owned(),
        kept: people_order(&old.without(lost)),
        gained: people_order(gained),
        lost: people_order(lost),
    }
}

/// People sort without regard to letter case; the wire form sorts by byte.
fn people_order(scopes: &ScopeSet) -> Vec<Untrusted> {
    let mut names: Vec<&str> = scopes.iter().map(|name| name.as_str()).collect();
    names.sort_by_key(|name| (name.to_lowercase(), *name));
    names.into_iter().map(Untrusted::new).collect()
}

fn permissions(resource: ObjectId, gained: &ScopeSet, lost: &ScopeSet) -> Vec<Permission> {
    let one = |name: &str, is_gain: bool| Permission {
        by: resource,
        resource: None,
        sort: PermissionSort::Delegated,
        name: name.to_owned(),
        admin_only: None,
        gained: is_gain,
        lost: !is_gain,
    };
    let gains = gained.iter().map(|name| one(name.as_str(), true));
    gains.chain(lost.iter().map(|name| one(name.as_str(), false))).collect()
}

/// POST, PATCH or DELETE. A PATCH sends `scope` and nothing else: any other member is refused
/// (<https://learn.microsoft.com/graph/api/oauth2permissiongrant-update>).
fn steps(want: Option<&Spec>, have: Option<&Found>) -> Vec<Step> {
    match (want, have) {
        (Some(want), None) => vec![create(want)],
        (Some(want), Some(have)) => vec![update(have, &want.scopes)],
        (None, Some(have)) => vec![delete(have)],
        (None, None) => Vec::new(),
    }
}

fn create(want: &Spec) -> Step {
    let Spec { client, resource, audience, scopes } = want;
    let mut body = json!({
        "clientId": client,
        "consentType": "AllPrincipals",
        "resourceId": resource.to_string(),
        "scope": scopes.to_wire(),
    });
    if let Audience::One(person) = audience {
        body["consentType"] = json!("Principal");
        body["principalId"] = json!(person.to_string());
    }
    let among = Some(observe::of_client(client));
    let proof = Proof { among, ..proof(find(want), looks_like(want)) };
    step(Method::Post, "/oauth2PermissionGrants", Some(body), proof)
}

fn update(have: &Found, scopes: &ScopeSet) -> Step {
    let goal = Spec { scopes: scopes.clone(), ..have.spec.clone() };
    let body = json!({ "scope": scopes.to_wire() });
    step(Method::Patch, path(have), Some(body), by_id(have, looks_like(&goal)))
}

fn delete(have: &Found) -> Step {
    step(Method::Delete, path(have), None, by_id(have, Expect::Gone))
}

/// Read by its id, which nobody else may have changed before.
fn by_id(have: &Found, expect: Expect) -> Proof {
    let read = Query::object(path(have), Missing::Nothing);
    Proof { before: Some(as_found(have)), ..proof(read, expect) }
}

fn path(have: &Found) -> String {
    format!("/oauth2PermissionGrants/{}", have.id)
}

/// A new grant is looked up by its key. Its id could be computed, but that rule is undocumented:
/// a filter needs no luck.
fn find(want: &Spec) -> Query {
    let Spec { client, resource, audience, scopes: _ } = want;
    let mut filter = format!("clientId%20eq%20{}", quoted(client));
    filter.push_str(&format!("%20and%20resourceId%20eq%20{}", literal(&resource.to_string())));
    match audience {
        Audience::One(person) => {
            filter
                .push_str(&format!("%20and%20principalId%20eq%20{}", literal(&person.to_string())));
        }
        Audience::Everyone | Audience::Group(_) | Audience::Tenant => {
            filter.push_str("%20and%20consentType%20eq%20%27AllPrincipals%27");
        }
    }
    Query::list(
        format!("/oauth2PermissionGrants?$filter={filter}&$top=999"),
        Consistency::Default,
        Missing::Nothing,
    )
}

/// The client may be a placeholder, which must stay as it is until its id is known.
fn quoted(client: &str) -> String {
    format!("%27{client}%27")
}

fn looks_like(spec: &Spec) -> Expect {
    let Spec { client, resource, audience, scopes } = spec;
    let value = |value| Expected::Value(value);
    let (consent_type, person) = match audience {
        Audience::One(person) => ("Principal", Some(person)),
        Audience::Everyone | Audience::Group(_) | Audience::Tenant => ("AllPrincipals", None),
    };
    let common = [
        ("/clientId", value(json!(client))),
        ("/resourceId", value(json!(resource.to_string()))),
        ("/consentType", value(json!(consent_type))),
        ("/scope", Expected::Words(scopes.clone())),
    ];
    let person = person.map(|id| ("/principalId", value(json!(id.to_string()))));
    Expect::Fields(common.into_iter().chain(person).collect())
}

/// As it was found, read by its id: nothing else of a grant can change.
fn as_found(have: &Found) -> Expect {
    Expect::Fields(Members::of([("/scope", Expected::Words(have.spec.scopes.clone()))]))
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
