//! Time is an input: floor 6 reads the clock once and hands it down.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::model::schema::form;

/// Where time comes from. The only implementation that looks at the real clock is `cli/env.rs`.
pub trait Clock: Send + Sync {
    /// The time of day, UTC.
    fn now(&self) -> OffsetDateTime;

    /// Time since some fixed moment, for measuring; never goes back.
    fn since_start(&self) -> Duration;
}

/// A time in a stored document.
#[derive(Debug)]
pub struct Moment;

form!(Moment, { "type": "string", "format": "date-time" });

/// `2026-11-23T20:03:24Z`: whole seconds, UTC.
pub fn stamp(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0)
        .unwrap_or(at)
        .to_offset(time::UtcOffset::UTC)
        .format(&Rfc3339)
        .unwrap_or_default()
}

/// `20:03:24Z`, for the plan's head.
pub fn time_of_day(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    format!("{:02}:{:02}:{:02}Z", at.hour(), at.minute(), at.second())
}
