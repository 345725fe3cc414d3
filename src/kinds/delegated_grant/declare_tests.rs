use time::macros::date;

use crate::kinds::world::{
    EXPLORER, GRAPH, NEW_APP, ORDERS_APP, World, explorer, grant, grant_id, graph, person,
    requests, scope, set_graph,
};
use crate::model::change::Verb;
use crate::model::request::later;

const TWO: &str = "[\"User.Read\", \"Mail.Read\"]";
const GX: &str = "{ groups = [\"GX\"] }";

fn exact(rest: impl AsRef<str>) -> World {
    World::new(explorer("exact") + rest.as_ref())
}

#[test]
fn four_kinds_of_wrong_scope_are_told_together() {
    let orders = format!(
        "[resource.orders]\napp_id = \"{ORDERS_APP}\"\n[[grant]]\napp = \"ge\"\nresource = \"orders\"\n\
         scopes = [\"Orders.Admin\"]\nfor = \"all-users\"\n"
    );
    let id = "00000000-0000-0000-0000-000000000001";
    let wrong = format!("[\n\"user.read\",\n\"Mail.Raed\",\n\"{id}\",\n]");
    let found = exact(grant(&wrong, "\"all-users\"") + &orders).findings();
    assert_eq!(
        found,
        [
            "unknown_scope 11: Microsoft Graph has no delegated permission \"user.read\" / \
             did you mean \"User.Read\"?",
            "unknown_scope 12: Microsoft Graph has no delegated permission \"Mail.Raed\" / \
             did you mean \"Mail.Read\"?",
            "permission_id 13: a permission is named here, not given by id / that id is \"User.Read\"",
            "role_for_scope 21: \"Orders.Admin\" of Orders is an application role, not a delegated \
             permission / it is granted in [[app_role]]: not on behalf of users, but to the app itself",
        ]
    );
}

#[test]
fn a_declared_resource_of_another_name_is_an_error() {
    let orders = |name: &str| {
        format!(
            "[resource.orders]\napp_id = \"{ORDERS_APP}\"\nname = \"{name}\"\n[[grant]]\napp = \
             \"ge\"\nresource = \"orders\"\nscopes = [\"orders.read\"]\nfor = \"all-users\"\n"
        )
    };
    let found = exact(orders("Orders API")).findings();
    assert_eq!(
        found,
        [format!(
            "name_mismatch 9: the resource {ORDERS_APP} is called \"Orders\" in the tenant, not \
             \"Orders API\" / check that the app_id is the resource you mean, then write its name as \
             it is"
        )]
    );
    assert_eq!(exact(orders("Orders")).findings(), [""; 0]);
}

/// A world whose one grant has a scope string of so many characters.
fn with_scope_string(length: usize) -> World {
    // 118 characters and a blank each; the last fills up.
    let mut names: Vec<String> = (0..length / 119).map(|n| format!("A{n:0>117}")).collect();
    let rest = length - names.len() * 119;
    names.push("B".repeat(rest));
    let mut world = exact(grant(&format!("{names:?}"), "\"all-users\""));
    set_graph(&mut world, |graph| {
        graph.scopes = names.iter().map(|name| scope(1, name)).collect();
    });
    world
}

#[test]
fn a_scope_string_may_be_3850_characters_long_and_no_longer() {
    assert_eq!(with_scope_string(3850).requests().len(), 1);
    let found = with_scope_string(3851).findings();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with(
            "scopes_too_long 10: the permissions of one grant are 3851 characters long; Microsoft \
             Entra stores at most 3850 / "
        ),
        "{found:?}"
    );
}

#[test]
fn a_published_name_that_no_grant_can_hold_is_an_error_and_not_left_out() {
    let mut world = exact(grant("[\"Söhne\"]", "\"all-users\"")).has("everyone", "User.Read");
    set_graph(&mut world, |graph| graph.scopes = vec![scope(1, "Söhne")]);
    assert!(world.findings()[0].starts_with("invalid_scope 10:"), "{:?}", world.findings());
}

#[test]
fn a_scope_that_its_resource_switched_off_is_a_warning() {
    let mut world = exact(grant("[\"User.Read\"]", "\"all-users\""));
    set_graph(&mut world, |graph| graph.scopes[0].enabled = false);
    let (changes, findings) = world.changes();
    assert_eq!((changes.len(), findings[0].code), (1, "disabled_scope"));
}

#[test]
fn several_tables_of_one_audience_are_one_grant_that_names_each_line() {
    let tables = grant("[\"User.Read\"]", "\"all-users\"") + &grant(TWO, "\"all-users\"");
    let changes = exact(tables).clean();
    assert_eq!(changes.len(), 1);
    let body = changes[0].steps[0].request.body.clone().unwrap();
    assert_eq!(body["scope"], "Mail.Read User.Read");
    let lines: Vec<&str> = changes[0].why.iter().map(|why| why.line.as_str()).collect();
    assert_eq!(lines, ["consent.toml:7", "consent.toml:12"]);
}

#[test]
fn an_all_users_grant_and_a_persons_grant_are_two_objects() {
    let alice = "{ users = [\"alice@contoso.com\"] }";
    let tables = grant("[\"User.Read\"]", "\"all-users\"") + &grant("[\"Mail.Read\"]", alice);
    assert_eq!(exact(tables).requests().len(), 2);
}

#[test]
fn a_group_comes_to_its_enabled_members_and_the_plan_says_who_is_left_out() {
    let changes = exact(grant(TWO, GX)).clean();
    let people: Vec<_> =
        changes.iter().map(|c| c.subject.person.clone().unwrap().shown()).collect();
    assert_eq!(people, ["alice@contoso.com", "bob@contoso.com", "carol@contoso.com"]);
    assert_eq!(
        changes[0].notes,
        [
            "dave@contoso.com of GX is left out: a guest.",
            "erin@contoso.com of GX is left out: disabled."
        ]
    );
}

#[test]
fn guests_and_disabled_users_come_in_where_the_manifest_says_so_and_except_takes_out() {
    let whom =
        "{ groups = [\"GX\"], guests = true, disabled = true, except = [\"bob@contoso.com\"] }";
    let changes = exact(grant(TWO, whom)).clean();
    let people: Vec<_> = changes.iter().map(|c| c.address.parts[1].clone()).collect();
    let expected = ["alice", "carol", "dave", "erin"].map(|name| person(name).to_string());
    assert_eq!(people, expected);
    assert_eq!(changes[0].notes, Vec::<String>::new());
}

#[test]
fn what_two_tables_leave_out_is_told_once() {
    let tables = grant("[\"User.Read\"]", GX) + &grant("[\"Mail.Read\"]", GX);
    assert_eq!(exact(tables).clean()[0].notes.len(), 2);
}

#[test]
fn past_its_until_a_grant_is_removed_also_from_an_additive_app() {
    let table = grant(TWO, "\"all-users\"") + "until = 2026-11-23\nreason = \"pilot\"\n";
    for mode in ["exact", "additive"] {
        let world = World::new(explorer(mode) + &table).has("everyone", "User.Read Mail.Read");
        assert_eq!(world.requests(), Vec::<String>::new(), "the last day counts");
        let changes = world.on(date!(2026 - 11 - 24)).clean();
        let id = grant_id(EXPLORER, GRAPH, None);
        let sent: Vec<String> = requests(&changes).iter().map(ToString::to_string).collect();
        assert_eq!(sent, [format!("DELETE /oauth2PermissionGrants/{id}")], "{mode}");
        let why = &changes[0].why[0];
        assert_eq!(why.line, "consent.toml:7, past its until");
        assert_eq!(
            (why.until.as_deref(), why.reason.as_deref()),
            (Some("2026-11-23"), Some("pilot"))
        );
    }
}

#[test]
fn an_expired_part_of_an_additive_grant_goes_and_the_rest_stays() {
    let tables = grant("[\"Mail.Read\"]", "\"all-users\"") + "until = 2026-01-01\n";
    let world = World::new(explorer("additive") + &tables).has("everyone", "Mail.Read openid");
    let changes = world.clean();
    assert_eq!(changes[0].verb, Verb::Narrow);
    let body = requests(&changes)[0].body.clone().unwrap();
    assert_eq!(body, serde_json::json!({ "scope": "openid" }));
}

#[test]
fn what_another_table_still_declares_does_not_expire() {
    let tables = grant("[\"Mail.Read\"]", "\"all-users\"")
        + "until = 2026-01-01\n"
        + &grant("[\"Mail.Read\"]", "\"all-users\"");
    let world = World::new(explorer("additive") + &tables).has("everyone", "Mail.Read");
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn a_client_still_to_be_created_is_a_placeholder() {
    let app = format!("[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\nprovision = true\n");
    let table = grant(TWO, "\"all-users\"").replace("\"ge\"", "\"new\"");
    let changes = World::new(app + &table).clean();
    let placeholder = later(&changes[0].address);
    assert_eq!(placeholder, "(known after service_principal/new)");
    assert_eq!(changes[0].steps[0].creates.as_ref(), Some(&placeholder));
    assert_eq!(requests(&changes)[1].body.as_ref().unwrap()["clientId"], placeholder.as_str());
    assert!(changes[1].steps[0].proof.read.path.contains(&format!("%27{placeholder}%27")));
}

#[test]
fn a_resource_without_a_service_principal_is_an_error() {
    let mut world = exact(grant(TWO, "\"all-users\"")).has("everyone", "User.Read");
    world.directory.service_principals.remove(&graph().app_id);
    assert!(world.findings()[0].starts_with("resource_not_in_tenant 9:"), "{:?}", world.findings());
}

#[test]
fn a_plan_about_other_apps_says_nothing_of_this_one() {
    let mut world = exact(grant(TWO, "\"all-users\"")).has("everyone", "User.Read");
    world.only = vec!["other".to_owned()];
    assert_eq!(world.requests(), Vec::<String>::new());
}
