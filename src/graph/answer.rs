//! An HTTP answer as data, the same for a plain request and for one item of a batch.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::model::outcome::Refusal;
use crate::model::secret::redact_message as redact;
use crate::model::untrusted::Untrusted;

/// Status, headers and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub body: Body,
}

/// What came after the headers.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Empty,
    Json(Json),
    /// Not JSON: a gateway's HTML, or JSON that was cut off.
    Text(String),
}

/// One whole JSON value, as its text. A page of a list is some hundred kilobytes of it, and ten times
/// that as a tree of values: whoever needs the tree of something small asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json(Box<str>);

impl Json {
    /// `None` for what is not JSON, or goes on behind its end.
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        is_json(text).then(|| Self(text.into()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// The tree. `null` for what nests too deeply to be one, or has texts that are no Unicode.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    pub(crate) fn is_object(&self) -> bool {
        self.0.trim_start().starts_with('{')
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

impl From<&RawValue> for Json {
    fn from(raw: &RawValue) -> Self {
        Self(raw.get().into())
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self(value.to_string().into())
    }
}

/// Header values by name in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(BTreeMap<String, String>);

/// Longest wait that is told as it is: a year. Anything above is a mistake or malice.
pub const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3_600);

impl Headers {
    pub fn insert(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_ascii_lowercase(), value.into());
    }

    /// The value of a header, its name in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The id that the service gave the request, if it is one: anything could stand there.
    pub(crate) fn request_id(&self) -> Option<String> {
        self.get("request-id").and_then(guid)
    }

    /// How long `Retry-After` asks to wait: seconds or an HTTP date; at most [`LONGEST_WAIT`]. `None`
    /// where it asks for nothing, or for no time at all.
    pub fn retry_after(&self, now: OffsetDateTime) -> Option<Duration> {
        let text = self.get("retry-after")?.trim();
        let wait = match text.parse::<f64>() {
            Ok(seconds) if seconds.is_finite() => {
                Duration::try_from_secs_f64(seconds.min(LONGEST_WAIT.as_secs_f64())).ok()?
            }
            Ok(_) => return None,
            Err(_) => {
                let until = OffsetDateTime::from(httpdate::parse_http_date(text).ok()?);
                // A date in the past means now.
                Duration::try_from(until - now).unwrap_or(Duration::ZERO)
            }
        };
        Some(wait.min(LONGEST_WAIT)).filter(|wait| !wait.is_zero())
    }
}

impl Body {
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Self {
        match String::from_utf8(bytes.into()) {
            Ok(text) if text.bytes().all(|byte| byte.is_ascii_whitespace()) => Self::Empty,
            Ok(text) if is_json(&text) => Self::Json(Json(text.into_boxed_str())),
            Ok(text) => Self::Text(text),
            Err(error) => Self::Text(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        }
    }
}

impl Answer {
    /// The answer as an error, whatever its body looks like: the documented envelope, its older
    /// spellings, HTML, or nothing.
    pub fn refusal(&self) -> Refusal {
        let (mut code, message, inner_id) = match &self.body {
            Body::Json(json) => envelope(&json.value()),
            Body::Text(text) => (String::new(), first_words(text), None),
            Body::Empty => (String::new(), String::new(), None),
        };
        if code.is_empty() {
            code = reason(self.status).to_owned();
        }
        let request_id = self.headers.request_id().or(inner_id.as_deref().and_then(guid));
        Refusal {
            status: self.status,
            code: Untrusted::new(redact(&code)),
            message: Untrusted::new(redact(&message)),
            request_id: request_id.map(Untrusted::new),
        }
    }
}

/// A GUID in its usual form.
fn guid(text: &str) -> Option<String> {
    uuid::Uuid::try_parse(text.trim()).ok().map(|id| id.to_string())
}

/// Code, message and request id. Codes inside `innerError` are more specific and win.
fn envelope(json: &Value) -> (String, String, Option<String>) {
    let error = json.get("error").or_else(|| json.get("odata.error")).unwrap_or(json);
    // OAuth style: {"error": "invalid_grant", "error_description": "..."}.
    if let Some(code) = error.as_str() {
        let message = json.get("error_description").map(text).unwrap_or_default();
        return (code.to_owned(), message, None);
    }
    let mut code = member(error, "code").map(text).unwrap_or_default();
    let message = member(error, "message").map(text).unwrap_or_default();
    let mut request_id = None;
    let mut inner = member(error, "innererror");
    // Nesting is bounded, so that no answer can hold the loop.
    for _ in 0..8 {
        let Some(found) = inner else { break };
        if let Some(id) = member(found, "request-id") {
            request_id = Some(text(id));
        }
        if let Some(specific) = member(found, "code").map(text).filter(|code| !code.is_empty()) {
            code = specific;
        }
        inner = member(found, "innererror");
    }
    (code, message, request_id)
}

/// A member, its name in any letter case: `innerError`, `InnerError` and `innererror` all occur.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v)
}

/// A text, or the `value` of the older `{"lang": ..., "value": ...}`.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields.get("value").map(text).unwrap_or_default(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) => String::new(),
    }
}

/// The beginning of a text body without its markup.
fn first_words(body: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for c in body.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            c if c.is_whitespace() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
        if out.len() > 200 {
            out.push_str("...");
            break;
        }
    }
    out.trim().to_owned()
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        408 => "RequestTimeout",
        429 => "TooManyRequests",
        500 => "InternalServerError",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        300..=399 => "Redirect",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> (String, String, Option<String>) {
        let answer =
            Answer { status, headers: Headers::default(), body: Body::parse(body.as_bytes()) };
        let Refusal { code, message, request_id, .. } = answer.refusal();
        (code.raw().into(), message.raw().into(), request_id.map(|id| id.raw().into()))
    }

    #[test]
    fn every_spelling_of_an_error_is_read() {
        let id = Some("7a0c2f5e-0000-4000-8000-000000000001".to_owned());
        let cases = [
            (
                r#"{"error":{"code":"A","message":"m","innerError":{"request-id":"7a0c2f5e-0000-4000-8000-000000000001"}}}"#,
                "A",
                &id,
            ),
            (
                r#"{"error":{"code":"A","message":"m","InnerError":{"request-id":"7a0c2f5e-0000-4000-8000-000000000001"}}}"#,
                "A",
                &id,
            ),
            (r#"{"error":{"code":"","message":"m","innererror":{"code":"B"}}}"#, "B", &None),
            (r#"{"error":{"code":"A","message":{"lang":"en","value":"m"}}}"#, "A", &None),
            (r#"{"odata.error":{"code":"A","message":{"lang":"en","value":"m"}}}"#, "A", &None),
            (r#"{"error":"A","error_description":"m"}"#, "A", &None),
        ];
        for (body, code, request_id) in cases {
            let found = told(400, body);
            assert_eq!(found, (code.to_owned(), "m".to_owned(), request_id.clone()), "{body}");
        }
    }

    #[test]
    fn answers_that_are_no_envelope_still_say_something() {
        assert_eq!(told(503, "").0, "ServiceUnavailable");
        let html = told(502, "<html><head><title>502 Bad\nGateway</title></head></html>");
        assert_eq!((html.0.as_str(), html.1.as_str()), ("BadGateway", "502 Bad Gateway"));
        assert_eq!(told(500, r#"{"error":{"code":"Unk"#).0, "InternalServerError");
        for odd in ["[]", "null", "7", r#"{"error":null}"#, r#"{"error":{"message":[1]}}"#] {
            assert_eq!(told(400, odd).0, "BadRequest", "{odd}");
        }
    }

    #[test]
    fn only_an_id_is_a_request_id() {
        let told = |told: &str| {
            let mut headers = Headers::default();
            headers.insert("Request-Id", told);
            let body = Body::parse(r#"{"error":{"innerError":{"request-id":"opaque-token-1"}}}"#);
            let answer = Answer { status: 400, headers, body };
            answer.refusal().request_id.map(|id| id.raw().to_owned())
        };
        let id = "7a0c2f5e-0000-4000-8000-000000000001";
        assert_eq!(told(&format!(" {} ", id.to_uppercase())).as_deref(), Some(id));
        for odd in ["", "r-1", "Bearer opaque-token-1", "7a0c2f5e-0000-4000-8000-0000000000011"] {
            assert_eq!(told(odd), None, "{odd}");
        }
    }

    #[test]
    fn tokens_in_messages_are_removed() {
        let body = r#"{"error":{"code":"A","message":"bad token eyJhbGciOiJub25lIn0.eyJ4Ijox.x"}}"#;
        assert_eq!(told(401, body).1, "bad token [removed]");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = time::macros::datetime!(2026-11-23 20:00:00 UTC);
        let wait = |text: &str| {
            let mut headers = Headers::default();
            headers.insert("Retry-After", text);
            headers.retry_after(now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("7"), Some(7));
        assert_eq!(wait(" 7 "), Some(7));
        assert_eq!(wait("Mon, 23 Nov 2026 20:00:30 GMT"), Some(30));
        assert_eq!(wait("Mon, 23 Nov 2026 19:00:00 GMT"), None);
        assert_eq!(wait("3000"), Some(3_000), "told as it is");
        assert_eq!(wait("99999999999999999999"), Some(31_536_000), "no overflow later on");
        for nonsense in ["", "0", "-1", "NaN", "inf", "soon"] {
            assert_eq!(wait(nonsense), None, "{nonsense}");
        }
    }
}
