//! A batch carried out: one answer after the other, in no order, or none at all.
//! <https://learn.microsoft.com/graph/json-batching>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::sandbox::answer::{AnswerBody, Sent, Trace, cut, envelope, usual};
use crate::sandbox::incoming::{BatchItem, Bearer};
use crate::sandbox::log::BatchLine;
use crate::sandbox::refused::Refused;
use crate::sandbox::world::faults::{BrokenAt, FailedBatch};
use crate::sandbox::world::{Arrival, World};

/// Carries out a batch. The answer may be lost as a whole, if that of one of its requests is; and
/// the batch may fail as a whole, before, midway or after.
pub(super) fn answer(
    world: &mut World,
    items: &[BatchItem],
    trace: &Trace,
    bearer: &Bearer,
    arrival: &Arrival,
) -> Sent {
    let failed = world.failed_batch(arrival.draw);
    let reached = match failed.map(|failed| failed.moment) {
        Some(BrokenAt::Before) => 0,
        // At least one, and one less than all if there are two.
        Some(BrokenAt::Midway) => {
            let others = items.len().saturating_sub(2) as u64 + 1;
            1 + usize::try_from(arrival.draw.below("midway", others)).unwrap_or(0)
        }
        Some(BrokenAt::After) | None => items.len(),
    };
    let (carried, left) = items.split_at(reached.min(items.len()));
    let mut sent = responses(world, carried, bearer, arrival);
    if let Some(FailedBatch { status, lost, .. }) = failed {
        left.iter().for_each(|item| world.leave(&item.asked, status, arrival));
        sent = Sent { lost, ..envelope(&usual(status), trace) };
    }
    world.log.batches.push(BatchLine {
        arrived: arrival.number,
        size: items.len(),
        writes: items.iter().filter(|item| item.asked.write).count(),
        status: sent.status,
        lost: sent.lost,
    });
    sent
}

fn responses(world: &mut World, items: &[BatchItem], bearer: &Bearer, arrival: &Arrival) -> Sent {
    let mut statuses: BTreeMap<String, u16> = BTreeMap::new();
    let mut responses = Vec::new();
    let mut lost = false;
    for item in items {
        let met = |id: &String| statuses.get(id).is_some_and(|status| *status < 400);
        let trace = &item.asked.incoming.trace;
        let sent = if let Some(refused) = &item.fault {
            envelope(refused, trace)
        } else if item.depends_on.iter().all(met) {
            world.answer(&item.asked, bearer, arrival)
        } else {
            let refused = Refused::new(
                424,
                "FailedDependency",
                "The request was not carried out because a request it depends on failed.",
            );
            envelope(&refused, trace)
        };
        lost |= sent.lost;
        statuses.insert(item.id.to_lowercase(), sent.status);
        responses.push(response(&item.id, sent));
    }
    shuffle(&mut responses);
    Sent { lost, ..Sent::json(200, json!({"responses": responses})) }
}

fn response(id: &str, sent: Sent) -> Value {
    let Sent { status, body, retry_after, headers: said, lost: _ } = sent;
    let mut headers: Map<String, Value> =
        said.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    if let Some(seconds) = retry_after {
        headers.insert("Retry-After".into(), json!(seconds.to_string()));
    }
    let (kind, body) = match body {
        AnswerBody::Nothing => (None, Value::Null),
        AnswerBody::Json(body) => (Some("application/json"), body),
        // What is no JSON comes in base64.
        AnswerBody::Text(text) => (Some("text/plain"), json!(STANDARD.encode(text))),
        AnswerBody::CutJson(body) => (Some("application/json"), json!(STANDARD.encode(cut(&body)))),
    };
    if let Some(kind) = kind {
        headers.insert("Content-Type".into(), json!(kind));
    }
    json!({"id": id, "status": status, "headers": headers, "body": body})
}

/// Another order, always the same for the same number of answers: nobody may rely on theirs.
fn shuffle(responses: &mut [Value]) {
    let mut state = 0x9E37_79B9_u32 ^ u32::try_from(responses.len()).unwrap_or(0);
    for last in (1..responses.len()).rev() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        responses.swap(last, state as usize % (last + 1));
    }
}
