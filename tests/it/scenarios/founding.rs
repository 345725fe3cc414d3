//! S0: the founding story with the article's own ids, from the examples as they are shipped.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::ledger::{all_sent, delete, grant_id, post};
use crate::world::{Run, World};

const CLIENT: &str = "4b7aac61-c554-4c49-9403-0003fdd21256";
const GRAPH: &str = "9cff6a24-ac52-4a27-9fdc-e1848f10a4b6";
const ADELE: &str = "155bfdc4-2bd6-4e3e-bbd0-263eb68c7060";
const ALL: &str = "Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLY";
const ADELES: &str = "Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLbE_VsV1is-TrvQJj62jHBg";
const SCOPE: &str = "Tasks.ReadWrite offline_access";

fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/outlook-tasks");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The manifest of way 3 for the one user of the article.
fn for_adele() -> String {
    let shipped = example("some-users.toml");
    let one = r#"for      = { users = ["adele@contoso.onmicrosoft.com"] }"#;
    let text = shipped.replace(r#"for      = { groups = ["Flow makers"] }"#, one);
    assert_ne!(text, shipped);
    text
}

/// The shipped tenant, served, with a shipped manifest in its place.
fn served(tenant: &str, manifest: &str) -> World {
    let world = World::new(&example(tenant));
    world.file("consent.toml", manifest);
    world
}

/// The same embedded: no address and no token in the environment.
fn embedded(world: &World, args: &[&str]) -> Run {
    let args: Vec<&str> = args.iter().copied().chain(["--sandbox", "tenant.toml"]).collect();
    let mut command = world.command(&args);
    command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
    Run::of(command.output().unwrap())
}

/// Plan, apply, plan with the embedded tenant: its state is kept between the runs. Returns the
/// tables of the tenant afterwards.
fn rehearse(tenant: &str, manifest: &str) -> Value {
    let world = World::new(&example("tenant.toml"));
    world.file("tenant.toml", &example(tenant));
    world.file("consent.toml", manifest);
    let plan = || -> Value {
        let run = embedded(&world, &["plan", "--json"]).assert_code(0);
        serde_json::from_str(&run.stdout).unwrap()
    };
    let before = plan();
    assert_ne!(before["changes"], json!([]));
    assert_eq!(plan()["effect"], before["effect"], "a plan changes nothing");
    let digest = before["effect"]["sha256"].as_str().unwrap();
    let run = embedded(&world, &["apply", "--approve", digest]).assert_code(0);
    assert!(run.stdout.contains("a fresh plan is empty"), "{run:#?}");
    assert_eq!(plan()["changes"], json!([]));
    assert_eq!(world.sent(), [] as [&str; 0], "the served tenant has nothing to do with it");
    let folder = world.folder().join(".consent/sandbox");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let state: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    state["tables"].clone()
}

fn ids(tables: &Value) -> BTreeSet<&str> {
    let rows = tables["oauth2PermissionGrants"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[test]
fn way_3_gives_the_one_user_the_grant_before_everybody_loses_it() {
    let world = served("tenant.toml", &for_adele());
    assert_eq!(world.grants(), BTreeSet::from([ALL.to_owned()]));
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["summary"]["add"], 1);
    assert_eq!(plan["summary"]["remove"], 1);
    assert_eq!(all_sent(&world), [post(CLIENT, GRAPH, Some(ADELE), SCOPE), delete(ALL)]);
    assert_eq!(world.grants(), BTreeSet::from([ADELES.to_owned()]));
}

#[test]
fn way_3_as_shipped_keeps_every_flow_maker_going() {
    let world = served("tenant.toml", &example("some-users.toml"));
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["summary"]["add"], 3);
    for given in &plan["changes"].as_array().unwrap()[..3] {
        // Who keeps it is given nothing, and loses nothing.
        assert_eq!((&given["risk"], &given["outage"]), (&json!(null), &json!(null)));
    }
    let taken = &plan["changes"][3];
    let outage = json!({ "who": "everybody", "people": 0, "groups": 0 });
    assert_eq!((&taken["risk"], &taken["outage"]), (&json!(null), &outage));
    let sent = world.sent();
    assert_eq!(sent.len(), 4);
    assert_eq!(sent[3], format!("DELETE /oauth2PermissionGrants/{ALL}"));
    let members = ["adele", "alex", "megan"].map(|name| {
        let upn = format!("{name}@contoso.onmicrosoft.com");
        let users = world.rows("users");
        let row = users.iter().find(|row| row["userPrincipalName"] == upn).unwrap();
        grant_id(CLIENT, GRAPH, row["id"].as_str())
    });
    assert_eq!(world.grants(), BTreeSet::from(members));
    assert!(world.grants().contains(ADELES));
}

#[test]
fn way_3_embedded() {
    assert_eq!(ids(&rehearse("tenant.toml", &for_adele())), BTreeSet::from([ADELES]));
    let shipped = rehearse("tenant.toml", &example("some-users.toml"));
    assert_eq!(ids(&shipped).len(), 3);
    assert!(!ids(&shipped).contains(ALL));
}

#[test]
fn way_2_from_an_empty_tenant_brings_the_app_in_first() {
    let world = served("empty-tenant.toml", &example("everybody.toml"));
    assert!(world.grants().is_empty());
    world.apply_as_announced();
    let apps = world.rows("servicePrincipals");
    let app_id = json!("99da6bf4-4525-4bfa-b39f-b6a35789c240");
    let client = apps.iter().find(|row| row["appId"] == app_id).unwrap()["id"].as_str().unwrap();
    let provision =
        ("POST".to_owned(), "/servicePrincipals".to_owned(), json!({ "appId": app_id }));
    assert_eq!(all_sent(&world), [provision, post(client, GRAPH, None, SCOPE)]);
    assert_eq!(world.grants(), BTreeSet::from([grant_id(client, GRAPH, None)]));
}

#[test]
fn way_2_embedded() {
    let tables = rehearse("empty-tenant.toml", &example("everybody.toml"));
    assert_eq!(ids(&tables).len(), 1);
}

#[test]
fn way_2_on_the_tenant_as_found_has_nothing_to_do() {
    let world = served("tenant.toml", &example("everybody.toml"));
    world.run(&["plan", "--detailed-exitcode"]).assert_code(0);
    let run = world.run(&["apply"]).assert_code(0);
    assert!(run.stderr.is_empty(), "{run:#?}");
    assert_eq!(world.sent(), [] as [&str; 0]);
    assert_eq!(world.rows("oauth2PermissionGrants")[0]["scope"], " offline_access Tasks.ReadWrite");
}

/// The list after way 1: the neighbours are as they were.
fn anybody() -> Value {
    json!([
        "ManagePermissionGrantsForSelf.microsoft-user-default-legacy",
        "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team",
        "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-chat",
    ])
}

#[test]
fn way_1_is_one_patch_of_the_list_that_keeps_its_neighbours() {
    let world = served("tenant.toml", &example("let-users-consent.toml"));
    world.apply_as_announced();
    let writes = all_sent(&world);
    assert_eq!(writes.len(), 1, "{writes:#?}");
    let (method, path, body) = &writes[0];
    assert_eq!((method.as_str(), path.as_str()), ("PATCH", "/policies/authorizationPolicy"));
    let list = &body["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"];
    let only = json!({
        "defaultUserRolePermissions": { "permissionGrantPoliciesAssigned": list }
    });
    assert_eq!(*body, only, "nothing else of the policy is sent");
    let sorted = |list: &Value| {
        let items = list.as_array().unwrap().iter();
        items.map(|item| item.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(sorted(list), sorted(&anybody()));
    assert_eq!(list.as_array().unwrap().len(), 3);
    assert_eq!(world.grants(), BTreeSet::from([ALL.to_owned()]), "grants that exist stay");
}

#[test]
fn way_1_embedded() {
    let tables = rehearse("tenant.toml", &example("let-users-consent.toml"));
    assert_eq!(ids(&tables), BTreeSet::from([ALL]));
    assert!(tables.to_string().contains("microsoft-user-default-legacy"));
}
