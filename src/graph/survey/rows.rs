//! From rows of the directory to the model. Members that are absent or null get the value that
//! takes nothing away from anybody; ids that are no ids are errors.

use serde_json::Value;

use crate::graph::error::GraphError;
use crate::model::directory::{PublishedRole, PublishedScope, ServicePrincipal, User};
use crate::model::id::ObjectId;
use crate::model::untrusted::{Untrusted, shown};

/// The object's own id.
///
/// # Errors
/// When it is absent or no GUID.
pub fn object_id(row: &Value) -> Result<ObjectId, GraphError> {
    parsed(row, "id")
}

/// What tells groups of one name apart: mail address, or description.
pub fn group_label(row: &Value) -> Untrusted {
    let told = ["mail", "description"]
        .into_iter()
        .find_map(|member| text(row, member).filter(|text| !text.is_empty()));
    Untrusted::new(told.unwrap_or("no mail address, no description"))
}

/// A user, as far as the token lets it be seen.
///
/// # Errors
/// When its id is no GUID.
pub fn user(row: &Value) -> Result<User, GraphError> {
    let name = text(row, "userPrincipalName").unwrap_or_default();
    let guest = match text(row, "userType") {
        Some(kind) => kind.eq_ignore_ascii_case("guest"),
        // Under least rights the type is hidden; invited accounts carry the mark in their name.
        None => name.to_ascii_uppercase().contains("#EXT#"),
    };
    Ok(User {
        id: object_id(row)?,
        user_principal_name: Untrusted::new(name),
        guest,
        // Hidden is not disabled: nobody loses access because something could not be seen.
        enabled: flag(row, "accountEnabled").unwrap_or(true),
    })
}

/// A service principal with what it publishes.
///
/// # Errors
/// When its id, its app id or the id of a permission is no GUID.
pub fn service_principal(row: &Value) -> Result<ServicePrincipal, GraphError> {
    let list = |member: &str| row.get(member).and_then(Value::as_array).into_iter().flatten();
    let mut scopes = Vec::new();
    for scope in list("oauth2PermissionScopes") {
        scopes.push(PublishedScope {
            id: parsed(scope, "id")?,
            value: text(scope, "value").unwrap_or_default().to_owned(),
            admin_only: text(scope, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("admin")),
            enabled: flag(scope, "isEnabled").unwrap_or(true),
        });
    }
    let mut roles = Vec::new();
    for role in list("appRoles") {
        let members = role.get("allowedMemberTypes").and_then(Value::as_array);
        let allows = |kind: &str| {
            let mut members = members.into_iter().flatten().filter_map(Value::as_str);
            members.any(|member| member.eq_ignore_ascii_case(kind))
        };
        roles.push(PublishedRole {
            id: parsed(role, "id")?,
            value: text(role, "value").unwrap_or_default().to_owned(),
            for_applications: allows("Application"),
            for_users: allows("User"),
            enabled: flag(role, "isEnabled").unwrap_or(true),
        });
    }
    // Permissions without a value cannot be asked for by name.
    scopes.retain(|scope| !scope.value.is_empty());
    let publisher = row.pointer("/verifiedPublisher/displayName").and_then(Value::as_str);
    Ok(ServicePrincipal {
        id: object_id(row)?,
        app_id: parsed(row, "appId")?,
        name: Untrusted::new(text(row, "displayName").unwrap_or_default()),
        publisher_tenant: text(row, "appOwnerOrganizationId").and_then(|id| id.parse().ok()),
        account_enabled: flag(row, "accountEnabled").unwrap_or(true),
        assignment_required: flag(row, "appRoleAssignmentRequired").unwrap_or(false),
        verified_publisher: publisher.filter(|name| !name.is_empty()).map(Untrusted::new),
        scopes,
        roles,
    })
}

fn parsed<T: std::str::FromStr>(row: &Value, member: &str) -> Result<T, GraphError> {
    let told = text(row, member).unwrap_or_default();
    told.parse().map_err(|_| GraphError::Incomplete {
        what: "a directory object".into(),
        because: format!("its {member} is no id: \"{}\"", shown(told)),
    })
}

fn text<'a>(row: &'a Value, member: &str) -> Option<&'a str> {
    row.get(member).and_then(Value::as_str)
}

fn flag(row: &Value, member: &str) -> Option<bool> {
    row.get(member).and_then(Value::as_bool)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "11111111-1111-1111-1111-111111111111";

    #[test]
    fn what_is_hidden_takes_nothing_away() {
        let hidden = user(&json!({"id": ID, "userPrincipalName": "a@b", "accountEnabled": null}));
        assert!(hidden.is_ok_and(|user| user.enabled && !user.guest));
        let guest = user(&json!({"id": ID, "userPrincipalName": "a_b.com#EXT#@c"})).unwrap();
        assert!(guest.guest);
        assert!(user(&json!({"id": "1"})).is_err());
        assert!(user(&json!({})).is_err());
    }

    #[test]
    fn published_permissions_are_read() {
        let row = json!({
            "id": ID, "appId": ID, "displayName": "API", "appOwnerOrganizationId": null,
            "accountEnabled": false, "appRoleAssignmentRequired": true,
            "verifiedPublisher": {"displayName": null},
            "oauth2PermissionScopes": [
                {"id": ID, "value": "A.Read", "type": "Admin", "isEnabled": false},
                {"id": ID, "value": null, "type": "User", "isEnabled": true}],
            "appRoles": [{"id": ID, "value": "R", "allowedMemberTypes": ["Application"]}],
        });
        let found = service_principal(&row).unwrap();
        assert!(!found.account_enabled && found.assignment_required);
        assert_eq!((found.publisher_tenant, found.verified_publisher), (None, None));
        assert_eq!(found.scopes.len(), 1);
        assert!(found.scopes[0].admin_only && !found.scopes[0].enabled);
        assert!(found.roles[0].for_applications && !found.roles[0].for_users);
    }
}
