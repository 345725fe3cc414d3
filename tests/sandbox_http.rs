//! The sandbox over HTTP, as any client of Microsoft Graph would meet it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::time::Duration;

use consent::model::clock::Clock;
use consent::sandbox::seed;
use consent::sandbox::server::{self, Options, Running};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// A clock that stands still.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        time::macros::datetime!(2026-11-23 12:00 UTC)
    }

    fn since_start(&self) -> Duration {
        Duration::ZERO
    }
}

const FOUNDING: &str = include_str!("../examples/outlook-tasks/tenant.toml");
const CLIENT: &str = "4b7aac61-c554-4c49-9403-0003fdd21256";
const GRAPH: &str = "9cff6a24-ac52-4a27-9fdc-e1848f10a4b6";
const ADELE: &str = "155bfdc4-2bd6-4e3e-bbd0-263eb68c7060";
const EVERYBODY: &str = "Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLY";
const ADELES: &str = "Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLbE_VsV1is-TrvQJj62jHBg";

async fn serve(text: &str, words: &[&str]) -> Running {
    let mut options = Options::new(Arc::new(Noon));
    for word in words {
        options.weather.add(word).unwrap();
    }
    server::start(seed::parse("tenant.toml", text).unwrap(), options).await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a client that is not the one under test")]
fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().retry(reqwest::retry::never()).build().unwrap()
}

async fn ask(
    running: &Running,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Result<(u16, Value), reqwest::Error> {
    let url = if path.starts_with("http") {
        path.into()
    } else {
        format!("{}/v1.0{path}", running.url())
    };
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = client().request(method, url).bearer_auth(running.token());
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
}

async fn get(running: &Running, path: &str) -> (u16, Value) {
    ask(running, "GET", path, None).await.unwrap()
}

fn adele() -> Value {
    json!({
        "clientId": CLIENT, "resourceId": GRAPH, "principalId": ADELE,
        "consentType": "Principal", "scope": "Tasks.ReadWrite offline_access",
    })
}

#[tokio::test]
async fn the_founding_story_by_hand() {
    let running = serve(FOUNDING, &[]).await;
    let (_, list) =
        get(&running, &format!("/oAuth2PermissionGrants?$filter=clientId%20eq%20'{CLIENT}'")).await;
    assert_eq!(list["value"][0]["id"], EVERYBODY);
    assert_eq!(list["value"][0]["scope"], " offline_access Tasks.ReadWrite");
    let (status, made) =
        ask(&running, "POST", "/oauth2PermissionGrants", Some(adele())).await.unwrap();
    assert_eq!((status, made["id"].as_str()), (201, Some(ADELES)));
    let path = format!("/oauth2PermissionGrants/{EVERYBODY}");
    assert_eq!(ask(&running, "DELETE", &path, None).await.unwrap().0, 204);
    assert_eq!(get(&running, &path).await.0, 404);
    let writes: Vec<(String, u16)> =
        running.writes().into_iter().map(|line| (line.method, line.status)).collect();
    assert_eq!(writes, [("POST".to_owned(), 201), ("DELETE".to_owned(), 204)]);

    let mut options = Options::new(Arc::new(Noon));
    options.state = Some(running.state());
    running.stop().await;
    let again = server::start(seed::parse("t", FOUNDING).unwrap(), options).await.unwrap();
    let (_, list) =
        get(&again, "/users/adele@contoso.onmicrosoft.com/oauth2PermissionGrants").await;
    assert_eq!(list["value"][0]["id"], ADELES);
    assert_eq!(get(&again, &path).await.0, 404);
}

#[tokio::test]
async fn a_lost_answer_leaves_its_effect() {
    let running = serve(FOUNDING, &["lost=1"]).await;
    assert!(ask(&running, "POST", "/oauth2PermissionGrants", Some(adele())).await.is_err());
    assert_eq!(get(&running, &format!("/oauth2PermissionGrants/{ADELES}")).await.0, 200);
    assert_eq!(running.writes().len(), 1);
}
