//! Changes for the tests of this room, and a pretended tenant that answers a machine without a
//! network: objects by path, replies by script.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};

use crate::apply::action::{Action, Now};
use crate::apply::machine::Machine;
use crate::apply::next_batch::LARGEST;
use crate::graph::verdict::Verdict;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, Rest, Step, Subject, Verb};
use crate::model::object_state::ObjectState;
use crate::model::outcome::{Refusal, RunReport, Stopped};
use crate::model::query::{Missing, Query, Rows};
use crate::model::request::{Expect, Expected, Members, Method, Proof, Request};
use crate::model::untrusted::Untrusted;

pub(super) fn address(label: &str) -> Address {
    Address::new("grant", label, [])
}

/// Makes the object at this path; proven by reading it.
pub(super) fn put(path: &str) -> Step {
    Step {
        request: Request { method: Method::Post, path: path.into(), body: Some(json!({})) },
        proof: Proof {
            read: Query::object(path, Missing::Nothing),
            expect: there(),
            before: None,
            among: None,
        },
        creates: None,
    }
}

/// Removes what is there as it was.
pub(super) fn delete(path: &str) -> Step {
    let read = Query::object(path, Missing::Nothing);
    Step {
        request: Request { method: Method::Delete, path: path.into(), body: None },
        proof: Proof { read, expect: Expect::Gone, before: Some(there()), among: None },
        creates: None,
    }
}

fn there() -> Expect {
    Expect::Fields(Members::of([("/is", Expected::Value(json!("there")))]))
}

pub(super) fn change(label: &str) -> Change {
    Change {
        address: address(label),
        part: None,
        verb: Verb::Set,
        gives: false,
        takes: false,
        subject: Subject {
            what: "grant".into(),
            target: None,
            audience: Audience::Tenant,
            person: None,
        },
        fields: Vec::new(),
        before: ObjectState::default(),
        after: ObjectState::default(),
        steps: vec![put(&format!("/o/{label}"))],
        needs: Vec::new(),
        rests_on: Vec::new(),
        why: Vec::new(),
        notes: Vec::new(),
        permissions: Vec::new(),
        consent: None,
        risk: None,
    }
}

pub(super) fn gives(label: &str) -> Change {
    Change { gives: true, ..change(label) }
}

pub(super) fn takes(label: &str) -> Change {
    Change { takes: true, steps: vec![delete(&format!("/o/{label}"))], ..change(label) }
}

pub(super) fn needs(change: Change, labels: &[&str]) -> Change {
    Change { needs: labels.iter().map(|label| address(label)).collect(), ..change }
}

/// It takes something without harm as long as something is at these paths.
pub(super) fn rests(change: Change, labels: &[&str]) -> Change {
    let rest = |label: &&str| Rest {
        address: address(label),
        state: ObjectState::of(label),
        subject: Subject { what: format!("the grant {label}"), ..change.subject.clone() },
        proof: put(&format!("/o/{label}")).proof,
    };
    Change { rests_on: labels.iter().map(rest).collect(), ..change }
}

pub(super) fn refusal(status: u16) -> Refusal {
    let (code, message) = (Untrusted::new("Code"), Untrusted::new("message"));
    Refusal { status, code, message, request_id: None }
}

/// What the tenant does with one request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Carries it out and answers so.
    Do,
    /// Carries it out, and the answer gets lost.
    DoSilently,
    /// Does nothing and answers with this.
    Say(Verdict),
}

/// A pretended tenant: carries out everything unless its script says otherwise.
#[derive(Default)]
pub(super) struct PretendedTenant {
    pub(crate) objects: BTreeMap<String, Value>,
    /// What happens to the next requests for a path.
    pub(crate) script: BTreeMap<String, VecDeque<Reply>>,
    /// Batches as sent, each request by method and path.
    pub(crate) batches: Vec<Vec<String>>,
    /// What was read together, by path.
    pub(crate) looks: Vec<Vec<String>>,
    /// When what the changes are about was last answered for.
    pub(crate) seen: BTreeMap<Address, Duration>,
    /// Seconds spent waiting.
    pub(crate) waited: u64,
    /// Ask to stop after so many batches.
    pub(crate) stop_after: Option<(usize, Stopped)>,
    /// Nothing can be read.
    pub(crate) blind: bool,
    /// Paths that cannot be read.
    pub(crate) sick: BTreeSet<String>,
    /// Somebody removes what is at this path right before the read with this number, from 1.
    pub(crate) removed: Option<(usize, String)>,
    /// Actions under way at the same time; 0 is one.
    pub(crate) lanes: usize,
    pub(crate) most_under_way: usize,
    /// Batches whose answers came back.
    pub(crate) answered: usize,
}

/// What comes back of an action.
enum Returned {
    Answers(Vec<Verdict>),
    Rows(Vec<Result<Rows, String>>),
}

impl PretendedTenant {
    pub(super) fn reply(&mut self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        self.script.entry(path.into()).or_default().extend(replies);
    }

    pub(super) fn run(&mut self, changes: &[Change]) -> RunReport {
        self.run_with(changes, &BTreeSet::new())
    }

    pub(super) fn run_with(
        &mut self,
        changes: &[Change],
        already: &BTreeSet<Address>,
    ) -> RunReport {
        let mut machine = Machine::new(changes, already).last_seen(&self.seen);
        let mut now = Duration::ZERO;
        let mut under_way: Vec<(u64, Returned)> = Vec::new();
        for _ in 0..100_000 {
            let full = under_way.len() >= self.lanes.max(1);
            let moment = Now { now, quota_from: now, asked_from: now, batch: LARGEST };
            match if full { Action::Await } else { machine.next_action(moment) } {
                Action::End => {
                    self.waited = now.as_secs();
                    return machine.report();
                }
                Action::Wait(time, _) if under_way.is_empty() => now += time,
                Action::Wait(..) | Action::Await => {
                    assert!(!under_way.is_empty(), "nothing will ever come back");
                    // The last one out is the first one back.
                    let (ticket, back) = under_way.pop().unwrap();
                    self.come_back(&mut machine, ticket, back, now);
                }
                Action::Send(ticket, out) => {
                    assert!((1..=20).contains(&out.len()));
                    let sent = out.iter().map(|out| &out.request);
                    self.batches.push(
                        sent.clone().map(|r| format!("{} {}", r.method.as_str(), r.path)).collect(),
                    );
                    let verdicts = sent.map(|request| self.answer(request)).collect();
                    under_way.push((ticket, Returned::Answers(verdicts)));
                }
                Action::Read(ticket, queries) => {
                    self.looks.push(queries.iter().map(|query| query.path.clone()).collect());
                    if let Some((_, path)) = self.removed.take_if(|(at, _)| *at == self.looks.len())
                    {
                        self.objects.remove(&path);
                    }
                    let rows = queries.iter().map(|query| self.answer_to(query, now)).collect();
                    under_way.push((ticket, Returned::Rows(rows)));
                }
            }
            self.most_under_way = self.most_under_way.max(under_way.len());
        }
        panic!("the run does not end");
    }

    fn answer_to(&self, query: &Query, now: Duration) -> Result<Rows, String> {
        if self.blind || self.sick.contains(&query.path) {
            return Err("cannot be read".to_owned());
        }
        let rows: Rows = self.objects.get(&query.path).cloned().into_iter().collect();
        Ok(rows.answered_at(now))
    }

    fn come_back(&mut self, machine: &mut Machine<'_>, ticket: u64, back: Returned, now: Duration) {
        match back {
            Returned::Answers(verdicts) => {
                machine.answered(ticket, verdicts, now);
                self.answered += 1;
                if let Some((_, reason)) =
                    self.stop_after.take_if(|(batches, _)| *batches == self.answered)
                {
                    machine.stop(reason);
                }
            }
            Returned::Rows(rows) => machine.seen(ticket, rows, now),
        }
    }

    fn answer(&mut self, request: &Request) -> Verdict {
        let reply = self.script.get_mut(&request.path).and_then(VecDeque::pop_front);
        match reply.unwrap_or(Reply::Do) {
            Reply::Do => self.carry_out(request),
            Reply::DoSilently => {
                self.carry_out(request);
                Verdict::Unsure(refusal(0))
            }
            Reply::Say(verdict) => verdict,
        }
    }

    fn carry_out(&mut self, request: &Request) -> Verdict {
        let there = self.objects.contains_key(&request.path);
        match request.method {
            Method::Post if there => Verdict::AlreadyThere(refusal(409)),
            Method::Post | Method::Put | Method::Patch => {
                let mut object = request.body.clone().unwrap_or(json!({}));
                object["is"] = json!("there");
                object["id"] = json!(request.path.replace('/', "_"));
                self.objects.insert(request.path.clone(), object.clone());
                Verdict::Accepted(Some(object))
            }
            Method::Delete if !there => Verdict::NotThere(refusal(404)),
            Method::Delete => {
                self.objects.remove(&request.path);
                Verdict::Accepted(None)
            }
        }
    }
}

pub(super) fn wait(seconds: u64) -> Reply {
    Reply::Say(Verdict::Wait(Duration::from_secs(seconds), refusal(429)))
}

pub(super) fn refuse() -> Reply {
    Reply::Say(Verdict::Refused(refusal(403)))
}

/// The results in the plan's order, in their words.
pub(super) fn words(report: &RunReport) -> Vec<&'static str> {
    report.lines.iter().map(|line| line.outcome.word()).collect()
}
