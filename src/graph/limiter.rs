//! One gate for all requests: so many at a time, and none before the service wants to hear again.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::{Semaphore, SemaphorePermit};

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

/// The gate. Shared by all readers and writers of a connection.
pub struct Limiter {
    places: Semaphore,
    /// Time since the clock's start before which nothing is sent.
    not_before: Mutex<Duration>,
    clock: Arc<dyn Clock>,
    sleeper: Arc<dyn Sleeper>,
}

impl Limiter {
    pub fn new(parallelism: usize, clock: Arc<dyn Clock>, sleeper: Arc<dyn Sleeper>) -> Self {
        // More than this many requests in flight only meets the throttle sooner.
        const MOST: usize = 64;
        Self {
            places: Semaphore::new(parallelism.clamp(1, MOST)),
            not_before: Mutex::new(Duration::ZERO),
            clock,
            sleeper,
        }
    }

    /// Waits for a place and for the time to come. `None` only when the gate was taken down.
    pub async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.places.acquire().await.ok()?;
        let mut waited_for = None;
        loop {
            let until = *self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.since_start();
            // Comparing with what was waited for ends the loop under a clock that stands still.
            if until <= now || waited_for == Some(until) {
                return Some(permit);
            }
            self.sleeper.sleep(until - now).await;
            waited_for = Some(until);
        }
    }

    /// The service asked everybody to wait. Never shortens a wait.
    pub fn hold(&self, wait: Duration) {
        let until = self.clock.since_start().saturating_add(wait);
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *not_before = (*not_before).max(until);
    }

    /// The time of day, for waits that are told as a date.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Waits without holding a place.
    pub async fn pause(&self, wait: Duration) {
        self.sleeper.sleep(wait).await;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

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

    #[tokio::test]
    async fn one_wait_holds_everybody_and_is_never_shortened() {
        let clock = Arc::new(Still::default());
        let limiter = Limiter::new(2, clock.clone(), Arc::new(Skip(clock.clone())));
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
}
