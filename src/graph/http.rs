//! The one HTTP client. The token is added here and nowhere else.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the room that reaches the network; clients are built here only"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azure_core::credentials::Secret;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::graph::answer::{Answer, Body, Headers};
use crate::graph::auth::SignInError;
use crate::graph::auth::tokens::Tokens;
use crate::graph::budget::Budget;
use crate::graph::endpoint::{Endpoint, GraphUrl};
use crate::graph::limiter::{Limiter, Place};
use crate::model::query::Consistency;
use crate::model::secret::{self, redact_message};
use crate::model::untrusted::shown;

/// Time to reach the host.
const CONNECT: Duration = Duration::from_secs(10);
/// Time without a single byte of the answer.
const SILENCE: Duration = Duration::from_secs(60);
/// Time for one whole answer, however its bytes come.
pub const WHOLE_ANSWER: Duration = Duration::from_secs(120);
/// Largest answer that is read, after decompression. The largest legitimate one, a batch of twenty
/// full pages, is a fifth of it.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Which way a client goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Https only, by the system's proxy.
    Internet,
    /// To this machine or its host: http is possible, no proxy sees it.
    Machine,
}

/// A client without redirects (they would carry bodies to strangers), cookies or retries.
///
/// # Errors
/// When the system's certificate store cannot be used.
pub fn client(way: Way) -> Result<reqwest::Client, String> {
    // Installing twice is refused, which is fine: the first one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .timeout(WHOLE_ANSWER)
        .user_agent(concat!("consent/", env!("CARGO_PKG_VERSION")));
    let builder = match way {
        Way::Internet => builder.https_only(true),
        Way::Machine => builder.no_proxy(),
    };
    builder.build().map_err(|error| chain(&error))
}

/// Sends requests to one Graph.
pub struct Http {
    pub endpoint: Endpoint,
    pub tokens: Tokens,
    pub limiter: Limiter,
    pub budget: Budget,
    /// How long faults of one question are tried again.
    pub patience: Duration,
    client: reqwest::Client,
    sent: Arc<AtomicUsize>,
    /// Times the sign-in was renewed for a write since the last write that was accepted.
    pub renewals: AtomicUsize,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum NoAnswer {
    /// Nothing was sent: there is no token.
    SignIn(SignInError),
    /// Nothing was sent: the host could not be reached.
    Unreached(String),
    /// Nothing was sent: the host could not show that it is the one that was asked for. Trying again
    /// does not help.
    Untrusted(String),
    /// Sent, perhaps received; the answer did not come, or not whole.
    Lost(String),
    /// Sent and answered, by more than is read.
    TooMuch(String),
}

/// One request.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    pub method: reqwest::Method,
    pub url: GraphUrl,
    pub consistency: Consistency,
    pub body: Option<&'a Value>,
    /// Time for the whole answer.
    pub within: Duration,
    /// Whether the answer counts as a part of what is read of the tenant.
    pub reads: bool,
}

impl Http {
    /// # Errors
    /// When the client cannot be built.
    pub fn new(
        endpoint: Endpoint,
        tokens: Tokens,
        limiter: Limiter,
        patience: Duration,
    ) -> Result<Self, String> {
        let way = if endpoint.is_loopback() { Way::Machine } else { Way::Internet };
        let client = client(way)?;
        let (sent, renewals) = (Arc::default(), AtomicUsize::new(0));
        let budget = Budget::default();
        Ok(Self { endpoint, tokens, limiter, budget, patience, client, sent, renewals })
    }

    /// HTTP requests sent so far.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends once, with a place inside the gate. An error answer is an answer.
    ///
    /// # Errors
    /// When no whole answer came.
    pub async fn send(&self, _place: Place<'_>, call: Call<'_>) -> Result<Answer, NoAnswer> {
        let Call { method, url, consistency, body, within, reads } = call;
        let token = self.bearer().await.map_err(NoAnswer::SignIn)?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.secret()))
            .map_err(|_| NoAnswer::SignIn(SignInError::unusable_token()))?;
        bearer.set_sensitive(true);
        let id = uuid::Uuid::new_v4().to_string();
        let mut request = self
            .client
            .request(method.clone(), url.as_url().clone())
            .timeout(within.min(WHOLE_ANSWER))
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "application/json")
            .header("client-request-id", &id);
        if consistency == Consistency::Eventual {
            request = request.header("ConsistencyLevel", "eventual");
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        let answer = receive(request, reads.then_some(&self.budget)).await;
        if answer.as_ref().is_ok_and(|answer| !matches!(answer.status, 424 | 429 | 503)) {
            self.limiter.well();
        }
        let path = url.as_url().path();
        match &answer {
            Ok(answer) => tracing::debug!(
                %method, path, status = answer.status, client_request_id = id,
                request_id = answer.headers.request_id(), "answered"
            ),
            Err(error) => tracing::debug!(%method, path, client_request_id = id, ?error, "lost"),
        }
        answer
    }

    async fn bearer(&self) -> Result<Secret, SignInError> {
        let _open = self.budget.open("the sign-in".to_owned());
        self.tokens.bearer().await
    }
}

/// What comes back is without live secrets from here on: a service may repeat what it was sent.
async fn receive(
    request: reqwest::RequestBuilder,
    budget: Option<&Budget>,
) -> Result<Answer, NoAnswer> {
    let mut response = request.send().await.map_err(|error| {
        let text = chain(&error);
        if let Some(because) = untrusted(&error) {
            NoAnswer::Untrusted(because)
        } else if error.is_connect() || error.is_builder() {
            NoAnswer::Unreached(text)
        } else {
            NoAnswer::Lost(text)
        }
    })?;
    let status = response.status();
    let headers = readable(response.headers());
    if status.is_redirection() {
        let message = "the address answers with a redirect, which is never followed: a token \
                       goes to the configured host only";
        let body = serde_json::json!({"error": {"code": "Redirect", "message": message}});
        return Ok(Answer { status: status.as_u16(), headers, body: Body::Json(body.into()) });
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                budget
                    .map_or(Ok(()), |budget| budget.bytes(chunk.len()))
                    .map_err(|much| NoAnswer::TooMuch(much.to_string()))?;
                bytes.extend_from_slice(&chunk);
            }
            Ok(None) => break,
            Err(error) => return Err(NoAnswer::Lost(chain(&error))),
        }
        if bytes.len() > LARGEST_ANSWER {
            return Err(NoAnswer::TooMuch("one answer is larger than 64 MiB".into()));
        }
    }
    Ok(Answer { status: status.as_u16(), headers, body: Body::parse(secret::without(bytes)) })
}

fn readable(headers: &HeaderMap) -> Headers {
    let mut out = Headers::default();
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = secret::without(value.to_str().ok()?.as_bytes().to_vec());
        Some((name.as_str().to_owned(), String::from_utf8(value).ok()?))
    };
    for (name, value) in headers.iter().filter_map(text) {
        out.insert(&name, value);
    }
    out
}

/// What is wrong with the host's certificate, if that is what is wrong.
fn untrusted(error: &reqwest::Error) -> Option<String> {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        // The TLS library's error is inside one of the system's, which does not call it its source.
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(rustls::Error::InvalidCertificate(because)) = tls.or(cause.downcast_ref()) {
            return Some(shown(&redact_message(&because.to_string())));
        }
        source = cause.source();
    }
    None
}

/// An error with its causes, outermost first, safe to show. The address is left out: it may hold
/// names of people.
fn chain(error: &reqwest::Error) -> String {
    let mut text = match () {
        () if error.is_timeout() => "no answer in time".to_owned(),
        () if error.is_connect() => "no connection".to_owned(),
        () if error.is_decode() || error.is_body() => "the answer broke off".to_owned(),
        () => "the request failed".to_owned(),
    };
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let told = cause.to_string();
        if !text.contains(&told) {
            text.push_str(": ");
            text.push_str(&told);
        }
        source = cause.source();
    }
    shown(&redact_message(&text))
}
