//! Asks the platform for the job's identity token: anew for each sign-in, since it is good for minutes.

use std::time::Duration;

use azure_core::error::ErrorKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use backon::{ExponentialBuilder, Retryable as _};
use reqwest::Response;
use serde_json::Value;

use crate::graph::auth::failure::SignInError;
use crate::graph::auth::job::Platform;
use crate::graph::auth::jwt;
use crate::graph::client::{Way, chain, client};
use crate::graph::endpoint::is_loopback;
use crate::model::secret::{self, redact_message};
use crate::model::untrusted::shown;

/// For one whole answer. Three attempts and their pauses leave time for the sign-in itself.
const ANSWER: Duration = Duration::from_secs(20);
/// Bytes of an answer. Real ones have two thousand.
const LONGEST: usize = 1 << 20;
/// Attempts after the first, where what went wrong may pass, and the first pause.
const AGAIN: usize = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The job's identity token, as the sign-in library asks for it. Holds none.
#[derive(Debug)]
pub(crate) struct JobAssertion {
    http: reqwest::Client,
    platform: Platform,
    audience: &'static str,
}

/// No token came.
struct NoToken {
    error: SignInError,
    /// Whether the same question may be answered in a moment.
    passes: bool,
}

impl JobAssertion {
    /// # Errors
    /// As [`client`]. Sends nothing.
    pub(crate) fn new(platform: Platform, audience: &'static str) -> Result<Self, String> {
        let way = if is_loopback(platform.url()) { Way::Machine } else { Way::Internet };
        Ok(Self { http: client(way)?, platform, audience })
    }

    async fn ask(&self) -> Result<String, NoToken> {
        let request = self.platform.request(&self.http, self.audience).timeout(ANSWER);
        let mut answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let body = self.bounded(&mut answer).await?;
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        match answer.status().as_u16() {
            200 => self.token_in(&json),
            300..=399 => Err(self.refused("with a redirect, which nobody follows with its token")),
            status => {
                let quoted = json["message"].as_str().map(quoted).unwrap_or_default();
                let refused = self.refused(&format!("{status}{quoted}"));
                Err(NoToken { passes: status == 429 || status >= 500, ..refused })
            }
        }
    }

    fn token_in(&self, json: &Value) -> Result<String, NoToken> {
        let token = json[self.platform.member()].as_str().unwrap_or_default();
        secret::learn(token);
        match jwt::has_its_form(token) {
            true => Ok(token.to_owned()),
            false => Err(self.refused("with something that holds no identity token")),
        }
    }

    /// The answer's body, as long as it is no longer than it may be.
    async fn bounded(&self, answer: &mut Response) -> Result<Vec<u8>, NoToken> {
        let mut body = Vec::new();
        while let Some(bytes) = answer.chunk().await.map_err(|error| self.unreachable(&error))? {
            body.extend_from_slice(&bytes);
            if body.len() > LONGEST {
                return Err(self.refused("with more than 1 MiB, which is no identity token"));
            }
        }
        Ok(body)
    }

    fn refused(&self, how: &str) -> NoToken {
        let name = self.platform.name();
        let cause = format!("{name} was asked for the job's identity token and answered {how}");
        NoToken { error: SignInError::plain(cause, self.platform.remedy()), passes: false }
    }

    fn unreachable(&self, error: &reqwest::Error) -> NoToken {
        let (name, variable) = (self.platform.name(), self.platform.variable());
        let origin = shown(&self.platform.url().origin().ascii_serialization());
        let error_is_slow = error.is_timeout();
        let error = SignInError::plain(
            format!("{name} cannot be asked for the job's identity token: {}", chain(error)),
            format!(
                "check that this machine reaches {origin} ({variable}), and its proxy settings \
                 (HTTPS_PROXY, NO_PROXY)"
            ),
        );
        NoToken { error, passes: !error_is_slow }
    }
}

/// What a refusal says, in one short line.
fn quoted(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().take(60).collect();
    format!(": {}", shown(&redact_message(&words.join(" "))))
}

#[async_trait::async_trait]
impl ClientAssertion for JobAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_times(AGAIN)
            .with_jitter();
        let ask = || self.ask();
        let asked = ask.retry(pauses).when(|no| no.passes);
        let told = asked.notify(|no, _| tracing::debug!(error = %no.error, "asking once more"));
        told.await.map_err(|no| {
            azure_core::Error::with_error(ErrorKind::Credential, no.error, "no identity token")
        })
    }
}
