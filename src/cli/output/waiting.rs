//! Which waits are worth a line, and what is said of a reading that takes long. Pure.

use std::time::Duration;

use time::OffsetDateTime;

use crate::graph::budget::Far;
use crate::graph::wait::{Because, Wait};
use crate::render::page::{COLUMNS, counted, shorten};

/// Shorter pauses are nothing that anybody would wonder about.
const WORTH_TELLING: Duration = Duration::from_secs(2);
/// The same of replicas, which nearly always agree at once.
const WORTH_TELLING_OF_REPLICAS: Duration = Duration::from_secs(1);
/// Two waits that end so close together are one.
const SAME: Duration = Duration::from_millis(500);
/// A reading that takes longer says how far it is: on a terminal, and in a log.
const SHOWN_AFTER: Duration = Duration::from_secs(3);
const LOGGED_AFTER: Duration = Duration::from_secs(5);
/// And then so often in a log.
const SILENCE: Duration = Duration::from_secs(30);

/// The waits that were told.
#[derive(Debug, Default)]
pub(crate) struct ToldWaits {
    /// When the last one ends.
    until: Duration,
}

impl ToldWaits {
    /// Whether it is worth a line: long enough, and not what is left of one that was told.
    pub(crate) fn is_news(&mut self, wait: &Wait, now: Duration) -> bool {
        if !is_worth_telling(wait, now) || wait.until <= self.until.saturating_add(SAME) {
            return false;
        }
        self.until = wait.until;
        true
    }
}

/// Whether anybody would wonder about it.
pub(crate) fn is_worth_telling(wait: &Wait, now: Duration) -> bool {
    let least = match wait.because {
        Because::Replicas => WORTH_TELLING_OF_REPLICAS,
        Because::Service | Because::Quota | Because::Fault(_) => WORTH_TELLING,
    };
    wait.left(now) >= least
}

/// A reading of the tenant.
#[derive(Debug)]
pub(crate) struct LongReading {
    since: Duration,
    /// When a log is told the next time.
    next: Duration,
}

impl LongReading {
    pub(crate) fn new(now: Duration) -> Self {
        Self { since: now, next: now.saturating_add(LOGGED_AFTER) }
    }

    /// A line for a log, now and then.
    pub(crate) fn line(&mut self, far: &Far, now: Duration) -> Option<String> {
        if now < self.next {
            return None;
        }
        self.next = now.saturating_add(SILENCE);
        Some(self.text(far, now))
    }

    /// What stands on a terminal.
    pub(crate) fn at_present(
        &self,
        far: &Far,
        wait: Option<Wait>,
        now: Duration,
        origin: OffsetDateTime,
    ) -> Option<String> {
        let wait = wait.filter(|wait| is_worth_telling(wait, now));
        let takes_long = now.saturating_sub(self.since) >= SHOWN_AFTER;
        match wait {
            Some(wait) => Some(wait.told(now, origin, "")),
            None => takes_long.then(|| self.text(far, now)),
        }
    }

    /// `reading the tenant, 14 s: 12 pages, 11,988 objects; now /groups/.../transitiveMembers`.
    fn text(&self, far: &Far, now: Duration) -> String {
        let seconds = now.saturating_sub(self.since).as_secs();
        let (pages, objects) = (counted(far.pages, "page"), counted(far.objects, "object"));
        let text = format!("reading the tenant, {seconds} s: {pages}, {objects}");
        match &far.what {
            Some(what) => {
                let room = COLUMNS.saturating_sub(text.len() + "; now ".len() + 1);
                format!("{text}; now {}", shorten(what, room))
            }
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn wait(because: Because, until: u64) -> Wait {
        Wait { because, until: s(until), gives_up: Some(s(190)) }
    }

    #[test]
    fn a_wait_is_told_once_and_a_moment_never() {
        let mut waits = ToldWaits::default();
        let told: Vec<u64> = (0..40)
            .filter(|now| {
                let until = if *now < 20 { 20 } else { 45 };
                waits.is_news(&wait(Because::Service, until), s(*now))
            })
            .collect();
        assert_eq!(told, [0, 20]);
        let mut waits = ToldWaits::default();
        assert!(!waits.is_news(&wait(Because::Fault(503), 1), s(0)));
        assert!(waits.is_news(&wait(Because::Fault(503), 2), s(0)));
        assert!(waits.is_news(&wait(Because::Fault(0), 9), s(4)));
        assert!(!waits.is_news(&wait(Because::Replicas, 10), s(10)));
    }

    fn far() -> Far {
        let what = "/groups/11111111-1111-1111-1111-111111111111/transitiveMembers/microsoft.graph";
        Far { pages: 12, objects: 11_988, what: Some(what.into()) }
    }

    #[test]
    fn a_log_hears_of_a_long_reading_now_and_then() {
        let mut reading = LongReading::new(s(2));
        let told: Vec<u64> =
            (2..120).filter(|now| reading.line(&far(), s(*now)).is_some()).collect();
        assert_eq!(told, [7, 37, 67, 97]);
        let text = LongReading::new(s(2)).line(&far(), s(16)).unwrap();
        assert!(
            text.starts_with("reading the tenant, 14 s: 12 pages, 11,988 objects; now /groups/")
        );
        assert!(text.len() <= COLUMNS, "{text}");
    }

    #[test]
    fn a_terminal_shows_it_sooner_and_what_is_waited_for_instead() {
        let origin = time::macros::datetime!(2026-11-23 14:00:00 UTC);
        let reading = LongReading::new(s(0));
        let at = |wait, now| reading.at_present(&far(), wait, s(now), origin);
        assert_eq!(at(None, 2), None);
        assert!(at(None, 3).unwrap().starts_with("reading the tenant, 3 s: 12 pages"));
        let told = at(Some(wait(Because::Fault(0), 14)), 10).unwrap();
        assert_eq!(told, "no answer; trying again in 4 s, giving up at 14:03:10Z");
    }
}
