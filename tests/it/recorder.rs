//! Stands between a client and the simulated tenant, and writes down what passes.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::Response;
use serde_json::Value;

use crate::world::World;

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    /// Below the version root, with its query.
    pub path: String,
    pub sent: Option<Value>,
    pub status: u16,
    pub got: Option<Value>,
}

pub struct Recorder {
    url: String,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

#[derive(Clone)]
struct Shared {
    tenant: String,
    client: reqwest::Client,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    pub fn before(world: &World) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let shared = Shared { tenant: world.tenant.url(), client, seen: Arc::clone(&seen) };
        let router = axum::Router::new().fallback(pass).with_state(shared);
        let address = world.runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async { axum::serve(listener, router).await });
            address
        });
        Self { url: format!("http://{address}"), seen }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything so far, each item of a batch also for itself.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let mut all = self.seen.lock().unwrap().clone();
        let batches: Vec<Exchange> =
            all.iter().filter(|exchange| exchange.path == "/$batch").cloned().collect();
        for batch in batches {
            let (sent, got) = (batch.sent.unwrap(), batch.got.unwrap());
            for item in sent["requests"].as_array().unwrap() {
                let answers = got["responses"].as_array().unwrap();
                let answer = answers.iter().find(|answer| answer["id"] == item["id"]).unwrap();
                let body = |body: &Value| (!body.is_null()).then(|| body.clone());
                all.push(Exchange {
                    method: item["method"].as_str().unwrap().to_owned(),
                    path: item["url"].as_str().unwrap().to_owned(),
                    sent: body(&item["body"]),
                    status: u16::try_from(answer["status"].as_u64().unwrap()).unwrap(),
                    got: body(&answer["body"]),
                });
            }
        }
        all
    }
}

async fn pass(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sent = serde_json::from_slice(&body).ok();
    // The host stays as the client wrote it, so that links to next pages lead here again.
    let answer = shared
        .client
        .request(method.clone(), format!("{}{uri}", shared.tenant))
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let kept = answer.headers().clone();
    let bytes = answer.bytes().await.unwrap();
    let uri = uri.to_string();
    shared.seen.lock().unwrap().push(Exchange {
        method: method.to_string(),
        path: uri.strip_prefix("/v1.0").unwrap_or(&uri).to_owned(),
        sent,
        status: status.as_u16(),
        got: serde_json::from_slice(&bytes).ok(),
    });
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    for (name, value) in kept {
        if let Some(name) = name.filter(|n| n != header::TRANSFER_ENCODING) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
