//! How long, and how much: nothing is waited for or read without an end.

use std::time::Duration;

use serde_json::{Value, json};

use super::stub::{Reply, Stub, reply};
use super::{list, rows};
use crate::graph::error::GraphError;
use crate::graph::http::{Exchange, NoAnswer};
use crate::graph::verdict::Verdict;
use crate::graph::wait::{Because, Wait};
use crate::model::clock::Clock;
use crate::model::query::Consistency;

const ROOM: Duration = Duration::from_secs(122);

fn throttled(status: u16, retry_after: &str) -> Reply {
    let headers = match retry_after {
        "" => Vec::new(),
        text => vec![("retry-after", text.to_owned())],
    };
    (status, headers, String::new())
}

/// Two minutes for each question, whatever says that it is not now.
#[tokio::test]
async fn without_a_word_how_long_a_read_is_tried_for_two_minutes() {
    for (status, retry_after) in [(503, ""), (429, ""), (424, "0"), (500, ""), (504, "soon")] {
        let stub = Stub::start(move |_, _| throttled(status, retry_after)).await;
        let (graph, clock) = stub.graph();
        let error = rows(&graph, &list("/users")).await.unwrap_err();
        let told = error.to_string();
        assert!(told.contains(&format!("answered {status}")), "{told}");
        assert!(told.contains(" times within 1"), "{told}");
        let (sent, time) = (stub.seen().len(), clock.since_start());
        assert!((8..=24).contains(&sent), "{status}: {sent} requests");
        // 429 without a number also makes the gate wait a moment, each time.
        let most = ROOM + Duration::from_secs(if status == 429 { 24 } else { 0 });
        assert!(time > Duration::from_secs(110) && time < most, "{status}: {time:?}");
        let fault = |wait: Wait| matches!(wait.because, Because::Fault(_));
        assert!(!graph.reader().waiting().is_some_and(fault), "nobody waits any more");
    }
}

#[tokio::test]
async fn a_pause_over_ten_minutes_is_told_and_not_made() {
    let date = "Mon, 23 Nov 2026 20:50:00 GMT";
    for (retry_after, asked) in [("3000", 3_000), (date, 3_000), ("601", 601)] {
        let stub = Stub::start(move |_, _| throttled(429, retry_after)).await;
        let (graph, clock) = stub.graph();
        let error = rows(&graph, &list("/users")).await.unwrap_err();
        let told = error.to_string();
        assert_eq!(told, format!("read /users: Microsoft Graph asked for a pause of {asked} s"));
        assert!(error.help().unwrap().contains("run again after 2026-11-23T20:"), "{error:?}");
        assert_eq!((stub.seen().len(), clock.since_start()), (1, Duration::ZERO));
        // A write that is told so holds nobody: what is under way can come to its end.
        let verdicts = graph.writer().send(&[super::grant("a")]).await;
        assert!(matches!(verdicts[..], [Verdict::Wait(..)]), "{verdicts:?}");
        assert_eq!(graph.reader().waiting(), None);
    }
}

/// Ten minutes of pauses in all for one question, however short each is.
#[tokio::test]
async fn pauses_that_come_again_and_again_have_an_end() {
    let stub = Stub::start(|_, _| throttled(429, "90")).await;
    let (graph, clock) = stub.graph();
    let error = rows(&graph, &list("/users")).await.unwrap_err();
    let told = "read /users: Microsoft Graph asked for pauses of 630 s";
    assert_eq!(error.to_string(), told);
    assert_eq!((stub.seen().len(), clock.since_start().as_secs()), (7, 540));
}

/// One byte, and then another one: it comes in time, every time, and never as a whole.
#[tokio::test]
async fn no_answer_may_take_longer_than_its_time() {
    let stub = Stub::dripping().await;
    let (graph, _) = stub.graph();
    let http = &graph.http;
    let url = http.endpoint.url("/users").unwrap();
    let (method, consistency) = (reqwest::Method::GET, Consistency::Default);
    let within = Duration::from_millis(400);
    let call = Exchange { method, url, consistency, body: None, within, reads: true };
    let place = http.limiter.enter().await;
    let answer = tokio::time::timeout(Duration::from_secs(30), http.send(place, call)).await;
    let lost = answer.expect("it has an end").unwrap_err();
    assert!(matches!(&lost, NoAnswer::Lost(because) if because.contains("in time")), "{lost:?}");
}

/// Pages that lead on for ever.
fn endless(host: &str, before: usize, row: &Value) -> Reply {
    let link = format!("http://{host}/v1.0/users?$skiptoken={before}");
    reply(200, &json!({"value": [row], "@odata.nextLink": link}))
}

#[tokio::test]
async fn endless_pages_end_with_a_word() {
    let row = json!({"name": "x".repeat(1_000)});
    for (bytes, pages, said) in
        [(20_000, usize::MAX, "more than 0 MiB"), (usize::MAX, 12, "more than 12 pages")]
    {
        let row = row.clone();
        let stub =
            Stub::start(move |seen, before| endless(seen.header("host").unwrap(), before, &row))
                .await;
        let (graph, _) = stub.graph();
        graph.http.budget.shrink(bytes, pages);
        let error = rows(&graph, &list("/users")).await.unwrap_err();
        assert!(matches!(error, GraphError::Incomplete { .. }), "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(stub.seen().len() < 25, "{}", stub.seen().len());
    }
}

/// A link that the service does not know any more: the list is read once more from its beginning.
#[tokio::test]
async fn an_expired_page_token_reads_the_list_again_once() {
    let expired = json!({"error": {"code": "Directory_ExpiredPageToken", "message": "expired"}});
    for (times, good) in [(1, true), (2, false)] {
        let expired = expired.clone();
        let stub = Stub::start(move |seen, before| {
            let link = format!("http://{}/v1.0/users?p=2", seen.header("host").unwrap());
            match seen.target.as_str() {
                "/v1.0/users" => {
                    reply(200, &json!({"value": [{"id": "1"}], "@odata.nextLink": link}))
                }
                _ if before / 2 < times => reply(400, &expired),
                _ => reply(200, &json!({"value": [{"id": "2"}]})),
            }
        })
        .await;
        let (graph, clock) = stub.graph();
        let read = rows(&graph, &list("/users")).await;
        match read {
            Ok(rows) => assert!(good && rows.len() == 2, "{rows:?}"),
            Err(error) => {
                assert!(!good && matches!(error, GraphError::Incomplete { .. }), "{error:?}");
                assert!(error.to_string().contains("twice"), "{error}");
            }
        }
        assert_eq!((stub.seen().len(), clock.since_start()), (4, Duration::ZERO));
    }
}

#[tokio::test]
async fn a_reading_tells_how_far_it_is() {
    let stub = Stub::start(|seen, _| {
        let link = format!("http://{}/v1.0/users?p=2", seen.header("host").unwrap());
        match seen.target.as_str() {
            "/v1.0/users" => {
                reply(200, &json!({"value": [{"id": "1"}, {"id": "2"}], "@odata.nextLink": link}))
            }
            _ => reply(200, &json!({"value": [{"id": "3"}]})),
        }
    })
    .await;
    let (graph, _) = stub.graph();
    rows(&graph, &list("/users")).await.unwrap();
    let far = graph.reader().far();
    assert_eq!((far.pages, far.objects, far.what), (2, 3, None));
    graph.reader().begin_reading();
    assert_eq!(graph.reader().far().pages, 0);
}
