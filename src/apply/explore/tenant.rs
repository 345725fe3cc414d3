//! A tenant as Microsoft describes it, not as the client sees it: what is there, what each request does
//! to it, what each read shows, and who can do what.
//!
//! Grants are kept by client, resource and audience, and their id is made of these; what a user has is
//! the union of everybody's grant and his own. <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::graph::verdict::Verdict;
use crate::kinds::world::{GRAPH, GROUP, grant_id, object, person};
use crate::model::id::ObjectId;
use crate::model::outcome::Refusal;
use crate::model::query::Query;
use crate::model::request::{Method, Request};

/// The people that everything is about. Carol is the group's only member.
pub(super) const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

/// Object id of the service principal that an app gets when it is made.
pub(super) const MADE: u128 = 0xc1000000_0000_4000_8000_00000000000f;

pub(super) type Scopes = BTreeSet<String>;

/// What can be changed, by what it is known by for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Object {
    /// Client, and its user; everybody's grant where there is none.
    Grant(ObjectId, Option<ObjectId>),
    /// Id of an assignment.
    Assignment(String),
    /// Object id of a service principal.
    App(ObjectId),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct App {
    pub app_id: String,
    pub(super) assignment_required: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Assigned {
    pub(super) who: ObjectId,
    pub(super) app: ObjectId,
}

/// Somebody's use of an app: signing in, or one permission of Microsoft Graph.
pub(super) type Access = (ObjectId, &'static str, Option<String>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Tenant {
    pub(super) apps: BTreeMap<ObjectId, App>,
    pub(super) grants: BTreeMap<(ObjectId, Option<ObjectId>), Scopes>,
    pub(super) assigned: BTreeMap<String, Assigned>,
    /// An assignment that is made again is another object.
    pub(super) made: usize,
}

pub(super) fn scopes(words: &str) -> Scopes {
    words.split_whitespace().map(str::to_owned).collect()
}

fn number(id: ObjectId) -> u128 {
    uuid::Uuid::from_bytes_le(id.into()).as_u128()
}

pub(super) fn id_of_grant(client: ObjectId, whom: Option<ObjectId>) -> String {
    grant_id(number(client), GRAPH, whom)
}

pub(super) fn refusal(status: u16) -> Refusal {
    crate::apply::rehearsal::refusal(status)
}

impl Tenant {
    /// Who can do what, of the people that everything is about.
    pub(super) fn access(&self) -> BTreeSet<Access> {
        let mut all = BTreeSet::new();
        for (id, app) in &self.apps {
            for name in PEOPLE {
                let mine = person(name);
                let let_in = |one: &Assigned| {
                    let by_group = name == "carol" && one.who == object(GROUP);
                    one.app == *id && (one.who == mine || by_group)
                };
                if !app.assignment_required || self.assigned.values().any(let_in) {
                    all.insert((*id, name, None));
                }
                let of = |whom| self.grants.get(&(*id, whom)).into_iter().flatten();
                let held = of(None).chain(of(Some(mine)));
                all.extend(held.map(|scope| (*id, name, Some(scope.clone()))));
            }
        }
        all
    }

    /// Carries out one request and says what the service says.
    pub(super) fn write(&mut self, request: &Request) -> Verdict {
        let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
        let body = request.body.clone().unwrap_or_default();
        match (request.method, &parts[..]) {
            (Method::Post, ["oauth2PermissionGrants"]) => self.grant(&body),
            (Method::Post, ["servicePrincipals"]) => self.make(&body),
            (Method::Post, ["servicePrincipals", _, "appRoleAssignedTo"]) => self.assign(&body),
            (Method::Patch, ["oauth2PermissionGrants", id]) => {
                let Some(key) = self.grant_of(id) else { return Verdict::NotThere(refusal(404)) };
                self.grants.insert(key, scopes(text(&body, "scope")));
                Verdict::Accepted(None)
            }
            (Method::Delete, ["oauth2PermissionGrants", id]) => {
                let gone = self.grant_of(id).and_then(|key| self.grants.remove(&key));
                deleted(gone.is_some())
            }
            (Method::Delete, ["servicePrincipals", _, "appRoleAssignedTo", id]) => {
                deleted(self.assigned.remove(*id).is_some())
            }
            (Method::Patch, ["servicePrincipals", id]) => {
                let app = id.parse().ok().and_then(|id: ObjectId| self.apps.get_mut(&id));
                let Some(app) = app else { return Verdict::NotThere(refusal(404)) };
                app.assignment_required = body["appRoleAssignmentRequired"] == json!(true);
                Verdict::Accepted(None)
            }
            _ => panic!("nobody knows this request: {request}"),
        }
    }

    fn grant(&mut self, body: &Value) -> Verdict {
        let (client, whom) = (id(body, "clientId"), body.get("principalId"));
        let whom = whom.and_then(Value::as_str).and_then(|id| id.parse().ok());
        let Some(client) = client.filter(|id| self.apps.contains_key(id)) else {
            return Verdict::NotYet(refusal(400));
        };
        if self.grants.contains_key(&(client, whom)) {
            return Verdict::AlreadyThere(refusal(409));
        }
        self.grants.insert((client, whom), scopes(text(body, "scope")));
        Verdict::Accepted(Some(self.grant_row((client, whom))))
    }

    fn make(&mut self, body: &Value) -> Verdict {
        let app_id = text(body, "appId");
        if self.apps.values().any(|app| app.app_id == app_id) {
            return Verdict::AlreadyThere(refusal(409));
        }
        let app = App { app_id: app_id.to_owned(), assignment_required: false };
        self.apps.insert(object(MADE), app);
        Verdict::Accepted(Some(self.app_row(object(MADE))))
    }

    fn assign(&mut self, body: &Value) -> Verdict {
        let app = id(body, "resourceId").filter(|id| self.apps.contains_key(id));
        let (Some(app), Some(who)) = (app, id(body, "principalId")) else {
            return Verdict::NotYet(refusal(404));
        };
        let one = Assigned { who, app };
        if self.assigned.values().any(|other| *other == one) {
            return Verdict::AlreadyThere(refusal(400));
        }
        let id = self.assigned(one);
        Verdict::Accepted(Some(self.assigned_row(&id)))
    }

    /// Assigns somebody; the id of the assignment.
    pub(super) fn assigned(&mut self, one: Assigned) -> String {
        self.made += 1;
        let id = format!("assignment-{}", self.made);
        self.assigned.insert(id.clone(), one);
        id
    }

    /// What the service shows.
    pub(super) fn read(&self, query: &Query) -> Vec<Value> {
        let path = query.path.replace("%20", " ").replace("%27", "'");
        let (path, options) = path.split_once('?').unwrap_or((&path, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let rows = match &parts[..] {
            ["oauth2PermissionGrants"] => self.grant_rows(),
            ["oauth2PermissionGrants", id] => {
                self.grant_of(id).map(|key| self.grant_row(key)).into_iter().collect()
            }
            ["servicePrincipals", id, "appRoleAssignedTo"] => {
                self.assigned_rows().into_iter().filter(|row| row["resourceId"] == *id).collect()
            }
            [_, id, "appRoleAssignments"] => {
                self.assigned_rows().into_iter().filter(|row| row["principalId"] == *id).collect()
            }
            ["servicePrincipals", id] => id
                .parse()
                .ok()
                .filter(|id| self.apps.contains_key(id))
                .map(|id| self.app_row(id))
                .into_iter()
                .collect(),
            [by_app_id] => {
                let is = |app: &App| by_app_id.contains(&app.app_id);
                let found = self.apps.iter().find(|(_, app)| is(app));
                found.map(|(id, _)| self.app_row(*id)).into_iter().collect()
            }
            _ => panic!("nobody knows this read: {}", query.path),
        };
        filtered(rows, options)
    }

    pub(super) fn grant_rows(&self) -> Vec<Value> {
        self.grants.keys().map(|key| self.grant_row(*key)).collect()
    }

    pub(super) fn assigned_rows(&self) -> Vec<Value> {
        self.assigned.keys().map(|id| self.assigned_row(id)).collect()
    }

    fn grant_row(&self, (client, whom): (ObjectId, Option<ObjectId>)) -> Value {
        let words: Vec<&str> = self.grants[&(client, whom)].iter().map(String::as_str).collect();
        json!({
            "id": id_of_grant(client, whom),
            "clientId": client,
            "consentType": if whom.is_some() { "Principal" } else { "AllPrincipals" },
            "principalId": whom,
            "resourceId": object(GRAPH),
            "scope": words.join(" "),
        })
    }

    fn assigned_row(&self, id: &str) -> Value {
        let Assigned { who, app } = &self.assigned[id];
        let kind = if *who == object(GROUP) { "Group" } else { "User" };
        json!({
            "id": id,
            "principalType": kind,
            "principalId": who,
            "resourceId": app,
            "appRoleId": ObjectId::from_u128(0),
        })
    }

    fn app_row(&self, id: ObjectId) -> Value {
        let app = &self.apps[&id];
        json!({
            "id": id,
            "appId": app.app_id,
            "displayName": "Graph Explorer",
            "appRoleAssignmentRequired": app.assignment_required,
        })
    }

    fn grant_of(&self, id: &str) -> Option<(ObjectId, Option<ObjectId>)> {
        self.grants.keys().copied().find(|(client, whom)| id_of_grant(*client, *whom) == id)
    }

    /// What a request replaces or removes, if it is there.
    pub(super) fn object(&self, request: &Request) -> Option<Object> {
        let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
        match (request.method, &parts[..]) {
            (Method::Post, _) => None,
            (_, ["oauth2PermissionGrants", id]) => {
                self.grant_of(id).map(|(client, whom)| Object::Grant(client, whom))
            }
            (_, ["servicePrincipals", id]) => id.parse().ok().map(Object::App),
            (_, [_, _, "appRoleAssignedTo", id]) => Some(Object::Assignment((*id).to_owned())),
            _ => None,
        }
    }

    /// How an object is, in words that can be compared. Empty: not there.
    pub(super) fn state(&self, object: &Object) -> String {
        match object {
            Object::Grant(client, whom) => {
                self.grants.get(&(*client, *whom)).map(|all| format!("{all:?}")).unwrap_or_default()
            }
            Object::Assignment(id) => {
                self.assigned.get(id).map(|one| format!("{one:?}")).unwrap_or_default()
            }
            Object::App(id) => self.apps.get(id).map(|app| format!("{app:?}")).unwrap_or_default(),
        }
    }
}

fn deleted(was_there: bool) -> Verdict {
    if was_there { Verdict::Accepted(None) } else { Verdict::NotThere(refusal(404)) }
}

fn text<'v>(body: &'v Value, member: &str) -> &'v str {
    body.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn id(body: &Value, member: &str) -> Option<ObjectId> {
    text(body, member).parse().ok()
}

/// `$filter=a eq 'x' and b eq y`: whatever else is asked for makes no difference here.
fn filtered(mut rows: Vec<Value>, options: &str) -> Vec<Value> {
    let filter = options.split('&').find_map(|option| option.strip_prefix("$filter="));
    for (member, value) in
        filter.unwrap_or_default().split(" and ").filter_map(|one| one.split_once(" eq "))
    {
        rows.retain(|row| text(row, member) == value.trim_matches('\''));
    }
    rows
}
