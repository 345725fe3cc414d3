//! The service's limit of writes for one app in one tenant: a token bucket.
//! <https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits>

use std::collections::BTreeMap;
use std::time::Duration;

/// Milliseconds in which an empty bucket fills.
const WINDOW: i64 = 150_000;

/// The buckets of all apps. A full one holds as many writes as the limit says.
#[derive(Debug, Default)]
pub(crate) struct Buckets(BTreeMap<String, Bucket>);

#[derive(Debug)]
struct Bucket {
    limit: i64,
    /// In parts of a write: [`WINDOW`] parts are one, so that every millisecond adds `limit` parts.
    level: i64,
    at: Duration,
}

/// What one write meant for its app's bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Percent of the limit in use, this write included; up to 180.
    pub(crate) percent: i64,
    /// The bucket was empty: whole seconds after which one write fits again.
    pub(crate) wait: Option<u32>,
}

impl Buckets {
    /// Takes one write, `now` after the start. `limit`: writes in 150 seconds, at least 1.
    ///
    /// A write that is refused counts as well: the service goes on counting while it throttles.
    pub(crate) fn spend(&mut self, app: &str, limit: u32, now: Duration) -> Spent {
        let limit = i64::from(limit);
        let full = limit * WINDOW;
        let fresh = || Bucket { limit, level: full, at: now };
        let bucket = self.0.entry(app.to_owned()).or_insert_with(fresh);
        if bucket.limit != limit {
            *bucket = fresh();
        }
        let passed = now.saturating_sub(bucket.at).as_millis();
        let gained = i64::try_from(passed).unwrap_or(WINDOW).min(2 * WINDOW) * limit;
        bucket.at = bucket.at.max(now);
        // The documented share in use ends at 1.8.
        bucket.level = (bucket.level + gained).min(full).saturating_sub(WINDOW).max(-full / 5 * 4);
        let wait = (bucket.level < 0).then(|| {
            let missing = WINDOW - bucket.level;
            let milliseconds = missing.div_euclid(limit) + i64::from(missing % limit > 0);
            u32::try_from(milliseconds.div_euclid(1_000) + i64::from(milliseconds % 1_000 > 0))
                .unwrap_or(u32::MAX)
        });
        Spent { percent: (full - bucket.level) * 100 / full, wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(10);

    fn spend(quota: &mut Buckets, times: usize, at: Duration) -> Vec<Option<u32>> {
        (0..times).map(|_| quota.spend("app", 3_000, at).wait).collect()
    }

    #[test]
    fn three_thousand_at_once_then_twenty_a_second() {
        let mut quota = Buckets::default();
        assert!(spend(&mut quota, 3_000, START).iter().all(Option::is_none));
        assert_eq!(quota.spend("other", 3_000, START).wait, None, "another app's is its own");
        assert_eq!(spend(&mut quota, 1, START), [Some(1)]);
        let later = START + Duration::from_secs(2);
        let waits = spend(&mut quota, 40, later);
        assert_eq!(waits.iter().filter(|wait| wait.is_none()).count(), 39, "one was owed");
    }

    #[test]
    fn what_is_told_to_wait_is_enough_and_hammering_is_not() {
        let mut quota = Buckets::default();
        spend(&mut quota, 3_000, START);
        let refused = spend(&mut quota, 40, START);
        assert_eq!((refused[0], refused[39]), (Some(1), Some(3)), "every write waits longer");
        let later = START + Duration::from_secs(3);
        assert_eq!(spend(&mut quota, 1, later), [None]);
        let mut hammer = Buckets::default();
        spend(&mut hammer, 3_000, START);
        let through = (1..=100).filter(|n| {
            let at = START + Duration::from_millis(n * 100);
            spend(&mut hammer, 5, at).contains(&None)
        });
        assert_eq!(through.count(), 1, "fifty tries a second get through once");
    }

    #[test]
    fn the_share_in_use_is_told_up_to_its_end() {
        let mut quota = Buckets::default();
        let percents: Vec<i64> = (0..10).map(|_| quota.spend("app", 5, START).percent).collect();
        assert_eq!(percents, [20, 40, 60, 80, 100, 120, 140, 160, 180, 180]);
    }
}
