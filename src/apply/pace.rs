//! How long what is left will take: by how fast it went lately while something went on, by the pauses
//! there were, and by the service's quota. Pure.

use std::collections::VecDeque;
use std::time::Duration;

/// Only the last so much counts: a run that the service slows down is slow from then on.
const MEMORY: Duration = Duration::from_secs(20);
/// Less than so much says nothing about the rest.
const SHORTEST: Duration = Duration::from_secs(1);
/// Two pauses that end so close together are one.
const SAME: Duration = Duration::from_millis(500);

/// What is remembered of a run's results.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When, pauses left out, and how many had their result.
    marks: VecDeque<(Duration, usize)>,
    pauses: Pauses,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remaining {
    pub(crate) time: Duration,
    /// It could go faster if the service took more writes.
    pub(crate) by_quota: bool,
}

/// Times in which nothing went on because the service or its replicas wanted it so: no pace.
#[derive(Debug, Default, Clone, Copy)]
struct Pauses {
    /// All of them, the longest one, and the one that comes next to it.
    sum: Duration,
    longest: Duration,
    second: Duration,
    /// The one under way: from, until.
    present: Option<(Duration, Duration)>,
}

impl Pauses {
    /// Something happens at this time, or the same pause goes on: what is over of it is over.
    fn until(&mut self, now: Duration) {
        if let Some((from, until)) = self.present.take() {
            let passed = now.min(until).saturating_sub(from);
            self.sum = self.sum.saturating_add(passed);
            self.second = self.second.max(passed.min(self.longest));
            self.longest = self.longest.max(passed);
        }
    }

    fn begin(&mut self, now: Duration, until: Duration) {
        match self.present {
            Some((_, told)) if now <= told && until <= told.saturating_add(SAME) => {}
            _ => {
                self.until(now);
                self.present = Some((now, until));
            }
        }
    }

    /// Time at this moment, pauses left out.
    fn worked(&self, now: Duration) -> Duration {
        let mut all = *self;
        all.until(now);
        now.saturating_sub(all.sum)
    }

    /// What is left of the one under way.
    fn rest(&self, now: Duration) -> Duration {
        self.present.map_or(Duration::ZERO, |(_, until)| until.saturating_sub(now))
    }

    /// Pauses that come again and again. What is longer than any other may have been the only one of its
    /// sort, and says nothing about the rest.
    fn recurring(&self) -> Duration {
        self.sum.saturating_sub(self.longest).saturating_add(self.second)
    }
}

impl Pace {
    /// Nothing goes on until then, unless something comes back first. May be told again and again.
    pub(crate) fn pause(&mut self, now: Duration, until: Duration) {
        self.pauses.begin(now, until);
    }

    /// Something goes on.
    pub(crate) fn goes_on(&mut self, now: Duration) {
        self.pauses.until(now);
    }

    /// So many have their result at this time.
    pub(crate) fn note(&mut self, now: Duration, settled: usize) {
        self.goes_on(now);
        let now = self.pauses.worked(now);
        match self.marks.back_mut() {
            Some((at, count)) if *at == now => *count = settled,
            _ => self.marks.push_back((now, settled)),
        }
        while self.marks.get(1).is_some_and(|(at, _)| *at + MEMORY <= now) {
            self.marks.pop_front();
        }
    }

    /// What is left at this time. `at_least`: what the quota alone takes for the rest. `None` where
    /// nothing can be said yet.
    pub(crate) fn left(&self, now: Duration, all: usize, at_least: Duration) -> Option<Remaining> {
        let (first, last) = self.marks.front().zip(self.marks.back())?;
        let (passed, done) = (last.0.saturating_sub(first.0), last.1.saturating_sub(first.1));
        let by_quota = Remaining { time: at_least, by_quota: true };
        let open = u32::try_from(all.saturating_sub(last.1)).unwrap_or(u32::MAX);
        if passed.saturating_add(self.pauses.recurring()) < SHORTEST || done == 0 {
            return (!at_least.is_zero()).then_some(by_quota);
        }
        let share = |time: Duration, of: usize| {
            (time / u32::try_from(of).unwrap_or(u32::MAX).max(1)).saturating_mul(open)
        };
        let since = self.pauses.worked(now).saturating_sub(last.0);
        let work = share(passed, done).saturating_sub(since);
        let pauses = share(self.pauses.recurring(), last.1).saturating_add(self.pauses.rest(now));
        let time = work.saturating_add(pauses);
        // Near the quota the two say the same, and the quota is the reason.
        if at_least.saturating_mul(10) >= time.saturating_mul(9) && !at_least.is_zero() {
            return Some(Remaining { time: time.max(at_least), by_quota: true });
        }
        Some(Remaining { time, by_quota: false })
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
        assert_eq!(pace.left(s(0), 100, s(0)), None);
        pace.note(s(0), 0);
        pace.note(Duration::from_millis(400), 20);
        assert_eq!(pace.left(s(0), 100, s(0)), None);
        assert_eq!(pace.left(s(0), 100, s(9)), Some(Remaining { time: s(9), by_quota: true }));
    }

    #[test]
    fn a_second_is_enough_and_one_moment_is_one_mark() {
        let mut pace = Pace::default();
        [(0, 0), (0, 20), (1, 40)].iter().for_each(|(at, settled)| pace.note(s(*at), *settled));
        assert_eq!(pace.left(s(1), 80, s(0)), Some(Remaining { time: s(2), by_quota: false }));
    }

    #[test]
    fn the_rate_of_late_counts() {
        let mut pace = Pace::default();
        // Two hundred a second at first, then ten.
        (0..=10).for_each(|n| pace.note(s(n), 200 * usize::try_from(n).unwrap()));
        assert_eq!(pace.left(s(10), 4_000, s(0)), Some(Remaining { time: s(10), by_quota: false }));
        (11..=60_u64).for_each(|n| {
            pace.note(s(n), 2_000 + 10 * usize::try_from(n - 10).unwrap());
        });
        assert_eq!(
            pace.left(s(60), 4_000, s(0)),
            Some(Remaining { time: s(150), by_quota: false })
        );
    }

    #[test]
    fn the_quota_is_told_as_the_reason_where_it_is() {
        let mut pace = Pace::default();
        (0..=10).for_each(|n| pace.note(s(n), 200 * usize::try_from(n).unwrap()));
        let left = pace.left(s(10), 4_000, s(100)).unwrap();
        assert_eq!(left, Remaining { time: s(100), by_quota: true });
        assert!(!pace.left(s(10), 4_000, s(5)).unwrap().by_quota);
    }

    /// A run of batches: one event after the other, in a weather that says how long each batch takes
    /// and what pause follows it. The estimates in the middle of it, each with what it came to.
    fn weather(all: usize, batch: usize, of: impl Fn(usize) -> (f64, f64)) -> Vec<(f64, f64)> {
        let (mut pace, mut now, mut told) = (Pace::default(), 0.0, Vec::new());
        let time = Duration::from_secs_f64;
        pace.note(time(0.0), 0);
        for number in 1..=all / batch {
            let (works, pauses) = of(number);
            now += works;
            let settled = number * batch;
            pace.note(time(now), settled);
            if (all * 4 / 10..=all * 6 / 10).contains(&settled) {
                told.push((now, pace.left(time(now), all, s(0)).unwrap().time.as_secs_f64()));
            }
            let until = now + pauses;
            while pauses > 0.0 && now < until {
                pace.pause(time(now), time(until));
                let left = pace.left(time(now), all, s(0));
                if (all * 4 / 10..=all * 6 / 10).contains(&settled) {
                    told.push((now, left.unwrap().time.as_secs_f64()));
                }
                now = until.min(now + 1.0);
            }
        }
        told.into_iter().map(|(at, left)| (left, now - at)).collect()
    }

    #[track_caller]
    fn within_a_factor_of_two(what: &str, told: &[(f64, f64)]) {
        assert!(!told.is_empty());
        for (left, real) in told {
            assert!(
                *left <= real * 2.0 && *left >= real / 2.0,
                "{what}: {left:.1} for {real:.1} s"
            );
        }
    }

    /// As in the middle of a run: pauses that come once, again and again, by chance, and as replicas
    /// have them.
    #[test]
    fn estimates_are_within_a_factor_of_two_whatever_the_weather() {
        let fair = |_| (0.5, 0.0);
        within_a_factor_of_two("fair", &weather(2_000, 20, fair));
        for once in [10.0, 60.0, 300.0] {
            let pause = |n| (0.5, if n == 20 { once } else { 0.0 });
            within_a_factor_of_two("one pause, early", &weather(2_000, 20, pause));
        }
        for (every, pause) in [(3, 10.0), (10, 30.0), (12, 7.0), (1, 2.0), (20, 120.0)] {
            let often = move |n| (0.2, if n % every == 0 { pause } else { 0.0 });
            within_a_factor_of_two("pauses, often", &weather(2_400, 20, often));
        }
        // The same weather every time: a pause after every seventh batch or so.
        let chance = |n: usize| (0.3, if n * 7_919 % 101 < 14 { 15.0 } else { 0.0 });
        within_a_factor_of_two("by chance", &weather(4_000, 20, chance));
        // Hundreds at a time, shown at once when the replicas agree.
        within_a_factor_of_two("replicas", &weather(10_000, 400, |_| (0.4, 7.0)));
        let slower = |n| (if n < 30 { 0.1 } else { 1.0 }, if n % 9 == 0 { 4.0 } else { 0.0 });
        within_a_factor_of_two("slower from then on", &weather(4_000, 20, slower));
    }

    /// While it lasts, a pause is what is left of it, and then the rest.
    #[test]
    fn a_pause_is_added_as_itself() {
        let mut pace = Pace::default();
        (0..=10).for_each(|n| pace.note(s(n), 20 * usize::try_from(n).unwrap()));
        pace.pause(s(10), s(310));
        let left = |pace: &Pace, now| pace.left(s(now), 400, s(0)).unwrap().time;
        assert_eq!([10, 100, 310].map(|now| left(&pace, now)), [s(310), s(220), s(10)]);
        pace.goes_on(s(310));
        pace.note(s(311), 220);
        assert_eq!(left(&pace, 311), s(9));
        assert_eq!(left(&pace, 315), s(5), "what has passed since is over");
    }

    /// The same pause may be told again and again, a little later each time; another one counts for itself.
    #[test]
    fn pauses_are_told_apart() {
        let left = |first: (u64, u64), second: (u64, u64)| {
            let mut pace = Pace::default();
            (0..=10).for_each(|n| pace.note(s(n), 20 * usize::try_from(n).unwrap()));
            let time = Duration::from_millis;
            pace.pause(time(first.0), time(first.1));
            pace.pause(time(second.0), time(second.1));
            pace.left(time(second.0), 400, s(0)).unwrap().time
        };
        let work = Duration::from_secs(10);
        assert_eq!(left((10_000, 12_000), (11_000, 12_000)), work + s(1));
        let same = Duration::from_millis(1_000);
        assert_eq!(left((10_000, 12_000), (11_000, 12_400)), work + same, "the same one");
        assert_eq!(left((10_000, 12_000), (11_000, 30_000)), work + s(19), "a longer one");
        let worked_since = s(8);
        assert_eq!(
            left((10_000, 12_000), (20_000, 25_000)),
            work - worked_since + s(5),
            "the next"
        );
    }
}
