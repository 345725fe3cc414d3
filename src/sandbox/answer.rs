//! Answers as they go over the wire, outside and inside a batch.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::kinds::simulated::Refused;

/// One answer before it is bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub status: u16,
    pub body: Body,
    /// Seconds, with a 429 or 503.
    pub retry_after: Option<u32>,
    /// The connection breaks instead of bringing this answer.
    pub lost: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Nothing,
    Json(Value),
    /// `$count`.
    Text(String),
    /// The body stops half-way, as if a proxy cut it.
    CutJson(String),
}

impl Sent {
    pub fn new(status: u16, body: Body) -> Self {
        Self { status, body, retry_after: None, lost: false }
    }

    pub fn json(status: u16, body: Value) -> Self {
        Self::new(status, Body::Json(body))
    }
}

/// Ids by which an answer is found again in the service's logs.
#[derive(Debug, Clone)]
pub struct Trace {
    pub request_id: String,
    pub client_request_id: String,
    pub at: OffsetDateTime,
}

/// The error envelope. Its date has no offset: that is what the service sends.
pub fn envelope(refused: &Refused, trace: &Trace) -> Sent {
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
        let Body::Json(body) = envelope(&Refused::denied(), &trace).body else { panic!() };
        assert_eq!(body["error"]["innerError"]["date"], "2021-05-18T19:03:10");
        assert_eq!(body["error"]["code"], "Authorization_RequestDenied");
    }
}
