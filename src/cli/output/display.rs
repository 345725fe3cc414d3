//! What operations tell, for people at stderr: the manifest's mistakes, how a run gets on, and while nothing
//! seems to happen, why: the service keeps us waiting, much is read, or somebody asked us to stop and what is
//! under way has to come back first.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use time::OffsetDateTime;

use crate::cli::input::args::{Global, PeopleInReports};
use crate::cli::output::progress::{Onlooker, ShownOn};
use crate::cli::output::waiting::{LongReading, ToldWaits};
use crate::cli::process::env::Env;
use crate::cli::process::streams::{BottomLine, Remarks};
use crate::graph::quota::WRITES;
use crate::graph::wait::Because;
use crate::manifest::source::Sources;
use crate::model::finding::Findings;
use crate::model::secret::redact;
use crate::operations::{Event, Status};
use crate::plan::without_people::without_mail;
use crate::render::finding;
use crate::render::page::style::Colour;

const STOPPING: &str = "stopping: nothing new is sent, and what was sent is waited for; \
                        Ctrl-C again leaves at once, which is safe";

/// Draws what operations tell.
pub(crate) struct Display<'a>(Mutex<Shown<'a>>);

struct Shown<'a> {
    /// The run under way has it where it draws lines.
    err: Option<&'a mut (dyn Write + Send)>,
    colour: Colour,
    quiet: bool,
    /// Whether what is said of a manifest may name people.
    people: PeopleInReports,
    /// Whether lines can be drawn anew.
    redraws: bool,
    write_quota: u32,
    waits: ToldWaits,
    reading: Option<LongReading>,
    bar: Option<BottomLine>,
    run: Option<Onlooker<'a>>,
}

impl<'a> Display<'a> {
    pub(crate) fn new(global: &Global, env: &Env, err: &'a mut (dyn Write + Send)) -> Self {
        Self(Mutex::new(Shown {
            err: Some(err),
            colour: env.colour_of_errors(global),
            quiet: global.quiet,
            people: PeopleInReports::Show,
            redraws: env.redraws(),
            write_quota: WRITES,
            waits: ToldWaits::default(),
            reading: None,
            bar: None,
            run: None,
        }))
    }

    /// Writes within 150 s that a run keeps to.
    #[must_use]
    pub(crate) fn write_quota(mut self, quota: u32) -> Self {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).write_quota = quota;
        self
    }

    /// Whether people may be named.
    #[must_use]
    pub(crate) fn people(mut self, people: PeopleInReports) -> Self {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).people = people;
        self
    }

    /// For whatever has something to tell.
    pub(crate) fn tell(&self) -> impl Fn(Event<'_>) + Send + Sync {
        |event| self.0.lock().unwrap_or_else(PoisonError::into_inner).hear(event)
    }
}

impl Shown<'_> {
    fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Findings(findings, sources) => self.draw(findings, sources),
            Event::Reads { now } => {
                self.waits = ToldWaits::default();
                self.reading = Some(LongReading::new(now));
            }
            Event::Changes { all, origin } => {
                self.waits = ToldWaits::default();
                self.show_run(all, origin);
            }
            Event::Second(status) if status.changes => self.say_fault(status),
            Event::Second(status) => self.say_reading(status),
            Event::Over => self.close(),
            Event::Progress(progress, now) => {
                if let Some(run) = &mut self.run {
                    run.see(progress, now);
                }
            }
            Event::Stopping => self.say(STOPPING),
        }
    }

    /// Draws all findings.
    fn draw(&mut self, findings: &Findings, sources: &Sources) {
        if let Some(err) = &mut self.err {
            let mut text = Vec::new();
            // A reader who has gone does not make a manifest valid: the exit code still tells.
            drop(finding::text::draw(findings, sources, self.colour, &redact, &mut text));
            let text = String::from_utf8_lossy(&text);
            let told = match self.people {
                PeopleInReports::Show => text,
                PeopleInReports::Hide => without_mail(&text).into(),
            };
            drop(err.write_all(told.as_bytes()));
        }
    }

    /// Where the run is shown while it goes on.
    fn show_run(&mut self, all: usize, origin: OffsetDateTime) {
        let shown_on = match self.quiet {
            true => ShownOn::Nowhere,
            false if self.redraws => ShownOn::bar(all),
            false => self.err.take().map_or(ShownOn::Nowhere, ShownOn::Lines),
        };
        self.bar = shown_on.bar_itself().map(BottomLine::new);
        self.run = Some(Onlooker::new(shown_on, all, self.write_quota, origin));
    }

    fn close(&mut self) {
        if let Some(err) = self.run.take().and_then(Onlooker::close) {
            self.err = Some(err);
        }
        (self.bar, self.reading) = (None, None);
    }

    /// What is waited for, and how far a reading is where it takes long.
    fn say_reading(&mut self, status: &Status) {
        let Status { now, origin, .. } = *status;
        let Some(mut reading) = self.reading.take() else { return };
        if let Some(wait) = status.wait.as_ref().filter(|wait| self.waits.is_news(wait, now)) {
            self.say(&wait.told(now, origin, ""));
        }
        if !self.redraws || self.quiet {
            reading.line(&status.far, now).into_iter().for_each(|line| self.say(&line));
        } else if let Some(text) = reading.at_present(&status.far, status.wait, now, origin) {
            self.bar.get_or_insert_with(|| BottomLine::new(spinner())).say(text);
        }
        self.reading = Some(reading);
    }

    /// Where what a run reads back is waited for. Its other waits are told with its progress.
    fn say_fault(&mut self, status: &Status) {
        let fault = status.wait.as_ref().filter(|wait| matches!(wait.because, Because::Fault(_)));
        if let Some(wait) = fault.filter(|wait| self.waits.is_news(wait, status.now)) {
            self.say(&wait.told(status.now, status.origin, ""));
        }
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            // Nobody has to listen.
            drop(Remarks::stderr().write_all(format!("{text}\n").as_bytes()));
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
    match ProgressStyle::with_template("{msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
