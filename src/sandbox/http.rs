//! One HTTP request of the sandbox: read, made to wait, processed, answered.
//!
//! The lock around the world is held while a request is processed, and not while it is read, waits or
//! becomes bytes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::model::clock::Clock;
use crate::sandbox::access;
use crate::sandbox::answer::{AnswerBody, Sent, Trace, cut, envelope};
use crate::sandbox::batch;
use crate::sandbox::body;
use crate::sandbox::incoming::{Errand, Incoming, Payload};
use crate::sandbox::log::RequestCounts;
use crate::sandbox::refused::Refused;
use crate::sandbox::token;
use crate::sandbox::world::World;

/// Head of a request that is taken, in bytes. Front ends of Microsoft's take about so much.
const LARGEST_HEAD: usize = 32 * 1024;

/// What all requests share.
pub(super) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) clock: Arc<dyn Clock>,
    /// How long a client may take for the head of a request, and for its body.
    pub(crate) patience: Duration,
    /// Only where it is https.
    pub(crate) secure: Option<TlsAcceptor>,
    pub(crate) tenant_id: String,
    /// By the clock's [`Clock::since_start`].
    pub(crate) started: Duration,
    /// Answers given, of any sort.
    pub(crate) traces: AtomicU64,
    /// Requests to Graph routes.
    pub(crate) arrived: AtomicU64,
    pub(crate) in_flight: AtomicU64,
    pub(crate) most_in_flight: AtomicU64,
    /// Somebody else did something.
    pub(crate) overtaken: Notify,
}

impl Shared {
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn counts(&self) -> RequestCounts {
        let most_in_flight = self.most_in_flight.load(Ordering::SeqCst);
        RequestCounts { most_in_flight, ..self.world().log.counts }
    }

    pub(super) fn scheme(&self) -> &'static str {
        if self.secure.is_some() { "https" } else { "http" }
    }

    fn elapsed(&self) -> Duration {
        self.clock.since_start().saturating_sub(self.started)
    }

    /// Ids for the next answer.
    fn trace(&self, headers: &HeaderMap) -> Trace {
        let number = self.traces.fetch_add(1, Ordering::SeqCst) + 1;
        Trace::new(&self.tenant_id, number, text(headers, "client-request-id"), self.clock.now())
    }
}

/// A request to a Graph route, from its arrival until its answer leaves or its client does.
struct InFlight<'a>(&'a Shared);

impl<'a> InFlight<'a> {
    fn of(shared: &'a Shared) -> Self {
        let now = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) async fn serve(shared: Arc<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let trace = shared.trace(&head.headers);
    let body = match check(&head) {
        Ok(()) => body::whole(body, shared.patience).await,
        Err(refused) => Err(refused),
    };
    match body {
        Ok(body) => answer(&shared, &head, &body, &trace).await,
        Err(refused) => {
            let mut response = response(envelope(&refused, &trace), &trace);
            // What follows on this connection cannot be told from the rest of this request.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
            response
        }
    }
}

fn check(head: &Parts) -> Result<(), Refused> {
    let one = |(name, value): (&header::HeaderName, &HeaderValue)| {
        name.as_str().len() + value.len() + ": \r\n".len()
    };
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target + head.headers.iter().map(one).sum::<usize>() <= LARGEST_HEAD {
        return Ok(());
    }
    let message = "The request's headers are too long.";
    Err(Refused::new(431, "RequestHeaderFieldsTooLarge", message))
}

async fn answer(shared: &Shared, head: &Parts, body: &Bytes, trace: &Trace) -> Response {
    let Parts { method, uri, headers, .. } = head;
    let path = uri.path();
    if let Some(what) = path.strip_prefix("/sandbox/") {
        return bare(inspect(shared, what));
    }
    if let Some(tenant) = token_path(path) {
        let form = std::str::from_utf8(body).unwrap_or_default();
        let takes = shared.world().sign_in_takes(form);
        tokio::time::sleep(takes).await;
        let address = format!("{}{path}", host(headers));
        let request = token::TokenRequest { tenant, address, form, trace };
        return response(sign_in(shared, &request), trace);
    }
    let Some(below) = path.strip_prefix("/v1.0") else {
        let segment = path.split('/').nth(1).unwrap_or_default();
        let message = format!("Invalid version: {segment}");
        return response(envelope(&Refused::new(400, "BadRequest", message), trace), trace);
    };
    let incoming = Incoming {
        method: method.as_str().to_owned(),
        path: below.to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        eventual: text(headers, "consistencylevel")
            .is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
        body: payload(body, text(headers, "content-type")),
        root: format!("{}://{}/v1.0", shared.scheme(), host(headers)),
        trace: trace.clone(),
    };
    response(graph(shared, incoming, text(headers, "authorization")).await, trace)
}

/// A request for Graph, with all the time that it takes.
async fn graph(shared: &Shared, incoming: Incoming, token: Option<&str>) -> Sent {
    let _in_flight = InFlight::of(shared);
    let trace = incoming.trace.clone();
    let errand = errand(incoming);
    let number = shared.arrived.fetch_add(1, Ordering::SeqCst) + 1;
    let arrival = shared.world().arrive(&errand, number, shared.elapsed());
    // Half before and half after the effect, so that a client that gives up or dies in between
    // meets both cases.
    tokio::time::sleep(arrival.latency / 2).await;
    let sent = match access::bearer(token, &shared.tenant_id, shared.clock.now()) {
        Err(refused) => envelope(&refused, &trace),
        Ok(bearer) => {
            let elapsed = shared.elapsed();
            let mut world = shared.world();
            world.pass(elapsed);
            let before = world.log.meanwhile.len();
            let sent = world.attend(&errand, &bearer, &arrival);
            if world.log.meanwhile.len() > before {
                shared.overtaken.notify_one();
            }
            sent
        }
    };
    tokio::time::sleep(arrival.latency / 2).await;
    sent
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn host(headers: &HeaderMap) -> &str {
    text(headers, "host").unwrap_or("127.0.0.1")
}

/// The tenant of `/{tenant}/oauth2/v2.0/token`.
fn token_path(path: &str) -> Option<&str> {
    let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
    rest.eq_ignore_ascii_case("oauth2/v2.0/token").then_some(tenant)
}

fn sign_in(shared: &Shared, request: &token::TokenRequest<'_>) -> Sent {
    let mut world = shared.world();
    world.log.counts.tokens += 1;
    let issuer = token::Issuer {
        tenant: &world.tenant.id,
        domain: &world.domain,
        identities: &world.identities,
        generation: world.generation,
    };
    token::answer(request, &issuer)
}

fn errand(incoming: Incoming) -> Errand {
    let path = incoming.path.trim_end_matches('/');
    if path.eq_ignore_ascii_case("/$batch") && incoming.method == "POST" {
        let items = batch::items(&incoming);
        return Errand::Batch(Box::new(incoming.into()), items);
    }
    Errand::One(Box::new(incoming.into()))
}

fn payload(body: &Bytes, kind: Option<&str>) -> Payload {
    if body.is_empty() {
        return Payload::Nothing;
    }
    if !kind.is_some_and(|kind| kind.to_lowercase().contains("json")) {
        return Payload::Undeclared;
    }
    serde_json::from_slice::<Value>(body).map_or(Payload::Unreadable, Payload::Json)
}

/// Not Graph: what tests and demonstrations want to know.
fn inspect(shared: &Shared, what: &str) -> Sent {
    // Copied under the lock, and written out without it.
    let log = || shared.world().log.clone();
    match what {
        "writes" => Sent::json(200, json!(log().writes)),
        "batches" => Sent::json(200, json!(log().batches)),
        "meanwhile" => Sent::json(200, json!(log().meanwhile)),
        "requests" => Sent::json(200, json!(shared.counts())),
        "state" => {
            let saved = shared.world().tenant.saved();
            Sent::json(200, json!(saved))
        }
        _ => {
            let there = "there is writes, batches, meanwhile, requests, state";
            Sent::json(404, json!({ "error": there }))
        }
    }
}

fn response(sent: Sent, trace: &Trace) -> Response {
    if sent.lost {
        // A body that fails before its first byte breaks the connection, with nothing sent.
        let broken = futures_util::stream::once(async {
            Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
        });
        return Response::new(axum::body::Body::from_stream(broken));
    }
    let mut response = bare(sent);
    let headers = response.headers_mut();
    for (name, value) in
        [("request-id", &trace.request_id), ("client-request-id", &trace.client_request_id)]
    {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

fn bare(sent: Sent) -> Response {
    const JSON: &str = "application/json;odata.metadata=minimal;charset=utf-8";
    let Sent { status, body, retry_after, headers: said, lost: _ } = sent;
    let (kind, body) = match body {
        AnswerBody::Nothing => (None, String::new()),
        AnswerBody::Json(body) => (Some(JSON), body.to_string()),
        AnswerBody::Text(text) => (Some("text/plain"), text),
        AnswerBody::CutJson(body) => (Some(JSON), cut(&body)),
    };
    let mut response = Response::new(axum::body::Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    for (name, value) in said {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}
