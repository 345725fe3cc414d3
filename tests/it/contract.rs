//! Microsoft's own description of Graph, on both sides: what the binary sends, and what the
//! simulated tenant answers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::openapi::Contract;
use crate::recorder::Recorder;
use crate::world::{Run, World};

const GRAPH: &str = "9a000000-0000-4000-8000-000000000001";
const EXPLORER: &str = "c1000000-0000-4000-8000-000000000001";
const UI: &str = "c1000000-0000-4000-8000-000000000003";
const ALICE: &str = "0a000000-0000-4000-8000-000000000001";
const GX: &str = "6e000000-0000-4000-8000-000000000001";
const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";
/// Id of the scope `profile` of Microsoft Graph.
const PROFILE: &str = "14dad69e-099b-42c9-810b-d002981feec1";
/// For everybody, of Graph Explorer and Microsoft Graph.
const EVERYBODY: &str = "AAAAwQAAAECAAAAAAAAAAQAAAJoAAABAgAAAAAAAAAE";

const GRANTS: &str = r#"
[[grant]]
client = "Graph Explorer"
resource = "Microsoft Graph"
scope = " Mail.Read  User.Read"
[[grant]]
client = "Graph Explorer"
resource = "Microsoft Graph"
user = "alice@contoso.com"
scope = "Mail.Read"
[[grant]]
client = "Orders UI"
resource = "Orders API"
user = "bob@contoso.com"
scope = "orders.read"
[[app_role_assignment]]
principal = "Orders UI"
resource = "Orders API"
role = "Orders.Admin"
[[app_role_assignment]]
principal = "bob@contoso.com"
resource = "Orders UI"
[[device]]
name = "Laptop"
[[group]]
id = "6e000000-0000-4000-8000-000000000009"
name = "Mixed"
members = ["alice@contoso.com", "GY", "Laptop", "Orders UI"]
[admin_consent_requests]
reviewers = ["/users/0a000000-0000-4000-8000-000000000002"]
[[classification]]
resource = "Microsoft Graph"
low = ["openid"]
medium = ["User.Read"]
[[consent_policy]]
id = "mine"
name = "Mine"
includes = [{ permissionType = "delegated", permissionClassification = "low" }]
excludes = [{ permissionType = "application" }]
[[consent_policy]]
id = "old"
name = "Old"
"#;

/// Every sort of write: create an app, grant, widen, narrow, revoke, give a role, take one, assign,
/// unassign, close an app, change a setting; make, change and remove a policy; give, change and take a
/// class.
const EVERYTHING: &str = r#"
[app.tasks]
app_id = "99da6bf4-4525-4bfa-b39f-b6a35789c240"
mode = "additive"
provision = true
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"
assignment_required = true
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
[resource.orders]
app_id = "5e000000-0000-4000-8000-000000000003"

[[grant]]
app = "tasks"
resource = "Microsoft Graph"
scopes = ["Tasks.ReadWrite", "offline_access"]
for = { groups = ["GX"] }
[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = "all-users"
[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["Mail.Read", "User.Read"]
for = { users = ["alice@contoso.com"], groups = ["6e000000-0000-4000-8000-000000000009"] }
[[grant]]
app = "explorer"
resource = "orders"
scopes = ["orders.read"]
for = "all-users"
[[app_role]]
app = "ui"
resource = "Microsoft Graph"
roles = ["User.Read.All"]
[[assignment]]
app = "ui"
users = ["alice@contoso.com"]
groups = ["GX"]
[user_consent]
allow = { policies = ["mine"] }
[admin_consent_requests]
enabled = true
days = 14
reviewers = { users = ["alice@contoso.com"], groups = ["GX"] }
[[classification]]
resource = "Microsoft Graph"
low = ["User.Read", "profile"]
[[consent_policy]]
id = "mine"
name = "Mine and yours"
include = [{ permission_classification = "low", verified_publisher_only = true }]
exclude = [{ resource = "Microsoft Graph", permissions = ["Mail.Read"] }]
[[consent_policy]]
id = "old"
remove = true
[limits]
revoke_percent = 100
"#;

#[test]
fn everything_the_binary_sends_is_described_and_so_is_every_answer() {
    let world = World::with(GRANTS);
    world.manifest(EVERYTHING);
    let recorder = Recorder::before(&world);
    let run = |args: &[&str]| {
        let mut command = world.command(args);
        command.env("CONSENT_GRAPH_URL", recorder.url());
        Run::of(command.output().unwrap())
    };
    let plan = run(&["plan", "--json"]).assert_code(0);
    let report: Value = serde_json::from_str(&plan.stdout).unwrap();
    let digest = report["effect"]["sha256"].as_str().unwrap();
    let _done = run(&["apply", "--approve", digest]).assert_code(0);

    let contract = Contract::read();
    let mut used = BTreeSet::new();
    let exchanges = recorder.exchanges();
    for exchange in &exchanges {
        let crate::recorder::Exchange { method, path, sent, status, got } = exchange;
        contract.request(method, path, sent.as_ref()).unwrap();
        contract.response(method, path, *status, got.as_ref()).unwrap();
        let (template, _) = contract.operation(method, path).unwrap();
        used.insert(format!("{method} {template}"));
    }
    for operation in [
        "GET /oauth2PermissionGrants",
        "GET /organization",
        "GET /policies/authorizationPolicy",
        "POST /$batch",
        "POST /oauth2PermissionGrants",
        "PATCH /oauth2PermissionGrants/{oAuth2PermissionGrant-id}",
        "DELETE /oauth2PermissionGrants/{oAuth2PermissionGrant-id}",
        "POST /servicePrincipals",
        "PATCH /servicePrincipals/{servicePrincipal-id}",
        "GET /servicePrincipals/{servicePrincipal-id}/appRoleAssignments",
        "GET /servicePrincipals/{servicePrincipal-id}/appRoleAssignedTo",
        "GET /users/{user-id}/appRoleAssignments",
        "POST /servicePrincipals/{servicePrincipal-id}/appRoleAssignedTo",
        "DELETE /servicePrincipals/{servicePrincipal-id}/appRoleAssignedTo/{appRoleAssignment-id}",
        "PATCH /policies/authorizationPolicy",
        "GET /policies/adminConsentRequestPolicy",
        "PUT /policies/adminConsentRequestPolicy",
        "GET /policies/permissionGrantPolicies",
        "PATCH /policies/permissionGrantPolicies/{permissionGrantPolicy-id}",
        "DELETE /policies/permissionGrantPolicies/{permissionGrantPolicy-id}",
        "POST /policies/permissionGrantPolicies/{permissionGrantPolicy-id}/includes",
        "GET /policies/permissionGrantPolicies/{permissionGrantPolicy-id}/excludes",
        "DELETE /policies/permissionGrantPolicies/{permissionGrantPolicy-id}/includes/{permissionGrantConditionSet-id}",
        "GET /servicePrincipals/{servicePrincipal-id}/delegatedPermissionClassifications",
        "POST /servicePrincipals/{servicePrincipal-id}/delegatedPermissionClassifications",
        "DELETE /servicePrincipals/{servicePrincipal-id}/delegatedPermissionClassifications/{delegatedPermissionClassification-id}",
    ] {
        assert!(used.contains(operation), "{operation} was never used: {used:#?}");
    }
    // Nothing that is written gets past the recorder.
    let writes = exchanges.iter().filter(|e| e.method != "GET" && e.path != "/$batch");
    let writes = writes.filter(|e| !e.path.ends_with("/getByIds")).count();
    assert_eq!(writes, world.writes().len());
}

/// A client that is not the one under test.
struct Caller<'a> {
    world: &'a World,
    client: reqwest::Client,
    token: String,
    contract: Contract,
}

impl<'a> Caller<'a> {
    fn new(world: &'a World) -> Self {
        let client = reqwest::Client::builder().no_proxy().retry(reqwest::retry::never());
        let client = client.build().unwrap();
        Self { world, client, token: world.tenant.token(), contract: Contract::read() }
    }

    /// Asks, compares the status, and checks the answer against the description.
    #[track_caller]
    fn asks(&self, method: &str, path: &str, body: Option<Value>, wanted: u16) -> Value {
        let (status, got) = self.sends(method, path, body, &self.token);
        assert_eq!(status, wanted, "{method} {path}: {got:?}");
        let plain = path.replace("%20", " ").replace("%27", "'");
        self.contract.response(method, &plain, status, got.as_ref()).unwrap();
        got.unwrap_or_default()
    }

    fn sends(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        token: &str,
    ) -> (u16, Option<Value>) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}/v1.0{path}", self.world.tenant.url());
        let mut request = self.client.request(method, url).bearer_auth(token);
        if path.contains("$count") {
            request = request.header("ConsistencyLevel", "eventual");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.world.runtime().block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            let body = (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap());
            (status, body)
        })
    }

    #[track_caller]
    fn gets(&self, path: &str) -> Value {
        self.asks("GET", path, None, 200)
    }

    #[track_caller]
    fn lists(&self, path: &str) {
        let list = self.gets(path);
        assert!(!list["value"].as_array().unwrap().is_empty(), "{path} shows nothing");
    }
}

#[test]
fn every_list_and_object_of_the_tenant_is_as_described() {
    let world = World::with(GRANTS);
    let caller = Caller::new(&world);
    let some = |path: &str| caller.lists(path);
    some("/organization");
    caller.gets(&format!("/organization/{}", world.tenant.tenant_id()));
    caller.gets("/policies/authorizationPolicy");
    caller.gets("/me");
    some("/oauth2PermissionGrants");
    some("/oauth2PermissionGrants?$count=true&$top=1");
    some(&format!("/oauth2PermissionGrants?$filter=clientId%20eq%20'{EXPLORER}'&$top=999"));
    caller.gets(&format!("/oauth2PermissionGrants/{EVERYBODY}"));
    caller.gets("/oauth2PermissionGrants/$count");
    some("/servicePrincipals?$top=2");
    some("/servicePrincipals?$select=id,appId,displayName,oauth2PermissionScopes,appRoles");
    caller.gets(&format!("/servicePrincipals/{GRAPH}"));
    caller.gets(&format!("/servicePrincipals/{EXPLORER}?$select=id,appId"));
    let by_app = "/servicePrincipals(appId='de8bc8b5-d9f9-48b1-a8ad-b748da725064')";
    assert_eq!(caller.gets(by_app)["id"], EXPLORER);
    some(&format!("{by_app}/oauth2PermissionGrants"));
    some(&format!("/servicePrincipals/{EXPLORER}/oauth2PermissionGrants"));
    caller.gets("/servicePrincipals/$count");
    some("/users");
    some("/users?$select=id,userPrincipalName,displayName,mail,accountEnabled,userType&$top=3");
    caller.gets(&format!("/users/{ALICE}"));
    caller.gets("/users/alice@contoso.com?$select=id,accountEnabled,userType");
    some(&format!("/users/{ALICE}/oauth2PermissionGrants"));
    caller.gets("/me/oauth2PermissionGrants");
    some("/groups");
    caller.gets(&format!("/groups/{GX}"));
    for group in [GX, "6e000000-0000-4000-8000-000000000009"] {
        some(&format!("/groups/{group}/members"));
        some(&format!("/groups/{group}/transitiveMembers?$top=2"));
        some(&format!("/groups/{group}/members/microsoft.graph.user?$count=true"));
        some(&format!("/groups/{group}/transitiveMembers/graph.user?$count=true&$top=1"));
        some(&format!("/groups/{group}/transitiveMembers/microsoft.graph.user?$count=true"));
        caller.gets(&format!("/groups/{group}/transitiveMembers/$count"));
        caller.gets(&format!("/groups/{group}/transitiveMembers/graph.user/$count"));
    }
    let ids = json!({"ids": [ALICE, GX, EXPLORER, NOBODY], "types": ["user", "group"]});
    let found = caller.asks("POST", "/directoryObjects/getByIds", Some(ids), 200);
    assert_eq!(found["value"].as_array().unwrap().len(), 2);
    for id in [ALICE, GX, EXPLORER] {
        caller.gets(&format!("/directoryObjects/{id}"));
    }
}

#[test]
fn every_list_and_object_of_roles_and_policies_is_as_described() {
    let world = World::with(GRANTS);
    let caller = Caller::new(&world);
    let some = |path: &str| caller.lists(path);
    let roles = format!("/servicePrincipals/{UI}/appRoleAssignments");
    let role = &caller.gets(&roles)["value"][0];
    caller.gets(&format!("{roles}/{}", role["id"].as_str().unwrap()));
    let filter = "$filter=resourceId%20eq%209a000000-0000-4000-8000-000000000003";
    some(&format!("{roles}?{filter}&$top=999"));
    some(&format!("/servicePrincipals/{UI}/appRoleAssignedTo?$top=999"));
    let named = "$filter=startswith(principalDisplayName,%20'Bo')";
    some(&format!("/servicePrincipals/{UI}/appRoleAssignedTo?{named}"));
    some("/servicePrincipals(appId='5e000000-0000-4000-8000-000000000003')/appRoleAssignedTo");
    some("/users/bob@contoso.com/appRoleAssignments");
    caller.gets(&format!("/groups/{GX}/appRoleAssignments"));
    caller.gets("/policies/adminConsentRequestPolicy");
    some("/policies/permissionGrantPolicies");
    for policy in ["mine", "microsoft-user-default-low"] {
        caller.gets(&format!("/policies/permissionGrantPolicies/{policy}"));
    }
    for list in ["mine/includes", "mine/excludes", "microsoft-user-default-recommended/excludes"] {
        some(&format!("/policies/permissionGrantPolicies/{list}"));
    }
    some(&format!("/servicePrincipals/{GRAPH}/delegatedPermissionClassifications"));
}

fn grant(scope: &str) -> Value {
    json!({
        "clientId": "c1000000-0000-4000-8000-000000000003",
        "consentType": "Principal",
        "principalId": ALICE,
        "resourceId": GRAPH,
        "scope": scope,
    })
}

#[test]
fn every_write_is_answered_as_described() {
    let world = World::with(GRANTS);
    let caller = Caller::new(&world);
    let (grants, apps) = ("/oauth2PermissionGrants", "/servicePrincipals");
    let made = caller.asks("POST", grants, Some(grant("User.Read")), 201);
    caller.asks("POST", grants, Some(grant("Mail.Read")), 409);
    let path = format!("{grants}/{}", made["id"].as_str().unwrap());
    caller.asks("PATCH", &path, Some(json!({"scope": "Mail.Read"})), 204);
    caller.asks("PATCH", &path, Some(json!({"scope": "x", "clientId": EXPLORER})), 400);
    caller.asks("DELETE", &path, None, 204);
    caller.asks("DELETE", &path, None, 404);
    caller.asks("PATCH", &path, Some(json!({"scope": "Mail.Read"})), 404);
    caller.asks("POST", grants, Some(json!({"clientId": EXPLORER})), 400);
    let tasks = json!({"appId": "99da6bf4-4525-4bfa-b39f-b6a35789c240"});
    let made = caller.asks("POST", apps, Some(tasks.clone()), 201);
    caller.asks("POST", apps, Some(tasks), 409);
    caller.asks("POST", apps, Some(json!({"appId": NOBODY})), 400);
    let path = format!("{apps}/{}", made["id"].as_str().unwrap());
    caller.asks("PATCH", &path, Some(json!({"appRoleAssignmentRequired": true})), 204);
    caller.asks("DELETE", &path, None, 204);
    let default = "00000000-0000-0000-0000-000000000000";
    let body = json!({"principalId": ALICE, "resourceId": UI, "appRoleId": default});
    let on = format!("{apps}/{UI}/appRoleAssignedTo");
    let made = caller.asks("POST", &on, Some(body.clone()), 201);
    caller.asks("POST", &on, Some(body.clone()), 409);
    caller.asks("POST", &on, Some(json!({"principalId": ALICE})), 400);
    let of = format!("/users/{ALICE}/appRoleAssignments");
    caller.asks("POST", &of, Some(body.clone()), 409);
    let path = format!("{on}/{}", made["id"].as_str().unwrap());
    caller.asks("DELETE", &path, None, 204);
    caller.asks("DELETE", &path, None, 400);
    let made = caller.asks("POST", &of, Some(body), 201);
    caller.asks("DELETE", &format!("{of}/{}", made["id"].as_str().unwrap()), None, 204);
    let group = json!({"principalId": GX, "resourceId": UI, "appRoleId": default});
    caller.asks("POST", &format!("/groups/{GX}/appRoleAssignments"), Some(group), 201);
    let policy = json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": []}});
    caller.asks("PATCH", "/policies/authorizationPolicy", Some(policy), 204);
}

#[test]
fn every_write_of_a_setting_is_answered_as_described() {
    let world = World::with(GRANTS);
    let caller = Caller::new(&world);
    let reviewer = json!({"query": format!("/users/{ALICE}"), "queryType": "MicrosoftGraph"});
    let requests = json!({
        "isEnabled": true,
        "notifyReviewers": true,
        "remindersEnabled": false,
        "requestDurationInDays": 5,
        "reviewers": [reviewer],
    });
    let path = "/policies/adminConsentRequestPolicy";
    caller.asks("PUT", path, Some(requests), 204);
    caller.asks("PUT", path, Some(json!({"isEnabled": true})), 400);

    let policies = "/policies/permissionGrantPolicies";
    let policy = json!({"id": "new", "displayName": "New"});
    caller.asks("POST", policies, Some(policy.clone()), 201);
    caller.asks("POST", policies, Some(policy), 409);
    caller.asks("PATCH", &format!("{policies}/new"), Some(json!({"description": "x"})), 204);
    let set = json!({"permissionType": "delegated", "permissionClassification": "low"});
    for list in ["includes", "excludes"] {
        let sets = format!("{policies}/new/{list}");
        let made = caller.asks("POST", &sets, Some(set.clone()), 201);
        let one = format!("{sets}/{}", made["id"].as_str().unwrap());
        caller.gets(&one);
        caller.asks("DELETE", &one, None, 204);
        caller.asks("DELETE", &one, None, 404);
        caller.asks("POST", &sets, Some(json!({})), 400);
    }
    caller.asks("DELETE", &format!("{policies}/new"), None, 204);
    caller.asks("DELETE", &format!("{policies}/microsoft-company-admin"), None, 400);

    let classes = format!("/servicePrincipals/{GRAPH}/delegatedPermissionClassifications");
    let class = json!({"permissionId": PROFILE, "classification": "low"});
    let made = caller.asks("POST", &classes, Some(class.clone()), 201);
    caller.asks("POST", &classes, Some(class), 409);
    let one = format!("{classes}/{}", made["id"].as_str().unwrap());
    caller.gets(&one);
    caller.asks("DELETE", &one, None, 204);
    caller.asks("DELETE", &one, None, 404);
}

#[test]
fn every_refusal_is_as_described() {
    let world = World::with(GRANTS);
    let caller = Caller::new(&world);
    caller.asks("GET", "/oauth2PermissionGrants?$filter=scope%20eq%20'x'", None, 400);
    caller.asks("GET", "/users?$top=5000", None, 400);
    let by_person = format!("appRoleAssignedTo?$filter=principalId%20eq%20{ALICE}");
    caller.asks("GET", &format!("/servicePrincipals/{UI}/{by_person}"), None, 400);
    caller.asks("GET", &format!("/servicePrincipals/{UI}/appRoleAssignments/x"), None, 400);
    caller.asks("GET", &format!("/users/{NOBODY}/appRoleAssignments"), None, 404);
    let cast = format!("/groups/{GX}/transitiveMembers/microsoft.graph.user");
    caller.asks("GET", &cast, None, 400);
    caller.asks("GET", &format!("/users/{NOBODY}"), None, 404);
    caller.asks("GET", &format!("/groups/{NOBODY}/members"), None, 404);
    caller.asks("GET", &format!("/servicePrincipals(appId='{NOBODY}')"), None, 404);
    let unknown = format!("/oauth2PermissionGrants?$filter=clientId%20eq%20'{NOBODY}'");
    caller.asks("GET", &unknown, None, 404);
    caller.asks("POST", "/directoryObjects/getByIds", Some(json!({"ids": []})), 400);

    let weak = world.tenant.token_with(&["User.Read"]);
    for (token, wanted) in [(weak.as_str(), 403), ("rubbish", 401)] {
        let path = "/oauth2PermissionGrants";
        for (method, body) in [("GET", None), ("POST", Some(grant("User.Read")))] {
            let (status, got) = caller.sends(method, path, body, token);
            assert_eq!(status, wanted);
            caller.contract.response(method, path, status, got.as_ref()).unwrap();
        }
    }
    for (weather, wanted) in [("throttle = 1", 429), ("unavailable = 1", 503)] {
        let world = World::with(&format!("[weather]\n{weather}\nretry-after = 2\n"));
        let caller = Caller::new(&world);
        caller.asks("GET", "/oauth2PermissionGrants", None, wanted);
        caller.asks("PATCH", &format!("/oauth2PermissionGrants/{EVERYBODY}"), None, wanted);
    }
    let world = World::with("[weather]\nduplicate = 400\nbroken-page = 1\n");
    let caller = Caller::new(&world);
    caller.asks("POST", "/oauth2PermissionGrants", Some(grant("User.Read")), 201);
    caller.asks("POST", "/oauth2PermissionGrants", Some(grant("User.Read")), 400);
    caller.asks("GET", "/users", None, 500);
}

#[test]
fn every_item_of_a_batch_is_as_described() {
    let world = World::with(GRANTS);
    let caller = Caller::new(&world);
    let json_type = json!({"Content-Type": "application/json"});
    let requests = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/oauth2PermissionGrants?$top=1"},
        {"id": "2", "method": "POST", "url": "/oauth2PermissionGrants", "headers": json_type,
         "body": grant("User.Read")},
        {"id": "3", "method": "POST", "url": "/oauth2PermissionGrants", "headers": json_type,
         "body": grant("User.Read"), "dependsOn": ["2"]},
        {"id": "4", "method": "GET", "url": format!("/users/{ALICE}"), "dependsOn": ["3"]},
        {"id": "5", "method": "DELETE", "url": format!("/oauth2PermissionGrants/{EVERYBODY}")},
        {"id": "6", "method": "GET", "url": format!("/users/{NOBODY}")},
    ]});
    caller.contract.request("POST", "/$batch", Some(&requests)).unwrap();
    let answer = caller.asks("POST", "/$batch", Some(requests.clone()), 200);
    let mut statuses = Vec::new();
    for request in requests["requests"].as_array().unwrap() {
        let all = answer["responses"].as_array().unwrap();
        let response = all.iter().find(|response| response["id"] == request["id"]).unwrap();
        let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
        let (method, url) = (request["method"].as_str().unwrap(), request["url"].as_str().unwrap());
        let body = &response["body"];
        let body = (!body.is_null()).then_some(body);
        caller.contract.response(method, url, status, body).unwrap();
        statuses.push(status);
    }
    assert_eq!(statuses, [200, 201, 409, 424, 204, 404]);
    let many: Vec<Value> = (0..21)
        .map(|n| json!({"id": n.to_string(), "method": "GET", "url": "/organization"}))
        .collect();
    caller.asks("POST", "/$batch", Some(json!({"requests": many})), 400);
    caller.asks("POST", "/$batch", Some(json!({"requests": []})), 400);
}

/// The checker can fail: each of these is wrong in one place.
#[test]
fn what_is_wrong_does_not_pass() {
    let contract = Contract::read();
    let grants = "/oauth2PermissionGrants";
    let with = |name: &str, value: Value| {
        let mut grant = grant("User.Read");
        grant[name] = value;
        grant
    };
    contract.request("POST", grants, Some(&grant("User.Read"))).unwrap();
    contract.request("POST", grants, Some(&with("principalId", Value::Null))).unwrap();
    for (wrong, place) in [
        (with("clientId", Value::Null), "/clientId"),
        (with("scope", json!(["User.Read"])), "/scope"),
        (with("scopes", json!("User.Read")), "scopes"),
        (with("expiryTime", json!("2030-01-01T00:00:00Z")), "expiryTime"),
        (json!([grant("User.Read")]), "object"),
    ] {
        let told = contract.request("POST", grants, Some(&wrong)).unwrap_err();
        assert!(told.contains(place), "{told}");
        contract.response("POST", grants, 201, Some(&wrong)).unwrap_err();
    }
    contract.request("POST", grants, None).unwrap_err();
    contract.request("PUT", grants, None).unwrap_err();
    contract.request("GET", "/oauth2PermissionGrant", None).unwrap_err();
    contract.request("DELETE", grants, None).unwrap_err();
    let many: Vec<Value> =
        (0..21).map(|n| json!({"id": n.to_string(), "method": "GET", "url": "/users"})).collect();
    contract.request("POST", "/$batch", Some(&json!({"requests": many}))).unwrap_err();

    let list = |row: Value| json!({"value": [row]});
    contract.response("GET", grants, 200, Some(&list(grant("x")))).unwrap();
    contract.response("GET", grants, 200, Some(&list(with("scope", json!(1))))).unwrap_err();
    contract.response("GET", grants, 200, Some(&json!({"values": []}))).unwrap_err();
    contract.response("GET", grants, 200, None).unwrap_err();
    contract.response("GET", grants, 302, None).unwrap_err();
    let error = json!({"error": {"code": "Request_BadRequest", "message": "x"}});
    contract.response("GET", grants, 400, Some(&error)).unwrap();
    contract.response("GET", grants, 400, Some(&json!({"error": {"code": "x"}}))).unwrap_err();
    let members = "/groups/1/transitiveMembers";
    let user = json!({"@odata.type": "#microsoft.graph.user", "id": "1", "displayName": null});
    contract.response("GET", members, 200, Some(&list(user.clone()))).unwrap();
    let mut wrong = user;
    wrong["displayName"] = json!(7);
    contract.response("GET", members, 200, Some(&list(wrong))).unwrap_err();
    let policy = json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": "none"}});
    contract.request("PATCH", "/policies/authorizationPolicy", Some(&policy)).unwrap_err();
    let guest = json!({"guestUserRoleId": "no GUID"});
    contract.response("GET", "/policies/authorizationPolicy", 200, Some(&guest)).unwrap_err();
}
