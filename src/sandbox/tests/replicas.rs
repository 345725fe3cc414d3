//! Readers that are behind: on new, changed and deleted objects, by reads and by time, alone and in
//! lists.

use std::time::Duration;

use serde_json::{Value, json};

use super::{CROWD, GRANTS, all, ask, attend, get, grants, incoming, world};
use crate::sandbox::incoming::Errand;
use crate::sandbox::world::World;
use crate::sandbox::{collections, seed};

/// One grant that readers know, and its path.
fn with_grant(words: &[&str]) -> (World, Value, String) {
    let mut world = world(CROWD, words);
    let grant = grants(&world, 1).remove(0);
    let (status, made) = ask(&mut world, "POST", GRANTS, Some(grant));
    assert_eq!(status, 201);
    let path = format!("{GRANTS}/{}", made["id"].as_str().unwrap());
    (world, made, path)
}

/// The scope as a reader sees it at this second; nothing when there is none.
fn scope_at(world: &mut World, path: &str, seconds: u64) -> Option<String> {
    let errand = Errand::One(Box::new(incoming("GET", path, None).into()));
    let sent = attend(world, &errand, Duration::from_secs(seconds));
    let (status, body) = super::body(sent);
    (status == 200).then(|| body["scope"].as_str().unwrap().to_owned())
}

fn scope(world: &mut World, path: &str) -> Option<String> {
    scope_at(world, path, 0)
}

/// The scopes that a list of the person's grants shows.
fn listed(world: &mut World, grant: &Value) -> Vec<String> {
    let person = grant["principalId"].as_str().unwrap();
    let (rows, _) = all(world, &format!("{GRANTS}?$filter=principalId eq '{person}'"), false);
    rows.iter().map(|row| row["scope"].as_str().unwrap().to_owned()).collect()
}

fn patch(world: &mut World, path: &str, scope: &str) {
    assert_eq!(ask(world, "PATCH", path, Some(json!({ "scope": scope }))).0, 204);
}

#[test]
fn a_changed_object_is_seen_as_it_was() {
    let (mut world, made, path) = with_grant(&["lag-changes=3"]);
    patch(&mut world, &path, "Mail.Read");
    assert_eq!(scope(&mut world, &path).unwrap(), "User.Read");
    assert_eq!(listed(&mut world, &made), ["User.Read"], "a list is a read");
    assert_eq!(scope(&mut world, &path).unwrap(), "User.Read");
    assert_eq!(listed(&mut world, &made), ["Mail.Read"]);
    assert_eq!(scope(&mut world, &path).unwrap(), "Mail.Read");
    // Two changes, one after the other: readers are behind on both.
    patch(&mut world, &path, "a");
    patch(&mut world, &path, "b");
    let seen: Vec<String> = (0..4).map(|_| scope(&mut world, &path).unwrap()).collect();
    assert_eq!(seen, ["Mail.Read", "Mail.Read", "Mail.Read", "b"]);
}

#[test]
fn a_deleted_object_is_still_seen_and_is_gone_for_writers() {
    let (mut world, made, path) = with_grant(&["lag-deletes=3"]);
    assert_eq!(ask(&mut world, "DELETE", &path, None).0, 204);
    assert_eq!(ask(&mut world, "DELETE", &path, None).0, 404);
    assert_eq!(ask(&mut world, "PATCH", &path, Some(json!({"scope": "x"}))).0, 404);
    assert_eq!(listed(&mut world, &made), ["User.Read"]);
    assert_eq!(scope(&mut world, &path).unwrap(), "User.Read");
    let count = format!("{GRANTS}/$count");
    let before = get(&mut world, &count, true).1;
    assert_eq!(listed(&mut world, &made), ["User.Read"]);
    assert_eq!(listed(&mut world, &made), Vec::<String>::new());
    let after = get(&mut world, &count, true).1;
    let number = |count: &Value| count.as_str().unwrap().parse::<u32>().unwrap();
    assert_eq!(number(&before), number(&after) + 1, "counts are readers, too");
    assert_eq!(scope(&mut world, &path), None);
}

#[test]
fn what_is_made_again_is_seen_as_it_was_before() {
    let (mut world, made, path) = with_grant(&["lag-deletes=1", "lag=2"]);
    assert_eq!((scope(&mut world, &path), scope(&mut world, &path)), (None, None));
    assert_eq!(scope(&mut world, &path).unwrap(), "User.Read");
    assert_eq!(ask(&mut world, "DELETE", &path, None).0, 204);
    let mut again = grants(&world, 1).remove(0);
    again["scope"] = json!("Mail.Read");
    assert_eq!(ask(&mut world, "POST", GRANTS, Some(again)).0, 201);
    let seen: Vec<_> = (0..3).map(|_| scope(&mut world, &path).unwrap()).collect();
    assert_eq!(seen, ["User.Read", "User.Read", "Mail.Read"]);
    assert_eq!(listed(&mut world, &made), ["Mail.Read"], "once");
}

#[test]
fn what_nobody_saw_is_gone_at_once() {
    let (mut world, made, path) = with_grant(&["lag-deletes=5", "lag=5"]);
    assert_eq!(ask(&mut world, "DELETE", &path, None).0, 204);
    assert_eq!((scope(&mut world, &path), listed(&mut world, &made)), (None, vec![]));
}

#[test]
fn readers_may_be_behind_by_time() {
    let (mut world, made, path) = with_grant(&["lag=2s", "lag-changes=3s", "lag-deletes=1500ms"]);
    assert_eq!((scope_at(&mut world, &path, 1), scope_at(&mut world, &path, 1)), (None, None));
    assert_eq!(scope_at(&mut world, &path, 2).unwrap(), "User.Read");
    patch(&mut world, &path, "Mail.Read");
    assert_eq!(scope_at(&mut world, &path, 4).unwrap(), "User.Read");
    assert_eq!(scope_at(&mut world, &path, 5).unwrap(), "Mail.Read");
    assert_eq!(ask(&mut world, "DELETE", &path, None).0, 204);
    assert_eq!(scope_at(&mut world, &path, 6).unwrap(), "Mail.Read");
    assert_eq!(listed(&mut world, &made), ["Mail.Read"]);
    assert_eq!(scope_at(&mut world, &path, 7), None);
    assert_eq!(
        world.tenant.table("oauth2PermissionGrants").unwrap().get(made["id"].as_str().unwrap()),
        None
    );
}

#[test]
fn what_readers_are_behind_on_is_saved() {
    let (mut old, made, path) = with_grant(&["lag-deletes=2"]);
    assert_eq!(ask(&mut old, "DELETE", &path, None).0, 204);
    let text = serde_json::to_string(&old.tenant.saved()).unwrap();
    let saved: Value = serde_json::from_str(&text).unwrap();
    let grants = saved["tables"]["oauth2PermissionGrants"].as_array().unwrap();
    assert!(!grants.iter().any(|row| row["id"] == made["id"]), "the truth is saved");
    let mut new = World::new(
        seed::file::parse("tenant.toml", &format!("{}\n{CROWD}", super::CONTOSO)).unwrap(),
        &collections::all(),
        crate::sandbox::weather::Weather::default(),
    );
    new.restore(serde_json::from_str(&text).unwrap());
    assert_eq!((scope(&mut new, &path).is_some(), listed(&mut new, &made).len()), (true, 1));
    assert_eq!((scope(&mut new, &path), listed(&mut new, &made).len()), (None, 0));
}

#[test]
fn a_deleted_app_is_found_by_app_id_for_a_while() {
    let mut world = world("", &["lag-deletes=2"]);
    let by_app = "/servicePrincipals(appId='de8bc8b5-d9f9-48b1-a8ad-b748da725064')";
    let (_, app) = get(&mut world, by_app, false);
    let path = format!("/servicePrincipals/{}", app["id"].as_str().unwrap());
    assert_eq!(ask(&mut world, "DELETE", &path, None).0, 204);
    assert_eq!(ask(&mut world, "PATCH", by_app, Some(json!({"tags": []}))).0, 404);
    let seen: Vec<u16> = (0..3).map(|_| get(&mut world, by_app, false).0).collect();
    assert_eq!(seen, [200, 200, 404]);
}
