//! From everybody to a group and back, without a gap: S1, S2 and their failures.

use serde_json::{Value, json};

use super::*;
use crate::ledger::{all_sent, assert_no_gap, delete, patch, post};
use crate::world::{SEED, World};

const SCOPE: &str = "Mail.Read User.Read";

fn for_gx() -> String {
    app("explorer", "exact")
        + &wants("explorer", r#"["User.Read", "Mail.Read"]"#, r#"{ groups = ["GX"] }"#)
}

fn everybody() -> String {
    has("Graph Explorer", None, "User.Read Mail.Read")
}

fn new(person: &str) -> crate::ledger::Sent {
    post(EXPLORER, GRAPH, Some(person), SCOPE)
}

#[test]
fn s1_makes_every_new_grant_before_it_deletes_the_old_one() {
    let seed = SEED.replace("\"erin@contoso.com\"]", "\"erin@contoso.com\", \"D\", \"Orders UI\"]");
    assert_ne!(seed, SEED);
    let world = World::new(&format!("{seed}\n[[device]]\nname = \"D\"\n{}", everybody()));
    world.manifest(&for_gx());
    let (plan, run) = world.apply_as_announced();
    assert!(run.stdout.contains("4 done"), "{run:#?}");
    assert_eq!(all_sent(&world), [new(ALICE), new(BOB), new(CAROL), delete(EXPLORER_ALL)]);
    let notes = plan["changes"].to_string();
    let dave = "dave_fabrikam.com#EXT#@contoso.onmicrosoft.com of GX is left out: a guest.";
    assert!(notes.contains(dave), "{notes}");
    assert!(notes.contains("erin@contoso.com of GX is left out: disabled."), "{notes}");
}

#[test]
fn s1_says_who_is_left_out_and_who_loses() {
    let world = World::with(&everybody());
    world.manifest(&for_gx());
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    for words in ["all users -> 3 users", "everybody else in the tenant", "a guest", "disabled"] {
        assert!(drawn.contains(words), "{words} is missing in\n{drawn}");
    }
}

#[test]
fn s1_guests_and_disabled_people_come_in_when_they_are_asked_for() {
    let world = World::with(&everybody());
    world.manifest(&for_gx().replace(
        r#"{ groups = ["GX"] }"#,
        r#"{ groups = ["GX"], guests = true, disabled = true, except = ["bob@contoso.com"] }"#,
    ));
    world.apply_as_announced();
    let expected = [new(ALICE), new(CAROL), new(DAVE), new(ERIN), delete(EXPLORER_ALL)];
    assert_eq!(all_sent(&world), expected);
}

/// Bob's grant is refused: nobody is cut off, and the next runs finish what is left.
fn one_is_refused(status: u16) {
    let refuse = format!(
        "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\nbody = \"{BOB}\"\nstatus = {status}\n"
    );
    let mut world = World::with(&(everybody() + &refuse));
    world.manifest(&for_gx());
    let before = world.rows("oauth2PermissionGrants");
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("2 done, 1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(all_sent(&world), [new(ALICE), new(BOB), new(CAROL)], "no DELETE is sent");
    assert_no_gap(&before, &world.writes());
    let outcomes = journal(&world);
    assert_eq!(outcomes, ["done", "done", "failed", "skipped"], "2 of 3 grants are done");

    let rest = world.plan();
    assert_eq!(rest["summary"]["add"], 1);
    assert_eq!(world.announced(&rest), [new(BOB), delete(EXPLORER_ALL)]);

    world.later("", |_| {});
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [new(BOB), delete(EXPLORER_ALL)]);
}

/// The results in the only journal, sorted.
fn journal(world: &World) -> Vec<String> {
    let folder = world.folder().join(".consent/journal");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut words: Vec<String> = lines
        .filter(|line| line["event"] == "outcome")
        .map(|line| line["outcome"]["result"].as_str().unwrap().to_owned())
        .collect();
    words.sort();
    words
}

#[test]
fn s1_sends_no_delete_when_one_grant_is_forbidden() {
    one_is_refused(403);
}

#[test]
fn s1_sends_no_delete_when_one_grant_is_refused_as_wrong() {
    one_is_refused(400);
}

/// GX as the second scenario has it.
fn drifted() -> World {
    let seed = SEED.replace(
        r#"members = ["alice@contoso.com", "bob@contoso.com", "GY"]"#,
        r#"members = ["alice@contoso.com", "frank@contoso.com", "GY"]"#,
    );
    assert_ne!(seed, SEED);
    World::new(&(seed + &three()))
}

fn three() -> String {
    ["alice@contoso.com", "bob@contoso.com", "carol@contoso.com"]
        .map(|user| has("Graph Explorer", Some(user), "User.Read Mail.Read"))
        .concat()
}

#[test]
fn s2_gives_the_joiner_before_it_takes_from_the_leaver() {
    let mut world = drifted();
    world.manifest(&for_gx());
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [new(FRANK), delete(EXPLORER_BOB)]);

    // Somebody whose account is enabled again is in the next plan.
    world.later("", |state| {
        let users = state["tables"]["users"].as_array_mut().unwrap();
        let erin = users.iter_mut().find(|user| user["id"] == ERIN).unwrap();
        erin["accountEnabled"] = json!(true);
    });
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [new(ERIN)]);
}

/// The group cannot be trusted: the plan fails, and nothing is planned for removal.
fn guarded(seed: &str, group: &str, exit: i32, code: &str) {
    let world = World::new(&(seed.to_owned() + &three()));
    world.manifest(&for_gx().replace("\"GX\"", &format!("\"{group}\"")));
    for args in [&["plan"][..], &["apply"], &["plan", "--json"]] {
        let run = world.run(args).assert_code(exit);
        assert!(run.stderr.contains(&format!("error[{code}]")), "{run:#?}");
        assert!(run.stderr.contains("consent.toml:12:"), "{run:#?}");
        assert!(!run.all().contains("revoke "), "{run:#?}");
    }
    assert_eq!(world.sent(), [] as [&str; 0]);
    assert!(!world.folder().join(".consent/snapshots").exists());
}

#[test]
fn s2_an_empty_group_is_no_reason_to_remove() {
    let empty =
        SEED.replace(r#"members = ["alice@contoso.com", "bob@contoso.com", "GY"]"#, "members = []");
    assert_ne!(empty, SEED);
    guarded(&empty, "GX", 3, "empty_group");
}

#[test]
fn s2_a_group_of_devices_only_is_no_reason_to_remove() {
    let devices = SEED.replace(
        r#"members = ["alice@contoso.com", "bob@contoso.com", "GY"]"#,
        r#"members = ["D"]"#,
    );
    guarded(&format!("{devices}\n[[device]]\nname = \"D\"\n"), "GX", 3, "empty_group");
}

#[test]
fn s2_a_missing_group_is_no_reason_to_remove() {
    guarded(SEED, "6e000000-0000-4000-8000-00000000dead", 3, "unknown_group");
    guarded(SEED, "Field Notes pilots", 3, "unknown_group");
}

#[test]
fn s2_a_forbidden_group_is_no_reason_to_remove() {
    let forbidden = SEED.replace("name = \"GX\"\n", "name = \"GX\"\nforbidden = true\n");
    assert_ne!(forbidden, SEED);
    guarded(&forbidden, "GX", 4, "group_forbidden");
}

#[test]
fn widening_gives_everybody_before_it_takes_the_single_grants() {
    let two = ["alice@contoso.com", "bob@contoso.com"]
        .map(|user| has("Graph Explorer", Some(user), "User.Read Mail.Read"))
        .concat();
    let world = World::with(&two);
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read", "Mail.Read"]"#, "\"all-users\"")),
    );
    world.apply_as_announced();
    let expected =
        [post(EXPLORER, GRAPH, None, SCOPE), delete(EXPLORER_ALICE), delete(EXPLORER_BOB)];
    assert_eq!(all_sent(&world), expected);
}

/// Everybody and Alice swap a permission: whatever order two requests had, she would miss one.
#[test]
fn a_swap_between_everybody_and_one_user_takes_three_requests() {
    let world = World::with(
        &(has("Graph Explorer", None, "User.Read Mail.Read")
            + &has("Graph Explorer", Some("alice@contoso.com"), "Calendars.Read")),
    );
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read", "Calendars.Read"]"#, "\"all-users\"")
            + &wants("explorer", r#"["Mail.Read"]"#, r#"{ users = ["alice@contoso.com"] }"#)),
    );
    world.apply_as_announced();
    let expected = [
        patch(EXPLORER_ALL, "Calendars.Read Mail.Read User.Read"),
        patch(EXPLORER_ALICE, "Mail.Read"),
        patch(EXPLORER_ALL, "Calendars.Read User.Read"),
    ];
    assert_eq!(all_sent(&world), expected);
}

/// The same where the middle request fails: everybody keeps the wider grant, and the next run
/// finishes.
#[test]
fn a_swap_cut_in_the_middle_leaves_the_wider_grant() {
    let refuse = format!(
        "[[weather.refuse]]\nmethod = \"PATCH\"\npath = \"{EXPLORER_ALICE}\"\nstatus = 403\n"
    );
    let mut world = World::with(
        &(has("Graph Explorer", None, "User.Read Mail.Read")
            + &has("Graph Explorer", Some("alice@contoso.com"), "Calendars.Read")
            + &refuse),
    );
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read", "Calendars.Read"]"#, "\"all-users\"")
            + &wants("explorer", r#"["Mail.Read"]"#, r#"{ users = ["alice@contoso.com"] }"#)),
    );
    let before = world.rows("oauth2PermissionGrants");
    world.apply().assert_code(9);
    assert_eq!(world.sent().len(), 2, "{:#?}", world.sent());
    assert_no_gap(&before, &world.writes());
    world.later("", |_| {});
    world.apply_as_announced();
    let expected =
        [patch(EXPLORER_ALICE, "Mail.Read"), patch(EXPLORER_ALL, "Calendars.Read User.Read")];
    assert_eq!(all_sent(&world), expected);
}
