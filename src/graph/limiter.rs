//! One gate for all requests of a run: so many at a time, none before the service wants to hear
//! again, and no more writes than its quota. It narrows when the service throttles and opens again
//! step by step.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::graph::quota::Quota;
use crate::model::clock::Clock;

/// How to wait. Tests hand in one that moves their clock instead.
pub trait Sleeper: Send + Sync {
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Waits in real time.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealSleeper;

impl Sleeper for RealSleeper {
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// How long no write may go out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// By the quota of writes that we keep to.
    pub quota: Duration,
    /// By the service's own word.
    pub asked: Duration,
}

/// The gate. Shared by all readers and writers of a connection.
pub struct Limiter {
    state: Mutex<State>,
    /// Told when a place is free or the gate has opened.
    free: Notify,
    clock: Arc<dyn Clock>,
    sleeper: Arc<dyn Sleeper>,
}

struct State {
    /// Requests that may be under way, 1 to `most`.
    width: usize,
    most: usize,
    under_way: usize,
    /// Answers in good order since the width last changed.
    good: usize,
    /// Time since the clock's start before which nothing is sent.
    not_before: Duration,
    quota: Quota,
}

/// A place inside the gate; free again once dropped.
pub struct Place<'a>(&'a Limiter);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.free.notify_one();
    }
}

impl Limiter {
    /// `parallelism`: most requests under way at the same time. `writes`: see [`Quota::new`].
    pub fn new(
        parallelism: usize,
        writes: u32,
        clock: Arc<dyn Clock>,
        sleeper: Arc<dyn Sleeper>,
    ) -> Self {
        // More than this many requests in flight only meets the throttle sooner.
        const MOST: usize = 64;
        let most = parallelism.clamp(1, MOST);
        let state = State {
            width: most,
            most,
            under_way: 0,
            good: 0,
            not_before: Duration::ZERO,
            quota: Quota::new(writes),
        };
        Self { state: Mutex::new(state), free: Notify::new(), clock, sleeper }
    }

    /// Waits for a place and for the time to come.
    pub async fn enter(&self) -> Place<'_> {
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
                    return Place(self);
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
    /// half of them, so that those who waited do not all come back at once.
    pub fn hold(&self, wait: Duration) {
        let now = self.clock.since_start();
        let until = now.saturating_add(wait);
        let mut state = self.state();
        // Several answers of one crowd say the same thing: the gate narrows once for them.
        if state.not_before <= now {
            (state.width, state.good) = ((state.width / 2).max(1), 0);
        }
        state.not_before = state.not_before.max(until);
    }

    /// An answer came that does not ask to wait. As many of them as go at a time open the gate by one.
    pub fn well(&self) {
        let mut state = self.state();
        state.good += 1;
        if state.width < state.most && state.good >= state.width {
            (state.width, state.good) = (state.width + 1, 0);
            drop(state);
            self.free.notify_one();
        }
    }

    /// Requests that may be under way at present.
    pub fn width(&self) -> usize {
        self.state().width
    }

    /// How long until so many writes may go out together.
    pub fn before_writing(&self, count: usize) -> Pause {
        let now = self.clock.since_start();
        let state = self.state();
        let quota = state.quota.wait(count, now);
        Pause { quota, asked: state.not_before.saturating_sub(now) }
    }

    /// How long the service still wants to hear nothing.
    pub fn asked(&self) -> Duration {
        self.before_writing(0).asked
    }

    /// So many writes are about to go out.
    pub fn writing(&self, count: usize) {
        let now = self.clock.since_start();
        self.state().quota.spend(count, now);
    }

    /// Most writes that the quota ever lets go together.
    pub fn at_once(&self) -> usize {
        self.state().quota.at_once()
    }

    /// How long so many writes take at least by the quota.
    pub fn shortest(&self, count: usize) -> Duration {
        let now = self.clock.since_start();
        self.state().quota.shortest(count, now)
    }

    /// The time of day, for waits that are told as a date.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Time since the clock's start.
    pub fn since_start(&self) -> Duration {
        self.clock.since_start()
    }

    /// Waits without holding a place.
    pub async fn pause(&self, wait: Duration) {
        self.sleeper.sleep(wait).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
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
        limiter.hold(Duration::from_secs(30));
        limiter.hold(Duration::from_secs(5));
        drop(limiter.enter().await);
        assert_eq!(clock.since_start(), Duration::from_secs(30));
        drop(limiter.enter().await);
        assert_eq!(clock.since_start(), Duration::from_secs(30), "the wait is over");
        limiter.hold(Duration::MAX);
    }

    #[tokio::test]
    async fn throttled_it_narrows_by_half_once_and_opens_step_by_step() {
        let (clock, limiter) = limiter(8);
        let second = Duration::from_secs(1);
        for _ in 0..5 {
            limiter.hold(second);
        }
        assert_eq!(limiter.width(), 4, "five answers of one crowd count once");
        *clock.0.lock().unwrap() += second;
        limiter.hold(second);
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
        limiter.hold(second);
        assert_eq!((limiter.before_writing(20).asked, limiter.asked()), (second, second));
        assert_eq!(limiter.shortest(6_000).as_secs(), 300);
    }
}
