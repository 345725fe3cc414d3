//! A service that repeats the credential it was sent, wherever an answer has room for it: nothing that
//! the binary writes may hold it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::sample::ONE;
use crate::secrets::files;
use crate::world::{Run, TENANT, World};

/// No JWT, and nothing that looks like a secret: only who knows it can find it.
const OPAQUE: &str = "Zq8~opaque/Token+of=Nobody_at.all-7731xYzKwQp";
const CLIENT: &str = "c1c1c1c1-0000-4000-8000-00000000c1c1";
const SECRET: &str = "hush~Q8x.not/for+anybody's \"eyes\"";

/// How the service repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Answers as the tenant does, with the credential in every header and in every name.
    Names,
    /// An error of this status, with it everywhere.
    Error(u16),
    /// A page of HTML, as a gateway's.
    Html,
    /// A redirect to an address that holds it.
    Redirect,
    /// Half a JSON document.
    Torn,
    /// Reads are answered well, writes are refused.
    Writes,
}

struct Echo {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    tenant: String,
    /// What lets in there.
    token: String,
    client: reqwest::Client,
    way: Mutex<Way>,
}

impl Echo {
    fn before(world: &World) -> Self {
        let shared = Arc::new(Shared {
            tenant: world.tenant.url(),
            token: world.tenant.token(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            way: Mutex::new(Way::Names),
        });
        let app = axum::Router::new().fallback(answer).with_state(shared.clone());
        let url = world.runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
            url
        });
        Self { url, shared }
    }

    fn set(&self, way: Way) {
        *self.shared.way.lock().unwrap() = way;
    }
}

/// The credential in every form in which a service might have it.
fn forms(credential: &str) -> Vec<String> {
    let percent: String = url::form_urlencoded::byte_serialize(credential.as_bytes()).collect();
    let middle = credential.len() / 2;
    vec![
        credential.to_owned(),
        format!("Bearer {credential}"),
        percent,
        STANDARD.encode(credential),
        URL_SAFE_NO_PAD.encode(format!("{CLIENT}:{credential}")),
        json!({ "seen": credential }).to_string(),
        credential[..middle].to_owned(),
        credential[middle..].to_owned(),
        credential[3..21].to_owned(),
    ]
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let way = *shared.way.lock().unwrap();
    let mut told = Vec::new();
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    told.extend(bearer.and_then(|text| text.strip_prefix("Bearer ")).map(str::to_owned));
    let form = url::form_urlencoded::parse(&body);
    told.extend(form.filter(|(name, _)| name.starts_with("client_")).map(|(_, it)| it.to_string()));
    let everything = told.iter().flat_map(|one| forms(one)).collect::<Vec<_>>();
    let batch: Value = serde_json::from_slice(&body).unwrap_or_default();
    let items = batch["requests"].as_array().cloned().unwrap_or_default();
    let in_batch = items.iter().any(|item| item["method"] != "GET");
    let reads_well = way == Way::Writes && !in_batch;
    if uri.path().contains("/oauth2/") {
        return signed_in(way, &everything);
    }
    if way == Way::Names || reads_well {
        let request = headers.get("consistencylevel").cloned();
        let target = format!("{}{}", shared.tenant, uri.path_and_query().unwrap());
        let call = shared.client.request(method, target).bearer_auth(&shared.token).body(body);
        let call = call.header("content-type", "application/json");
        let call = request.into_iter().fold(call, |it, level| it.header("consistencylevel", level));
        return passed_on(call, &everything).await;
    }
    let all = everything.join(" ");
    let (status, text) = match way {
        Way::Error(status) => (status, error(&everything)),
        Way::Html => (502, format!("<html><head><title>502 {all}</title></head>{all}</html>")),
        Way::Redirect => (302, String::new()),
        Way::Torn => (200, format!("{{\"value\": [{{\"id\": \"{}", everything[0])),
        Way::Names | Way::Writes => (200, refused(&items, &everything)),
    };
    repeated(status, &everything).body(Body::from(text)).unwrap()
}

fn error(everything: &[String]) -> String {
    let all = everything.join(" | ");
    json!({"error": {
        "code": all, "message": format!("refused: {all}"), "target": all,
        "innerError": {"request-id": everything.first(), "client-request-id": all, "date": all},
    }})
    .to_string()
}

/// A batch of which every item is refused.
fn refused(items: &[Value], everything: &[String]) -> String {
    let body: Value = serde_json::from_str(&error(everything)).unwrap();
    let item = |item: &Value| {
        let headers = json!({ "request-id": everything[0], "Location": everything.join(" ") });
        json!({ "id": item["id"], "status": 403, "headers": headers, "body": body })
    };
    json!({ "responses": items.iter().map(item).collect::<Vec<_>>() }).to_string()
}

/// A head with the credential in every header that clients look at.
fn repeated(status: u16, everything: &[String]) -> axum::http::response::Builder {
    let mut head = Response::builder().status(status).header("content-type", "application/json");
    let names = [
        "request-id",
        "client-request-id",
        "x-ms-ags-diagnostic",
        "x-ms-request-id",
        "location",
        "www-authenticate",
        "retry-after",
        "x-echo",
        "server",
        "date",
        "odata-error",
        "set-cookie",
    ];
    for (name, one) in names.iter().zip(everything.iter().cycle()) {
        head = head.header(*name, one);
    }
    head
}

fn signed_in(way: Way, everything: &[String]) -> Response {
    let all = everything.join(" ");
    let (status, text) = match way {
        Way::Names | Way::Writes => {
            let body = json!({
                "token_type": "Bearer", "expires_in": 3599, "access_token": OPAQUE,
                "refresh_token": format!("refresh.{OPAQUE}"), "id_token": format!("id.{OPAQUE}"),
                "seen": all,
            });
            (200, body)
        }
        _ => {
            let text = format!("AADSTS7000222: the secret {all} is no good");
            let body = json!({"error": all, "error_description": text, "error_codes": [7_000_222]});
            (401, body)
        }
    };
    repeated(status, everything).body(Body::from(text.to_string())).unwrap()
}

/// The tenant's own answer, in which whatever has a name is called like the credential.
async fn passed_on(call: reqwest::RequestBuilder, everything: &[String]) -> Response {
    let answer = call.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let mut json: Value = serde_json::from_str(&text).unwrap_or_default();
    named(&mut json, &everything.join(" "));
    let text = if json.is_null() { text } else { json.to_string() };
    let mut head = repeated(status, everything);
    if let Some(headers) = head.headers_mut() {
        headers.remove("retry-after");
    }
    head.body(Body::from(text)).unwrap()
}

fn named(json: &mut Value, name: &str) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| named(item, name)),
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                match key.as_str() {
                    "displayName" if value.is_string() => *value = Value::from(name),
                    _ => named(value, name),
                }
            }
        }
        _ => {}
    }
}

/// No part of it that lets anybody guess the rest, in any form, in anything that was written.
#[track_caller]
fn assert_silent(folder: &Path, run: &Run, credential: &str) {
    let part = |text: &str| text.as_bytes().windows(16).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mut canaries: Vec<Vec<u8>> =
        forms(credential).iter().take(3).flat_map(|f| part(f)).collect();
    canaries.extend(part(&STANDARD.encode(credential)));
    canaries.retain(|canary| !b"Bearer ".iter().all(|byte| canary.contains(byte)));
    let of = |text: &[u8], place: &str| {
        let found = canaries.iter().find(|it| text.windows(16).any(|part| part == it.as_slice()));
        let found = found.map(|it| String::from_utf8_lossy(it).into_owned());
        assert_eq!(found, None, "the credential is in {place}: {run:#?}");
    };
    of(run.all().as_bytes(), "an output");
    for path in files(folder) {
        of(&std::fs::read(&path).unwrap(), &path.display().to_string());
    }
}

const LOUD: [&[&str]; 4] =
    [&["-q"], &[], &["-v"], &["-vv", "--log-file", "run.log", "--report", "json=report.json"]];

/// How loud it is told. What is asked again and again before it is given up is waited for once.
fn loudness(way: Way) -> &'static [&'static [&'static str]] {
    match way {
        Way::Error(500) | Way::Html | Way::Torn => &LOUD[3..],
        _ => &LOUD,
    }
}

const WAYS: [Way; 9] = [
    Way::Names,
    Way::Error(400),
    Way::Error(401),
    Way::Error(403),
    Way::Error(500),
    Way::Html,
    Way::Redirect,
    Way::Torn,
    Way::Writes,
];

#[test]
fn a_service_that_repeats_an_opaque_token_everywhere_is_quoted_without_it() {
    let world = World::with("");
    world.manifest(ONE);
    let echo = Echo::before(&world);
    let run = |args: &[&str]| {
        let mut command = world.command(args);
        command.env("CONSENT_TOKEN", OPAQUE).env("CONSENT_GRAPH_URL", &echo.url);
        Run::of(command.output().unwrap())
    };
    for way in WAYS {
        echo.set(Way::Writes);
        let plan = run(&["plan", "--json", "--out", "plan.json"]).assert_code(0);
        let digest = plan.json()["effect"]["sha256"].as_str().unwrap().to_owned();
        assert_silent(world.folder(), &plan, OPAQUE);
        echo.set(way);
        for loud in loudness(way) {
            let plan = run(&[&["plan"][..], *loud].concat());
            assert_silent(world.folder(), &plan, OPAQUE);
            if way == Way::Error(400) {
                assert!(plan.all().contains("[removed]"), "the rest is told: {plan:#?}");
            }
            let apply = run(&[&["apply", "--approve", &digest][..], *loud].concat());
            assert_silent(world.folder(), &apply, OPAQUE);
            let saved = run(&[&["apply", "plan.json", "--approve", &digest][..], *loud].concat());
            assert_silent(world.folder(), &saved, OPAQUE);
        }
    }
    let log = std::fs::read_to_string(world.folder().join("run.log")).unwrap();
    assert!(log.lines().count() > 20, "{log}");
    let _: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
}

#[test]
fn a_sign_in_that_repeats_the_secret_or_is_answered_with_more_of_them_tells_none() {
    let world = World::with("");
    world.manifest(ONE);
    let echo = Echo::before(&world);
    for way in WAYS {
        echo.set(way);
        for loud in loudness(way) {
            let mut command = world.command(&[&["apply"][..], *loud].concat());
            command.env_remove("CONSENT_TOKEN").env("AZURE_AUTHORITY_HOST", &echo.url);
            command.env("CONSENT_GRAPH_URL", &echo.url).env("AZURE_TENANT_ID", TENANT);
            command.env("AZURE_CLIENT_ID", CLIENT).env("AZURE_CLIENT_SECRET", SECRET);
            let run = Run::of(command.output().unwrap());
            assert_ne!(run.code, 0, "{run:#?}");
            for credential in [OPAQUE, SECRET] {
                assert_silent(world.folder(), &run, credential);
            }
        }
    }
}

/// What is in the environment and nobody's to know may stand in any file that is read.
#[test]
fn a_file_that_repeats_the_environment_is_quoted_without_it() {
    let world = World::with("");
    let quoted = |text: &str| format!("\"{text}");
    let seed = "[tenant]\nid = 7\nCANARY = \"CANARY";
    for (name, text) in [
        ("consent.toml", quoted(OPAQUE)),
        ("consent.toml", format!("schema = 1\n{} = 1\n[app.{OPAQUE}]", quoted(OPAQUE))),
        ("tenant.toml", seed.replace("CANARY", OPAQUE)),
        ("tenant.toml", format!("[tenant]\n\"{OPAQUE}\" = 1")),
        ("plan.json", format!("{{\"format\":\"{OPAQUE}\"}}")),
    ] {
        world.file(name, &text);
        let read: Vec<_> = ["consent.toml", "tenant.toml", "plan.json"]
            .map(|file| world.folder().join(file))
            .into_iter()
            .filter(|path| path.exists())
            .collect();
        for args in
            [&["validate"][..], &["plan", "--sandbox", "tenant.toml"], &["apply", "plan.json"]]
        {
            let mut command = world.command(&[args, &["-vv", "--log-file", "x.log"]].concat());
            command.env("CONSENT_TOKEN", OPAQUE).env_remove("CONSENT_GRAPH_URL");
            let run = Run::of(command.output().unwrap());
            let kept: Vec<_> =
                read.iter().map(|path| (path, std::fs::read(path).unwrap())).collect();
            read.iter().for_each(|path| std::fs::remove_file(path).unwrap());
            assert_silent(world.folder(), &run, OPAQUE);
            kept.iter().for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());
        }
    }
}

#[test]
fn only_an_id_is_told_as_a_request_id() {
    let world = World::with("");
    world.manifest(ONE);
    let echo = Echo::before(&world);
    echo.set(Way::Error(400));
    let mut command = world.command(&["plan", "-vv"]);
    command.env("CONSENT_GRAPH_URL", &echo.url);
    let run = Run::of(command.output().unwrap());
    assert!(!run.all().contains("request id is"), "{run:#?}");
}
