//! The executor, the real client and a real journal against a small tenant on this machine.

#![expect(clippy::disallowed_methods, reason = "the tenant listens on 127.0.0.1")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request as HttpRequest;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azure_core::credentials::Secret;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::apply::rehearsal::{gives, needs, takes, words};
use crate::graph::auth::Credential;
use crate::graph::endpoint::Endpoint;
use crate::graph::patience::FAULTS;
use crate::graph::{Graph, Options};
use crate::model::id::TenantId;
use crate::model::outcome::Outcome;
use crate::store::folder::Folder;
use crate::store::journal;
use crate::store::records::{RecordSort, Records as _};

const AT: OffsetDateTime = datetime!(2026-11-23 20:03:24 UTC);

/// A clock that only sleeping moves.
#[derive(Default)]
struct Still(Mutex<Duration>);

impl Clock for Still {
    fn now(&self) -> OffsetDateTime {
        AT
    }
    fn since_start(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

/// Objects by path, the writes in their order, and how many lines the journal had at each.
#[derive(Default)]
struct Tenant {
    objects: BTreeMap<String, Value>,
    writes: Vec<(String, usize)>,
}

type Shared = Arc<Mutex<Tenant>>;

impl Tenant {
    fn answer(&mut self, method: &str, path: &str, body: &Value, lines: usize) -> (u16, Value) {
        let path = path.trim_start_matches("/v1.0");
        if method != "GET" {
            self.writes.push((format!("{method} {path}"), lines));
        }
        let absent = json!({"error": {"code": "Request_ResourceNotFound", "message": "gone"}});
        match method {
            "POST" => {
                let mut object = body.clone();
                object["is"] = json!("there");
                self.objects.insert(path.into(), object.clone());
                (201, object)
            }
            "DELETE" => match self.objects.remove(path) {
                Some(_) => (204, Value::Null),
                None => (404, absent),
            },
            _ => self.objects.get(path).map_or((404, absent), |object| (200, object.clone())),
        }
    }

    fn batch(&mut self, body: &Value, lines: usize) -> Value {
        let items = body["requests"].as_array().unwrap();
        let answer = |item: &Value| {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            let path = format!("/{}", text("url").trim_start_matches('/'));
            let (status, body) = self.answer(&text("method"), &path, &item["body"], lines);
            json!({"id": text("id"), "status": status, "body": body})
        };
        json!({"responses": items.iter().map(answer).collect::<Vec<_>>()})
    }
}

/// Serves the tenant; `home` is where the journal is.
async fn serve(tenant: Shared, home: &Path) -> Graph {
    serve_at(tenant, home, 1, 0, Arc::new(Still::default())).await
}

async fn serve_at(
    tenant: Shared,
    home: &Path,
    parallelism: usize,
    write_quota: u32,
    clock: Arc<Still>,
) -> Graph {
    let home = home.to_owned();
    let handler = move |request: HttpRequest<Body>| {
        let (tenant, home) = (tenant.clone(), home.clone());
        async move {
            let (parts, body) = request.into_parts();
            let bytes = to_bytes(body, 1 << 20).await.unwrap();
            let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let records = Folder::new(home);
            let lines = records.list(RecordSort::Journal).unwrap().first().map_or(0, |name| {
                let found = journal::read(&records, name).unwrap().records;
                found.iter().filter(|r| matches!(r.event, JournalEvent::Sending { .. })).count()
            });
            let mut tenant = tenant.lock().unwrap();
            let (status, answer) = if parts.uri.path().ends_with("/$batch") {
                (200, tenant.batch(&body, lines))
            } else {
                tenant.answer(parts.method.as_str(), parts.uri.path(), &body, lines)
            };
            let status = StatusCode::from_u16(status).unwrap();
            let answer: Response = if answer.is_null() {
                status.into_response()
            } else {
                (status, Json(answer)).into_response()
            };
            answer
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(handler)).await });
    let options = Options { parallelism, write_quota, patience: FAULTS, clock };
    let credential = Credential::ready(Secret::new("canary-token"));
    Graph::connect(Endpoint::parse(&address).unwrap(), credential, options).unwrap()
}

async fn run_on(graph: &Graph, journal: &mut Journal, stop: bool, changes: &[Change]) -> Finished {
    run_at(&Still::default(), graph, journal, stop, changes).await
}

async fn run_at(
    clock: &Still,
    graph: &Graph,
    journal: &mut Journal,
    stop: bool,
    changes: &[Change],
) -> Finished {
    let last_seen = BTreeMap::new();
    let tools = Tools {
        last_seen: &last_seen,
        reader: &graph.reader(),
        writer: &graph.writer(),
        journal,
        clock,
        sleep: &|time| {
            *clock.0.lock().unwrap() += time;
            Box::pin(std::future::ready(()))
        },
        stop: &AtomicBool::new(stop),
        progress: &mut |_| {},
    };
    run(tools, changes, &BTreeSet::new()).await
}

fn narrowing() -> (Shared, [Change; 3]) {
    let changes = [gives("a"), gives("b"), needs(takes("all"), &["a", "b"])];
    let mut tenant = Tenant::default();
    tenant.objects.insert("/o/all".into(), json!({"is": "there"}));
    (Arc::new(Mutex::new(tenant)), changes)
}

fn journal_in(home: &Path) -> Journal {
    Journal::create(&Folder::new(home), "r1", TenantId::from_u128(1), "sha256:00", AT).unwrap()
}

#[tokio::test]
async fn every_request_is_on_disk_before_it_arrives() {
    let home = tempfile::tempdir().unwrap();
    let (tenant, changes) = narrowing();
    let graph = serve(tenant.clone(), home.path()).await;
    let mut journal = journal_in(home.path());
    let finished = run_on(&graph, &mut journal, false, &changes).await;

    assert_eq!(words(&finished.report), ["done"; 3]);
    assert!(finished.journal_error.is_none());
    let writes = [("POST /o/a", 2), ("POST /o/b", 2), ("DELETE /o/all", 3)];
    let writes = writes.map(|(write, lines)| (write.to_owned(), lines));
    assert_eq!(tenant.lock().unwrap().writes, writes);

    let records = Folder::new(home.path());
    let found = journal::read(&records, journal.name()).unwrap();
    assert!(found.ended() && !found.torn);
    let done = |r: &&journal::Record| {
        matches!(r.event, JournalEvent::Outcome { outcome: Outcome::Done, .. })
    };
    assert_eq!(found.records.iter().filter(done).count(), 3);
    let text = std::fs::read_to_string(records.path(journal.name())).unwrap();
    assert!(!text.contains("canary-token"));
}

#[tokio::test]
async fn without_a_journal_nothing_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let (tenant, changes) = narrowing();
    let graph = serve(tenant.clone(), home.path()).await;
    let mut journal = journal_in(home.path());
    journal.fail();
    let finished = run_on(&graph, &mut journal, false, &changes).await;

    assert_eq!(words(&finished.report), ["not_started"; 3]);
    assert!(matches!(finished.report.stopped, Some(Stopped::Journal { .. })));
    assert!(finished.journal_error.is_some());
    assert_eq!((finished.report.writes_sent, tenant.lock().unwrap().writes.len()), (0, 0));
}

#[tokio::test]
async fn stopped_before_the_first_request_nothing_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let (tenant, changes) = narrowing();
    let graph = serve(tenant.clone(), home.path()).await;
    let finished = run_on(&graph, &mut journal_in(home.path()), true, &changes).await;
    assert_eq!(finished.report.stopped, Some(Stopped::Interrupted));
    assert!(tenant.lock().unwrap().writes.is_empty());
}

/// A hundred writes where forty go within 150 seconds: the rest wait for the quota, journalled before
/// they go, and none is sent twice.
#[tokio::test]
async fn writes_keep_to_the_services_quota() {
    let home = tempfile::tempdir().unwrap();
    let changes: Vec<Change> = (0..100).map(|n| gives(&format!("g{n:03}"))).collect();
    let (tenant, clock) = (Shared::default(), Arc::new(Still::default()));
    let graph = serve_at(tenant.clone(), home.path(), 4, 40, clock.clone()).await;
    let mut journal = journal_in(home.path());
    let finished = run_at(&clock, &graph, &mut journal, false, &changes).await;
    assert!(words(&finished.report).iter().all(|word| *word == "done"));
    let tenant = tenant.lock().unwrap();
    assert_eq!(tenant.writes.len(), 100);
    assert!(tenant.writes.iter().enumerate().all(|(at, (_, journalled))| *journalled > at));
    let seconds = clock.since_start().as_secs();
    assert!((225..240).contains(&seconds), "sixty writes at 40 in 150 s take 225 s, not {seconds}");
}

/// Without a network nothing is gone on with: three reads that failed for good end the run.
#[tokio::test]
async fn what_cannot_be_read_back_is_not_gone_on_with() {
    let home = tempfile::tempdir().unwrap();
    let changes: Vec<Change> = (0..100).map(|n| gives(&format!("g{n:03}"))).collect();
    let clock = Arc::new(Still::default());
    // Nobody listens here.
    let nobody = Endpoint::parse("http://127.0.0.1:9").unwrap();
    let options =
        Options { parallelism: 4, write_quota: 0, patience: FAULTS, clock: clock.clone() };
    let sleeper = Arc::new(crate::graph::limiter::tests::Skip(Arc::default()));
    let credential = Credential::ready(Secret::new("canary-token"));
    let graph = Graph::connect_with(nobody, credential, options, sleeper).unwrap();
    let mut journal = journal_in(home.path());
    let finished = run_at(&clock, &graph, &mut journal, false, &changes).await;
    assert!(
        matches!(finished.report.stopped, Some(Stopped::Blind { .. })),
        "{:?}",
        finished.report
    );
    let words = words(&finished.report);
    assert_eq!(words[..20], ["unsure"; 20]);
    assert_eq!(words[20..], ["not_started"; 80]);
    assert!(clock.since_start() < Duration::from_secs(60), "{:?}", clock.since_start());
}

#[test]
fn a_pause_that_is_longer_than_a_run_waits_is_told_in_seconds() {
    let asked = Duration::from_secs(700);
    let (what, until) = ("the grant".to_owned(), "20:15".to_owned());
    let long = GraphError::LongPause { what, asked, several: false, until };
    assert_eq!(long_pause(&Err(long)), Some(700));
    assert_eq!(long_pause(&Ok(Rows::default())), None);
}

#[test]
fn a_wait_for_something_else_does_not_tell_when_this_one_ends() {
    let end = Some(Duration::from_secs(600));
    let wait = |because, gives_up| Some(Wait { because, until: Duration::ZERO, gives_up });
    assert_eq!(end_of(wait(Because::Service, end), Because::Service), end);
    assert_eq!(end_of(wait(Because::Service, end), Because::Quota), None);
    assert_eq!(end_of(wait(Because::Service, None), Because::Service), None);
    assert_eq!(end_of(None, Because::Service), None);
}
