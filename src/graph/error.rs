//! Why something could not be read: kinds that the command line maps to exit codes.

use std::time::Duration;

use crate::graph::auth::SignInError;
use crate::graph::patience::Patience;
use crate::model::id::TenantId;
use crate::model::outcome::Refusal;

/// A failed read or sign-in. Every text in it is safe to show: made by consent, or passed through
/// [`crate::model::untrusted::shown`] with tokens taken out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// No token, or the service does not accept it.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The token or the answering tenant is not the one the manifest names.
    #[error("use tenant {wanted}: {told_by} belongs to tenant {found}")]
    WrongTenant { wanted: TenantId, found: String, told_by: &'static str },
    /// Signed in, but without the right to read this.
    #[error("read {what}: the tenant refused ({missing})")]
    Forbidden { what: String, missing: String, help: String, refusal: Box<Refusal> },
    /// No answer, after all attempts.
    #[error("reach {host}: {because}")]
    Network { host: String, because: String },
    /// The host could not show that it is the one that was asked for.
    #[error("trust {host}: {because}")]
    Untrusted { host: String, because: String },
    /// The service wants to hear nothing for longer than is waited.
    #[error("read {what}: Microsoft Graph asked for {}", paused(*.asked, *.several))]
    LongPause {
        what: String,
        asked: Duration,
        /// It is the sum of several.
        several: bool,
        /// When it would be over, UTC.
        until: String,
    },
    /// Some of the answer came, but not all of it, or it cannot be trusted to be all.
    #[error("read {what} completely: {because}")]
    Incomplete { what: String, because: String },
    /// The record that stands for the tenant holds no answer to this.
    #[error("find {what} in the snapshot of {taken}")]
    NotRecorded { what: String, taken: String },
    /// Any other error answer.
    #[error("read {what}: the service answered {}", told(.refusal))]
    Refused { what: String, refusal: Box<Refusal> },
}

/// What helps where a snapshot does not know what a manifest is about.
const NOT_RECORDED: &str =
    "plan it against the tenant, or take a snapshot with this manifest: consent snapshot take";

impl GraphError {
    pub(crate) fn refused(what: String, refusal: Refusal) -> Self {
        Self::Refused { what, refusal: Box::new(refusal) }
    }

    /// With what was tried before it was given up.
    pub(crate) fn after(mut self, patience: &Patience) -> Self {
        if let Self::Network { because, .. } | Self::Incomplete { because, .. } = &mut self {
            because.push_str(&format!(" ({})", patience.told()));
        }
        self
    }

    /// Stable id of the kind, in snake case.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::SignIn(_) => "sign_in_failed",
            Self::WrongTenant { .. } => "wrong_tenant",
            Self::Forbidden { .. } => "missing_permission",
            Self::Network { .. } => "network",
            Self::Untrusted { .. } => "untrusted_host",
            Self::LongPause { .. } => "long_pause",
            Self::Incomplete { .. } => "incomplete_read",
            Self::NotRecorded { .. } => "not_in_snapshot",
            Self::Refused { .. } => "read_refused",
        }
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::SignIn(error) => Some(error.help.clone()),
            Self::WrongTenant { wanted, .. } => Some(format!(
                "sign in to the tenant of the manifest, for example `az login --tenant {wanted}`"
            )),
            Self::Forbidden { help, .. } => Some(help.clone()),
            Self::Network { .. } => {
                Some("check the network, the proxy settings and the address, then run again".into())
            }
            Self::Untrusted { .. } => Some(
                "if a proxy of your organisation stands in between, or this is `consent sandbox \
                 --tls`, set SSL_CERT_FILE to the file of its root certificate"
                    .into(),
            ),
            Self::LongPause { until, .. } => {
                Some(format!("a run waits for ten minutes at most: run again after {until}"))
            }
            Self::Incomplete { .. } => Some(
                "nothing is decided on an incomplete read: run again, and if it stays, give \
                 the request id to Microsoft support"
                    .into(),
            ),
            Self::NotRecorded { .. } => Some(NOT_RECORDED.to_owned()),
            Self::Refused { refusal, .. } => Some(match &refusal.request_id {
                Some(id) => {
                    format!("run again; for Microsoft support, the request id is {}", id.shown())
                }
                None => "check that the address is that of Microsoft Graph (CONSENT_GRAPH_URL, \
                         --graph-url) and the way there, then run again with -v"
                    .to_owned(),
            }),
        }
    }
}

/// `a pause of 3000 s`.
fn paused(asked: Duration, several: bool) -> String {
    let what = if several { "pauses" } else { "a pause" };
    format!("{what} of {} s", asked.as_secs())
}

/// `404 Request_ResourceNotFound: Resource ... does not exist`, safe to show.
pub fn told(refusal: &Refusal) -> String {
    let mut text = match refusal.status {
        0 => String::from("nothing"),
        status => status.to_string(),
    };
    if !refusal.code.raw().is_empty() {
        text.push(' ');
        text.push_str(&refusal.code.shown());
    }
    if !refusal.message.raw().is_empty() {
        text.push_str(": ");
        text.push_str(&refusal.message.shown());
    }
    text
}
