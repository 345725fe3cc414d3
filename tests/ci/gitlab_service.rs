//! GitLab's REST interface as far as the examples use it: merge requests and their notes.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::service::{self, Answer, Asked, Refusal, refused};
use crate::tenant::Tenant;

pub(crate) const ISSUER: &str = "https://gitlab.example";
pub(crate) const TOKEN: &str = "glpat-of-the-bot";
pub(crate) const ME: u64 = 4_242;

#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) id: u64,
    pub(crate) change: u64,
    pub(crate) author: u64,
    pub(crate) body: String,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) notes: Vec<Note>,
    /// Merge requests by the commit that they became.
    pub(crate) merged: Vec<(String, Value)>,
    pub(crate) wrong: Vec<String>,
}

pub(crate) struct GitLab {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl GitLab {
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
    if asked.header("private-token") != TOKEN {
        return Err(refused(401, "401 Unauthorized"));
    }
    let path = asked.path.strip_prefix("/api/v4/").ok_or_else(|| refused(404, "404"))?;
    let parts: Vec<&str> = path.split('/').collect();
    match (asked.method.as_str(), &parts[..]) {
        ("GET", ["user"]) => Ok(json!({ "id": ME, "username": "project_7_bot" })),
        ("GET", ["projects", "7", "repository", "commits", commit, "merge_requests"]) => {
            let of = state.merged.iter().filter(|(one, _)| one == commit);
            Ok(of.map(|(_, request)| request.clone()).collect())
        }
        ("GET", ["projects", "7", "merge_requests", change, "notes"]) => {
            let number = |name: &str, or: usize| asked.query(name).parse().unwrap_or(or);
            let (long, page) = (number("per_page", 20).min(100), number("page", 1));
            let of = state.notes.iter().filter(|one| one.change.to_string() == **change);
            Ok(of.skip((page - 1) * long).take(long).map(picture).collect())
        }
        ("POST", ["projects", "7", "merge_requests", change, "notes"]) => {
            let body = text(asked)?;
            let id = 300 + state.notes.len() as u64;
            let change = change.parse().map_err(|_| refused(404, "404"))?;
            state.notes.push(Note { id, change, author: ME, body });
            Ok(picture(state.notes.last().unwrap()))
        }
        ("PUT", ["projects", "7", "merge_requests", _, "notes", id]) => {
            let body = text(asked)?;
            let mut all = state.notes.iter_mut();
            let one = all.find(|one| one.id.to_string() == **id && one.author == ME);
            let one = one.ok_or_else(|| refused(404, "404"))?;
            one.body = body;
            Ok(picture(one))
        }
        ("DELETE", ["projects", "7", "merge_requests", _, "notes", id]) => {
            state.notes.retain(|one| one.id.to_string() != **id);
            Ok(Value::Null)
        }
        _ => Err(refused(404, "404")),
    }
}

fn picture(one: &Note) -> Value {
    json!({ "id": one.id, "author": { "id": one.author }, "body": one.body, "system": false })
}

fn text(asked: &Asked) -> Result<String, Refusal> {
    match asked.json()?["body"].as_str() {
        Some(text) if text.chars().count() <= 1_000_000 => Ok(text.to_owned()),
        _ => Err(refused(400, "body")),
    }
}
