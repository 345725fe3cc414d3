//! The world tried as a function: paging, batches, trouble, members.

use serde_json::{Value, json};

use crate::kinds::simulated::Caller;
use crate::sandbox::answer::{Body, Sent};
use crate::sandbox::weather::Weather;
use crate::sandbox::world::{Incoming, Payload, World};
use crate::sandbox::{batch, collections, seed, server};

const CONTOSO: &str = include_str!("../../examples/contoso/tenant.toml");
const NOW: time::OffsetDateTime = time::macros::datetime!(2026-11-23 12:00 UTC);
const ROOT: &str = "http://127.0.0.1:1/v1.0";

fn world(extra: &str, words: &[&str]) -> World {
    let mut weather = Weather::default();
    words.iter().for_each(|word| weather.add(word).unwrap());
    let seed = seed::parse("tenant.toml", &format!("{CONTOSO}\n{extra}")).unwrap();
    World::new(seed, &collections(), weather)
}

fn caller(permissions: &[&str]) -> Caller {
    Caller {
        permissions: permissions.iter().map(|p| (*p).to_owned()).collect(),
        ..Caller::default()
    }
}

fn incoming(world: &mut World, method: &str, url: &str) -> Incoming {
    let url = url.strip_prefix(ROOT).unwrap_or(url);
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    Incoming {
        method: method.into(),
        path: path.into(),
        query: query.into(),
        eventual: false,
        body: Payload::Nothing,
        root: ROOT.into(),
        trace: world.trace(None, NOW),
    }
}

fn get(world: &mut World, url: &str, eventual: bool) -> (u16, Value) {
    let incoming = Incoming { eventual, ..incoming(world, "GET", url) };
    body(world.answer(&incoming, &caller(server::ADMINISTRATOR)))
}

fn body(sent: Sent) -> (u16, Value) {
    match sent.body {
        Body::Json(body) => (sent.status, body),
        Body::Text(text) | Body::CutJson(text) => (sent.status, json!(text)),
        Body::Nothing => (sent.status, Value::Null),
    }
}

/// Rows of all pages, and how many pages there were.
fn all(world: &mut World, url: &str, eventual: bool) -> (Vec<Value>, usize) {
    let mut rows = Vec::new();
    let mut next = Some(url.to_owned());
    let mut pages = 0;
    while let Some(url) = next {
        let (status, page) = get(world, &url, eventual);
        assert_eq!(status, 200, "{page}");
        rows.extend(page["value"].as_array().unwrap().clone());
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    (rows, pages)
}

fn send(world: &mut World, requests: Value) -> (u16, Value) {
    let outer = incoming(world, "POST", "/$batch");
    let requests = Payload::Json(json!({"requests": requests}));
    body(batch::answer(world, &requests, &outer, &caller(server::ADMINISTRATOR)))
}

/// Status by id.
fn statuses(answer: &Value) -> Vec<(String, u64)> {
    let mut all: Vec<_> = answer["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["id"].as_str().unwrap().to_owned(), r["status"].as_u64().unwrap()))
        .collect();
    all.sort();
    all
}

const CROWD: &str = "[[people]]\nprefix = \"w\"\ncount = 250\ngroup = \"Nobody yet\"\n";

#[test]
fn pages_are_a_hundred_rows_and_lead_on_to_the_end() {
    let mut world = world(CROWD, &[]);
    let (rows, pages) = all(&mut world, "/users?$select=id", false);
    assert_eq!((rows.len(), pages), (275, 3));
    assert_eq!(rows[0].as_object().unwrap().len(), 1);
    assert_eq!(
        all(&mut world, "/users?$top=999&$filter=startswith(userPrincipalName,'w')", false).0.len(),
        250
    );
    assert_eq!(
        get(&mut world, "/users?$skiptoken=x", false).1["error"]["code"],
        "Directory_ExpiredPageToken"
    );
    assert_eq!(get(&mut world, "/users?$count=true", true).1["@odata.count"], 275);
    assert_eq!(get(&mut world, "/users?$count=true", false).1.get("@odata.count"), None);
    assert_eq!(get(&mut world, "/users/$count", true), (200, json!("275")));
}

#[test]
fn trouble_of_lists() {
    let mut empty = world(CROWD, &["empty-pages"]);
    assert_eq!(all(&mut empty, "/users", false).0.len(), 275);
    let mut lossy = world(CROWD, &["lossy"]);
    assert!(all(&mut lossy, "/users", false).0.len() < 275);
    assert_eq!(all(&mut lossy, "/users?$top=999", false).0.len(), 275);
    let mut broken = world(CROWD, &["broken-page=2"]);
    let next = get(&mut broken, "/users", false).1["@odata.nextLink"].as_str().unwrap().to_owned();
    assert_eq!(get(&mut broken, &next, false).0, 500);
    assert!(get(&mut world(CROWD, &["cut"]), "/users", false).1.is_string());
}

#[test]
fn members_are_transitive_and_casts_need_the_advanced_parameters() {
    let mut world = world("", &[]);
    let (groups, _) = all(&mut world, "/groups?$filter=displayName eq 'order desk'", false);
    let id = groups[0]["id"].as_str().unwrap();
    let members = format!("/groups/{id}/transitiveMembers");
    let (mixed, _) = all(&mut world, &members, false);
    assert!(mixed.iter().any(|m| m["@odata.type"] == "#microsoft.graph.device"));
    assert!(mixed.iter().any(|m| m["@odata.type"] == "#microsoft.graph.servicePrincipal"));
    for cast in ["microsoft.graph.user", "graph.user"] {
        let url = format!("{members}/{cast}?$count=true&$top=5");
        let (users, pages) = all(&mut world, &url, true);
        assert_eq!((users.len(), pages), (8, 2), "{cast}");
        assert_eq!(get(&mut world, &url, false).1["error"]["code"], "Request_UnsupportedQuery");
        assert_eq!(get(&mut world, &format!("{members}/{cast}/$count"), true).1, "8");
    }
    assert_eq!(all(&mut world, &format!("/groups/{id}/members"), false).0.len(), 3);
    let (council, _) = all(&mut world, "/groups?$filter=displayName eq 'Works council'", false);
    let hidden = format!("/groups/{}/members", council[0]["id"].as_str().unwrap());
    assert_eq!(all(&mut world, &hidden, false).0.len(), 0);
}

#[test]
fn a_filter_by_an_unknown_client_is_refused_and_others_find_nothing() {
    let mut world = world("", &[]);
    let nobody = "00000000-0000-0000-0000-000000000001";
    let ask = |world: &mut World, field: &str| {
        get(world, &format!("/oauth2PermissionGrants?$filter={field} eq '{nobody}'"), false)
    };
    assert_eq!(ask(&mut world, "clientId").0, 404);
    assert_eq!(ask(&mut world, "principalId").1["value"], json!([]));
    assert_eq!(ask(&mut world, "scope").1["error"]["code"], "Request_UnsupportedQuery");
    let principals = "/oauth2PermissionGrants?$filter=consentType eq ";
    assert_eq!(all(&mut world, &format!("{principals}'Principal'"), false).0.len(), 8);
    assert_eq!(all(&mut world, &format!("{principals}'principal'"), false).0.len(), 0);
}

#[test]
fn every_call_needs_its_permission_and_a_route() {
    let mut world = world("", &[]);
    let ask = |world: &mut World, method: &str, url: &str, permission: &str| {
        let incoming = incoming(world, method, url);
        body(world.answer(&incoming, &caller(&[permission]))).0
    };
    let grants = "/oauth2PermissionGrants";
    assert_eq!(ask(&mut world, "GET", grants, "Directory.Read.All"), 200);
    assert_eq!(ask(&mut world, "POST", grants, "Directory.Read.All"), 403);
    assert_eq!(ask(&mut world, "GET", "/users", "Application.Read.All"), 403);
    assert_eq!(ask(&mut world, "PUT", grants, "Directory.ReadWrite.All"), 405);
    assert_eq!(ask(&mut world, "GET", "/invoices", "Directory.Read.All"), 400);
}

#[test]
fn a_batch_takes_what_clients_send() {
    let mut world = world("", &[]);
    let (status, answer) = send(
        &mut world,
        json!([
            {"id": "1", "method": "get", "url": "/organization", "unknown": true, "body": null},
            {"id": "2", "method": "GET", "url": format!("{ROOT}/users?$top=1"), "headers": null},
            {"id": "3", "method": "GET", "url": "https://elsewhere.example/v1.0/users"},
            {"id": "4", "method": "POST", "url": "directoryObjects/getByIds", "body": {"ids": ["x"]}},
            {"id": "5", "method": "POST", "url": "directoryObjects/getByIds", "body": {"ids": ["x"]},
             "headers": {"content-type": "application/json"}},
            {"id": "6", "method": "GET", "url": "/users/nobody"},
            {"id": "7", "method": "GET", "url": "/organization", "dependsOn": ["6"]},
            {"id": "8", "method": "GET", "url": "/organization", "dependsOn": ["1"]},
        ]),
    );
    assert_eq!(status, 200);
    let expected = [200, 200, 400, 400, 200, 404, 424, 200];
    let found: Vec<u64> = statuses(&answer).into_iter().map(|(_, status)| status).collect();
    assert_eq!(found, expected);
    let order: Vec<&str> =
        answer["responses"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_ne!(order, ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[test]
fn a_malformed_batch_is_refused_whole() {
    let mut world = world("", &[]);
    let one = |id: &str| json!({"id": id, "method": "GET", "url": "/organization"});
    let many: Vec<Value> = (0..21).map(|n| one(&n.to_string())).collect();
    for requests in
        [json!(many), json!([one("a"), one("A")]), json!([]), json!([{"id": "1"}]), json!([1])]
    {
        assert_eq!(send(&mut world, requests).0, 400);
    }
    assert_eq!(world.log.counts.reads, 0);
}

#[test]
fn throttling_and_refusals_strike_items_one_by_one() {
    let extra = "[weather]\nthrottle = 3\nretry-after = 7\n[[weather.refuse]]\nmethod = \"DELETE\"\n\
                 path = \"/servicePrincipals/\"\nstatus = 403\ntimes = 1\n";
    let mut world = world(extra, &[]);
    let item = |id: &str, method: &str, url: &str| json!({"id": id, "method": method, "url": url});
    let (_, answer) = send(
        &mut world,
        json!([
            item("1", "GET", "/organization"),
            item("2", "DELETE", "/servicePrincipals/x"),
            item("3", "GET", "/organization"),
            item("4", "DELETE", "/servicePrincipals/x"),
        ]),
    );
    let found: Vec<u64> = statuses(&answer).into_iter().map(|(_, status)| status).collect();
    assert_eq!(found, [200, 403, 429, 404]);
    let throttled =
        answer["responses"].as_array().unwrap().iter().find(|r| r["status"] == 429).unwrap();
    assert_eq!(throttled["headers"]["Retry-After"], "7");
    let logged: Vec<u16> = world.log.writes.iter().map(|line| line.status).collect();
    assert_eq!(logged, [403, 404]);
}

#[test]
fn somebody_else_changes_things_meanwhile() {
    let extra = "[[weather.meanwhile]]\nbefore-request = 2\nmethod = \"PATCH\"\n\
                 path = \"/policies/authorizationPolicy\"\n\
                 body = { defaultUserRolePermissions = { permissionGrantPoliciesAssigned = [] } }\n";
    let mut world = world(extra, &[]);
    let list = |world: &mut World| {
        let (_, policy) = get(world, "/policies/authorizationPolicy", false);
        policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((list(&mut world), list(&mut world)), (3, 0));
    assert!(world.log.writes.is_empty());
}
