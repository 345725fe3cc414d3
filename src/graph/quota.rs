//! The service's quota of writes as a bucket of tokens. Pure: time comes in.

use std::time::Duration;

/// Writes that one app may make in one tenant within [`WINDOW`].
/// Source: identity and access limits of
/// <https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits>.
pub(crate) const WRITES: u32 = 3_000;

/// The time over which the service counts writes.
pub(crate) const WINDOW: Duration = Duration::from_secs(150);

/// What is left of the quota. Begins full: what other runs of the same app used up is not known, and
/// the service says so with its first 429.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quota {
    /// Writes within [`WINDOW`]; 0: no limit of ours.
    writes: u32,
    left: f64,
    /// Time since the clock's start for which `left` is true.
    at: Duration,
}

impl Quota {
    /// `writes` within [`WINDOW`]; 0: no limit.
    pub(crate) fn new(writes: u32) -> Self {
        Self { writes, left: f64::from(writes), at: Duration::ZERO }
    }

    /// How long until so many writes may go out together. More than the whole quota wait for all of
    /// it only.
    pub(crate) fn wait(&self, count: usize, now: Duration) -> Duration {
        if self.writes == 0 {
            return Duration::ZERO;
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX).min(self.writes);
        let missing = f64::from(count) - self.left_at(now);
        if missing <= 0.0 {
            return Duration::ZERO;
        }
        // Rounded up: a wait that ends a moment too soon would only be followed by another.
        Duration::from_secs_f64(missing / self.per_second()) + Duration::from_millis(1)
    }

    /// Most writes that may ever go out together.
    pub(crate) fn at_once(&self) -> usize {
        match self.writes {
            0 => usize::MAX,
            writes => usize::try_from(writes).unwrap_or(usize::MAX),
        }
    }

    /// So many writes went out. A batch that is larger than the whole quota is a debt, which the next
    /// one waits for.
    pub(crate) fn spend(&mut self, count: usize, now: Duration) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.left = self.left_at(now) - f64::from(count);
        self.at = self.at.max(now);
    }

    /// How long so many writes take at least, going out as soon as they may.
    pub(crate) fn shortest(&self, count: usize, now: Duration) -> Duration {
        if self.writes == 0 {
            return Duration::ZERO;
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let missing = f64::from(count) - self.left_at(now);
        Duration::try_from_secs_f64(missing.max(0.0) / self.per_second()).unwrap_or(Duration::MAX)
    }

    fn left_at(&self, now: Duration) -> f64 {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        (self.left + passed * self.per_second()).min(f64::from(self.writes))
    }

    fn per_second(&self) -> f64 {
        f64::from(self.writes) / WINDOW.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::ZERO;

    #[test]
    fn the_quota_goes_out_at_once_and_comes_back_at_twenty_a_second() {
        let mut quota = Quota::new(WRITES);
        assert_eq!(quota.wait(3_000, START), START);
        quota.spend(3_000, START);
        assert_eq!(quota.wait(20, START).as_millis(), 1_001);
        assert_eq!(quota.wait(20, Duration::from_secs(1)), START);
        assert_eq!(quota.shortest(2_000, START).as_secs(), 100);
        assert_eq!(quota.wait(9_999, WINDOW), START, "no more than the whole quota is waited for");
    }

    #[test]
    fn no_window_ever_sees_more_than_twice_the_quota() {
        let (mut quota, mut now, mut sent) = (Quota::new(300), START, Vec::new());
        while now < Duration::from_secs(600) {
            now += quota.wait(20, now);
            quota.spend(20, now);
            sent.push(now);
        }
        // After the first burst every window holds the quota, and the batch that is under way.
        let in_window = |end: &Duration| {
            let begin = end.saturating_sub(WINDOW);
            sent.iter().filter(|at| **at > begin && *at <= end && **at > START).count() * 20
        };
        assert!(sent.iter().map(in_window).max().unwrap() <= 320);
    }

    #[test]
    fn a_quota_smaller_than_a_batch_is_kept_to_all_the_same() {
        let mut quota = Quota::new(5);
        assert_eq!(quota.wait(20, START), START);
        quota.spend(20, START);
        assert_eq!(quota.wait(20, START).as_secs(), 600, "twenty at five within 150 s");
        assert_eq!(quota.shortest(20, START).as_secs(), 1_050);
        assert_eq!(quota.at_once(), 5);
        let mut none = Quota::new(0);
        assert_eq!(none.at_once(), usize::MAX);
        none.spend(20, START);
        assert_eq!(none.wait(20, START), START);
    }

    #[test]
    fn without_a_quota_nothing_is_waited_for() {
        let mut none = Quota::new(0);
        none.spend(100_000, START);
        assert_eq!((none.wait(20, START), none.shortest(9_000, START)), (START, START));
    }
}
