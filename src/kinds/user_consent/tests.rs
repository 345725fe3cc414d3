use serde_json::{Value, json};

use crate::kinds::world::{World, odd_answer};

const LOW: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-low";
const RECOMMENDED: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-recommended";
const LEGACY: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy";
const TEAM: &str =
    "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team";
const CHAT: &str =
    "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-chat";

fn world(allow: &str, list: Value) -> World {
    let known = ["my-policy", "microsoft-user-default-low", "a", "b"]
        .map(|id| json!({ "id": id, "includes": [], "excludes": [] }));
    let mut world = World::new(format!("[user_consent]\nallow = {allow}\n"))
        .answering("/policies/permissionGrantPolicies", json!(known));
    world.policies = list;
    world
}

fn list_sent(world: &World) -> Value {
    let changes = world.clean();
    assert_eq!((changes.len(), changes[0].steps.len()), (1, 1));
    let request = &changes[0].steps[0].request;
    assert!(request.to_string().starts_with("PATCH /policies/authorizationPolicy "), "{request}");
    let body = request.body.clone().unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    let role = &body["defaultUserRolePermissions"];
    assert_eq!(role.as_object().unwrap().len(), 1, "other members are left alone");
    role["permissionGrantPoliciesAssigned"].clone()
}

#[test]
fn switching_user_consent_off_keeps_the_entries_of_owners() {
    assert_eq!(
        list_sent(&world("\"none\"", json!([RECOMMENDED, TEAM, CHAT]))),
        json!([TEAM, CHAT])
    );
}

#[test]
fn every_word_is_its_policy_of_microsoft() {
    for (word, entry) in
        [("low-risk", LOW), ("microsoft-recommended", RECOMMENDED), ("any", LEGACY)]
    {
        let world = world(&format!("\"{word}\""), json!([TEAM, "x.y"]));
        assert_eq!(list_sent(&world), json!([entry, TEAM, "x.y"]));
    }
}

#[test]
fn policies_of_the_tenants_own_are_named_by_id() {
    let world =
        world("{ policies = [\"my-policy\", \"microsoft-user-default-low\"] }", json!([LEGACY]));
    assert_eq!(list_sent(&world), json!(["ManagePermissionGrantsForSelf.my-policy", LOW]));
}

#[test]
fn order_letter_case_and_repetition_are_no_difference() {
    let lower = RECOMMENDED.to_lowercase();
    for list in [json!([TEAM, RECOMMENDED]), json!([lower, TEAM]), json!([lower, RECOMMENDED])] {
        let world = world("\"microsoft-recommended\"", list.clone());
        assert_eq!(world.requests(), Vec::<String>::new(), "{list}");
    }
}

#[test]
fn a_null_list_is_an_empty_one() {
    assert_eq!(world("\"none\"", json!(null)).requests(), Vec::<String>::new());
    assert_eq!(list_sent(&world("\"any\"", json!(null))), json!([LEGACY]));
}

#[test]
fn the_setting_is_left_alone_where_the_manifest_does_not_mention_it() {
    let mut world = World::new("");
    world.policies = json!("not even readable");
    assert_eq!(odd_answer(&world), None);
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn more_for_users_gives_and_less_takes() {
    let flags = |allow: &str, list: Value| {
        let change = world(allow, list).clean().remove(0);
        (change.gives, change.takes)
    };
    assert_eq!(flags("\"any\"", json!([])), (true, false));
    assert_eq!(flags("\"any\"", json!([LOW])), (true, false));
    assert_eq!(flags("\"low-risk\"", json!([LEGACY])), (false, true));
    assert_eq!(flags("\"none\"", json!([LOW])), (false, true));
    assert_eq!(
        flags("{ policies = [\"a\"] }", json!(["ManagePermissionGrantsForSelf.b"])),
        (true, true)
    );
}

#[test]
fn what_becomes_of_consent_that_was_given_is_told() {
    let note = |allow: &str, world: &dyn Fn(World) -> World| {
        world(self::world(allow, json!([LOW, TEAM]))).clean().remove(0).notes.remove(0)
    };
    let counted = |world: World| world.has("alice", "User.Read").has("bob", "User.Read");
    assert_eq!(note("\"none\"", &counted), "Existing grants stay; 2 user grants exist.");
    let one = |world: World| world.has("alice", "User.Read");
    assert_eq!(note("\"none\"", &one), "Existing grants stay; 1 user grant exists.");
    assert!(note("\"any\"", &counted).starts_with("Consent that was given stays"));
}

#[test]
fn a_policy_of_another_shape_is_an_error() {
    let told = odd_answer(&world("\"none\"", json!("x"))).unwrap();
    assert!(told.starts_with("the tenant's authorization policy: "), "{told}");
}

#[test]
fn a_wrong_word_and_a_wrong_id_are_told_with_their_place() {
    let found = world("\"low-rsk\"", json!([])).findings();
    assert_eq!(
        found,
        [
            "unknown_choice 5: \"low-rsk\" is no choice for user consent / did you mean \"low-risk\"?"
        ]
    );
    let found = world("{ policies = [\"a.b\"] }", json!([])).findings();
    assert!(found[0].starts_with("invalid_policy_id 5: \"a.b\""), "{found:?}");
    // Copied as the tenant lists it.
    let found = world(&format!("{{ policies = [\"{LOW}\"] }}"), json!([])).findings();
    let help = "write the policy's id alone: \"microsoft-user-default-low\"";
    assert!(found[0].starts_with("invalid_policy_id 5: ") && found[0].ends_with(help), "{found:?}");
}
