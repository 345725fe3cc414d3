//! The token endpoint: an application signs in with a secret, a certificate or a federated token.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use url::form_urlencoded;

use crate::sandbox::access::{self, TokenClaims};
use crate::sandbox::answer::{Sent, Trace};
use crate::sandbox::certificate::RegisteredKey;

/// Audience of a federated token, <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>.
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// An application that may sign in as itself.
#[derive(Clone, Default, PartialEq)]
pub struct Application {
    pub app_id: String,
    pub object_id: String,
    pub secret: Option<String>,
    pub secret_expired: bool,
    pub key: Option<RegisteredKey>,
    pub federated: Option<Federated>,
    pub permissions: Vec<String>,
}

impl std::fmt::Debug for Application {
    /// Without its secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Application").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// Whose tokens stand for the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Federated {
    pub issuer: String,
    pub subject: String,
    pub audience: String,
}

/// One request for a token.
pub struct TokenRequest<'a> {
    /// First segment of the path: tenant id or domain.
    pub tenant: &'a str,
    /// `host/tenant/oauth2/v2.0/token` as the caller reached it.
    pub address: String,
    pub form: &'a str,
    pub trace: &'a Trace,
}

/// The tenant as far as tokens go.
pub struct Issuer<'a> {
    pub tenant: &'a str,
    pub domain: &'a str,
    pub identities: &'a [Application],
    /// Of the tokens issued now, see [`crate::sandbox::incoming::Bearer::generation`].
    pub generation: u32,
}

struct No {
    error: &'static str,
    status: u16,
    number: u32,
    text: String,
}

impl No {
    fn client(number: u32, text: impl Into<String>) -> Self {
        Self { error: "invalid_client", status: 401, number, text: text.into() }
    }

    fn request(number: u32, text: impl Into<String>) -> Self {
        Self { error: "invalid_request", status: 400, number, text: text.into() }
    }
}

/// Answers a request for a token.
pub fn answer(request: &TokenRequest<'_>, issuer: &Issuer<'_>) -> Sent {
    match issue(request, issuer) {
        Ok(token) => Sent::json(
            200,
            json!({
                "token_type": "Bearer",
                "expires_in": 3599,
                "ext_expires_in": 3599,
                "access_token": token,
            }),
        ),
        Err(no) => refusal(&no, request.trace),
    }
}

fn refusal(no: &No, trace: &Trace) -> Sent {
    let No { error, status, number, text } = no;
    let stamp = crate::model::clock::stamp(trace.at).replace('T', " ");
    let description = format!(
        "AADSTS{number}: {text} Trace ID: {} Correlation ID: {} Timestamp: {stamp}",
        trace.request_id, trace.client_request_id
    );
    Sent::json(
        *status,
        json!({
            "error": error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": stamp,
            "trace_id": trace.request_id,
            "correlation_id": trace.client_request_id,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        }),
    )
}

fn issue(request: &TokenRequest<'_>, issuer: &Issuer<'_>) -> Result<String, No> {
    check_tenant(request, issuer)?;
    let form: BTreeMap<String, String> =
        form_urlencoded::parse(request.form.as_bytes()).into_owned().collect();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if field("grant_type") != "client_credentials" {
        return Err(No {
            error: "unsupported_grant_type",
            status: 400,
            number: 70003,
            text: format!("The app requested an unsupported grant type '{}'.", field("grant_type")),
        });
    }
    let identity = find(field("client_id"), issuer)?;
    let audience = field("scope").split_whitespace().find_map(|s| s.strip_suffix("/.default"));
    let audience = audience.ok_or_else(|| No {
        error: "invalid_scope",
        status: 400,
        number: 1_002_012,
        text: format!(
            "The provided value for scope {} is not valid. Client credential flows must have a \
             scope value with /.default suffixed to the resource identifier (application ID URI).",
            field("scope")
        ),
    })?;
    match (form.get("client_assertion"), form.get("client_secret")) {
        (Some(assertion), _) => by_assertion(identity, assertion, request)?,
        (None, Some(secret)) => by_secret(identity, secret)?,
        (None, None) => {
            return Err(No::client(
                7_000_216,
                "'client_assertion', 'client_secret' or 'request' is required for the \
                 'client_credentials' grant type.",
            ));
        }
    }
    let permissions: Vec<&str> = identity.permissions.iter().map(String::as_str).collect();
    let claims = TokenClaims {
        tenant: issuer.tenant,
        app_id: &identity.app_id,
        object_id: &identity.object_id,
        user: None,
        audience,
        permissions: &permissions,
        now: request.trace.at,
        lifetime: Duration::seconds(3_600),
    };
    Ok(access::mint_anew(&claims, issuer.generation))
}

fn check_tenant(request: &TokenRequest<'_>, issuer: &Issuer<'_>) -> Result<(), No> {
    if [issuer.tenant, issuer.domain].iter().any(|t| t.eq_ignore_ascii_case(request.tenant)) {
        return Ok(());
    }
    Err(No::request(
        90002,
        format!(
            "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are \
             signing into the correct cloud. Check with your subscription administrator, this may \
             happen if there are no active subscriptions for the tenant.",
            request.tenant
        ),
    ))
}

fn find<'a>(client: &str, issuer: &Issuer<'a>) -> Result<&'a Application, No> {
    let identity = issuer.identities.iter().find(|i| i.app_id.eq_ignore_ascii_case(client));
    identity.ok_or_else(|| No {
        error: "unauthorized_client",
        status: 400,
        number: 700016,
        text: format!(
            "Application with identifier '{client}' was not found in the directory '{}'. This can \
             happen if the application has not been installed by the administrator of the tenant \
             or consented to by any user in the tenant. You may have sent your authentication \
             request to the wrong tenant.",
            issuer.domain
        ),
    })
}

fn by_secret(identity: &Application, secret: &str) -> Result<(), No> {
    if identity.secret.as_deref() != Some(secret) {
        return Err(No::client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is \
                 the client secret value, not the client secret ID, for a secret added to app \
                 '{}'.",
                identity.app_id
            ),
        ));
    }
    if identity.secret_expired {
        return Err(No::client(
            7_000_222,
            format!(
                "The provided client secret keys for app '{}' are expired. Visit the Azure portal \
                 to create new keys for your app: https://aka.ms/NewClientSecret, or consider \
                 using certificate credentials for added security: https://aka.ms/certCreds.",
                identity.app_id
            ),
        ));
    }
    Ok(())
}

fn by_assertion(
    identity: &Application,
    assertion: &str,
    request: &TokenRequest<'_>,
) -> Result<(), No> {
    let malformed = || No::request(50027, "JWT token is invalid or malformed.");
    let header = assertion
        .split('.')
        .next()
        .and_then(|part| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok())
        .ok_or_else(malformed)?;
    let claims = access::payload(assertion).ok_or_else(malformed)?;
    check_times(&claims, request.trace.at)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let own = text("iss").eq_ignore_ascii_case(&identity.app_id);
    match &identity.federated {
        Some(federated) if !own => {
            let said = |number, what: &str, value: &str| {
                No::client(
                    number,
                    format!(
                        "No matching federated identity record found for presented assertion \
                         {what} '{value}'. Check your federated identity credential Subject, \
                         Audience and Issuer against the presented assertion."
                    ),
                )
            };
            if text("iss") != federated.issuer {
                return Err(said(700_211, "issuer", text("iss")));
            }
            if text("sub") != federated.subject {
                return Err(said(700_213, "subject", text("sub")));
            }
            let audience = claims.get("aud");
            let fits = audience.is_some_and(|aud| match aud {
                Value::Array(all) => all.iter().any(|a| a.as_str() == Some(&federated.audience)),
                one => one.as_str() == Some(&federated.audience),
            });
            if fits { Ok(()) } else { Err(said(700_212, "audience", text("aud"))) }
        }
        _ => by_certificate(identity, assertion, &header, &claims, request),
    }
}

fn check_times(claims: &Value, now: OffsetDateTime) -> Result<(), No> {
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let now = now.unix_timestamp();
    // Five minutes either way, the usual tolerance for clocks that differ.
    let fits = time("exp").is_some_and(|exp| now < exp.saturating_add(300))
        && time("nbf").is_none_or(|nbf| nbf <= now + 300);
    if fits {
        return Ok(());
    }
    Err(No::client(
        700_024,
        "Client assertion is not within its valid time range. Please review the documentation at \
         https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
    ))
}

fn by_certificate(
    identity: &Application,
    assertion: &str,
    header: &Value,
    claims: &Value,
    request: &TokenRequest<'_>,
) -> Result<(), No> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let client = &identity.app_id;
    if !text("iss").eq_ignore_ascii_case(client) || !text("sub").eq_ignore_ascii_case(client) {
        return Err(No::client(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ));
    }
    // The simulated address is reached over http, while sign-in libraries insist on https.
    let reached = text("aud").split_once("://").map_or("", |(_, address)| address);
    let public = format!("login.microsoftonline.com/{}/oauth2/v2.0/token", request.tenant);
    if !reached.eq_ignore_ascii_case(&request.address) && !reached.eq_ignore_ascii_case(&public) {
        return Err(No::client(
            700_023,
            "Client assertion audience claim does not match Realm issuer. Review the documentation \
             at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
        ));
    }
    let word = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
    let (signed, signature) = assertion.rsplit_once('.').unwrap_or_default();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    let good = identity.key.as_ref().is_some_and(|key| {
        let named = key.sha256.as_ref().is_none_or(|digest| {
            URL_SAFE_NO_PAD.decode(word("x5t#S256")).is_ok_and(|named| named == *digest)
        });
        named && key.signed(word("alg"), signed.as_bytes(), &signature)
    });
    if good {
        return Ok(());
    }
    Err(No::client(
        700_027,
        format!(
            "The certificate with identifier used to sign the client assertion is not registered \
             on application. [Reason - The key was not found., Thumbprint of key used by client: \
             '{}', Please visit the Azure Portal to view the configured keys of the application \
             with Id '{client}'].",
            word("x5t#S256")
        ),
    ))
}

/// The audience a federated credential has when nobody says another.
pub(crate) fn exchange_audience() -> String {
    EXCHANGE.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_at_the_end_of_time_are_only_late() {
        let now = time::macros::datetime!(2026-11-23 12:00 UTC);
        let check = |claims: Value| check_times(&claims, now).is_ok();
        assert!(check(json!({"exp": i64::MAX, "nbf": i64::MIN})));
        assert!(!check(json!({"exp": i64::MIN})));
        assert!(!check(json!({"exp": i64::MAX, "nbf": i64::MAX})));
        assert!(!check(json!({"nbf": 0})));
    }
}
