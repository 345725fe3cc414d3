//! What comes over HTTP: when it arrives, and what is answered.

use std::time::Duration;

use crate::sandbox::answer::{Sent, envelope};
use crate::sandbox::incoming::{Bearer, Errand};
use crate::sandbox::weather::chance::fingerprint;
use crate::sandbox::world::{Arrival, World, batch};

impl World {
    /// A request for Graph arrives, so long after the start.
    pub fn arrive(&mut self, errand: &Errand, number: u64, at: Duration) -> Arrival {
        self.log.counts.http += 1;
        self.pass(at);
        self.turn(self.counted.requests + 1);
        let draw = self.arrivals.draw(self.seed(), errand.outer().fingerprint);
        Arrival { number, at, latency: self.latency(errand, draw), draw }
    }

    /// How long a request for a token takes.
    pub(crate) fn sign_in_takes(&mut self, form: &str) -> Duration {
        let draw = self.arrivals.draw(self.seed(), fingerprint(&["token", form]));
        self.sky.now().latency.unwrap_or_default().drawn(draw)
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
}
