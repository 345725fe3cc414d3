//! Writes. Only apply is handed a [`Writer`].

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::graph::answer::{Answer, Body};
use crate::graph::auth::{Epoch, Renewal, SignInError};
use crate::graph::batch::{Item, MOST, build, split};
use crate::graph::client::WHOLE_ANSWER;
use crate::graph::http::{Exchange, Http, NoAnswer};
use crate::graph::limiter::Pause;
use crate::graph::patience::{PAUSES, Trying};
use crate::graph::rights::{Access, advice, needed};
use crate::graph::verdict::{Verdict, batch_verdict, write_verdict};
use crate::graph::wait::Wait;
use crate::model::outcome::Refusal;
use crate::model::query::Consistency;
use crate::model::request::{LATER, Method, Request};
use crate::model::untrusted::Untrusted;

/// Renewals of the sign-in without an accepted write in between. More than these show that every
/// token is refused.
const MOST_RENEWALS: usize = 2;

/// Sends writes, each at most once. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) http: Arc<Http>,
}

impl Writer {
    /// One verdict per request, in order. One request goes out as it is, several as one `$batch`
    /// (more than twenty as several, one after another). Nothing is ever sent twice: what to do
    /// after [`Verdict::Wait`], [`Verdict::Again`] or [`Verdict::Unsure`] is the caller's decision. A
    /// wait that the service asks for also holds every later request of this connection at the gate.
    ///
    /// The quota of writes is spent by the call itself and not waited for, see [`Self::pause`].
    pub(crate) fn send(
        &self,
        requests: &[Request],
    ) -> impl Future<Output = Vec<Verdict>> + Send + 'static {
        self.http.limiter.writing(requests.len());
        let (writer, requests) = (self.clone(), requests.to_vec());
        async move { writer.send_once(&requests).await }
    }

    async fn send_once(&self, requests: &[Request]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(requests.len());
        let sent = self.http.tokens.epoch();
        for group in requests.chunks(MOST) {
            verdicts.extend(self.group(group).await);
        }
        for (request, verdict) in requests.iter().zip(&mut verdicts) {
            match verdict {
                // What is longer ends the run instead, which finishes what is under way first.
                Verdict::Wait(wait, _) if *wait <= PAUSES => self.http.limiter.hold(*wait, None),
                Verdict::Again(refusal) if refusal.status == 429 => self.http.limiter.narrow(),
                Verdict::Accepted(_) => self.http.renewals.store(0, Ordering::Relaxed),
                Verdict::Refused(refusal) if refusal.status == 403 => {
                    self.explain(request, refusal).await;
                }
                _ => {}
            }
        }
        self.renew(&mut verdicts, sent).await;
        verdicts
    }

    /// A request without a valid token was not carried out: it may go out again with another, as long
    /// as there can be one.
    async fn renew(&self, verdicts: &mut [Verdict], sent: Epoch) {
        let expired = |verdict: &Verdict| matches!(verdict, Verdict::SignInLost(refusal) if refusal.status == 401);
        if !verdicts.iter().any(expired)
            || self.http.renewals.load(Ordering::Relaxed) >= MOST_RENEWALS
        {
            return;
        }
        match self.http.tokens.forget(sent).await {
            Renewal::None => return,
            Renewal::Before => {}
            Renewal::Now => {
                self.http.renewals.fetch_add(1, Ordering::Relaxed);
            }
        }
        for verdict in verdicts.iter_mut().filter(|verdict| expired(verdict)) {
            if let Verdict::SignInLost(refusal) = verdict {
                *verdict = Verdict::Again(refusal.clone());
            }
        }
    }

    /// How long until so many writes may go out, by the quota and by the service's last word.
    pub(crate) fn pause(&self, writes: usize) -> Pause {
        self.http.limiter.before_writing(writes)
    }

    /// What is waited for at present, by the service's word or after a read's fault.
    pub(crate) fn waiting(&self) -> Option<Wait> {
        self.http.limiter.waiting()
    }

    /// How this run tries again after faults.
    pub(crate) fn trying(&self) -> Trying {
        self.http.trying()
    }

    /// Most writes that may go out together: a full batch, or what the quota allows at all.
    pub(crate) fn at_once(&self) -> usize {
        self.http.limiter.at_once().min(MOST)
    }

    /// How long so many writes take at least by the quota, going out as soon as they may.
    pub(crate) fn shortest(&self, writes: usize) -> Duration {
        self.http.limiter.shortest(writes)
    }

    /// Requests that may be under way at the same time at present.
    pub(crate) fn lanes(&self) -> usize {
        self.http.limiter.width()
    }

    async fn group(&self, requests: &[Request]) -> Vec<Verdict> {
        // A path that leads elsewhere, or still waits for an id, is a mistake of ours: nothing of
        // the group goes out.
        let wrong = requests.iter().any(|request| {
            request.path.contains(LATER) || self.http.endpoint.url(&request.path).is_err()
        });
        if wrong {
            let refusal = unsent("bad_path", "the request's address is not one of Microsoft Graph");
            return requests.iter().map(|_| Verdict::Refused(refusal.clone())).collect();
        }
        match requests {
            [] => Vec::new(),
            [one] => vec![self.one(one).await],
            several => self.batch(several).await,
        }
    }

    async fn one(&self, request: &Request) -> Verdict {
        match self.call(method(request.method), &request.path, request.body.as_ref()).await {
            Ok(answer) => write_verdict(request.method, &answer, self.http.limiter.now()),
            Err(error) => unanswered(error),
        }
    }

    async fn batch(&self, requests: &[Request]) -> Vec<Verdict> {
        let items: Vec<Item<'_>> = requests
            .iter()
            .map(|request| Item {
                method: request.method.as_str(),
                path: &request.path,
                consistency: Consistency::Default,
                body: request.body.as_ref(),
            })
            .collect();
        let now = || self.http.limiter.now();
        let every = |verdict: Verdict| requests.iter().map(|_| verdict.clone()).collect();
        let answer = self.call(reqwest::Method::POST, "/$batch", Some(&build(&items))).await;
        match answer {
            Ok(Answer { status: 200, body: Body::Json(json), .. }) => {
                let answers = split(&json, requests.len());
                let judge = |(request, answer): (&Request, Option<Answer>)| match answer {
                    Some(answer) => write_verdict(request.method, &answer, now()),
                    None => Verdict::Unsure(unsent("no_item", "the batch's answer leaves it out")),
                };
                requests.iter().zip(answers).map(judge).collect()
            }
            Ok(answer) => every(batch_verdict(&answer, now())),
            Err(error) => every(unanswered(error)),
        }
    }

    async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<Answer, NoAnswer> {
        let url = self.http.endpoint.url(path);
        let url = url.map_err(|foreign| NoAnswer::Unreached(foreign.to_string()))?;
        let place = self.http.limiter.enter().await;
        let (consistency, within) = (Consistency::Default, WHOLE_ANSWER);
        let call = Exchange { method, url, consistency, body, within, reads: false };
        self.http.send(place, call).await
    }

    /// Adds to a refusal which permission or role is missing.
    async fn explain(&self, request: &Request, refusal: &mut Refusal) {
        let claims = self.http.tokens.claims().await.unwrap_or_default();
        let (missing, _) = advice(needed(Access::Write, &request.path), &claims);
        let told = refusal.message.raw();
        refusal.message = Untrusted::new(format!("{told} ({missing})").trim().to_owned());
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn unanswered(error: NoAnswer) -> Verdict {
    match error {
        NoAnswer::SignIn(SignInError { cause, .. }) => {
            Verdict::SignInLost(unsent("no_sign_in", &cause))
        }
        NoAnswer::Unreached(because) | NoAnswer::Untrusted(because) => {
            Verdict::Unsure(unsent("not_reached", &because))
        }
        NoAnswer::Lost(because) | NoAnswer::TooMuch(because) => {
            Verdict::Unsure(unsent("no_answer", &because))
        }
    }
}

/// A refusal without an answer: status 0.
fn unsent(code: &str, message: &str) -> Refusal {
    Refusal {
        status: 0,
        code: Untrusted::new(code),
        message: Untrusted::new(message),
        request_id: None,
    }
}
