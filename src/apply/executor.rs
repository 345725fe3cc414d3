//! Carries out a plan's changes: asks the machine what to do, does it, and tells it what came of it.
//! Several actions are under way at the same time. Every request is on disk in the journal before it
//! goes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::FuturesUnordered;

use crate::apply::action::{Action, Because, Now, Outgoing};
use crate::apply::in_flight::Ticket;
use crate::apply::journaling;
use crate::apply::machine::Machine;
use crate::apply::progress::Progress;
use crate::graph::error::GraphError;
use crate::graph::limiter::Pause;
use crate::graph::verdict::Verdict;
use crate::graph::wait::Wait;
use crate::graph::{Reader, Writer};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::clock::Clock;
use crate::model::outcome::{RunReport, Stopped};
use crate::model::query::{Query, Rows};
use crate::store::StoreError;
use crate::store::journal::{Journal, JournalEvent};

/// Longest sleep without a look at the stop flag.
const NAP: Duration = Duration::from_secs(1);

/// Lets time pass. The only implementation that really sleeps is handed down from floor 7.
pub(crate) type Sleep<'a> = &'a (dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync);

/// All that a run needs.
pub(crate) struct Tools<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) writer: &'a Writer,
    pub(crate) journal: &'a mut Journal,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) sleep: Sleep<'a>,
    /// Set from outside: nothing new starts.
    pub(crate) stop: &'a AtomicBool,
    pub(crate) progress: &'a mut (dyn FnMut(Progress<'_>) + Send),
    /// When the service last answered for the object at each address, by the clock.
    pub(crate) last_seen: &'a BTreeMap<Address, Duration>,
}

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Finished {
    /// `remaining` is for the caller to find out.
    pub(crate) report: RunReport,
    /// Why the journal is not whole, if it is not. Nothing was sent after it broke.
    pub(crate) journal_error: Option<StoreError>,
}

/// Carries out approved changes in their order. `already`: addresses that the caller has just
/// read and found at their goal; nothing is sent for them. Never fails as a whole: what happened is
/// in the report.
pub(crate) async fn run(
    tools: Tools<'_>,
    changes: &[Change],
    already: &BTreeSet<Address>,
) -> Finished {
    let executor = Executor {
        tools,
        unwritten: Vec::new(),
        journal_error: None,
        under_way: FuturesUnordered::new(),
    };
    executor.run(changes, already).await
}

struct Executor<'a> {
    tools: Tools<'a>,
    /// Not on disk yet; it is before anything goes out, and before anything is waited for.
    unwritten: Vec<JournalEvent>,
    journal_error: Option<StoreError>,
    under_way: FuturesUnordered<BoxFuture<'static, Returned>>,
}

/// What comes back of an action that was under way.
enum Returned {
    Answers(Ticket, Vec<Outgoing>, Vec<Verdict>),
    Rows(Ticket, Vec<Result<Rows, GraphError>>),
}

impl Executor<'_> {
    async fn run(mut self, changes: &[Change], already: &BTreeSet<Address>) -> Finished {
        let machine = Machine::new(changes, already).last_seen(self.tools.last_seen);
        let mut machine = machine.trying(self.tools.writer.trying());
        loop {
            self.tell(changes, &mut machine);
            if self.tools.stop.load(Ordering::SeqCst) {
                machine.stop(Stopped::Interrupted);
            }
            if let Some(error) = &self.journal_error {
                machine.stop(Stopped::Journal { because: error.to_string() });
            }
            match self.next_action(&mut machine) {
                Action::End => break,
                Action::Send(ticket, outgoing) => {
                    if !self.send(changes, ticket, outgoing) {
                        machine.recalled(ticket);
                    }
                }
                Action::Read(ticket, queries) => self.read(ticket, queries),
                Action::Wait(time, because) => {
                    let wait = self.wait_of(&machine, time, because);
                    (self.tools.progress)(Progress::Waiting { wait });
                    self.wait(changes, &mut machine, Some(time.min(NAP))).await;
                }
                Action::Await => self.wait(changes, &mut machine, None).await,
            }
        }
        self.tell(changes, &mut machine);
        let report = machine.report();
        self.unwritten.push(journaling::end(&report));
        self.write_journal();
        Finished { report, journal_error: self.journal_error }
    }

    /// As many actions are under way as the service takes at present.
    fn next_action(&self, machine: &mut Machine<'_>) -> Action {
        if self.under_way.len() >= self.tools.writer.lanes() {
            return Action::Await;
        }
        let now = self.tools.clock.since_start();
        // The quota is waited for by as many as there are.
        let batch = self.tools.writer.at_once().min(machine.to_send()).max(1);
        let Pause { quota, asked } = self.tools.writer.pause(batch);
        let (quota_from, asked_from) = (now.saturating_add(quota), now.saturating_add(asked));
        machine.next_action(Now { now, quota_from, asked_from, batch })
    }

    /// The wait with its end: of whatever waits so, or of the read that was told to.
    fn wait_of(&self, machine: &Machine<'_>, time: Duration, because: Because) -> Wait {
        let now = self.tools.clock.since_start();
        let gives_up = machine.gives_up(because, now);
        let gives_up = gives_up.or_else(|| end_of(self.tools.writer.waiting(), because));
        Wait { because, until: now.saturating_add(time), gives_up }
    }

    /// Results go to the onlooker and to the journal.
    fn tell(&mut self, changes: &[Change], machine: &mut Machine<'_>) {
        let news = machine.take_news();
        let settled = machine.settled();
        let at_least = self.tools.writer.shortest(machine.unsent());
        for (place, outcome) in &news {
            (self.tools.progress)(Progress::Settled {
                address: &changes[*place].address,
                outcome,
                settled,
                all: changes.len(),
                at_least,
            });
        }
        self.unwritten.extend(journaling::outcomes(changes, &news));
    }

    /// Until something comes back, or so much time has passed.
    async fn wait(
        &mut self,
        changes: &[Change],
        machine: &mut Machine<'_>,
        time: Option<Duration>,
    ) {
        self.write_journal();
        let back = match (time, self.under_way.is_empty()) {
            (None, true) => return,
            (None, false) => self.under_way.next().await,
            (Some(time), true) => {
                (self.tools.sleep)(time).await;
                None
            }
            (Some(time), false) => {
                match select(self.under_way.next(), (self.tools.sleep)(time)).await {
                    Either::Left((back, _)) => back,
                    Either::Right(((), _)) => None,
                }
            }
        };
        let now = self.tools.clock.since_start();
        match back {
            Some(Returned::Answers(ticket, outgoing, verdicts)) => {
                self.unwritten.extend(journaling::answers(changes, &outgoing, &verdicts));
                machine.answered(ticket, verdicts, now);
            }
            Some(Returned::Rows(ticket, answers)) => {
                if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err())
                    && matches!(error, GraphError::SignIn(_) | GraphError::WrongTenant { .. })
                {
                    machine.stop(Stopped::SignIn { because: error.to_string() });
                }
                if let Some(seconds) = answers.iter().find_map(long_pause) {
                    machine.stop(Stopped::LongPause { seconds });
                }
                let rows =
                    |answer: Result<Rows, GraphError>| answer.map_err(|error| error.to_string());
                machine.seen(ticket, answers.into_iter().map(rows).collect(), now);
            }
            None => {}
        }
    }

    /// Whether they go out: what cannot be recorded is not sent.
    fn send(&mut self, changes: &[Change], ticket: Ticket, outgoing: Vec<Outgoing>) -> bool {
        self.unwritten.extend(journaling::sending(changes, &outgoing));
        if !self.write_journal() {
            return false;
        }
        let addresses: Vec<_> = outgoing.iter().map(|out| &changes[out.place].address).collect();
        (self.tools.progress)(Progress::Sending { addresses: &addresses });
        let requests: Vec<_> = outgoing.iter().map(|out| out.request.clone()).collect();
        let verdicts = self.tools.writer.send(&requests);
        self.under_way
            .push(Box::pin(async move { Returned::Answers(ticket, outgoing, verdicts.await) }));
        true
    }

    fn read(&mut self, ticket: Ticket, queries: Vec<Query>) {
        (self.tools.progress)(Progress::Reading { count: queries.len() });
        let reader = self.tools.reader.clone();
        self.under_way.push(Box::pin(async move {
            Returned::Rows(ticket, reader.read_each(&queries).await)
        }));
    }

    /// Whether everything told so far is on disk. After the first failure the journal takes no more.
    fn write_journal(&mut self) -> bool {
        let events = std::mem::take(&mut self.unwritten);
        if self.journal_error.is_none() {
            self.journal_error = self.tools.journal.write(self.tools.clock.now(), events).err();
        }
        self.journal_error.is_none()
    }
}

/// When what waits for this gives up.
fn end_of(wait: Option<Wait>, because: Because) -> Option<Duration> {
    wait.filter(|wait| wait.because == because)?.gives_up
}

/// The seconds of a pause that is longer than a run waits.
fn long_pause(answer: &Result<Rows, GraphError>) -> Option<u64> {
    match answer {
        Err(GraphError::LongPause { asked, .. }) => Some(asked.as_secs()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "executor_tests.rs"]
mod tests;
