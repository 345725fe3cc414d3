//! From an answer to what it means. Pure: the error table of Microsoft Graph in one place.

use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use crate::graph::answer::{Answer, Body, Json};
use crate::model::outcome::Refusal;
use crate::model::request::Method;

/// What one answered (or unanswered) write means.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Accepted. The body, if there was one.
    Accepted(Option<Value>),
    /// "Already exists" in either of its forms: read before judging.
    AlreadyThere(Refusal),
    /// 404 on a delete or a change: read before judging.
    NotThere(Refusal),
    /// A reference is not replicated yet: the same request may succeed later.
    NotYet(Refusal),
    /// Not carried out, and the service says how long to wait before it is sent again.
    Wait(Duration, Refusal),
    /// Not carried out, and nobody says how long to wait: it may be sent again.
    Again(Refusal),
    /// No answer, or one that does not say whether it took effect: read before sending again.
    Unsure(Refusal),
    /// The token is no longer accepted: everything stops.
    SignInLost(Refusal),
    /// The tenant says no.
    Refused(Refusal),
}

impl Verdict {
    /// Every request is answered; should one not be, it still went out.
    pub(crate) fn unanswered() -> Self {
        Self::Unsure(Refusal::no_answer())
    }

    /// No clear answer, or one that says nothing of when it would be carried out: as long as all are
    /// so, nothing else is worth sending.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Unsure(_) | Self::Again(_))
    }
}

/// What one answered read means.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadVerdict {
    Json(Json),
    /// 404: the query says what that means.
    NotThere(Refusal),
    /// Throttled: wait this long, then read again.
    Wait(Duration, Refusal),
    /// No whole answer, a fault of the service, or one that does not say how long it lasts: reading
    /// again is harmless and may help.
    Again(Refusal),
    SignInLost(Refusal),
    Forbidden(Refusal),
    Refused(Refusal),
}

/// The creation of something that is there already. The status is 409 or 400, the code varies, and
/// only the message is the same.
const ALREADY: [&str; 4] = [
    "permission entry already exists",
    "entitlementgrant entry already exists",
    "permission being assigned already exists",
    "is already in use",
];

/// Something that is named in the request is not known to the replica that answered.
const UNKNOWN_REFERENCE: [&str; 3] = [
    "queried reference-property objects are not present",
    "not a valid reference update",
    "does not reference a valid application object",
];

/// The object to change or delete is not there.
const GONE: [&str; 2] =
    ["entitlementgrant being updated or deleted is not found", "does not exist"];

/// What an answer to a write means. `now` resolves a `Retry-After` that is a date.
pub fn write_verdict(method: Method, answer: &Answer, now: OffsetDateTime) -> Verdict {
    let refusal = answer.refusal();
    match answer.status {
        200..=299 => accepted(answer),
        401 => Verdict::SignInLost(refusal),
        403 if asks_for_claims(answer) => Verdict::SignInLost(refusal),
        _ if is_concurrency(&refusal) => wait(answer, now, refusal),
        424 | 429 | 503 => wait(answer, now, refusal),
        // A gateway gave up, which says nothing about what happened behind it.
        408 | 500 | 502 | 504..=599 => Verdict::Unsure(refusal),
        400 | 409 => conflict(method, refusal),
        404 => not_found(method, refusal),
        _ => Verdict::Refused(refusal),
    }
}

/// What an answer to a read means.
pub fn read_verdict(answer: &Answer, now: OffsetDateTime) -> ReadVerdict {
    if let Answer { status: 200..=299, body: Body::Json(json), .. } = answer {
        return ReadVerdict::Json(json.clone());
    }
    let refusal = answer.refusal();
    match answer.status {
        200..=299 => ReadVerdict::Again(refusal),
        401 => ReadVerdict::SignInLost(refusal),
        403 if asks_for_claims(answer) => ReadVerdict::SignInLost(refusal),
        403 => ReadVerdict::Forbidden(refusal),
        // "Unable to read the company information": the replica is behind, not the object missing.
        404 if refusal.code.raw() == "Directory_ObjectNotFound" => ReadVerdict::Again(refusal),
        404 => ReadVerdict::NotThere(refusal),
        424 | 429 | 503 => match answer.headers.retry_after(now) {
            Some(wait) => ReadVerdict::Wait(wait, refusal),
            None => ReadVerdict::Again(refusal),
        },
        501 => ReadVerdict::Refused(refusal),
        408 | 500..=599 => ReadVerdict::Again(refusal),
        _ => ReadVerdict::Refused(refusal),
    }
}

/// What the answer to a whole batch means for each of its writes when it is not 200.
pub fn batch_verdict(answer: &Answer, now: OffsetDateTime) -> Verdict {
    let refusal = answer.refusal();
    match answer.status {
        401 => Verdict::SignInLost(refusal),
        403 if asks_for_claims(answer) => Verdict::SignInLost(refusal),
        424 | 429 | 503 => wait(answer, now, refusal),
        // A batch that is refused as a whole has done nothing.
        300..=499 if answer.status != 408 => Verdict::Refused(refusal),
        _ => Verdict::Unsure(refusal),
    }
}

/// A success must look like one of Graph's. A page of somebody in between, or an answer that was
/// cut, does not say that the write took effect.
fn accepted(answer: &Answer) -> Verdict {
    match &answer.body {
        Body::Empty => Verdict::Accepted(None),
        Body::Json(json) => match json.value() {
            value if value.get("error").is_none() => Verdict::Accepted(Some(value)),
            _ => Verdict::Unsure(answer.refusal()),
        },
        Body::Text(_) => Verdict::Unsure(answer.refusal()),
    }
}

fn conflict(method: Method, refusal: Refusal) -> Verdict {
    let code = refusal.code.raw().to_owned();
    let same_key = code == "Request_MultipleObjectsWithSameKeyValue";
    match method {
        Method::Post if same_key || says(&refusal, &ALREADY) || refusal.status == 409 => {
            Verdict::AlreadyThere(refusal)
        }
        Method::Post if says(&refusal, &UNKNOWN_REFERENCE) => Verdict::NotYet(refusal),
        Method::Post if code == "Request_ResourceNotFound" => Verdict::NotYet(refusal),
        Method::Post => Verdict::Refused(refusal),
        Method::Patch | Method::Put | Method::Delete => {
            if code == "Request_ResourceNotFound" || says(&refusal, &GONE) {
                Verdict::NotThere(refusal)
            } else {
                Verdict::Refused(refusal)
            }
        }
    }
}

fn not_found(method: Method, refusal: Refusal) -> Verdict {
    match method {
        // "Unable to read the company information" comes although the write was applied.
        Method::Post if refusal.code.raw() == "Directory_ObjectNotFound" => {
            Verdict::Unsure(refusal)
        }
        Method::Post => Verdict::NotYet(refusal),
        Method::Patch | Method::Put | Method::Delete => Verdict::NotThere(refusal),
    }
}

fn wait(answer: &Answer, now: OffsetDateTime, refusal: Refusal) -> Verdict {
    match answer.headers.retry_after(now) {
        Some(wait) => Verdict::Wait(wait, refusal),
        None => Verdict::Again(refusal),
    }
}

/// Two writes met at one object; this one was not made. Its status varies.
fn is_concurrency(refusal: &Refusal) -> bool {
    refusal.code.raw().ends_with("ConcurrencyViolation")
}

/// Conditional Access wants a stronger sign-in before it answers.
fn asks_for_claims(answer: &Answer) -> bool {
    answer.headers.get("www-authenticate").is_some_and(|text| text.contains("insufficient_claims"))
}

fn says(refusal: &Refusal, phrases: &[&str]) -> bool {
    let message = refusal.message.raw().to_ascii_lowercase();
    phrases.iter().any(|phrase| message.contains(phrase))
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
