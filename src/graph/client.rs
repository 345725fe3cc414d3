//! HTTP clients as they may be: for a Graph and for its sign-in service. They are built here only.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the room that reaches the network; clients are built here only"
)]

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::model::secret::redact_message;
use crate::model::untrusted::shown;

/// Time to reach the host.
const CONNECT: Duration = Duration::from_secs(10);
/// Time without a single byte of the answer.
const SILENCE: Duration = Duration::from_secs(60);
/// Time for one whole answer, however its bytes come.
pub(super) const WHOLE_ANSWER: Duration = Duration::from_secs(120);
/// Which way a client goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Https only, by the system's proxy.
    Internet,
    /// To this machine or its host: http is possible, no proxy sees it.
    Machine,
}

/// A client without redirects (they would carry bodies to strangers), cookies or retries.
///
/// # Errors
/// When the system's certificate store cannot be used.
pub(super) fn client(way: Way) -> Result<reqwest::Client, String> {
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

/// What is inside of the system's errors, however many of them: they do not call it their source.
fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => innermost(inner),
        None => error,
    }
}

/// What is wrong with the host's certificate, if that is what is wrong.
pub(super) fn untrusted(error: &reqwest::Error) -> Option<String> {
    let mut source = error.source();
    while let Some(cause) = source {
        let tls = innermost(cause).downcast_ref::<rustls::Error>();
        if let Some(rustls::Error::InvalidCertificate(because)) = tls {
            return Some(shown(&redact_message(&because.to_string())));
        }
        source = cause.source();
    }
    None
}

/// An error with its causes, outermost first, safe to show. The address is left out: it may hold
/// names of people.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut text = match () {
        () if error.is_timeout() => "no answer in time".to_owned(),
        () if error.is_connect() => "no connection".to_owned(),
        () if error.is_decode() || error.is_body() => "the answer broke off".to_owned(),
        () => "the request failed".to_owned(),
    };
    let mut source = error.source();
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
