//! Another administrator, who removes, narrows and restores what is there: at random moments, and the
//! same ones for the same seed and requests.

use serde_json::{Value, json};

use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::{APP_ROLE_ASSIGNMENTS, GRANTS};
use crate::sandbox::weather::chance::Draw;
use crate::sandbox::weather::rule::{Meanwhile, Which};

/// What this administrator took away, each as it was before.
#[derive(Debug, Default)]
pub(super) struct Administrator {
    taken: Vec<Value>,
}

/// One thing that this administrator does.
pub(super) struct Move {
    pub(crate) change: Meanwhile,
    /// What it is about, as it was.
    was: Value,
    restores: bool,
}

impl Administrator {
    /// What comes next, if there is anything to do.
    pub(super) fn next(&self, tenant: &Tenant, draw: Draw) -> Option<Move> {
        let what = draw.below("administrator what", 3);
        let restored = || pick(&self.taken, draw).map(|was| restore(was, tenant));
        let narrowed = || {
            let grants = rows(tenant, GRANTS).filter(|row| scopes(row).len() > 1);
            pick(&grants.collect::<Vec<_>>(), draw).map(|was| narrow(was, draw))
        };
        let removed = || {
            let all = rows(tenant, GRANTS).chain(rows(tenant, APP_ROLE_ASSIGNMENTS));
            pick(&all.collect::<Vec<_>>(), draw).map(remove)
        };
        match what {
            0 => removed().or_else(restored),
            1 => narrowed().or_else(removed),
            _ => restored().or_else(narrowed),
        }
    }

    /// It was done.
    pub(super) fn done(&mut self, step: Move) {
        let same = |other: &Value| other["id"] == step.was["id"];
        if step.restores {
            self.taken.retain(|other| !same(other));
        } else if !self.taken.iter().any(same) {
            self.taken.push(step.was);
        }
    }
}

fn rows<'t>(tenant: &'t Tenant, table: &'static str) -> impl Iterator<Item = Value> + 't {
    let rows = tenant.table(table).into_iter().flat_map(|table| table.rows());
    let there =
        move |row: &&Value| row["id"].as_str().is_some_and(|id| tenant.row(table, id).is_some());
    rows.filter(there).cloned()
}

fn pick(from: &[Value], draw: Draw) -> Option<&Value> {
    let at = draw.below("administrator which", from.len() as u64);
    from.get(usize::try_from(at).unwrap_or(0))
}

fn scopes(grant: &Value) -> Vec<&str> {
    grant["scope"].as_str().unwrap_or_default().split_whitespace().collect()
}

fn is_grant(row: &Value) -> bool {
    row.get("clientId").is_some()
}

fn place(row: &Value) -> String {
    let id = row["id"].as_str().unwrap_or_default();
    if is_grant(row) {
        return format!("/oauth2PermissionGrants/{id}");
    }
    let resource = row["resourceId"].as_str().unwrap_or_default();
    format!("/servicePrincipals/{resource}/appRoleAssignedTo/{id}")
}

fn step(was: &Value, method: &str, path: String, body: Option<Value>) -> Move {
    let (before, method) = (Which::default(), method.to_owned());
    let change = Meanwhile { before_request: 0, before, times: 1, method, path, body };
    Move { change, was: was.clone(), restores: false }
}

fn remove(was: &Value) -> Move {
    step(was, "DELETE", place(was), None)
}

/// One scope less.
fn narrow(was: &Value, draw: Draw) -> Move {
    let mut left = scopes(was);
    let at = draw.below("administrator scope", left.len() as u64);
    left.remove(usize::try_from(at).unwrap_or(0));
    step(was, "PATCH", place(was), Some(json!({ "scope": left.join(" ") })))
}

/// As it was before this administrator first touched it.
fn restore(was: &Value, tenant: &Tenant) -> Move {
    let id = was["id"].as_str().unwrap_or_default();
    let members = |names: &[&str]| -> Value {
        names.iter().map(|name| ((*name).to_owned(), was[*name].clone())).collect()
    };
    let back = if !is_grant(was) {
        let resource = was["resourceId"].as_str().unwrap_or_default();
        let path = format!("/servicePrincipals/{resource}/appRoleAssignedTo");
        step(was, "POST", path, Some(members(&["principalId", "resourceId", "appRoleId"])))
    } else if tenant.row(GRANTS, id).is_some() {
        step(was, "PATCH", place(was), Some(members(&["scope"])))
    } else {
        let names = ["clientId", "resourceId", "consentType", "principalId", "scope"];
        step(was, "POST", "/oauth2PermissionGrants".to_owned(), Some(members(&names)))
    };
    Move { restores: true, ..back }
}
