//! GitHub's REST interface as far as the examples use it, of an enterprise server by its address, and its identity
//! tokens. A job may do what the `permissions` of its workflow say, and nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::service::{self, Answer, Asked, refused};
use crate::tenant::Tenant;

pub(crate) const ISSUER: &str = "https://token.actions.githubusercontent.com";
pub(crate) const REPOSITORY: &str = "contoso/iam";
pub(crate) const BOT: &str = "github-actions[bot]";
/// Characters that the body of a comment may have on every version.
const LONGEST: usize = 65_536;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) change: u64,
    pub(crate) user: String,
    pub(crate) body: String,
}

/// What a job shows to GitHub, and what it may.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobToken {
    pub(crate) token: String,
    pub(crate) permissions: BTreeMap<String, String>,
    /// Whom its identity tokens name, where it may have some.
    pub(crate) subject: Option<String>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) job: JobToken,
    pub(crate) comments: Vec<Comment>,
    /// Pull requests by the commit that they became.
    pub(crate) merged: BTreeMap<String, Vec<Value>>,
    pub(crate) artifacts: Vec<Value>,
    /// Requests that no documentation describes, or that the job may not make.
    pub(crate) wrong: Vec<String>,
    /// Requests about comments with this method end with this status.
    pub(crate) refuses: Option<(&'static str, u16)>,
    pub(crate) identity_tokens: usize,
}

pub(crate) struct GitHub {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl GitHub {
    pub(crate) fn beside(tenant: &Tenant) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let url = service::serve(tenant.runtime(), Arc::clone(&state), answer);
        Self { url, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Comments that the job of a workflow wrote.
    pub(crate) fn kept(&self, change: u64) -> Vec<Comment> {
        let state = self.state();
        let ours = |one: &&Comment| one.user == BOT && one.change == change;
        state.comments.iter().filter(ours).cloned().collect()
    }

    /// Somebody else comments.
    pub(crate) fn says(&self, change: u64, user: &str, body: &str) -> u64 {
        self.state().add(change, user, body)
    }

    #[track_caller]
    pub(crate) fn assert_asked_well(&self) {
        assert_eq!(self.state().wrong, Vec::<String>::new());
    }
}

impl State {
    fn add(&mut self, change: u64, user: &str, body: &str) -> u64 {
        let id = 1_000 + self.comments.len() as u64;
        self.comments.push(Comment { id, change, user: user.to_owned(), body: body.to_owned() });
        id
    }

    fn may(&self, what: &str, level: &str) -> bool {
        let has = self.job.permissions.get(what).map_or("none", String::as_str);
        has == level || has == "write"
    }
}

fn answer(state: &mut State, asked: &Asked) -> Answer {
    let answer = answered(state, asked);
    if let Err((status, body)) = &answer
        && state.refuses.is_none_or(|(_, wanted)| wanted != *status)
    {
        state.wrong.push(format!("{status} {} {}: {body}", asked.method, asked.path));
    }
    answer
}

fn answered(state: &mut State, asked: &Asked) -> Answer {
    let bearer = format!("Bearer {}", state.job.token);
    if state.job.token.is_empty() || asked.header("authorization") != bearer {
        return Err(refused(401, "Bad credentials"));
    }
    if asked.path == "/idtoken" {
        return identity(state, asked);
    }
    if asked.header("user-agent").is_empty() {
        return Err(refused(403, "administrative rules: no User-Agent"));
    }
    let below = format!("/api/v3/repos/{REPOSITORY}/");
    let Some(path) = asked.path.strip_prefix(&below) else { return Err(refused(404, "Not Found")) };
    let parts: Vec<&str> = path.split('/').collect();
    let (what, level) = match parts.first() {
        Some(&"actions") => ("actions", "read"),
        _ if asked.method == "GET" => ("pull-requests", "read"),
        _ => ("pull-requests", "write"),
    };
    if !state.may(what, level) {
        return Err(refused(403, "Resource not accessible by integration"));
    }
    if let Some((method, status)) = state.refuses
        && method == asked.method
    {
        return Err(refused(status, "not now\n::error::no command"));
    }
    match (asked.method.as_str(), &parts[..]) {
        ("GET", ["issues", change, "comments"]) => list(state, asked, number(change)?),
        ("POST", ["issues", change, "comments"]) => {
            let body = sent(asked)?;
            let id = state.add(number(change)?, BOT, &body);
            shown(state, id)
        }
        ("PATCH", ["issues", "comments", id]) => {
            let (id, body) = (number(id)?, sent(asked)?);
            find(state, id)?.body = body;
            shown(state, id)
        }
        ("DELETE", ["issues", "comments", id]) => {
            let id = number(id)?;
            find(state, id)?;
            state.comments.retain(|one| one.id != id);
            Ok(Value::Null)
        }
        ("GET", ["commits", commit, "pulls"]) => {
            Ok(json!(state.merged.get(*commit).cloned().unwrap_or_default()))
        }
        ("GET", ["actions", "artifacts"]) => {
            let named = |one: &&Value| one["name"] == asked.query("name");
            let found: Vec<&Value> = state.artifacts.iter().filter(named).collect();
            Ok(json!({ "total_count": found.len(), "artifacts": found }))
        }
        _ => Err(refused(404, "Not Found")),
    }
}

fn identity(state: &mut State, asked: &Asked) -> Answer {
    let right = asked.method == "GET"
        && asked.query("api-version") == "2.0"
        && asked.query("audience") == "api://AzureADTokenExchange";
    match &state.job.subject {
        Some(subject) if right => {
            state.identity_tokens += 1;
            Ok(json!({ "count": 1, "value": service::identity_token(ISSUER, subject) }))
        }
        _ => Err(refused(403, "no identity token")),
    }
}

/// A page, as long as is asked for, at most 100, and 30 where nobody says.
fn list(state: &State, asked: &Asked, change: u64) -> Answer {
    let number = |name: &str, otherwise: usize| asked.query(name).parse().unwrap_or(otherwise);
    let (long, page) = (number("per_page", 30).min(100), number("page", 1));
    let of = state.comments.iter().filter(|one| one.change == change);
    let page = of.skip((page - 1) * long).take(long);
    Ok(page.map(picture).collect())
}

fn picture(one: &Comment) -> Value {
    let kind = if one.user.ends_with("[bot]") { "Bot" } else { "User" };
    json!({ "id": one.id, "user": { "login": one.user, "type": kind }, "body": one.body })
}

fn shown(state: &mut State, id: u64) -> Answer {
    find(state, id).map(|one| picture(one))
}

fn find(state: &mut State, id: u64) -> Result<&mut Comment, service::Refusal> {
    state.comments.iter_mut().find(|one| one.id == id).ok_or_else(|| refused(404, "Not Found"))
}

fn number(text: &str) -> Result<u64, service::Refusal> {
    text.parse().map_err(|_| refused(404, "Not Found"))
}

/// The text of a comment that is sent.
fn sent(asked: &Asked) -> Result<String, service::Refusal> {
    let json = asked.json()?;
    let only = json.as_object().is_some_and(|all| all.len() == 1);
    match json["body"].as_str().filter(|_| only) {
        None => Err(refused(422, "body")),
        Some(body) if body.chars().count() > LONGEST => Err(refused(422, "body is too long")),
        Some(body) => Ok(body.to_owned()),
    }
}
