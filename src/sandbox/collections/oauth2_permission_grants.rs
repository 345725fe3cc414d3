//! oauth2PermissionGrants as Microsoft documents them.
//! <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::guid::guid_bytes;
use crate::sandbox::odata::filter::{Field, Op};
use crate::sandbox::refused::{Refused, absent};
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::{GRANTS, SERVICE_PRINCIPALS, USERS};
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct Oauth2PermissionGrants;

/// Type name in the service's messages.
const RESOURCE: &str = "OAuth2PermissionGrant";
/// Documented longest `scope`, in characters.
const LONGEST_SCOPE: usize = 3_850;
const READ: &[&str] =
    &["Directory.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];
const WRITE: &[&str] = &["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];

const FIELDS: &[Field] = &[
    Field::new("clientId", &[Op::Eq]),
    Field::new("resourceId", &[Op::Eq]),
    Field::new("principalId", &[Op::Eq]),
    Field { name: "consentType", ops: &[Op::Eq], exact: true },
];

impl Collection for Oauth2PermissionGrants {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: GRANTS, indexed: &["clientId", "resourceId", "principalId"] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        GrantRoute::of(call)?;
        Some(if call.method == HttpMethod::Get { READ } else { WRITE })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        let Some(route) = GrantRoute::of(call) else {
            return Refused::no_such_segment(call.segment(0)).into();
        };
        match (route, call.method) {
            (GrantRoute::All, HttpMethod::Get) => {
                list(call, tenant).map_or_else(Answered::from, Answered::List)
            }
            (GrantRoute::Count, HttpMethod::Get) => {
                if !call.eventual {
                    return Refused::bad("$count is not currently supported.").into();
                }
                list(call, tenant).map_or_else(Answered::from, Answered::Count)
            }
            (GrantRoute::All, HttpMethod::Post) => {
                create(call, tenant).unwrap_or_else(Answered::from)
            }
            (GrantRoute::One(id), HttpMethod::Get) => match tenant.read(GRANTS, &id) {
                Some(row) => Answered::Object(200, "oauth2PermissionGrants/$entity", row.clone()),
                None => Refused::not_found(&id).into(),
            },
            (GrantRoute::One(id), HttpMethod::Patch) => {
                change(&id, call, tenant).unwrap_or_else(Answered::from)
            }
            (GrantRoute::One(id), HttpMethod::Delete) => match tenant.remove(GRANTS, &id) {
                Some(_) => Answered::Done,
                None => Refused::not_found(&id).into(),
            },
            (GrantRoute::OfClient(key), HttpMethod::Get) => of_client(&key, tenant),
            (GrantRoute::OfUser(key), HttpMethod::Get) => of_user(&key, tenant),
            (GrantRoute::Mine, HttpMethod::Get) if call.caller.app_only => {
                Refused::bad("/me request is only valid with delegated authentication flow.").into()
            }
            (GrantRoute::Mine, HttpMethod::Get) => of_user(&call.caller.object_id, tenant),
            _ => Refused::no_such_method().into(),
        }
    }
}

enum GrantRoute {
    All,
    Count,
    One(String),
    OfClient(String),
    OfUser(String),
    Mine,
}

impl GrantRoute {
    fn of(call: &Call) -> Option<Self> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        Some(match route[..] {
            ["oauth2permissiongrants"] => Self::All,
            ["oauth2permissiongrants", "$count"] => Self::Count,
            ["oauth2permissiongrants", "delta()" | "delta"] => return None,
            ["oauth2permissiongrants", _] => Self::One(call.segment(1).to_owned()),
            ["serviceprincipals", _, "oauth2permissiongrants"] => {
                Self::OfClient(call.segment(1).to_owned())
            }
            ["users", _, "oauth2permissiongrants"] => Self::OfUser(call.segment(1).to_owned()),
            ["me", "oauth2permissiongrants"] => Self::Mine,
            _ => return None,
        })
    }
}

/// A grant's id: the parts it is about, one after the other. Everybody: 43 characters, one user: 64.
pub(crate) fn grant_id(client: &str, resource: &str, principal: Option<&str>) -> Option<String> {
    let mut bytes = Vec::with_capacity(48);
    bytes.extend(guid_bytes(client)?);
    bytes.extend(guid_bytes(resource)?);
    if let Some(principal) = principal {
        bytes.extend(guid_bytes(principal)?);
    }
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// A row as the service shows it. `None` when an id is no GUID.
pub(crate) fn row(
    client: &str,
    resource: &str,
    user: Option<&str>,
    scope: &Value,
) -> Option<Value> {
    Some(json!({
        "id": grant_id(client, resource, user)?,
        "clientId": client,
        "consentType": if user.is_some() { "Principal" } else { "AllPrincipals" },
        "principalId": user,
        "resourceId": resource,
        "scope": scope,
    }))
}

fn list(call: &Call, tenant: &mut Tenant) -> Result<Listing, Refused> {
    let client = call.filter.as_ref().and_then(|filter| filter.required("clientId"));
    if let Some(client) = client
        && tenant.read(SERVICE_PRINCIPALS, client).is_none()
    {
        // Only this filter is answered so; the others find nothing. The id is left out, as seen.
        return Err(Refused::new(404, "Request_ResourceNotFound", absent("")));
    }
    Ok(Listing::of("oauth2PermissionGrants", Within::Table(GRANTS), FIELDS))
}

fn of_client(key: &str, tenant: &mut Tenant) -> Answered {
    match tenant.resolve(SERVICE_PRINCIPALS, key, &["appId"]) {
        Some(id) if tenant.read(SERVICE_PRINCIPALS, &id).is_some() => {
            let within = Within::Matching(GRANTS, "clientId", id);
            Answered::List(Listing::of("oauth2PermissionGrants", within, FIELDS))
        }
        _ => Refused::not_found(key).into(),
    }
}

fn of_user(key: &str, tenant: &mut Tenant) -> Answered {
    match tenant.resolve(USERS, key, &["userPrincipalName"]) {
        Some(id) => {
            let within = Within::Matching(GRANTS, "principalId", id);
            Answered::List(Listing::of("oauth2PermissionGrants", within, FIELDS))
        }
        None => Refused::not_found(key).into(),
    }
}

fn create(call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let body = call.object()?;
    for (name, value) in &body {
        let known = ["clientId", "consentType", "principalId", "resourceId", "scope"]
            .contains(&name.as_str());
        if !known && !value.is_null() {
            return Err(Refused::unknown_property(name));
        }
    }
    let client = required(&body, "clientId")?;
    let resource = required(&body, "resourceId")?;
    let principal = match required(&body, "consentType")?.as_str() {
        "AllPrincipals" if body.get("principalId").is_none_or(Value::is_null) => None,
        "AllPrincipals" => return Err(Refused::invalid_value("principalId", RESOURCE)),
        "Principal" => Some(required(&body, "principalId")?),
        _ => return Err(Refused::invalid_value("consentType", RESOURCE)),
    };
    let scope = checked_scope(body.get("scope").unwrap_or(&Value::Null))?;
    let client = present(tenant, SERVICE_PRINCIPALS, &client)?;
    let resource = present(tenant, SERVICE_PRINCIPALS, &resource)?;
    let principal = principal.map(|user| present(tenant, USERS, &user)).transpose()?;
    let row = row(&client, &resource, principal.as_deref(), &scope)
        .ok_or_else(|| Refused::invalid_value("clientId", RESOURCE))?;
    if row.get("id").and_then(Value::as_str).is_some_and(|id| tenant.row(GRANTS, id).is_some()) {
        let code = match tenant.trouble.duplicate {
            409 => "Request_MultipleObjectsWithSameKeyValue",
            _ => "Request_BadRequest",
        };
        let status = tenant.trouble.duplicate;
        return Err(Refused::new(status, code, "Permission entry already exists."));
    }
    tenant.create(GRANTS, row.clone());
    Ok(Answered::Object(201, "oauth2PermissionGrants/$entity", row))
}

fn required(body: &Map<String, Value>, name: &str) -> Result<String, Refused> {
    match body.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        None | Some(Value::Null) => Err(Refused::missing_property(name)),
        Some(_) => Err(Refused::invalid_value(name, RESOURCE)),
    }
}

/// The id of an object that a grant may refer to, as the directory spells it.
fn present(tenant: &mut Tenant, table: &str, id: &str) -> Result<String, Refused> {
    let found = tenant.row(table, id).and_then(|row| row.get("id")).and_then(Value::as_str);
    let Some(found) = found.map(str::to_owned) else {
        return Err(Refused::not_found(id));
    };
    match tenant.refusals_as_fresh(&found) {
        None => Ok(found),
        Some(0) => Err(Refused::not_found(id)),
        Some(_) => Err(Refused::new(400, "Request_ResourceNotFound", absent(id))),
    }
}

/// Kept to the letter: order, case and odd blanks stay, and nobody checks the names.
fn checked_scope(scope: &Value) -> Result<Value, Refused> {
    match scope {
        Value::Null => Ok(Value::Null),
        Value::String(text) if !text.is_empty() && text.chars().count() <= LONGEST_SCOPE => {
            Ok(scope.clone())
        }
        _ => Err(Refused::invalid_value("scope", RESOURCE)),
    }
}

fn change(id: &str, call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    if tenant.row(GRANTS, id).is_none() {
        return Err(Refused::not_found(id));
    }
    let body = call.object()?;
    if let Some(name) = body.keys().find(|name| *name != "scope") {
        return Err(Refused::fixed_property(name));
    }
    if let Some(scope) = body.get("scope") {
        tenant.update(GRANTS, id, "scope", checked_scope(scope)?);
    }
    Ok(Answered::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "c1000000-0000-4000-8000-000000000001";
    const GRAPH: &str = "9a000000-0000-4000-8000-000000000001";
    const ALICE: &str = "0a000000-0000-4000-8000-000000000001";
    const EVERYBODY: &str = "AAAAwQAAAECAAAAAAAAAAQAAAJoAAABAgAAAAAAAAAE";

    fn tenant() -> Tenant {
        let mut tenant = Tenant::new("t", Oauth2PermissionGrants.tables());
        for (table, id) in
            [(SERVICE_PRINCIPALS, CLIENT), (SERVICE_PRINCIPALS, GRAPH), (USERS, ALICE)]
        {
            tenant.insert(table, json!({"id": id}));
        }
        tenant
    }

    fn post(tenant: &mut Tenant, body: Value) -> Answered {
        Oauth2PermissionGrants
            .answer(&Call::new(HttpMethod::Post, "/oAuth2PermissionGrants").with_body(body), tenant)
    }

    fn everybody(scope: &str) -> Value {
        json!({"clientId": CLIENT, "resourceId": GRAPH, "consentType": "AllPrincipals", "scope": scope})
    }

    fn status(answer: &Answered) -> (u16, String) {
        match answer {
            Answered::Refused(refused) => (refused.status, refused.message.clone()),
            Answered::Object(status, _, row) => (*status, row["scope"].to_string()),
            other => (204, format!("{other:?}")),
        }
    }

    #[test]
    fn ids_are_the_published_ones() {
        let id = |c, r, p| grant_id(c, r, p).unwrap();
        assert_eq!(id(CLIENT, GRAPH, None), EVERYBODY);
        let (client, graph) =
            ("4b7aac61-c554-4c49-9403-0003fdd21256", "9cff6a24-ac52-4a27-9fdc-e1848f10a4b6");
        assert_eq!(id(client, graph, None), "Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLY");
        assert_eq!(
            id(client, graph, Some("155bfdc4-2bd6-4e3e-bbd0-263eb68c7060")),
            "Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLbE_VsV1is-TrvQJj62jHBg"
        );
        assert_eq!(
            id("c1000000-0000-4000-8000-000000000009", GRAPH, Some(ALICE)),
            "AAAAwQAAAECAAAAAAAAACQAAAJoAAABAgAAAAAAAAAEAAAAKAAAAQIAAAAAAAAAB"
        );
    }

    #[test]
    fn scope_is_kept_to_the_letter_and_a_twin_is_refused() {
        let mut t = tenant();
        assert_eq!(
            status(&post(&mut t, everybody(" user.read  X"))),
            (201, "\" user.read  X\"".into())
        );
        assert_eq!(status(&post(&mut t, everybody("y"))).0, 409);
        t.trouble.duplicate = 400;
        let refused = (400, "Permission entry already exists.".to_owned());
        assert_eq!(status(&post(&mut t, everybody("y"))), refused);
        let mut one = everybody("y");
        one["consentType"] = json!("Principal");
        assert_eq!(status(&post(&mut t, one.clone())).1, "Missing property: principalId");
        one["principalId"] = json!(ALICE);
        assert_eq!(status(&post(&mut t, one)).0, 201);
    }

    #[test]
    fn what_is_wrong_is_refused_as_documented() {
        let mut t = tenant();
        let with = |name: &str, value: Value| {
            let mut body = everybody("x");
            body[name] = value;
            body
        };
        for (body, code, message) in [
            (json!({}), 400, "Missing property: clientId"),
            (with("resourceId", json!("nobody")), 404, "Resource 'nobody' does not exist"),
            (
                with("consentType", json!("principal")),
                400,
                "Invalid value specified for property 'c",
            ),
            (with("principalId", json!(ALICE)), 400, "Invalid value specified for property 'prin"),
            (
                with("scope", json!("x".repeat(3_851))),
                400,
                "Invalid value specified for property 's",
            ),
            (with("expiryTime", json!("2026")), 400, "Invalid property 'expiryTime'."),
            (json!([]), 400, "Unable to read JSON request payload."),
        ] {
            let (status, said) = status(&post(&mut t, body));
            assert_eq!(status, code, "{said}");
            assert!(said.starts_with(message), "{said}");
        }
        assert_eq!(status(&post(&mut t, with("spelling", Value::Null))).0, 201);
    }

    #[test]
    fn patch_replaces_the_scope_and_nothing_else() {
        let mut t = tenant();
        post(&mut t, everybody("a b"));
        let path = format!("/oauth2PermissionGrants/{EVERYBODY}");
        let patch = |t: &mut Tenant, body| {
            Oauth2PermissionGrants.answer(&Call::new(HttpMethod::Patch, &path).with_body(body), t)
        };
        assert_eq!(patch(&mut t, json!({"scope": "c"})), Answered::Done);
        assert_eq!(t.row(GRANTS, EVERYBODY).unwrap()["scope"], "c");
        let refused = patch(&mut t, json!({"clientId": null, "scope": "d"}));
        assert_eq!(status(&refused), (400, "Property cannot be updated: clientId".into()));
        assert_eq!(t.row(GRANTS, EVERYBODY).unwrap()["scope"], "c");
        let delete = Call::new(HttpMethod::Delete, &path);
        assert_eq!(Oauth2PermissionGrants.answer(&delete, &mut t), Answered::Done);
        assert_eq!(status(&Oauth2PermissionGrants.answer(&delete, &mut t)).0, 404);
    }

    #[test]
    fn a_lagging_grant_is_there_for_writers_only() {
        let mut t = tenant();
        t.trouble.lag = crate::sandbox::tenant::replica::Lag::Reads(2);
        post(&mut t, everybody("a"));
        let get = Call::new(HttpMethod::Get, &format!("/oauth2PermissionGrants/{EVERYBODY}"));
        let seen: Vec<u16> =
            (0..3).map(|_| status(&Oauth2PermissionGrants.answer(&get, &mut t)).0).collect();
        assert_eq!(seen, [404, 404, 200]);
        assert_eq!(status(&post(&mut t, everybody("a"))).0, 409);
    }

    #[test]
    fn a_new_service_principal_is_refused_twice() {
        let mut t = tenant();
        t.trouble.fresh_service_principals = true;
        t.note_fresh(CLIENT);
        let answers: Vec<u16> = (0..3).map(|_| status(&post(&mut t, everybody("a"))).0).collect();
        assert_eq!(answers, [404, 400, 201]);
    }
}
