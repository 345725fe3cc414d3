use super::*;

const APP: &str = "c1000000-0000-4000-8000-000000000001";
const API: &str = "9a000000-0000-4000-8000-000000000001";
const ALICE: &str = "0a000000-0000-4000-8000-000000000001";
const MAKERS: &str = "6e000000-0000-4000-8000-000000000001";
const READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";
const APPROVER: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const GONE: &str = "aaaaaaaa-0000-4000-8000-00000000dead";

fn tenant() -> Tenant {
    let mut tenant = Tenant::new("t", AppRoleAssignments.tables());
    tenant.define(&[
        TableShape { name: SERVICE_PRINCIPALS, indexed: &["appId"] },
        TableShape { name: USERS, indexed: &["userPrincipalName"] },
    ]);
    let role = |id: &str, value: &str, member: &str, on: bool| json!({"id": id, "value": value, "allowedMemberTypes": [member], "isEnabled": on});
    let off = "aaaaaaaa-0000-4000-8000-000000000002";
    let roles = json!([
        role(READ_ALL, "Things.Read.All", "Application", true),
        role(APPROVER, "Approver", "User", true),
        role(off, "Off", "Application", false),
    ]);
    let rows = [
        (
            SERVICE_PRINCIPALS,
            json!({"id": APP, "appId": "a", "displayName": "App", "appRoles": []}),
        ),
        (
            SERVICE_PRINCIPALS,
            json!({"id": API, "appId": "b", "displayName": "API", "appRoles": roles}),
        ),
        (USERS, json!({"id": ALICE, "displayName": "Alice", "userPrincipalName": "alice@c"})),
        (GROUPS, json!({"id": MAKERS, "displayName": "Makers"})),
    ];
    for (table, row) in rows {
        tenant.insert(table, row);
    }
    tenant
}

fn body(principal: &str, resource: &str, role: &str) -> Value {
    json!({"principalId": principal, "resourceId": resource, "appRoleId": role})
}

fn post(tenant: &mut Tenant, path: &str, body: Value) -> Answered {
    AppRoleAssignments.answer(&Call::new(HttpMethod::Post, path).with_body(body), tenant)
}

/// Of the app on the API, from the API's end.
fn grant(tenant: &mut Tenant, role: &str) -> Answered {
    post(tenant, &format!("/servicePrincipals/{API}/appRoleAssignedTo"), body(APP, API, role))
}

fn told(answer: &Answered) -> (u16, String) {
    match answer {
        Answered::Refused(refused) => (refused.status, refused.message.clone()),
        Answered::Object(status, _, row) => {
            (*status, row["id"].as_str().unwrap_or_default().to_owned())
        }
        Answered::List(_) => (200, String::new()),
        _ => (204, String::new()),
    }
}

#[test]
fn both_ends_show_the_same_object_and_any_of_them_deletes_it() {
    let mut t = tenant();
    let (status, id) = told(&grant(&mut t, READ_ALL));
    assert_eq!((status, id.len()), (201, 43));
    assert_eq!(URL_SAFE_NO_PAD.decode(&id).unwrap()[..16], guid_bytes(APP).unwrap());
    let row = t.row(TABLE, &id).unwrap().clone();
    assert_eq!(row["principalType"], "ServicePrincipal");
    assert_eq!(
        (&row["principalDisplayName"], &row["resourceDisplayName"]),
        (&json!("App"), &json!("API"))
    );
    let mut seen = |path: String| {
        let mut call = Call::new(HttpMethod::Get, &path);
        call.caller.permissions.insert("Directory.ReadWrite.All".to_owned());
        told(&AppRoleAssignments.answer(&call, &mut t)).0
    };
    for (path, status) in [
        (format!("/servicePrincipals/{API}/appRoleAssignedTo/{id}"), 200),
        (format!("/servicePrincipals(appId='b')/AppRoleAssignedTo/{id}"), 200),
        (format!("/servicePrincipals/{APP}/appRoleAssignments/{id}"), 200),
        (format!("/servicePrincipals/{APP}/appRoleAssignedTo/{id}"), 404),
        (format!("/users/alice@c/appRoleAssignments/{id}"), 404),
        (format!("/users/{GONE}/appRoleAssignments"), 404),
        (format!("/groups/{MAKERS}/appRoleAssignments"), 200),
    ] {
        assert_eq!(seen(path.clone()), status, "{path}");
    }
    let path = format!("/servicePrincipals/{APP}/appRoleAssignments/{id}");
    let delete = Call::new(HttpMethod::Delete, &path);
    assert_eq!(AppRoleAssignments.answer(&delete, &mut t), Answered::Done);
    let gone = (400, "EntitlementGrant being updated or deleted is not found.".to_owned());
    assert_eq!(told(&AppRoleAssignments.answer(&delete, &mut t)), gone);
}

#[test]
fn people_and_groups_get_the_default_role_only_where_no_other_is_defined() {
    let mut t = tenant();
    let on_app = format!("/servicePrincipals/{APP}/appRoleAssignedTo");
    assert_eq!(told(&post(&mut t, &on_app, body(ALICE, APP, DEFAULT_ROLE))).0, 201);
    let own = format!("/groups/{MAKERS}/appRoleAssignments");
    assert_eq!(told(&post(&mut t, &own, body(MAKERS, APP, DEFAULT_ROLE))).0, 201);
    let kinds: Vec<_> =
        t.table(TABLE).unwrap().rows().map(|row| row["principalType"].clone()).collect();
    assert_eq!(kinds, ["User", "Group"]);
    let on_api = format!("/servicePrincipals/{API}/appRoleAssignedTo");
    let no = "Permission being assigned was not found on application 'b'.";
    for (principal, role, status) in [
        (ALICE, DEFAULT_ROLE, 400),
        (ALICE, READ_ALL, 400),
        (APP, APPROVER, 400),
        (APP, GONE, 400),
        (APP, "aaaaaaaa-0000-4000-8000-000000000002", 400),
        (ALICE, APPROVER, 201),
    ] {
        let (found, said) = told(&post(&mut t, &on_api, body(principal, API, role)));
        assert_eq!(found, status, "{principal} {role} {said}");
        assert!(status == 201 || said == no, "{said}");
    }
}

#[test]
fn a_twin_is_refused_in_either_of_the_two_ways() {
    let mut t = tenant();
    grant(&mut t, READ_ALL);
    let twin = (409, "EntitlementGrant entry already exists.".to_owned());
    assert_eq!(told(&grant(&mut t, READ_ALL)), twin);
    t.trouble.duplicate = 400;
    let twin = (400, "Permission being assigned already exists on the object".to_owned());
    assert_eq!(told(&grant(&mut t, &READ_ALL.to_uppercase())), twin);
}

#[test]
fn what_is_wrong_is_refused_as_documented() {
    let mut t = tenant();
    let path = format!("/servicePrincipals/{API}/appRoleAssignedTo");
    for (sent, code, message) in [
        (json!({}), 400, "Missing property: principalId"),
        (body("alice", API, READ_ALL), 400, "Invalid value specified for property 'principalId'"),
        (body(GONE, API, READ_ALL), 404, "Resource 'aaaaaaaa-"),
        (body(APP, APP, READ_ALL), 400, "Not a valid reference update."),
        (json!({"role": "x"}), 400, "Invalid property 'role'."),
    ] {
        let (status, said) = told(&post(&mut t, &path, sent));
        assert_eq!(status, code, "{said}");
        assert!(said.starts_with(message), "{said}");
    }
    let mut send = |method, id: &str| {
        let call = Call::new(method, &format!("{path}/{id}"));
        told(&AppRoleAssignments.answer(&call, &mut t))
    };
    let malformed = (400, "Invalid resource identifier for EntitlementGrant.".to_owned());
    assert_eq!(send(HttpMethod::Delete, "x"), malformed);
    let absent = assignment_id(APP, API).unwrap();
    assert_eq!(send(HttpMethod::Delete, &absent).0, 400);
    assert_eq!(send(HttpMethod::Get, &absent).0, 404);
    assert_eq!(send(HttpMethod::Patch, &absent).0, 405);
}

#[test]
fn a_new_app_cannot_be_assigned_at_once() {
    let mut t = tenant();
    t.trouble.fresh_service_principals = true;
    t.note_fresh(APP);
    assert_eq!(told(&grant(&mut t, READ_ALL)).0, 404);
    assert_eq!(told(&grant(&mut t, READ_ALL)), (400, "Not a valid reference update.".to_owned()));
    assert_eq!(told(&grant(&mut t, READ_ALL)).0, 201);
}

#[test]
fn assigning_needs_a_second_permission_to_see_the_app() {
    let mut t = tenant();
    let path = format!("/servicePrincipals/{API}/appRoleAssignedTo");
    let mut as_caller = |permissions: &[&str]| {
        let mut call = Call::new(HttpMethod::Post, &path).with_body(body(APP, API, READ_ALL));
        call.caller.permissions = permissions.iter().map(|one| (*one).to_owned()).collect();
        told(&AppRoleAssignments.answer(&call, &mut t)).0
    };
    assert_eq!(as_caller(&["AppRoleAssignment.ReadWrite.All"]), 403);
    assert_eq!(as_caller(&["AppRoleAssignment.ReadWrite.All", "Application.Read.All"]), 201);
    let needed =
        |method, path: &str| AppRoleAssignments.permissions(&Call::new(method, path)).unwrap();
    assert_eq!(needed(HttpMethod::Delete, &path), ["AppRoleAssignment.ReadWrite.All"]);
    assert!(needed(HttpMethod::Get, &path).contains(&"Application.Read.All"));
    assert!(
        !needed(HttpMethod::Get, "/users/x/appRoleAssignments").contains(&"Application.Read.All")
    );
}

#[test]
fn what_a_group_has_takes_two_permissions_to_see() {
    let mut t = tenant();
    let both = ["Directory.Read.All", "AppRoleAssignment.ReadWrite.All"];
    let mut sees = |path: &str, app_only: bool, permissions: &[&str]| {
        let mut call = Call::new(HttpMethod::Get, path);
        call.caller.app_only = app_only;
        call.caller.permissions = permissions.iter().map(|one| (*one).to_owned()).collect();
        told(&AppRoleAssignments.answer(&call, &mut t)).0
    };
    let (alice, makers) = (
        format!("/users/{ALICE}/appRoleAssignments"),
        format!("/groups/{MAKERS}/appRoleAssignments"),
    );
    assert_eq!(sees(&alice, false, &both[..1]), 200);
    assert_eq!(sees(&alice, true, &both[..1]), 403);
    assert_eq!(sees(&makers, false, &both[..1]), 403);
    assert_eq!((sees(&alice, true, &both), sees(&makers, true, &both)), (200, 200));
}
