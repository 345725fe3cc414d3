//! Reports that are written while a run goes on, a line for whatever happens.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use crate::apply::progress::Progress;
use crate::cli::process::streams::Results;
use crate::graph::wait::Because;
use crate::model::outcome::{Line, RunReport};
use crate::model::secret::Veil;
use crate::plan::Plan;
use crate::plan::without_people::WithoutPeople;
use crate::render::events::{self, Event, EventsAbout};
use crate::store::StoreError;
use crate::store::report_file;
use std::path::Path;

/// Where the lines go, and what became of writing them.
pub(crate) struct LiveReport {
    written: Mutex<Written>,
    /// Where people are not named.
    people: Option<WithoutPeople>,
}

struct Written {
    out: Box<dyn Write + Send>,
    /// The first thing that went wrong: nothing more is written, and the run goes on.
    failed: Option<io::Error>,
}

impl LiveReport {
    /// Begins a file, which takes the place of one of an earlier run.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn to_file(path: &Path, people: Option<WithoutPeople>) -> Result<Self, StoreError> {
        let file: File = report_file::fresh(path)?;
        Ok(Self::to(Box::new(Veil::new(file)), people))
    }

    pub(crate) fn to_stdout(people: Option<WithoutPeople>) -> Self {
        Self::to(Box::new(Veil::new(Results::stdout())), people)
    }

    fn to(out: Box<dyn Write + Send>, people: Option<WithoutPeople>) -> Self {
        Self { written: Mutex::new(Written { out, failed: None }), people }
    }

    pub(crate) fn begin(&self, plan: &Plan, at: OffsetDateTime) {
        let hidden = self.people.as_ref().map(|people| people.plan(plan));
        self.line(events::begun(hidden.as_ref().unwrap_or(plan), EventsAbout::Run), at);
    }

    /// `now`: time since the start of the clock.
    pub(crate) fn see(&self, progress: &Progress<'_>, now: Duration, at: OffsetDateTime) {
        match progress {
            Progress::Sending { addresses } => {
                let told: Vec<_> = addresses.iter().map(|one| self.address(one)).collect();
                self.line(Event::Sending { addresses: told.iter().collect() }, at);
            }
            Progress::Waiting { wait } => {
                let seconds = wait.left(now).as_secs();
                self.line(Event::Waiting { because: word(wait.because), seconds }, at);
            }
            Progress::Settled { address, outcome, settled, all, at_least: _ } => {
                let line = Line { address: (*address).clone(), outcome: (*outcome).clone() };
                let line = self.people.as_ref().map_or(line.clone(), |people| people.line(&line));
                self.line(Event::Settled { line: &line, settled: *settled, all: *all }, at);
            }
            Progress::Reading { .. } => {}
        }
    }

    /// The last line; what went wrong on the way comes back.
    ///
    /// # Errors
    /// When any line could not be written.
    pub(crate) fn end(
        &self,
        report: &RunReport,
        plan: &Plan,
        at: OffsetDateTime,
    ) -> io::Result<()> {
        self.line(events::ended(report, plan), at);
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.failed.take().map_or(Ok(()), Err)
    }

    fn address(&self, address: &crate::model::address::Address) -> crate::model::address::Address {
        self.people.as_ref().map_or_else(|| address.clone(), |people| people.place(address))
    }

    fn line(&self, event: Event<'_>, at: OffsetDateTime) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.failed.is_none() {
            let done = events::write(event, Some(at), &mut written.out);
            written.failed = done.and_then(|()| written.out.flush()).err();
        }
    }
}

fn word(because: Because) -> &'static str {
    match because {
        Because::Replicas => "replicas",
        Because::Service => "service",
        Because::Quota => "quota",
        Because::Fault(_) => "fault",
    }
}
