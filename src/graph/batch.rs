//! JSON batching, pure: up to twenty requests in one, and their answers put back in order.
//! <https://learn.microsoft.com/graph/json-batching>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::graph::answer::{Answer, Body, Headers};
use crate::model::query::Consistency;

/// Most requests that one batch may hold.
pub const MOST: usize = 20;

/// One request of a batch.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    pub method: &'a str,
    /// Below the version, with its leading `/`.
    pub path: &'a str,
    pub consistency: Consistency,
    pub body: Option<&'a Value>,
}

/// The body of a batch. Items are called "1" to "20" by their place; nothing depends on anything,
/// so the service may run them side by side.
pub fn build(items: &[Item<'_>]) -> Value {
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

/// The answers of a batch of `count` items, by place. `None` where the answer does not say: the
/// item is missing, stands there twice, or is no answer at all. Ids that were never asked for are
/// passed over.
pub fn split(body: &Value, count: usize) -> Vec<Option<Answer>> {
    let mut found: Vec<Vec<&Value>> = vec![Vec::new(); count];
    let responses = body.get("responses").and_then(Value::as_array);
    let asked: BTreeMap<String, usize> = (0..count).map(|at| ((at + 1).to_string(), at)).collect();
    for response in responses.into_iter().flatten() {
        // Compared as text: "01" and "+1" are no ids of ours.
        let at = match response.get("id") {
            Some(Value::String(id)) => asked.get(id),
            Some(Value::Number(id)) => asked.get(&id.to_string()),
            _ => None,
        };
        if let Some(slot) = at.and_then(|at| found.get_mut(*at)) {
            slot.push(response);
        }
    }
    found.into_iter().map(|slot| if let [one] = slot[..] { answer(one) } else { None }).collect()
}

fn answer(response: &Value) -> Option<Answer> {
    let status = response.get("status").and_then(Value::as_u64)?;
    let status = u16::try_from(status).ok().filter(|status| (100..600).contains(status))?;
    let mut headers = Headers::default();
    if let Some(fields) = response.get("headers").and_then(Value::as_object) {
        for (name, value) in fields {
            match value {
                Value::String(text) => headers.insert(name, text.clone()),
                Value::Number(number) => headers.insert(name, number.to_string()),
                _ => {}
            }
        }
    }
    let body = match response.get("body") {
        None | Some(Value::Null) => Body::Empty,
        // Bodies that are not JSON come as base64 text.
        Some(Value::String(text)) if text.is_empty() => Body::Empty,
        Some(Value::String(text)) => Body::Text(text.clone()),
        Some(json) => Body::Json(json.clone()),
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
        let answers = split(
            &json!({"responses": [
                {"id": "3", "status": 204, "body": null},
                {"id": "1", "status": 429, "headers": {"retry-after": 7}},
                {"id": "2", "status": 200, "body": {"id": "x"}},
            ]}),
            3,
        );
        let statuses: Vec<u16> = answers.iter().flatten().map(|answer| answer.status).collect();
        assert_eq!(statuses, [429, 200, 204]);
        let headers = &answers[0].as_ref().unwrap().headers;
        assert_eq!(headers.get("retry-after"), Some("7"));
        assert_eq!(answers[2].as_ref().unwrap().body, Body::Empty);
    }

    #[test]
    fn what_is_not_clear_is_not_an_answer() {
        let answers = split(
            &json!({"responses": [
                {"id": "1", "status": 204}, {"id": "1", "status": 404},
                {"id": "21", "status": 204}, {"id": "0", "status": 204}, {"id": "x", "status": 204},
                {"id": "-3", "status": 204}, {"status": 204}, 7, null,
                {"id": "02", "status": 204}, {"id": "+2", "status": 204}, {"id": 2.0, "status": 204},
                {"id": "3", "status": "204"}, {"id": "4", "status": 99}, {"id": "5", "status": 204},
            ]}),
            5,
        );
        let known: Vec<bool> = answers.iter().map(Option::is_some).collect();
        assert_eq!(known, [false, false, false, false, true]);
        for odd in [json!(null), json!([]), json!({"responses": {}}), json!({"responses": null})] {
            assert_eq!(split(&odd, 2), [None, None], "{odd}");
        }
    }
}
