//! Condition sets in the simulated tenant.
//! <https://learn.microsoft.com/graph/api/resources/permissiongrantconditionset>

use serde_json::{Map, Value, json};

use crate::sandbox::call::Call;
use crate::sandbox::collection::Answered;
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;

/// The table of all sets of all policies.
pub(super) const SETS: &str = "permissionGrantConditionSets";
/// Where a set belongs, `my-policy/includes`: no member that the service shows.
pub(super) const WITHIN: &str = "within";
const RESOURCE: &str = "PermissionGrantConditionSet";
/// Members that the service shows.
pub(super) const SHOWN: &[&str] = &[
    "id",
    "permissionClassification",
    "permissionType",
    "resourceApplication",
    "permissions",
    "clientApplicationIds",
    "clientApplicationTenantIds",
    "clientApplicationPublisherIds",
    "clientApplicationsFromVerifiedPublisherOnly",
];
const LISTS: [&str; 4] = [
    "permissions",
    "clientApplicationIds",
    "clientApplicationTenantIds",
    "clientApplicationPublisherIds",
];

/// The set with what it leaves out: the most inclusive value each.
pub(crate) fn full(set: &Value) -> Value {
    let mut all = json!({
        "permissionClassification": "all",
        "permissionType": null,
        "resourceApplication": "any",
        "clientApplicationsFromVerifiedPublisherOnly": false,
    });
    for list in LISTS {
        all[list] = json!(["all"]);
    }
    for (name, value) in set.as_object().into_iter().flatten().filter(|(_, v)| !v.is_null()) {
        all[name.as_str()] = value.clone();
    }
    all
}

pub(super) fn row(within: &str, id: &str, set: &Value) -> Value {
    let mut row = full(set);
    row["id"] = json!(id);
    row[WITHIN] = json!(within);
    row
}

fn shown(row: &Value) -> Value {
    let members = SHOWN.iter().map(|name| ((*name).to_owned(), row[*name].clone()));
    Value::Object(members.collect())
}

/// All sets of one list, as a reader sees them.
pub(super) fn seen(within: &str, tenant: &mut Tenant) -> Vec<Value> {
    let ids = ids(within, tenant);
    ids.iter().filter_map(|id| tenant.read(SETS, id).map(shown)).collect()
}

fn ids(within: &str, tenant: &Tenant) -> Vec<String> {
    let rows = tenant.table(SETS).into_iter().flat_map(|t| t.matching_from(WITHIN, within, 0));
    rows.filter_map(|(_, row)| row["id"].as_str().map(str::to_owned)).collect()
}

fn is_there(within: &str, id: &str, tenant: &Tenant) -> Result<(), Refused> {
    let own = tenant.row(SETS, id).is_some_and(|row| row[WITHIN] == within);
    if own { Ok(()) } else { Err(Refused::not_found(id)) }
}

pub(super) fn read(within: &str, id: &str, tenant: &mut Tenant) -> Result<Answered, Refused> {
    is_there(within, id, tenant)?;
    let row = tenant.read(SETS, id).ok_or_else(|| Refused::not_found(id))?;
    Ok(Answered::Object(200, "permissionGrantConditionSets/$entity", shown(row)))
}

pub(super) fn create(within: &str, call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let body = call.object()?;
    check(&body)?;
    let id = tenant.mint();
    let row = row(within, &id, &Value::Object(body));
    tenant.create(SETS, row.clone());
    Ok(Answered::Object(201, "permissionGrantConditionSets/$entity", shown(&row)))
}

fn check(body: &Map<String, Value>) -> Result<(), Refused> {
    let known = |name: &&String| *name != "id" && SHOWN.contains(&name.as_str());
    if let Some(name) = body.keys().find(|name| !known(name)) {
        return Err(Refused::unknown_property(name));
    }
    // `delegatedUserConsentable` is for built-in policies only.
    match body.get("permissionType").and_then(Value::as_str) {
        Some("delegated" | "application") => {}
        Some(_) => return Err(Refused::invalid_value("permissionType", RESOURCE)),
        None => return Err(Refused::missing_property("permissionType")),
    }
    for (name, value) in body {
        let texts = |list: &Vec<Value>| !list.is_empty() && list.iter().all(Value::is_string);
        let fits = match name.as_str() {
            "permissionClassification" => {
                value.as_str().is_some_and(|word| ["low", "medium", "high", "all"].contains(&word))
            }
            "clientApplicationsFromVerifiedPublisherOnly" => value.is_boolean(),
            list if LISTS.contains(&list) => value.as_array().is_some_and(texts),
            _ => value.is_string(),
        };
        if !fits && !value.is_null() {
            return Err(Refused::invalid_value(name, RESOURCE));
        }
    }
    Ok(())
}

pub(super) fn delete(within: &str, id: &str, tenant: &mut Tenant) -> Result<Answered, Refused> {
    is_there(within, id, tenant)?;
    tenant.remove(SETS, id);
    Ok(Answered::Done)
}

pub(super) fn clear(within: &str, tenant: &mut Tenant) {
    for id in ids(within, tenant) {
        tenant.remove(SETS, &id);
    }
}
