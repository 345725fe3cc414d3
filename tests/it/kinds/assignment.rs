//! `[[assignment]]`, `assign = true` and `assignment_required` on the real binary: what a user would
//! notice.

use serde_json::{Value, json};

use crate::ledger::{Doors, Sent, all_sent};
use crate::scenarios::{ALICE, BOB, EXPLORER, app, has, wants};
use crate::world::World;

const UI: &str = "c1000000-0000-4000-8000-000000000003";
const GX: &str = "6e000000-0000-4000-8000-000000000001";
const DEFAULT: &str = "00000000-0000-0000-0000-000000000000";

fn table(app: &str, rest: &str) -> String {
    format!("[[assignment]]\napp = \"{app}\"\n{rest}\n")
}

/// Of Orders UI, in the tenant.
fn assigned(principal: &str) -> String {
    format!("[[app_role_assignment]]\nprincipal = \"{principal}\"\nresource = \"Orders UI\"\n")
}

/// Orders UI without any permission.
fn ui(mode: &str) -> String {
    app("orders-ui", mode) + "grants = \"none\"\n"
}

fn post(app: &str, principal: &str, role: &str) -> Sent {
    let body = json!({"principalId": principal, "resourceId": app, "appRoleId": role});
    ("POST".to_owned(), format!("/servicePrincipals/{app}/appRoleAssignedTo"), body)
}

fn close(app: &str, required: bool) -> Sent {
    let body = json!({ "appRoleAssignmentRequired": required });
    ("PATCH".to_owned(), format!("/servicePrincipals/{app}"), body)
}

/// The id of what a principal has on an app.
fn delete(world: &World, app: &str, principal: &str) -> Sent {
    let rows = world.rows("appRoleAssignments");
    let row = rows.iter().find(|row| row["principalId"] == principal).unwrap();
    let path =
        format!("/servicePrincipals/{app}/appRoleAssignedTo/{}", row["id"].as_str().unwrap());
    ("DELETE".to_owned(), path, Value::Null)
}

#[test]
fn a_user_is_replaced_by_his_group_without_a_gap() {
    let world = World::with(&assigned("bob@contoso.com"));
    let gone = delete(&world, UI, BOB);
    world.manifest(&(ui("exact") + &table("orders-ui", "groups = [\"GX\"]")));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    for words in
        ["+ assign   sign-in, 1 group", "+ GX", "- unassign sign-in, 1 user", "- bob@contoso.com"]
    {
        assert!(drawn.contains(words), "{words} is missing in\n{drawn}");
    }
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [post(UI, GX, DEFAULT), gone]);
}

/// The group cannot be assigned: the user stays.
#[test]
fn a_user_stays_where_his_group_is_refused() {
    let refuse =
        "[[weather.refuse]]\nmethod = \"POST\"\npath = \"appRoleAssignedTo\"\nstatus = 403\n";
    let world = World::with(&(assigned("bob@contoso.com") + refuse));
    world.manifest(&(ui("exact") + &table("orders-ui", "groups = [\"GX\"]")));
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(all_sent(&world), [post(UI, GX, DEFAULT)]);
}

#[test]
fn another_role_comes_before_the_old_one_goes() {
    let roles = "roles = [{ value = \"Approver\", members = [\"User\"] }, { value = \"Reader\", members \
                 = [\"User\"] }]\n";
    let name = "name   = \"Orders UI\"\n";
    let seed = crate::world::SEED.replace(name, &format!("{name}{roles}"));
    assert_ne!(seed, crate::world::SEED);
    let world = World::new(&(seed + &assigned("alice@contoso.com") + "role = \"Reader\"\n"));
    let gone = delete(&world, UI, ALICE);
    let with = |role: &str| {
        ui("exact") + &table("orders-ui", &format!("users = [\"alice@contoso.com\"]\n{role}"))
    };
    world.manifest(&with(""));
    let run = world.run(&["plan"]).assert_code(3);
    assert!(run.stderr.contains("error[role_needed]"), "{run:#?}");
    assert!(run.stderr.contains("\"Approver\", \"Reader\""), "{run:#?}");
    world.manifest(&with("role = \"Approver\""));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("Approver") && drawn.contains("Reader"), "{drawn}");
    world.apply_as_announced();
    let sent = all_sent(&world);
    assert_eq!((sent.len(), &sent[0].0, &sent[1]), (2, &"POST".to_owned(), &gone));
}

/// Who is let in is let in before the door is closed, also for one of Microsoft's own apps.
#[test]
fn a_door_is_closed_behind_those_who_are_let_in() {
    let world = World::with("");
    let manifest = app("explorer", "exact")
        + "grants = \"none\"\nassignment_required = true\n"
        + &table("explorer", "users = [\"alice@contoso.com\"]\ngroups = [\"GX\"]");
    world.manifest(&manifest);
    let (plan, _) = world.apply_as_announced();
    let let_in = [post(EXPLORER, ALICE, DEFAULT), post(EXPLORER, GX, DEFAULT)];
    assert_eq!(all_sent(&world), [&let_in[..], &[close(EXPLORER, true)]].concat());
    let notes = plan["changes"][2]["notes"].to_string();
    assert!(notes.contains("Users cannot consent for themselves"), "{notes}");
    world.manifest(&manifest.replace("required = true", "required = false"));
    world.apply_as_announced();
    assert_eq!(all_sent(&world)[3..], [close(EXPLORER, false)]);
}

#[test]
fn a_door_stays_open_where_somebody_could_not_be_let_in() {
    let refuse = format!(
        "[[weather.refuse]]\nmethod = \"POST\"\npath = \"appRoleAssignedTo\"\nbody = \"{GX}\"\nstatus = 403\n"
    );
    let world = World::with(&refuse);
    world.manifest(
        &(ui("exact")
            + "assignment_required = true\n"
            + &table("orders-ui", "users = [\"alice@contoso.com\"]\ngroups = [\"GX\"]")),
    );
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 done, 1 failed, 1 skipped"), "{run:#?}");
    assert!(all_sent(&world).iter().all(|(method, ..)| method == "POST"));
}

#[test]
fn a_protected_app_is_not_closed() {
    let world = World::with("");
    world.manifest(&(ui("exact") + "assignment_required = true\nprotect = true\n"));
    let run = world.apply().assert_code(5);
    assert!(run.stderr.contains("protected_app"), "{run:#?}");
    world.assert_untouched();
}

/// The plan says, in every format, when grants have no effect.
#[test]
fn a_plan_says_when_nobody_who_is_granted_something_is_let_in() {
    let world = World::with("");
    let granted = app("orders-ui", "exact")
        + "assignment_required = true\n"
        + &wants("orders-ui", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#);
    world.manifest(&granted);
    let plan = world.plan();
    let warning = plan["warnings"][0].as_str().unwrap();
    assert!(
        warning.starts_with("orders-ui requires assignment and nobody is assigned"),
        "{warning}"
    );
    world.manifest(&(granted.clone() + &table("orders-ui", "users = [\"alice@contoso.com\"]")));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    let told = drawn.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "Warning: orders-ui requires assignment, and 2 people who have a grant are not assigned \
                    to it: bob@contoso.com, carol@contoso.com.";
    assert!(told.contains(expected), "{drawn}");
    // Carol is in a group inside GX: that lets nobody in.
    world.manifest(&(granted.clone() + &table("orders-ui", "groups = [\"GX\"]")));
    let warning = world.plan()["warnings"][0].clone();
    let warning = warning.as_str().unwrap();
    assert!(warning.ends_with("not assigned to it: carol@contoso.com."), "{warning}");
    world.manifest(&(granted + &table("orders-ui", "groups = [\"GX\", \"GY\"]")));
    assert_eq!(world.plan()["warnings"], json!([]));
}

#[test]
fn a_plan_says_when_the_tenant_has_switched_the_app_off() {
    let id = "6f0a52c4-7c3d-4ad1-8f55-31d0a86e4a04";
    let off = format!(
        "[[service_principal]]\napp_id = \"{id}\"\nname = \"Old Timesheets\"\nenabled = false\n"
    );
    let world = World::with(&off);
    let old = format!("[app.old]\napp_id = \"{id}\"\nmode = \"exact\"\n");
    world.manifest(&(old.clone() + &wants("old", r#"["User.Read"]"#, r#""all-users""#)));
    let warnings = world.plan()["warnings"].to_string();
    assert!(warnings.contains("old is disabled in the tenant"), "{warnings}");
    world.manifest(&(old + "grants = \"none\"\n"));
    assert_eq!(world.plan()["warnings"], json!([]), "there is nothing to have no effect");
}

/// To assign a group, nobody has to know who is in it.
#[test]
fn a_group_that_shows_nobody_its_members_can_be_assigned() {
    let hidden =
        "[[group]]\nname = \"Works council\"\nmembers = [\"bob@contoso.com\"]\nforbidden = true\n";
    let world = World::with(hidden);
    world.manifest(
        &(ui("exact")
            + "assignment_required = true\n"
            + &table("orders-ui", "groups = [\"Works council\"]")),
    );
    world.apply_as_announced();
    let kinds: Vec<String> = all_sent(&world).into_iter().map(|(method, ..)| method).collect();
    assert_eq!(kinds, ["POST", "PATCH"]);
    let granted = wants("orders-ui", r#"["User.Read"]"#, r#"{ groups = ["Works council"] }"#);
    world.manifest(&(app("orders-ui", "exact") + &granted));
    let run = world.run(&["plan"]).assert_code(4);
    assert!(run.stderr.contains("error[group_forbidden]"), "a grant needs its people: {run:#?}");
}

/// The last one is unassigned by a list that is there and empty; an additive app only shows who is
/// assigned.
#[test]
fn everybody_can_be_unassigned_and_an_additive_app_shows_who_is_left() {
    let world = World::with(&assigned("bob@contoso.com"));
    let gone = delete(&world, UI, BOB);
    world.manifest(&(ui("additive") + &table("orders-ui", "users = [\"alice@contoso.com\"]")));
    let plan = world.plan();
    assert_eq!(plan["unmanaged"][0]["text"], "sign-in, bob@contoso.com: default access");
    world.manifest(&(ui("exact") + &table("orders-ui", "users = []")));
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [gone]);
}

/// People of a grant are assigned with it, and stay assigned when it goes.
#[test]
fn a_grant_that_goes_takes_no_assignment_along() {
    let world = World::with(&has("Orders UI", Some("alice@contoso.com"), "User.Read"));
    let assigning = r#"{ users = ["alice@contoso.com"], assign = true }"#;
    world.manifest(
        &(app("orders-ui", "exact") + &wants("orders-ui", r#"["User.Read"]"#, assigning)),
    );
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [post(UI, ALICE, DEFAULT)], "her grant is there");
    world.manifest(&ui("exact"));
    world.apply_as_announced();
    assert_eq!(world.rows("appRoleAssignments").len(), 1);
    assert!(world.grants().is_empty());
}

/// Names that only the tenant knows are looked up, and what is not the manifest's is not read.
#[test]
fn people_whom_the_manifest_does_not_name_are_named_all_the_same() {
    let there = assigned("bob@contoso.com") + &assigned("GY");
    let world = World::with(&there);
    world.manifest(&(ui("exact") + &table("orders-ui", "users = [\"alice@contoso.com\"]")));
    let plan = world.plan();
    let people: Vec<&Value> =
        plan["changes"].as_array().unwrap().iter().map(|c| &c["subject"]["person"]).collect();
    assert_eq!(people, ["alice@contoso.com", "bob@contoso.com", "GY"]);
    world.manifest(&ui("exact"));
    let plan = world.plan();
    assert_eq!((&plan["changes"], &plan["live"]["objects"]), (&json!([]), &json!([])));
}

/// A group's members are let in, not those of the groups in it, and it need not have any.
#[test]
fn a_group_is_found_by_its_name_and_told_apart_from_others() {
    let world = World::with("[[group]]\nname = \"Nobody yet\"\n[[group]]\nname = \"GX\"\n");
    world.manifest(&(ui("exact") + &table("orders-ui", "groups = [\"Nobody yet\"]")));
    world.apply_as_announced();
    world.manifest(&(ui("exact") + &table("orders-ui", "groups = [\"GX\", \"GZ\"]")));
    let run = world.run(&["plan"]).assert_code(3);
    assert!(run.stderr.contains("error[ambiguous_group]"), "{run:#?}");
    assert!(run.stderr.contains("error[unknown_group]"), "{run:#?}");
}

/// What holds the log against the promise can fail.
#[test]
#[should_panic(expected = "are shut out after write 1")]
fn a_gap_would_be_seen() {
    let world = World::with(&assigned("bob@contoso.com"));
    let (gone, group) = (delete(&world, UI, BOB), post(UI, GX, DEFAULT));
    Doors::of(&world).assert_nobody_shut_out(&[group.clone(), gone.clone()]);
    Doors::of(&world).assert_nobody_shut_out(&[gone, group]);
}

/// Nobody is sent away before the door is open to everybody.
#[test]
fn who_is_assigned_stays_where_the_door_does_not_open() {
    let closed = |weather: &str| {
        let seed = crate::world::SEED.replace(
            "name   = \"Orders UI\"\n",
            "name   = \"Orders UI\"\nassignment_required = true\n",
        );
        World::new(&format!("{seed}{}{weather}", assigned("bob@contoso.com")))
    };
    let manifest =
        ui("exact") + "assignment_required = false\n" + &table("orders-ui", "users = []");
    let refuse =
        "[[weather.refuse]]\nmethod = \"PATCH\"\npath = \"servicePrincipals\"\nstatus = 403\n";
    let world = closed(refuse);
    world.manifest(&manifest);
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(all_sent(&world), [close(UI, false)]);
    let world = closed("");
    let gone = delete(&world, UI, BOB);
    world.manifest(&manifest);
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [close(UI, false), gone]);
}
