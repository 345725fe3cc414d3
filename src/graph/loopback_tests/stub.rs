//! A server that answers as it is told, and remembers what it was asked.

#![expect(clippy::disallowed_methods, reason = "the stub listens on 127.0.0.1")]

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::http::{Request as HttpRequest, Response};
use azure_core::credentials::Secret;
use serde_json::Value;

use crate::graph::auth::Credential;
use crate::graph::endpoint::Endpoint;
use crate::graph::limiter::tests::{Skip, Still};
use crate::graph::patience::FAULTS;
use crate::graph::{Graph, Options};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    headers: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

pub(super) type Reply = (u16, Vec<(&'static str, String)>, String);

pub(super) struct Stub {
    pub(super) address: String,
    pub(super) seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    /// Answers with what `reply` says; it is told how many requests came before.
    pub(super) async fn start(
        reply: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, reply) = (seen.clone(), Arc::new(reply));
        let answer = move |request: HttpRequest<Body>| {
            let (log, reply) = (log.clone(), reply.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let seen = Seen {
                    method: parts.method.to_string(),
                    target: parts.uri.to_string(),
                    headers: parts
                        .headers
                        .iter()
                        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
                        .collect(),
                    body: serde_json::from_slice(&body).unwrap_or_default(),
                };
                let before = log.lock().unwrap().len();
                log.lock().unwrap().push(seen.clone());
                let (status, headers, body) = reply(&seen, before);
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            }
        };
        Self::serve(axum::Router::new().fallback(answer), seen).await
    }

    /// Answers everything with a body that comes byte by byte and has no end.
    pub(super) async fn dripping() -> Self {
        let byte = |()| async {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
        };
        let answer = move || async move {
            Response::new(Body::from_stream(futures_util::stream::unfold((), byte)))
        };
        Self::serve(axum::Router::new().fallback(answer), Arc::default()).await
    }

    async fn serve(app: axum::Router, seen: Arc<Mutex<Vec<Seen>>>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, seen }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn graph(&self) -> (Graph, Arc<Still>) {
        self.graph_as(Credential::ready(Secret::new("canary-token")))
    }

    pub(super) fn graph_as(&self, credential: Credential) -> (Graph, Arc<Still>) {
        let clock = Arc::new(Still::default());
        let options =
            Options { parallelism: 4, write_quota: 0, patience: FAULTS, clock: clock.clone() };
        let endpoint = Endpoint::parse(&self.address).unwrap();
        let sleeper = Arc::new(Skip(clock.clone()));
        (Graph::connect_with(endpoint, credential, options, sleeper).unwrap(), clock)
    }
}

pub(super) fn reply(status: u16, body: &Value) -> Reply {
    (status, Vec::new(), body.to_string())
}
