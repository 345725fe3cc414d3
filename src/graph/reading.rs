//! Asks until it is answered: reads are harmless to repeat, so faults and throttling are waited
//! out here, within the patience of each question.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::graph::answer::{Answer, Body, Json};
use crate::graph::auth::{Epoch, Renewal, SignInError};
use crate::graph::batch::{Item, build, split};
use crate::graph::endpoint::GraphUrl;
use crate::graph::error::{GraphError, told};
use crate::graph::http::{Exchange, Http, NoAnswer};
use crate::graph::limiter::GatePass;
use crate::graph::patience::{Patience, Trying};
use crate::graph::rights::{Access, advice, needed};
use crate::graph::verdict::{ReadVerdict, read_verdict};
use crate::model::clock::stamp;
use crate::model::outcome::Refusal;
use crate::model::query::{Consistency, Query};
use crate::model::untrusted::shown;

/// One thing to ask for. A question with a body is still a read (`getByIds`).
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: reqwest::Method,
    pub(crate) path: String,
    pub(crate) consistency: Consistency,
    pub(crate) body: Option<Value>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Got {
    Json(Json),
    NotThere(Refusal),
}

/// The same, with when it came, as time since the start of the clock.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Came {
    pub(crate) got: Got,
    pub(crate) at: Duration,
}

/// Why one attempt was not the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Sign in anew.
    Token,
    /// The status of the answer; 0 when there was none.
    Fault(u16),
    /// The service says how long it wants to hear nothing.
    Throttled(Duration),
}

/// How the next attempt is to be made.
enum NextTry {
    Again,
    /// It was enough.
    Enough,
    /// The service asked for a pause that is not waited for.
    TooLong(Duration, bool),
}

impl Ask {
    pub(crate) fn of(query: &Query) -> Self {
        let Query { path, consistency, shape: _, missing: _ } = query;
        Self {
            method: reqwest::Method::GET,
            path: path.clone(),
            consistency: *consistency,
            body: None,
        }
    }

    /// The path without its query string, which may be long. Safe to show.
    pub(crate) fn what(&self) -> String {
        what(&self.path)
    }
}

pub(crate) fn what(path: &str) -> String {
    shown(path.split('?').next().unwrap_or_default())
}

impl Http {
    /// Asks up to twenty things, in one batch when there are several. One result for each.
    pub(crate) async fn ask(&self, asks: &[Ask]) -> Vec<Result<Came, GraphError>> {
        let _open = self.budget.open(asks.first().map(Ask::what).unwrap_or_default());
        let mut results: Vec<Option<Result<Came, GraphError>>> = Vec::new();
        results.resize_with(asks.len(), || None);
        let (mut patience, mut renewed) = (Patience::of(self.trying()), false);
        loop {
            let pending: Vec<usize> = (0..asks.len()).filter(|at| results[*at].is_none()).collect();
            if pending.is_empty() {
                break;
            }
            let open: Vec<&Ask> = pending.iter().map(|at| &asks[*at]).collect();
            let mut troubles = Vec::new();
            let mut failed = Vec::new();
            let sent = self.tokens.epoch();
            for (at, outcome) in pending.into_iter().zip(self.attempt(&open, &mut patience).await) {
                match outcome {
                    Ok(came) => results[at] = Some(Ok(came)),
                    Err((None, error)) => results[at] = Some(Err(error)),
                    Err((Some(trouble), error)) => {
                        troubles.push(trouble);
                        failed.push((at, error));
                    }
                }
            }
            // Some were answered: nothing is dead.
            if failed.len() < open.len() {
                patience.progress();
            }
            let next = self.after(&troubles, &mut patience, &mut renewed, sent).await;
            for (at, error) in failed {
                results[at] = match next {
                    NextTry::Again => continue,
                    NextTry::Enough => Some(Err(error.after(&patience))),
                    NextTry::TooLong(asked, several) => {
                        Some(Err(self.long_pause(asks[at].what(), asked, several)))
                    }
                };
            }
        }
        results.into_iter().flatten().collect()
    }

    /// How one question, or one run, tries again.
    pub(crate) fn trying(&self) -> Trying {
        Trying { within: self.patience, seed: Uuid::new_v4().as_u64_pair().0 }
    }

    /// Waits as these troubles want it.
    async fn after(
        &self,
        troubles: &[Repeat],
        patience: &mut Patience,
        renewed: &mut bool,
        sent: Epoch,
    ) -> NextTry {
        if troubles.contains(&Repeat::Token)
            && (std::mem::replace(renewed, true) || self.tokens.forget(sent).await == Renewal::None)
        {
            return NextTry::Enough;
        }
        let asked = troubles.iter().filter_map(|trouble| match trouble {
            Repeat::Throttled(asked) => Some(*asked),
            Repeat::Token | Repeat::Fault(_) => None,
        });
        if let Some(asked) = asked.max() {
            let Some(rest) = patience.asked(asked) else {
                let all = patience.asked_so_far();
                return NextTry::TooLong(all, all > asked);
            };
            self.limiter.hold(rest.pause, Some(rest.left));
            return NextTry::Again;
        }
        let fault = troubles.iter().find_map(|trouble| match trouble {
            Repeat::Fault(status) => Some(*status),
            Repeat::Token | Repeat::Throttled(_) => None,
        });
        if let Some(status) = fault {
            if status == 429 {
                self.limiter.narrow();
            }
            let Some(rest) = patience.fault() else { return NextTry::Enough };
            self.limiter.after_fault(status, rest.pause, rest.left).await;
        }
        NextTry::Again
    }

    fn long_pause(&self, what: String, asked: Duration, several: bool) -> GraphError {
        let until = stamp(self.limiter.now() + asked);
        GraphError::LongPause { what, asked, several, until }
    }

    /// Asks once.
    async fn attempt(
        &self,
        asks: &[&Ask],
        patience: &mut Patience,
    ) -> Vec<Result<Came, (Option<Repeat>, GraphError)>> {
        let mut urls = Vec::new();
        for ask in asks {
            match self.endpoint.url(&ask.path) {
                Ok(url) => urls.push(url),
                Err(foreign) => {
                    let because = foreign.to_string();
                    let error = GraphError::Incomplete { what: ask.what(), because };
                    return asks.iter().map(|_| Err((None, error.clone()))).collect();
                }
            }
        }
        // Time at the gate is nobody's fault.
        let place = self.limiter.enter().await;
        let begun = self.limiter.since_start();
        let within = patience.left();
        let answers = match (asks, urls.pop()) {
            ([ask], Some(url)) => vec![self.send(place, call(ask, url, within)).await],
            _ => self.batch(place, asks, within).await,
        };
        let at = self.limiter.since_start();
        patience.tried(at.saturating_sub(begun));
        let mut judged = Vec::new();
        for (ask, answer) in asks.iter().zip(answers) {
            judged.push(self.judge(ask, answer).await.map(|got| Came { got, at }));
        }
        judged
    }

    /// Sends one batch of reads. An error of the whole batch is every item's.
    async fn batch(
        &self,
        place: GatePass<'_>,
        asks: &[&Ask],
        within: Duration,
    ) -> Vec<Result<Answer, NoAnswer>> {
        let lost = |why: &str| NoAnswer::Lost(why.to_owned());
        let items: Vec<Item<'_>> = asks
            .iter()
            .map(|ask| Item {
                method: ask.method.as_str(),
                path: &ask.path,
                consistency: ask.consistency,
                body: ask.body.as_ref(),
            })
            .collect();
        let body = build(&items);
        let answer = match self.endpoint.url("/$batch") {
            Ok(url) => {
                let (method, consistency) = (reqwest::Method::POST, Consistency::Default);
                let body = Some(&body);
                let call = Exchange { method, url, consistency, body, within, reads: true };
                self.send(place, call).await
            }
            Err(foreign) => Err(NoAnswer::Unreached(foreign.to_string())),
        };
        match answer {
            Ok(Answer { status: 200, body: Body::Json(json), .. }) => split(&json, items.len())
                .into_iter()
                .map(|answer| answer.ok_or_else(|| lost("an item of a batch has no clear answer")))
                .collect(),
            // A batch that is not found is no missing object: 405 is judged as a refusal.
            Ok(mut answer) => {
                if answer.status == 404 {
                    answer.status = 405;
                }
                items.iter().map(|_| Ok(answer.clone())).collect()
            }
            Err(error) => items.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    async fn judge(
        &self,
        ask: &Ask,
        answer: Result<Answer, NoAnswer>,
    ) -> Result<Got, (Option<Repeat>, GraphError)> {
        let what = ask.what();
        let answer = match answer {
            Ok(answer) => answer,
            Err(NoAnswer::SignIn(error)) => return Err((None, error.into())),
            Err(NoAnswer::Unreached(because) | NoAnswer::Lost(because)) => {
                let error = GraphError::Network { host: self.endpoint.origin(), because };
                return Err((Some(Repeat::Fault(0)), error));
            }
            Err(NoAnswer::Untrusted(because)) => {
                let error = GraphError::Untrusted { host: self.endpoint.origin(), because };
                return Err((None, error));
            }
            Err(NoAnswer::TooMuch(because)) => {
                return Err((None, GraphError::Incomplete { what, because }));
            }
        };
        match read_verdict(&answer, self.limiter.now()) {
            ReadVerdict::Json(json) => Ok(Got::Json(json)),
            ReadVerdict::NotThere(refusal) => Ok(Got::NotThere(refusal)),
            ReadVerdict::Wait(wait, refusal) => {
                Err((Some(Repeat::Throttled(wait)), GraphError::refused(what, refusal)))
            }
            ReadVerdict::Again(refusal) => {
                let because = match refusal.status {
                    200..=299 => "the answer is not whole JSON".to_owned(),
                    _ => format!("the service answered {}", told(&refusal)),
                };
                Err((Some(Repeat::Fault(refusal.status)), GraphError::Incomplete { what, because }))
            }
            ReadVerdict::SignInLost(refusal) => {
                Err((Some(Repeat::Token), SignInError::lost(&told(&refusal)).into()))
            }
            ReadVerdict::Forbidden(refusal) => {
                let claims = self.tokens.claims().await.unwrap_or_default();
                let (missing, help) = advice(needed(Access::Read, &ask.path), &claims);
                let refusal = Box::new(refusal);
                Err((None, GraphError::Forbidden { what, missing, help, refusal }))
            }
            ReadVerdict::Refused(refusal) => Err((None, GraphError::refused(what, refusal))),
        }
    }
}

fn call(ask: &Ask, url: GraphUrl, within: Duration) -> Exchange<'_> {
    let Ask { method, consistency, body, path: _ } = ask;
    let (method, consistency, body) = (method.clone(), *consistency, body.as_ref());
    Exchange { method, url, consistency, body, within, reads: true }
}
