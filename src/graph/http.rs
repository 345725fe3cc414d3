//! The one HTTP client. The token is added here and nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azure_core::credentials::Secret;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::graph::answer::{Answer, Body, Headers};
use crate::graph::auth::tokens::Tokens;
use crate::graph::auth::{Claims, SignInError};
use crate::graph::budget::Budget;
use crate::graph::client::{WHOLE_ANSWER, Way, chain, client, untrusted};
use crate::graph::endpoint::{Endpoint, GraphUrl};
use crate::graph::limiter::{GatePass, Limiter};
use crate::model::query::Consistency;
use crate::model::secret;

/// Largest answer that is read, after decompression. The largest legitimate one, a batch of twenty
/// full pages, is a fifth of it.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Sends requests to one Graph.
pub(crate) struct Http {
    pub(crate) endpoint: Endpoint,
    pub(crate) tokens: Tokens,
    pub(crate) limiter: Limiter,
    pub(crate) budget: Budget,
    /// How long faults of one question are tried again.
    pub(crate) patience: Duration,
    client: reqwest::Client,
    sent: Arc<AtomicUsize>,
    /// Times the sign-in was renewed for a write since the last write that was accepted.
    pub(crate) renewals: AtomicUsize,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NoAnswer {
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
pub(crate) struct Exchange<'a> {
    pub(crate) method: reqwest::Method,
    pub(crate) url: GraphUrl,
    pub(crate) consistency: Consistency,
    pub(crate) body: Option<&'a Value>,
    /// Time for the whole answer.
    pub(crate) within: Duration,
    /// Whether the answer counts as a part of what is read of the tenant.
    pub(crate) reads: bool,
}

impl Http {
    /// # Errors
    /// When the client cannot be built.
    pub(crate) fn new(
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
    #[cfg(test)]
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends once, with a place inside the gate. An error answer is an answer.
    ///
    /// # Errors
    /// When no whole answer came.
    pub(crate) async fn send(
        &self,
        _place: GatePass<'_>,
        call: Exchange<'_>,
    ) -> Result<Answer, NoAnswer> {
        let Exchange { method, url, consistency, body, within, reads } = call;
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

    /// What the token says about who signed in.
    ///
    /// # Errors
    /// When there is no token.
    pub(crate) async fn claims(&self) -> Result<Claims, SignInError> {
        let _open = self.budget.open("the sign-in".to_owned());
        self.tokens.claims().await
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
