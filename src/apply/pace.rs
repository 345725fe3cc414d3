//! How long what is left will take: by how fast it went lately, and by the service's quota. Pure.

use std::collections::VecDeque;
use std::time::Duration;

/// Only the last so much counts: a run that the service slows down is slow from then on.
const MEMORY: Duration = Duration::from_secs(20);
/// Less than so much says nothing about the rest.
const SHORTEST: Duration = Duration::from_secs(1);

/// What is remembered of a run's results.
#[derive(Debug, Default)]
pub struct Pace {
    /// When, and how many had their result.
    marks: VecDeque<(Duration, usize)>,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub time: Duration,
    /// It could go faster if the service took more writes.
    pub by_quota: bool,
}

impl Pace {
    /// So many have their result at this time.
    pub fn note(&mut self, now: Duration, settled: usize) {
        match self.marks.back_mut() {
            Some((at, count)) if *at == now => *count = settled,
            _ => self.marks.push_back((now, settled)),
        }
        while self.marks.get(1).is_some_and(|(at, _)| *at + MEMORY <= now) {
            self.marks.pop_front();
        }
    }

    /// `at_least`: what the quota alone takes for the rest. `None` where nothing can be said yet.
    pub fn left(&self, all: usize, at_least: Duration) -> Option<Left> {
        let (first, last) = self.marks.front().zip(self.marks.back())?;
        let (passed, done) = (last.0.saturating_sub(first.0), last.1.saturating_sub(first.1));
        let by_quota = Left { time: at_least, by_quota: true };
        let open = u32::try_from(all.saturating_sub(last.1)).unwrap_or(u32::MAX);
        if passed < SHORTEST || done == 0 {
            return (!at_least.is_zero()).then_some(by_quota);
        }
        let each = passed / u32::try_from(done).unwrap_or(u32::MAX);
        let time = each.saturating_mul(open);
        // Near the quota the two say the same, and the quota is the reason.
        if at_least.saturating_mul(10) >= time.saturating_mul(9) && !at_least.is_zero() {
            return Some(Left { time: time.max(at_least), by_quota: true });
        }
        Some(Left { time, by_quota: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn nothing_is_promised_before_anything_is_known() {
        let mut pace = Pace::default();
        assert_eq!(pace.left(100, s(0)), None);
        pace.note(s(0), 0);
        pace.note(Duration::from_millis(400), 20);
        assert_eq!(pace.left(100, s(0)), None);
        assert_eq!(pace.left(100, s(9)), Some(Left { time: s(9), by_quota: true }));
    }

    #[test]
    fn the_rate_of_late_counts() {
        let mut pace = Pace::default();
        // Two hundred a second at first, then ten.
        (0..=10).for_each(|n| pace.note(s(n), 200 * usize::try_from(n).unwrap()));
        assert_eq!(pace.left(4_000, s(0)), Some(Left { time: s(10), by_quota: false }));
        (11..=60_u64).for_each(|n| {
            pace.note(s(n), 2_000 + 10 * usize::try_from(n - 10).unwrap());
        });
        assert_eq!(pace.left(4_000, s(0)), Some(Left { time: s(150), by_quota: false }));
    }

    #[test]
    fn the_quota_is_told_as_the_reason_where_it_is() {
        let mut pace = Pace::default();
        (0..=10).for_each(|n| pace.note(s(n), 200 * usize::try_from(n).unwrap()));
        let left = pace.left(4_000, s(100)).unwrap();
        assert_eq!(left, Left { time: s(100), by_quota: true });
        assert!(!pace.left(4_000, s(5)).unwrap().by_quota);
    }
}
