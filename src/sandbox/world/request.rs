//! One request, inside or outside of a batch, in the weather of its moment.

use serde_json::Value;

use crate::sandbox::answer::{Sent, envelope};
use crate::sandbox::incoming::{AskedRequest, Bearer, Payload};
use crate::sandbox::log::WriteLine;
use crate::sandbox::quota::Spent;
use crate::sandbox::weather::chance::Draw;
use crate::sandbox::world::{Arrival, World};

/// From this share of a limit on, in percent, the service says how much of it is in use.
const NEAR_THE_LIMIT: i64 = 80;

impl World {
    /// Carries out one request, inside or outside of a batch.
    pub(crate) fn answer(
        &mut self,
        asked: &AskedRequest,
        bearer: &Bearer,
        arrival: &Arrival,
    ) -> Sent {
        self.counted.requests += 1;
        self.turn(self.counted.requests);
        if self.sky.now().token_expires == Some(self.counted.requests) {
            self.generation += 1;
        }
        let draw = self.requests.draw(self.seed(), asked.fingerprint);
        self.meanwhile(asked, arrival, draw);
        self.count(asked);
        let trace = &asked.incoming.trace;
        let mut sent = match self.unwelcome(asked, bearer) {
            Some(refused) => envelope(&refused, trace),
            None => self.limited(asked, bearer, draw),
        };
        let took_effect = asked.write && sent.status < 300;
        if took_effect {
            sent = self.after_effect(sent, trace, draw);
        }
        self.note(asked, sent.status, took_effect, arrival);
        sent
    }

    /// A request that came, but is not carried out: its batch failed as a whole before.
    pub(super) fn leave(&mut self, asked: &AskedRequest, status: u16, arrival: &Arrival) {
        self.count(asked);
        self.note(asked, status, false, arrival);
    }

    fn limited(&mut self, asked: &AskedRequest, bearer: &Bearer, draw: Draw) -> Sent {
        let trace = &asked.incoming.trace;
        let spent = self.spend(asked, bearer);
        let mut sent = match spent {
            Some(Spent { wait: Some(wait), .. }) => {
                self.throttled(trace, bearer, wait, "WriteLimitExceeded")
            }
            _ => self.hindered(asked, bearer, draw).unwrap_or_else(|| {
                self.carry_out(&asked.incoming, &bearer.caller, draw)
                    .unwrap_or_else(|refused| envelope(&refused, trace))
            }),
        };
        if let Some(percent) = spent.map(|spent| spent.percent).filter(|p| *p > NEAR_THE_LIMIT) {
            let share = format!("{}.{:02}", percent / 100, percent % 100);
            sent.headers.push(("x-ms-throttle-limit-percentage", share));
        }
        sent
    }

    fn count(&mut self, asked: &AskedRequest) {
        if asked.write {
            self.counted.writes += 1;
            self.log.counts.writes += 1;
        } else {
            self.log.counts.reads += 1;
        }
    }

    fn note(&mut self, asked: &AskedRequest, status: u16, took_effect: bool, arrival: &Arrival) {
        if !asked.write {
            return;
        }
        let incoming = &asked.incoming;
        let query = if incoming.query.is_empty() { "" } else { "?" };
        let turn = self.log.turn();
        self.log.writes.push(WriteLine {
            turn,
            method: incoming.method.clone(),
            path: format!("{}{query}{}", incoming.path, incoming.query),
            body: match &incoming.body {
                Payload::Json(body) => body.clone(),
                _ => Value::Null,
            },
            status,
            took_effect,
            arrived: arrival.number,
            arrived_ms: arrival.milliseconds(),
        });
    }
}
