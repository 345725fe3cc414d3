//! The service in fine weather: paging, batches, members, permissions.

use std::time::Duration;

use serde_json::{Value, json};

use super::{CROWD, ROOT, all, attend_as, bearer, get, incoming, send, statuses, world};
use crate::sandbox::incoming::Errand;
use crate::sandbox::world::World;

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
        let errand = Errand::One(Box::new(incoming(method, url, None).into()));
        attend_as(world, &errand, &bearer(&[permission]), Duration::ZERO).status
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
    assert_eq!(statuses(&answer), expected);
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
