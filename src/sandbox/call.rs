//! One request below the version root, taken apart.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::sandbox::odata::filter::Filter;
use crate::sandbox::refused::Refused;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpMethod {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

/// Who calls, as the access token says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// Scopes (`scp`) or application permissions (`roles`).
    pub permissions: BTreeSet<String>,
    /// Object id of the signed-in user or, without one, of the application.
    pub object_id: String,
    /// Signed in as itself, without a user.
    pub app_only: bool,
}

#[derive(Debug, Clone)]
pub struct Call {
    pub(crate) method: HttpMethod,
    /// Decoded; see [`segments`].
    pub(crate) segments: Vec<String>,
    pub(crate) filter: Option<Filter>,
    /// Members asked for; empty without `$select`.
    pub(crate) select: Vec<String>,
    pub(crate) top: Option<usize>,
    /// `$count=true`.
    pub(crate) count: bool,
    /// `ConsistencyLevel: eventual`.
    pub(crate) eventual: bool,
    pub(crate) body: Option<Value>,
    pub(crate) caller: Caller,
}

impl Call {
    pub(crate) fn new(method: HttpMethod, path: &str) -> Self {
        Self {
            method,
            segments: segments(path),
            filter: None,
            select: Vec::new(),
            top: None,
            count: false,
            eventual: false,
            body: None,
            caller: Caller::default(),
        }
    }

    #[cfg(test)]
    #[must_use]
    pub(crate) fn with_body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The segments in lower case, to be matched: the service ignores their letter case. Ids and
    /// keys are taken from `segments`.
    pub(crate) fn route(&self) -> Vec<String> {
        self.segments.iter().map(|segment| segment.to_ascii_lowercase()).collect()
    }

    /// A segment as it came.
    pub(crate) fn segment(&self, index: usize) -> &str {
        self.segments.get(index).map_or("", String::as_str)
    }

    /// Both halves of what the service wants for queries beyond the default ones.
    pub(crate) fn advanced(&self) -> bool {
        self.eventual && self.count
    }

    /// The body's members without annotations.
    ///
    /// # Errors
    /// When there is no JSON object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Refused> {
        match &self.body {
            Some(Value::Object(members)) => Ok(members
                .iter()
                .filter(|(name, _)| !name.contains('@'))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()),
            None => Err(Refused::new(400, "BadRequest", "Empty Payload. JSON content expected.")),
            Some(_) => Err(unreadable()),
        }
    }
}

/// The service's sentence for a body that is no JSON object.
pub(crate) fn unreadable() -> Refused {
    Refused::new(
        400,
        "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and \
         payload is of valid JSON format.",
    )
}

/// Splits and decodes a path. A key in parentheses becomes a segment of its own:
/// `servicePrincipals(appId='x')` is `servicePrincipals` and `appId='x'`, `users('x')` is `users`
/// and `x`.
pub(crate) fn segments(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let part = decode(part);
        match part.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?))) {
            Some((name, key)) if !key.is_empty() && !name.is_empty() => {
                out.push(name.to_owned());
                out.push(unquoted(key).unwrap_or_else(|| key.to_owned()));
            }
            _ => out.push(part),
        }
    }
    out
}

/// The text of an OData string literal.
pub(crate) fn unquoted(literal: &str) -> Option<String> {
    Some(literal.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

/// Undoes percent-encoding. What is not valid UTF-8 afterwards is replaced, never refused.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_parentheses_are_segments() {
        assert_eq!(
            segments("/servicePrincipals(appId='a%2Db')/oauth2PermissionGrants"),
            ["servicePrincipals", "appId='a-b'", "oauth2PermissionGrants"]
        );
        assert_eq!(segments("users('%24o''x@y')"), ["users", "$o'x@y"]);
        assert_eq!(
            segments("/oauth2PermissionGrants/delta()"),
            ["oauth2PermissionGrants", "delta()"]
        );
        assert_eq!(segments("/a%"), ["a%"]);
        assert_eq!(segments("/a%+1%2"), ["a%+1%2"]);
    }
}
