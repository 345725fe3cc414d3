//! How a run under way is shown: a bar on a terminal, a line now and then elsewhere.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::apply::action::Because;
use crate::apply::pace::{Left, Pace};
use crate::apply::progress::Progress;
use crate::render::lines::grouped;

/// Runs of at most so many changes tell every request; longer ones would fill a log.
const FEW: usize = 200;
/// A long run tells how far it is at least so often.
const SILENCE: Duration = Duration::from_secs(30);

/// Where a run is shown.
pub enum Sight<'a> {
    Nowhere,
    /// Redrawn in place.
    Bar(ProgressBar),
    Lines(&'a mut (dyn Write + Send)),
}

/// Shows one run.
pub struct Onlooker<'a> {
    sight: Sight<'a>,
    all: usize,
    pace: Pace,
    /// What was left of the wait that was told last.
    waiting: Duration,
    /// The last line: when, and how many had their result.
    told: (Duration, usize),
    told_quota: bool,
}

impl<'a> Sight<'a> {
    /// A bar for `all` changes on the terminal that stderr is.
    pub fn bar(all: usize) -> Self {
        let length = u64::try_from(all).unwrap_or(u64::MAX);
        let bar =
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template("[{bar:24}] {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self::Bar(bar)
    }
}

impl<'a> Onlooker<'a> {
    pub fn new(sight: Sight<'a>, all: usize) -> Self {
        Self {
            sight,
            all,
            pace: Pace::default(),
            waiting: Duration::ZERO,
            told: (Duration::ZERO, 0),
            told_quota: false,
        }
    }

    /// `now`: time since the start of the process.
    pub fn see(&mut self, event: &Progress<'_>, now: Duration) {
        match event {
            Progress::Sending { count, .. } if self.all <= FEW => {
                self.line(&format!("sending {}", requests(*count)));
            }
            Progress::Waiting { time, because } => self.wait(*time, *because),
            Progress::Settled { settled, at_least, .. } => {
                self.pace.note(now, *settled);
                self.settled(*settled, self.pace.left(self.all, *at_least), now);
            }
            Progress::Sending { .. } | Progress::Reading { .. } => {}
        }
        if !matches!(event, Progress::Waiting { .. }) {
            self.waiting = Duration::ZERO;
        }
    }

    /// The run is over: nothing of the bar stays on the screen.
    pub fn close(self) {
        if let Sight::Bar(bar) = self.sight {
            bar.finish_and_clear();
        }
    }

    /// A wait is told once, not again for what is left of it. One that the quota makes is part of the
    /// pace, which is told with the results.
    fn wait(&mut self, time: Duration, because: Because) {
        let told = std::mem::replace(&mut self.waiting, time);
        if told > time && !time.is_zero() {
            return;
        }
        if let Sight::Bar(bar) = &self.sight {
            bar.tick();
        }
        let seconds = time.as_secs();
        if because == Because::Service && seconds >= 2 {
            self.line(&format!("waiting {seconds} s: the service asked for it"));
        } else if because == Because::Replicas && seconds >= 1 {
            self.line(&format!("waiting {seconds} s"));
        }
    }

    fn settled(&mut self, settled: usize, left: Option<Left>, now: Duration) {
        let by_quota = left.is_some_and(|left| left.by_quota);
        let count = format!("{} of {}", grouped(settled), grouped(self.all));
        let estimate = left.map(|left| format!(", {} left", about(left.time))).unwrap_or_default();
        if let Sight::Bar(bar) = &self.sight {
            let reason = if by_quota { " (quota of writes)" } else { "" };
            bar.set_message(format!("{count}{estimate}{reason}"));
            bar.set_position(u64::try_from(settled).unwrap_or(u64::MAX));
            return;
        }
        let tenth = self.all.div_ceil(10).max(FEW / 2);
        let far = settled >= self.told.1 + tenth || now >= self.told.0 + SILENCE;
        if settled != self.all && !far {
            return;
        }
        self.told = (now, settled);
        if settled == self.all {
            self.line(&format!("{count} objects have their result"));
            return;
        }
        self.line(&format!("{count} objects have their result{estimate}"));
        if by_quota && !std::mem::replace(&mut self.told_quota, true) {
            self.line("the service's quota of writes sets the pace; it is no fault");
        }
    }

    fn line(&mut self, text: &str) {
        if let Sight::Lines(out) = &mut self.sight {
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

    fn lines(all: usize, quota: Duration) -> Vec<String> {
        let mut out = Vec::new();
        let address = Address::new("delegated_grant", "app", []);
        let mut onlooker = Onlooker::new(Sight::Lines(&mut out), all);
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
        assert_eq!(lines[0], "600 of 10,000 objects have their result, about 8 min left");
        assert_eq!(lines.last().unwrap(), "10,000 of 10,000 objects have their result");
        assert!(!lines.iter().any(|line| line.contains("quota")));
    }

    #[test]
    fn the_quota_is_named_once() {
        let lines = lines(2_000, Duration::from_secs(50));
        assert_eq!(lines.iter().filter(|line| line.contains("quota of writes")).count(), 1);
    }

    #[test]
    fn estimates_are_round() {
        let texts = [3, 41, 200, 8_000].map(|seconds| about(Duration::from_secs(seconds)));
        assert_eq!(texts, ["a few seconds", "about 50 s", "about 4 min", "about 2 h 13 min"]);
    }
}
