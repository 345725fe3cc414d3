//! Answers as they go over the wire, outside and inside a batch.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::sandbox::guid::guid_of;
use crate::sandbox::refused::Refused;

/// One answer before it is bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub status: u16,
    pub body: AnswerBody,
    /// Seconds, with a 429 or 503.
    pub(crate) retry_after: Option<u32>,
    /// What the service says about limits, by name of the header.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The connection breaks instead of bringing this answer.
    pub(crate) lost: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AnswerBody {
    Nothing,
    Json(Value),
    /// `$count`.
    Text(String),
    /// Only the first half of its text arrives, as if a proxy cut it.
    CutJson(Value),
}

/// The first half of a body's text.
pub(crate) fn cut(body: &Value) -> String {
    let text = body.to_string();
    text.chars().take(text.chars().count() / 2).collect()
}

impl Sent {
    pub(crate) fn new(status: u16, body: AnswerBody) -> Self {
        Self { status, body, retry_after: None, headers: Vec::new(), lost: false }
    }

    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self::new(status, AnswerBody::Json(body))
    }
}

/// Ids by which an answer is found again in the service's logs.
#[derive(Debug, Clone)]
pub struct Trace {
    pub request_id: String,
    pub client_request_id: String,
    pub at: OffsetDateTime,
}

impl Trace {
    /// Of the answer with this number, counted over one server run.
    pub fn new(tenant: &str, number: u64, client: Option<&str>, at: OffsetDateTime) -> Self {
        let request_id = guid_of(&format!("{tenant}/request/{number}"));
        let client_request_id = client.map_or_else(|| request_id.clone(), str::to_owned);
        Self { request_id, client_request_id, at }
    }
}

/// The error envelope. Its date has no offset: that is what the service sends.
pub(crate) fn envelope(refused: &Refused, trace: &Trace) -> Sent {
    let Refused { status, code, message } = refused;
    Sent::json(
        *status,
        json!({
            "error": {
                "code": code,
                "message": message,
                "innerError": {
                    "date": date(trace.at),
                    "request-id": trace.request_id,
                    "client-request-id": trace.client_request_id,
                },
            }
        }),
    )
}

/// The service's usual words for a status.
pub(crate) fn usual(status: u16) -> Refused {
    let (code, message) = match status {
        401 => ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
        403 => {
            ("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        }
        404 => ("Request_ResourceNotFound", "Resource does not exist."),
        429 => ("TooManyRequests", "Too many requests."),
        502 => ("UnknownError", "Bad gateway."),
        503 => ("ServiceUnavailable", "Service is unavailable."),
        504 => ("UnknownError", "Gateway timeout."),
        500..=599 => ("InternalServerError", "An internal server error occurred."),
        _ => ("Request_BadRequest", "The request is refused."),
    };
    Refused::new(status, code, message)
}

/// `2026-11-23T19:03:10`.
fn date(at: OffsetDateTime) -> String {
    crate::model::clock::stamp(at).trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_error_has_no_offset() {
        let trace = Trace {
            request_id: "r".into(),
            client_request_id: "c".into(),
            at: time::macros::datetime!(2021-05-18 19:03:10.5 UTC),
        };
        let AnswerBody::Json(body) = envelope(&Refused::denied(), &trace).body else { panic!() };
        assert_eq!(body["error"]["innerError"]["date"], "2021-05-18T19:03:10");
        assert_eq!(body["error"]["code"], "Authorization_RequestDenied");
    }
}
