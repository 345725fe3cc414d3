//! delegatedPermissionClassifications as Microsoft documents them.
//! <https://learn.microsoft.com/graph/api/resources/delegatedpermissionclassification>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::guid::guid_bytes;
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::SERVICE_PRINCIPALS;
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct PermissionClassifications;

/// Its table.
pub(crate) const TABLE: &str = "delegatedPermissionClassifications";
const RESOURCE: &str = "DelegatedPermissionClassification";
/// Whose it is: no member that the service shows.
const OWNER: &str = "servicePrincipal";
const SHOWN: &[&str] = &["id", "permissionId", "permissionName", "classification"];
/// The words and the last byte of an id. Only that of `low` is published.
const CLASSES: [(&str, u8); 3] = [("low", 1), ("medium", 2), ("high", 3)];

impl Collection for PermissionClassifications {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: TABLE, indexed: &[OWNER] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        match route[..] {
            ["serviceprincipals", _, "delegatedpermissionclassifications"]
            | ["serviceprincipals", _, "delegatedpermissionclassifications", _] => {}
            _ => return None,
        }
        Some(match call.method {
            HttpMethod::Get => {
                &["Application.Read.All", "Application.ReadWrite.OwnedBy", "Directory.Read.All"]
            }
            _ => &["Policy.ReadWrite.PermissionGrant"],
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        let Some(owner) = tenant.resolve(SERVICE_PRINCIPALS, call.segment(1), &["appId"]) else {
            return Refused::not_found(call.segment(1)).into();
        };
        let id = call.segment(3);
        match (id, call.method) {
            ("", HttpMethod::Get) => {
                let within = Within::Matching(TABLE, OWNER, owner);
                let list = Listing::of("delegatedPermissionClassifications", within, &[]);
                Answered::List(Listing { default_select: SHOWN, ..list })
            }
            ("", HttpMethod::Post) => create(&owner, call, tenant).unwrap_or_else(Answered::from),
            (_, HttpMethod::Get) => match tenant.read(TABLE, id) {
                Some(row) if row[OWNER] == owner.as_str() => {
                    Answered::Object(200, "delegatedPermissionClassifications/$entity", shown(row))
                }
                _ => Refused::not_found(id).into(),
            },
            (_, HttpMethod::Delete) => {
                let own = tenant.row(TABLE, id).is_some_and(|row| row[OWNER] == owner.as_str());
                match own.then(|| tenant.remove(TABLE, id)).flatten() {
                    Some(_) => Answered::Done,
                    None => Refused::not_found(id).into(),
                }
            }
            _ => Refused::no_such_method().into(),
        }
    }
}

fn shown(row: &Value) -> Value {
    let members = SHOWN.iter().map(|name| ((*name).to_owned(), row[*name].clone()));
    Value::Object(members.collect())
}

/// A row of the table. `None` for a class or a permission that cannot be.
pub(crate) fn row(owner: &str, permission: &str, name: &str, class: &str) -> Option<Value> {
    let (class, last) = CLASSES.iter().find(|(word, _)| *word == class)?;
    let mut bytes = guid_bytes(permission)?.to_vec();
    bytes.push(*last);
    Some(json!({
        "id": URL_SAFE_NO_PAD.encode(bytes),
        "permissionId": permission,
        "permissionName": name,
        "classification": class,
        OWNER: owner,
    }))
}

/// Only what users could consent to takes a class, and only one.
fn create(owner: &str, call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let body = call.object()?;
    if let Some(name) = body.keys().find(|name| *name == "id" || !SHOWN.contains(&name.as_str())) {
        return Err(Refused::unknown_property(name));
    }
    let permission = text(&body, "permissionId")?;
    let class = text(&body, "classification")?;
    let app = tenant.row(SERVICE_PRINCIPALS, owner).cloned().unwrap_or_default();
    let scopes = app["oauth2PermissionScopes"].as_array().cloned().unwrap_or_default();
    let is = |scope: &&Value| {
        scope["id"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(&permission))
    };
    let scope =
        scopes.iter().find(is).ok_or_else(|| Refused::invalid_value("permissionId", RESOURCE))?;
    if scope["type"] != "User" {
        return Err(Refused::bad("Permissions that require admin consent cannot be classified."));
    }
    let name = match body.get("permissionName") {
        None | Some(Value::Null) => scope["value"].as_str().unwrap_or_default().to_owned(),
        Some(_) => text(&body, "permissionName")?,
    };
    let row = row(owner, &permission, &name, &class)
        .ok_or_else(|| Refused::invalid_value("classification", RESOURCE))?;
    let twin = tenant.table(TABLE).is_some_and(|table| {
        let mut others = table.matching_from(OWNER, owner, 0);
        others.any(|(_, other)| other["permissionId"] == row["permissionId"])
    });
    if twin {
        return Err(Refused::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "A conflicting object with one or more of the specified property values is present in \
             the directory.",
        ));
    }
    tenant.create(TABLE, row.clone());
    Ok(Answered::Object(201, "delegatedPermissionClassifications/$entity", shown(&row)))
}

fn text(body: &Map<String, Value>, name: &str) -> Result<String, Refused> {
    match body.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        None | Some(Value::Null) => Err(Refused::missing_property(name)),
        Some(_) => Err(Refused::invalid_value(name, RESOURCE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAPH: &str = "9a000000-0000-4000-8000-000000000001";
    const USER_READ: &str = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
    const ALL: &str = "11111111-ba31-4d61-89e7-88639da4683d";

    fn tenant() -> Tenant {
        let mut tenant = Tenant::new("t", PermissionClassifications.tables());
        tenant.insert(
            SERVICE_PRINCIPALS,
            json!({"id": GRAPH, "oauth2PermissionScopes": [
                {"id": USER_READ, "value": "User.Read", "type": "User"},
                {"id": ALL, "value": "User.Read.All", "type": "Admin"},
            ]}),
        );
        tenant
    }

    fn ask(
        tenant: &mut Tenant,
        method: HttpMethod,
        rest: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let path = format!("/servicePrincipals/{GRAPH}/delegatedPermissionClassifications{rest}");
        match PermissionClassifications.answer(&Call { body, ..Call::new(method, &path) }, tenant) {
            Answered::Object(status, _, row) => (status, row),
            Answered::Refused(refused) => (refused.status, json!(refused.message)),
            Answered::Done => (204, Value::Null),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ids_are_the_published_ones_and_hold_the_class() {
        let row = |permission, class| row("x", permission, "", class).unwrap()["id"].clone();
        assert_eq!(row(USER_READ, "low"), "2G3-4TG6YU2J54hjnaRoPQE");
        assert_eq!(row("fc946a4f-bc4d-413b-a090-b2c86113ec4f", "low"), "T2qU_E28O0GgkLLIYRPsTwE");
        assert_ne!(row(USER_READ, "low"), row(USER_READ, "medium"));
    }

    #[test]
    fn a_permission_has_one_class_until_it_is_deleted() {
        let mut t = tenant();
        let low = json!({"permissionId": USER_READ, "classification": "low"});
        let (status, made) = ask(&mut t, HttpMethod::Post, "", Some(low.clone()));
        assert_eq!((status, &made["permissionName"]), (201, &json!("User.Read")));
        assert_eq!(made.as_object().unwrap().len(), 4);
        let medium = json!({"permissionId": USER_READ, "classification": "medium"});
        for twin in [low, medium.clone()] {
            assert_eq!(ask(&mut t, HttpMethod::Post, "", Some(twin)).0, 409);
        }
        let one = format!("/{}", made["id"].as_str().unwrap());
        assert_eq!(ask(&mut t, HttpMethod::Patch, &one, Some(medium.clone())).0, 405);
        assert_eq!(ask(&mut t, HttpMethod::Get, &one, None), (200, made));
        assert_eq!(ask(&mut t, HttpMethod::Delete, &one, None).0, 204);
        assert_eq!(ask(&mut t, HttpMethod::Delete, &one, None).0, 404);
        assert_eq!(ask(&mut t, HttpMethod::Post, "", Some(medium)).0, 201);
    }

    #[test]
    fn what_cannot_be_classified_is_refused() {
        let mut t = tenant();
        for (body, message) in [
            (json!({"classification": "low"}), "Missing property: permissionId"),
            (json!({"permissionId": USER_READ}), "Missing property: classification"),
            (json!({"permissionId": USER_READ, "classification": "some"}), "Invalid value"),
            (json!({"permissionId": GRAPH, "classification": "low"}), "Invalid value"),
            (json!({"permissionId": ALL, "classification": "low"}), "Permissions that require"),
            (
                json!({"permissionId": USER_READ, "classification": "low", "id": "x"}),
                "Invalid prop",
            ),
        ] {
            let (status, told) = ask(&mut t, HttpMethod::Post, "", Some(body));
            assert_eq!(status, 400);
            assert!(told.as_str().unwrap().starts_with(message), "{told}");
        }
    }
}
