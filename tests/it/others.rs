//! Other administrators, who change what the plan is about while the run goes on: what they did is never
//! undone unseen.

use crate::scenarios::{app, has, wants};
use crate::world::{Run, World};

/// Everybody has something already and shall have more; nothing else of the app is ours.
fn widened(weather: &str) -> (World, Run) {
    let all = has("Graph Explorer", None, "User.Read");
    let mut world = World::with(&all);
    world.manifest(
        &(app("explorer", "additive")
            + &wants("explorer", r#"["User.Read", "Files.Read"]"#, "\"all-users\"")),
    );
    let digest = world.digest();
    let id = world.rows("oauth2PermissionGrants")[0]["id"].as_str().unwrap().to_owned();
    let theirs = format!(
        "[[weather.meanwhile]]\nbefore = {{ method = \"GET\", path = \"/oauth2PermissionGrants/{id}\" }}\n\
         method = \"PATCH\"\npath = \"/oauth2PermissionGrants/{id}\"\n\
         body = {{ scope = \"User.Read Mail.Read\" }}\n"
    );
    world.later(&format!("{all}{weather}{theirs}"), |_| {});
    let run = world.run(&["apply", "--approve", &digest]);
    assert!(world.tenant.meanwhile()[0].took_effect, "{run:#?}");
    (world, run)
}

/// One request, and what they made stays.
#[track_caller]
fn left_alone(world: &World) {
    assert_eq!(world.writes().len(), 1);
    assert_eq!(world.rows("oauth2PermissionGrants")[0]["scope"], "User.Read Mail.Read");
}

#[test]
fn a_doubtful_change_is_not_repeated_over_somebody_elses() {
    let refuse = "[[weather.refuse]]\nmethod = \"PATCH\"\nstatus = 500\ntimes = 1\n";
    let (world, run) = widened(refuse);
    let run = run.assert_code(9);
    assert!(run.stdout.contains("somebody else has changed it"), "{run:#?}");
    left_alone(&world);
    // The next plan knows what they did, and keeps it.
    world.apply_as_announced();
    assert_eq!(world.rows("oauth2PermissionGrants")[0]["scope"], "Files.Read Mail.Read User.Read");
}

#[test]
fn what_is_changed_during_a_pause_is_not_replaced_after_it() {
    let refuse = "[weather]\nretry-after = 10\n[[weather.refuse]]\nmethod = \"PATCH\"\nstatus = 429\ntimes = 1\n";
    let (world, run) = widened(refuse);
    let run = run.assert_code(9);
    assert!(run.stdout.contains("changed_meanwhile"), "{run:#?}");
    left_alone(&world);
}

/// No pause is long, but together they are.
#[test]
fn what_is_changed_during_several_short_pauses_is_not_replaced() {
    let refuse = "[weather]\nretry-after = 6\n[[weather.refuse]]\nmethod = \"PATCH\"\nstatus = 429\ntimes = 2\n";
    let (world, run) = widened(refuse);
    let run = run.assert_code(9);
    assert!(run.stdout.contains("changed_meanwhile: not sent: somebody else"), "{run:#?}");
    assert!(run.stderr.contains("Microsoft Graph asked for a pause of "), "{run:#?}");
    assert_eq!(world.rows("oauth2PermissionGrants")[0]["scope"], "User.Read Mail.Read");
}
