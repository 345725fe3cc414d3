//! Time is an input: floor 7 reads the clock once and hands it down.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::model::schema::form;

/// Where time comes from. The only implementation that looks at the real clock is `cli/process/env.rs`.
pub trait Clock: Send + Sync {
    /// The time of day, UTC.
    fn now(&self) -> OffsetDateTime;

    /// Time since some fixed moment, for measuring; never goes back.
    fn since_start(&self) -> Duration;
}

/// A time in a stored document.
#[derive(Debug)]
pub(crate) struct Moment;

form!(Moment, { "type": "string", "format": "date-time" });

/// The same moment in UTC. A file can hold the last hours of the year 9999 of another time zone, which
/// UTC has no date for: then it is the same clock time, since no such moment is meant.
pub(crate) fn utc(at: OffsetDateTime) -> OffsetDateTime {
    at.checked_to_offset(UtcOffset::UTC).unwrap_or_else(|| at.replace_offset(UtcOffset::UTC))
}

/// `2026-11-23T20:03:24Z`: whole seconds, UTC.
pub(crate) fn stamp(at: OffsetDateTime) -> String {
    let at = utc(at);
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}

/// `2026-11-23 20:03 UTC`, for people.
pub(crate) fn minute(at: OffsetDateTime) -> String {
    let at = utc(at);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

/// `20:03:24Z`, for the plan's head.
pub(crate) fn time_of_day(at: OffsetDateTime) -> String {
    let at = utc(at);
    format!("{:02}:{:02}:{:02}Z", at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_end_of_time_is_a_time() {
        assert_eq!(stamp(datetime!(2026-11-23 21:03:24.9 +1)), "2026-11-23T20:03:24Z");
        assert_eq!(stamp(datetime!(9999-12-31 23:59:59 -1)), "9999-12-31T23:59:59Z");
        assert_eq!(time_of_day(datetime!(9999-12-31 23:59:59 -23:59)), "23:59:59Z");
    }
}
