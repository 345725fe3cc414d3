use time::macros::date;

use crate::kinds::world::{EXPLORER, GRAPH, ORDERS_APP, World, explorer, object};

/// Four lines.
fn table(roles: &str, rest: &str) -> String {
    format!("[[app_role]]\napp = \"ge\"\nresource = \"Microsoft Graph\"\nroles = {roles}\n{rest}")
}

fn world(mode: &str, roles: &str) -> World {
    World::new(explorer(mode) + &table(roles, ""))
}

fn post(role: u128) -> String {
    format!(
        "POST /servicePrincipals/{api}/appRoleAssignedTo {{\"appRoleId\":\"00000000-0000-0000-0000-\
         {role:012x}\",\"principalId\":\"{}\",\"resourceId\":\"{api}\"}}",
        object(EXPLORER),
        api = object(GRAPH),
    )
}

#[test]
fn each_role_is_one_request_on_the_resource() {
    let world = world("exact", "[\"User.Read.All\", \"Mail.Read\"]");
    assert_eq!(world.requests(), [post(71), post(72)]);
    let change = world.clean().remove(0);
    assert_eq!(change.permissions[0].name, "User.Read.All");
    assert_eq!(change.why[0].line, "consent.toml:7");
}

#[test]
fn what_is_there_is_adopted_and_what_is_not_declared_goes_only_from_an_exact_app() {
    let there = |mode: &str| {
        world(mode, "[\"User.Read.All\"]")
            .assigned("ServicePrincipal", object(EXPLORER), GRAPH, 71)
            .assigned("ServicePrincipal", object(EXPLORER), GRAPH, 72)
    };
    assert_eq!(there("additive").requests(), Vec::<String>::new());
    let exact = there("exact").requests();
    let path = format!("DELETE /servicePrincipals/{}/appRoleAssignedTo/1-", object(GRAPH));
    assert_eq!(exact.len(), 1);
    assert!(exact[0].starts_with(&path), "{exact:?}");
}

/// The same role from two tables is one role; past its `until` it goes, also from an additive app.
#[test]
fn tables_are_united_and_end_on_their_day() {
    let twice = explorer("exact")
        + &table("[\"User.Read.All\"]", "reason = \"one\"\n")
        + &table("[\"User.Read.All\", \"User.Read.All\"]", "");
    let (changes, findings) = World::new(twice).changes();
    assert_eq!((changes.len(), changes[0].why.len()), (1, 2));
    assert_eq!(findings.iter().map(|one| one.code).collect::<Vec<_>>(), ["role_twice"]);
    let ended = explorer("additive") + &table("[\"User.Read.All\"]", "until = 2026-12-31\n");
    let world = World::new(ended).assigned("ServicePrincipal", object(EXPLORER), GRAPH, 71);
    assert_eq!(world.clone().on(date!(2026 - 12 - 31)).requests(), Vec::<String>::new());
    let last = world.on(date!(2027 - 01 - 01)).clean();
    assert!(last[0].takes && last[0].why[0].line.ends_with("past its until"), "{last:?}");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let bad = explorer("exact")
        + "[[app_role]]\napp = \"gee\"\nresource = \"Microsoft Grap\"\nroles = []\n"
        + &table("[\"Orders.Admin\", \"Files.Read.All\", \"User.Raed.All\", \"Old.Read.All\"]", "");
    let found = World::new(bad).findings();
    let codes: Vec<&str> = found.iter().map(|one| one.split(':').next().unwrap()).collect();
    let expected = [
        "unknown_app 8",
        "unknown_resource 9",
        "no_roles 10",
        "unknown_role 14",
        "scope_for_role 14",
        "unknown_role 14",
        "disabled_role 14",
    ];
    assert_eq!(codes, expected, "{found:#?}");
}

/// An exact app whose only declaration is a role has something declared.
#[test]
fn a_role_of_another_resource_is_named_by_its_table() {
    let orders = format!("[resource.orders]\napp_id = \"{ORDERS_APP}\"\n");
    let table = table("[\"Orders.Admin\"]", "").replace("Microsoft Graph", "orders");
    let world = World::new(explorer("exact") + &orders + &table);
    let change = world.clean().remove(0);
    assert_eq!(change.subject.target.unwrap().raw(), "Orders");
}
