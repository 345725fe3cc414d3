//! The answer to a batch of reads or writes.

use consent::graph::answer::Body;
use consent::graph::batch::{MOST, split};
use consent::graph::error::told;
use serde_json::Value;

use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "batch",
    run,
    words: "{\"responses\":[ {\"id\":\"1\" \"id\":2 \"id\":\"01\" \"id\":\"+3\" \"status\":204 \
            \"status\":429 \"headers\":{\"Retry-After\":\"7\"} \"body\":{ \"body\":null \
            \"body\":\" }, ]}",
};

fn run(data: &[u8]) {
    let Body::Json(json) = Body::parse(data) else { return };
    let value = json.value();
    for count in [0, 1, 3, MOST] {
        let answers = split(&json, count);
        assert_eq!(answers.len(), count);
        // One item that nests too deeply to be a tree of values is no trouble of the others.
        if value.is_null() {
            continue;
        }
        for (place, answer) in answers.iter().enumerate() {
            let Some(answer) = answer else { continue };
            let own = own(&value, place + 1);
            let [one] = own[..] else { panic!("{} answers became one", own.len()) };
            assert_eq!(one.get("status").and_then(Value::as_u64), Some(answer.status.into()));
            let text = told(&answer.refusal());
            judge::draws_nothing(&text);
            judge::holds_no_token(&text);
        }
    }
}

/// The answers that carry the id of this item.
fn own(json: &Value, number: usize) -> Vec<&Value> {
    let is_own = |answer: &&Value| match answer.get("id") {
        Some(Value::String(id)) => *id == number.to_string(),
        Some(Value::Number(id)) => id.to_string() == number.to_string(),
        _ => false,
    };
    let answers = json.get("responses").and_then(Value::as_array).into_iter().flatten();
    answers.filter(is_own).collect()
}
