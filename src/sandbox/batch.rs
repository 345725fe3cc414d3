//! JSON batching: up to twenty requests in one.
//! <https://learn.microsoft.com/graph/json-batching>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::kinds::simulated::Refused;
use crate::sandbox::answer::{Body, Sent, Trace, cut, envelope, usual};
use crate::sandbox::incoming::{Asked, Bearer, Incoming, Payload};
use crate::sandbox::log::BatchLine;
use crate::sandbox::storm::{Moment, Wreck};
use crate::sandbox::world::{Arrival, World};

/// Most requests of one batch.
const MOST: usize = 20;

/// One request of a batch.
#[derive(Debug)]
pub struct Item {
    id: String,
    pub asked: Asked,
    /// What makes the item wrong by itself.
    fault: Option<Refused>,
    /// Ids in lower case.
    depends_on: Vec<String>,
}

fn malformed(message: impl Into<String>) -> Refused {
    Refused::new(400, "BadRequest", message)
}

/// Carries out a batch. The answer may be lost as a whole, if that of one of its requests is; and
/// the batch may fail as a whole, before, midway or after.
pub fn answer(
    world: &mut World,
    items: &[Item],
    trace: &Trace,
    bearer: &Bearer,
    arrival: &Arrival,
) -> Sent {
    let wreck = world.wreck(arrival.draw);
    let reached = match wreck.map(|wreck| wreck.moment) {
        Some(Moment::Before) => 0,
        // At least one, and one less than all if there are two.
        Some(Moment::Midway) => {
            let others = items.len().saturating_sub(2) as u64 + 1;
            1 + usize::try_from(arrival.draw.below("midway", others)).unwrap_or(0)
        }
        Some(Moment::After) | None => items.len(),
    };
    let (carried, left) = items.split_at(reached.min(items.len()));
    let mut sent = responses(world, carried, bearer, arrival);
    if let Some(Wreck { status, lost, .. }) = wreck {
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

fn responses(world: &mut World, items: &[Item], bearer: &Bearer, arrival: &Arrival) -> Sent {
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

/// The requests of a batch.
///
/// # Errors
/// When it is malformed as a whole.
pub fn items(outer: &Incoming) -> Result<Vec<Item>, Refused> {
    let Payload::Json(body) = &outer.body else {
        return Err(crate::kinds::simulated::call::unreadable());
    };
    let requests = body
        .get("requests")
        .and_then(Value::as_array)
        .filter(|requests| !requests.is_empty())
        .ok_or_else(|| malformed("Invalid batch payload format: no requests."))?;
    if requests.len() > MOST {
        return Err(malformed(format!(
            "Number of batch request steps exceeds the maximum value of {MOST}."
        )));
    }
    let mut items: Vec<Item> = Vec::new();
    for request in requests {
        let members = request
            .as_object()
            .ok_or_else(|| malformed("Invalid batch payload format: a request is no object."))?;
        let item = item(members, outer)?;
        let seen = |id: &str| items.iter().any(|other| other.id.eq_ignore_ascii_case(id));
        if seen(&item.id) {
            return Err(malformed(format!("Request Id {} has to be unique in a batch.", item.id)));
        }
        // The service carries requests out in their order where they depend on one another.
        if let Some(unknown) = item.depends_on.iter().find(|id| !seen(id)) {
            return Err(malformed(format!(
                "Request {} depends on {unknown}, which does not come before it.",
                item.id
            )));
        }
        items.push(item);
    }
    Ok(items)
}

fn item(members: &Map<String, Value>, outer: &Incoming) -> Result<Item, Refused> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let required = |name: &str| {
        text(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| malformed(format!("Invalid batch payload format: no {name}.")))
    };
    let id = required("id")?.to_owned();
    let method = required("method")?.to_ascii_uppercase();
    let url = required("url")?;
    let headers: BTreeMap<String, &str> = members
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.to_lowercase(), value.as_str()?)))
        .collect();
    let body = members.get("body").filter(|body| !body.is_null());
    let declared = headers.get("content-type").is_some_and(|kind| kind.contains("json"));
    let fault = match below_root(url, &outer.root) {
        _ if body.is_some() && !declared => Some(malformed(
            "Write request id : ".to_owned()
                + &id
                + " does not contain Content-Type header or body.",
        )),
        None => Some(malformed(format!("Invalid URL in request {id}."))),
        Some(_) => None,
    };
    let url = below_root(url, &outer.root).unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let depends_on = members.get("dependsOn").and_then(Value::as_array).into_iter().flatten();
    let trace = Trace {
        client_request_id: headers
            .get("client-request-id")
            .map_or_else(|| outer.trace.client_request_id.clone(), |id| (*id).to_owned()),
        ..outer.trace.clone()
    };
    Ok(Item {
        id,
        fault,
        depends_on: depends_on.filter_map(|id| id.as_str().map(str::to_lowercase)).collect(),
        asked: Asked::from(Incoming {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            eventual: headers
                .get("consistencylevel")
                .is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
            body: body.map_or(Payload::Nothing, |body| Payload::Json(body.clone())),
            root: outer.root.clone(),
            trace,
        }),
    })
}

/// The part of a URL below the version root, with its slash. URLs are relative by the book;
/// Microsoft's Python SDK sends absolute ones to the same host.
fn below_root(url: &str, root: &str) -> Option<String> {
    let same = |prefix: &str| {
        url.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix))?;
        url.get(prefix.len()..).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let rest = match same(root) {
        Some(rest) => rest,
        None if url.contains("://") && !url.split('?').next()?.contains("://") => url,
        None if url.contains("://") => return None,
        None => same("/v1.0").unwrap_or(url),
    };
    Some(format!("/{}", rest.trim_start_matches('/')))
}

fn response(id: &str, sent: Sent) -> Value {
    let Sent { status, body, retry_after, headers: said, lost: _ } = sent;
    let mut headers: Map<String, Value> =
        said.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    if let Some(seconds) = retry_after {
        headers.insert("Retry-After".into(), json!(seconds.to_string()));
    }
    let (kind, body) = match body {
        Body::Nothing => (None, Value::Null),
        Body::Json(body) => (Some("application/json"), body),
        // What is no JSON comes in base64.
        Body::Text(text) => (Some("text/plain"), json!(STANDARD.encode(text))),
        Body::CutJson(body) => (Some("application/json"), json!(STANDARD.encode(cut(&body)))),
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
