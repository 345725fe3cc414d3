use time::macros::date;

use crate::kinds::world::{GROUP, NEW_APP, ORDERS, ORDERS_APP, SIGN, World, object, person};
use crate::model::directory::Lookup;
use crate::model::id::ObjectId;

/// `[app.sign]`, lines 4 to 7, which has no roles for people, and `[app.orders]`, which has.
fn apps(mode: &str) -> String {
    format!(
        "[app.sign]\napp_id = \"5161acce-0000-4000-8000-000000000002\"\nmode = \"{mode}\"\ngrants = \
         \"none\"\n[app.orders]\napp_id = \"{ORDERS_APP}\"\nmode = \"{mode}\"\ngrants = \"none\"\n"
    )
}

/// Three lines or more.
fn table(app: &str, rest: &str) -> String {
    format!("[[assignment]]\napp = \"{app}\"\n{rest}\n")
}

fn grant(whom: &str) -> String {
    format!(
        "[[grant]]\napp = \"sign\"\nresource = \"Microsoft Graph\"\nscopes = [\"User.Read\"]\nfor = {whom}\n"
    )
}

/// Without `grants = "none"` of the app that is granted something.
fn granting(mode: &str, whom: &str) -> String {
    apps(mode).replacen("grants = \"none\"\n", "", 1) + &grant(whom)
}

fn post(app: u128, who: ObjectId, role: u128) -> String {
    format!(
        "POST /servicePrincipals/{app}/appRoleAssignedTo {{\"appRoleId\":\"00000000-0000-0000-0000-\
         {role:012x}\",\"principalId\":\"{who}\",\"resourceId\":\"{app}\"}}",
        app = object(app)
    )
}

/// The assignments only, whatever the grants do.
fn requests(world: &World) -> Vec<String> {
    let changes = world.clean();
    let own = changes.iter().filter(|change| change.address.kind == "assignment");
    own.flat_map(|change| &change.steps).map(|step| step.request.to_string()).collect()
}

#[test]
fn users_and_groups_get_default_access_and_groups_stay_groups() {
    let world = World::new(
        apps("exact") + &table("sign", "users = [\"alice@contoso.com\"]\ngroups = [\"GX\"]"),
    );
    assert_eq!(requests(&world), [post(SIGN, person("alice"), 0), post(SIGN, object(GROUP), 0)]);
    let group = &world.clean()[1];
    assert_eq!(group.notes, ["Of a group, only its direct members are let in."]);
    assert_eq!(group.subject.person.as_ref().unwrap().raw(), "GX");
}

/// Assigning a group does not depend on who is in it.
#[test]
fn a_group_whose_members_nobody_may_know_can_be_assigned() {
    let mut world = World::new(apps("exact") + &table("sign", "groups = [\"GX\"]")).direct(None);
    for group in world.directory.groups.values_mut() {
        group.members = None;
    }
    assert_eq!(requests(&world), [post(SIGN, object(GROUP), 0)]);
}

/// A group that reads as empty can be assigned: nobody loses anything by it.
#[test]
fn an_empty_group_is_a_group() {
    let world = World::new(apps("exact") + &table("sign", "groups = [\"GX\"]")).group(&[]);
    assert_eq!(requests(&world), [post(SIGN, object(GROUP), 0)]);
    let unknown = world.group_answers(Lookup::None);
    assert!(unknown.findings()[0].starts_with("unknown_group 14: "), "{:?}", unknown.findings());
}

#[test]
fn an_app_with_roles_for_people_wants_one_named() {
    let with = |rest: &str| {
        World::new(
            apps("exact") + &table("orders", &format!("users = [\"bob@contoso.com\"]\n{rest}")),
        )
    };
    assert_eq!(requests(&with("role = \"Approver\"")), [post(ORDERS, person("bob"), 98)]);
    for (rest, expected) in [
        ("", "role_needed 12: orders has roles for people"),
        ("role = \"Orders.Admin\"", "role_for_apps 15: "),
        ("role = \"Aprover\"", "unknown_role 15: "),
        ("role = \"Clerk\"", "disabled_role 15: "),
    ] {
        let found = with(rest).findings();
        assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
    }
    assert!(with("").findings()[0].contains("Orders defines \"Approver\", \"Reader\""));
    let none =
        World::new(apps("exact") + &table("sign", "users = [\"bob@contoso.com\"]\nrole = \"X\""));
    assert!(none.findings()[0].contains("defines none"), "{:?}", none.findings());
}

#[test]
fn what_is_not_declared_goes_only_where_a_table_makes_it_exact() {
    let there = |manifest: String| {
        World::new(manifest)
            .assigned("User", person("alice"), SIGN, 0)
            .assigned("User", person("bob"), SIGN, 0)
            .assigned("Group", object(GROUP), SIGN, 0)
            .assigned("ServicePrincipal", object(ORDERS), SIGN, 0)
    };
    let alice = table("sign", "users = [\"alice@contoso.com\"]");
    let gone = requests(&there(apps("exact") + &alice));
    assert_eq!(gone.len(), 2, "{gone:?}");
    assert!(gone.iter().all(|one| one.starts_with("DELETE /servicePrincipals/")), "{gone:?}");
    assert_eq!(requests(&there(apps("additive") + &alice)), Vec::<String>::new());
    assert_eq!(requests(&there(apps("exact"))), Vec::<String>::new());
    let by_grant = granting("exact", "{ users = [\"alice@contoso.com\"], assign = true }");
    assert_eq!(requests(&there(by_grant.clone())), Vec::<String>::new());
    assert_eq!(requests(&there(by_grant + &table("sign", "groups = [\"GX\"]"))).len(), 1);
}

#[test]
fn people_of_a_grant_are_assigned_as_consent_of_their_own_would() {
    let world = World::new(granting("exact", "{ groups = [\"GX\"], assign = true }"));
    let people = ["alice", "bob", "carol"].map(|name| post(SIGN, person(name), 0));
    assert_eq!(requests(&world), people);
    let world = World::new(granting("exact", "{ groups = [\"GX\"] }"));
    assert_eq!(requests(&world), Vec::<String>::new());
}

/// A grant that is gone or has run out takes no assignment along; a table that has run out does.
#[test]
fn only_a_table_unassigns_when_it_ends() {
    let whom = "{ users = [\"alice@contoso.com\"], assign = true }\nuntil = 2026-12-31";
    let by_grant =
        World::new(granting("additive", whom)).assigned("User", person("alice"), SIGN, 0);
    assert_eq!(requests(&by_grant.on(date!(2027 - 01 - 01))), Vec::<String>::new());
    let until = "users = [\"alice@contoso.com\"]\nuntil = 2026-12-31";
    let world = World::new(apps("additive") + &table("sign", until));
    let world = world.assigned("User", person("alice"), SIGN, 0);
    assert_eq!(requests(&world.clone().on(date!(2026 - 12 - 31))), Vec::<String>::new());
    assert!(requests(&world.on(date!(2027 - 01 - 01)))[0].starts_with("DELETE "));
}

#[test]
fn people_of_a_grant_cannot_be_given_a_role_of_their_own() {
    let whom = "{ users = [\"bob@contoso.com\"], assign = true }";
    let manifest = granting("exact", whom).replace("app = \"sign\"", "app = \"orders\"");
    let found = World::new(manifest.replacen("\ngrants = \"none\"", "", 1)).findings();
    assert!(found[0].starts_with("role_needed 14: orders has roles"), "{found:?}");
    assert!(found[0].contains("[[assignment]] of orders with role"), "{found:?}");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let new = format!(
        "[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\nprovision = true\ngrants = \"none\"\n"
    );
    let manifest = apps("exact")
        + &new
        + &table("sing", "")
        + &table("sign", "users = [\"nobody@contoso.com\"]\ngroups = [\"GY\"]")
        + &table("new", "users = [\"bob@contoso.com\"]\nrole = \"X\"");
    let found = World::new(manifest).findings();
    let codes: Vec<&str> = found.iter().map(|one| one.split(':').next().unwrap()).collect();
    let expected = [
        "nobody_to_assign 17",
        "unknown_app 18",
        "unknown_user 22",
        "unknown_group 23",
        "role_of_new_app 27",
    ];
    assert_eq!(codes, expected, "{found:#?}");
}

#[test]
fn an_app_that_is_not_asked_for_is_left_out() {
    let mut world = World::new(apps("exact") + &table("sign", "users = [\"alice@contoso.com\"]"));
    world.only = vec!["orders".to_owned()];
    assert_eq!(requests(&world), Vec::<String>::new());
}

/// A list that is there and empty, which nobody forgets.
#[test]
fn nobody_at_all_is_an_empty_list_of_an_exact_app() {
    let there = |mode: &str, app: &str, rest: &str| {
        World::new(apps(mode) + &table(app, rest)).assigned("User", person("bob"), SIGN, 0)
    };
    let gone = requests(&there("exact", "sign", "users = []"));
    assert!(gone.len() == 1 && gone[0].starts_with("DELETE "), "{gone:?}");
    let found = there("exact", "sign", "").findings();
    assert!(found.len() == 1 && found[0].starts_with("nobody_to_assign 12: "), "{found:?}");
    let found = there("additive", "sign", "groups = []").findings();
    assert!(found[0].starts_with("nobody_to_assign 12: "), "{found:?}");
    // An app with roles for people needs none for nobody.
    assert_eq!(there("exact", "orders", "users = []").findings(), Vec::<String>::new());
}

#[test]
fn of_an_app_that_is_still_to_be_created_nobody_knows_the_roles() {
    let new = format!("[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"additive\"\nprovision = true\n");
    let notes = |world: World| {
        let changes = world.clean();
        let mut own = changes.iter().filter(|change| change.address.kind == "assignment");
        own.next().unwrap().notes.join(" ")
    };
    let world = World::new(new + &table("new", "users = [\"bob@contoso.com\"]"));
    assert!(notes(world).contains("roles for people, this is refused"));
    let world = World::new(apps("exact") + &table("sign", "users = [\"bob@contoso.com\"]"));
    assert_eq!(notes(world), "");
}
