//! JSON batching, as it comes: up to twenty requests in one.
//! <https://learn.microsoft.com/graph/json-batching>

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::sandbox::answer::Trace;
use crate::sandbox::call::unreadable;
use crate::sandbox::incoming::{AskedRequest, BatchItem, Incoming, Payload};
use crate::sandbox::refused::Refused;

/// Most requests of one batch.
const MOST: usize = 20;

fn malformed(message: impl Into<String>) -> Refused {
    Refused::new(400, "BadRequest", message)
}

/// The requests of a batch.
///
/// # Errors
/// When it is malformed as a whole.
pub fn items(outer: &Incoming) -> Result<Vec<BatchItem>, Refused> {
    let Payload::Json(body) = &outer.body else {
        return Err(unreadable());
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
    let mut items: Vec<BatchItem> = Vec::new();
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

fn item(members: &Map<String, Value>, outer: &Incoming) -> Result<BatchItem, Refused> {
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
    Ok(BatchItem {
        id,
        fault,
        depends_on: depends_on.filter_map(|id| id.as_str().map(str::to_lowercase)).collect(),
        asked: AskedRequest::from(Incoming {
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
