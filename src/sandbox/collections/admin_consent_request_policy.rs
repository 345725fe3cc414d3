//! adminConsentRequestPolicy as Microsoft documents it: one object of the tenant, replaced as a whole.
//! <https://learn.microsoft.com/graph/api/adminconsentrequestpolicy-update>

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection};
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct AdminConsentRequestPolicy;

/// Its table, with one row.
pub(crate) const TABLE: &str = "policies/adminConsentRequestPolicy";
const ID: &str = "adminConsentRequestPolicy";
const RESOURCE: &str = "AdminConsentRequestPolicy";

type Fits = fn(&Value) -> bool;

/// What a PUT must hold, and how each is told from something else.
const REQUIRED: [(&str, Fits); 5] = [
    ("isEnabled", Value::is_boolean),
    ("notifyReviewers", Value::is_boolean),
    ("remindersEnabled", Value::is_boolean),
    ("requestDurationInDays", Value::is_i64),
    ("reviewers", is_reviewers),
];

impl Collection for AdminConsentRequestPolicy {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: TABLE, indexed: &[] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        if call.route() != ["policies", "adminconsentrequestpolicy"] {
            return None;
        }
        Some(match call.method {
            HttpMethod::Get => &[
                "Policy.Read.All",
                "Policy.ReadWrite.ConsentRequest",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            _ => &["Policy.ReadWrite.ConsentRequest", "Directory.ReadWrite.All"],
        })
    }

    /// The page knows GET and PUT only, whatever the metadata says of PATCH.
    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        match call.method {
            HttpMethod::Get => {
                let mut shown = tenant.read(TABLE, ID).cloned().unwrap_or_else(never_set);
                if let Some(members) = shown.as_object_mut() {
                    members.remove("id");
                }
                Answered::Object(200, "policies/adminConsentRequestPolicy/$entity", shown)
            }
            HttpMethod::Put => replace(call, tenant).unwrap_or_else(Answered::from),
            _ => Refused::no_such_method().into(),
        }
    }
}

/// The row of a tenant in which nobody ever set it.
pub(crate) fn never_set() -> Value {
    row(false, false, false, 0, &[])
}

/// The row. Reviewers are queries, to the letter.
pub(crate) fn row(
    enabled: bool,
    notify: bool,
    reminders: bool,
    days: u32,
    reviewers: &[String],
) -> Value {
    let reviewer =
        |query: &String| json!({"query": query, "queryType": "MicrosoftGraph", "queryRoot": null});
    json!({
        "id": ID,
        "isEnabled": enabled,
        "notifyReviewers": notify,
        "remindersEnabled": reminders,
        "requestDurationInDays": days,
        "version": 0,
        "reviewers": reviewers.iter().map(reviewer).collect::<Vec<_>>(),
    })
}

fn is_reviewers(value: &Value) -> bool {
    let is_one = |one: &Value| {
        let text = |name: &str| one.get(name).is_some_and(Value::is_string);
        text("query") && text("queryType")
    };
    value.as_array().is_some_and(|list| list.iter().all(is_one))
}

fn replace(call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let body = call.object()?;
    check(&body)?;
    let before = tenant.row(TABLE, ID).cloned().unwrap_or_else(never_set);
    if tenant.row(TABLE, ID).is_none() {
        tenant.insert(TABLE, before.clone());
    }
    for (name, value) in body {
        let value = if name == "reviewers" { with_roots(&value) } else { value };
        tenant.update(TABLE, ID, &name, value);
    }
    let version = before["version"].as_i64().unwrap_or(0) + 1;
    tenant.update(TABLE, ID, "version", json!(version));
    Ok(Answered::Done)
}

fn check(body: &Map<String, Value>) -> Result<(), Refused> {
    if let Some((name, _)) = REQUIRED.iter().find(|(name, _)| !body.contains_key(*name)) {
        return Err(Refused::missing_property(name));
    }
    for (name, value) in body {
        match REQUIRED.iter().find(|(known, _)| known == name) {
            Some((_, fits)) if fits(value) => {}
            Some(_) => return Err(Refused::invalid_value(name, RESOURCE)),
            None if name == "version" => return Err(Refused::fixed_property(name)),
            None => return Err(Refused::unknown_property(name)),
        }
    }
    Ok(())
}

/// What may be left out of a reviewer is shown as null.
fn with_roots(list: &Value) -> Value {
    let full = |one: &Value| {
        let part = |name: &str| one.get(name).cloned().unwrap_or(Value::Null);
        json!({
            "query": part("query"),
            "queryType": part("queryType"),
            "queryRoot": part("queryRoot"),
        })
    };
    list.as_array().map(|list| list.iter().map(full).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/policies/adminConsentRequestPolicy";

    fn ask(tenant: &mut Tenant, method: HttpMethod, body: Option<Value>) -> Answered {
        let call = Call { body, ..Call::new(method, PATH) };
        AdminConsentRequestPolicy.answer(&call, tenant)
    }

    fn body() -> Value {
        json!({
            "isEnabled": true,
            "notifyReviewers": true,
            "remindersEnabled": false,
            "requestDurationInDays": 5,
            "reviewers": [{"query": "/users/a", "queryType": "MicrosoftGraph"}],
        })
    }

    fn shown(tenant: &mut Tenant) -> Value {
        let Answered::Object(200, _, row) = ask(tenant, HttpMethod::Get, None) else {
            panic!("no GET")
        };
        row
    }

    #[test]
    fn a_put_replaces_all_of_it_and_its_version_rises() {
        let mut tenant = Tenant::new("t", AdminConsentRequestPolicy.tables());
        assert_eq!(shown(&mut tenant)["isEnabled"], false);
        for version in 1..3 {
            assert_eq!(ask(&mut tenant, HttpMethod::Put, Some(body())), Answered::Done);
            assert_eq!(shown(&mut tenant)["version"], version);
        }
        let row = shown(&mut tenant);
        assert_eq!((&row["requestDurationInDays"], &row["id"]), (&json!(5), &Value::Null));
        let reviewer =
            json!({"query": "/users/a", "queryType": "MicrosoftGraph", "queryRoot": null});
        assert_eq!(row["reviewers"], json!([reviewer]));
    }

    #[test]
    fn what_is_left_out_or_wrong_is_refused() {
        let mut tenant = Tenant::new("t", AdminConsentRequestPolicy.tables());
        let without = |name: &str| {
            let mut body = body();
            body.as_object_mut().unwrap().remove(name);
            body
        };
        let with = |name: &str, value: Value| {
            let mut body = body();
            body[name] = value;
            body
        };
        for (wrong, message) in [
            (without("reviewers"), "Missing property: reviewers"),
            (without("requestDurationInDays"), "Missing property: requestDurationInDays"),
            (with("isEnabled", json!("yes")), "Invalid value specified for property 'isEnabled'"),
            (with("reviewers", json!([{}])), "Invalid value specified for property 'reviewers'"),
            (with("version", json!(7)), "Property cannot be updated: version"),
            (with("days", json!(7)), "Invalid property 'days'."),
        ] {
            let Answered::Refused(refused) = ask(&mut tenant, HttpMethod::Put, Some(wrong)) else {
                panic!("not refused: {message}")
            };
            assert_eq!(refused.status, 400);
            assert!(refused.message.starts_with(message), "{}", refused.message);
        }
        let Answered::Refused(refused) = ask(&mut tenant, HttpMethod::Patch, Some(body())) else {
            panic!("a PATCH is not documented")
        };
        assert_eq!((refused.status, shown(&mut tenant)["version"].clone()), (405, json!(0)));
    }
}
