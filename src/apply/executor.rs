//! Carries out a plan's changes: asks the course what to do, does it, and tells it what came of it.
//! Every request is on disk in the journal before it goes out.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::apply::course::{Action, Course, Outgoing};
use crate::apply::journaling;
use crate::apply::progress::Progress;
use crate::graph::error::GraphError;
use crate::graph::{Reader, Writer};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::clock::Clock;
use crate::model::outcome::{RunReport, Stopped};
use crate::model::query::Query;
use crate::store::StoreError;
use crate::store::journal::{Event, Journal};

/// Longest sleep without a look at the stop flag.
const NAP: Duration = Duration::from_secs(1);

/// Lets time pass. The only implementation that really sleeps is handed down from floor 6.
pub type Sleep<'a> = &'a (dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync);

/// All that a run needs.
pub struct Tools<'a> {
    pub reader: &'a Reader,
    pub writer: &'a Writer,
    pub journal: &'a mut Journal,
    pub clock: &'a dyn Clock,
    pub sleep: Sleep<'a>,
    /// Set from outside: nothing new starts.
    pub stop: &'a AtomicBool,
    pub progress: &'a mut (dyn FnMut(Progress<'_>) + Send),
}

/// A run that is over.
#[derive(Debug)]
pub struct Finished {
    /// `remaining` is for the caller to find out.
    pub report: RunReport,
    /// Why the journal is not whole, if it is not. Nothing was sent after it broke.
    pub journal_error: Option<StoreError>,
}

/// Carries out approved changes in their order. `already`: addresses that the caller has just
/// read and found at their goal; nothing is sent for them. Never fails as a whole: what happened is
/// in the report.
pub async fn run(tools: Tools<'_>, changes: &[Change], already: &BTreeSet<Address>) -> Finished {
    Executor { tools, journal_error: None }.run(changes, already).await
}

struct Executor<'a> {
    tools: Tools<'a>,
    journal_error: Option<StoreError>,
}

impl Executor<'_> {
    async fn run(mut self, changes: &[Change], already: &BTreeSet<Address>) -> Finished {
        let mut course = Course::new(changes, already);
        loop {
            self.tell(changes, &mut course);
            if self.tools.stop.load(Ordering::SeqCst) {
                course.stop(Stopped::Interrupted);
            }
            if let Some(error) = &self.journal_error {
                course.stop(Stopped::Journal { because: error.to_string() });
            }
            match course.next_action() {
                Action::End => break,
                Action::Wait(time) => self.wait(&mut course, time).await,
                Action::Send(outgoing) => self.send(changes, &mut course, &outgoing).await,
                Action::Read(queries) => self.read(&mut course, &queries).await,
            }
        }
        self.tell(changes, &mut course);
        let report = course.report();
        self.record(vec![journaling::end(&report)]);
        Finished { report, journal_error: self.journal_error }
    }

    /// Results go to the onlooker and to the journal.
    fn tell(&mut self, changes: &[Change], course: &mut Course<'_>) {
        let news = course.take_news();
        let before = course.settled().saturating_sub(news.len());
        for (number, (place, outcome)) in news.iter().enumerate() {
            (self.tools.progress)(Progress::Settled {
                address: &changes[*place].address,
                outcome,
                settled: before + number + 1,
                all: changes.len(),
            });
        }
        self.record(journaling::outcomes(changes, &news));
    }

    async fn wait(&mut self, course: &mut Course<'_>, time: Duration) {
        (self.tools.progress)(Progress::Waiting { time });
        let nap = time.min(NAP);
        (self.tools.sleep)(nap).await;
        course.waited(nap);
    }

    /// What cannot be recorded is not sent; the course is then stopped before it asks again.
    async fn send(&mut self, changes: &[Change], course: &mut Course<'_>, outgoing: &[Outgoing]) {
        if !self.record(journaling::sending(changes, outgoing)) {
            return;
        }
        let places = || outgoing.iter().map(|out| out.place);
        if let (Some(first), Some(last)) = (places().min(), places().max()) {
            let (first, last) = (&changes[first].address, &changes[last].address);
            (self.tools.progress)(Progress::Sending { count: outgoing.len(), first, last });
        }
        let requests: Vec<_> = outgoing.iter().map(|out| out.request.clone()).collect();
        let verdicts = self.tools.writer.send(&requests).await;
        let events = journaling::answers(changes, outgoing, &verdicts);
        course.answered(verdicts);
        self.record(events);
    }

    async fn read(&mut self, course: &mut Course<'_>, queries: &[Query]) {
        (self.tools.progress)(Progress::Reading { count: queries.len() });
        let answers = self.tools.reader.read_each(queries).await;
        if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err())
            && matches!(error, GraphError::SignIn(_) | GraphError::WrongTenant { .. })
        {
            course.stop(Stopped::SignIn { because: error.to_string() });
        }
        let rows: Vec<Option<Vec<Value>>> =
            answers.into_iter().map(|answer| Some(answer.ok()?.iter().collect())).collect();
        course.seen(rows);
    }

    /// Whether the events are on disk. After the first failure the journal takes no more.
    fn record(&mut self, events: Vec<Event>) -> bool {
        if self.journal_error.is_none() && !events.is_empty() {
            self.journal_error = self.tools.journal.write(self.tools.clock.now(), events).err();
        }
        self.journal_error.is_none()
    }
}

#[cfg(test)]
#[path = "executor_tests.rs"]
mod tests;
