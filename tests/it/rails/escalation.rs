//! Never add anything to the identity that runs consent.

use serde_json::json;

use super::{READ, TOOLS, WRITE, Who, digest, rules, stopped_for};
use crate::scenarios::{ALICE, app, has, wants};
use crate::world::World;

/// App id and service principal of "Orders UI".
const PIPELINE: (&str, &str) =
    ("5e000000-0000-4000-8000-0000000000c3", "c1000000-0000-4000-8000-000000000003");

/// "Orders UI" runs consent, as an application.
fn pipeline(permissions: &[&str]) -> Who {
    Who::application(PIPELINE.0, PIPELINE.1, permissions)
}

fn gives(scopes: &str, whom: &str) -> World {
    let world = World::with("");
    world.manifest(&(app("orders-ui", "exact") + &wants("orders-ui", scopes, whom)));
    world
}

#[test]
fn nothing_is_given_to_the_app_that_signs_in() {
    let one = r#"{ users = ["alice@contoso.com"] }"#;
    for (scopes, whom) in [
        (format!(r#"["{WRITE}"]"#), "\"all-users\""),
        (r#"["openid"]"#.to_owned(), one),
        (r#"["Mail.Read"]"#.to_owned(), "\"all-users\""),
    ] {
        let world = gives(&scopes, whom);
        let (plan, run) = stopped_for(&pipeline(&[READ, WRITE]), &world, 1, &["self_escalation"]);
        assert!(run.stderr.contains("orders-ui (Orders UI)"), "{run:#?}");
        let scope = scopes.trim_matches(['[', ']', '"']);
        assert!(run.stderr.contains(&format!("gives to it: {scope}\n")), "{run:#?}");
        assert_eq!(plan["checks"], json!([]), "it depends on who runs");
        // Anybody else may.
        world.apply_as_announced();
    }
}

/// A user with that app is the same identity, and so is a token that names the service principal only.
#[test]
fn however_one_signs_in_with_it() {
    let world = gives(r#"["Mail.Read"]"#, "\"all-users\"");
    let user = Who::user(PIPELINE.0, ALICE, &[READ, WRITE]);
    stopped_for(&user, &world, 1, &["self_escalation"]);
    let nameless = Who::application("", PIPELINE.1, &[READ, WRITE]);
    stopped_for(&nameless, &world, 1, &["self_escalation"]);
}

#[test]
fn widening_and_additive_apps_are_no_exception() {
    let world = World::with(&has("Orders UI", None, "User.Read"));
    let more = wants("orders-ui", r#"["Mail.Read"]"#, "\"all-users\"");
    world.manifest(&(app("orders-ui", "additive") + &more));
    let (plan, _) = stopped_for(&pipeline(&[READ, WRITE]), &world, 1, &["self_escalation"]);
    assert_eq!(plan["changes"][0]["verb"], "widen");
}

/// Tools of administrators are apps like any other.
#[test]
fn public_clients_are_no_exception() {
    let world = World::with(&format!(
        "[[service_principal]]\napp_id = \"{TOOLS}\"\nname = \"Command Line Tools\"\n\
         publisher_tenant = \"microsoft\"\n"
    ));
    world.manifest(&format!(
        "[app.tools]\napp_id = \"{TOOLS}\"\nmode = \"exact\"\n{}",
        wants("tools", r#"["Mail.Read"]"#, "\"all-users\"")
    ));
    stopped_for(&Who::operator(&world), &world, 1, &["self_escalation"]);
}

/// The workflow of the guide: one identity plans and reads only, another one applies. A pull request
/// that gives something to the latter is approved, and stopped where it would be applied.
#[test]
fn a_pull_request_cannot_widen_the_identity_that_applies() {
    let world = gives(&format!(r#"["{WRITE}"]"#), "\"all-users\"");
    let planner = Who::application("5e000000-0000-4000-8000-00000000aaaa", ALICE, &[READ]);
    let args = ["plan", "--json", "--out", "plan.json"];
    let plan = planner.run(&world, &args).assert_code(0).json();
    assert_eq!(rules(&plan), [""; 0]);
    let applier = pipeline(&[READ, WRITE]);
    let anew = applier.plan(&world);
    assert_eq!(rules(&anew), ["self_escalation"]);
    assert_eq!(digest(&anew), digest(&plan), "who looks does not change what is approved");
    for args in [
        &["apply", "plan.json", "--approve", digest(&plan)][..],
        &["apply", "--approve", digest(&plan)],
    ] {
        let run = applier.run(&world, args).assert_code(5);
        assert!(run.stderr.contains("error[safety_rail]: self_escalation: "), "{run:#?}");
    }
    world.assert_untouched();
}

/// The planner may be changed by the other one: he is not the one who runs it.
#[test]
fn the_identity_that_plans_is_shown_its_own_rail_and_stops_nobody_else() {
    let world = gives(r#"["User.Read"]"#, "\"all-users\"");
    let planner = pipeline(&[READ]);
    let args = ["plan", "--json", "--out", "plan.json"];
    let plan = planner.run(&world, &args).assert_code(0).json();
    assert_eq!(rules(&plan), ["self_escalation"]);
    let applier = Who::application("5e000000-0000-4000-8000-00000000bbbb", ALICE, &[READ, WRITE]);
    let args = ["apply", "plan.json", "--approve", digest(&plan)];
    applier.run(&world, &args).assert_code(0).quietly();
    world.assert_converged();
}

/// Taking from it what consent does not need goes through.
#[test]
fn what_it_does_not_need_may_be_taken() {
    let world = World::with(&has("Orders UI", None, "User.Read Mail.Read"));
    world.manifest(&(app("orders-ui", "exact") + "grants = \"none\"\n"));
    pipeline(&[READ, WRITE]).apply(&world).assert_code(0).quietly();
    assert!(world.grants().is_empty());
}
