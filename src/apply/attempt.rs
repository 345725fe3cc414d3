//! One step of one change, from its first request to its proof: what every answer and every read
//! leads to. Pure.

use std::time::Duration;

use crate::apply::proof::{CHECK, LOOK, NOT_YET, READ_BACK, Showed, UNREAD, delay};
use crate::graph::error::told;
use crate::graph::patience::{PAUSES, Patience, Trying};
use crate::graph::verdict::Verdict;
use crate::graph::wait::{Because, Wait};
use crate::model::outcome::{Outcome, Refusal};

/// How often a request may be sent again after it was looked for and not found.
const RESENDS: u32 = 2;
/// The same for "not there" of an object that reads show: a replica does not know it yet. With the
/// reads in between it is a minute and a half, as for [`NOT_YET`].
const RESENDS_TO_REPLICAS: u32 = 12;
/// Reads that must have shown the object absent before its request is sent again.
const SIGHTINGS: usize = 3;

/// What to do next about the step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NextStep {
    /// Send the request, after this long.
    Send(Duration),
    /// Read the object, after this long.
    Read(Duration),
    /// The object is as it shall be.
    Shown,
    /// The change ends here.
    Settled(Outcome),
    /// The token is no longer accepted.
    SignInLost(Refusal),
    /// The service asked for a pause that is longer than a run waits.
    LongPause(Duration),
}

/// Why the object is being read.
#[derive(Debug, Clone, PartialEq)]
enum ReadFor {
    /// It is still to be sent, and would replace or remove what is there.
    Before,
    /// The request was accepted.
    Accepted,
    /// There was no answer, or one that says nothing.
    InDoubt(Refusal),
    /// The service says that the object is there already.
    There(Refusal),
    /// The service says that the object is not there.
    NotThere(Refusal),
    /// Refused in the end, but an earlier request may have taken effect.
    Last(Refusal),
}

/// The memory of one step.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Attempt {
    /// A request may have taken effect although no answer said so.
    doubtful: bool,
    accepted: bool,
    resends: u32,
    not_yet: usize,
    patience: Patience,
    /// The time, as told by [`Self::at`]; and when the request went out that is under way.
    now: Duration,
    sent: Option<Duration>,
    /// What the step waits for, if it does.
    wait: Option<Wait>,
    /// The last error answer, until another answer came.
    refusal: Option<Refusal>,
    reading: Option<ReadFor>,
    /// Reads for the present reason that could be made and did not show it, and others. Each sort has
    /// its own patience: a fault of the service says nothing about its replicas.
    sightings: usize,
    unread: usize,
    /// The time that those took which could not be made: each of them is repeated within itself.
    unread_for: Duration,
    /// When the last read came back, or the first was begun.
    looked: Duration,
    /// The last one that could be made showed the object, not as it shall be.
    otherwise: bool,
    /// The last one that could be made showed what somebody else has made of it.
    changed: bool,
}

impl Attempt {
    /// The time of what it is told next.
    pub(crate) fn at(&mut self, now: Duration, trying: Trying) -> &mut Self {
        self.now = now;
        self.patience.set(trying);
        self
    }

    /// Its request goes out.
    pub(crate) fn departs(&mut self) {
        self.sent = Some(self.now);
    }

    /// What it waits for at this time.
    pub(crate) fn wait(&self, now: Duration) -> Option<Wait> {
        self.wait.filter(|wait| wait.until > now)
    }

    /// The object is read before the request is sent.
    pub(crate) fn look_first(&mut self) {
        self.read_for(ReadFor::Before);
    }

    /// Whether it is being read, and the request goes out after that.
    pub(crate) fn looks_first(&self) -> bool {
        self.reading == Some(ReadFor::Before)
    }

    /// Whether the object is as it shall be because of this run.
    pub(crate) fn is_ours(&self) -> bool {
        self.accepted || self.doubtful || self.not_yet > 0
    }

    /// What an answer leads to.
    pub(crate) fn answered(&mut self, verdict: Verdict) -> NextStep {
        (self.refusal, self.wait) = (None, None);
        let sent = self.sent.take().unwrap_or(self.now);
        self.patience.tried(self.now.saturating_sub(sent));
        match verdict {
            Verdict::Accepted(_) => {
                self.accepted = true;
                self.read_for(ReadFor::Accepted)
            }
            Verdict::AlreadyThere(refusal) => self.read_for(ReadFor::There(refusal)),
            Verdict::NotThere(refusal) => self.read_for(ReadFor::NotThere(refusal)),
            Verdict::Unsure(refusal) => {
                self.doubtful = true;
                self.read_for(ReadFor::InDoubt(refusal))
            }
            Verdict::Wait(time, refusal) => self.pause(time, refusal),
            Verdict::Again(refusal) => self.again(refusal),
            Verdict::NotYet(refusal) => self.not_yet(refusal),
            Verdict::SignInLost(refusal) => {
                self.refusal = Some(refusal.clone());
                NextStep::SignInLost(refusal)
            }
            Verdict::Refused(refusal) => self.refused(refusal),
        }
    }

    /// What a read leads to. One that spent all of a question's patience is not made again.
    pub(crate) fn seen(&mut self, sight: &Showed) -> NextStep {
        self.wait = None;
        let took = self.now.saturating_sub(std::mem::replace(&mut self.looked, self.now));
        let (count, schedule) = match sight {
            Showed::Shown(_) => return NextStep::Shown,
            Showed::Another(because) => return NextStep::Settled(another(because)),
            Showed::Otherwise if self.reading == Some(ReadFor::Before) => {
                self.reading = None;
                return NextStep::Send(Duration::ZERO);
            }
            Showed::NotShown | Showed::Otherwise | Showed::Changed => {
                self.otherwise = *sight == Showed::Otherwise;
                self.changed = *sight == Showed::Changed;
                let schedule = self.schedule();
                (&mut self.sightings, schedule)
            }
            Showed::Unreadable => {
                self.unread_for = self.unread_for.saturating_add(took);
                (&mut self.unread, UNREAD)
            }
        };
        *count += 1;
        let reads = *count;
        let sick = *sight == Showed::Unreadable && self.patience.would_end(self.unread_for);
        match delay(schedule, reads).filter(|_| !sick) {
            Some(time) => {
                self.waits_for_replicas(time, schedule, reads);
                NextStep::Read(time)
            }
            None if self.may_send_again() => {
                self.resends += 1;
                NextStep::Send(Duration::ZERO)
            }
            None => NextStep::Settled(self.never_shown()),
        }
    }

    fn schedule(&self) -> &'static [u64] {
        match &self.reading {
            Some(ReadFor::Accepted) => READ_BACK,
            Some(ReadFor::InDoubt(_)) => LOOK,
            Some(ReadFor::Before | ReadFor::There(_) | ReadFor::NotThere(_) | ReadFor::Last(_))
            | None => CHECK,
        }
    }

    /// The change ends without another read: the last ones did not show what was to be shown.
    pub(crate) fn never_shown(&self) -> Outcome {
        let unsure = |because: &str| Outcome::in_doubt(because);
        let unclear = |error, then| Outcome::in_doubt(no_clear_answer(error, then));
        let blind = self.sightings == 0;
        match &self.reading {
            Some(ReadFor::Before) if self.doubtful => {
                unsure("no clear answer, and then not as it was any more")
            }
            Some(ReadFor::Before) if blind => {
                not_sent("not_read", "not sent: it could not be read again")
            }
            Some(ReadFor::Before) => not_sent("changed_meanwhile", CHANGED),
            Some(ReadFor::InDoubt(error)) if self.changed => {
                unclear(error, "somebody else has changed it")
            }
            Some(ReadFor::Accepted) | None if blind => {
                Outcome::unconfirmed("accepted, could not be read back")
            }
            Some(ReadFor::Accepted) | None => Outcome::unconfirmed("accepted, not yet visible"),
            Some(ReadFor::InDoubt(error)) if blind => unclear(error, "it could not be read"),
            Some(ReadFor::InDoubt(error)) => unclear(error, "it is not visible"),
            Some(ReadFor::There(_) | ReadFor::NotThere(_) | ReadFor::Last(_)) if self.doubtful => {
                unsure("no clear answer at first, and not visible as it should be")
            }
            Some(ReadFor::There(_) | ReadFor::NotThere(_) | ReadFor::Last(_)) if blind => {
                unsure("refused, and how things are could not be read")
            }
            Some(ReadFor::There(error) | ReadFor::NotThere(error) | ReadFor::Last(error)) => {
                Outcome::Failed { error: error.clone() }
            }
        }
    }

    /// The change ends before the request could be sent (again): what it rests on cannot be shown.
    pub(crate) fn unfounded(&self, because: &str) -> Outcome {
        if self.is_ours() {
            return Outcome::in_doubt(format!("no clear answer, and {because}"));
        }
        not_sent("no_longer_safe", &format!("not sent: {because}"))
    }

    /// The run stops before the request could be sent (again).
    pub(crate) fn abandoned(&self) -> Outcome {
        match &self.refusal {
            _ if self.doubtful => {
                Outcome::in_doubt("the run stopped before it could be sent again")
            }
            Some(error) if was_judged(error) => Outcome::Failed { error: error.clone() },
            // Throttled requests were not carried out.
            _ => Outcome::NotStarted,
        }
    }

    fn read_for(&mut self, reading: ReadFor) -> NextStep {
        self.reading = Some(reading);
        (self.sightings, self.unread) = (0, 0);
        (self.unread_for, self.looked) = (Duration::ZERO, self.now);
        self.otherwise = false;
        self.changed = false;
        NextStep::Read(Duration::ZERO)
    }

    /// The service says how long it wants to hear nothing.
    fn pause(&mut self, time: Duration, refusal: Refusal) -> NextStep {
        let Some(rest) = self.patience.asked(time) else {
            if time > PAUSES {
                self.refusal = Some(refusal);
                return NextStep::LongPause(time);
            }
            return self.refused(refusal);
        };
        self.refusal = Some(refusal);
        self.waits(Because::Service, rest.pause, rest.left);
        NextStep::Send(rest.pause)
    }

    /// It was not carried out, and nobody says when it would be.
    fn again(&mut self, refusal: Refusal) -> NextStep {
        let Some(rest) = self.patience.fault() else { return self.refused(refusal) };
        self.waits(Because::Fault(refusal.status), rest.pause, rest.left);
        self.refusal = Some(refusal);
        NextStep::Send(rest.pause)
    }

    fn waits(&mut self, because: Because, time: Duration, left: Duration) {
        let until = self.now.saturating_add(time);
        let gives_up = Some(self.now.saturating_add(left));
        self.wait = Some(Wait { because, until, gives_up });
    }

    fn waits_for_replicas(&mut self, time: Duration, schedule: &[u64], from: usize) {
        let left = Duration::from_secs(schedule.iter().skip(from).sum());
        self.waits(Because::Replicas, time, left);
    }

    /// A 404 has been seen for writes that took effect all the same, so a later "already there"
    /// may speak of our own.
    fn not_yet(&mut self, refusal: Refusal) -> NextStep {
        let Some(time) = delay(NOT_YET, self.not_yet) else {
            return self.read_for(ReadFor::Last(refusal));
        };
        self.waits_for_replicas(time, NOT_YET, self.not_yet);
        self.not_yet += 1;
        self.refusal = Some(refusal);
        NextStep::Send(time)
    }

    fn refused(&mut self, refusal: Refusal) -> NextStep {
        if self.doubtful || self.not_yet > 0 {
            self.read_for(ReadFor::Last(refusal))
        } else {
            NextStep::Settled(Outcome::Failed { error: refusal })
        }
    }

    /// Only after a doubt, or after "not there" of an object that reads show; only when the reads could
    /// be made, and not when answers took all of the patience.
    fn may_send_again(&self) -> bool {
        let most = match &self.reading {
            Some(ReadFor::NotThere(_)) if self.otherwise => RESENDS_TO_REPLICAS,
            Some(ReadFor::InDoubt(_) | ReadFor::NotThere(_)) => RESENDS,
            _ => return false,
        };
        let may = self.sightings >= SIGHTINGS && self.resends < most && !self.patience.is_over();
        may && !self.changed
    }
}

/// Where the service said nothing, our own words tell why.
fn no_clear_answer(refusal: &Refusal, then: &str) -> String {
    let told = match refusal.status {
        0 => refusal.message.shown(),
        _ => told(refusal),
    };
    format!("no clear answer ({told}), and {then}")
}

/// Nothing that rests on it may follow.
fn another(because: &str) -> Outcome {
    let because = format!("accepted, and it is another object than was meant: {because}");
    Outcome::Failed { error: Refusal::ours(Refusal::ANOTHER, &because) }
}

const CHANGED: &str = "not sent: somebody else has changed or removed it since it was read";

fn not_sent(code: &str, because: &str) -> Outcome {
    Outcome::Failed { error: Refusal::ours(code, because) }
}

/// Whether the tenant decided about the request.
fn was_judged(refusal: &Refusal) -> bool {
    !matches!(refusal.status, 424 | 429 | 503)
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
