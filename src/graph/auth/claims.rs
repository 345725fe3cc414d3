//! What an access token says about itself. Read, not verified: only the service can do that.

use serde_json::Value;
use time::OffsetDateTime;
use url::Url;

use crate::graph::auth::failure::SignInError;
use crate::graph::auth::jwt::Jwt;
use crate::graph::endpoint::Endpoint;
use crate::model::clock::stamp;
use crate::model::cloud::Cloud;
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::secret::redact_message as redact;
use crate::model::untrusted::{Untrusted, shown};

/// Used to find a wrong tenant, a wrong audience and an expired token early, and to tell a missing
/// permission from a missing role. Never to allow anything. A member that the token lacks is `None`
/// or empty; a token that is no JWT lacks all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    pub(crate) tenant: Option<TenantId>,
    /// The client that signed in (`appid`, or `azp`).
    pub(crate) app: Option<AppId>,
    /// The user, or the client's service principal (`oid`).
    pub(crate) object: Option<ObjectId>,
    /// User principal name, or the client's display name.
    pub(crate) name: Option<Untrusted>,
    /// Delegated permissions (`scp`). Not empty when a user signed in.
    pub(crate) scopes: Vec<String>,
    /// Application permissions (`roles`).
    pub(crate) roles: Vec<String>,
    pub(crate) expires: Option<OffsetDateTime>,
    pub(crate) audience: Option<String>,
    /// The address of who issued it (`iss`).
    pub(crate) issuer: Option<Url>,
    /// Whether its third part can be a signature: Microsoft signs with RSA, a simulated tenant with a word.
    pub(crate) is_signed: bool,
}

/// Bytes of the shortest signature that a sign-in service makes: ECDSA on P-256.
const SHORTEST_SIGNATURE: usize = 64;

/// Microsoft Graph's app id, the other form of its audience.
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

impl Claims {
    /// Reads the middle part of a JWT. A token is opaque by contract, so anything else is no error.
    pub fn of(token: &str) -> Self {
        let Some(jwt) = Jwt::read(token) else { return Self::default() };
        let is_signed = jwt.signature_bytes >= SHORTEST_SIGNATURE;
        Self { is_signed, ..Self::from_json(&jwt.claims) }
    }

    fn from_json(json: &Value) -> Self {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let list = |value: &Value| match value {
            Value::Array(items) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Value::String(text) => words(text),
            _ => Vec::new(),
        };
        Self {
            tenant: text("tid").and_then(|id| id.parse().ok()),
            app: text("appid").or_else(|| text("azp")).and_then(|id| id.parse().ok()),
            object: text("oid").and_then(|id| id.parse().ok()),
            name: ["upn", "preferred_username", "unique_name", "app_displayname"]
                .into_iter()
                .find_map(text)
                .map(Untrusted::new),
            scopes: text("scp").map(words).unwrap_or_default(),
            roles: json.get("roles").map(list).unwrap_or_default(),
            expires: json
                .get("exp")
                .and_then(Value::as_i64)
                .and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()),
            audience: text("aud").map(str::to_owned),
            issuer: text("iss").and_then(|issuer| Url::parse(issuer).ok()),
            is_signed: false,
        }
    }

    /// Whether the token holds a permission, of either sort.
    pub(crate) fn has(&self, permission: &str) -> bool {
        self.scopes.iter().chain(&self.roles).any(|held| held == permission)
    }

    /// Whether a person signed in, rather than an application for itself.
    pub(crate) fn is_delegated(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// A tenant that the token names, as its own or in its issuer's address, and that is not this one.
    pub(crate) fn foreign(&self, wanted: TenantId) -> Option<TenantId> {
        let issuer =
            self.issuer.as_ref().and_then(|issuer| issuer.path_segments()?.next()?.parse().ok());
        [self.tenant, issuer].into_iter().flatten().find(|found| *found != wanted)
    }

    /// Whether it says neither whose it is nor what for: no JWT, most probably.
    pub(crate) fn is_opaque(&self) -> bool {
        self.tenant.is_none() && self.audience.is_none() && self.issuer.is_none()
    }

    /// Whether a sign-in service of Microsoft made it: by its name, and with a signature.
    fn is_real(&self) -> bool {
        let host = self.issuer.as_ref().and_then(Url::host_str);
        self.is_signed && host.is_some_and(|host| Cloud::Global.issues_at(host).is_some())
    }

    /// Finds out before any request that the token is not for this Graph: nobody else shall see it.
    ///
    /// # Errors
    /// When it expired, is of another cloud, or is meant for something else than this Graph.
    pub fn check(&self, endpoint: &Endpoint, now: OffsetDateTime) -> Result<(), SignInError> {
        if let Some(expired) = self.expires.filter(|at| *at <= now) {
            return Err(SignInError {
                aadsts: None,
                cause: format!("the access token expired at {}", stamp(expired)),
                help: "get a new token: `az account get-access-token \
                       --resource-type ms-graph --query accessToken -o tsv`"
                    .into(),
            });
        }
        if endpoint.is_loopback() && self.is_real() {
            return Err(SignInError {
                aadsts: None,
                cause: "the access token is a real one, and this address is of this machine"
                    .to_owned(),
                help: "unset CONSENT_TOKEN, or use the one that `consent sandbox` prints"
                    .to_owned(),
            });
        }
        let cloud = endpoint.cloud();
        let host = self.issuer.as_ref().and_then(Url::host_str);
        if let Some(host) = host.filter(|host| cloud.issues_at(host) == Some(false)) {
            return Err(SignInError::other_cloud(
                &format!("the access token, issued by {host},"),
                cloud,
            ));
        }
        let wanted = endpoint.audience();
        let foreign = |audience: &&str| match endpoint.is_loopback() {
            // What plays a Graph on this machine may have any name, but not that of another cloud.
            true => {
                let host = audience.strip_prefix("https://").unwrap_or_default();
                Cloud::of_graph(host).is_some_and(|other| other != cloud)
            }
            false => *audience != wanted && *audience != GRAPH_APP,
        };
        let audience = self.audience.as_deref().map(|text| text.trim_end_matches('/'));
        match audience.filter(foreign) {
            Some(audience) => Err(SignInError {
                aadsts: None,
                cause: format!("the access token is meant for {}", shown(&redact(audience))),
                help: format!(
                    "get a token for {wanted}: `az account get-access-token --resource {wanted}`"
                ),
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn token(claims: &Value) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-23 20:00:00 UTC);

    #[test]
    fn reads_what_is_there() {
        let claims = Claims::of(&token(&serde_json::json!({
            "tid": "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7",
            "appid": "99da6bf4-4525-4bfa-b39f-b6a35789c240",
            "oid": "11111111-1111-1111-1111-111111111111",
            "upn": "adele@contoso.com", "scp": "User.Read Directory.Read.All",
            "exp": 1_795_464_000, "aud": "https://graph.microsoft.com/", "unknown": [1]
        })));
        assert_eq!(claims.tenant.unwrap().to_string(), "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7");
        assert_eq!(claims.name, Some(Untrusted::new("adele@contoso.com")));
        assert!(claims.has("Directory.Read.All") && claims.is_delegated());
        let home = Endpoint::parse("https://graph.microsoft.com").unwrap();
        assert_eq!(claims.check(&home, claims.expires.unwrap() - time::Duration::SECOND), Ok(()));
    }

    #[test]
    fn tells_expired_and_foreign_tokens() {
        let home = Endpoint::parse("https://graph.microsoft.us").unwrap();
        let old = Claims { expires: Some(NOW), ..Claims::default() };
        let error = old.check(&home, NOW).unwrap_err();
        assert_eq!(error.cause, "the access token expired at 2026-11-23T20:00:00Z");
        let audience = Some("https://graph.microsoft.com".to_owned());
        let foreign = Claims { audience, ..Claims::default() };
        assert!(foreign.check(&home, NOW).unwrap_err().cause.contains("graph.microsoft.com"));
        let audience = Some(format!("\u{202e}{}", token(&serde_json::json!({"aud": "x"}))));
        let odd = Claims { audience, ..Claims::default() }.check(&home, NOW).unwrap_err();
        assert_eq!(odd.cause, "the access token is meant for <U+202E>[removed]");
        let here = Endpoint::parse("http://127.0.0.1:1").unwrap();
        assert_eq!(foreign.check(&here, NOW), Ok(()));
    }

    #[test]
    fn a_token_of_another_cloud_is_none() {
        let issued = |host: &str| {
            let tenant = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7";
            Claims::of(&token(&serde_json::json!({ "iss": format!("https://{host}/{tenant}/") })))
        };
        let at = |cloud, host: &str| {
            let here = Endpoint::parse("http://127.0.0.1:1").unwrap().in_cloud(cloud);
            let there = Endpoint::of(cloud).unwrap();
            let answers = [&here, &there].map(|endpoint| issued(host).check(endpoint, NOW).is_ok());
            assert_eq!(answers[0], answers[1], "{cloud:?} {host}");
            answers[0]
        };
        for (host, clouds) in [
            ("sts.windows.net", [true, true, true, false]),
            ("login.microsoftonline.com", [true, false, false, false]),
            ("login.microsoftonline.us", [false, true, true, false]),
            ("sts.chinacloudapi.cn", [false, false, false, true]),
            ("login.partner.microsoftonline.cn", [false, false, false, true]),
            ("issuer.example", [true; 4]),
        ] {
            assert_eq!(Cloud::ALL.map(|cloud| at(cloud, host)), clouds, "{host}");
        }
        let error =
            issued("sts.chinacloudapi.cn").check(&Endpoint::of(Cloud::Global).unwrap(), NOW);
        let told = error.unwrap_err();
        assert!(told.cause.contains("\"global\"") && told.help.contains("--cloud"), "{told:?}");
    }

    #[test]
    fn the_audience_is_that_of_the_cloud_also_on_this_machine() {
        for (cloud, other) in
            Cloud::ALL.into_iter().flat_map(|one| Cloud::ALL.map(|two| (one, two)))
        {
            let here = Endpoint::parse("http://127.0.0.1:1").unwrap().in_cloud(cloud);
            let there = Endpoint::of(cloud).unwrap();
            let claims = Claims { audience: Some(other.graph().to_owned()), ..Claims::default() };
            for endpoint in [here, there] {
                assert_eq!(claims.check(&endpoint, NOW).is_ok(), cloud == other, "{endpoint:?}");
            }
        }
    }

    /// A simulated tenant says that its tokens are Microsoft's; it cannot sign them.
    #[test]
    fn a_real_token_does_not_go_to_this_machine() {
        let here = Endpoint::parse("http://127.0.0.1:1").unwrap();
        let there = Endpoint::of(Cloud::Global).unwrap();
        let claims = serde_json::json!({
            "iss": "https://sts.windows.net/8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7/",
            "aud": "https://graph.microsoft.com"
        });
        let body = token(&claims);
        let body = body.strip_suffix("sig").unwrap();
        for (bytes, real) in [(7, false), (63, false), (64, true), (256, true)] {
            let signature = URL_SAFE_NO_PAD.encode(vec![7; bytes]);
            let claims = Claims::of(&format!("{body}{signature}"));
            assert_eq!(claims.check(&here, NOW).is_err(), real, "{bytes}");
            assert!(claims.check(&there, NOW).is_ok(), "{bytes}");
        }
    }

    #[test]
    fn a_tenant_is_named_twice() {
        let (one, two) =
            ("8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7", "11111111-1111-1111-1111-111111111111");
        let claims = |tid: &str, issuer: &str| {
            let issuer = format!("https://sts.windows.net/{issuer}/");
            Claims::of(&token(&serde_json::json!({ "tid": tid, "iss": issuer })))
        };
        let wanted = one.parse().unwrap();
        assert_eq!(claims(one, one).foreign(wanted), None);
        for foreign in [claims(two, one), claims(one, two), claims("", two)] {
            assert_eq!(foreign.foreign(wanted), two.parse().ok(), "{foreign:?}");
        }
        assert_eq!(claims(one, "common").foreign(wanted), None);
        assert!(Claims::of("opaque").is_opaque() && !claims(one, one).is_opaque());
    }

    #[test]
    fn opaque_tokens_say_nothing() {
        let five_parts = "a.b.c.d.e";
        for text in ["", "opaque", "a.b", "a.!!.c", "a.e30.c.d", "e30.bnVsbA.x", five_parts] {
            assert_eq!(Claims::of(text), Claims::default(), "{text}");
        }
    }
}
