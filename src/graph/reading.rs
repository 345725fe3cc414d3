//! Asks until it is answered: reads are harmless to repeat, so faults and throttling are waited
//! out here, within bounds.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use serde_json::Value;

use crate::graph::answer::{Answer, Body, Json};
use crate::graph::auth::{Renewal, SignInError};
use crate::graph::batch::{Item, build, split};
use crate::graph::endpoint::GraphUrl;
use crate::graph::error::{GraphError, told};
use crate::graph::http::{Call, Http, NoAnswer};
use crate::graph::pages::{Broken, Chain};
use crate::graph::rights::{Access, advice, needed};
use crate::graph::verdict::{ReadVerdict, read_verdict};
use crate::model::outcome::Refusal;
use crate::model::query::{Consistency, Missing, Query, Rows, Shape};
use crate::model::untrusted::shown;

/// Longest wait that a read obeys. Whoever is asked to wait longer wants to know it.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

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
enum Trouble {
    /// Sign in anew.
    Token,
    Fault,
    Throttled(Option<Duration>),
}

/// Counts what is left of the patience with one question.
struct Patience {
    faults: ExponentialBackoff,
    throttled: ExponentialBackoff,
    token: bool,
}

impl Patience {
    fn new() -> Self {
        // The service counts over ten seconds; twelve waits outlast every window it documents.
        let throttled = ExponentialBuilder::new()
            .with_min_delay(Duration::from_secs(2))
            .with_max_times(12)
            .with_jitter();
        Self { faults: faults(), throttled: throttled.build(), token: true }
    }

    /// How long to wait after these troubles; `None` when it is enough.
    fn wait(&mut self, troubles: &[Trouble]) -> Option<Duration> {
        let mut longest = Duration::ZERO;
        let told = troubles.iter().filter_map(|trouble| match trouble {
            Trouble::Throttled(told) => Some(told.unwrap_or_default()),
            Trouble::Token | Trouble::Fault => None,
        });
        if let Some(told) = told.max() {
            let own = self.throttled.next()?;
            longest = if told.is_zero() { own } else { told };
        }
        if troubles.iter().any(|trouble| matches!(trouble, Trouble::Fault)) {
            longest = longest.max(self.faults.next()?);
        }
        if troubles.iter().any(|trouble| matches!(trouble, Trouble::Token)) {
            if !self.token {
                return None;
            }
            self.token = false;
        }
        (longest <= LONGEST_WAIT).then_some(longest)
    }
}

/// Half a second to four seconds: a dead network is told within ten seconds.
fn faults() -> ExponentialBackoff {
    let faults = ExponentialBuilder::new().with_min_delay(Duration::from_millis(500));
    faults.with_max_times(4).with_jitter().build()
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

fn what(path: &str) -> String {
    shown(path.split('?').next().unwrap_or_default())
}

impl Http {
    /// Asks up to twenty things, in one batch when there are several. One result for each.
    pub(crate) async fn ask(&self, asks: &[Ask]) -> Vec<Result<Came, GraphError>> {
        let mut results: Vec<Option<Result<Came, GraphError>>> = Vec::new();
        results.resize_with(asks.len(), || None);
        let mut patience = Patience::new();
        loop {
            let pending: Vec<usize> = (0..asks.len()).filter(|at| results[*at].is_none()).collect();
            if pending.is_empty() {
                break;
            }
            let open: Vec<&Ask> = pending.iter().map(|at| &asks[*at]).collect();
            let mut troubles = Vec::new();
            let mut failed = Vec::new();
            let sent = self.tokens.epoch();
            for (at, outcome) in pending.into_iter().zip(self.attempt(&open).await) {
                match outcome {
                    Ok(came) => results[at] = Some(Ok(came)),
                    Err((None, error)) => results[at] = Some(Err(error)),
                    Err((Some(trouble), error)) => {
                        troubles.push(trouble);
                        failed.push((at, error));
                    }
                }
            }
            if troubles.is_empty() {
                continue;
            }
            // Some were answered: nothing is dead, and each of the others gets its own chances.
            if failed.len() < open.len() {
                patience.faults = faults();
            }
            let renewable = !troubles.iter().any(|trouble| matches!(trouble, Trouble::Token))
                || self.tokens.forget(sent).await != Renewal::None;
            match patience.wait(&troubles).filter(|_| renewable) {
                Some(wait) if troubles.iter().any(|t| matches!(t, Trouble::Throttled(_))) => {
                    self.limiter.hold(wait);
                }
                Some(wait) => self.limiter.pause(wait).await,
                None => failed.into_iter().for_each(|(at, error)| results[at] = Some(Err(error))),
            }
        }
        results.into_iter().flatten().collect()
    }

    /// Asks once.
    async fn attempt(&self, asks: &[&Ask]) -> Vec<Result<Came, (Option<Trouble>, GraphError)>> {
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
        if let ([ask], Some(url)) = (asks, urls.pop()) {
            let answer = self.send(call(ask, url)).await;
            let at = self.limiter.since_start();
            return vec![self.judge(ask, answer).await.map(|got| Came { got, at })];
        }
        let items: Vec<Item<'_>> = asks
            .iter()
            .map(|ask| Item {
                method: ask.method.as_str(),
                path: &ask.path,
                consistency: ask.consistency,
                body: ask.body.as_ref(),
            })
            .collect();
        let answers = self.batch(&items).await;
        let at = self.limiter.since_start();
        let mut judged = Vec::new();
        for (ask, answer) in asks.iter().zip(answers) {
            judged.push(self.judge(ask, answer).await.map(|got| Came { got, at }));
        }
        judged
    }

    /// Sends one batch of reads. An error of the whole batch is every item's.
    async fn batch(&self, items: &[Item<'_>]) -> Vec<Result<Answer, NoAnswer>> {
        let lost = |why: &str| NoAnswer::Lost(why.to_owned());
        let body = build(items);
        let answer = match self.endpoint.url("/$batch") {
            Ok(url) => {
                let consistency = Consistency::Default;
                let method = reqwest::Method::POST;
                self.send(Call { method, url, consistency, body: Some(&body) }).await
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
    ) -> Result<Got, (Option<Trouble>, GraphError)> {
        let what = ask.what();
        let answer = match answer {
            Ok(answer) => answer,
            Err(NoAnswer::SignIn(error)) => return Err((None, error.into())),
            Err(NoAnswer::Unreached(because) | NoAnswer::Lost(because)) => {
                let error = GraphError::Network { host: self.endpoint.origin(), because };
                return Err((Some(Trouble::Fault), error));
            }
        };
        match read_verdict(&answer, self.limiter.now()) {
            ReadVerdict::Json(json) => Ok(Got::Json(json)),
            ReadVerdict::NotThere(refusal) => Ok(Got::NotThere(refusal)),
            ReadVerdict::Wait(wait, refusal) => {
                Err((Some(Trouble::Throttled(wait)), GraphError::refused(what, refusal)))
            }
            ReadVerdict::Again(refusal) => {
                let because = match refusal.status {
                    200..=299 => "the answer is not whole JSON".to_owned(),
                    _ => format!("the service answered {}", told(&refusal)),
                };
                Err((Some(Trouble::Fault), GraphError::Incomplete { what, because }))
            }
            ReadVerdict::SignInLost(refusal) => {
                Err((Some(Trouble::Token), SignInError::lost(&told(&refusal)).into()))
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

    /// The rows of a query, from its first answer on.
    pub(crate) async fn rows(
        &self,
        query: &Query,
        first: Result<Came, GraphError>,
    ) -> Result<Rows, GraphError> {
        let what = what(&query.path);
        let Came { got, at } = first?;
        let json = match (got, query.missing) {
            (Got::Json(json), _) => json,
            (Got::NotThere(_), Missing::Nothing) => return Ok(Rows::default().answered_at(at)),
            (Got::NotThere(refusal), Missing::Error) => {
                return Err(GraphError::refused(what, refusal));
            }
        };
        match query.shape {
            Shape::Object if json.is_object() => {
                let mut rows = Rows::default();
                rows.push(json.text());
                Ok(rows.answered_at(at))
            }
            Shape::Object => {
                Err(GraphError::Incomplete { what, because: "the answer is no object".into() })
            }
            Shape::List => self.pages(query, json, at).await,
        }
    }

    /// `at`: when the first page came. The rows count from then, however long the rest takes.
    async fn pages(&self, query: &Query, first: Json, at: Duration) -> Result<Rows, GraphError> {
        let broken = |error: Broken| GraphError::Incomplete {
            what: what(&query.path),
            because: error.to_string(),
        };
        let rows = match self.chain(query, first).await? {
            // Rows may be deleted between the count and the last page: one more look tells.
            Err(Broken::Short { .. }) => {
                let again = self.ask(&[Ask::of(query)]).await.pop();
                let Came { got, at } = again.ok_or_else(|| broken(Broken::NoList))??;
                let rows = match got {
                    Got::Json(first) => self.chain(query, first).await?.map_err(broken)?,
                    Got::NotThere(refusal) => {
                        return Err(GraphError::refused(what(&query.path), refusal));
                    }
                };
                return Ok(rows.answered_at(at));
            }
            other => other.map_err(broken)?,
        };
        Ok(rows.answered_at(at))
    }

    /// Follows the links of a list to its end. The outer error is a failed request.
    async fn chain(&self, query: &Query, first: Json) -> Result<Result<Rows, Broken>, GraphError> {
        let what = || what(&query.path);
        let mut chain = Chain::default();
        let mut page = first;
        loop {
            let link = match chain.take(&page) {
                Ok(Some(link)) => link,
                Ok(None) => return Ok(chain.finish()),
                Err(broken) => return Ok(Err(broken)),
            };
            let foreign = |error: crate::graph::endpoint::Foreign| GraphError::Incomplete {
                what: what(),
                because: format!("the link to its next page is not followed: {error}"),
            };
            let path = self.endpoint.next(&link).and_then(|url| self.endpoint.path(&url));
            let ask = Ask { path: path.map_err(foreign)?, ..Ask::of(query) };
            page = match self.ask(&[ask]).await.pop().map(|came| came.map(|came| came.got)) {
                Some(Ok(Got::Json(json))) => json,
                Some(Ok(Got::NotThere(refusal))) => {
                    let because = format!("a later page answered {}", told(&refusal));
                    return Err(GraphError::Incomplete { what: what(), because });
                }
                Some(Err(error)) => return Err(error),
                None => return Ok(Err(Broken::NoList)),
            };
        }
    }
}

fn call(ask: &Ask, url: GraphUrl) -> Call<'_> {
    let Ask { method, consistency, body, path: _ } = ask;
    Call { method: method.clone(), url, consistency: *consistency, body: body.as_ref() }
}
