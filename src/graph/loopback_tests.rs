//! The real client against a stub on this machine.

mod lookups;
mod stub;
mod waits;

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;
use serde_json::{Value, json};

use super::*;
use crate::graph::auth::{Renewal, SignInEnvironment};
use crate::graph::limiter::tests::Still;
use crate::graph::patience::FAULTS;
use crate::graph::verdict::Verdict;
use crate::model::id::TenantId;
use crate::model::query::{Consistency, Missing, Query};
use crate::model::request::{Method, Request};
use stub::{Reply, Seen, Stub, reply};

fn list(path: &str) -> Query {
    Query::list(path, Consistency::Eventual, Missing::Error)
}

async fn rows(graph: &Graph, query: &Query) -> Result<Vec<Value>, GraphError> {
    let pages = graph.reader().read(std::slice::from_ref(query)).await?;
    Ok(pages.rows(query).unwrap().iter().collect())
}

fn grant(scope: &str) -> Request {
    let (method, path) = (Method::Post, "/oauth2PermissionGrants".to_owned());
    Request { method, path, body: Some(json!({ "scope": scope })) }
}

#[tokio::test]
async fn requests_carry_what_they_should() {
    let stub = Stub::start(|_, _| reply(200, &json!({"value": []}))).await;
    let (graph, _) = stub.graph();
    rows(&graph, &list("/users?$top=999")).await.unwrap();
    let seen = &stub.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/v1.0/users?$top=999"));
    assert_eq!(seen.header("authorization"), Some("Bearer canary-token"));
    assert_eq!(seen.header("consistencylevel"), Some("eventual"));
    assert!(seen.header("user-agent").unwrap().starts_with("consent/"));
    assert_eq!(seen.header("client-request-id").map(str::len), Some(36));
    assert_eq!(graph.reader().requests(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let evil = Stub::start(|_, _| reply(200, &json!({"value": []}))).await;
    let target = format!("{}/v1.0/users", evil.address);
    let stub =
        Stub::start(move |_, _| (307, vec![("location", target.clone())], String::new())).await;
    let (graph, _) = stub.graph();
    let error = rows(&graph, &list("/users")).await.unwrap_err();
    assert!(error.to_string().contains("redirect"), "{error}");
    assert!(matches!(graph.writer().send(&[grant("x")]).await[..], [Verdict::Refused(_)]));
    assert!(evil.seen().is_empty());
}

#[tokio::test]
async fn a_link_to_elsewhere_gets_no_request() {
    let evil = Stub::start(|_, _| reply(200, &json!({"value": []}))).await;
    let link = format!("{}/v1.0/users?$skiptoken=x", evil.address);
    let page = json!({"value": [{"id": "1"}], "@odata.nextLink": link});
    let stub = Stub::start(move |_, _| reply(200, &page)).await;
    let (graph, _) = stub.graph();
    let error = rows(&graph, &list("/users")).await.unwrap_err();
    assert!(matches!(error, GraphError::Incomplete { .. }), "{error}");
    assert!(evil.seen().is_empty());
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn pages_are_followed_with_their_header() {
    let stub = Stub::start(|seen, _| {
        let host = seen.header("host").unwrap();
        let next = |n: u8| format!("http://{host}/v1.0/users?$skiptoken={n}%2F");
        match seen.target.as_str() {
            "/v1.0/users" => reply(200, &json!({"value": [], "@odata.nextLink": next(1)})),
            "/v1.0/users?$skiptoken=1%2F" => {
                reply(200, &json!({"value": [{"id": "a"}], "@odata.nextLink": next(2)}))
            }
            _ => reply(200, &json!({"value": [{"id": "b"}]})),
        }
    })
    .await;
    let (graph, _) = stub.graph();
    assert_eq!(rows(&graph, &list("/users")).await.unwrap().len(), 2);
    let eventual = |seen: &Seen| seen.header("consistencylevel") == Some("eventual");
    assert!(stub.seen().len() == 3 && stub.seen().iter().all(eventual));
}

#[tokio::test]
async fn a_fault_in_mid_list_is_never_a_shorter_list() {
    let stub = Stub::start(|seen, _| {
        let link = format!("http://{}/v1.0/users?p=2", seen.header("host").unwrap());
        match seen.target.as_str() {
            "/v1.0/users" => reply(200, &json!({"value": [{"id": "1"}], "@odata.nextLink": link})),
            _ => reply(500, &json!({"error": {"code": "UnknownError", "message": "x"}})),
        }
    })
    .await;
    let (graph, clock) = stub.graph();
    let error = rows(&graph, &list("/users")).await.unwrap_err();
    assert!(matches!(error, GraphError::Incomplete { .. }), "{error}");
    assert!(stub.seen().len() > 5, "one page, then several attempts at the second");
    assert!(clock.since_start() <= Duration::from_secs(120));
}

/// Of each batch one item is answered: as long as it goes on, nobody gives up.
#[tokio::test]
async fn a_batch_that_is_answered_bit_by_bit_is_read_to_its_end() {
    let row = json!({"value": [{"id": "1"}]});
    let stub = Stub::start(move |seen, _| {
        let Some(items) = seen.body["requests"].as_array() else { return reply(200, &row) };
        let answer = |(at, item): (usize, &Value)| {
            let body = if at == 0 { row.clone() } else { json!({"error": {"code": "x"}}) };
            json!({"id": item["id"], "status": if at == 0 { 200 } else { 500 }, "body": body})
        };
        let answers: Vec<Value> = items.iter().enumerate().map(answer).collect();
        reply(200, &json!({ "responses": answers }))
    })
    .await;
    let (graph, _) = stub.graph();
    let queries: Vec<Query> = (0..12).map(|n| list(&format!("/users?n={n}"))).collect();
    let read = graph.reader().read_each(&queries).await;
    assert!(read.iter().all(Result::is_ok), "{read:?}");
    assert_eq!(stub.seen().len(), 12);
}

#[tokio::test]
async fn cut_answers_are_read_again_and_then_told() {
    let stub = Stub::start(|_, _| (200, Vec::new(), r#"{"value":[{"id":"1"#.into())).await;
    let (graph, _) = stub.graph();
    let error = rows(&graph, &list("/users")).await.unwrap_err();
    assert!(matches!(error, GraphError::Incomplete { .. }), "{error}");
    let stub = Stub::start(|_, before| match before {
        0 => (200, Vec::new(), r#"{"value":[{"id":"1"#.into()),
        _ => reply(200, &json!({"value": [{"id": "1"}]})),
    })
    .await;
    let (graph, _) = stub.graph();
    assert_eq!(rows(&graph, &list("/users")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn throttling_is_waited_out_as_told() {
    let stub = Stub::start(|_, before| match before {
        0 => (429, vec![("retry-after", "17".into())], String::new()),
        _ => reply(200, &json!({"value": []})),
    })
    .await;
    let (graph, clock) = stub.graph();
    rows(&graph, &list("/users")).await.unwrap();
    assert_eq!(clock.since_start(), Duration::from_secs(17));
    assert_eq!(stub.seen().len(), 2);
}

/// Answers a batch in reverse order: item 2 is throttled the first time, "gone" is not there.
fn batch(seen: &Seen, before: usize) -> Reply {
    let mut responses: Vec<Value> = seen.body["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let url = item["url"].as_str().unwrap();
            match url {
                "/users/2" if before == 0 => {
                    json!({"id": item["id"], "status": 429, "headers": {"Retry-After": "3"}})
                }
                "/users/gone" => json!({"id": item["id"], "status": 404, "body": {"error": {}}}),
                _ => json!({"id": item["id"], "status": 200, "body": {"id": url}}),
            }
        })
        .collect();
    responses.reverse();
    reply(200, &json!({ "responses": responses }))
}

#[tokio::test]
async fn objects_share_batches_and_only_the_throttled_is_asked_again() {
    let stub = Stub::start(|seen, before| match seen.target.as_str() {
        "/v1.0/$batch" => batch(seen, before),
        _ => reply(200, &json!({"id": "/users/2"})),
    })
    .await;
    let (graph, clock) = stub.graph();
    let mut queries: Vec<Query> =
        (1..=3).map(|n| Query::object(format!("/users/{n}"), Missing::Error)).collect();
    queries.push(Query::object("/users/gone", Missing::Nothing));
    let pages = graph.reader().read(&queries).await.unwrap();
    for query in &queries[..3] {
        assert_eq!(
            pages.rows(query).unwrap().iter().collect::<Vec<_>>(),
            [json!({"id": query.path})]
        );
    }
    assert!(pages.rows(&queries[3]).unwrap().is_empty());
    let targets: Vec<String> = stub.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets, ["/v1.0/$batch", "/v1.0/users/2"]);
    assert_eq!(clock.since_start(), Duration::from_secs(3));
}

#[tokio::test]
async fn each_read_has_its_own_result() {
    let stub = Stub::start(|_, _| {
        reply(
            200,
            &json!({"responses": [
                {"id": "2", "status": 403, "body": {"error": {"code": "Authorization_RequestDenied"}}},
                {"id": "1", "status": 200, "body": {"value": [{"id": "x"}]}},
            ]}),
        )
    })
    .await;
    let (graph, _) = stub.graph();
    let results = graph.reader().read_each(&[list("/groups"), list("/users")]).await;
    assert_eq!(results[0].as_ref().unwrap().len(), 1);
    assert!(matches!(&results[1], Err(GraphError::Forbidden { missing, .. })
        if missing.contains("User.ReadBasic.All")));
}

#[tokio::test]
async fn writes_keep_their_order_and_are_never_repeated() {
    let stub = Stub::start(|seen, _| {
        assert_eq!(seen.body["requests"][1]["headers"]["Content-Type"], "application/json");
        reply(
            200,
            &json!({"responses": [
                {"id": "3", "status": 204},
                {"id": "1", "status": 409, "body": {"error": {"message": "Permission entry already exists."}}},
                {"id": "4", "status": 429, "headers": {"Retry-After": 9}},
            ]}),
        )
    })
    .await;
    let (graph, _) = stub.graph();
    let verdicts = graph.writer().send(&[grant("a"), grant("b"), grant("c"), grant("d")]).await;
    assert!(
        matches!(
            verdicts[..],
            [
                Verdict::AlreadyThere(_),
                Verdict::Unsure(_),
                Verdict::Accepted(None),
                Verdict::Wait(wait, _)
            ] if wait == Duration::from_secs(9)
        ),
        "{verdicts:?}"
    );
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_unsure_and_a_closed_port_too() {
    let stub = Stub::start(|_, _| (201, vec![("content-length", "99".into())], "{".into())).await;
    let (graph, _) = stub.graph();
    let one = graph.writer().send(&[grant("a")]).await;
    assert!(matches!(one[..], [Verdict::Unsure(_)]), "{one:?}");
    let (graph, _) = Stub { address: "http://127.0.0.1:9".into(), seen: Arc::default() }.graph();
    let two = graph.writer().send(&[grant("a"), grant("b")]).await;
    assert!(matches!(two[..], [Verdict::Unsure(_), Verdict::Unsure(_)]), "{two:?}");
    let error = rows(&graph, &list("/users")).await.unwrap_err();
    assert!(matches!(error, GraphError::Network { .. }), "{error}");
}

#[tokio::test]
async fn a_placeholder_is_never_sent() {
    let stub = Stub::start(|_, _| reply(204, &Value::Null)).await;
    let (graph, _) = stub.graph();
    let mut request = grant("a");
    request.path = "/servicePrincipals/(known after app.x)/appRoleAssignedTo".into();
    let verdicts = graph.writer().send(&[request]).await;
    assert!(matches!(verdicts[..], [Verdict::Refused(_)]));
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn the_wrong_tenant_is_told_before_anything_else() {
    let wanted: TenantId = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7".parse().unwrap();
    let row = json!({"id": wanted.to_string(), "displayName": "Contoso", "verifiedDomains": [
        {"name": "a.example", "isDefault": false}, {"name": "z.example", "isDefault": true}]});
    let stub = Stub::start(move |_, _| reply(200, &json!({"value": [row]}))).await;
    let found = stub.graph().0.reader().check_tenant(wanted).await.unwrap();
    assert_eq!(found.domains[0].raw(), "z.example");
    let other: TenantId = "11111111-1111-1111-1111-111111111111".parse().unwrap();
    let error = stub.graph().0.reader().check_tenant(other).await.unwrap_err();
    assert!(matches!(error, GraphError::WrongTenant { told_by: "the answering directory", .. }));
    // {"tid": "1111..."}: the token alone is enough, nothing is asked.
    let claims = "eyJ0aWQiOiIxMTExMTExMS0xMTExLTExMTEtMTExMS0xMTExMTExMTExMTEifQ";
    let before = stub.seen().len();
    let (graph, _) = stub.graph_as(Credential::ready(Secret::new(format!("e30.{claims}.x"))));
    let error = graph.reader().check_tenant(wanted).await.unwrap_err();
    assert!(matches!(error, GraphError::WrongTenant { told_by: "the access token", .. }));
    assert_eq!(stub.seen().len(), before);
}

fn with_secret(stub: &Stub) -> Credential {
    Credential::choose(SignInEnvironment {
        tenant_id: Some("t-1".into()),
        client_id: Some("c-1".into()),
        client_secret: Some(Secret::new("hush")),
        authority_host: Some(stub.address.clone()),
        ..SignInEnvironment::default()
    })
    .unwrap()
}

#[tokio::test]
async fn a_secret_signs_in_once_over_loopback() {
    let stub = Stub::start(|seen, _| match seen.target.as_str() {
        "/t-1/oauth2/v2.0/token" => {
            reply(200, &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": "made"}))
        }
        _ => reply(200, &json!({"value": []})),
    })
    .await;
    let (graph, _) = stub.graph_as(with_secret(&stub));
    rows(&graph, &list("/users")).await.unwrap();
    rows(&graph, &list("/groups")).await.unwrap();
    let seen = stub.seen();
    assert_eq!(seen.iter().filter(|seen| seen.method == "POST").count(), 1);
    assert_eq!(seen[2].header("authorization"), Some("Bearer made"));
}

#[tokio::test]
async fn a_refused_secret_is_told_in_words() {
    let stub = Stub::start(|_, _| {
        let text = "AADSTS7000215: Invalid client secret provided.";
        let body = json!({"error": "invalid_client", "error_description": text,
            "error_codes": [7_000_215]});
        reply(401, &body)
    })
    .await;
    let (graph, _) = stub.graph_as(with_secret(&stub));
    let error = rows(&graph, &list("/users")).await.unwrap_err();
    assert!(matches!(&error, GraphError::SignIn(error) if error.aadsts == Some(7_000_215)));
    assert!(!format!("{error:?}").contains("hush"));
    assert!(matches!(graph.writer().send(&[grant("a")]).await[..], [Verdict::SignInLost(_)]));
}

#[tokio::test]
async fn a_real_sign_in_never_feeds_a_graph_on_this_machine() {
    let clock: Arc<Still> = Arc::default();
    let connect = |environment: SignInEnvironment| {
        let options =
            Options { parallelism: 1, write_quota: 0, patience: FAULTS, clock: clock.clone() };
        let endpoint = Endpoint::parse("http://127.0.0.1:9").unwrap();
        Graph::connect(endpoint, Credential::choose(environment).unwrap(), options)
    };
    assert!(connect(SignInEnvironment::default()).is_err());
    let authority_host = Some("http://127.0.0.1:9".to_owned());
    assert!(connect(SignInEnvironment { authority_host, ..Default::default() }).is_err());
}

/// Two requests were under way with the same token, and both are refused.
#[tokio::test]
async fn a_token_that_is_refused_twice_is_renewed_once() {
    let token = |n: usize| json!({"expires_in": 3600, "access_token": format!("made-{n}")});
    let stub = Stub::start(move |_, before| reply(200, &token(before))).await;
    let (graph, _) = stub.graph_as(with_secret(&stub));
    let tokens = &graph.http.tokens;
    let sent = tokens.epoch();
    let bearer = async || tokens.bearer().await.unwrap().secret().to_owned();
    assert_eq!(bearer().await, "made-0");
    assert_eq!(tokens.forget(sent).await, Renewal::Now);
    assert_eq!(bearer().await, "made-1");
    assert_eq!(tokens.forget(sent).await, Renewal::Before);
    assert_eq!(bearer().await, "made-1");
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_a_read() {
    let token = |n: usize| json!({"expires_in": 3600, "access_token": format!("made-{n}")});
    let stub = Stub::start(move |seen, before| match seen.header("authorization") {
        None => reply(200, &token(before)),
        Some("Bearer made-0") => reply(401, &json!({"error": {"code": "TokenRevoked"}})),
        Some(_) => reply(200, &json!({"value": []})),
    })
    .await;
    let (graph, _) = stub.graph_as(with_secret(&stub));
    rows(&graph, &list("/users")).await.unwrap();
    assert_eq!(stub.seen().len(), 4);
    let stub = Stub::start(|_, _| reply(401, &json!({"error": {"code": "TokenRevoked"}}))).await;
    let error = rows(&stub.graph().0, &list("/users")).await.unwrap_err();
    assert!(matches!(error, GraphError::SignIn(_)), "{error}");
    assert_eq!(stub.seen().len(), 1, "a ready-made token cannot be renewed");
}
