//! Changes for the tests of this room, and a pretended tenant that answers a course without a
//! network: objects by path, replies by script.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::apply::course::{Action, Course};
use crate::graph::verdict::Verdict;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, Step, Subject, Verb};
use crate::model::outcome::{Refusal, RunReport, Stopped};
use crate::model::query::{Missing, Query};
use crate::model::request::{Expect, Expected, Method, Proof, Request};
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
            expect: Expect::Fields(BTreeMap::from([(
                "/is".into(),
                Expected::Value(json!("there")),
            )])),
        },
        creates: None,
    }
}

pub(super) fn delete(path: &str) -> Step {
    Step {
        request: Request { method: Method::Delete, path: path.into(), body: None },
        proof: Proof { read: Query::object(path, Missing::Nothing), expect: Expect::Gone },
        creates: None,
    }
}

pub(super) fn change(label: &str) -> Change {
    Change {
        address: address(label),
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
        before: Arc::default(),
        after: Arc::default(),
        steps: vec![put(&format!("/o/{label}"))],
        needs: Vec::new(),
        why: Vec::new(),
        notes: Vec::new(),
        permissions: Vec::new(),
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
pub(super) struct Tenant {
    pub objects: BTreeMap<String, Value>,
    /// What happens to the next requests for a path.
    pub script: BTreeMap<String, VecDeque<Reply>>,
    /// Batches as sent, each request by method and path.
    pub batches: Vec<Vec<String>>,
    /// Seconds spent waiting.
    pub waited: u64,
    /// Ask to stop after so many batches.
    pub stop_after: Option<(usize, Stopped)>,
    /// Nothing can be read.
    pub blind: bool,
}

impl Tenant {
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
        let mut course = Course::new(changes, already);
        for _ in 0..100_000 {
            match course.next_action() {
                Action::End => return course.report(),
                Action::Wait(time) => {
                    self.waited += time.as_secs();
                    course.waited(time);
                }
                Action::Send(out) => {
                    assert!((1..=20).contains(&out.len()));
                    let sent = out.iter().map(|out| &out.request);
                    self.batches.push(
                        sent.clone().map(|r| format!("{} {}", r.method.as_str(), r.path)).collect(),
                    );
                    let verdicts = sent.map(|request| self.answer(request)).collect();
                    course.answered(verdicts);
                    if let Some((_, reason)) =
                        self.stop_after.take_if(|(batches, _)| *batches == self.batches.len())
                    {
                        course.stop(reason);
                    }
                }
                Action::Read(queries) => {
                    let rows = |query: &Query| {
                        (!self.blind)
                            .then(|| self.objects.get(&query.path).cloned().into_iter().collect())
                    };
                    course.seen(queries.iter().map(rows).collect());
                }
            }
        }
        panic!("the run does not end");
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
