//! How long one question, or one write, is worth trying. Pure: time comes in.
//!
//! Faults, and answers that ask to go slower without a number, have two minutes from the first send on:
//! attempts and the pauses between them together. Pauses that the service asks for are its own, and
//! have ten minutes.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// For faults, from the first send of a question on.
pub(crate) const FAULTS: Duration = Duration::from_secs(120);
/// For pauses that the service asks for: one alone, and those of one question together.
pub(crate) const PAUSES: Duration = Duration::from_secs(600);
/// A rest of the patience in which nothing more is tried.
const TOO_SHORT: Duration = Duration::from_secs(2);
/// First and longest pause after a fault; both grow by up to their own length.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(16);
/// A service that asks for a moment only is not asked again at once.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// How a run tries again after faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trying {
    /// For how long, from the first send of a question on.
    pub(crate) within: Duration,
    /// What its pauses differ by from those of others, so that those who failed together do not all
    /// come back together.
    pub(crate) seed: u64,
}

/// What one question has gone through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Patience {
    trying: Trying,
    /// By attempts and by the pauses after faults.
    spent: Duration,
    /// By pauses that the service asked for.
    asked: Duration,
    /// Faults since something last got better.
    faults: usize,
    tries: usize,
}

/// A pause to be made, and what is left of the patience from its beginning on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pausing {
    pub(crate) pause: Duration,
    pub(crate) left: Duration,
}

impl Default for Trying {
    fn default() -> Self {
        Self { within: FAULTS, seed: 0 }
    }
}

impl Trying {
    /// Whether nothing more is tried after faults for so long.
    pub(crate) fn is_spent(self, time: Duration) -> bool {
        self.within.saturating_sub(time) < TOO_SHORT
    }
}

impl Patience {
    pub(crate) fn of(trying: Trying) -> Self {
        Self { trying, ..Self::default() }
    }

    /// The same memory, with another way to try from now on.
    pub(crate) fn set(&mut self, trying: Trying) {
        self.trying = trying;
    }

    /// An attempt took so long.
    pub(crate) fn tried(&mut self, time: Duration) {
        self.tries += 1;
        self.spent = self.spent.saturating_add(time);
    }

    /// How much is left for faults.
    pub(crate) fn left(&self) -> Duration {
        self.trying.within.saturating_sub(self.spent)
    }

    /// Whether nothing more is tried after another fault.
    pub(crate) fn is_over(&self) -> bool {
        self.would_end(self.spent)
    }

    /// Whether so much time would be all of it.
    pub(crate) fn would_end(&self, time: Duration) -> bool {
        self.trying.is_spent(time)
    }

    /// The pause after a fault; `None` when it is enough.
    pub(crate) fn fault(&mut self) -> Option<Pausing> {
        let left = self.left();
        if self.is_over() {
            return None;
        }
        // Something of it stays for the attempt itself.
        let pause = growing(self.faults, self.trying.seed).min(left / 2);
        self.faults += 1;
        self.spent = self.spent.saturating_add(pause);
        Some(Pausing { pause, left })
    }

    /// The pause that the service asks for; `None` when that is more than is waited for.
    pub(crate) fn asked(&mut self, pause: Duration) -> Option<Pausing> {
        let pause = pause.max(SHORTEST_PAUSE);
        let left = PAUSES.saturating_sub(self.asked);
        self.asked = self.asked.saturating_add(pause);
        (pause <= left).then_some(Pausing { pause, left })
    }

    /// What the service asked for so far.
    pub(crate) fn asked_so_far(&self) -> Duration {
        self.asked
    }

    /// Something got better: pauses begin short again.
    pub(crate) fn progress(&mut self) {
        self.faults = 0;
    }

    /// `tried 4 times within 118 s`.
    pub(crate) fn told(&self) -> String {
        let times = if self.tries == 1 { "once".into() } else { format!("{} times", self.tries) };
        format!("tried {times} within {} s", self.spent.as_secs())
    }
}

fn growing(faults: usize, seed: u64) -> Duration {
    let pauses = ExponentialBuilder::new()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LAST_PAUSE)
        .without_max_times()
        .with_jitter()
        .with_jitter_seed(seed);
    pauses.build().nth(faults).unwrap_or(LAST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Answers that come after so long, and are all faults: how many there are, and for how long.
    fn gives_up(each: Duration, trying: Trying) -> (usize, Duration) {
        let (mut patience, mut now, mut tries) = (Patience::of(trying), s(0), 0);
        loop {
            let took = each.min(patience.left());
            patience.tried(took);
            (now, tries) = (now + took, tries + 1);
            assert!(tries < 100, "it does not end");
            match patience.fault() {
                Some(rest) => {
                    assert_eq!(now + rest.left, trying.within, "told another end than it comes to");
                    now += rest.pause;
                }
                None => return (tries, now),
            }
        }
    }

    #[test]
    fn faults_end_in_time_however_long_each_takes() {
        for (seed, within) in (0..50).flat_map(|seed| [5, 20, 120, 600].map(|time| (seed, s(time))))
        {
            for each in [0, 1, 7, 45, 60, 119, 120, 500] {
                let (tries, time) = gives_up(s(each), Trying { within, seed });
                assert!(
                    time > within - TOO_SHORT - TOO_SHORT && time <= within,
                    "{each}: {time:?}"
                );
                let most = if within > FAULTS { 80 } else { 25 };
                assert!((1..most).contains(&tries), "{each}: {tries}");
            }
        }
        assert_eq!(gives_up(s(500), Trying::default()), (1, FAULTS));
    }

    #[test]
    fn pauses_grow_and_differ_by_their_seed() {
        let pauses = |seed| {
            let mut patience = Patience::of(Trying { seed, ..Trying::default() });
            (0..6).map(|_| patience.fault().unwrap().pause).collect::<Vec<_>>()
        };
        for (at, pause) in pauses(7).into_iter().enumerate() {
            let least = Duration::from_millis(500 << at);
            assert!(least <= pause && pause <= least * 2, "{at}: {pause:?}");
        }
        assert_ne!(pauses(1), pauses(2));
        assert_eq!(pauses(1), pauses(1), "what failed together and is one batch stays one");
    }

    #[test]
    fn pauses_of_the_service_take_nothing_from_the_patience_with_faults() {
        let mut patience = Patience::default();
        assert_eq!(patience.asked(s(400)), Some(Pausing { pause: s(400), left: s(600) }));
        assert_eq!(patience.left(), FAULTS);
        assert_eq!(
            patience.asked(s(0)),
            Some(Pausing { pause: s(1), left: s(200) }),
            "never at once"
        );
        assert_eq!(patience.asked(s(200)), None);
        assert_eq!(patience.asked_so_far(), s(601));
        assert_eq!(Patience::default().asked(s(601)), None);
        assert!(Patience::default().asked(s(600)).is_some(), "ten minutes are no more than ten");
        assert_eq!(Patience::default().asked(Duration::MAX), None);
    }
}
