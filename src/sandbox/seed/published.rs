//! Permissions that resources publish.

use serde_json::{Value, json};

use crate::sandbox::guid::guid_of;

/// Microsoft Graph's published permissions, a line each, see `docs/THIRD-PARTY.md`.
const MICROSOFT_GRAPH: &str = include_str!("../data/graph-permissions.tsv");

/// A delegated permission as its resource shows it.
pub(crate) fn scope(id: &str, value: &str, kind: &str, enabled: bool, display: &str) -> Value {
    json!({
        "id": id,
        "value": value,
        "type": kind,
        "isEnabled": enabled,
        "adminConsentDisplayName": display,
        "adminConsentDescription": display,
        "userConsentDisplayName": display,
        "userConsentDescription": display,
    })
}

/// An app role as its resource shows it.
pub(crate) fn role(id: &str, value: &str, members: &[&str], enabled: bool, display: &str) -> Value {
    json!({
        "id": id,
        "value": value,
        "allowedMemberTypes": members,
        "isEnabled": enabled,
        "origin": "Application",
        "displayName": display,
        "description": display,
    })
}

/// The id of a permission that a seed only names.
pub(crate) fn made_up_id(app_id: &str, kind: &str, value: &str) -> String {
    guid_of(&format!("{app_id}/{kind}/{value}"))
}

/// Scopes and roles of Microsoft Graph.
pub(crate) fn microsoft_graph() -> (Vec<Value>, Vec<Value>) {
    let mut scopes = Vec::new();
    let mut roles = Vec::new();
    for line in MICROSOFT_GRAPH.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [value, kind, id, admin, _, enabled, .., display] = cells[..] else { continue };
        let enabled = enabled == "true";
        match kind {
            "delegated" => {
                let kind = if admin == "true" { "Admin" } else { "User" };
                scopes.push(scope(id, value, kind, enabled, display));
            }
            _ => roles.push(role(id, value, &["Application"], enabled, display)),
        }
    }
    (scopes, roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graph_publishes_what_it_is_known_for() {
        let (scopes, roles) = microsoft_graph();
        assert!(scopes.len() > 800 && roles.len() > 700, "{} {}", scopes.len(), roles.len());
        let tasks = scopes.iter().find(|s| s["value"] == "Tasks.ReadWrite").unwrap();
        assert_eq!(tasks["id"], "2219042f-cab5-40cc-b0d2-16b1540b4c5f");
        assert_eq!(tasks["type"], "User");
        assert!(scopes.iter().any(|s| s["value"] == "offline_access"));
    }
}
