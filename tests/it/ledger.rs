//! What a plan announced, held against what reached the tenant, and who could do what meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use consent::sandbox::log::WriteLine;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Run, World};

/// Requests that go out together, in the plan's order.
const BATCH: usize = 20;

/// One write: method, path, body.
pub type Sent = (String, String, Value);

impl World {
    /// Plans, applies that plan by its digest, and holds the tenant's own log against it: the same
    /// requests in the same order, nothing else, nobody cut off in between, and nothing left to do.
    #[track_caller]
    pub fn apply_as_announced(&self) -> (Value, Run) {
        let before = self.rows("oauth2PermissionGrants");
        let doors = Doors::of(self);
        let (plan, earlier) = (self.plan(), self.writes().len());
        let digest = plan["effect"]["sha256"].as_str().unwrap();
        let run = self.run(&["apply", "--approve", digest]).assert_code(0);
        let writes = &self.writes()[earlier..];
        let (mut sent, mut announced) = (writes.iter().map(sent).collect(), self.announced(&plan));
        if announced.len() > BATCH {
            // Several batches are under way, and arrive in any order: what gives is there before
            // anything is taken all the same, or there was a gap.
            let by_text = |list: &mut Vec<Sent>| list.sort_by_key(|one| format!("{one:?}"));
            by_text(&mut sent);
            by_text(&mut announced);
        }
        assert_eq!(sent, announced, "the log is not what the plan announced");
        assert_no_gap(&before, writes);
        let effects = writes.iter().filter(|line| line.status < 300);
        doors.assert_nobody_shut_out(&effects.map(self::sent).collect::<Vec<_>>());
        self.assert_converged();
        (plan, run)
    }

    /// The requests of a plan's report in order, with the ids that its own changes made.
    pub fn announced(&self, plan: &Value) -> Vec<Sent> {
        let made = self.made(plan);
        let fill = |request: &Value| {
            let mut text = request.to_string();
            for (placeholder, id) in &made {
                text = text.replace(placeholder.as_str(), id);
            }
            let request: Value = serde_json::from_str(&text).unwrap();
            let part = |name: &str| request[name].as_str().unwrap().to_owned();
            (part("method"), part("path"), request["body"].clone())
        };
        let changes = plan["changes"].as_array().unwrap().iter();
        changes.flat_map(|change| change["requests"].as_array().unwrap()).map(fill).collect()
    }

    /// What each placeholder of a plan came to.
    fn made(&self, plan: &Value) -> BTreeMap<String, String> {
        let apps = self.rows("servicePrincipals");
        let creates = plan["changes"].as_array().unwrap().iter().filter(|c| c["verb"] == "create");
        let id = |change: &Value| {
            let app_id = &change["requests"][0]["body"]["appId"];
            let row = apps.iter().find(|row| row["appId"] == *app_id)?;
            let placeholder = format!("(known after {})", change["address"].as_str()?);
            Some((placeholder, row["id"].as_str()?.to_owned()))
        };
        creates.filter_map(id).collect()
    }

    /// Ids of the tenant's grants.
    pub fn grants(&self) -> BTreeSet<String> {
        let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
        self.rows("oauth2PermissionGrants").iter().map(id).collect()
    }
}

pub fn sent(line: &WriteLine) -> Sent {
    (line.method.clone(), line.path.clone(), line.body.clone())
}

/// The service's id of a grant, by its undocumented rule.
pub fn grant_id(client: &str, resource: &str, person: Option<&str>) -> String {
    let parts = [Some(client), Some(resource), person].into_iter().flatten();
    let bytes: Vec<u8> = parts.flat_map(|id| Uuid::parse_str(id).unwrap().to_bytes_le()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Client, resource, person.
type Key = (String, String, Option<String>);

/// Every grant at one moment.
#[derive(Debug, Clone, Default)]
struct Consents(BTreeMap<Key, BTreeSet<String>>);

impl Consents {
    fn of(rows: &[Value]) -> Self {
        Self(rows.iter().map(|row| (key(row), words(&row["scope"]))).collect())
    }

    fn after(&self, line: &WriteLine) -> Self {
        let mut next = self.clone();
        // What is assigned is held against the log by `Doors`.
        let Some(rest) = line.path.strip_prefix("/oauth2PermissionGrants") else { return next };
        let id = rest.trim_start_matches('/');
        let at = self
            .0
            .keys()
            .find(|(client, resource, person)| grant_id(client, resource, person.as_deref()) == id);
        match (line.method.as_str(), at) {
            ("POST", _) => drop(next.0.insert(key(&line.body), words(&line.body["scope"]))),
            ("PATCH", Some(at)) => drop(next.0.insert(at.clone(), words(&line.body["scope"]))),
            ("DELETE", Some(at)) => drop(next.0.remove(at)),
            _ => panic!("a write to no grant: {line:?}"),
        }
        next
    }

    /// What a person has: everybody's and their own. `None` is somebody without a grant of their own.
    fn held(&self, (client, resource, person): &Key) -> BTreeSet<String> {
        let own = (client.clone(), resource.clone(), person.clone());
        let all = (client.clone(), resource.clone(), None);
        [own, all].iter().filter_map(|key| self.0.get(key)).flatten().cloned().collect()
    }
}

/// What a person has before and after a run, that person has after every single write of it.
#[track_caller]
pub fn assert_no_gap(before: &[Value], writes: &[WriteLine]) {
    let mut moments = vec![Consents::of(before)];
    for line in writes.iter().filter(|line| line.status < 300) {
        moments.push(moments.last().unwrap().after(line));
    }
    let people: BTreeSet<&Key> = moments.iter().flat_map(|moment| moment.0.keys()).collect();
    let (first, last) = (&moments[0], moments.last().unwrap());
    for person in people {
        let lasting: BTreeSet<String> = &first.held(person) & &last.held(person);
        for (number, moment) in moments.iter().enumerate() {
            let held = moment.held(person);
            assert!(lasting.is_subset(&held), "{person:?} has only {held:?} after write {number}");
        }
    }
}

/// App, and the user or group that is let in.
type Door = (String, String);

/// Everybody who is assigned to an app at one moment, by the assignment's id or, for those that were
/// made since, by a number.
pub struct Doors {
    open: BTreeMap<String, Door>,
    /// Direct members of groups: only these are let in with them.
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Doors {
    pub fn of(world: &World) -> Self {
        let rows = world.rows("appRoleAssignments");
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let door = |row: &Value| (text(row, "resourceId"), text(row, "principalId"));
        let state: Value = serde_json::from_str(&world.tenant.state()).unwrap();
        let ids = |members: &Value| {
            let all = members.as_array().unwrap().iter();
            all.map(|member| member[1].as_str().unwrap().to_owned()).collect()
        };
        let groups = state["members"].as_object().unwrap();
        Self {
            open: rows.iter().map(|row| (text(row, "id"), door(row))).collect(),
            members: groups.iter().map(|(group, all)| (group.clone(), ids(all))).collect(),
        }
    }

    /// Everybody who is let in, by himself or by a group.
    fn inside(&self) -> BTreeSet<Door> {
        let mut inside = BTreeSet::new();
        for (app, principal) in self.open.values() {
            let members = self.members.get(principal).into_iter().flatten();
            inside.extend(members.map(|member| (app.clone(), member.clone())));
            inside.insert((app.clone(), principal.clone()));
        }
        inside
    }

    fn pass(&mut self, number: usize, (method, path, body): &Sent) {
        let Some((app, id)) = path.split_once("/appRoleAssignedTo") else { return };
        let app = app.trim_start_matches("/servicePrincipals/").to_owned();
        match method.as_str() {
            "POST" => {
                let principal = body["principalId"].as_str().unwrap().to_owned();
                self.open.insert(format!("write {number}"), (app, principal));
            }
            "DELETE" => drop(self.open.remove(id.trim_start_matches('/'))),
            other => panic!("nobody can {other} an assignment"),
        }
    }

    /// Whoever is let in before and after a run is let in after every single write of it.
    #[track_caller]
    pub fn assert_nobody_shut_out(mut self, effects: &[Sent]) {
        let mut moments = vec![self.inside()];
        for (number, line) in effects.iter().enumerate() {
            self.pass(number, line);
            moments.push(self.inside());
        }
        let lasting = &moments[0] & moments.last().unwrap();
        for (number, moment) in moments.iter().enumerate() {
            let missing: Vec<&Door> = lasting.difference(moment).collect();
            assert!(missing.is_empty(), "{missing:?} are shut out after write {number}");
        }
    }
}

fn key(row: &Value) -> Key {
    let text = |name: &str| row[name].as_str().map(str::to_owned);
    (text("clientId").unwrap(), text("resourceId").unwrap(), text("principalId"))
}

fn words(scope: &Value) -> BTreeSet<String> {
    scope.as_str().unwrap().split_whitespace().map(str::to_owned).collect()
}

/// `POST /oauth2PermissionGrants` for one person.
pub fn post(client: &str, resource: &str, person: Option<&str>, scope: &str) -> Sent {
    let mut body = json!({
        "clientId": client,
        "consentType": "AllPrincipals",
        "resourceId": resource,
        "scope": scope,
    });
    if let Some(person) = person {
        body["consentType"] = json!("Principal");
        body["principalId"] = json!(person);
    }
    ("POST".to_owned(), "/oauth2PermissionGrants".to_owned(), body)
}

/// `PATCH` of a grant: its body holds `scope` and nothing else.
pub fn patch(id: &str, scope: &str) -> Sent {
    ("PATCH".to_owned(), format!("/oauth2PermissionGrants/{id}"), json!({ "scope": scope }))
}

pub fn delete(id: &str) -> Sent {
    ("DELETE".to_owned(), format!("/oauth2PermissionGrants/{id}"), Value::Null)
}

/// The whole log as plain requests.
pub fn all_sent(world: &World) -> Vec<Sent> {
    world.writes().iter().map(sent).collect()
}
