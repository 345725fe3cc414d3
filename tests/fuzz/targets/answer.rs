//! One HTTP answer: `STATUS METHOD RETRY-AFTER` in the first line, the rest is the body.

use consent::graph::answer::{Answer, Body, Headers, LONGEST_WAIT};
use consent::graph::batch;
use consent::graph::error::told;
use consent::graph::verdict::{ReadVerdict, Verdict, batch_verdict, read_verdict, write_verdict};
use consent::model::request::Method;
use serde_json::{Value, json};

use super::scene::NOW;
use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "answer",
    run,
    words: "200·POST·0\n 400·POST·-\n 404·DELETE·-\n 409·PATCH·7\n 429·PUT·1e9\n 503·POST· \
            Mon,·23·Nov·2026·20:00:30·GMT\n {\"error\":{ \"code\":\" \"message\":\" \
            \"innerError\":{ \"request-id\":\" \"odata.error\": \"error_description\":\" \
            \"value\":\" Directory_ObjectNotFound Request_ResourceNotFound \
            Request_MultipleObjectsWithSameKeyValue ConcurrencyViolation already·exists \
            does·not·exist <html> eyJhbGciOiJub25lIn0.eyJ4Ijox.x Bearer· client_secret= \
            access_token\":\" insufficient_claims",
};

fn run(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let head = String::from_utf8_lossy(&data[..end]);
    let body = data.get(end + 1..).unwrap_or_default();
    let mut words = head.splitn(3, ' ');
    let status = words.next().and_then(|word| word.parse().ok()).filter(|s| (100..600).contains(s));
    let method = match words.next() {
        Some("PATCH") => Method::Patch,
        Some("PUT") => Method::Put,
        Some("DELETE") => Method::Delete,
        _ => Method::Post,
    };
    let mut headers = Headers::default();
    if let Some(wait) = words.next() {
        headers.insert("Retry-After", wait);
    }
    let answer = Answer { status: status.unwrap_or(400), headers, body: Body::parse(body) };
    shown(&answer);
    if let Some(wait) = answer.headers.retry_after(NOW) {
        assert!(wait <= LONGEST_WAIT);
    }
    let verdict = write_verdict(method, &answer, NOW);
    written(&answer, &verdict);
    match read_verdict(&answer, NOW) {
        ReadVerdict::Json(json) => {
            assert!(answer.status < 300 && json.text().as_bytes() == body);
            // What nests too deeply is `null`, which nobody takes for an object or a page.
            let sent = serde_json::from_slice(body).unwrap_or(Value::Null);
            assert_eq!(json.value(), sent, "something else was read");
        }
        ReadVerdict::Wait(wait, _) => assert!(wait <= LONGEST_WAIT),
        _ => {}
    }
    assert!(!matches!(batch_verdict(&answer, NOW), Verdict::Accepted(_)));
    in_a_batch(method, &answer, &verdict);
}

fn shown(answer: &Answer) {
    let refusal = answer.refusal();
    let text = told(&refusal);
    judge::draws_nothing(&text);
    judge::holds_no_token(&text);
    // A code and a message, each cut, each character of them perhaps written as its number.
    assert!(text.len() < 40_000, "{} bytes are told", text.len());
    if let Some(id) = &refusal.request_id {
        judge::holds_no_token(id.raw());
    }
}

/// Only a success that looks like one of Graph's is one.
fn written(answer: &Answer, verdict: &Verdict) {
    match verdict {
        Verdict::Accepted(json) => {
            assert!((200..300).contains(&answer.status));
            assert!(!matches!(answer.body, Body::Text(_)), "accepted by a page of somebody else");
            let error = json.as_ref().and_then(|json| json.get("error").cloned());
            assert_eq!(error, None);
        }
        Verdict::Wait(wait, _) => assert!(*wait <= LONGEST_WAIT),
        Verdict::SignInLost(_) => assert!(matches!(answer.status, 401 | 403)),
        Verdict::Refused(_) => {
            assert!(!(200..300).contains(&answer.status) && answer.status != 401)
        }
        Verdict::AlreadyThere(_)
        | Verdict::NotThere(_)
        | Verdict::NotYet(_)
        | Verdict::Again(_)
        | Verdict::Unsure(_) => {}
    }
}

/// The same answer means the same as one item of a batch.
fn in_a_batch(method: Method, answer: &Answer, verdict: &Verdict) {
    let body = match &answer.body {
        Body::Empty => Value::Null,
        Body::Json(json) if json.value().is_object() => json.value(),
        Body::Json(_) | Body::Text(_) => return,
    };
    let mut item = json!({"id": "1", "status": answer.status, "body": body});
    if let Some(wait) = answer.headers.get("retry-after") {
        item["headers"] = json!({"Retry-After": wait});
    }
    let split = batch::split(&json!({"responses": [item]}).into(), 1).pop().flatten();
    let again = write_verdict(method, &split.expect("it is an answer"), NOW);
    assert_eq!(again, *verdict, "another verdict inside a batch");
}
