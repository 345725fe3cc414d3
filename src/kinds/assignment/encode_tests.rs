use serde_json::json;

use super::*;
use crate::kinds::world::{GROUP, SIGN, object, person};
use crate::model::id::PermissionId;
use crate::model::request::Known;

fn spec(principal: Principal, role: u128) -> Spec {
    let client = object(SIGN).to_string();
    Spec { client, principal, role: PermissionId::from_u128(role), name: None }
}

#[test]
fn the_principals_own_short_list_proves_both_ways() {
    let bob = spec(Principal::User(person("bob")), 0);
    let read = held(&bob).give().proof.read;
    let filter = format!("appRoleAssignments?$filter=resourceId%20eq%20{}&$top=999", object(SIGN));
    assert_eq!(read.path, format!("/users/{}/{filter}", person("bob")));
    let group = spec(Principal::Group(object(GROUP)), 0);
    assert_eq!(held(&group).give().proof.read.path, format!("/groups/{}/{filter}", object(GROUP)));
    let gone = held(&bob).take(&"an-id".parse().unwrap()).proof;
    assert_eq!(gone.read, read);
    assert!(gone.expect.met_by(&[json!({"id": "another"})], &Known::new()));
    assert!(!gone.expect.met_by(&[json!({"id": "an-id"})], &Known::new()));
}

/// A role of the same person is another object: his old one does not prove the new one.
#[test]
fn another_role_proves_nothing() {
    let proof = held(&spec(Principal::User(person("bob")), 98)).give().proof;
    let row = |role: u128| {
        let role = PermissionId::from_u128(role).to_string().to_uppercase();
        json!({"principalId": person("bob"), "resourceId": object(SIGN), "appRoleId": role})
    };
    assert!(!proof.expect.met_by(&[row(0)], &Known::new()));
    assert!(proof.expect.met_by(&[row(0), row(98)], &Known::new()));
}
