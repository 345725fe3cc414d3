//! authorizationPolicy as Microsoft documents it: one object of the tenant.
//! <https://learn.microsoft.com/graph/api/resources/authorizationpolicy>

use serde_json::{Map, Value, json};

use crate::sandbox::call::{Call, HttpMethod, unreadable};
use crate::sandbox::collection::{Answered, Collection};
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct AuthorizationPolicy;

/// Its table, with one row.
pub(crate) const TABLE: &str = "policies/authorizationPolicy";
const ID: &str = "authorizationPolicy";
const RESOURCE: &str = "AuthorizationPolicy";

impl Collection for AuthorizationPolicy {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: TABLE, indexed: &[] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        match route[..] {
            // The second form is the collection form of the beta version; some pages show it.
            ["policies", "authorizationpolicy"]
            | ["policies", "authorizationpolicy", "authorizationpolicy"] => {}
            _ => return None,
        }
        Some(match call.method {
            HttpMethod::Get => &["Policy.Read.All", "Policy.ReadWrite.Authorization"],
            _ => &["Policy.ReadWrite.Authorization"],
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        match call.method {
            HttpMethod::Get => match tenant.read(TABLE, ID) {
                Some(row) => {
                    Answered::Object(200, "policies/authorizationPolicy/$entity", row.clone())
                }
                None => Refused::not_found(ID).into(),
            },
            HttpMethod::Patch => change(call, tenant).unwrap_or_else(Answered::from),
            _ => Refused::no_such_method().into(),
        }
    }
}

/// The row, with these entries of `permissionGrantPoliciesAssigned`.
pub(crate) fn row(policies: &[String]) -> Value {
    json!({
        "id": ID,
        "deletedDateTime": null,
        "allowedToSignUpEmailBasedSubscriptions": true,
        "allowedToUseSSPR": true,
        "allowEmailVerifiedUsersToJoinOrganization": false,
        "allowInvitesFrom": "everyone",
        "allowUserConsentForRiskyApps": null,
        "blockMsolPowerShell": false,
        "defaultUserRolePermissions": {
            "allowedToCreateApps": true,
            "allowedToCreateSecurityGroups": true,
            "allowedToCreateTenants": true,
            "allowedToReadBitlockerKeysForOwnedDevice": true,
            "allowedToReadOtherUsers": true,
            "permissionGrantPoliciesAssigned": policies,
        },
        "description": "Used to manage authorization related settings across the company.",
        "displayName": "Authorization Policy",
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
    })
}

/// Members that are sent are replaced, an array as a whole; what is not sent stays.
fn change(call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let body = call.object()?;
    let row = tenant.row(TABLE, ID).cloned().ok_or_else(|| Refused::not_found(ID))?;
    for name in body.keys() {
        if name == "id" || row.get(name).is_none() {
            return Err(Refused::unknown_property(name));
        }
    }
    let role = match body.get("defaultUserRolePermissions") {
        None => None,
        Some(Value::Object(sent)) => Some(merged(&row, sent)?),
        Some(_) => return Err(unreadable()),
    };
    for (name, value) in body {
        let value = match (name.as_str(), &role) {
            ("defaultUserRolePermissions", Some(role)) => role.clone(),
            _ => value,
        };
        tenant.update(TABLE, ID, &name, value);
    }
    Ok(Answered::Done)
}

fn merged(row: &Value, sent: &Map<String, Value>) -> Result<Value, Refused> {
    let mut role = row["defaultUserRolePermissions"].clone();
    for (name, value) in sent.iter().filter(|(name, _)| !name.contains('@')) {
        if role.get(name).is_none() {
            return Err(Refused::unknown_property(name));
        }
        let strings = |value: &Value| {
            value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
        };
        if name == "permissionGrantPoliciesAssigned" && !strings(value) {
            return Err(Refused::invalid_value(name, RESOURCE));
        }
        role[name.as_str()] = value.clone();
    }
    Ok(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_replaced_and_its_neighbours_stay() {
        let mut tenant = Tenant::new("t", AuthorizationPolicy.tables());
        tenant.insert(TABLE, row(&["ManagePermissionGrantsForSelf.a".to_owned()]));
        let patch = |tenant: &mut Tenant, body| {
            let call =
                Call::new(HttpMethod::Patch, "/policies/authorizationPolicy").with_body(body);
            AuthorizationPolicy.answer(&call, tenant)
        };
        let list =
            json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": ["b"]}});
        assert_eq!(patch(&mut tenant, list), Answered::Done);
        let role = tenant.row(TABLE, ID).unwrap()["defaultUserRolePermissions"].clone();
        assert_eq!(role["permissionGrantPoliciesAssigned"], json!(["b"]));
        assert_eq!(role["allowedToReadOtherUsers"], true);
        for wrong in [
            json!({"permissionGrantPolicyIdsAssignedToDefaultUserRole": []}),
            json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": "b"}}),
            json!({"defaultUserRolePermissions": {"unknown": true}}),
        ] {
            assert!(
                matches!(patch(&mut tenant, wrong), Answered::Refused(refused) if refused.status == 400)
            );
        }
    }
}
