//! What somebody else does while a client works.

use crate::sandbox::access::ADMINISTRATOR;
use crate::sandbox::incoming::AskedRequest;
use crate::sandbox::log::WriteLine;
use crate::sandbox::refused::Refused;
use crate::sandbox::weather::chance::Draw;
use crate::sandbox::weather::rule::Meanwhile;
use crate::sandbox::world::route::call;
use crate::sandbox::world::{Arrival, World};

impl World {
    /// What somebody else does before this request.
    pub(super) fn meanwhile(&mut self, asked: &AskedRequest, arrival: &Arrival, draw: Draw) {
        for change in self.sky.meanwhile(self.counted.requests, &asked.said) {
            self.make(change, arrival);
        }
        let often = self.sky.now().administrator.unwrap_or_default();
        if often.strikes(self.counted.requests, draw, "administrator")
            && let Some(step) = self.administrator.next(&self.tenant, draw)
            && self.make(step.change.clone(), arrival)
        {
            self.administrator.done(step);
        }
    }

    /// Somebody else makes a change. Whether it took effect.
    fn make(&mut self, change: Meanwhile, arrival: &Arrival) -> bool {
        let status = self.made(&change).unwrap_or_else(|refused| refused.status);
        let turn = self.log.turn();
        self.log.meanwhile.push(WriteLine {
            turn,
            method: change.method,
            path: change.path,
            body: change.body.unwrap_or_default(),
            status,
            took_effect: status < 300,
            arrived: arrival.number,
            arrived_ms: arrival.milliseconds(),
        });
        status < 300
    }

    /// Somebody else makes a change; the status of the answer.
    fn made(&mut self, change: &Meanwhile) -> Result<u16, Refused> {
        let (path, query) = change.path.split_once('?').unwrap_or((&change.path, ""));
        let mut call = call(&change.method, path, query)?;
        call.body.clone_from(&change.body);
        call.caller.permissions = ADMINISTRATOR.iter().map(|p| (*p).to_owned()).collect();
        let Some(collection) = self.collection(&call) else {
            return Err(Refused::no_such_segment(call.segments.last().map_or("", String::as_str)));
        };
        // Everybody sees at once what somebody else did: it was a while ago.
        let trouble = std::mem::take(&mut self.tenant.trouble);
        let answer = collection.answer(&call, &mut self.tenant);
        self.tenant.trouble = trouble;
        Ok(answer.status())
    }
}
