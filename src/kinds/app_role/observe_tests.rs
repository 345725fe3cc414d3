use serde_json::json;

use crate::kinds::Read;
use crate::kinds::app_role::AppRoles;
use crate::kinds::world::{EXPLORER, GRAPH, ORDERS, SIGN, World, explorer, object, odd_answer};

fn exact() -> World {
    World::new(explorer("exact") + "grants = \"none\"\n")
}

/// What the resource no longer defines is shown by id, and goes like anything else.
#[test]
fn a_role_that_nobody_defines_any_more_can_be_removed() {
    let world = exact().assigned("ServicePrincipal", object(EXPLORER), GRAPH, 0xdead);
    let change = world.clean().remove(0);
    assert_eq!(change.fields[0].lost[0].raw(), "00000000-0000-0000-0000-00000000dead");
    assert_eq!(change.notes, ["The resource defines no role of this id any more."]);
    assert_eq!(change.steps[0].request.method.as_str(), "DELETE");
}

/// Being let in by default is no permission, and what others have on this client is theirs.
#[test]
fn only_roles_of_the_client_itself_count() {
    let world = exact().assigned("ServicePrincipal", object(EXPLORER), ORDERS, 0).assigned(
        "ServicePrincipal",
        object(SIGN),
        EXPLORER,
        5,
    );
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn resources_that_the_manifest_does_not_name_are_asked_for() {
    let world = exact().assigned("ServicePrincipal", object(EXPLORER), 0xfeed, 7);
    let (asked, _) = world.with_inputs(|inputs, pages, _| AppRoles.resources(pages, inputs.scene));
    assert_eq!(asked, [object(0xfeed)].into());
    let change = world.clean().remove(0);
    assert_eq!(change.fields[0].lost[0].raw(), "00000000-0000-0000-0000-000000000007");
    assert_eq!(change.notes, Vec::<String>::new());
}

#[test]
fn an_odd_answer_is_no_plan() {
    let with = |row| {
        let mut world = exact();
        world.assignments.push(row);
        odd_answer(&world)
    };
    let id = object(EXPLORER);
    let whole = json!({"id": "x", "principalId": id, "resourceId": id, "appRoleId": id});
    assert_eq!(with(whole.clone()), None);
    let mut stray = whole.clone();
    stray["id"] = json!("..");
    assert!(with(stray).unwrap().contains("\"..\" is no id that can stand in a path"));
    for member in ["id", "resourceId", "appRoleId"] {
        let mut row = whole.clone();
        row.as_object_mut().unwrap().remove(member);
        let told = with(row).unwrap();
        assert!(told.starts_with("the list of application permissions: "), "{told}");
    }
}
