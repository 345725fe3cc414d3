//! Safety rails: they stop apply with exit 5, never plan.

use serde_json::{Value, json};

use crate::scenarios::{app, has, wants};
use crate::world::{Run, World};

const NOTHING: [&str; 0] = [];

/// A tenant where so many people have a grant that the manifest takes away.
fn crowd(count: usize, more: &str) -> World {
    let world = World::with(&format!(
        "[[people]]\nprefix = \"w\"\ncount = {count}\n[[bulk_grant]]\nclient = \"Graph \
         Explorer\"\nresource = \"Microsoft Graph\"\npeople = \"w\"\nscope = \"User.Read\"\n"
    ));
    world.manifest(&(app("explorer", "exact") + "grants = \"none\"\n" + more));
    world
}

/// The plan shows everything and exits with 0; apply stops at this rule and sends nothing.
#[track_caller]
fn stopped(world: &World, changes: usize, rule: &str) -> (Value, Run) {
    let plan = world.plan();
    assert_eq!(plan["changes"].as_array().unwrap().len(), changes);
    let rules: Vec<&Value> =
        plan["checks"].as_array().unwrap().iter().map(|check| &check["rule"]).collect();
    assert_eq!(rules, [&json!(rule)]);
    let drawn = world.run(&["plan", "--full"]).assert_code(0).stdout;
    assert!(drawn.contains(plan["checks"][0]["help"].as_str().unwrap().split(':').next().unwrap()));
    let run = world.apply().assert_code(5);
    assert!(run.stderr.contains("error[safety_rail]"), "{run:#?}");
    assert!(run.stderr.contains(rule), "{run:#?}");
    assert_eq!(world.sent(), NOTHING);
    assert!(!world.folder().join(".consent/snapshots").exists());
    (plan, run)
}

fn accept(max: u32, until: &str) -> String {
    format!(
        "[accept]\nrevoke = {{ max = {max}, until = {until}, reason = \"end of the pilot\" }}\n"
    )
}

#[test]
fn more_than_25_removals_stop() {
    let (plan, run) = stopped(&crowd(26, ""), 26, "removal_limit");
    assert_eq!(plan["summary"]["revoke"], 26);
    assert!(run.stderr.contains("[accept] revoke = { max = 26"), "{run:#?}");
}

#[test]
fn a_tenth_of_many_is_the_other_limit() {
    stopped(&crowd(11, ""), 11, "removal_limit");
}

#[test]
fn few_entries_have_no_share() {
    crowd(10, "").apply_as_announced();
}

#[test]
fn a_dated_acceptance_lifts_the_limit() {
    let world = crowd(26, &accept(26, "2099-12-31"));
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["checks"], json!([]));
    assert!(world.grants().is_empty());
}

#[test]
fn an_acceptance_of_fewer_lifts_nothing() {
    stopped(&crowd(26, &accept(25, "2099-12-31")), 26, "removal_limit");
}

#[test]
fn an_expired_acceptance_lifts_nothing_and_is_named() {
    let (plan, _) = stopped(&crowd(26, &accept(26, "2026-01-31")), 26, "removal_limit");
    let warning = plan["warnings"].to_string();
    assert!(warning.contains("consent.toml:") && warning.contains("2026-01-31"), "{warning}");
}

#[test]
fn limits_of_the_manifest_count() {
    let limits = "[limits]\nrevoke = 30\nrevoke_percent = 100\n";
    crowd(26, limits).apply_as_announced();
    stopped(&crowd(5, "[limits]\nrevoke = 4\n"), 5, "removal_limit");
}

/// No digest lifts a rail, and it is told before anybody is asked to approve.
#[test]
fn a_rail_comes_before_the_approval() {
    let world = crowd(26, "");
    let run = world.run(&["apply"]).assert_code(5);
    assert!(!run.stderr.contains("--approve"), "{run:#?}");
    world.run(&["plan", "--out", "plan.json"]).assert_code(0);
    let digest = world.digest();
    world.run(&["apply", "plan.json", "--approve", &digest]).assert_code(5);
    assert_eq!(world.sent(), NOTHING);
}

#[test]
fn nothing_is_taken_from_a_protected_app() {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    let protected = app("explorer", "exact") + "protect = true\n";
    world.manifest(&(protected.clone() + &wants("explorer", r#"["User.Read"]"#, "\"all-users\"")));
    stopped(&world, 1, "protected_app");
    // What only gives goes through.
    let more =
        wants("explorer", r#"["User.Read", "Mail.Read", "Group.Read.All"]"#, "\"all-users\"");
    world.manifest(&(protected + &more));
    world.apply_as_announced();
}

#[test]
fn an_audience_may_not_grow_without_notice() {
    let world = World::with("");
    let body =
        app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#);
    world.manifest(&format!("{body}[limits]\nprincipals = 2\n"));
    stopped(&world, 3, "principals_limit");
    world.manifest(&format!("{body}[limits]\nprincipals = 3\n"));
    world.apply_as_announced();
}
