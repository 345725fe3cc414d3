use crate::kinds::world::{GROUP, ORDERS, ORDERS_APP, SIGN, World, object, person};
use crate::model::address::Address;
use crate::model::change::Change;

fn changes(table: &str, there: impl FnOnce(World) -> World) -> Vec<Change> {
    door_and_changes("", table, there)
}

/// The same, with more lines about the app `sign`.
fn door_and_changes(door: &str, table: &str, there: impl FnOnce(World) -> World) -> Vec<Change> {
    let app = |label: &str, id: &str| {
        let own = if label == "sign" { door } else { "" };
        format!("[app.{label}]\napp_id = \"{id}\"\nmode = \"exact\"\ngrants = \"none\"\n{own}")
    };
    let apps = app("sign", "5161acce-0000-4000-8000-000000000002") + &app("orders", ORDERS_APP);
    there(World::new(apps + table)).clean()
}

/// Addresses of what is given, and what the only removal waits for.
fn given_and_needed(changes: &[Change]) -> (Vec<Address>, Vec<Address>) {
    let given = changes.iter().filter(|one| one.gives).map(|one| one.address.clone()).collect();
    let taken: Vec<&Change> = changes.iter().filter(|one| one.takes).collect();
    assert_eq!(taken.len(), 1, "{taken:?}");
    (given, taken[0].needs.clone())
}

#[test]
fn a_user_goes_when_his_group_was_read_back() {
    let table = "[[assignment]]\napp = \"sign\"\ngroups = [\"GX\"]\n";
    let changes = changes(table, |world| world.assigned("User", person("bob"), SIGN, 0));
    let (given, needed) = given_and_needed(&changes);
    assert_eq!(given, needed);
}

#[test]
fn a_group_goes_when_all_its_people_were_read_back() {
    let table =
        "[[assignment]]\napp = \"sign\"\nusers = [\"bob@contoso.com\", \"carol@contoso.com\"]\n";
    let changes = changes(table, |world| world.assigned("Group", object(GROUP), SIGN, 0));
    let (given, needed) = given_and_needed(&changes);
    assert_eq!((given.len(), given), (2, needed));
}

#[test]
fn a_role_goes_when_the_same_persons_new_one_was_read_back() {
    let table = "[[assignment]]\napp = \"orders\"\nrole = \"Approver\"\nusers = [\"alice@contoso.com\", \
                 \"bob@contoso.com\"]\n";
    let changes = changes(table, |world| world.assigned("User", person("bob"), ORDERS, 97));
    let (given, needed) = given_and_needed(&changes);
    assert_eq!(given.len(), 2);
    assert_eq!(needed, given[1..], "bob's own, not alice's");
}

#[test]
fn another_app_is_not_waited_for() {
    let table = "[[assignment]]\napp = \"orders\"\nrole = \"Approver\"\ngroups = [\"GX\"]\n\
                 [[assignment]]\napp = \"sign\"\nusers = [\"alice@contoso.com\"]\n";
    let there = |world: World| {
        let world = world.assigned("User", person("alice"), SIGN, 0);
        world.assigned("User", person("bob"), SIGN, 0)
    };
    let changes = changes(table, there);
    let (given, needed) = given_and_needed(&changes);
    assert_eq!((given.len(), needed), (1, Vec::new()));
}

/// What one table asks for goes together: the grant first. An assignment of its own waits for nothing.
#[test]
fn people_of_a_grant_are_let_in_when_it_was_read_back() {
    let manifest = "[app.sign]\napp_id = \"5161acce-0000-4000-8000-000000000002\"\nmode = \"exact\"\n\
                    [[grant]]\napp = \"sign\"\nresource = \"Microsoft Graph\"\nscopes = [\"User.Read\"]\n\
                    for = { users = [\"alice@contoso.com\"], assign = true }\n\
                    [[grant]]\napp = \"sign\"\nresource = \"Microsoft Graph\"\nscopes = [\"Mail.Read\"]\n\
                    for = { users = [\"bob@contoso.com\"] }\n\
                    [[assignment]]\napp = \"sign\"\nusers = [\"bob@contoso.com\"]\n";
    let changes = World::new(manifest).clean();
    let of = |kind: &str, name: &str| {
        let id = person(name).to_string();
        let is = |one: &&Change| one.address.kind == kind && one.address.parts.contains(&id);
        changes.iter().find(is).unwrap()
    };
    assert_eq!(of("assignment", "alice").needs, [of("delegated_grant", "alice").address.clone()]);
    assert_eq!(of("assignment", "bob").needs, []);
}

/// Addresses of what the only removal rests on.
fn rested_on(changes: &[Change]) -> Vec<String> {
    let taken: Vec<&Change> = changes.iter().filter(|one| one.takes).collect();
    assert_eq!(taken.len(), 1, "{taken:?}");
    taken[0].rests_on.iter().map(|rest| rest.address.to_string()).collect()
}

#[test]
fn who_is_sent_away_from_an_open_app_rests_on_the_open_door() {
    let table = "[[assignment]]\napp = \"sign\"\ngroups = [\"GX\"]\n";
    let there = |world: World| {
        let world = world.assigned("Group", object(GROUP), SIGN, 0);
        world.assigned("User", person("bob"), SIGN, 0)
    };
    assert_eq!(rested_on(&changes(table, there)), ["service_principal/sign"]);
}

#[test]
fn who_is_sent_away_from_a_closed_app_rests_on_the_groups_that_stay() {
    let table = "[[assignment]]\napp = \"sign\"\ngroups = [\"GX\"]\n\
                 users = [\"carol@contoso.com\"]\n";
    let there = |mut world: World| {
        let mut apps = world.directory.service_principals.values_mut();
        apps.find(|app| app.id == object(SIGN)).unwrap().assignment_required = true;
        let world = world.assigned("Group", object(GROUP), SIGN, 0);
        let world = world.assigned("User", person("carol"), SIGN, 0);
        world.assigned("User", person("bob"), SIGN, 0)
    };
    let group = format!("assignment/sign/{}/default", object(GROUP));
    assert_eq!(rested_on(&changes(table, there)), [group], "and not on carol");
}

/// Before it is closed everybody is let in who shall be, and before somebody goes it is open.
#[test]
fn the_door_closes_last_and_opens_first() {
    let table = "[[assignment]]\napp = \"sign\"\nusers = [\"alice@contoso.com\", \"carol@contoso.com\"]\n\
                 [[assignment]]\napp = \"orders\"\nrole = \"Approver\"\ngroups = [\"GX\"]\n";
    let of = |required: bool| {
        let there = |mut world: World| {
            let mut apps = world.directory.service_principals.values_mut();
            apps.find(|app| app.id == object(SIGN)).unwrap().assignment_required = !required;
            let world = world.assigned("User", person("carol"), SIGN, 0);
            world.assigned("User", person("bob"), SIGN, 0)
        };
        door_and_changes(&format!("assignment_required = {required}\n"), table, there)
    };
    let at = |who: &str| format!("assignment/sign/{}/default", person(who));
    let door = "service_principal/sign".to_owned();
    let link = |changes: &[Change], own: &str| {
        let change = changes.iter().find(|one| one.address.to_string() == own).unwrap();
        let needs = change.needs.iter().map(ToString::to_string).collect::<Vec<_>>();
        let rests = change.rests_on.iter().map(|rest| rest.address.to_string());
        (needs, rests.collect::<Vec<_>>())
    };
    let nothing: Vec<String> = Vec::new();
    let closes = of(true);
    assert_eq!(link(&closes, &door), (vec![at("alice")], vec![at("carol")]));
    assert_eq!(link(&closes, &at("bob")).0, nothing, "nothing opens");
    let opens = of(false);
    assert_eq!(link(&opens, &door), (nothing.clone(), nothing.clone()));
    assert_eq!(link(&opens, &at("bob")).0, [door]);
    assert_eq!(link(&opens, &at("alice")).0, nothing);
}
