use serde_json::json;

use crate::kinds::Read;
use crate::kinds::assignment::Assignments;
use crate::kinds::world::{EXPLORER, SIGN, World, explorer, object, odd_answer, person};

const TABLE: &str =
    "grants = \"none\"\n[[assignment]]\napp = \"ge\"\nusers = [\"alice@contoso.com\"]\n";

/// A popular app has an assignment for each of its users: they are read only where they matter.
#[test]
fn only_apps_that_matter_are_read() {
    let reads = |manifest: String, closed: bool| {
        let mut world = World::new(manifest);
        for app in world.directory.service_principals.values_mut() {
            app.assignment_required = closed;
        }
        let (reads, _) = world.with_inputs(|inputs, _, _| Assignments.reads(inputs.scene));
        reads.into_iter().map(|query| query.path).collect::<Vec<_>>()
    };
    let path = format!("/servicePrincipals/{}/appRoleAssignedTo?$top=999", object(EXPLORER));
    let bare = || explorer("exact") + "grants = \"none\"\n";
    assert_eq!(reads(bare(), false), Vec::<String>::new());
    assert_eq!(reads(bare(), true), std::slice::from_ref(&path));
    let open = bare() + "assignment_required = false\n";
    assert_eq!(reads(open, false), std::slice::from_ref(&path));
    assert_eq!(reads(explorer("exact") + TABLE, false), [path]);
}

/// Roles that the app no longer defines are shown by id and can go.
#[test]
fn a_dead_role_is_shown_by_its_id() {
    let world = World::new(explorer("exact") + TABLE)
        .assigned("User", person("alice"), EXPLORER, 0)
        .assigned("Group", object(7), EXPLORER, 0xdead)
        .assigned("Device", object(8), EXPLORER, 0);
    let changes = world.clean();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].fields[0].lost[0].raw(), "00000000-0000-0000-0000-00000000dead");
    assert_eq!(changes[0].notes, ["The app defines no role of this id any more."]);
}

#[test]
fn an_odd_answer_is_no_plan() {
    let mut world = World::new(explorer("exact") + TABLE);
    world
        .assignments
        .push(json!({"id": "x", "principalType": "User", "resourceId": object(EXPLORER)}));
    let told = odd_answer(&world).unwrap();
    assert!(told.starts_with("the list of assignments: "), "{told}");
    let mut world = World::new(explorer("exact") + TABLE);
    world = world.assigned("User", person("alice"), EXPLORER, 0);
    world.assignments[0]["id"] = json!("../x");
    let told = odd_answer(&world).unwrap();
    assert!(told.contains("\"../x\" is no id that can stand in a path"), "{told}");
    world.assignments.clear();
    assert_eq!(odd_answer(&world.assigned("User", person("alice"), SIGN, 0)), None);
}
