//! appRoleAssignments as Microsoft documents them: one object for the permission of an app and for
//! the access of a person, shown from both of its ends.
//! <https://learn.microsoft.com/graph/api/resources/approleassignment>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::guid::guid_bytes;
use crate::sandbox::odata::filter::{Field, Op};
use crate::sandbox::refused::{Refused, absent};
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::{
    APP_ROLE_ASSIGNMENTS as TABLE, GROUPS, SERVICE_PRINCIPALS, USERS,
};
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct AppRoleAssignments;

/// Access without a role of its own, where the resource defines none for such principals.
pub(crate) const DEFAULT_ROLE: &str = "00000000-0000-0000-0000-000000000000";
/// Type name in the service's messages.
const RESOURCE: &str = "AppRoleAssignment";
/// Nobody says in the seed when an assignment was made.
const MADE: &str = "2026-01-05T08:00:00Z";

const APP_READ: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// The first two go together, see [`AssignmentRoute::shows`].
const PERSON_READ: &[&str] =
    &["AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const WRITE: &[&str] = &["AppRoleAssignment.ReadWrite.All"];

const OF_PRINCIPAL: &[Field] = &[Field::new("resourceId", &[Op::Eq])];
const TO_RESOURCE: &[Field] = &[
    Field::new("principalDisplayName", &[Op::Eq, Op::StartsWith]),
    Field::new("resourceId", &[Op::Eq]),
];

impl Collection for AppRoleAssignments {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: TABLE, indexed: &["principalId", "resourceId"] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        let route = AssignmentRoute::of(call)?;
        Some(match (call.method, route.owner) {
            (HttpMethod::Get, SERVICE_PRINCIPALS) => APP_READ,
            (HttpMethod::Get, _) => PERSON_READ,
            _ => WRITE,
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        let Some(route) = AssignmentRoute::of(call) else {
            return Refused::no_such_segment(call.segment(0)).into();
        };
        let alternate: &[&str] = match route.owner {
            SERVICE_PRINCIPALS => &["appId"],
            USERS => &["userPrincipalName"],
            _ => &[],
        };
        let Some(owner) = tenant.resolve(route.owner, &route.key, alternate) else {
            return Refused::not_found(&route.key).into();
        };
        if tenant.read(route.owner, &owner).is_none() && call.method == HttpMethod::Get {
            return Refused::not_found(&route.key).into();
        }
        if call.method == HttpMethod::Get && !route.shows(call) {
            return Refused::denied().into();
        }
        let answer = match (route.item.as_deref(), call.method) {
            (None, HttpMethod::Get) => Ok(Answered::List(route.list(&owner))),
            (None, HttpMethod::Post) => create(call, &route, &owner, tenant),
            (Some(id), HttpMethod::Get) => one(id, &route, &owner, tenant),
            (Some(id), HttpMethod::Delete) => delete(id, &route, &owner, tenant),
            _ => Err(Refused::no_such_method()),
        };
        answer.unwrap_or_else(Answered::from)
    }
}

/// From which end an assignment is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Principal,
    Resource,
}

impl End {
    fn field(self) -> &'static str {
        match self {
            Self::Principal => "principalId",
            Self::Resource => "resourceId",
        }
    }
}

struct AssignmentRoute {
    /// Table of the object whose assignments they are, and its key as it came.
    owner: &'static str,
    key: String,
    end: End,
    item: Option<String>,
}

impl AssignmentRoute {
    fn of(call: &Call) -> Option<Self> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        let (owner, end, rest) = match route[..] {
            ["serviceprincipals", _, "approleassignments", ref rest @ ..] => {
                (SERVICE_PRINCIPALS, End::Principal, rest.len())
            }
            ["serviceprincipals", _, "approleassignedto", ref rest @ ..] => {
                (SERVICE_PRINCIPALS, End::Resource, rest.len())
            }
            ["users", _, "approleassignments", ref rest @ ..] => {
                (USERS, End::Principal, rest.len())
            }
            ["groups", _, "approleassignments", ref rest @ ..] => {
                (GROUPS, End::Principal, rest.len())
            }
            ["me", "approleassignments"] => {
                let key = call.caller.object_id.clone();
                return Some(Self { owner: USERS, key, end: End::Principal, item: None });
            }
            _ => return None,
        };
        let item = match rest {
            0 => None,
            1 => Some(call.segment(3).to_owned()),
            _ => return None,
        };
        Some(Self { owner, key: call.segment(1).to_owned(), end, item })
    }

    /// What a group has, and what anybody has if an app asks, takes two permissions to see.
    fn shows(&self, call: &Call) -> bool {
        let held = &call.caller.permissions;
        let alone = match self.owner {
            SERVICE_PRINCIPALS => true,
            USERS => !call.caller.app_only,
            _ => false,
        };
        let both = PERSON_READ[..2].iter().all(|one| held.contains(*one));
        alone || both || held.contains("Directory.ReadWrite.All")
    }

    fn list(&self, owner: &str) -> Listing {
        let fields = if self.end == End::Principal { OF_PRINCIPAL } else { TO_RESOURCE };
        let within = Within::Matching(TABLE, self.end.field(), owner.to_owned());
        Listing::of("appRoleAssignments", within, fields)
    }

    fn owns(&self, owner: &str, row: &Value) -> bool {
        row[self.end.field()].as_str().is_some_and(|id| id.eq_ignore_ascii_case(owner))
    }
}

/// The id of an assignment: its principal, and sixteen bytes that nobody can compute.
pub(crate) fn assignment_id(principal: &str, other: &str) -> Option<String> {
    let mut bytes = guid_bytes(principal)?.to_vec();
    bytes.extend(guid_bytes(other)?);
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// A row as the service shows it. `principal` and `resource` are rows of the directory. `None` when
/// an id is no GUID.
pub(crate) fn row(
    kind: &str,
    principal: &Value,
    resource: &Value,
    role: &str,
    other: &str,
) -> Option<Value> {
    let principal_id = principal["id"].as_str()?;
    Some(json!({
        "id": assignment_id(principal_id, other)?,
        "deletedDateTime": null,
        "appRoleId": role,
        "createdDateTime": MADE,
        "principalDisplayName": principal["displayName"],
        "principalId": principal_id,
        "principalType": kind,
        "resourceDisplayName": resource["displayName"],
        "resourceId": resource["id"],
    }))
}

/// `principalType` of the rows of a table.
pub(crate) fn principal_type(table: &str) -> &'static str {
    match table {
        USERS => "User",
        GROUPS => "Group",
        _ => "ServicePrincipal",
    }
}

fn create(
    call: &Call,
    route: &AssignmentRoute,
    owner: &str,
    tenant: &mut Tenant,
) -> Result<Answered, Refused> {
    // Whoever assigns on an app must also be allowed to see it.
    let held = &call.caller.permissions;
    let sees = route.owner != SERVICE_PRINCIPALS || APP_READ.iter().any(|one| held.contains(*one));
    if !held.is_empty() && !sees {
        return Err(Refused::denied());
    }
    let body = call.object()?;
    for (name, value) in &body {
        let known = ["principalId", "resourceId", "appRoleId"].contains(&name.as_str());
        if !known && !value.is_null() {
            return Err(Refused::unknown_property(name));
        }
    }
    let principal = guid(&body, "principalId")?;
    let resource = guid(&body, "resourceId")?;
    let role = guid(&body, "appRoleId")?;
    let end = if route.end == End::Principal { &principal } else { &resource };
    if !end.eq_ignore_ascii_case(owner) {
        return Err(Refused::bad("Not a valid reference update."));
    }
    let tables = [USERS, GROUPS, SERVICE_PRINCIPALS];
    let table = tables.into_iter().find(|table| tenant.row(table, &principal).is_some());
    let table = table.ok_or_else(|| Refused::not_found(&principal))?;
    let principal = present(tenant, table, &principal)?;
    let resource = present(tenant, SERVICE_PRINCIPALS, &resource)?;
    defined(&resource, &role, table)?;
    twin(tenant, &principal, &resource, &role)?;
    let other = tenant.mint();
    let row = row(principal_type(table), &principal, &resource, &role, &other)
        .ok_or_else(|| Refused::invalid_value("principalId", RESOURCE))?;
    tenant.create(TABLE, row.clone());
    Ok(Answered::Object(201, "appRoleAssignments/$entity", row))
}

fn guid(body: &Map<String, Value>, name: &str) -> Result<String, Refused> {
    match body.get(name) {
        None | Some(Value::Null) => Err(Refused::missing_property(name)),
        Some(Value::String(text)) if guid_bytes(text).is_some() => Ok(text.to_ascii_lowercase()),
        Some(_) => Err(Refused::invalid_value(name, RESOURCE)),
    }
}

/// The object that an assignment may refer to. A new one is refused in two ways until every replica
/// knows it.
fn present(tenant: &mut Tenant, table: &str, id: &str) -> Result<Value, Refused> {
    let Some(row) = tenant.row(table, id).cloned() else { return Err(Refused::not_found(id)) };
    match tenant.refusals_as_fresh(row["id"].as_str().unwrap_or_default()) {
        None => Ok(row),
        Some(0) => Err(Refused::new(404, "Request_ResourceNotFound", absent(id))),
        Some(_) => Err(Refused::bad("Not a valid reference update.")),
    }
}

/// A role must be one of the resource's, enabled and meant for such a principal. The default role
/// stands in where there is none of that sort.
fn defined(resource: &Value, role: &str, table: &str) -> Result<(), Refused> {
    let member = if table == SERVICE_PRINCIPALS { "Application" } else { "User" };
    let roles = resource["appRoles"].as_array().into_iter().flatten();
    let mut fit = roles.filter(|role| {
        let members = role["allowedMemberTypes"].as_array().into_iter().flatten();
        role["isEnabled"] == true && members.into_iter().any(|one| one == member)
    });
    let may = match role {
        DEFAULT_ROLE => fit.next().is_none(),
        role => fit.any(|one| one["id"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(role))),
    };
    let app = resource["appId"].as_str().unwrap_or_default();
    may.then_some(()).ok_or_else(|| {
        Refused::bad(format!("Permission being assigned was not found on application '{app}'."))
    })
}

/// Nothing is assigned twice. The service has said so in two ways, with two codes.
fn twin(tenant: &Tenant, principal: &Value, resource: &Value, role: &str) -> Result<(), Refused> {
    let owner = principal["id"].as_str().unwrap_or_default();
    let rows = tenant.table(TABLE).map(|table| table.matching_from("principalId", owner, 0));
    let twin = rows.into_iter().flatten().any(|(_, row)| {
        let is_there = row["id"].as_str().is_some_and(|id| tenant.row(TABLE, id).is_some());
        is_there && row["resourceId"] == resource["id"] && row["appRoleId"] == role
    });
    match (twin, tenant.trouble.duplicate) {
        (false, _) => Ok(()),
        (true, 400) => Err(Refused::bad("Permission being assigned already exists on the object")),
        (true, status) => Err(Refused::new(
            status,
            "Request_MultipleObjectsWithSameKeyValue",
            "EntitlementGrant entry already exists.",
        )),
    }
}

/// Ids are the principal's bytes and as many again.
fn well_formed(id: &str) -> Result<(), Refused> {
    match URL_SAFE_NO_PAD.decode(id) {
        Ok(bytes) if bytes.len() == 32 => Ok(()),
        _ => Err(Refused::bad("Invalid resource identifier for EntitlementGrant.")),
    }
}

fn one(
    id: &str,
    route: &AssignmentRoute,
    owner: &str,
    tenant: &mut Tenant,
) -> Result<Answered, Refused> {
    well_formed(id)?;
    let row = tenant.read(TABLE, id).filter(|row| route.owns(owner, row));
    let row = row.ok_or_else(|| Refused::not_found(id))?;
    Ok(Answered::Object(200, "appRoleAssignments/$entity", row.clone()))
}

fn delete(
    id: &str,
    route: &AssignmentRoute,
    owner: &str,
    tenant: &mut Tenant,
) -> Result<Answered, Refused> {
    well_formed(id)?;
    if !tenant.row(TABLE, id).is_some_and(|row| route.owns(owner, row)) {
        return Err(Refused::bad("EntitlementGrant being updated or deleted is not found."));
    }
    tenant.remove(TABLE, id);
    Ok(Answered::Done)
}

#[cfg(test)]
mod tests;
