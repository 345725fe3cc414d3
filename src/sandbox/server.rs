//! HTTP in front of the world.

#![expect(
    clippy::disallowed_methods,
    reason = "the one place that listens, on a loopback address only"
)]

use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::model::clock::Clock;
use crate::sandbox::access::{self, ADMINISTRATOR, TokenClaims};
use crate::sandbox::collection::Collection;
use crate::sandbox::collections;
use crate::sandbox::connections;
use crate::sandbox::http::Shared;
use crate::sandbox::log::{BatchLine, RequestCounts, WriteLine};
use crate::sandbox::secure;
use crate::sandbox::seed::Seed;
use crate::sandbox::tenant::saved::KeptTenant;
use crate::sandbox::weather::Weather;
use crate::sandbox::world::World;

/// How long a client may take for the head of a request, and for its body.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a server that was told to stop waits for answers under way.
const LAST_ANSWERS: Duration = Duration::from_millis(500);
/// App id of "Microsoft Graph Command Line Tools", which the sandbox's own tokens are for.
const COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

pub struct ServerOptions {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// On top of the seed's own.
    pub weather: Weather,
    /// What [`Running::state`] gave before.
    pub state: Option<String>,
    pub clock: Arc<dyn Clock>,
    /// How long a client may take for the head of a request, and for its body.
    pub patience: Duration,
    /// Https, with a certificate that is made for this run.
    pub secure: bool,
    /// [`collections`], as a rule.
    pub collections: Vec<&'static dyn Collection>,
}

impl ServerOptions {
    /// A free port, fine weather, every collection.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            weather: Weather::default(),
            state: None,
            clock,
            patience: PATIENCE,
            secure: false,
            collections: collections::all(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the sandbox listens on loopback addresses only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] std::io::Error),
    #[error("no certificate can be made: {0}")]
    Certificate(String),
    #[error("the saved state cannot be read: {0}")]
    State(String),
}

/// A server under way. It ends when it is stopped or dropped.
pub struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    tenant_id: String,
    root: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// Starts serving a tenant.
///
/// # Errors
/// When the address is not a loopback one or is taken, or the saved state is not one.
pub async fn start(seed: Seed, options: ServerOptions) -> Result<Running, SandboxError> {
    let ServerOptions { listen, weather, state, clock, patience, secure, collections } = options;
    if !listen.ip().is_loopback() {
        return Err(SandboxError::NotLoopback(listen));
    }
    let tenant_id = seed.tenant_id.clone();
    let mut world = World::new(seed, &collections, weather);
    if let Some(state) = state {
        world.restore(saved(&state, &tenant_id)?);
    }
    let made = secure.then(|| secure::secure(listen.ip(), clock.now())).transpose();
    let (root, secure) =
        made.map_err(SandboxError::Certificate)?.map(|made| (made.root, made.acceptor)).unzip();
    let shared = Arc::new(Shared {
        world: Mutex::new(world),
        started: clock.since_start(),
        clock,
        patience,
        secure,
        tenant_id: tenant_id.clone(),
        traces: AtomicU64::new(0),
        arrived: AtomicU64::new(0),
        in_flight: AtomicU64::new(0),
        most_in_flight: AtomicU64::new(0),
        overtaken: Notify::new(),
    });
    let listener =
        TcpListener::bind(listen).await.map_err(|error| SandboxError::Listen(listen, error))?;
    let address = listener.local_addr().map_err(|error| SandboxError::Listen(listen, error))?;
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(connections::take(listener, Arc::clone(&shared), stopped));
    Ok(Running { shared, address, tenant_id, root, stop: Some(stop), task })
}

/// The state that [`Running::state`] gave.
///
/// # Errors
/// When the text is no such state, or one of another tenant.
pub fn saved(text: &str, tenant: &str) -> Result<KeptTenant, SandboxError> {
    let saved: KeptTenant =
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
        format!("{}://{}", self.shared.scheme(), self.address)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client of the https server has to trust, as PEM.
    pub(crate) fn root(&self) -> Option<&str> {
        self.root.as_deref()
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
        let (operator, generation) = {
            let world = self.shared.world();
            (world.operator.clone(), world.generation)
        };
        let claims = TokenClaims {
            tenant: &self.tenant_id,
            app_id: COMMAND_LINE_TOOLS,
            object_id: &operator.0,
            user: Some(&operator.1),
            // Good in a rehearsal of every cloud.
            audience: access::GRAPH_APP,
            permissions,
            now: self.shared.clock.now(),
            lifetime: time::Duration::hours(1),
        };
        access::mint_anew(&claims, generation)
    }

    /// The live tenant as JSON, for [`ServerOptions::state`].
    pub fn state(&self) -> String {
        let saved = self.shared.world().tenant.saved();
        serde_json::to_string(&saved).unwrap_or_default()
    }

    /// Whether anybody could have changed the tenant since the start.
    pub(crate) fn touched(&self) -> bool {
        let world = self.shared.world();
        // A refused write may leave something behind as well, such as how often it was refused.
        world.log.counts.writes > 0 || world.log.meanwhile.iter().any(|line| line.took_effect)
    }

    /// Every write that came, in the order of processing.
    pub fn writes(&self) -> Vec<WriteLine> {
        self.shared.world().log.writes.clone()
    }

    /// Every well-formed batch that came.
    pub fn batches(&self) -> Vec<BatchLine> {
        self.shared.world().log.batches.clone()
    }

    /// What the weather let somebody else do.
    pub fn meanwhile(&self) -> Vec<WriteLine> {
        self.shared.world().log.meanwhile.clone()
    }

    /// The same behind the first so many, as soon as there is any. For one who waits.
    pub(crate) async fn meanwhile_after(&self, first: usize) -> Vec<WriteLine> {
        loop {
            let news = self.shared.world().log.meanwhile.get(first..).unwrap_or_default().to_vec();
            if !news.is_empty() {
                return news;
            }
            self.shared.overtaken.notified().await;
        }
    }

    pub fn counts(&self) -> RequestCounts {
        self.shared.counts()
    }

    /// Stops listening and gives answers under way a moment to leave.
    pub async fn stop(mut self) {
        self.stop.take();
        if tokio::time::timeout(LAST_ANSWERS, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
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
                    "{{{head},\"minted\":0,{tables},\"members\":{{}},\"behind\":[],\"fresh\":{{}}}}"
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
