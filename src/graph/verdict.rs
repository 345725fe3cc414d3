//! From an answer to what it means. Pure: the error table of Microsoft Graph in one place.

use std::time::Duration;

use serde_json::Value;

use crate::model::outcome::Refusal;

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
    /// 429 or 503: wait this long, then send it again.
    Wait(Duration, Refusal),
    /// No answer, or one that does not say whether it took effect: read before sending again.
    Unsure(Refusal),
    /// The token is no longer accepted: everything stops.
    SignInLost(Refusal),
    /// The tenant says no.
    Refused(Refusal),
}
