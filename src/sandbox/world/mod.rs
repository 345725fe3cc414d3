//! The tenant in motion: one request after the other, with the weather of the moment. Synchronous and
//! without HTTP, so that it can be tried as a function.
//!
//! Here is its state. What it does is in the files beside: `attend` takes what came over HTTP, `batch` and
//! `request` carry it out, `route` and `expand` do so in fine weather, `faults` and `meanwhile` in foul.

mod administrator;
mod attend;
mod batch;
mod expand;
mod faults;
mod meanwhile;
mod request;
mod route;

use std::time::Duration;

use crate::sandbox::call::Call;
use crate::sandbox::collection::Collection;
use crate::sandbox::log::Log;
use crate::sandbox::quota::Buckets;
use crate::sandbox::seed::Seed;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::saved::KeptTenant;
use crate::sandbox::token::Application;
use crate::sandbox::weather::Weather;
use crate::sandbox::weather::chance::{Chances, Draw};
use crate::sandbox::weather::sky::Sky;
use crate::sandbox::world::administrator::Administrator;

pub struct World {
    pub tenant: Tenant,
    pub(crate) domain: String,
    pub(crate) operator: (String, String),
    pub(crate) identities: Vec<Application>,
    pub log: Log,
    /// How often all tokens expired.
    pub(crate) generation: u32,
    sky: Sky,
    collections: Vec<&'static dyn Collection>,
    counted: Counted,
    quota: Buckets,
    administrator: Administrator,
    /// Since the start.
    elapsed: Duration,
    /// What chance has for HTTP requests as a whole, and for requests inside and outside of batches.
    arrivals: Chances,
    requests: Chances,
}

/// What weather that strikes every n-th time counts by.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    /// Requests processed, those of batches one by one.
    pub(crate) requests: u64,
    pub(crate) writes: u64,
    /// Writes that took effect.
    pub(crate) effects: u64,
    /// Pages of lists.
    pub(crate) lists: u64,
    pub(crate) batches: u64,
}

/// One HTTP request on its arrival.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// Counted from 1.
    pub(crate) number: u64,
    /// Since the start.
    pub(crate) at: Duration,
    /// How long it shall take.
    pub(crate) latency: Duration,
    draw: Draw,
}

impl Arrival {
    /// Whole milliseconds since the start.
    pub(crate) fn milliseconds(&self) -> u64 {
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
        tenant.trouble = sky.now().trouble();
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
            quota: Buckets::default(),
            administrator: Administrator::default(),
            elapsed: Duration::ZERO,
            arrivals: Chances::default(),
            requests: Chances::default(),
        }
    }

    /// Continues from a saved state.
    pub fn restore(&mut self, saved: KeptTenant) {
        self.tenant.restore(saved);
    }

    /// Time goes on to this moment since the start.
    pub(crate) fn pass(&mut self, elapsed: Duration) {
        self.elapsed = self.elapsed.max(elapsed);
        self.tenant.advance(self.elapsed);
    }

    fn turn(&mut self, request: u64) {
        if self.sky.turn(request, self.elapsed) {
            self.tenant.trouble = self.sky.now().trouble();
        }
    }

    fn seed(&self) -> u64 {
        self.sky.now().seed.unwrap_or(0)
    }

    /// Whose call it is.
    fn collection(&self, call: &Call) -> Option<&'static dyn Collection> {
        self.collections.iter().copied().find(|collection| collection.permissions(call).is_some())
    }
}
