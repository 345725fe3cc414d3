//! permissionGrantPolicies as Microsoft documents them, with the condition sets in them.
//! <https://learn.microsoft.com/graph/api/resources/permissiongrantpolicy>

mod built_in;
mod sets;

use serde_json::{Value, json};

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::table::TableShape;

pub(crate) use built_in::built_in;
use sets::{SETS, WITHIN};

/// The routes of this collection.
pub(crate) struct Policies;

/// Its own table.
pub(crate) const TABLE: &str = "permissionGrantPolicies";
const RESOURCE: &str = "PermissionGrantPolicy";

enum PolicyRoute {
    All,
    One(String),
    /// Policy, and `includes` or `excludes`.
    Sets(String, &'static str),
    Set(String, &'static str, String),
}

impl PolicyRoute {
    fn of(call: &Call) -> Option<Self> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        let (policies, rest) = (route.get(..2)?, route.get(2..)?);
        if policies != ["policies", "permissiongrantpolicies"] {
            return None;
        }
        let id = call.segment(2).to_owned();
        let side = |side: &str| ["includes", "excludes"].into_iter().find(|one| *one == side);
        Some(match rest {
            [] => Self::All,
            [_] => Self::One(id),
            [_, list] => Self::Sets(id, side(list)?),
            [_, list, _] => Self::Set(id, side(list)?, call.segment(4).to_owned()),
            _ => return None,
        })
    }
}

impl Collection for Policies {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: TABLE, indexed: &[] }, TableShape { name: SETS, indexed: &[WITHIN] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        let route = PolicyRoute::of(call)?;
        Some(match (route, call.method) {
            (PolicyRoute::Sets(..) | PolicyRoute::Set(..), HttpMethod::Get) => {
                &["Policy.Read.PermissionGrant", "Directory.Read.All"]
            }
            (_, HttpMethod::Get) => {
                &["Policy.Read.PermissionGrant", "Policy.ReadWrite.PermissionGrant"]
            }
            _ => &["Policy.ReadWrite.PermissionGrant"],
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        let Some(route) = PolicyRoute::of(call) else {
            return Refused::no_such_segment(call.segment(0)).into();
        };
        match (route, call.method) {
            // Their sets stand in no row, so pages and filters of rows do not see them.
            (PolicyRoute::All, HttpMethod::Get) if call.filter.is_some() || call.top.is_some() => {
                let message = "$filter and $top are not simulated for permissionGrantPolicies.";
                Refused::unsupported(message).into()
            }
            (PolicyRoute::All, HttpMethod::Get) => {
                let value = json!({ "value": all(tenant) });
                Answered::Object(200, "policies/permissionGrantPolicies", value)
            }
            (PolicyRoute::All, HttpMethod::Post) => {
                create(call, tenant).unwrap_or_else(Answered::from)
            }
            (PolicyRoute::One(id), HttpMethod::Get) => match shown(&id, tenant) {
                Some(row) => Answered::Object(200, "policies/permissionGrantPolicies/$entity", row),
                None => Refused::not_found(&id).into(),
            },
            (PolicyRoute::One(id), HttpMethod::Patch) => {
                change(&id, call, tenant).unwrap_or_else(Answered::from)
            }
            (PolicyRoute::One(id), HttpMethod::Delete) => {
                delete(&id, tenant).unwrap_or_else(Answered::from)
            }
            (PolicyRoute::Sets(id, side), HttpMethod::Get) => match tenant.read(TABLE, &id) {
                Some(_) => {
                    let within = Within::Matching(SETS, WITHIN, format!("{id}/{side}"));
                    let list = Listing::of("permissionGrantConditionSets", within, &[]);
                    Answered::List(Listing { default_select: sets::SHOWN, ..list })
                }
                None => Refused::not_found(&id).into(),
            },
            (PolicyRoute::Sets(id, side), HttpMethod::Post) => own(&id, tenant)
                .and_then(|()| sets::create(&format!("{id}/{side}"), call, tenant))
                .unwrap_or_else(Answered::from),
            (PolicyRoute::Set(id, side, set), HttpMethod::Get) => {
                sets::read(&format!("{id}/{side}"), &set, tenant).unwrap_or_else(Answered::from)
            }
            (PolicyRoute::Set(id, side, set), HttpMethod::Delete) => own(&id, tenant)
                .and_then(|()| sets::delete(&format!("{id}/{side}"), &set, tenant))
                .unwrap_or_else(Answered::from),
            _ => Refused::no_such_method().into(),
        }
    }
}

/// A policy's row, and the rows of its sets. Sets are to the letter but for what they leave out.
pub(crate) fn rows(
    id: &str,
    name: &str,
    description: Option<&str>,
    includes: &[Value],
    excludes: &[Value],
) -> Vec<(&'static str, Value)> {
    let policy = json!({ "id": id, "displayName": name, "description": description });
    let mut rows = vec![(TABLE, policy)];
    for (side, sets) in [("includes", includes), ("excludes", excludes)] {
        let within = format!("{id}/{side}");
        rows.extend(sets.iter().enumerate().map(|(number, set)| {
            let made_up = crate::sandbox::guid::guid_of(&format!("{within}/{number}"));
            (SETS, sets::row(&within, &made_up, set))
        }));
    }
    rows
}

fn all(tenant: &mut Tenant) -> Vec<Value> {
    let rows = tenant.table(TABLE).into_iter().flat_map(|table| table.rows());
    let ids: Vec<String> = rows.filter_map(|row| row["id"].as_str().map(str::to_owned)).collect();
    ids.iter().filter_map(|id| shown(id, tenant)).collect()
}

/// The policy with its sets, as a reader sees both.
fn shown(id: &str, tenant: &mut Tenant) -> Option<Value> {
    let mut row = tenant.read(TABLE, id)?.clone();
    for side in ["includes", "excludes"] {
        row[side] = json!(sets::seen(&format!("{id}/{side}"), tenant));
    }
    Some(row)
}

/// Whether the policy is there and one's own.
fn own(id: &str, tenant: &Tenant) -> Result<(), Refused> {
    if tenant.row(TABLE, id).is_none() {
        return Err(Refused::not_found(id));
    }
    if is_reserved(id) {
        return Err(Refused::bad("Built-in permission grant policies cannot be changed."));
    }
    Ok(())
}

fn is_reserved(id: &str) -> bool {
    id.to_ascii_lowercase().starts_with("microsoft-")
}

fn create(call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let body = call.object()?;
    let known = ["id", "displayName", "description"];
    if let Some(name) = body.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(Refused::unknown_property(name));
    }
    let id = match body.get("id") {
        Some(Value::String(id)) => id.clone(),
        None | Some(Value::Null) => return Err(Refused::missing_property("id")),
        Some(_) => return Err(Refused::invalid_value("id", RESOURCE)),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || !id.chars().all(plain) || is_reserved(&id) {
        return Err(Refused::invalid_value("id", RESOURCE));
    }
    if tenant.row(TABLE, &id).is_some() {
        return Err(Refused::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "A conflicting object with one or more of the specified property values is present in \
             the directory.",
        ));
    }
    let text = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(Value::String(text)) => Ok(json!(text)),
        Some(_) => Err(Refused::invalid_value(name, RESOURCE)),
    };
    let row = json!({
        "id": id,
        "displayName": text("displayName")?,
        "description": text("description")?,
    });
    tenant.create(TABLE, row.clone());
    let mut made = row;
    made["includes"] = json!([]);
    made["excludes"] = json!([]);
    Ok(Answered::Object(201, "policies/permissionGrantPolicies/$entity", made))
}

fn change(id: &str, call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    own(id, tenant)?;
    let body = call.object()?;
    for (name, value) in &body {
        match name.as_str() {
            "displayName" | "description" if value.is_string() || value.is_null() => {}
            "displayName" | "description" => return Err(Refused::invalid_value(name, RESOURCE)),
            _ => return Err(Refused::fixed_property(name)),
        }
    }
    for (name, value) in body {
        tenant.update(TABLE, id, &name, value);
    }
    Ok(Answered::Done)
}

/// Takes its sets along. Whether one that is in use may go is not documented; here it may.
fn delete(id: &str, tenant: &mut Tenant) -> Result<Answered, Refused> {
    own(id, tenant)?;
    for side in ["includes", "excludes"] {
        sets::clear(&format!("{id}/{side}"), tenant);
    }
    tenant.remove(TABLE, id);
    Ok(Answered::Done)
}

#[cfg(test)]
mod tests;
