//! The sandbox over HTTP, as any client of Microsoft Graph would meet it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::time::Duration;

use consent::model::clock::Clock;
use consent::sandbox::seed;
use consent::sandbox::server::{self, Running, ServerOptions};
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
    served(text, words, Duration::from_secs(60)).await
}

/// With this patience for slow clients.
async fn served(text: &str, words: &[&str], patience: Duration) -> Running {
    let mut options = ServerOptions { patience, ..ServerOptions::new(Arc::new(Noon)) };
    for word in words {
        options.weather.add(word).unwrap();
    }
    server::start(seed::file::parse("tenant.toml", text).unwrap(), options).await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a client that is not the one under test")]
fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().retry(reqwest::retry::never()).build().unwrap()
}

async fn sent(
    running: &Running,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Result<reqwest::Response, reqwest::Error> {
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
    request.send().await
}

async fn ask(
    running: &Running,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Result<(u16, Value), reqwest::Error> {
    let answer = sent(running, method, path, body).await?;
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

    let mut options = ServerOptions::new(Arc::new(Noon));
    options.state = Some(running.state());
    running.stop().await;
    let again = server::start(seed::file::parse("t", FOUNDING).unwrap(), options).await.unwrap();
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

/// Grants for the first so many of a crowd, as a batch.
fn batch(running: &Running, count: usize) -> Value {
    let state: Value = serde_json::from_str(&running.state()).unwrap();
    let people = state["tables"]["users"].as_array().unwrap().iter();
    let crowd =
        people.filter(|row| row["userPrincipalName"].as_str().unwrap().starts_with("crowd"));
    let one = |(at, person): (usize, &Value)| {
        let mut grant = adele();
        grant["principalId"] = person["id"].clone();
        json!({
            "id": at.to_string(), "method": "POST", "url": "/oauth2PermissionGrants", "body": grant,
            "headers": {"Content-Type": "application/json"},
        })
    };
    json!({"requests": crowd.take(count).enumerate().map(one).collect::<Vec<_>>()})
}

const CROWD: &str = "\n[[people]]\nprefix = \"crowd\"\ncount = 30\n";

#[tokio::test]
async fn the_quota_and_its_headers() {
    let running = serve(FOUNDING, &["quota=1"]).await;
    let path = format!("/oauth2PermissionGrants/{EVERYBODY}");
    let first = sent(&running, "DELETE", &path, None).await.unwrap();
    let header = |response: &reqwest::Response, name: &str| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(first.status(), 204);
    assert_eq!(header(&first, "x-ms-resource-unit").unwrap(), "1");
    assert_eq!(header(&first, "x-ms-throttle-limit-percentage").unwrap(), "1.00");
    let second = sent(&running, "DELETE", &path, None).await.unwrap();
    assert_eq!(
        (second.status().as_u16(), header(&second, "retry-after")),
        (429, Some("270".into()))
    );
    assert_eq!(header(&second, "x-ms-throttle-information").unwrap(), "WriteLimitExceeded");
    let scope = header(&second, "x-ms-throttle-scope").unwrap();
    let app = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
    assert_eq!(scope, format!("Tenant_Application/ReadWrite/{app}/{}", running.tenant_id()));
}

#[tokio::test]
async fn a_batch_that_breaks_midway_is_seen_in_the_log() {
    let running = serve(&format!("{FOUNDING}{CROWD}"), &["batch-lost-midway=1"]).await;
    assert!(ask(&running, "POST", "/$batch", Some(batch(&running, 20))).await.is_err());
    let writes = running.writes();
    let effects = writes.iter().filter(|line| line.took_effect).count();
    assert!(writes.len() == 20 && (1..20).contains(&effects), "{effects} of {}", writes.len());
    let line = running.batches()[0];
    assert_eq!((line.size, line.writes, line.lost, line.arrived), (20, 20, true, 1));
    let inside = |what: &str| format!("{}/sandbox/{what}", running.url());
    let (_, batches) = get(&running, &inside("batches")).await;
    assert_eq!(batches[0]["size"], 20);
    let (_, writes) = get(&running, &inside("writes")).await;
    assert_eq!(
        (&writes[0]["took_effect"], &writes[19]["took_effect"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(get(&running, &inside("meanwhile")).await.1, json!([]));
}

/// A request that takes an hour keeps nobody else waiting, and both are counted as under way.
#[tokio::test]
async fn latency_is_nobody_elses() {
    let slow = "[[weather.slow]]\npath = \"/groups\"\nlatency = \"3600s\"\n";
    let running = Arc::new(serve(&format!("{FOUNDING}\n{slow}"), &[]).await);
    let other = Arc::clone(&running);
    let waiting = tokio::spawn(async move { get(&other, "/groups").await });
    while running.counts().http == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let quick = tokio::time::timeout(Duration::from_secs(30), get(&running, "/users")).await;
    assert_eq!(quick.unwrap().0, 200);
    assert_eq!(running.counts().most_in_flight, 2);
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn a_fresh_token_works_again() {
    let running = serve(FOUNDING, &["token-expires=2"]).await;
    let old = running.token();
    let with = async |token: &str| {
        let url = format!("{}/v1.0/organization", running.url());
        client().get(url).bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    assert_eq!((with(&old).await, with(&old).await, with(&old).await), (200, 401, 401));
    let fresh = running.token();
    assert_eq!((with(&fresh).await, with(&old).await), (200, 401));
}

/// What is sent as it is, byte by byte, and all that comes back until the connection ends.
async fn raw(running: &Running, bytes: &[u8]) -> String {
    use std::io::{Read as _, Write as _};
    let address = running.url().strip_prefix("http://").unwrap().to_owned();
    let bytes = bytes.to_vec();
    let conversation = move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(&bytes).unwrap();
        let mut answer = Vec::new();
        // An end without a farewell is an end as well.
        drop(stream.read_to_end(&mut answer));
        String::from_utf8(answer).unwrap()
    };
    tokio::task::spawn_blocking(conversation).await.unwrap()
}

/// Status and error code.
fn refusal(answer: &str) -> (u16, String) {
    let status = answer.split(' ').nth(1).unwrap_or_default().parse().unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").unwrap_or_default().1;
    let body: Value =
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    assert!(answer.contains("\r\nrequest-id: "), "{answer}");
    (status, body["error"]["code"].as_str().unwrap().to_owned())
}

const POST: &str = "POST /v1.0/oauth2PermissionGrants HTTP/1.1\r\nHost: localhost\r\n";

#[tokio::test]
async fn what_cannot_be_read_is_refused_as_graph_refuses() {
    let running = serve(FOUNDING, &[]).await;
    let large = json!({"scope": "x".repeat(5 * 1024 * 1024)});
    let (status, body) =
        ask(&running, "POST", "/oauth2PermissionGrants", Some(large)).await.unwrap();
    assert_eq!((status, &body["error"]["code"]), (413, &json!("RequestEntityTooLarge")), "{body}");
    let chunk = format!("{POST}Transfer-Encoding: chunked\r\n\r\nzz\r\nnothing\r\n");
    assert_eq!(refusal(&raw(&running, chunk.as_bytes()).await), (400, "BadRequest".into()));
    let long = format!("{POST}X-Long: {}\r\nContent-Length: 0\r\n\r\n", "x".repeat(100_000));
    let told = (431, "RequestHeaderFieldsTooLarge".into());
    assert_eq!(refusal(&raw(&running, long.as_bytes()).await), told);
    let many =
        format!("{POST}{}\r\n", "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(900));
    assert_eq!(refusal(&raw(&running, many.as_bytes()).await), told);
    assert_eq!(running.counts().http, 0);
    assert_eq!(get(&running, "/organization").await.0, 200);
}

#[tokio::test]
async fn a_slow_client_is_not_waited_for() {
    let running = served(FOUNDING, &[], Duration::from_millis(300)).await;
    assert_eq!(raw(&running, b"GET /v1.0/me HT").await, "");
    let body = format!("{POST}Content-Length: 100\r\n\r\n{{");
    assert_eq!(refusal(&raw(&running, body.as_bytes()).await), (408, "RequestTimeout".into()));
}

/// More connections than are taken at a time: who says nothing makes room.
#[tokio::test]
async fn silent_connections_keep_nobody_out_for_long() {
    let running = served(FOUNDING, &[], Duration::from_secs(1)).await;
    let address = running.url().strip_prefix("http://").unwrap().to_owned();
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(tokio::net::TcpStream::connect(&address).await.unwrap());
    }
    let answer =
        tokio::time::timeout(Duration::from_secs(30), get(&running, "/organization")).await;
    assert_eq!(answer.unwrap().0, 200);
}
