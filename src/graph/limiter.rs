//! One gate for all requests of a run: so many at a time, none before the service wants to hear
//! again, and no more writes than its quota. It narrows when the service throttles and opens again
//! step by step.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::graph::quota::Quota;
use crate::graph::wait::{Because, Wait};
use crate::model::clock::Clock;

/// How to wait. Tests hand in one that moves their clock instead.
pub(crate) trait Sleeper: Send + Sync {
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Waits in real time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RealSleeper;

impl Sleeper for RealSleeper {
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// How long no write may go out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    /// By the quota of writes that we keep to.
    pub(crate) quota: Duration,
    /// By the service's own word.
    pub(crate) asked: Duration,
}

/// The gate. Shared by all readers and writers of a connection.
pub(crate) struct Limiter {
    state: Mutex<GateState>,
    /// Told when a place is free or the gate has opened.
    free: Notify,
    clock: Arc<dyn Clock>,
    sleeper: Arc<dyn Sleeper>,
}

struct GateState {
    /// Requests that may be under way, 1 to `most`.
    width: usize,
    most: usize,
    under_way: usize,
    /// Answers in good order since the width last changed.
    good: usize,
    /// Time since the clock's start before which nothing is sent.
    not_before: Duration,
    /// When whoever was asked last to wait until then gives up.
    gives_up: Option<Duration>,
    quota: Quota,
    /// Waits after faults, which hold nobody else, by number.
    faults: BTreeMap<u64, Wait>,
    number: u64,
}

/// A place inside the gate; free again once dropped.
pub(crate) struct GatePass<'a>(&'a Limiter);

impl Drop for GatePass<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.free.notify_one();
    }
}

/// A wait after a fault; nobody waits any more once it is dropped.
struct ToldWait<'a> {
    limiter: &'a Limiter,
    number: u64,
}

impl Drop for ToldWait<'_> {
    fn drop(&mut self) {
        self.limiter.state().faults.remove(&self.number);
    }
}

impl Limiter {
    /// `parallelism`: most requests under way at the same time. `writes`: see [`Quota::new`].
    pub(crate) fn new(
        parallelism: usize,
        writes: u32,
        clock: Arc<dyn Clock>,
        sleeper: Arc<dyn Sleeper>,
    ) -> Self {
        // More than this many requests in flight only meets the throttle sooner.
        const MOST: usize = 64;
        let most = parallelism.clamp(1, MOST);
        let state = GateState {
            width: most,
            most,
            under_way: 0,
            good: 0,
            not_before: Duration::ZERO,
            gives_up: None,
            quota: Quota::new(writes),
            faults: BTreeMap::new(),
            number: 0,
        };
        Self { state: Mutex::new(state), free: Notify::new(), clock, sleeper }
    }

    /// Waits for a place and for the time to come.
    pub(crate) async fn enter(&self) -> GatePass<'_> {
        let mut waited_for = None;
        loop {
            // Asked for before looking, so that no word in between is missed.
            let mut free = pin!(self.free.notified());
            free.as_mut().enable();
            let wait = {
                let now = self.clock.since_start();
                let mut state = self.state();
                // Comparing with what was waited for ends the loop under a clock that stands still.
                let open = state.not_before <= now || waited_for == Some(state.not_before);
                if open && state.under_way < state.width {
                    state.under_way += 1;
                    return GatePass(self);
                }
                (!open).then(|| {
                    waited_for = Some(state.not_before);
                    state.not_before - now
                })
            };
            match wait {
                Some(time) => self.sleeper.sleep(time).await,
                None => free.await,
            }
        }
    }

    /// The service asked everybody to wait. Never shortens a wait. Fewer go at a time afterwards:
    /// half of them, so that those who waited do not all come back at once. `patience`: what whoever
    /// was asked has for such pauses, this one included.
    pub(crate) fn hold(&self, wait: Duration, patience: Option<Duration>) {
        let now = self.clock.since_start();
        let until = now.saturating_add(wait);
        let mut state = self.state();
        // Several answers of one crowd say the same thing: the gate narrows once for them.
        if state.not_before <= now {
            (state.width, state.good) = ((state.width / 2).max(1), 0);
        }
        if until > state.not_before {
            state.not_before = until;
            state.gives_up = patience.map(|left| now.saturating_add(left));
        }
    }

    /// The service wants fewer requests and does not say for how long.
    pub(crate) fn narrow(&self) {
        const A_MOMENT: Duration = Duration::from_secs(1);
        self.hold(A_MOMENT, None);
    }

    /// An attempt failed, and whoever made it waits without a place and without holding anybody.
    /// `status`: of the answer, 0 for none. `patience`: what is left of it, this wait included.
    pub(crate) async fn after_fault(&self, status: u16, wait: Duration, patience: Duration) {
        let now = self.clock.since_start();
        let number = {
            let mut state = self.state();
            state.number += 1;
            let number = state.number;
            let wait = Wait {
                because: Because::Fault(status),
                until: now.saturating_add(wait),
                gives_up: Some(now.saturating_add(patience)),
            };
            state.faults.insert(number, wait);
            number
        };
        let _told = ToldWait { limiter: self, number };
        self.sleeper.sleep(wait).await;
    }

    /// What is waited for at present: the service's pause, or else the wait after a fault whose
    /// patience ends first.
    pub(crate) fn waiting(&self) -> Option<Wait> {
        let now = self.clock.since_start();
        let state = self.state();
        let (until, gives_up) = (state.not_before, state.gives_up);
        let asked = (until > now).then_some(Wait { because: Because::Service, until, gives_up });
        asked.or_else(|| state.faults.values().min_by_key(|wait| wait.gives_up).copied())
    }

    /// An answer came that does not ask to wait. As many of them as go at a time open the gate by one.
    pub(crate) fn well(&self) {
        let mut state = self.state();
        state.good += 1;
        if state.width < state.most && state.good >= state.width {
            (state.width, state.good) = (state.width + 1, 0);
            drop(state);
            self.free.notify_one();
        }
    }

    /// Requests that may be under way at present.
    pub(crate) fn width(&self) -> usize {
        self.state().width
    }

    /// How long until so many writes may go out together.
    pub(crate) fn before_writing(&self, count: usize) -> Pause {
        let now = self.clock.since_start();
        let state = self.state();
        let quota = state.quota.wait(count, now);
        Pause { quota, asked: state.not_before.saturating_sub(now) }
    }

    /// So many writes are about to go out.
    pub(crate) fn writing(&self, count: usize) {
        let now = self.clock.since_start();
        self.state().quota.spend(count, now);
    }

    /// Most writes that the quota ever lets go together.
    pub(crate) fn at_once(&self) -> usize {
        self.state().quota.at_once()
    }

    /// How long so many writes take at least by the quota.
    pub(crate) fn shortest(&self, count: usize) -> Duration {
        let now = self.clock.since_start();
        self.state().quota.shortest(count, now)
    }

    /// The time of day, for waits that are told as a date.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Time since the clock's start.
    pub(crate) fn since_start(&self) -> Duration {
        self.clock.since_start()
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::graph::quota::WRITES;

    /// A clock that only sleeping moves.
    #[derive(Default)]
    pub(crate) struct Still(pub(crate) Mutex<Duration>);

    impl Clock for Still {
        fn now(&self) -> OffsetDateTime {
            time::macros::datetime!(2026-11-23 20:00:00 UTC) + *self.0.lock().unwrap()
        }

        fn since_start(&self) -> Duration {
            *self.0.lock().unwrap()
        }
    }

    pub(crate) struct Skip(pub(crate) Arc<Still>);

    impl Sleeper for Skip {
        fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            *self.0.0.lock().unwrap() += time;
            Box::pin(std::future::ready(()))
        }
    }

    fn limiter(parallelism: usize) -> (Arc<Still>, Limiter) {
        let clock = Arc::new(Still::default());
        let sleeper = Arc::new(Skip(clock.clone()));
        (clock.clone(), Limiter::new(parallelism, WRITES, clock, sleeper))
    }

    #[tokio::test]
    async fn one_wait_holds_everybody_and_is_never_shortened() {
        let (clock, limiter) = limiter(2);
        drop(limiter.enter().await);
        assert_eq!(clock.since_start(), Duration::ZERO);
        limiter.hold(Duration::from_secs(30), Some(Duration::from_secs(600)));
        limiter.hold(Duration::from_secs(5), Some(Duration::from_secs(100)));
        let (until, gives_up) = (Duration::from_secs(30), Some(Duration::from_secs(600)));
        let wait = Wait { because: Because::Service, until, gives_up };
        assert_eq!(limiter.waiting(), Some(wait));
        drop(limiter.enter().await);
        assert_eq!(clock.since_start(), Duration::from_secs(30));
        drop(limiter.enter().await);
        assert_eq!(clock.since_start(), Duration::from_secs(30), "the wait is over");
        assert_eq!(limiter.waiting(), None);
        limiter.hold(Duration::MAX, Some(Duration::MAX));
    }

    /// A fault of one question is told, and holds no other.
    #[tokio::test]
    async fn a_wait_after_a_fault_is_nobody_elses() {
        let limiter = Limiter::new(2, WRITES, Arc::new(Still::default()), Arc::new(RealSleeper));
        let second = Duration::from_secs(1);
        let mut later = Box::pin(limiter.after_fault(503, 40 * second, 120 * second));
        let mut sooner = Box::pin(limiter.after_fault(0, 20 * second, 60 * second));
        assert!(futures_util::poll!(later.as_mut()).is_pending());
        assert!(futures_util::poll!(sooner.as_mut()).is_pending());
        let fault = |status, until, gives_up| Wait {
            because: Because::Fault(status),
            until: until * second,
            gives_up: Some(gives_up * second),
        };
        assert_eq!(limiter.waiting(), Some(fault(0, 20, 60)));
        drop(limiter.enter().await);
        drop(sooner);
        assert_eq!(limiter.waiting(), Some(fault(503, 40, 120)));
        drop(later);
        assert_eq!(limiter.waiting(), None);
    }

    #[tokio::test]
    async fn throttled_it_narrows_by_half_once_and_opens_step_by_step() {
        let (clock, limiter) = limiter(8);
        let second = Duration::from_secs(1);
        for _ in 0..5 {
            limiter.hold(second, None);
        }
        assert_eq!(limiter.width(), 4, "five answers of one crowd count once");
        *clock.0.lock().unwrap() += second;
        limiter.hold(second, None);
        assert_eq!(limiter.width(), 2);
        (0..2).for_each(|_| limiter.well());
        assert_eq!(limiter.width(), 3);
        (0..100).for_each(|_| limiter.well());
        assert_eq!(limiter.width(), 8, "and not beyond");
    }

    #[tokio::test]
    async fn only_so_many_are_inside() {
        let (_, limiter) = limiter(2);
        let (one, two) = (limiter.enter().await, limiter.enter().await);
        let mut third = Box::pin(limiter.enter());
        assert!(futures_util::poll!(third.as_mut()).is_pending());
        drop(one);
        assert!(futures_util::poll!(third.as_mut()).is_ready());
        drop(two);
    }

    #[test]
    fn writes_are_paced_by_the_quota() {
        let (_, limiter) = limiter(4);
        let (none, second) = (Duration::ZERO, Duration::from_secs(1));
        assert_eq!(limiter.before_writing(20), Pause { quota: none, asked: none });
        limiter.writing(3_000);
        let pause = limiter.before_writing(20);
        assert!(pause.quota > second && pause.asked == none, "nobody asked: {pause:?}");
        limiter.hold(second, None);
        assert_eq!(limiter.before_writing(20).asked, second);
        assert_eq!(limiter.shortest(6_000).as_secs(), 300);
    }
}
