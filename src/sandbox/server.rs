//! HTTP in front of the world.

#![expect(
    clippy::disallowed_methods,
    reason = "the one place that listens, on a loopback address only"
)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::kinds::simulated::tenant::Saved;
use crate::kinds::simulated::{Collection, Refused};
use crate::model::clock::Clock;
use crate::sandbox::access::{self, Claims};
use crate::sandbox::answer::{Body, Sent, Trace, envelope};
use crate::sandbox::log::{Counts, WriteLine};
use crate::sandbox::seed::Seed;
use crate::sandbox::token;
use crate::sandbox::weather::Weather;
use crate::sandbox::world::{Incoming, Payload, World};
use crate::sandbox::{batch, collections};

/// Largest body that is read, in bytes. Microsoft Graph takes 4 MB.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// How long a server that was told to stop waits for answers under way.
const LAST_ANSWERS: Duration = Duration::from_millis(500);
/// App id of "Microsoft Graph Command Line Tools", which the sandbox's own tokens are for.
const COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// What an administrator's token holds.
pub const ADMINISTRATOR: &[&str] = &[
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "GroupMember.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.ConsentRequest",
    "Policy.ReadWrite.PermissionGrant",
    "User.Read",
    "User.ReadBasic.All",
];

pub struct Options {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// On top of the seed's own.
    pub weather: Weather,
    /// What [`Running::state`] gave before.
    pub state: Option<String>,
    pub clock: Arc<dyn Clock>,
    /// [`collections`], as a rule.
    pub collections: Vec<&'static dyn Collection>,
}

impl Options {
    /// A free port, fine weather, every collection.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            weather: Weather::default(),
            state: None,
            clock,
            collections: collections(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the sandbox listens on loopback addresses only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] std::io::Error),
    #[error("the saved state cannot be read: {0}")]
    State(String),
}

struct Shared {
    world: Mutex<World>,
    clock: Arc<dyn Clock>,
    latency: Duration,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server under way. It ends when it is stopped or dropped.
pub struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    tenant_id: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Starts serving a tenant.
///
/// # Errors
/// When the address is not a loopback one or is taken, or the saved state is not one.
pub async fn start(seed: Seed, options: Options) -> Result<Running, SandboxError> {
    let Options { listen, weather, state, clock, collections } = options;
    if !listen.ip().is_loopback() {
        return Err(SandboxError::NotLoopback(listen));
    }
    let tenant_id = seed.tenant_id.clone();
    let mut world = World::new(seed, &collections, weather);
    if let Some(state) = state {
        world.restore(saved(&state, &tenant_id)?);
    }
    let latency = Duration::from_millis(world.weather.latency);
    let shared = Arc::new(Shared { world: Mutex::new(world), clock, latency });
    let listener =
        TcpListener::bind(listen).await.map_err(|error| SandboxError::Listen(listen, error))?;
    let address = listener.local_addr().map_err(|error| SandboxError::Listen(listen, error))?;
    let router = Router::new()
        .fallback(serve)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::clone(&shared));
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let until = async {
            // A dropped sender means the same as a sent word.
            let _ = stopped.await;
        };
        // Accept errors are retried inside; the server only ends when it is told to.
        let _ = axum::serve(listener, router).with_graceful_shutdown(until).await;
    });
    Ok(Running { shared, address, tenant_id, stop: Some(stop), task })
}

/// The state that [`Running::state`] gave.
///
/// # Errors
/// When the text is no such state, or one of another tenant.
pub fn saved(text: &str, tenant: &str) -> Result<Saved, SandboxError> {
    let saved: Saved =
        serde_json::from_str(text).map_err(|error| SandboxError::State(error.to_string()))?;
    if saved.format != "consent.sandbox" || saved.format_version != 1 {
        return Err(SandboxError::State("not a saved sandbox of version 1".to_owned()));
    }
    if saved.tenant != tenant {
        return Err(SandboxError::State("it is of another tenant than the seed".to_owned()));
    }
    let named =
        |row: &Value| row.get("id").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
    if !saved.tables.values().flatten().all(named) {
        return Err(SandboxError::State("a row of it has no id".to_owned()));
    }
    Ok(saved)
}

impl Running {
    /// Graph root without the version: `http://127.0.0.1:4000`. The token endpoint is at
    /// `{url}/{tenant}/oauth2/v2.0/token`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// A token of an administrator, good for one hour.
    pub fn token(&self) -> String {
        self.token_with(ADMINISTRATOR)
    }

    /// The same with these delegated permissions only.
    pub fn token_with(&self, permissions: &[&str]) -> String {
        let operator = self.shared.world().operator.clone();
        access::mint(&Claims {
            tenant: &self.tenant_id,
            app_id: COMMAND_LINE_TOOLS,
            object_id: &operator.0,
            user: Some(&operator.1),
            audience: "https://graph.microsoft.com",
            permissions,
            now: self.shared.clock.now(),
            lifetime: time::Duration::hours(1),
        })
    }

    /// The live tenant as JSON, for [`Options::state`].
    pub fn state(&self) -> String {
        serde_json::to_string(&self.shared.world().tenant.saved()).unwrap_or_default()
    }

    pub fn writes(&self) -> Vec<WriteLine> {
        self.shared.world().log.writes.clone()
    }

    pub fn counts(&self) -> Counts {
        self.shared.world().log.counts
    }

    /// Stops listening and gives answers under way a moment to leave.
    pub async fn stop(mut self) {
        self.stop.take();
        if tokio::time::timeout(LAST_ANSWERS, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

async fn serve(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    if let Some(what) = path.strip_prefix("/sandbox/") {
        return bare(inspect(&shared, what));
    }
    // Half before and half after the effect, so that a client that gives up or dies in between
    // meets both cases.
    tokio::time::sleep(shared.latency / 2).await;
    let (sent, trace) = process(&shared, &method, &uri, &headers, &body);
    tokio::time::sleep(shared.latency / 2).await;
    response(sent, &trace)
}

/// Not Graph: what tests and demonstrations want to know.
fn inspect(shared: &Shared, what: &str) -> Sent {
    let world = shared.world();
    match what {
        "writes" => Sent::json(200, json!(world.log.writes)),
        "requests" => Sent::json(200, json!(world.log.counts)),
        "state" => Sent::json(200, json!(world.tenant.saved())),
        _ => Sent::json(404, json!({"error": "there is writes, requests, state"})),
    }
}

fn process(
    shared: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> (Sent, Trace) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let now = shared.clock.now();
    let mut world = shared.world();
    let trace = world.trace(text("client-request-id"), now);
    let host = text("host").unwrap_or("127.0.0.1");
    if let Some(tenant) = token_path(uri.path()) {
        world.log.counts.tokens += 1;
        let request = token::Request {
            tenant,
            address: format!("{host}{}", uri.path()),
            form: std::str::from_utf8(body).unwrap_or_default(),
            trace: &trace,
        };
        let issuer = token::Issuer {
            tenant: &world.tenant.id,
            domain: &world.domain,
            identities: &world.identities,
        };
        return (token::answer(&request, &issuer), trace);
    }
    let Some(path) = uri.path().strip_prefix("/v1.0") else {
        let segment = uri.path().split('/').nth(1).unwrap_or_default();
        let message = format!("Invalid version: {segment}");
        return (envelope(&Refused::new(400, "BadRequest", message), &trace), trace);
    };
    world.log.counts.http += 1;
    let caller = match access::caller(text("authorization"), &world.tenant.id, now) {
        Ok(caller) => caller,
        Err(refused) => return (envelope(&refused, &trace), trace),
    };
    let incoming = Incoming {
        method: method.as_str().to_owned(),
        path: path.to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        eventual: text("consistencylevel").is_some_and(|v| v.eq_ignore_ascii_case("eventual")),
        body: payload(body, text("content-type")),
        root: format!("http://{host}/v1.0"),
        trace: trace.clone(),
    };
    if path.trim_end_matches('/').eq_ignore_ascii_case("/$batch") && method == Method::POST {
        world.log.counts.batches += 1;
        let body = incoming.body.clone();
        return (batch::answer(&mut world, &body, &incoming, &caller), trace);
    }
    (world.answer(&incoming, &caller), trace)
}

/// The tenant of `/{tenant}/oauth2/v2.0/token`.
fn token_path(path: &str) -> Option<&str> {
    let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
    rest.eq_ignore_ascii_case("oauth2/v2.0/token").then_some(tenant)
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
    let Sent { status, body, retry_after, lost: _ } = sent;
    let (kind, body) = match body {
        Body::Nothing => (None, String::new()),
        Body::Json(body) => {
            (Some("application/json;odata.metadata=minimal;charset=utf-8"), body.to_string())
        }
        Body::Text(text) => (Some("text/plain"), text),
        Body::CutJson(text) => {
            (Some("application/json;odata.metadata=minimal;charset=utf-8"), text)
        }
    };
    let mut response = Response::new(axum::body::Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_state_without_ids_is_none() {
        let state = |row: &str| {
            let head = "\"format\":\"consent.sandbox\",\"format_version\":1,\"tenant\":\"t\"";
            let tables = format!("\"tables\":{{\"users\":[{row}]}}");
            saved(
                &format!(
                    "{{{head},\"minted\":0,{tables},\"members\":{{}},\"unseen\":[],\"fresh\":{{}}}}"
                ),
                "t",
            )
        };
        assert!(state("{\"id\":\"a\"}").is_ok());
        for row in ["7", "null", "[]", "{}", "{\"id\":\"\"}", "{\"id\":1}"] {
            assert!(
                state(row).unwrap_err().to_string().ends_with("a row of it has no id"),
                "{row}"
            );
        }
    }
}
