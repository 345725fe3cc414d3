//! JSON batching, pure: up to twenty requests in one, and their answers put back in order.
//! <https://learn.microsoft.com/graph/json-batching>

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::graph::answer::{Answer, Body, Headers, Json};
use crate::model::query::Consistency;

/// Most requests that one batch may hold.
pub const MOST: usize = 20;

/// One request of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    pub(crate) method: &'a str,
    /// Below the version, with its leading `/`.
    pub(crate) path: &'a str,
    pub(crate) consistency: Consistency,
    pub(crate) body: Option<&'a Value>,
}

/// The body of a batch. Items are called "1" to "20" by their place; nothing depends on anything,
/// so the service may run them side by side.
pub(crate) fn build(items: &[Item<'_>]) -> Value {
    let requests: Vec<Value> =
        items.iter().enumerate().map(|(place, item)| request(place + 1, item)).collect();
    json!({ "requests": requests })
}

fn request(number: usize, item: &Item<'_>) -> Value {
    let mut headers = Map::new();
    let mut request = Map::new();
    request.insert("id".into(), number.to_string().into());
    request.insert("method".into(), item.method.into());
    request.insert("url".into(), item.path.into());
    if let Some(body) = item.body {
        headers.insert("Content-Type".into(), "application/json".into());
        request.insert("body".into(), body.clone());
    }
    if item.consistency == Consistency::Eventual {
        headers.insert("ConsistencyLevel".into(), "eventual".into());
    }
    if !headers.is_empty() {
        request.insert("headers".into(), headers.into());
    }
    request.into()
}

/// The body of an answer to a batch.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    responses: Vec<&'a RawValue>,
}

/// One item of it. Its body, which may be a page of a list, stays text.
#[derive(Deserialize)]
struct Response<'a> {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    headers: Value,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

/// The answers of a batch of `count` items, by place. `None` where the answer does not say: the
/// item is missing, stands there twice, or is no answer at all. Ids that were never asked for are
/// passed over.
pub fn split(body: &Json, count: usize) -> Vec<Option<Answer>> {
    let mut found: Vec<Vec<Option<Response<'_>>>> = Vec::new();
    found.resize_with(count, Vec::new);
    let envelope = serde_json::from_str::<Envelope<'_>>(body.text());
    for raw in envelope.map(|envelope| envelope.responses).unwrap_or_default() {
        let response = serde_json::from_str::<Response<'_>>(raw.get()).ok();
        let id = response.as_ref().map_or_else(|| id_of(raw), |response| response.id.clone());
        // Compared as text: "01" and "+1" are no ids of ours.
        let id = match id {
            Value::String(id) => id,
            other => other.to_string(),
        };
        if let Some(at) = (0..count).find(|at| (at + 1).to_string() == id) {
            found[at].push(response);
        }
    }
    let only = |mut slot: Vec<Option<Response<'_>>>| {
        let one = slot.pop().filter(|_| slot.is_empty())?;
        answer(one?)
    };
    found.into_iter().map(only).collect()
}

/// The id of an item that is no answer: whatever else stands under it is not clear any more.
fn id_of(raw: &RawValue) -> Value {
    let item: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    item.get("id").cloned().unwrap_or_default()
}

fn answer(response: Response<'_>) -> Option<Answer> {
    let Response { id: _, status, headers: told, body } = response;
    let status = u16::try_from(status.as_u64()?).ok()?;
    if !(100..600).contains(&status) {
        return None;
    }
    let mut headers = Headers::default();
    for (name, value) in told.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => headers.insert(name, text.clone()),
            Value::Number(number) => headers.insert(name, number.to_string()),
            _ => {}
        }
    }
    // Bodies that are not JSON come as base64 text.
    let text = body.and_then(|body| serde_json::from_str::<String>(body.get()).ok());
    let body = match (body, text) {
        (None, _) => Body::Empty,
        (Some(_), Some(text)) if text.is_empty() => Body::Empty,
        (Some(_), Some(text)) => Body::Text(text),
        (Some(json), None) => Body::Json(json.into()),
    };
    Some(Answer { status, headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_carry_the_headers_they_need() {
        let body = json!({"scope": "User.Read"});
        let plain = Consistency::Default;
        let built = build(&[
            Item { method: "GET", path: "/a", consistency: Consistency::Eventual, body: None },
            Item { method: "PATCH", path: "/b?$x=1", consistency: plain, body: Some(&body) },
            Item { method: "DELETE", path: "/c", consistency: plain, body: None },
        ]);
        let expected = json!({"requests": [
            {"id": "1", "method": "GET", "url": "/a", "headers": {"ConsistencyLevel": "eventual"}},
            {"id": "2", "method": "PATCH", "url": "/b?$x=1", "body": body,
             "headers": {"Content-Type": "application/json"}},
            {"id": "3", "method": "DELETE", "url": "/c"},
        ]});
        assert_eq!(built, expected);
    }

    #[test]
    fn answers_find_their_place_in_any_order() {
        let body = json!({"responses": [
            {"id": "3", "status": 204, "body": null},
            {"id": "1", "status": 429, "headers": {"retry-after": 7}},
            {"id": "2", "status": 200, "body": {"id": "x"}},
        ]});
        let answers = split(&body.into(), 3);
        let statuses: Vec<u16> = answers.iter().flatten().map(|answer| answer.status).collect();
        assert_eq!(statuses, [429, 200, 204]);
        let headers = &answers[0].as_ref().unwrap().headers;
        assert_eq!(headers.get("retry-after"), Some("7"));
        assert_eq!(answers[1].as_ref().unwrap().body, Body::Json(json!({"id": "x"}).into()));
        assert_eq!(answers[2].as_ref().unwrap().body, Body::Empty);
    }

    #[test]
    fn bodies_that_are_no_json_are_texts() {
        let body = json!({"responses": [
            {"id": 1, "status": 200, "body": "PGh0bWw+"}, {"id": 2, "status": 200, "body": ""},
        ]});
        let bodies: Vec<_> =
            split(&body.into(), 2).into_iter().map(|one| one.unwrap().body).collect();
        assert_eq!(bodies, [Body::Text("PGh0bWw+".into()), Body::Empty]);
    }

    #[test]
    fn what_is_not_clear_is_not_an_answer() {
        let body = json!({"responses": [
            {"id": "1", "status": 204}, {"id": "1", "status": 404},
            {"id": "21", "status": 204}, {"id": "0", "status": 204}, {"id": "x", "status": 204},
            {"id": "-3", "status": 204}, {"status": 204}, 7, null,
            {"id": "02", "status": 204}, {"id": "+2", "status": 204}, {"id": 2.0, "status": 204},
            {"id": "3", "status": "204"}, {"id": "4", "status": 99}, {"id": "5", "status": 204},
        ]});
        let answers = split(&body.into(), 5);
        let known: Vec<bool> = answers.iter().map(Option::is_some).collect();
        assert_eq!(known, [false, false, false, false, true]);
        for odd in [json!(null), json!([]), json!({"responses": {}}), json!({"responses": null})] {
            assert_eq!(split(&odd.clone().into(), 2), [None, None], "{odd}");
        }
        let twins =
            r#"{"responses":[{"id":"1","status":204},{"id":"1","status":204,"status":404}]}"#;
        assert_eq!(split(&Json::parse(twins).unwrap(), 1), [None]);
    }
}
