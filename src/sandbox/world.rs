//! The tenant in motion: one request after the other, with the weather of the moment. Synchronous
//! and without HTTP, so that it can be tried as a function.

use std::time::Duration;

use serde_json::Value;

use crate::kinds::simulated::saved::Saved;
use crate::kinds::simulated::{Collection, Tenant};
use crate::sandbox::answer::{Sent, envelope};
use crate::sandbox::batch;
use crate::sandbox::incoming::{Asked, Bearer, Errand, Payload};
use crate::sandbox::log::{Log, WriteLine};
use crate::sandbox::quota::{Quota, Spent};
use crate::sandbox::rival::Rival;
use crate::sandbox::seed::Seed;
use crate::sandbox::storm;
use crate::sandbox::token::Identity;
use crate::sandbox::weather::Weather;
use crate::sandbox::weather::chance::{Chances, Draw, fingerprint};
use crate::sandbox::weather::phase::Sky;

/// From this share of a limit on, in percent, the service says how much of it is in use.
const NEAR_THE_LIMIT: i64 = 80;

pub struct World {
    pub tenant: Tenant,
    pub domain: String,
    pub operator: (String, String),
    pub identities: Vec<Identity>,
    pub log: Log,
    /// How often all tokens expired.
    pub generation: u32,
    pub(super) sky: Sky,
    pub(super) collections: Vec<&'static dyn Collection>,
    pub(super) counted: Counted,
    pub(super) quota: Quota,
    pub(super) rival: Rival,
    /// Since the start.
    pub(super) elapsed: Duration,
    /// What chance has for HTTP requests as a whole, and for requests inside and outside of batches.
    arrivals: Chances,
    requests: Chances,
}

/// What weather that strikes every n-th time counts by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    /// Requests processed, those of batches one by one.
    pub requests: u64,
    pub writes: u64,
    /// Writes that took effect.
    pub effects: u64,
    /// Pages of lists.
    pub lists: u64,
    pub batches: u64,
}

/// One HTTP request on its arrival.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// Counted from 1.
    pub number: u64,
    /// Since the start.
    pub at: Duration,
    /// How long it shall take.
    pub latency: Duration,
    pub(super) draw: Draw,
}

impl Arrival {
    /// Whole milliseconds since the start.
    pub fn milliseconds(&self) -> u64 {
        u64::try_from(self.at.as_millis()).unwrap_or(u64::MAX)
    }
}

impl World {
    pub fn new(seed: Seed, collections: &[&'static dyn Collection], weather: Weather) -> Self {
        let Seed { tenant_id, domain, name: _, operator, rows, members, identities, weather: own } =
            seed;
        let sky = Sky::new(weather.over(own));
        let mut tenant = Tenant::new(&tenant_id, &[]);
        for collection in collections {
            tenant.define(collection.tables());
        }
        for (table, row) in rows {
            tenant.insert(table, row);
        }
        for (group, table, id) in members {
            tenant.add_member(&group, table, id);
        }
        tenant.trouble = storm::trouble(sky.now());
        Self {
            tenant,
            domain,
            operator,
            identities,
            log: Log::default(),
            generation: 0,
            sky,
            collections: collections.to_vec(),
            counted: Counted::default(),
            quota: Quota::default(),
            rival: Rival::default(),
            elapsed: Duration::ZERO,
            arrivals: Chances::default(),
            requests: Chances::default(),
        }
    }

    /// Continues from a saved state.
    pub fn restore(&mut self, saved: Saved) {
        self.tenant.restore(saved);
    }

    /// A request for Graph arrives, so long after the start.
    pub fn arrive(&mut self, errand: &Errand, number: u64, at: Duration) -> Arrival {
        self.log.counts.http += 1;
        self.pass(at);
        self.turn(self.counted.requests + 1);
        let draw = self.arrivals.draw(self.seed(), errand.outer().fingerprint);
        Arrival { number, at, latency: self.latency(errand, draw), draw }
    }

    /// How long a request for a token takes.
    pub fn sign_in_takes(&mut self, form: &str) -> Duration {
        let draw = self.arrivals.draw(self.seed(), fingerprint(&["token", form]));
        self.sky.now().latency.unwrap_or_default().drawn(draw)
    }

    /// Time goes on to this moment since the start.
    pub fn pass(&mut self, elapsed: Duration) {
        self.elapsed = self.elapsed.max(elapsed);
        self.tenant.advance(self.elapsed);
    }

    fn turn(&mut self, request: u64) {
        if self.sky.turn(request, self.elapsed) {
            self.tenant.trouble = storm::trouble(self.sky.now());
        }
    }

    fn seed(&self) -> u64 {
        self.sky.now().seed.unwrap_or(0)
    }

    /// Carries out what came.
    pub fn attend(&mut self, errand: &Errand, bearer: &Bearer, arrival: &Arrival) -> Sent {
        match errand {
            Errand::One(asked) => self.answer(asked, bearer, arrival),
            Errand::Batch(outer, items) => {
                self.log.counts.batches += 1;
                let trace = &outer.incoming.trace;
                match items {
                    Ok(items) => batch::answer(self, items, trace, bearer, arrival),
                    Err(refused) => envelope(refused, trace),
                }
            }
        }
    }

    /// Carries out one request, inside or outside of a batch.
    pub fn answer(&mut self, asked: &Asked, bearer: &Bearer, arrival: &Arrival) -> Sent {
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
    pub(super) fn leave(&mut self, asked: &Asked, status: u16, arrival: &Arrival) {
        self.count(asked);
        self.note(asked, status, false, arrival);
    }

    fn limited(&mut self, asked: &Asked, bearer: &Bearer, draw: Draw) -> Sent {
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

    fn count(&mut self, asked: &Asked) {
        if asked.write {
            self.counted.writes += 1;
            self.log.counts.writes += 1;
        } else {
            self.log.counts.reads += 1;
        }
    }

    fn note(&mut self, asked: &Asked, status: u16, took_effect: bool, arrival: &Arrival) {
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
