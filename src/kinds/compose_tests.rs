//! What no table can say is said to be so, and never left out in silence. What a table says leads back to its
//! state: see `src/plan/tests/desired.rs`, and of the specimens of every kind `tests/it/kinds/compose.rs`.

use serde_json::{Value, json};

use super::Composed;
use crate::kinds::by_name;
use crate::kinds::world::{EXPLORER, GRAPH, GROUP, ORDERS_APP, World, explorer, object, person};
use crate::model::address::Address;
use crate::model::id::PermissionId;

fn composed(world: &World, kind: &str, spec: &Value) -> Composed {
    let address = Address::new(kind, "ge", []);
    let composed = world.with_inputs(|inputs, _, _| {
        by_name(kind).unwrap().1.compose(&address, &spec.clone().into(), inputs.scene)
    });
    composed.0.unwrap().unwrap()
}

/// Why no table says this.
fn never(kind: &str, spec: &Value) -> String {
    match composed(&World::new(explorer("exact")), kind, spec) {
        Composed::Never(why) => why,
        other => panic!("{other:?}"),
    }
}

/// The state with one member in the place of its own.
fn with(spec: &Value, member: &str, value: Value) -> Value {
    let mut spec = spec.clone();
    spec[member] = value;
    spec
}

#[test]
fn grants_that_no_table_makes() {
    let grant = json!({
        "client": object(EXPLORER), "resource": object(GRAPH), "audience": "everyone",
        "scopes": ["User.Read"],
    });
    let with = |member: &str, value: Value| never("delegated_grant", &with(&grant, member, value));
    assert!(with("client", json!(object(9))).contains("is c1000000-"));
    assert!(with("resource", json!(object(9))).starts_with("the tenant has no service principal "));
    assert_eq!(with("scopes", json!(["Gone"])), "Microsoft Graph does not publish Gone");
    assert_eq!(with("scopes", json!([])), "it grants nothing");
    let group = json!({"group": object(GROUP)});
    assert_eq!(with("audience", group), "it is for neither all users nor one");
}

#[test]
fn roles_that_no_table_gives() {
    let role = |number: u128| json!(PermissionId::from_u128(number));
    let held = json!({
        "client": object(EXPLORER), "resource": object(GRAPH), "role": role(71), "app_id": null,
        "name": "User.Read.All",
    });
    let of_app = |member: &str, value: Value| never("app_role", &with(&held, member, value));
    assert!(of_app("client", json!(object(9))).contains("is c1000000-"));
    assert!(of_app("resource", json!(object(9))).starts_with("the tenant has no service "));
    for (number, why) in [(73, "switched off"), (7, "unknown")] {
        let gives = of_app("role", role(number));
        assert!(gives.starts_with("Microsoft Graph gives nobody the role "), "{why}: {gives}");
    }
    let assigned = json!({
        "client": object(EXPLORER), "principal": {"user": person("alice")}, "role": role(7),
        "name": null,
    });
    assert!(never("assignment", &assigned).starts_with("Graph Explorer gives nobody the role "));
    assert!(never("assignment", &with(&assigned, "client", json!("x"))).contains("is c1000000-"));
    let app = format!("[app.ge]\napp_id = \"{ORDERS_APP}\"\nmode = \"exact\"\n");
    let world = World::new(app);
    let orders = object(crate::kinds::world::ORDERS);
    let spec = with(&with(&assigned, "client", json!(orders)), "role", role(0));
    let why = "default access is for apps without roles for people";
    assert_eq!(composed(&world, "assignment", &spec), Composed::Never(why.to_owned()));
}

#[test]
fn settings_that_no_table_sets() {
    let list = json!({"assigned": ["ManagePermissionGrantsForSelf.a b"]});
    assert_eq!(never("user_consent", &list), "\"a b\" is no id of a consent policy");
    let class = json!({
        "resource": object(GRAPH), "app_id": "00000003-0000-0000-c000-000000000000",
        "permission": PermissionId::from_u128(4), "name": "Files.Read.All", "class": "low",
    });
    let admin = "only administrators can consent to \"Files.Read.All\"";
    assert_eq!(never("classification", &class), admin);
    let gone = with(&class, "permission", json!(PermissionId::from_u128(40)));
    assert!(never("classification", &gone).starts_with("Microsoft Graph does not publish "));
    let other = with(&class, "resource", json!(object(9)));
    assert!(never("classification", &other).starts_with("the tenant has no service principal "));
    let requests = json!({
        "enabled": true, "notify": true, "reminders": true, "days": 90,
        "reviewers": [{"query": "/users/x", "queryType": null, "queryRoot": null}],
    });
    assert!(never("consent_requests", &requests).starts_with("it is on, and "));
    let off = with(&requests, "enabled", json!(false));
    let Composed::Partly(keys, left_out) =
        composed(&World::new(explorer("exact")), "consent_requests", &off)
    else {
        panic!("all of it is said")
    };
    assert_eq!(keys.keys().collect::<Vec<_>>(), ["enabled", "notify", "reminders"]);
    let both = "how long a request waits: 90 days; reviewers who are neither users nor groups";
    assert_eq!(left_out, both);
}

#[test]
fn policies_that_no_table_makes() {
    let set = json!({
        "permission_type": "delegated", "permission_classification": null, "resource": null,
        "permissions": null, "client_applications": null, "client_tenants": null,
        "client_publishers": null, "verified_publisher_only": false,
    });
    let policy = json!({
        "id": "mine", "name": "N", "description": null, "include": [set], "exclude": [],
        "names": {},
    });
    for (member, value) in [("id", "microsoft-mine"), ("name", " ")] {
        let why = never("consent_policy", &with(&policy, member, json!(value)));
        assert_eq!(why, "its id or its name is none that a manifest takes");
    }
    for (member, value) in [
        ("permission_type", json!("other")),
        ("permission_classification", json!("secret")),
        ("resource", json!("5e000000-0000-4000-8000-0000000000ff")),
        ("permissions", json!([PermissionId::from_u128(2)])),
        ("client_applications", json!(["x"])),
        ("client_tenants", json!(["x"])),
        ("client_publishers", json!(["1 2"])),
    ] {
        let sets = json!([with(&set, member, value)]);
        let why = never("consent_policy", &with(&policy, "exclude", sets));
        assert!(why.starts_with("no manifest can say: "), "{member}: {why}");
    }
}
