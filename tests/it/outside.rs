//! What a plan says of what it did not look at, against the tenant's own rows.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scenarios::{app, has, wants};
use crate::world::World;

/// Two apps that the manifest does not speak of, and one that it does.
fn seed() -> String {
    let role = |client: &str, role: &str| {
        format!(
            "[[app_role_assignment]]\nprincipal = \"{client}\"\nresource = \"Microsoft Graph\"\nrole = \"{role}\"\n"
        )
    };
    has("Graph Explorer", None, "User.Read")
        + &has("Acme Sign", None, "User.Read")
        + &has("Acme Sign", Some("bob@contoso.com"), "Mail.Read")
        + &role("Acme Sign", "User.Read.All")
        + &role("Orders UI", "User.Read.All")
        + &role("Graph Explorer", "User.Read.All")
}

fn manifest() -> String {
    app("explorer", "additive") + &wants("explorer", r#"["User.Read"]"#, "\"all-users\"")
}

/// Counted from the rows themselves, by nothing of the program's.
fn expected(world: &World) -> Value {
    let explorer = ids(world, "servicePrincipals", "appId", "de8bc8b5-d9f9-48b1-a8ad-b748da725064");
    let graph = ids(world, "servicePrincipals", "appId", "00000003-0000-0000-c000-000000000000");
    let grants = world.rows("oauth2PermissionGrants");
    let roles: Vec<Value> = world
        .rows("appRoleAssignments")
        .into_iter()
        .filter(|row| graph.contains(row["resourceId"].as_str().unwrap()))
        .collect();
    let holder = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let clients = grants.iter().map(|row| holder(row, "clientId"));
    let principals = roles.iter().map(|row| holder(row, "principalId"));
    let all: BTreeSet<String> = clients.chain(principals).collect();
    let outside = |rows: &[Value], name: &str| {
        rows.iter().filter(|row| !explorer.contains(&holder(row, name))).count()
    };
    json!({
        "apps": all.difference(&explorer).count(),
        "apps_in_all": all.len(),
        "grants": outside(&grants, "clientId"),
        "app_roles": outside(&roles, "principalId"),
    })
}

fn ids(world: &World, table: &str, name: &str, value: &str) -> BTreeSet<String> {
    let rows = world.rows(table).into_iter();
    let named = rows.filter(|row| row[name] == value);
    named.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_outside_is_counted_to_the_object() {
    let world = World::with(&seed());
    world.manifest(&manifest());
    let plan = world.plan();
    assert_eq!(plan["outside"], expected(&world));
    assert_eq!(plan["outside"], json!({"apps": 2, "apps_in_all": 3, "grants": 2, "app_roles": 2}));
    let told = world.run(&["plan"]).assert_code(0).stdout;
    let line = "Outside this manifest: 2 of 3 apps with consent, 2 grants, 2 application\n";
    assert!(told.contains(line), "{told}");
    // A part is not told from the rest of its manifest, and a saved plan says what it said.
    let part = world.run(&["plan", "--app", "explorer"]).assert_code(0).stdout;
    assert!(!part.contains("Outside"), "{part}");
}

/// A thousand grants are more than one answer holds: apps are not counted then, grants are.
#[test]
fn of_very_many_the_service_tells_the_number() {
    let crowd = "[[people]]\nprefix = \"w\"\ncount = 1100\n[[bulk_grant]]\nclient = \"Acme Sign\"\n\
                 resource = \"Microsoft Graph\"\npeople = \"w\"\nscope = \"User.Read\"\n";
    let world = World::with(&(has("Graph Explorer", None, "User.Read") + crowd));
    world.manifest(&manifest());
    let before = world.counts();
    let outside = world.plan()["outside"].clone();
    assert_eq!(outside, json!({"apps": null, "apps_in_all": null, "grants": 1100, "app_roles": 0}));
    assert_eq!(outside["grants"], expected(&world)["grants"]);
    // With it, a plan of one app with everything in place.
    let asked = world.counts().http - before.http;
    assert!(asked <= 6, "{asked} requests");
    let told = world.run(&["plan"]).assert_code(0).stdout;
    assert!(told.contains("Outside this manifest: 1,100 grants.\n"), "{told}");
}

/// What is only for information stops nobody.
#[test]
fn what_may_not_be_counted_is_left_out_with_a_word() {
    let refuse = |path: &str| {
        format!("[[weather.refuse]]\nmethod = \"GET\"\npath = \"{path}\"\nstatus = 403\n")
    };
    let world = World::with(&(seed() + &refuse("appRoleAssignedTo?$count")));
    world.manifest(&manifest());
    let told = world.run(&["plan"]).assert_code(0).stdout;
    let line = "Outside this manifest: 2 grants; not all of it could be counted.\n";
    assert!(told.contains(line), "{told}");
    let both = refuse("appRoleAssignedTo?$count") + &refuse("oauth2PermissionGrants?$count");
    let world = World::with(&(seed() + &both));
    world.manifest(&manifest());
    let told = world.run(&["plan"]).assert_code(0).stdout;
    assert!(told.contains("Outside this manifest: could not be counted.\n"), "{told}");
}
