//! What the sign-in library sends and is answered: every secret in it is known from then on.

use azure_core::error::ErrorKind;
use azure_core::http::request::Body;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use serde_json::Value;
use url::form_urlencoded;

use crate::graph::auth::presented::LastPresented;
use crate::graph::endpoint::is_loopback;
use crate::model::secret;

/// Fields of a request for a token that nobody else may know.
const SENT: [&str; 5] =
    ["client_secret", "client_assertion", "assertion", "refresh_token", "password"];
/// Headers with which an identity service knows its own machine.
const HEADERS: [&str; 2] = ["x-identity-header", "secret"];
/// Members of the answer.
const ANSWERED: [&str; 3] = ["access_token", "refresh_token", "id_token"];

/// The way to a sign-in service.
#[derive(Debug)]
pub(super) struct Overhearing {
    pub(crate) client: reqwest::Client,
    /// Plain http, with this machine and with nobody else. The library insists on https: here it is
    /// turned back.
    pub(crate) plain: bool,
    /// What whoever signs in said it is.
    pub(crate) presented: LastPresented,
}

#[async_trait::async_trait]
impl HttpClient for Overhearing {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        self.learn_sent(request);
        let answer = if self.plain {
            self.client.execute_request(&plain(request)?).await?
        } else {
            self.client.execute_request(request).await?
        };
        let (status, headers, body) = answer.deconstruct();
        let body = body.collect().await?;
        learn_answered(&body);
        Ok(AsyncRawResponse::from_bytes(status, headers, body))
    }
}

impl Overhearing {
    fn learn_sent(&self, request: &Request) {
        for (name, value) in request.headers().iter() {
            if HEADERS.iter().any(|secret| name.as_str().eq_ignore_ascii_case(secret)) {
                secret::learn(value.as_str());
            }
        }
        let Body::Bytes(bytes) = request.body() else { return };
        for (name, value) in form_urlencoded::parse(bytes) {
            if SENT.contains(&name.as_ref()) {
                secret::learn(&value);
            }
            if name == "client_assertion" {
                self.presented.note(&value);
            }
        }
    }
}

fn plain(request: &Request) -> azure_core::Result<Request> {
    let refuse = |why: &'static str| azure_core::Error::with_message(ErrorKind::Other, why);
    if !is_loopback(request.url()) {
        return Err(refuse("plain http is for this machine only"));
    }
    let mut request = request.clone();
    match request.url_mut().set_scheme("http") {
        Ok(()) => Ok(request),
        Err(()) => Err(refuse("the address cannot be http")),
    }
}

fn learn_answered(body: &[u8]) {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    ANSWERED.iter().filter_map(|name| json.get(name)?.as_str()).for_each(secret::learn);
}
