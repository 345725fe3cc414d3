//! What makes a removal harmless and is not changed by the plan: it is there before the first write, and
//! right before the removal.

use serde_json::Value;

use crate::scenarios::{ALICE, EXPLORER_ALICE, EXPLORER_ALL, EXPLORER_BOB, app, has, wants};
use crate::world::{Run, World};

/// Everybody has something, and Alice has it by herself, too. That of everybody shall go; Bob gets his own.
fn tenant() -> String {
    has("Graph Explorer", None, "User.Read Mail.Read")
        + &has("Graph Explorer", Some("alice@contoso.com"), "User.Read Mail.Read")
}

fn planned() -> (World, Value) {
    let world = World::with(&tenant());
    let whom = r#"{ users = ["alice@contoso.com", "bob@contoso.com"] }"#;
    let grants = wants("explorer", r#"["User.Read", "Mail.Read"]"#, whom);
    world.manifest(&(app("explorer", "exact") + &grants));
    let run = world.run(&["plan", "--out", "plan.json", "--json"]).assert_code(0);
    let plan = run.json();
    (world, plan)
}

fn apply(world: &World, plan: &Value) -> Run {
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    world.run(&["apply", "plan.json", "--approve", digest])
}

/// Alice's own grant, edited by somebody between plan and apply. No scopes: removed.
fn edited(scopes: Option<&str>) -> (World, Run) {
    let (mut world, plan) = planned();
    world.later("", |state| {
        let rows = state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap();
        let own = |row: &Value| row["id"] == EXPLORER_ALICE;
        match scopes {
            Some(scopes) => rows.iter_mut().find(|row| own(row)).unwrap()["scope"] = scopes.into(),
            None => rows.retain(|row| !own(row)),
        }
    });
    let run = apply(&world, &plan);
    (world, run)
}

#[test]
fn the_effect_says_what_a_removal_rests_on() {
    let (world, plan) = planned();
    let effect = plan["effect"]["text"].as_str().unwrap();
    let rests: Vec<&str> = effect.lines().filter(|line| line.contains(" rests on: ")).collect();
    assert_eq!(rests.len(), 1, "{effect}");
    assert!(rests[0].contains("/everyone rests on: delegated_grant/explorer/"), "{effect}");
    assert!(rests[0].contains(&format!("/{ALICE} {{")), "{effect}");
    apply(&world, &plan).assert_code(0).quietly();
    assert_eq!(
        world.sent().last().unwrap(),
        &format!("DELETE /oauth2PermissionGrants/{EXPLORER_ALL}")
    );
    world.assert_converged();
}

#[test]
fn a_removal_whose_ground_has_gone_since_the_plan_is_stale() {
    let (world, run) = edited(None);
    let run = run.assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    assert!(run.stderr.contains("alice@contoso.com; on it rests: revoke"), "{run:#?}");
    assert!(run.stderr.contains("now:         nothing there"), "{run:#?}");
    let mut details = run.stderr.lines().filter(|line| line.starts_with("    "));
    assert!(details.all(|line| line.chars().count() <= 80), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn a_removal_whose_ground_was_narrowed_since_the_plan_is_stale() {
    let (world, run) = edited(Some("User.Read"));
    let run = run.assert_code(6);
    assert!(run.stderr.contains("Mail.Read"), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn a_ground_that_was_widened_holds_as_well() {
    let (world, run) = edited(Some("Mail.Read User.Read Files.Read"));
    run.assert_code(0).quietly();
    assert_eq!(world.sent().len(), 2);
}

/// Right before the first look at Alice's own grant, which is right before the removal.
fn removed_meanwhile(id: &str) -> (World, Run) {
    let (mut world, plan) = planned();
    let look = format!("principalid eq '{ALICE}'");
    let removal = format!(
        "[[weather.meanwhile]]\nbefore = {{ method = \"GET\", path = \"{look}\" }}\n\
         method = \"DELETE\"\npath = \"/oauth2PermissionGrants/{id}\"\n"
    );
    world.later(&removal, |_| {});
    let run = apply(&world, &plan);
    assert!(world.tenant.meanwhile()[0].took_effect, "{run:#?}");
    (world, run)
}

#[track_caller]
fn kept_back(world: &World, run: Run, whose: &str) {
    let run = run.assert_code(9);
    assert!(run.stdout.contains("no_longer_safe: not sent: what it rests on is gone"), "{run:#?}");
    assert!(run.stdout.contains(whose), "{run:#?}");
    assert_eq!(world.sent(), ["POST /oauth2PermissionGrants"]);
    assert!(world.rows("oauth2PermissionGrants").iter().any(|row| row["id"] == EXPLORER_ALL));
}

#[test]
fn a_removal_whose_ground_goes_during_the_run_is_not_sent() {
    let (world, run) = removed_meanwhile(EXPLORER_ALICE);
    kept_back(&world, run, "alice@contoso.com");
}

#[test]
fn a_removal_is_not_sent_when_what_this_run_made_was_removed() {
    let (world, run) = removed_meanwhile(EXPLORER_BOB);
    kept_back(&world, run, "bob@contoso.com");
}

/// The grants were answered at once, another list of the same batch only twelve seconds later: by then
/// somebody had widened what was about to be replaced. (Both were asked for once before, for drawing the plan.)
#[test]
fn what_was_answered_long_before_the_first_request_is_looked_at_again() {
    let all = has("Graph Explorer", None, "User.Read");
    let mut world = World::with(&all);
    let grants = wants("explorer", r#"["User.Read", "Files.Read"]"#, "\"all-users\"");
    world.manifest(&(app("explorer", "exact") + &grants));
    let plan = world.run(&["plan", "--out", "plan.json", "--json"]).assert_code(0).json();
    let path = format!("/oauth2PermissionGrants/{EXPLORER_ALL}");
    let slow = format!(
        "[weather]\nretry-after = 12\n\
         [[weather.refuse]]\nmethod = \"GET\"\npath = \"/approleassignments\"\nstatus = 429\noften = 2\ntimes = 1\n\
         [[weather.meanwhile]]\nbefore-request = 8\nbefore = {{ method = \"GET\", path = \"/approleassignments\" }}\n\
         method = \"PATCH\"\npath = \"{path}\"\nbody = {{ scope = \"User.Read Mail.Read\" }}\n"
    );
    world.later(&format!("{all}{slow}"), |_| {});
    let run = apply(&world, &plan).assert_code(9);
    assert!(run.stdout.contains("changed_meanwhile"), "{run:#?}");
    assert_eq!(world.sent(), Vec::<String>::new());
    assert_eq!(world.rows("oauth2PermissionGrants")[0]["scope"], "User.Read Mail.Read");
}
