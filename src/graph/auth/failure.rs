//! Failed sign-ins in people's words.

use std::error::Error as _;

use azure_core::error::ErrorKind;

use crate::graph::auth::aadsts;
use crate::model::cloud::Cloud;
use crate::model::id::TenantId;
use crate::model::secret::redact_message as redact;
use crate::model::shell::value;
use crate::model::untrusted::shown;

/// Why there is no token. All texts are safe to show and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sign in: {cause}")]
pub struct SignInError {
    /// Number of the `AADSTS` error, if the sign-in service gave one.
    pub(crate) aadsts: Option<u32>,
    pub(crate) cause: String,
    pub help: String,
}

impl SignInError {
    /// The environment names one half of a credential.
    pub(crate) fn half(set: &str, missing: &str) -> Self {
        Self {
            aadsts: None,
            cause: format!("{set} is set, but {missing} is not"),
            help: format!("set {missing} as well, or unset {set}"),
        }
    }

    /// `AZURE_TOKEN_CREDENTIALS` says a word that names none of our ways.
    pub(crate) fn unknown_way(word: &str) -> Self {
        Self {
            aadsts: None,
            cause: format!(
                "AZURE_TOKEN_CREDENTIALS is \"{}\", which names no way to sign in that is known here",
                shown(word)
            ),
            help: "set it to AzureCliCredential, AzureDeveloperCliCredential, dev or \
                   ManagedIdentityCredential, or unset it to sign in by what else is set"
                .into(),
        }
    }

    /// A token that cannot stand in a header.
    pub(crate) fn unusable_token() -> Self {
        Self {
            aadsts: None,
            cause: "the access token holds characters that no token has".into(),
            help: "set CONSENT_TOKEN to the bare token, without quotes or line breaks".into(),
        }
    }

    /// The sign-in of a real cloud is not used for a Graph on this machine.
    pub(crate) fn real_sign_in_for_loopback() -> Self {
        Self {
            aadsts: None,
            cause: "a Graph on this machine is not given a real tenant's token".into(),
            help: "set CONSENT_TOKEN to the token of the simulated tenant, or \
                   AZURE_AUTHORITY_HOST to its sign-in address (and AZURE_TOKEN_CREDENTIALS to \
                   the one developer tool that plays its part)"
                .into(),
        }
    }

    /// What is of another cloud gets no secret of this one, and its tokens are not used here.
    pub(crate) fn other_cloud(what: &str, cloud: Cloud) -> Self {
        let name = cloud.name();
        Self {
            aadsts: None,
            cause: format!("{what} is of another cloud than \"{name}\""),
            help: format!("sign in to the cloud \"{name}\", or name the other one with --cloud"),
        }
    }

    /// A renewed token is of another tenant than the run.
    pub(crate) fn other_tenant(wanted: TenantId, found: TenantId) -> Self {
        Self {
            aadsts: None,
            cause: format!("the access token belongs to tenant {found}, and not to {wanted}"),
            help: format!("sign in to the tenant: `az login --tenant {wanted}`"),
        }
    }

    /// The service does not accept the token (any more).
    pub(crate) fn lost(told: &str) -> Self {
        Self {
            aadsts: aadsts::find(told),
            cause: format!("the service does not accept the access token: {told}"),
            help: "sign in again, for example `az login`; nothing else was changed".into(),
        }
    }

    pub(crate) fn plain(cause: impl Into<String>, help: impl Into<String>) -> Self {
        Self { aadsts: None, cause: cause.into(), help: help.into() }
    }

    /// Nothing came of it within the time that a question has.
    pub(crate) fn not_in_time() -> Self {
        Self::plain(
            "there was no answer within two minutes",
            "check the network and the proxy settings, then run again",
        )
    }

    /// From what the sign-in library says. `way` is the name of the way in.
    pub(crate) fn from_azure(error: &azure_core::Error, way: &str, tenant: Option<&str>) -> Self {
        if let Some(own) = own(error) {
            return own;
        }
        let texts = texts(error);
        let code = texts.iter().find_map(|text| aadsts::find(text)).or_else(|| number(error));
        let login = match tenant {
            Some(tenant) => format!("az login --tenant {}", value(tenant)),
            None => "az login".to_owned(),
        };
        let told = quoted(&texts);
        if let Some(code) = code {
            return match aadsts::lookup(code) {
                Some(known) => Self {
                    aadsts: Some(code),
                    cause: format!("{} (AADSTS{code})", known.cause),
                    help: known.remedy.replace("az login --tenant TENANT", &login),
                },
                None => Self {
                    aadsts: Some(code),
                    cause: told,
                    help: format!("see https://login.microsoftonline.com/error?code={code}"),
                },
            };
        }
        let says = |what: &str| texts.iter().any(|text| text.contains(what));
        if says("az not found on PATH") {
            return Self::plain(
                "the Azure CLI (az) is not installed",
                "install it and run `az login`, or set CONSENT_TOKEN, or AZURE_TENANT_ID, \
                 AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
            );
        }
        if says("azd not found on PATH") {
            return Self::plain(
                "the Azure Developer CLI (azd) is not installed",
                "install it, or use az",
            );
        }
        if says("az login") {
            return Self::plain("nobody is signed in to the Azure CLI", format!("run `{login}`"));
        }
        if says("azd auth login") {
            let help = "run `azd auth login`";
            return Self::plain("nobody is signed in to the Azure Developer CLI", help);
        }
        if let Some(why) = unreadable(error).filter(|_| way == "workload identity") {
            return Self::plain(
                format!("the file of AZURE_FEDERATED_TOKEN_FILE cannot be read: {why}"),
                "check its path: the platform (a pipeline, Kubernetes) writes that file",
            );
        }
        if unreachable(error) {
            return Self::plain(
                format!("the sign-in service cannot be reached: {told}"),
                "check the network and the proxy settings (HTTPS_PROXY, NO_PROXY)",
            );
        }
        Self::plain(format!("{way}: {told}"), format!("check the credential, or use `{login}`"))
    }
}

/// The messages of an error and its causes, outermost first. Never `Debug`, which holds bodies and
/// backtraces.
fn texts(error: &azure_core::Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        texts.push(cause.to_string());
        source = cause.source();
    }
    texts
}

/// The innermost message that says something, in one line.
fn quoted(texts: &[String]) -> String {
    let text = texts.iter().rev().find(|text| !text.trim().is_empty());
    let line = text.map(String::as_str).unwrap_or("no reason was given");
    let words: Vec<&str> = line.split_whitespace().take(60).collect();
    shown(&redact(&words.join(" ")))
}

fn kinds(error: &azure_core::Error) -> Vec<&ErrorKind> {
    let mut kinds = vec![error.kind()];
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(inner) = cause.downcast_ref::<azure_core::Error>() {
            kinds.push(inner.kind());
        }
        source = cause.source();
    }
    kinds
}

/// What we said ourselves, where the library only passed it on.
fn own(error: &azure_core::Error) -> Option<SignInError> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(own) = cause.downcast_ref::<SignInError>() {
            return Some(own.clone());
        }
        source = cause.source();
    }
    None
}

/// The number that the answer's `error_codes` gave.
fn number(error: &azure_core::Error) -> Option<u32> {
    kinds(error).into_iter().find_map(|kind| match kind {
        ErrorKind::HttpResponse { error_code: Some(code), .. } => {
            code.split(',').next()?.parse().ok()
        }
        _ => None,
    })
}

/// What the system said about a file that is not there or not ours to read.
fn unreadable(error: &azure_core::Error) -> Option<String> {
    use std::io::ErrorKind::{IsADirectory, NotFound, PermissionDenied};
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && matches!(io.kind(), IsADirectory | NotFound | PermissionDenied)
        {
            return Some(shown(&io.to_string()));
        }
        source = cause.source();
    }
    None
}

fn unreachable(error: &azure_core::Error) -> bool {
    kinds(error).into_iter().any(|kind| matches!(kind, ErrorKind::Connection | ErrorKind::Io))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &'static str) -> SignInError {
        let inner = azure_core::Error::with_message(ErrorKind::Credential, text);
        let outer = azure_core::Error::with_error(ErrorKind::Credential, inner, "outer words");
        SignInError::from_azure(&outer, "client secret", Some("t-1"))
    }

    #[test]
    fn known_numbers_get_their_words() {
        let error = told("AADSTS7000215: Invalid client secret provided. Trace ID: x");
        assert_eq!(error.aadsts, Some(7_000_215));
        assert_eq!(error.to_string(), "sign in: the client secret is wrong (AADSTS7000215)");
        let error = told("ERROR: AADSTS700082: The refresh token has expired");
        assert_eq!(error.help, "sign in again: `az login --tenant t-1`");
        assert!(told("AADSTS123456: new").help.contains("code=123456"));
    }

    #[test]
    fn missing_tools_and_missing_sign_ins_differ() {
        assert!(told("az not found on PATH").help.contains("install"));
        let error = told("ERROR: Please run 'az login' to setup account.");
        assert_eq!(error.help, "run `az login --tenant t-1`");
    }

    #[test]
    fn a_token_file_that_cannot_be_read_is_named() {
        let inner = std::io::Error::from(std::io::ErrorKind::NotFound);
        let outer = azure_core::Error::with_error(ErrorKind::Credential, inner, "outer words");
        let told = |way| SignInError::from_azure(&outer, way, Some("t-1"));
        assert!(told("workload identity").cause.contains("AZURE_FEDERATED_TOKEN_FILE"));
        assert!(!told("client secret").cause.contains("AZURE_FEDERATED_TOKEN_FILE"));
    }

    #[test]
    fn no_token_and_no_escape_sequence_gets_through() {
        let error = told("assertion eyJhbGciOiJub25lIn0.eyJ4Ijox.x \u{1b}[31m was bad");
        assert!(!format!("{error:?}").contains("eyJ") && !error.cause.contains('\u{1b}'));
    }
}
