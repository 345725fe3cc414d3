use crate::kinds::Propose;
use crate::kinds::world::{EXPLORER, NEW_APP, World, explorer, object};
use crate::kinds::{service_principal::Found, service_principal::ServicePrincipals};
use crate::model::change::{Change, Verb};
use crate::model::request::later;

fn existing(required: &str) -> World {
    World::new(explorer("exact") + "grants = \"none\"\n" + required)
}

fn closed(mut world: World) -> World {
    for app in world.directory.service_principals.values_mut() {
        app.assignment_required = true;
    }
    world
}

fn patch(required: bool) -> String {
    format!(
        "PATCH /servicePrincipals/{} {{\"appRoleAssignmentRequired\":{required}}}",
        object(EXPLORER)
    )
}

#[test]
fn only_what_is_declared_is_set() {
    let (on, off) = ("assignment_required = true\n", "assignment_required = false\n");
    assert_eq!(existing(on).requests(), [patch(true)]);
    assert_eq!(closed(existing(off)).requests(), [patch(false)]);
    for world in [existing(off), existing(""), closed(existing("")), closed(existing(on))] {
        assert_eq!(world.requests(), Vec::<String>::new());
    }
    let close = existing(on).clean().remove(0);
    assert_eq!((close.verb, close.gives, close.takes), (Verb::Set, false, true));
    assert!(close.notes.iter().any(|note| note.contains("cannot consent for themselves")));
    assert_eq!(close.why[0].line, "consent.toml:8");
    let open = closed(existing(off)).clean().remove(0);
    assert_eq!((open.gives, open.takes), (true, false));
}

fn new(required: &str) -> Vec<Change> {
    World::new(format!(
        "[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\nprovision = true\ngrants = \"none\"\n\
         {required}[[assignment]]\napp = \"new\"\nusers = [\"alice@contoso.com\"]\n"
    ))
    .clean()
}

/// Made, then people are let in, then it is closed behind them.
#[test]
fn a_new_app_is_closed_by_a_change_of_its_own() {
    let changes = new("assignment_required = true\n");
    let [made, close, assigned] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(made.steps.len(), 1);
    assert_eq!(close.address.to_string(), "service_principal/new/assignment_required");
    assert_eq!(close.needs, [made.address.clone(), assigned.address.clone()]);
    let path = format!("/servicePrincipals/{}", later(&made.address));
    assert_eq!(close.steps[0].request.path, path);
    assert_eq!(close.why, made.why);
    assert_eq!((made.takes, close.takes), (false, true));
}

#[test]
fn a_new_app_is_open_already() {
    for required in ["", "assignment_required = false\n"] {
        let changes = new(required);
        assert_eq!(changes.iter().filter(|change| !change.gives).count(), 1, "{changes:?}");
    }
}

/// A saved plan that was cut between the two finds the app made and still open.
#[test]
fn an_open_new_app_is_on_its_way_to_a_closed_one() {
    let spec = |required: &str| {
        let json = format!("{{\"app_id\":\"{NEW_APP}\"{required}}}");
        serde_json::from_str::<super::Spec>(&json).unwrap()
    };
    let found = |required: &str| Found { id: object(7), spec: spec(required) };
    let (open, shut) = (",\"assignment_required\":false", ",\"assignment_required\":true");
    let between =
        |have: Option<&Found>, now: &Found| ServicePrincipals.between(have, &spec(shut), now);
    assert!(between(None, &found(open)));
    assert!(!between(None, &found(shut)) && !between(Some(&found(shut)), &found(open)));
    // A plan of an older version said nothing about it.
    assert_eq!(found(""), found(open));
    assert_ne!(found(shut), found(open));
}
