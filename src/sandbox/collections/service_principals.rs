//! servicePrincipals as Microsoft documents them.
//! <https://learn.microsoft.com/graph/api/resources/serviceprincipal>

use serde_json::{Value, json};

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::odata::filter::{Field, Op};
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::{
    APP_ROLE_ASSIGNMENTS, APPLICATIONS, GRANTS, SERVICE_PRINCIPALS,
};
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct ServicePrincipalRoutes;

const READ: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const WRITE: &[&str] =
    &["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Directory.ReadWrite.All"];

const TEXT: &[Op] = &[Op::Eq, Op::Ne, Op::In, Op::StartsWith];
const FIELDS: &[Field] = &[
    Field::new("id", &[Op::Eq, Op::In]),
    Field::new("appId", TEXT),
    Field::new("displayName", TEXT),
    Field::new("accountEnabled", &[Op::Eq, Op::Ne, Op::In]),
    Field::new("appRoleAssignmentRequired", &[Op::Eq, Op::Ne]),
    Field::new("appOwnerOrganizationId", &[Op::Eq, Op::Ne]),
    Field::new("servicePrincipalType", &[Op::Eq, Op::In]),
    Field::new("servicePrincipalNames", &[Op::Any]),
    Field::new("tags", &[Op::Any]),
];

/// What a PATCH may set, of the members that rows here have.
const CHANGEABLE: &[&str] = &[
    "accountEnabled",
    "appRoleAssignmentRequired",
    "description",
    "notes",
    "notificationEmailAddresses",
    "tags",
];

impl Collection for ServicePrincipalRoutes {
    fn tables(&self) -> &'static [TableShape] {
        &[
            TableShape { name: SERVICE_PRINCIPALS, indexed: &["appId", "displayName"] },
            TableShape { name: APPLICATIONS, indexed: &["appId"] },
        ]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        let route = call.route();
        if route.first()? != "serviceprincipals" || route.len() > 2 {
            return None;
        }
        Some(if call.method == HttpMethod::Get { READ } else { WRITE })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        let key = call.segment(1);
        let all = || Listing::of("servicePrincipals", Within::Table(SERVICE_PRINCIPALS), FIELDS);
        match (key, call.method) {
            ("", HttpMethod::Get) => Answered::List(all()),
            ("", HttpMethod::Post) => create(call, tenant).unwrap_or_else(Answered::from),
            ("$count", HttpMethod::Get) if call.eventual => Answered::Count(all()),
            ("$count", HttpMethod::Get) => {
                Refused::bad("$count is not currently supported.").into()
            }
            (_, HttpMethod::Get) => read(key, tenant),
            (_, HttpMethod::Patch) => change(key, call, tenant).unwrap_or_else(Answered::from),
            (_, HttpMethod::Delete) => delete(key, call, tenant).unwrap_or_else(Answered::from),
            _ => Refused::no_such_method().into(),
        }
    }
}

/// What a seed says about an app.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) name: String,
    /// Tenant that owns the application.
    pub(crate) publisher_tenant: Option<String>,
    pub(crate) verified_publisher: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) assignment_required: bool,
    /// permissionScope objects.
    pub(crate) scopes: Vec<Value>,
    /// appRole objects.
    pub(crate) roles: Vec<Value>,
}

/// A row as the service shows it.
pub(crate) fn row(profile: &Profile) -> Value {
    let Profile {
        id,
        app_id,
        name,
        publisher_tenant,
        verified_publisher,
        disabled,
        assignment_required,
        scopes,
        roles,
    } = profile;
    json!({
        "id": id,
        "deletedDateTime": null,
        "accountEnabled": !disabled,
        "alternativeNames": [],
        "appDescription": null,
        "appDisplayName": name,
        "appId": app_id,
        "applicationTemplateId": null,
        "appOwnerOrganizationId": publisher_tenant,
        "appRoleAssignmentRequired": assignment_required,
        "appRoles": roles,
        "description": null,
        "disabledByMicrosoftStatus": null,
        "displayName": name,
        "homepage": null,
        "loginUrl": null,
        "logoutUrl": null,
        "notes": null,
        "notificationEmailAddresses": [],
        "oauth2PermissionScopes": scopes,
        "preferredSingleSignOnMode": null,
        "replyUrls": [],
        "resourceSpecificApplicationPermissions": [],
        "servicePrincipalNames": [app_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
        "verifiedPublisher": {
            "displayName": verified_publisher,
            "verifiedPublisherId": verified_publisher.as_ref().map(|_| "1234567"),
            "addedDateTime": null,
        },
    })
}

fn read(key: &str, tenant: &mut Tenant) -> Answered {
    let id = tenant.resolve_seen(SERVICE_PRINCIPALS, key, &["appId"]);
    match id.and_then(|id| tenant.read(SERVICE_PRINCIPALS, &id)) {
        Some(row) => Answered::Object(200, "servicePrincipals/$entity", row.clone()),
        None => Refused::not_found(key).into(),
    }
}

/// Whether the caller may only touch applications of this tenant.
fn owned_only(call: &Call) -> bool {
    let may = |name: &str| call.caller.permissions.contains(name);
    !may("Application.ReadWrite.All") && !may("Directory.ReadWrite.All")
}

fn create(call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let body = call.object()?;
    let app_id = match body.get("appId") {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => return Err(Refused::missing_property("appId")),
        Some(_) => return Err(Refused::invalid_value("appId", "ServicePrincipal")),
    };
    for (name, value) in &body {
        if name != "appId" && !CHANGEABLE.contains(&name.as_str()) && !value.is_null() {
            return Err(Refused::unknown_property(name));
        }
    }
    if tenant.resolve(SERVICE_PRINCIPALS, &format!("appId='{app_id}'"), &["appId"]).is_some() {
        return Err(Refused::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            format!(
                "The service principal cannot be created, updated, or restored because the service \
                 principal name {app_id} is already in use."
            ),
        ));
    }
    let Some(application) = tenant.row(APPLICATIONS, &app_id) else {
        return Err(Refused::bad(format!(
            "The appId '{app_id}' of the service principal does not reference a valid application \
             object."
        )));
    };
    let mut row = application.clone();
    if owned_only(call) && row["appOwnerOrganizationId"].as_str() != Some(&tenant.id) {
        return Err(Refused::new(
            403,
            "Authorization_RequestDenied",
            "When using this permission, the backing application of the service principal being \
             created must in the local tenant",
        ));
    }
    // Applications are kept by app id; their row carries the object id that their first service
    // principal gets, if one was given.
    row["id"] = match row.get("alternativeNames").and_then(|names| names.get(0)) {
        Some(id) => id.clone(),
        None => Value::String(tenant.mint()),
    };
    row["alternativeNames"] = json!([]);
    for (name, value) in body.into_iter().filter(|(_, value)| !value.is_null()) {
        row[name] = value;
    }
    let id = row["id"].as_str().unwrap_or_default().to_owned();
    tenant.create(SERVICE_PRINCIPALS, row.clone());
    tenant.note_fresh(&id);
    Ok(Answered::Object(201, "servicePrincipals/$entity", row))
}

/// An application that exists in Entra and could get a service principal here, with the object id
/// that the first one will have.
pub(crate) fn application(profile: &Profile) -> Value {
    let mut row = row(profile);
    row["alternativeNames"] = if profile.id.is_empty() { json!([]) } else { json!([profile.id]) };
    row["id"] = json!(profile.app_id);
    row
}

fn change(key: &str, call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let id = tenant
        .resolve(SERVICE_PRINCIPALS, key, &["appId"])
        .ok_or_else(|| Refused::not_found(key))?;
    let body = call.object()?;
    if let Some(name) = body.keys().find(|name| !CHANGEABLE.contains(&name.as_str())) {
        return Err(Refused::fixed_property(name));
    }
    for (name, value) in body {
        let fits = match name.as_str() {
            "accountEnabled" | "appRoleAssignmentRequired" => value.is_boolean(),
            "tags" | "notificationEmailAddresses" => value.is_array(),
            _ => value.is_string() || value.is_null(),
        };
        if !fits {
            return Err(Refused::invalid_value(&name, "ServicePrincipal"));
        }
        tenant.update(SERVICE_PRINCIPALS, &id, &name, value);
    }
    Ok(Answered::Done)
}

/// Tables whose rows name a service principal, and where.
const NAMED_IN: [(&str, &str); 4] = [
    (GRANTS, "clientId"),
    (GRANTS, "resourceId"),
    (APP_ROLE_ASSIGNMENTS, "principalId"),
    (APP_ROLE_ASSIGNMENTS, "resourceId"),
];

/// Takes along every grant and every assignment that names it, as the service does.
fn delete(key: &str, call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
    let id = tenant
        .resolve(SERVICE_PRINCIPALS, key, &["appId"])
        .ok_or_else(|| Refused::not_found(key))?;
    if owned_only(call) {
        return Err(Refused::denied());
    }
    for (table, field) in NAMED_IN {
        let rows = tenant.table(table).map(|t| t.matching_from(field, &id, 0));
        let rows = rows.into_iter().flatten();
        let ids = rows.filter_map(|(_, row)| row["id"].as_str().map(str::to_owned));
        for row in ids.collect::<Vec<_>>() {
            tenant.remove(table, &row);
        }
    }
    if let Some(gone) = tenant.remove(SERVICE_PRINCIPALS, &id) {
        use_up_id(gone["appId"].as_str().unwrap_or_default(), tenant);
    }
    Ok(Answered::Done)
}

/// No object id comes twice: whoever makes the service principal again gets a new one.
fn use_up_id(app_id: &str, tenant: &mut Tenant) {
    if let Some(application) = tenant.row(APPLICATIONS, app_id) {
        let mut application = application.clone();
        application["alternativeNames"] = json!([]);
        tenant.insert(APPLICATIONS, application);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> Tenant {
        let mut tenant = Tenant::new("home", ServicePrincipalRoutes.tables());
        let profile = Profile {
            app_id: "00000000-0000-0000-0000-00000000000a".into(),
            name: "App".into(),
            publisher_tenant: Some("elsewhere".into()),
            ..Profile::default()
        };
        tenant.insert(APPLICATIONS, application(&profile));
        tenant
    }

    fn post(tenant: &mut Tenant, app: &str, permission: &str) -> Answered {
        let mut call =
            Call::new(HttpMethod::Post, "/servicePrincipals").with_body(json!({"appId": app}));
        call.caller.permissions.insert(permission.to_owned());
        ServicePrincipalRoutes.answer(&call, tenant)
    }

    fn status(answer: &Answered) -> u16 {
        match answer {
            Answered::Refused(refused) => refused.status,
            Answered::Object(status, ..) => *status,
            _ => 204,
        }
    }

    #[test]
    fn provisioning_is_answered_as_documented() {
        let mut t = world();
        let app = "00000000-0000-0000-0000-00000000000A";
        assert_eq!(status(&post(&mut t, "unknown", "Application.ReadWrite.All")), 400);
        assert_eq!(status(&post(&mut t, app, "Application.ReadWrite.OwnedBy")), 403);
        assert_eq!(status(&post(&mut t, app, "Application.ReadWrite.All")), 201);
        assert_eq!(status(&post(&mut t, app, "Application.ReadWrite.All")), 409);
        let get = Call::new(HttpMethod::Get, &format!("/ServicePrincipals(AppId='{app}')"));
        let Answered::Object(200, _, row) = ServicePrincipalRoutes.answer(&get, &mut t) else {
            panic!("not found")
        };
        assert_eq!(row["displayName"], "App");
        assert_eq!(row["alternativeNames"], json!([]));
    }

    #[test]
    fn one_that_is_made_again_has_another_object_id() {
        let app = "00000000-0000-0000-0000-00000000000a";
        let lives = || {
            let mut t = world();
            let given = Profile { id: "given".into(), app_id: app.into(), ..Profile::default() };
            t.insert(APPLICATIONS, application(&given));
            let mut made = || match post(&mut t, app, "Application.ReadWrite.All") {
                Answered::Object(201, _, row) => {
                    let id = row["id"].as_str().unwrap().to_owned();
                    let mut call =
                        Call::new(HttpMethod::Delete, &format!("/servicePrincipals/{id}"));
                    call.caller.permissions.insert("Application.ReadWrite.All".to_owned());
                    assert_eq!(status(&ServicePrincipalRoutes.answer(&call, &mut t)), 204);
                    id
                }
                other => panic!("{other:?}"),
            };
            [made(), made(), made()]
        };
        let [first, second, third] = lives();
        assert_eq!(first, "given");
        assert!(second != first && third != first && third != second);
        assert_eq!(lives(), [first, second, third], "the same in every run");
    }

    #[test]
    fn only_settings_can_be_changed() {
        let mut t = world();
        t.insert(SERVICE_PRINCIPALS, json!({"id": "x", "appId": "y"}));
        let patch = |t: &mut Tenant, body| {
            let call = Call::new(HttpMethod::Patch, "/servicePrincipals/x").with_body(body);
            status(&ServicePrincipalRoutes.answer(&call, t))
        };
        assert_eq!(patch(&mut t, json!({"appRoleAssignmentRequired": true})), 204);
        assert_eq!(t.row(SERVICE_PRINCIPALS, "x").unwrap()["appRoleAssignmentRequired"], true);
        assert_eq!(patch(&mut t, json!({"appRoleAssignmentRequired": "yes"})), 400);
        assert_eq!(patch(&mut t, json!({"appId": "z"})), 400);
    }
}
