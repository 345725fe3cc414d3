//! How a run under way is shown: a bar on a terminal, a line now and then elsewhere.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use time::OffsetDateTime;

use crate::apply::pace::{Pace, Remaining};
use crate::apply::progress::Progress;
use crate::cli::output::waiting::{ToldWaits, is_worth_telling};
use crate::graph::quota::WRITES;
use crate::graph::wait::{Because, Wait};
use crate::render::page::grouped;

/// Runs of at most so many changes tell every request; longer ones would fill a log.
const FEW: usize = 200;
/// A long run tells how far it is at least so often.
const SILENCE: Duration = Duration::from_secs(30);

/// Where a run is shown.
pub(crate) enum ShownOn<'a> {
    Nowhere,
    /// Redrawn in place.
    Bar(ProgressBar),
    Lines(&'a mut (dyn Write + Send)),
}

/// Shows one run.
pub(crate) struct Onlooker<'a> {
    shown_on: ShownOn<'a>,
    all: usize,
    /// The quota that is kept to, in people's words.
    quota: String,
    /// The time of day when the clock started.
    origin: OffsetDateTime,
    pace: Pace,
    settled: usize,
    /// What the quota took for the rest when the last results came, and when that was.
    at_least: (Duration, Duration),
    waits: ToldWaits,
    /// The last line: when, and how many had their result.
    told: (Duration, usize),
    told_quota: bool,
}

impl<'a> ShownOn<'a> {
    /// A bar for `all` changes on the terminal that stderr is.
    pub(crate) fn bar(all: usize) -> Self {
        let length = u64::try_from(all).unwrap_or(u64::MAX);
        let bar =
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template("[{bar:24}] {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self::Bar(bar)
    }

    /// The bar, for whoever has something to say above it.
    pub(crate) fn bar_itself(&self) -> Option<ProgressBar> {
        match self {
            Self::Bar(bar) => Some(bar.clone()),
            Self::Nowhere | Self::Lines(_) => None,
        }
    }
}

impl<'a> Onlooker<'a> {
    /// `all`: changes. `write_quota`: writes within 150 s that the run keeps to. `origin`: the time of
    /// day when the clock started.
    pub(crate) fn new(
        shown_on: ShownOn<'a>,
        all: usize,
        write_quota: u32,
        origin: OffsetDateTime,
    ) -> Self {
        let quota = match write_quota {
            WRITES => "the service's quota of writes".to_owned(),
            own => format!("the quota of writes (--write-quota {own})"),
        };
        Self {
            shown_on,
            all,
            quota,
            origin,
            pace: Pace::default(),
            settled: 0,
            at_least: (Duration::ZERO, Duration::ZERO),
            waits: ToldWaits::default(),
            told: (Duration::ZERO, 0),
            told_quota: false,
        }
    }

    /// `now`: time since the start of the process.
    pub(crate) fn see(&mut self, event: &Progress<'_>, now: Duration) {
        match event {
            Progress::Waiting { wait } => return self.wait(wait, now),
            Progress::Sending { addresses } if self.all <= FEW => {
                self.line(&format!("sending {}", requests(addresses.len())));
            }
            Progress::Settled { settled, at_least, .. } if *settled > self.settled => {
                self.settled = *settled;
                self.pace.note(now, *settled);
                self.at_least = (*at_least, now);
                self.show_settled(now);
            }
            Progress::Sending { .. } | Progress::Reading { .. } | Progress::Settled { .. } => {}
        }
        self.pace.goes_on(now);
    }

    /// The run is over: nothing of the bar stays on the screen. Gives back what lines went to.
    pub(crate) fn close(self) -> Option<&'a mut (dyn Write + Send)> {
        match self.shown_on {
            ShownOn::Nowhere => None,
            ShownOn::Bar(bar) => {
                bar.finish_and_clear();
                None
            }
            ShownOn::Lines(out) => Some(out),
        }
    }

    /// A line tells a wait once, not again for what is left of it; a bar shows what is left of it.
    fn wait(&mut self, wait: &Wait, now: Duration) {
        let quota = wait.because == Because::Quota;
        if quota {
            // What is kept to by ourselves is the pace.
            self.pace.goes_on(now);
        } else {
            self.pace.pause(now, wait.until);
        }
        let told = wait.told(now, self.origin, &self.quota);
        if let ShownOn::Bar(bar) = &self.shown_on {
            bar.set_message(match is_worth_telling(wait, now) && !quota {
                true => format!("{}; {told}", self.count()),
                false => self.standing(now),
            });
            bar.tick();
            return;
        }
        // In a long run the quota is a part of the pace, which is told with the results.
        let is_pace = quota && wait.left(now) < SILENCE && self.all > FEW;
        if !is_pace && self.waits.is_news(wait, now) {
            self.line(&told);
        }
    }

    fn show_settled(&mut self, now: Duration) {
        if let ShownOn::Bar(bar) = &self.shown_on {
            bar.set_message(self.standing(now));
            bar.set_position(u64::try_from(self.settled).unwrap_or(u64::MAX));
            return;
        }
        let tenth = self.all.div_ceil(10).max(FEW / 2);
        let far = self.settled >= self.told.1 + tenth || now >= self.told.0 + SILENCE;
        if self.settled != self.all && !far {
            return;
        }
        self.told = (now, self.settled);
        let count = format!("{} changes have their result", self.count());
        if self.settled == self.all {
            self.line(&count);
            return;
        }
        self.line(&format!("{count}{}", self.estimate(now)));
        if self.is_by_quota(now) && !std::mem::replace(&mut self.told_quota, true) {
            self.line(&format!("{} sets the pace; it is no fault", self.quota));
        }
    }

    fn count(&self) -> String {
        format!("{} of {}", grouped(self.settled), grouped(self.all))
    }

    /// `, about 3 min left`.
    fn estimate(&self, now: Duration) -> String {
        self.left(now).map_or(String::new(), |left| format!(", {} left", about(left.time)))
    }

    fn left(&self, now: Duration) -> Option<Remaining> {
        let (at_least, at) = self.at_least;
        self.pace.left(now, self.all, at_least.saturating_sub(now.saturating_sub(at)))
    }

    fn is_by_quota(&self, now: Duration) -> bool {
        self.left(now).is_some_and(|left| left.by_quota)
    }

    /// What a bar says beside itself.
    fn standing(&self, now: Duration) -> String {
        let reason = if self.is_by_quota(now) { " (quota of writes)" } else { "" };
        format!("{}{}{reason}", self.count(), self.estimate(now))
    }

    fn line(&mut self, text: &str) {
        if let ShownOn::Lines(out) = &mut self.shown_on {
            // Progress that nobody can read is no reason to stop a run.
            drop(writeln!(out, "{text}"));
        }
    }
}

fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

/// `about 3 min`: no more exact than an estimate can be.
fn about(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => "a few seconds".to_owned(),
        10..90 => format!("about {} s", seconds.div_ceil(10) * 10),
        90..5400 => format!("about {} min", seconds.div_ceil(60)),
        _ => format!("about {} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;
    use crate::model::outcome::Outcome;

    const ORIGIN: OffsetDateTime = time::macros::datetime!(2026-11-23 14:00:00 UTC);

    fn lines(all: usize, quota: Duration) -> Vec<String> {
        let mut out = Vec::new();
        let address = Address::new("delegated_grant", "app", []);
        let mut onlooker = Onlooker::new(ShownOn::Lines(&mut out), all, WRITES, ORIGIN);
        for settled in (20..=all).step_by(20) {
            let at_least = quota * u32::try_from(all - settled).unwrap() / 1_000;
            let event = Progress::Settled {
                address: &address,
                outcome: &Outcome::Done,
                settled,
                all,
                at_least,
            };
            // Twenty in a second.
            onlooker.see(&event, Duration::from_secs(u64::try_from(settled / 20).unwrap()));
        }
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_long_run_fills_no_log_and_tells_what_is_left() {
        let lines = lines(10_000, Duration::ZERO);
        assert!(lines.len() < 40, "{lines:#?}");
        assert_eq!(lines[0], "600 of 10,000 changes have their result, about 8 min left");
        assert_eq!(lines.last().unwrap(), "10,000 of 10,000 changes have their result");
        assert!(!lines.iter().any(|line| line.contains("quota")));
    }

    #[test]
    fn the_quota_is_named_once() {
        let lines = lines(2_000, Duration::from_secs(50));
        assert_eq!(lines.iter().filter(|line| line.contains("quota of writes")).count(), 1);
    }

    fn settled(settled: usize, all: usize, at_least: Duration) -> Progress<'static> {
        let address = Box::leak(Box::new(Address::new("delegated_grant", "app", [])));
        Progress::Settled { address, outcome: &Outcome::Done, settled, all, at_least }
    }

    fn told(all: usize, quota: u32, events: &[(u64, Progress<'_>)]) -> String {
        let mut out = Vec::new();
        let mut onlooker = Onlooker::new(ShownOn::Lines(&mut out), all, quota, ORIGIN);
        for (second, event) in events {
            onlooker.see(event, Duration::from_secs(*second));
        }
        String::from_utf8(out).unwrap()
    }

    /// A wait until this second of the run.
    fn until(second: u64, because: Because) -> Progress<'static> {
        let gives_up = (because != Because::Quota).then_some(Duration::from_secs(600));
        Progress::Waiting { wait: Wait { because, until: Duration::from_secs(second), gives_up } }
    }

    /// One's own quota is not what the service asked for; and each wait is told once, whatever is read
    /// or comes back meanwhile.
    #[test]
    fn a_wait_says_who_wants_it_and_says_it_once() {
        let quota = || until(150, Because::Quota);
        let mut events = vec![(0, quota()), (0, Progress::Reading { count: 20 })];
        events.push((0, settled(20, 100, Duration::from_secs(600))));
        events.extend((1..150).map(|second| (second, quota())));
        let text = told(100, 20, &events);
        assert_eq!(text, "waiting 150 s: the quota of writes (--write-quota 20) is used up\n");
        let text = told(100, WRITES, &events);
        assert_eq!(text, "waiting 150 s: the service's quota of writes is used up\n");
        let service = |second, end| (second, until(end, Because::Service));
        let text = told(100, 20, &[service(0, 9), service(1, 9), service(8, 17), service(9, 17)]);
        let line = "Microsoft Graph asked for a pause of 9 s; giving up at 14:10:00Z\n";
        assert_eq!(text, line.repeat(2));
        let text =
            told(100, 20, &[(0, until(4, Because::Fault(503))), (4, until(20, Because::Fault(0)))]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "Microsoft Graph answered 503; trying again in 4 s, giving up at 14:10:00Z"
        );
        assert_eq!(lines[1], "no answer; trying again in 16 s, giving up at 14:10:00Z");
    }

    /// A long run fills no log with them, but is never silent for minutes either.
    #[test]
    fn a_long_run_tells_long_waits_only() {
        let short: Vec<_> =
            (0..100).map(|n| (n * 10, until(n * 10 + 10, Because::Quota))).collect();
        assert_eq!(told(5_000, 300, &short), "");
        let long = [(0, until(150, Because::Quota)), (150, until(300, Because::Quota))];
        assert_eq!(told(5_000, 20, &long).lines().count(), 2);
    }

    /// Twenty results of one answer are one step, not twenty: the first of them came no sooner.
    #[test]
    fn an_answer_settles_all_of_its_batch() {
        let mut events = Vec::new();
        for batch in 1..=4_u64 {
            let by_now = 20 * usize::try_from(batch).unwrap();
            let at_least = Duration::from_secs(750 - 150 * batch);
            events.extend((0..20).map(|_| (batch * 150, settled(by_now, 100, at_least))));
        }
        let text = told(100, 20, &events);
        assert!(text.contains("80 of 100 changes have their result, about 3 min left"), "{text}");
        assert!(!text.contains(" h "), "{text}");
    }

    #[test]
    fn a_bar_counts_down_and_says_what_is_waited_for() {
        let bar = ProgressBar::hidden();
        let mut onlooker = Onlooker::new(ShownOn::Bar(bar.clone()), 100, 20, ORIGIN);
        onlooker.see(&settled(20, 100, Duration::from_secs(600)), Duration::ZERO);
        assert_eq!(bar.message(), "20 of 100, about 10 min left (quota of writes)");
        onlooker.see(&until(150, Because::Quota), Duration::from_secs(120));
        assert_eq!(bar.message(), "20 of 100, about 8 min left (quota of writes)");
        onlooker.see(&until(421, Because::Service), Duration::from_secs(121));
        let asked = "Microsoft Graph asked for a pause of 300 s; giving up at 14:10:00Z";
        assert_eq!(bar.message(), format!("20 of 100; {asked}"));
        onlooker.see(&settled(40, 100, Duration::from_secs(450)), Duration::from_secs(122));
        assert_eq!(bar.position(), 40);
    }

    #[test]
    fn estimates_are_round() {
        let texts = [3, 41, 200, 8_000].map(|seconds| about(Duration::from_secs(seconds)));
        assert_eq!(texts, ["a few seconds", "about 50 s", "about 4 min", "about 2 h 13 min"]);
    }
}
