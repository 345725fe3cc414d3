//! The simulated tenant for clients that are not ours: as Azure CLI, Terraform's provider and
//! Microsoft's Python SDK speak.

use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Run, World};

const UI: &str = "c1000000-0000-4000-8000-000000000003";
const GRAPH: &str = "9a000000-0000-4000-8000-000000000001";
const ALICE: &str = "0a000000-0000-4000-8000-000000000001";

/// Another client: no connection is used twice, and nothing is tried again.
fn ask(
    world: &World,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> (u16, Value) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .http1_title_case_headers()
        .build()
        .unwrap();
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let url = format!("{}{path}", world.tenant.url());
    let mut request = client.request(method, url).bearer_auth(world.tenant.token());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.body(body.to_string());
    }
    world.runtime().block_on(async {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    })
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn grant(user: Option<&str>) -> Value {
    json!({
        "clientId": UI,
        "consentType": if user.is_some() { "Principal" } else { "AllPrincipals" },
        "principalId": user,
        "resourceId": GRAPH,
        "scope": "User.Read",
    })
}

/// `az ad app permission grant` lists by client and resource, deletes, and posts anew; it spells
/// the path in its own way and closes each connection.
#[test]
fn azure_cli_has_its_own_spelling() {
    let world = World::with("");
    let path = "/v1.0/oAuth2PermissionGrants";
    let close = ("Connection", "close");
    let (status, made) = ask(&world, "POST", path, &[JSON, close], Some(grant(None)));
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();
    for filter in [
        format!("$filter=clientId%20eq%20%27{UI}%27%20and%20resourceId%20eq%20%27{GRAPH}%27"),
        format!("%24filter=clientId+eq+%27{UI}%27+and+consentType+eq+%27AllPrincipals%27"),
    ] {
        let (status, list) = ask(&world, "GET", &format!("{path}?{filter}"), &[close], None);
        assert_eq!((status, &list["value"][0]["id"]), (200, &made["id"]), "{list}");
    }
    let one = format!("{path}/{id}");
    let scope = json!({"scope": "User.Read Mail.Read"});
    assert_eq!(ask(&world, "PATCH", &one, &[JSON, close], Some(scope)).0, 204);
    let (_, read) = ask(&world, "GET", &format!("/V1.0/OAUTH2PermissionGrants/{id}"), &[], None);
    // The version is no part of the directory: only what is below it has any letter case.
    assert_ne!(read["id"], made["id"]);
    let (_, read) = ask(&world, "GET", &format!("/v1.0/OAUTH2PERMISSIONGRANTS/{id}"), &[], None);
    assert_eq!(read["scope"], "User.Read Mail.Read");
    assert_eq!(ask(&world, "DELETE", &one, &[close], None).0, 204);
    assert_eq!(ask(&world, "DELETE", &one, &[close], None).0, 404);
    assert_eq!(world.writes().len(), 4);
}

#[test]
fn batches_may_name_whole_addresses() {
    let world = World::with("");
    let root = format!("{}/v1.0", world.tenant.url());
    let lower = json!({"content-type": "application/json", "consistencylevel": "eventual"});
    let requests = json!({"requests": [
        {"id": "a", "method": "post", "url": format!("{root}/oauth2PermissionGrants"),
         "headers": lower, "body": grant(Some(ALICE)), "atomicityGroup": "g", "dependsOn": []},
        {"id": "b", "method": "GET", "url": format!("{root}/oauth2PermissionGrants/$count"),
         "headers": lower, "body": null, "dependsOn": ["A"]},
        {"id": "c", "method": "GET", "url": "organization", "headers": null},
        {"id": "d", "method": "GET", "url": "/users?$select=id&$top=1", "unheard-of": {"x": [1]}},
        {"id": "e", "method": "GET", "url": "https://elsewhere.example/v1.0/users"},
    ], "another": true});
    let headers = [("content-type", "application/json; charset=utf-8")];
    let (status, answer) = ask(&world, "POST", "/v1.0/$batch", &headers, Some(requests));
    assert_eq!(status, 200, "{answer}");
    let status = |id: &str| {
        let all = answer["responses"].as_array().unwrap();
        let one = all.iter().find(|one| one["id"] == id).unwrap();
        one["status"].as_u64().unwrap()
    };
    assert_eq!([status("a"), status("b"), status("c"), status("d")], [201, 200, 200, 200]);
    assert!(status("e") >= 400, "{answer}");
}

/// Members nobody knows, and `null` where nothing is meant: taken or refused, never a crash.
#[test]
fn bodies_may_hold_more_than_is_known() {
    let world = World::with("");
    let with = |name: &str, value: Value| {
        let mut body = grant(Some(ALICE));
        body[name] = value;
        body
    };
    let kind = with("@odata.type", json!("#microsoft.graph.oAuth2PermissionGrant"));
    let path = "/v1.0/oauth2PermissionGrants";
    let (status, made) = ask(&world, "POST", path, &[JSON], Some(kind));
    assert_eq!(status, 201, "{made}");
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(ask(&world, "DELETE", &one, &[], None).0, 204);
    for body in [
        with("id", Value::Null),
        with("PrincipalId", Value::Null),
        with("startTime", Value::Null),
        with("startTime", json!("2026-01-01T00:00:00Z")),
        with("unheardOf", json!({"x": [null]})),
        with("scope", Value::Null),
        with("clientId", json!(7)),
        with("consentType", json!({})),
        json!(null),
        json!([]),
        json!("text"),
    ] {
        let (status, answer) = ask(&world, "POST", path, &[JSON], Some(body.clone()));
        assert!(matches!(status, 201 | 400), "{body} is answered {status}: {answer}");
        if status == 201 {
            assert_eq!(ask(&world, "DELETE", &one, &[], None).0, 204, "{body}");
        } else {
            assert!(answer["error"]["message"].is_string(), "{answer}");
        }
    }
    assert_eq!(ask(&world, "GET", path, &[], None).1["value"], json!([]));
}

/// Terraform's provider opens a connection for each request, many at a time.
#[test]
fn a_connection_for_each_request() {
    let world = World::with("");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..8 {
                    let headers = [("Connection", "close")];
                    assert_eq!(ask(&world, "GET", "/v1.0/users?$top=1", &headers, None).0, 200);
                }
            });
        }
    });
    assert_eq!(world.counts().http, 32);
}

/// The interpreter that has Microsoft's SDK, if there is one: `MSGRAPH_PYTHON`, or `python3`.
fn python() -> Option<String> {
    let name = std::env::var("MSGRAPH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&name).args(["-c", "import msgraph, msgraph_core.requests"]).output();
    found.is_ok_and(|output| output.status.success()).then_some(name)
}

#[test]
fn microsofts_python_sdk_reads_and_writes() {
    let Some(python) = python() else {
        println!("skipped: no Python with msgraph-sdk (set MSGRAPH_PYTHON to one that has it)");
        return;
    };
    let world = World::with("");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/interop_sdk.py");
    let output = Command::new(python)
        .arg(script)
        .env("URL", world.tenant.url())
        .env("TOKEN", world.tenant.token())
        .output()
        .unwrap();
    let run = Run::of(output).assert_code(0);
    let seen: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        seen,
        json!({
            "organization": "Contoso",
            "made": [ALICE, "User.Read"],
            "duplicate": [409, "Request_MultipleObjectsWithSameKeyValue"],
            "listed": [1, true],
            "changed": "Mail.Read User.Read",
            "batch": [200, 201, 201],
            "all": 3,
            "gone": [404, "Request_ResourceNotFound"],
            "users": ["Admin", "Alice", "Bob", "Carol", "Dave", "Erin", "Frank"],
        })
    );
    assert_eq!(world.rows("oauth2PermissionGrants"), Vec::<Value>::new());
}
