use serde_json::{Value, json};

use crate::kinds::world::{World, odd_answer, person};
use crate::model::change::Change;

const PATH: &str = "/policies/adminConsentRequestPolicy";
const ROLE: &str = "/beta/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq 'X'";

fn reviewer(query: &str) -> Value {
    json!({"query": query, "queryType": "MicrosoftGraph", "queryRoot": null})
}

fn user(name: &str) -> Value {
    reviewer(&format!("/users/{}", person(name)))
}

fn group() -> Value {
    reviewer("/groups/6e000000-0000-4000-8000-000000000001/transitiveMembers/microsoft.graph.user")
}

/// The policy of a tenant in which somebody set it once.
fn policy(enabled: bool, reviewers: Value) -> Value {
    json!({
        "isEnabled": enabled,
        "notifyReviewers": false,
        "remindersEnabled": true,
        "requestDurationInDays": 7,
        "version": 3,
        "reviewers": reviewers,
    })
}

fn world(keys: &str, live: Value) -> World {
    World::new(format!("[admin_consent_requests]\n{keys}\n")).answering(PATH, live)
}

fn only(world: &World) -> Change {
    let mut changes = world.clean();
    assert_eq!((changes.len(), changes[0].steps.len()), (1, 1), "{changes:#?}");
    changes.remove(0)
}

fn sent(world: &World) -> Value {
    let request = only(world).steps[0].request.clone();
    assert!(request.to_string().starts_with(&format!("PUT {PATH} ")), "{request}");
    request.body.unwrap()
}

#[test]
fn all_five_properties_are_sent_and_what_is_not_declared_stays() {
    let sent = sent(&world("enabled = true", policy(false, json!([user("bob")]))));
    let expected = json!({
        "isEnabled": true,
        "notifyReviewers": false,
        "remindersEnabled": true,
        "requestDurationInDays": 7,
        "reviewers": [user("bob")],
    });
    assert_eq!(sent, expected, "and no version");
}

#[test]
fn what_is_declared_is_sent() {
    let keys = "enabled = true\nnotify = true\nreminders = false\ndays = 14\n\
                reviewers = { users = [\"alice@contoso.com\"], groups = [\"GX\"] }";
    let expected = json!({
        "isEnabled": true,
        "notifyReviewers": true,
        "remindersEnabled": false,
        "requestDurationInDays": 14,
        "reviewers": [user("alice"), group()],
    });
    assert_eq!(sent(&world(keys, policy(false, json!([])))), expected);
}

#[test]
fn the_same_reviewers_are_no_difference_however_they_are_written() {
    let keys =
        "enabled = true\nreviewers = { users = [\"alice@contoso.com\", \"bob@contoso.com\"] }";
    let alice = format!("/v1.0/Users/{}", person("alice").to_string().to_uppercase());
    let live = policy(true, json!([user("bob"), reviewer(&alice)]));
    assert_eq!(world(keys, live.clone()).requests(), Vec::<String>::new());
    let sent = sent(&world(&format!("{keys}\ndays = 8"), live.clone()));
    assert_eq!(sent["reviewers"], live["reviewers"], "kept to the letter, in their order");
}

#[test]
fn reviewers_by_role_are_kept_until_reviewers_are_declared() {
    let live = policy(true, json!([reviewer(ROLE), user("bob")]));
    let kept = world("enabled = true\ndays = 8", live.clone());
    assert_eq!(sent(&kept)["reviewers"], live["reviewers"]);
    let notes = only(&kept).notes.join(" ");
    assert!(notes.contains("1 reviewer who is neither a user nor a group"), "{notes}");

    let replaced = world("enabled = true\nreviewers = { groups = [\"GX\"] }", live);
    assert_eq!(sent(&replaced)["reviewers"], json!([group()]));
    let change = only(&replaced);
    let lost: Vec<String> = change.fields[0].lost.iter().map(|one| one.shown()).collect();
    assert_eq!(lost, [ROLE, "bob@contoso.com"]);
    assert_eq!(change.fields[0].gained[0].raw(), "group GX");
    assert!(!change.notes.iter().any(|note| note.contains("kept")), "{:?}", change.notes);
}

#[test]
fn turning_it_on_gives_and_turning_it_off_takes() {
    let flags = |keys: &str, live: Value| {
        let change = only(&world(keys, live));
        (change.gives, change.takes)
    };
    let on = policy(true, json!([user("bob")]));
    assert_eq!(flags("enabled = true", policy(false, json!([user("bob")]))), (true, false));
    assert_eq!(flags("enabled = false", on.clone()), (false, true));
    assert_eq!(
        flags("enabled = true\nreviewers = { groups = [\"GX\"] }", on.clone()),
        (false, false)
    );
    assert_eq!(flags("enabled = true\ndays = 30", on), (false, false));
}

#[test]
fn reviewers_are_told_what_they_are_not() {
    let keys = "enabled = true\nreviewers = { groups = [\"GX\"] }";
    let notes = |live: Value| only(&world(keys, live)).notes.join(" ");
    let first = notes(policy(false, json!([])));
    assert!(first.contains("no power to approve") && first.contains("an hour"), "{first}");
    assert!(!first.contains("older requests"), "{first}");
    let later = notes(policy(true, json!([user("bob")])));
    assert!(later.contains("do not see older requests"), "{later}");
    let off = only(&world("enabled = false", policy(true, json!([user("bob")])))).notes;
    assert_eq!(off.len(), 1, "{off:?}");
}

#[test]
fn somebody_must_review_the_requests() {
    let nobody = |keys: &str, live: Value| world(keys, live).findings();
    for keys in ["enabled = true", "enabled = true\nreviewers = { users = [], groups = [] }"] {
        let found = nobody(keys, policy(false, json!([])));
        assert!(found.len() == 1 && found[0].starts_with("no_reviewers "), "{found:?}");
        assert!(!found[0].starts_with("no_reviewers 0"), "it has a place: {found:?}");
    }
    let off = "enabled = false\nreviewers = { users = [], groups = [] }";
    let off = world(off, policy(true, json!([user("bob")])));
    assert_eq!(sent(&off)["reviewers"], json!([]));
    let role = policy(false, json!([reviewer(ROLE)]));
    assert_eq!(nobody("enabled = true", role), Vec::<String>::new());
}

#[test]
fn a_request_waits_for_one_to_sixty_days() {
    let live = || policy(false, json!([user("bob")]));
    for days in [0, 61] {
        let found = world(&format!("enabled = true\ndays = {days}"), live()).findings();
        assert!(found[0].starts_with("days_out_of_range 6: "), "{found:?}");
    }
    // A tenant in which nobody ever set it would let requests end at once.
    let mut never = live();
    never["requestDurationInDays"] = json!(0);
    let found = world("enabled = true", never.clone()).findings();
    assert!(found[0].starts_with("days_out_of_range 5: "), "{found:?}");
    assert_eq!(sent(&world("enabled = true\ndays = 60", never))["requestDurationInDays"], 60);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let live = || policy(false, json!([user("bob")]));
    let found = world("reviewers = { users = [\"x@contoso.com\"], groups = [\"GY\"] }", live());
    let found = found.findings();
    let codes: Vec<_> = found.iter().map(|one| one.split(':').next().unwrap()).collect();
    assert_eq!(codes, ["missing_key 4", "unknown_user 5", "unknown_group 5"], "{found:?}");
    let found = world("enabled = true\nreviewer = {}", live()).findings();
    assert!(found[0].starts_with("unknown_key 6"), "{found:?}");
    let found = world("enabled = true\nreviewers = [\"bob@contoso.com\"]", live()).findings();
    let told = "wrong_type 6: expected { users = [...], groups = [...] }, found a list";
    assert!(found.len() == 1 && found[0].starts_with(told), "{found:?}");
}

#[test]
fn a_reviewer_who_cannot_sign_in_is_told() {
    let erin = "enabled = true\nreviewers = { users = [\"erin@contoso.com\"] }";
    let found = world(erin, policy(false, json!([]))).findings();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("disabled_reviewer 6: erin@contoso.com is disabled"), "{found:?}");
}

#[test]
fn without_a_table_nothing_is_asked_and_nothing_sent() {
    let untouched = World::new("");
    assert_eq!(untouched.requests(), Vec::<String>::new());
    assert_eq!(odd_answer(&untouched), None);
    let mut odd = policy(true, json!([]));
    odd.as_object_mut().unwrap().remove("reviewers");
    let told = odd_answer(&world("enabled = true", odd)).unwrap();
    assert!(told.contains("reviewers"), "{told}");
}
