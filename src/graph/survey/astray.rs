//! Ids that stand for no app and are those of something else. Only for help: what the tenant does not say
//! is not known, and nothing depends on it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::graph::Reader;
use crate::graph::survey::MOST_IDS;
use crate::graph::survey::rows::object_id;
use crate::model::directory::Astray;
use crate::model::id::{AppId, ObjectId};
use crate::model::untrusted::Untrusted;

/// What an id may be that somebody took for an app id.
const SORTS: &[&str] = &["servicePrincipal", "application", "user", "group"];

/// What the ids are that no service principal has as its app id.
pub(crate) async fn look(reader: &Reader, lost: &[AppId]) -> BTreeMap<AppId, Astray> {
    let ids: Vec<ObjectId> = lost.iter().take(MOST_IDS).map(|app| as_object(*app)).collect();
    if ids.is_empty() {
        return BTreeMap::new();
    }
    let rows = reader.by_ids(&ids, SORTS).await.unwrap_or_default();
    rows.iter().filter_map(found).collect()
}

/// The same GUID, asked for as what it may be by mistake.
fn as_object(app: AppId) -> ObjectId {
    ObjectId::from(<[u8; 16]>::from(app))
}

fn found(row: &Value) -> Option<(AppId, Astray)> {
    let text = |member: &str| row.get(member)?.as_str();
    let id = object_id(row).ok()?;
    let sort = match text("@odata.type")?.rsplit('.').next()? {
        "servicePrincipal" => "service principal",
        "application" => "app registration",
        "user" => "user",
        "group" => "group",
        _ => return None,
    };
    let name = ["userPrincipalName", "displayName"].into_iter().find_map(text).unwrap_or_default();
    let app_id = text("appId").and_then(|id| id.parse().ok());
    let astray = Astray { sort, name: Untrusted::new(name), app_id };
    Some((AppId::from(<[u8; 16]>::from(id)), astray))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_is_told_by_what_it_is_and_what_is_unknown_is_left_out() {
        let id = "0a000000-0000-4000-8000-000000000001";
        let app = "99da6bf4-4525-4bfa-b39f-b6a35789c240";
        let row = |sort: &str| {
            let sort = format!("#microsoft.graph.{sort}");
            json!({ "@odata.type": sort, "id": id, "appId": app, "displayName": "N" })
        };
        let told = |sort: &str| found(&row(sort)).map(|(at, one)| (at.to_string(), one.sort));
        assert_eq!(told("application"), Some((id.to_owned(), "app registration")));
        assert_eq!(told("servicePrincipal"), Some((id.to_owned(), "service principal")));
        assert_eq!(told("device"), None);
        assert_eq!(found(&json!({ "@odata.type": "#microsoft.graph.user", "id": "x" })), None);
        assert_eq!(found(&row("application")).and_then(|one| one.1.app_id), app.parse().ok());
    }
}
