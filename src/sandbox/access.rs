//! Access tokens: who calls and with which permissions. Signatures are not checked: whoever
//! reaches a loopback address of this machine may rehearse on it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::sandbox::call::Caller;
use crate::sandbox::incoming::Bearer;
use crate::sandbox::refused::Refused;

/// App id of the resource, as some tokens have it for an audience.
pub(super) const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

/// What an administrator's token holds.
pub const ADMINISTRATOR: &[&str] = &[
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "GroupMember.Read.All",
    "Policy.Read.All",
    "Policy.Read.PermissionGrant",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.ConsentRequest",
    "Policy.ReadWrite.PermissionGrant",
    "User.Read",
    "User.ReadBasic.All",
];

/// Begins the ids of our own tokens; the generation follows.
const UTI: &str = "sandbox.";

/// What a token is made from.
#[derive(Debug, Clone)]
pub struct TokenClaims<'a> {
    pub tenant: &'a str,
    pub app_id: &'a str,
    /// Of the user, or of the application when it signs in as itself.
    pub object_id: &'a str,
    /// User principal name; `None` for an application.
    pub user: Option<&'a str>,
    pub audience: &'a str,
    pub permissions: &'a [&'a str],
    pub now: OffsetDateTime,
    pub lifetime: Duration,
}

/// A token of the usual form. Its third part is no signature.
pub fn mint(claims: &TokenClaims<'_>) -> String {
    mint_anew(claims, 0)
}

/// A token that is issued when all of them had expired so often, see [`Bearer::generation`].
pub(crate) fn mint_anew(claims: &TokenClaims<'_>, generation: u32) -> String {
    let TokenClaims { tenant, app_id, object_id, user, audience, permissions, now, lifetime } =
        claims;
    let mut payload = json!({
        "aud": audience,
        "iss": format!("https://{}/{tenant}/", issuer(audience)),
        "iat": now.unix_timestamp(),
        "nbf": now.unix_timestamp(),
        "exp": (*now + *lifetime).unix_timestamp(),
        "appid": app_id,
        "oid": object_id,
        "sub": object_id,
        "tid": tenant,
        // An id of the token, opaque to everybody else.
        "uti": format!("{UTI}{generation}"),
        "ver": "1.0",
    });
    match user {
        Some(upn) => {
            payload["idtyp"] = json!("user");
            payload["scp"] = json!(permissions.join(" "));
            payload["upn"] = json!(upn);
        }
        None => {
            payload["idtyp"] = json!("app");
            payload["roles"] = json!(permissions);
        }
    }
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "sandbox"});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&header), part(&payload), URL_SAFE_NO_PAD.encode("sandbox"))
}

/// Whoever issues the tokens of a cloud. One for the Graph of whatever cloud is nobody's but ours.
fn issuer(audience: &str) -> &'static str {
    match audience {
        GRAPH_APP => "sandbox.invalid",
        other if other.contains("chinacloudapi.cn") => "sts.chinacloudapi.cn",
        _ => "sts.windows.net",
    }
}

/// Whom an `Authorization` header speaks for.
///
/// # Errors
/// 401 as Microsoft Graph answers it.
pub fn bearer(header: Option<&str>, tenant: &str, now: OffsetDateTime) -> Result<Bearer, Refused> {
    let token = header
        .and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        })
        .filter(|token| !token.is_empty())
        .ok_or_else(|| invalid("Access token is empty."))?;
    let claims = payload(token)
        .ok_or_else(|| invalid("CompactToken parsing failed with error code: 80049217"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if claims.get("exp").and_then(Value::as_i64).unwrap_or(0) <= now.unix_timestamp() {
        return Err(expired());
    }
    if !text("tid").eq_ignore_ascii_case(tenant) {
        return Err(invalid("The token was issued for another tenant."));
    }
    let audience = text("aud");
    if !audience.is_empty()
        && audience != GRAPH_APP
        && !audience.contains("graph")
        && !loopback(audience)
    {
        return Err(invalid("Access token validation failure. Invalid audience."));
    }
    let scopes = text("scp").split_whitespace().map(str::to_owned);
    let roles = claims.get("roles").and_then(Value::as_array).into_iter().flatten();
    let caller = Caller {
        permissions: scopes.chain(roles.filter_map(|r| r.as_str().map(str::to_owned))).collect(),
        object_id: text("oid").to_owned(),
        app_only: claims.get("scp").is_none(),
    };
    let generation = text("uti").strip_prefix(UTI).and_then(|n| n.parse().ok()).unwrap_or(0);
    Ok(Bearer { caller, app_id: text("appid").to_lowercase(), generation })
}

fn loopback(audience: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| audience.contains(host))
}

fn invalid(message: &str) -> Refused {
    Refused::new(401, "InvalidAuthenticationToken", message)
}

/// 401 of a token whose time is over.
pub(crate) fn expired() -> Refused {
    invalid("Lifetime validation failed, the token is expired.")
}

/// The middle part of a token.
pub(crate) fn payload(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-23 12:00 UTC);

    fn token(tenant: &str, audience: &str) -> String {
        let claims = TokenClaims {
            tenant,
            app_id: "app",
            object_id: "me",
            user: Some("me@contoso.com"),
            audience,
            permissions: &["User.Read", "Directory.Read.All"],
            now: NOW,
            lifetime: Duration::hours(1),
        };
        mint_anew(&claims, 3)
    }

    #[test]
    fn a_token_speaks_for_its_caller() {
        let header = format!("bearer {}", token("t", "https://graph.microsoft.com"));
        let Bearer { caller, app_id, generation } = bearer(Some(&header), "T", NOW).unwrap();
        assert_eq!((app_id.as_str(), generation), ("app", 3));
        assert!(caller.permissions.contains("Directory.Read.All") && !caller.app_only);
        assert_eq!(caller.object_id, "me");
    }

    #[test]
    fn tokens_are_refused_with_401() {
        let graph = format!("Bearer {}", token("t", GRAPH_APP));
        let vault = format!("Bearer {}", token("t", "https://vault.azure.net"));
        let late = NOW + Duration::hours(2);
        for (header, tenant, now, said) in [
            (None, "t", NOW, "Access token is empty."),
            (Some("Bearer rubbish"), "t", NOW, "CompactToken parsing failed"),
            (Some(graph.as_str()), "t", late, "Lifetime validation failed"),
            (Some(graph.as_str()), "other", NOW, "The token was issued for another"),
            (Some(vault.as_str()), "t", NOW, "Access token validation failure."),
        ] {
            let refused = bearer(header, tenant, now).unwrap_err();
            assert_eq!(
                (refused.status, refused.code.as_str()),
                (401, "InvalidAuthenticationToken")
            );
            assert!(refused.message.starts_with(said), "{}", refused.message);
        }
    }
}
