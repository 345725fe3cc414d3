//! What the service answers, in every way it can: as it is described, or with one thing gone wrong.

use std::rc::Rc;
use std::time::Duration;

use serde_json::json;

use super::moves::LONG;
use super::node::{Flying, Node, Rows};
use super::setting::{KeptBack, Setting, told};
use super::tenant::{MADE, Object, Tenant, refusal, scopes};
use crate::apply::action::Outgoing;
use crate::apply::in_flight::Ticket;
use crate::graph::verdict::Verdict;
use crate::kinds::world::{SIGN, object};
use crate::model::query::{self, Query};

/// What goes wrong with one request of those that go out together.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    LostBefore,
    LostAfter,
    Throttled,
    Refused,
    NotYet,
    AnotherId,
}

impl Node {
    /// A request, or several that go together, reach the service, and their answer comes back.
    pub(super) fn writes(
        &self,
        setting: &Setting,
        at: usize,
        ticket: Ticket,
        out: &[Outgoing],
        all: &mut Vec<Self>,
    ) {
        all.push(self.answered(setting, at, ticket, out, None));
        if !self.may(setting, |spent| spent.trouble) {
            return;
        }
        for (number, one) in out.iter().enumerate() {
            let path = one.request.path.as_str();
            let mut troubles =
                vec![Trouble::LostBefore, Trouble::LostAfter, Trouble::Throttled, Trouble::Refused];
            let body = one.request.body.as_ref().map(ToString::to_string).unwrap_or_default();
            if body.contains(&object(MADE).to_string()) {
                troubles.push(Trouble::NotYet);
            }
            if path == "/servicePrincipals" {
                troubles.push(Trouble::AnotherId);
            }
            for trouble in troubles {
                all.push(self.answered(setting, at, ticket, out, Some((number, trouble))));
            }
        }
    }

    fn answered(
        &self,
        setting: &Setting,
        at: usize,
        ticket: Ticket,
        out: &[Outgoing],
        trouble: Option<(usize, Trouble)>,
    ) -> Self {
        let mut node = self.clone();
        node.flying.remove(at);
        node.spent.trouble |= trouble.is_some();
        node.memory.sent += out.len();
        let mut verdicts = Vec::new();
        for (number, one) in out.iter().enumerate() {
            let trouble = trouble.filter(|(at, _)| *at == number).map(|(_, trouble)| trouble);
            let verdict = node.verdict(one, trouble);
            node.note_id(one, &verdict);
            node.say(|| {
                format!("{} {}: {}", one.request.method.as_str(), one.request.path, word(&verdict))
            });
            verdicts.push(verdict);
        }
        let now = node.now;
        if let Some(machine) = &mut node.machine {
            machine.answered(ticket, verdicts, now);
        }
        node.go_on(setting);
        node
    }

    fn verdict(&mut self, out: &Outgoing, trouble: Option<Trouble>) -> Verdict {
        match trouble {
            Some(Trouble::LostBefore) => Verdict::Unsure(refusal(0)),
            Some(Trouble::Throttled) => Verdict::Wait(LONG, refusal(429)),
            Some(Trouble::Refused) => Verdict::Refused(refusal(403)),
            Some(Trouble::NotYet) => Verdict::NotYet(refusal(404)),
            Some(Trouble::LostAfter) => {
                self.carry_out(out);
                Verdict::Unsure(refusal(0))
            }
            Some(Trouble::AnotherId) => match self.carry_out(out) {
                Verdict::Accepted(Some(mut body)) => {
                    body["id"] = json!(object(SIGN));
                    Verdict::Accepted(Some(body))
                }
                other => other,
            },
            None => self.carry_out(out),
        }
    }

    /// Every id that an answer gives for what a request made.
    fn note_id(&mut self, out: &Outgoing, verdict: &Verdict) {
        let step = &self.changes()[out.place].steps[out.step];
        let Verdict::Accepted(Some(body)) = verdict else { return };
        if let Some((placeholder, id)) = step.creates.clone().zip(body["id"].as_str()) {
            self.memory.ids.entry(placeholder).or_default().insert(id.to_owned());
        }
    }

    /// The service answers a read; the answer is on its way.
    pub(super) fn reads(
        &self,
        setting: &Setting,
        at: usize,
        ticket: Ticket,
        queries: &Rc<Vec<Query>>,
        all: &mut Vec<Self>,
    ) {
        let all_of = |tenant: &Tenant| -> Rows {
            queries.iter().map(|query| Some(tenant.read(query))).collect()
        };
        let rows = all_of(&self.tenant);
        if self.may(setting, |spent| spent.trouble) {
            for number in 0..queries.len() {
                let mut partly = rows.clone();
                partly[number] = None;
                all.push(self.read(setting, (at, ticket), queries, partly, Some("cannot be read")));
            }
            let old = all_of(&self.behind);
            // A replica that hides what somebody did cannot be told from him doing it later.
            if old != rows && !self.spent.others {
                all.push(self.read(
                    setting,
                    (at, ticket),
                    queries,
                    old,
                    Some("is read from a replica that is behind"),
                ));
            }
        }
        all.push(self.read(setting, (at, ticket), queries, rows, None));
    }

    fn read(
        &self,
        setting: &Setting,
        (at, ticket): (usize, Ticket),
        queries: &Rc<Vec<Query>>,
        rows: Rows,
        trouble: Option<&str>,
    ) -> Self {
        let mut node = self.clone();
        node.spent.trouble |= trouble.is_some();
        node.say(|| {
            let what = |(query, rows): (&Query, &Option<_>)| {
                let not = if rows.is_none() { " (not)" } else { "" };
                format!("{}{not}", query.path.split('?').next().unwrap_or_default())
            };
            let what: Vec<String> = queries.iter().zip(&rows).map(what).collect();
            format!("{} {}", what.join(", "), trouble.unwrap_or("is read"))
        });
        // Nothing can come in between any more.
        let idle =
            !node.may(setting, |spent| spent.others) && !node.may(setting, |spent| spent.slow);
        if idle {
            return node.shown(setting, at, ticket, queries, self.now, &rows);
        }
        node.flying[at] = Flying::Read(ticket, Rc::clone(queries), Some((self.now, Rc::new(rows))));
        node
    }

    /// The answer of a read comes back.
    pub(super) fn shown(
        &self,
        setting: &Setting,
        at: usize,
        ticket: Ticket,
        queries: &[Query],
        then: Duration,
        rows: &Rows,
    ) -> Self {
        let mut node = self.clone();
        node.say(|| "  the answer comes back".to_owned());
        node.flying.remove(at);
        for (query, rows) in queries.iter().zip(rows) {
            if let Some(rows) = rows {
                node.note_read(query, rows, then);
            }
        }
        let now = node.now;
        let answered = if setting.keeps_back(KeptBack::Age) { now } else { then };
        let told = rows.iter().zip(queries).map(|(rows, query)| {
            let mut rows = rows.clone().ok_or_else(|| "cannot be read".to_owned())?;
            if setting.keeps_back(KeptBack::OtherId) {
                node.hide_other_id(query, &mut rows);
            }
            let rows: query::Rows = rows.into_iter().collect();
            Ok(rows.answered_at(answered))
        });
        let told = told.collect();
        if let Some(machine) = &mut node.machine {
            machine.seen(ticket, told, now);
        }
        node.go_on(setting);
        node
    }

    /// Shows what was made with the id that the machine knows already.
    fn hide_other_id(&self, query: &Query, rows: &mut [serde_json::Value]) {
        let Some(machine) = &self.machine else { return };
        let all = self.changes().iter().flat_map(|change| &change.steps);
        let made = all.filter(|step| step.proof.read == *query);
        let known = made.filter_map(|step| machine.known.get(step.creates.as_ref()?));
        if let Some((id, row)) = known.zip(rows).next() {
            row["id"] = json!(id);
        }
    }

    fn note_read(&mut self, query: &Query, rows: &[serde_json::Value], then: Duration) {
        for row in rows.iter().filter(|row| row.get("scope").is_some()) {
            let id = |member: &str| row[member].as_str().and_then(|id| id.parse().ok());
            let Some(client) = id("clientId") else { continue };
            let object = Object::Grant(client, id("principalId"));
            if let Some(meddling) = self.memory.meddling.as_mut().filter(|one| one.object == object)
            {
                let state = scopes(row["scope"].as_str().unwrap_or_default());
                meddling.shown |= format!("{state:?}") == meddling.left;
            }
            self.memory.answered.insert(object, then);
        }
        for step in self.changes().iter().flat_map(|change| &change.steps) {
            if step.proof.read == *query
                && let Some((placeholder, id)) =
                    step.creates.clone().zip(rows.first().and_then(|row| row["id"].as_str()))
            {
                self.memory.ids.entry(placeholder).or_default().insert(id.to_owned());
            }
        }
    }
}

fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(Some(body)) => {
            format!("accepted, id {}", told(body["id"].as_str().unwrap_or_default()))
        }
        Verdict::Accepted(None) => "accepted".to_owned(),
        Verdict::AlreadyThere(_) => "already there".to_owned(),
        Verdict::NotThere(_) => "not there".to_owned(),
        Verdict::NotYet(_) => "not known yet".to_owned(),
        Verdict::Wait(time, _) => format!("to be sent again in {} seconds", time.as_secs()),
        Verdict::Again(_) => "to be sent again, nobody says when".to_owned(),
        Verdict::Unsure(_) => "the answer is lost".to_owned(),
        Verdict::SignInLost(_) => "the sign-in is lost".to_owned(),
        Verdict::Refused(_) => "refused".to_owned(),
    }
}
