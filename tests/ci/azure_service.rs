//! The services of Azure DevOps as far as the examples use them: pull requests, their threads, and identity tokens.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::service::{self, Answer, Asked, Refusal, refused};
use crate::tenant::Tenant;

pub(crate) const ISSUER: &str =
    "https://login.microsoftonline.com/8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7/v2.0";
pub(crate) const TOKEN: &str = "job.access-token+of/azure";
pub(crate) const ME: &str = "b0b0b0b0-0000-4000-8000-000000000001";
pub(crate) const PROJECT: &str = "0e0e0e0e-0000-4000-8000-000000000001";
pub(crate) const GIT: &str = "91919191-0000-4000-8000-000000000001";

#[derive(Debug, Clone)]
pub(crate) struct Thread {
    pub(crate) id: u64,
    pub(crate) change: u64,
    pub(crate) author: String,
    pub(crate) content: String,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) threads: Vec<Thread>,
    /// Commit and number of a pull request that is completed.
    pub(crate) merged: Vec<(String, u64)>,
    pub(crate) wrong: Vec<String>,
    /// Connections by their ids, and whom their tokens name.
    pub(crate) connections: Vec<(String, String)>,
}

pub(crate) struct AzureDevOps {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl AzureDevOps {
    pub(crate) fn beside(tenant: &Tenant) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let url = service::serve(tenant.runtime(), Arc::clone(&state), answer);
        Self { url, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    #[track_caller]
    pub(crate) fn assert_asked_well(&self) {
        assert_eq!(self.state().wrong, Vec::<String>::new());
    }
}

fn answer(state: &mut State, asked: &Asked) -> Answer {
    let answer = answered(state, asked);
    if let Err((status, body)) = &answer {
        state.wrong.push(format!("{status} {} {}: {body}", asked.method, asked.path));
    }
    answer
}

fn answered(state: &mut State, asked: &Asked) -> Answer {
    if asked.header("authorization") != format!("Bearer {TOKEN}") {
        return Err(refused(401, "not signed in"));
    }
    if asked.method == "GET" && asked.path == "/contoso/_apis/connectionData" {
        return Ok(json!({ "authenticatedUser": { "id": ME } }));
    }
    if asked.query("api-version") != "7.1" {
        return Err(refused(400, "no version"));
    }
    if asked.method == "POST" && asked.path == "/contoso/oidctoken" {
        let id = asked.query("serviceConnectionId");
        let named = state.connections.iter().find(|(one, _)| one == id);
        let (_, subject) = named.ok_or_else(|| refused(404, "No service connection found"))?;
        return Ok(json!({ "oidcToken": service::identity_token(ISSUER, subject) }));
    }
    let below = format!("/contoso/{PROJECT}/_apis/git/repositories/{GIT}/");
    let path = asked.path.strip_prefix(&below).ok_or_else(|| refused(404, "no such place"))?;
    let parts: Vec<&str> = path.split('/').collect();
    match (asked.method.as_str(), &parts[..]) {
        ("POST", ["pullrequestquery"]) => query(state, &asked.json()?),
        ("GET", ["pullRequests", change, "threads"]) => {
            let of = state.threads.iter().filter(|one| one.change.to_string() == **change);
            Ok(json!({ "value": of.map(picture).collect::<Vec<_>>() }))
        }
        ("POST", ["pullRequests", change, "threads"]) => {
            let sent = asked.json()?;
            let content = text(&sent["comments"][0])?;
            let id = 50 + state.threads.len() as u64;
            let change = change.parse().map_err(|_| refused(404, "no number"))?;
            state.threads.push(Thread { id, change, author: ME.to_owned(), content });
            Ok(picture(state.threads.last().unwrap()))
        }
        ("PATCH", ["pullRequests", _, "threads", id, "comments", "1"]) => {
            let content = text(&asked.json()?)?;
            let mut all = state.threads.iter_mut();
            let one = all.find(|one| one.id.to_string() == **id);
            let one = one.ok_or_else(|| refused(404, "no thread"))?;
            one.content = content;
            Ok(picture(one)["comments"][0].clone())
        }
        ("DELETE", ["pullRequests", _, "threads", id, "comments", "1"]) => {
            state.threads.retain(|one| one.id.to_string() != **id);
            Ok(Value::Null)
        }
        _ => Err(refused(404, "no such place")),
    }
}

fn query(state: &State, sent: &Value) -> Answer {
    let of = |query: &Value| {
        let commit = query["items"][0].as_str().unwrap_or_default();
        let found = state.merged.iter().filter(|(one, _)| one == commit);
        let found: Vec<Value> = found
            .map(|(_, change)| {
                json!({ "pullRequestId": change, "status": "completed", "targetRefName": "refs/heads/main" })
            })
            .collect();
        if found.is_empty() { json!({}) } else { json!({ commit: found }) }
    };
    let queries = sent["queries"].as_array().ok_or_else(|| refused(400, "no queries"))?;
    if queries.iter().any(|one| one["type"] != "lastMergeCommit") {
        return Err(refused(400, "another query"));
    }
    Ok(json!({ "queries": queries, "results": queries.iter().map(of).collect::<Vec<_>>() }))
}

fn picture(one: &Thread) -> Value {
    let comment = json!({ "id": 1, "author": { "id": one.author }, "content": one.content });
    json!({ "id": one.id, "status": "closed", "comments": [comment] })
}

fn text(comment: &Value) -> Result<String, Refusal> {
    match comment["content"].as_str() {
        Some(text) if text.chars().count() <= 150_000 => Ok(text.to_owned()),
        _ => Err(refused(400, "no content, or too much")),
    }
}
