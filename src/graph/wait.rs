//! A wait as a value: who wants it, until when, and when whoever waits gives up. One function tells
//! it. Pure.

use std::time::Duration;

use time::OffsetDateTime;

use crate::model::clock::time_of_day;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    /// Replicas have to agree.
    Replicas,
    /// The service asked for a pause, and said how long.
    Service,
    /// The quota of writes that we keep to is used up; nobody asked for anything.
    Quota,
    /// Nobody asked for anything: an attempt failed, and the next one comes later. The status of the
    /// answer; 0 when there was none.
    Fault(u16),
}

/// One wait. Times are since the clock's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) because: Because,
    pub(crate) until: Duration,
    /// When nothing is tried again any more, if it goes on like that.
    pub(crate) gives_up: Option<Duration>,
}

impl Because {
    /// Whether both want the same, whatever was answered.
    pub(crate) fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

impl Wait {
    pub(crate) fn left(&self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }

    /// For people, one line: who wants it, for how long, and when the run gives up. `origin`: the time
    /// of day when the clock started. `quota`: the quota of writes in people's words.
    pub(crate) fn told(&self, now: Duration, origin: OffsetDateTime, quota: &str) -> String {
        let seconds = self.left(now).as_millis().div_ceil(1_000);
        let gives_up = |before: &str| match self.gives_up.map(|at| origin.checked_add_std(at)) {
            Some(Some(at)) => format!("{before} giving up at {}", time_of_day(at)),
            Some(None) | None => String::new(),
        };
        let again = |what: &str| format!("{what}; trying again in {seconds} s{}", gives_up(","));
        match self.because {
            Because::Service => {
                format!("Microsoft Graph asked for a pause of {seconds} s{}", gives_up(";"))
            }
            Because::Fault(0) => again("no answer"),
            Because::Fault(200..=299) => again("the answer was not whole"),
            Because::Fault(status) => again(&format!("Microsoft Graph answered {status}")),
            Because::Quota => format!("waiting {seconds} s: {quota} is used up"),
            Because::Replicas => {
                format!("waiting {seconds} s: the tenant may not show it yet{}", gives_up(","))
            }
        }
    }
}

/// A time of day some time later, where there is such a day.
trait Later: Sized {
    fn checked_add_std(self, time: Duration) -> Option<Self>;
}

impl Later for OffsetDateTime {
    fn checked_add_std(self, time: Duration) -> Option<Self> {
        self.checked_add(time::Duration::try_from(time).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wants_a_wait_is_named_with_its_length_and_its_end() {
        let origin = time::macros::datetime!(2026-11-23 14:00:00 UTC);
        let told = |because, gives_up: u64| {
            let (until, gives_up) = (Duration::from_millis(72_500), Duration::from_secs(gives_up));
            let wait = Wait { because, until, gives_up: Some(gives_up) };
            wait.told(Duration::from_secs(69), origin, "the quota of writes")
        };
        let lines = [
            told(Because::Service, 600),
            told(Because::Fault(0), 190),
            told(Because::Fault(503), 190),
            told(Because::Fault(200), 190),
            told(Because::Replicas, 61),
            told(Because::Quota, 0),
        ];
        let expected = [
            "Microsoft Graph asked for a pause of 4 s; giving up at 14:10:00Z",
            "no answer; trying again in 4 s, giving up at 14:03:10Z",
            "Microsoft Graph answered 503; trying again in 4 s, giving up at 14:03:10Z",
            "the answer was not whole; trying again in 4 s, giving up at 14:03:10Z",
            "waiting 4 s: the tenant may not show it yet, giving up at 14:01:01Z",
            "waiting 4 s: the quota of writes is used up",
        ];
        assert_eq!(lines, expected);
        let endless =
            Wait { because: Because::Service, until: Duration::MAX, gives_up: Some(Duration::MAX) };
        assert!(endless.told(Duration::ZERO, origin, "").starts_with("Microsoft Graph asked"));
    }
}
