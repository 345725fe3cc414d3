//! The weather at work: what hinders a request, and what becomes of its answer.

use std::time::Duration;

use crate::sandbox::access;
use crate::sandbox::answer::{Sent, Trace, envelope, usual};
use crate::sandbox::incoming::{AskedRequest, Bearer, Errand};
use crate::sandbox::quota::Spent;
use crate::sandbox::refused::Refused;
use crate::sandbox::weather::chance::{Draw, Often};
use crate::sandbox::weather::rule::RefusalRule;
use crate::sandbox::world::World;

/// Statuses of a failure that does not say whether anything happened.
const FAULTS: [u16; 3] = [500, 502, 504];

/// How far a batch got before it failed as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BrokenAt {
    Before,
    Midway,
    After,
}

/// A batch that fails as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FailedBatch {
    pub(crate) moment: BrokenAt,
    /// The connection breaks; else the status is answered.
    pub(crate) lost: bool,
    pub(crate) status: u16,
}

fn fault(draw: Draw, what: &str) -> u16 {
    let which = draw.below(what, FAULTS.len() as u64);
    FAULTS[usize::try_from(which).unwrap_or(0)]
}

impl World {
    /// How long the request takes: a batch as long as its slowest part.
    pub(super) fn latency(&self, errand: &Errand, draw: Draw) -> Duration {
        let usual = self.sky.now().latency.unwrap_or_default();
        let one = |asked: &AskedRequest, draw: Draw| {
            let slow = self.sky.slow(&asked.said);
            slow.map_or(usual, |slow| slow.latency).drawn(draw)
        };
        let outer = one(errand.outer(), draw);
        let Errand::Batch(_, Ok(items)) = errand else { return outer };
        let slow = items.iter().filter_map(|item| {
            let slow = self.sky.slow(&item.asked.said)?;
            Some(slow.latency.drawn(draw.of(item.asked.fingerprint)))
        });
        slow.fold(outer, Duration::max)
    }

    /// Why this caller may not, whatever is asked.
    pub(super) fn unwelcome(&self, asked: &AskedRequest, bearer: &Bearer) -> Option<Refused> {
        let weather = self.sky.now();
        let since =
            |from: Option<u64>| from.is_some_and(|from| from > 0 && from <= self.counted.requests);
        if since(weather.expire_after) || bearer.generation < self.generation {
            return Some(access::expired());
        }
        let withdrawn =
            since(weather.all_rights_withdrawn) || (asked.write && since(weather.rights_withdrawn));
        withdrawn.then(Refused::denied)
    }

    /// Takes a write from its app's quota, if there is one.
    pub(super) fn spend(&mut self, asked: &AskedRequest, bearer: &Bearer) -> Option<Spent> {
        let limit = self.sky.now().quota.filter(|limit| *limit > 0 && asked.write)?;
        Some(self.quota.spend(&bearer.app_id, limit, self.elapsed))
    }

    /// What is answered instead of carrying the request out.
    pub(super) fn hindered(
        &mut self,
        asked: &AskedRequest,
        bearer: &Bearer,
        draw: Draw,
    ) -> Option<Sent> {
        let trace = &asked.incoming.trace;
        let weather = self.sky.now();
        let (requests, writes) = (self.counted.requests, self.counted.writes);
        let strikes = |often: Option<Often>, count: u64, what: &str| {
            often.unwrap_or_default().strikes(count, draw, what)
        };
        let wait = weather.retry_after.unwrap_or(0);
        if strikes(weather.throttle, requests, "429")
            || (asked.write && strikes(weather.throttle_writes, writes, "429-writes"))
        {
            return Some(self.throttled(trace, bearer, wait, "ResourceUnitLimitExceeded"));
        }
        if strikes(weather.unavailable, requests, "503") {
            return Some(Sent { retry_after: Some(wait), ..envelope(&usual(503), trace) });
        }
        if strikes(weather.fault, requests, "500") {
            return Some(envelope(&usual(fault(draw, "500 status")), trace));
        }
        if strikes(weather.lost_before, requests, "lost-before") {
            return Some(Sent { lost: true, ..envelope(&usual(503), trace) });
        }
        for rule in self.sky.refusals(&asked.said) {
            rule.met += 1;
            let again = rule.rule.times.is_none_or(|times| rule.struck < times);
            let now = rule.rule.often.is_none_or(|often| often.strikes(rule.met, draw, "refuse"));
            if again && now {
                rule.struck += 1;
                let wait = Some(wait).filter(|_| matches!(rule.rule.status, 429 | 503));
                let refused = as_written(&rule.rule);
                return Some(Sent { retry_after: wait, ..envelope(&refused, trace) });
            }
        }
        None
    }

    /// 429 as the identity service answers it.
    pub(super) fn throttled(&self, trace: &Trace, bearer: &Bearer, wait: u32, why: &str) -> Sent {
        let scope = format!("Tenant_Application/ReadWrite/{}/{}", bearer.app_id, self.tenant.id);
        Sent {
            retry_after: Some(wait),
            headers: vec![
                ("x-ms-throttle-scope", scope),
                ("x-ms-throttle-information", why.to_owned()),
            ],
            ..envelope(&usual(429), trace)
        }
    }

    /// Answers that get lost or lie, after a write that took effect.
    pub(super) fn after_effect(&mut self, sent: Sent, trace: &Trace, draw: Draw) -> Sent {
        self.counted.effects += 1;
        let weather = self.sky.now();
        let effects = self.counted.effects;
        if weather.denied.unwrap_or_default().strikes(effects, draw, "lost-404") {
            let refused = Refused::new(
                404,
                "Directory_ObjectNotFound",
                "Unable to read the company information from the directory.",
            );
            return envelope(&refused, trace);
        }
        if weather.fault_after.unwrap_or_default().strikes(effects, draw, "500-after") {
            return envelope(&usual(fault(draw, "500-after status")), trace);
        }
        let lost = weather.lost.unwrap_or_default().strikes(effects, draw, "lost");
        Sent { lost, ..sent }
    }

    /// Whether this batch fails as a whole. Counts as one batch.
    pub(super) fn failed_batch(&mut self, draw: Draw) -> Option<FailedBatch> {
        self.counted.batches += 1;
        let weather = self.sky.now();
        let fates = [
            (weather.batch_fault, BrokenAt::Before, false, "batch-500"),
            (weather.batch_fault_midway, BrokenAt::Midway, false, "batch-500-midway"),
            (weather.batch_fault_after, BrokenAt::After, false, "batch-500-after"),
            (weather.batch_lost_before, BrokenAt::Before, true, "batch-lost-before"),
            (weather.batch_lost_midway, BrokenAt::Midway, true, "batch-lost-midway"),
            (weather.batch_lost, BrokenAt::After, true, "batch-lost"),
        ];
        let struck = fates.into_iter().find(|(often, _, _, what)| {
            often.unwrap_or_default().strikes(self.counted.batches, draw, what)
        });
        let status = |lost: bool| if lost { 503 } else { fault(draw, "batch status") };
        struck.map(|(_, moment, lost, _)| FailedBatch { moment, lost, status: status(lost) })
    }
}

fn as_written(refusal: &RefusalRule) -> Refused {
    let usual = usual(refusal.status);
    Refused {
        status: refusal.status,
        code: refusal.code.clone().unwrap_or(usual.code),
        message: refusal.message.clone().unwrap_or(usual.message),
    }
}
