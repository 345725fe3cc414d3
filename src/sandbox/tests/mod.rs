//! The world tried as a function, without HTTP.

mod failed_batches;
mod faults;
mod overtaken;
mod queries;
mod replicas;
mod reproducible;
mod service;

use std::time::Duration;

use serde_json::{Value, json};

use crate::sandbox::access::ADMINISTRATOR;
use crate::sandbox::answer::{AnswerBody, Sent, Trace, cut};
use crate::sandbox::call::Caller;
use crate::sandbox::incoming::{Bearer, Errand, Incoming, Payload};
use crate::sandbox::weather::Weather;
use crate::sandbox::world::World;
use crate::sandbox::{batch, collections, seed};

const CONTOSO: &str = include_str!("../../../examples/contoso/tenant.toml");
const NOW: time::OffsetDateTime = time::macros::datetime!(2026-11-23 12:00 UTC);
const ROOT: &str = "http://127.0.0.1:1/v1.0";
/// 250 more users.
const CROWD: &str = "[[people]]\nprefix = \"w\"\ncount = 250\ngroup = \"Nobody yet\"\n";

/// The sample tenant with more TOML behind it, in a weather of these words.
fn world(extra: &str, words: &[&str]) -> World {
    let mut weather = Weather::default();
    words.iter().for_each(|word| weather.add(word).unwrap());
    let seed = seed::file::parse("tenant.toml", &format!("{CONTOSO}\n{extra}")).unwrap();
    World::new(seed, &collections::all(), weather)
}

fn bearer(permissions: &[&str]) -> Bearer {
    let permissions = permissions.iter().map(|p| (*p).to_owned()).collect();
    Bearer {
        caller: Caller { permissions, ..Caller::default() },
        app_id: "app".to_owned(),
        generation: 0,
    }
}

fn incoming(method: &str, url: &str, body: Option<Value>) -> Incoming {
    let url = url.strip_prefix(ROOT).unwrap_or(url);
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    Incoming {
        method: method.into(),
        path: path.into(),
        query: query.into(),
        eventual: false,
        body: body.map_or(Payload::Nothing, Payload::Json),
        root: ROOT.into(),
        trace: Trace::new("t", 1, None, NOW),
    }
}

/// Whatever comes, as an administrator would send it, at this moment.
fn attend(world: &mut World, errand: &Errand, at: Duration) -> Sent {
    attend_as(world, errand, &bearer(ADMINISTRATOR), at)
}

fn attend_as(world: &mut World, errand: &Errand, bearer: &Bearer, at: Duration) -> Sent {
    let number = world.log.counts.http + 1;
    let arrival = world.arrive(errand, number, at);
    world.attend(errand, bearer, &arrival)
}

/// One request outside of a batch, as it is answered.
fn sent(world: &mut World, method: &str, url: &str, body: Option<Value>) -> Sent {
    let errand = Errand::One(Box::new(incoming(method, url, body).into()));
    attend(world, &errand, Duration::ZERO)
}

fn ask(world: &mut World, method: &str, url: &str, payload: Option<Value>) -> (u16, Value) {
    body(sent(world, method, url, payload))
}

fn get(world: &mut World, url: &str, eventual: bool) -> (u16, Value) {
    let incoming = Incoming { eventual, ..incoming("GET", url, None) };
    body(attend(world, &Errand::One(Box::new(incoming.into())), Duration::ZERO))
}

fn body(sent: Sent) -> (u16, Value) {
    match sent.body {
        AnswerBody::Json(body) => (sent.status, body),
        AnswerBody::Text(text) => (sent.status, json!(text)),
        AnswerBody::CutJson(body) => (sent.status, json!(cut(&body))),
        AnswerBody::Nothing => (sent.status, Value::Null),
    }
}

/// Rows of all pages, and how many pages there were.
fn all(world: &mut World, url: &str, eventual: bool) -> (Vec<Value>, usize) {
    let mut rows = Vec::new();
    let mut next = Some(url.to_owned());
    let mut pages = 0;
    while let Some(url) = next {
        let (status, page) = get(world, &url, eventual);
        assert_eq!(status, 200, "{page}");
        rows.extend(page["value"].as_array().unwrap().clone());
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    (rows, pages)
}

/// A batch of these requests.
fn batch_of(requests: Value) -> Errand {
    let outer = incoming("POST", "/$batch", Some(json!({"requests": requests})));
    let items = batch::items(&outer);
    Errand::Batch(Box::new(outer.into()), items)
}

fn send(world: &mut World, requests: Value) -> (u16, Value) {
    body(attend(world, &batch_of(requests), Duration::ZERO))
}

/// Answers of a batch, by id.
fn responses(answer: &Value) -> Vec<&Value> {
    let mut all: Vec<&Value> = answer["responses"].as_array().unwrap().iter().collect();
    all.sort_by_key(|response| response["id"].as_str().unwrap());
    all
}

/// Statuses of a batch, by id.
fn statuses(answer: &Value) -> Vec<u64> {
    responses(answer).iter().map(|response| response["status"].as_u64().unwrap()).collect()
}

const GRANTS: &str = "/oauth2PermissionGrants";

/// Grants that some of the [`CROWD`] could have, and that nobody has.
fn grants(world: &World, count: usize) -> Vec<Value> {
    let ids = |table: &str, field: &str, start: &str| -> Vec<Value> {
        let rows = world.tenant.table(table).unwrap().rows();
        let named = rows.filter(|row| row[field].as_str().unwrap().starts_with(start));
        named.map(|row| row["id"].clone()).collect()
    };
    let client = &ids("servicePrincipals", "displayName", "Graph Explorer")[0];
    let resource = &ids("servicePrincipals", "displayName", "Microsoft Graph")[0];
    let one = |person: Value| {
        json!({
            "clientId": client, "resourceId": resource, "principalId": person,
            "consentType": "Principal", "scope": "User.Read",
        })
    };
    ids("users", "userPrincipalName", "w").into_iter().take(count).map(one).collect()
}

/// How many of them there are now.
fn made(world: &World, grants: &[Value]) -> usize {
    let rows = world.tenant.table("oauth2PermissionGrants").unwrap().rows();
    let people: Vec<&Value> = grants.iter().map(|grant| &grant["principalId"]).collect();
    rows.filter(|row| people.contains(&&row["principalId"])).count()
}

/// Those grants as the requests of a batch, with ids that sort in their order.
fn creates(grants: &[Value]) -> Value {
    let one = |(at, grant): (usize, &Value)| {
        json!({
            "id": format!("{at:02}"), "method": "POST", "url": GRANTS, "body": grant,
            "headers": {"Content-Type": "application/json"},
        })
    };
    grants.iter().enumerate().map(one).collect()
}
