//! What stands for the services of a platform: answers on loopback, and only what is asked as it is documented.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or_default())
    }

    pub(crate) fn query(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// What was sent, if it is JSON and said to be.
    pub(crate) fn json(&self) -> Result<Value, Refusal> {
        if !self.header("content-type").starts_with("application/json") {
            return Err(refused(415, "no JSON"));
        }
        serde_json::from_slice(&self.body).map_err(|_| refused(400, "no JSON"))
    }
}

/// A status and what it says.
pub(crate) type Refusal = (u16, Value);
pub(crate) type Answer = Result<Value, Refusal>;

pub(crate) fn refused(status: u16, message: &str) -> Refusal {
    (status, json!({ "message": message }))
}

type Shared<S> = (Arc<Mutex<S>>, fn(&mut S, &Asked) -> Answer);

/// Serves until the runtime ends. The address.
pub(crate) fn serve<S: Send + 'static>(
    runtime: &tokio::runtime::Runtime,
    state: Arc<Mutex<S>>,
    answer: fn(&mut S, &Asked) -> Answer,
) -> String {
    let app = axum::Router::new().fallback(answered::<S>).with_state((state, answer));
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        url
    })
}

async fn answered<S: Send + 'static>(
    State((state, answer)): State<Shared<S>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let asked = Asked {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query,
        headers,
        body: body.to_vec(),
    };
    let (status, body) = match answer(&mut state.lock().unwrap(), &asked) {
        Ok(value) => (200, value),
        Err(refusal) => refusal,
    };
    let head = Response::builder().status(status).header("content-type", "application/json");
    head.body(Body::from(body.to_string())).unwrap()
}

/// An identity token as a platform signs it.
pub(crate) fn identity_token(issuer: &str, subject: &str) -> String {
    let exp = OffsetDateTime::now_utc().unix_timestamp() + 300;
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "RS256", "typ": "JWT", "kid": "k-1" }));
    let audience = "api://AzureADTokenExchange";
    let claims = part(json!({ "iss": issuer, "sub": subject, "aud": audience, "exp": exp }));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode("a signature of nobody"))
}
