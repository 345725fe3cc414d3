use crate::kinds::Declare;
use crate::kinds::assignment::Assignments;
use crate::kinds::world::{EXPLORER, GROUP, World, explorer, grant, object, person};

/// What is said of an app that everybody in GX and Frank is granted something.
fn said(rest: &str, there: impl FnOnce(World) -> World) -> Vec<String> {
    let whom = "{ groups = [\"GX\"], users = [\"frank@contoso.com\"] }";
    let manifest = explorer("exact") + rest + &grant("[\"User.Read\"]", whom);
    let world = there(World::new(manifest));
    let told = world.with_inputs(|inputs, pages, out| {
        let wanted = Assignments.declare(inputs, out);
        super::remarks(inputs, pages, &wanted)
    });
    told.0
}

const CLOSED: &str = "assignment_required = true\n";
const TABLE: &str = "[[assignment]]\napp = \"ge\"\n";

#[test]
fn nothing_is_said_of_an_app_that_lets_everybody_in() {
    assert_eq!(said("", |world| world), Vec::<String>::new());
    let closed = |mut world: World| {
        for app in world.directory.service_principals.values_mut() {
            app.assignment_required = true;
        }
        world
    };
    assert_eq!(said("assignment_required = false\n", closed), Vec::<String>::new());
    assert_eq!(said("", closed).len(), 1);
}

#[test]
fn grants_of_an_app_that_lets_nobody_in_have_no_effect() {
    let told = said(CLOSED, |world| world);
    assert!(told[0].starts_with("ge requires assignment and nobody is assigned"), "{told:?}");
    // Another app's permissions on this one let no person in.
    let told = said(CLOSED, |world| world.assigned("ServicePrincipal", object(9), EXPLORER, 0));
    assert!(told[0].contains("nobody is assigned"), "{told:?}");
}

#[test]
fn those_who_are_granted_something_and_not_let_in_are_counted_and_named() {
    let alice = |world: World| world.assigned("User", person("alice"), EXPLORER, 0);
    assert_eq!(
        said(CLOSED, alice),
        ["ge requires assignment, and 3 people who have a grant are not assigned to it: \
             bob@contoso.com, carol@contoso.com, frank@contoso.com."]
    );
    let frank = |world: World| world.assigned("User", person("frank"), EXPLORER, 0);
    let told = said(&format!("{CLOSED}{TABLE}groups = [\"GX\"]\n"), frank);
    assert_eq!(
        told,
        [
            "ge requires assignment, and 1 person who has a grant is not assigned to it: frank@contoso.com."
        ],
        "his assignment is not declared, so it goes"
    );
    let told = said(
        &format!("{CLOSED}{TABLE}groups = [\"GX\"]\nusers = [\"frank@contoso.com\"]\n"),
        |w| w,
    );
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn a_group_that_the_manifest_does_not_name_may_hold_anybody() {
    let told = said(CLOSED, |world| world.assigned("Group", object(0x6e), EXPLORER, 0));
    assert!(told[0].contains("4 people who have a grant are not assigned"), "{told:?}");
    assert!(told[0].contains("unless by a group whose members are not known"), "{told:?}");
    assert!(told[0].ends_with("carol@contoso.com and 1 more."), "{told:?}");
    let known = said(CLOSED, |world| world.assigned("Group", object(GROUP), EXPLORER, 0));
    assert!(known[0].contains("frank@contoso.com") && !known[0].contains("unless"), "{known:?}");
}

#[test]
fn a_group_inside_an_assigned_group_lets_nobody_in() {
    let table = format!("{CLOSED}{TABLE}groups = [\"GX\"]\nusers = [\"frank@contoso.com\"]\n");
    // Carol is in a group inside.
    let told = said(&table, |world| world.direct(Some(&["alice", "bob"])));
    assert_eq!(
        told,
        [
            "ge requires assignment, and 1 person who has a grant is not assigned to it: carol@contoso.com."
        ]
    );
    for hidden in [None, Some(&[][..])] {
        let told = said(&table, |world| world.direct(hidden));
        assert!(told[0].contains("unless by a group whose members are not known"), "{told:?}");
    }
}
