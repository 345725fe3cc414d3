//! Never remove what the running identity needs.

use serde_json::{Value, json};

use super::{READ, TOOLS, WRITE, Who, digest, rules, stopped_for};
use crate::scenarios::{ALICE, BOB, has, wants};
use crate::world::World;

/// The tools that the operator signs in with, as an app of the tenant and of the manifest.
fn tools(grants: &str, wanted: &str) -> World {
    let world = World::with(&format!(
        "[[service_principal]]\nid = \"c1000000-0000-4000-8000-0000000000cc\"\napp_id = \
         \"{TOOLS}\"\nname = \"Command Line Tools\"\npublisher_tenant = \"microsoft\"\n{grants}"
    ));
    world.manifest(&(manage("exact") + wanted));
    world
}

fn manage(mode: &str) -> String {
    format!("[app.tools]\napp_id = \"{TOOLS}\"\nmode = \"{mode}\"\n")
}

fn held(user: Option<&str>, scope: &str) -> String {
    has("Command Line Tools", user, scope)
}

const ALL: &[&str] = &[READ, WRITE, "User.Read"];

fn all() -> String {
    ALL.join(" ")
}

fn alice() -> Who {
    Who::user(TOOLS, ALICE, ALL)
}

#[test]
fn what_consent_needs_is_not_revoked() {
    let world = tools(&held(None, &all()), "grants = \"none\"\n");
    let (plan, run) = stopped_for(&Who::operator(&world), &world, 1, &["lockout"]);
    for words in [WRITE, READ, "tools (Command Line Tools)", "sign in with another app"] {
        assert!(run.stderr.contains(words), "{words}: {run:#?}");
    }
    assert_eq!(plan["checks"], json!([]), "it depends on who runs");
}

#[test]
fn only_what_is_needed_counts() {
    let world = tools(
        &held(None, &(all() + " Mail.Read")),
        &wants("tools", &format!(r#"["{READ}", "User.Read", "Mail.Read"]"#), "\"all-users\""),
    );
    let (_, run) = stopped_for(&alice(), &world, 1, &["lockout"]);
    assert!(run.stderr.contains(&format!("what consent needs: {WRITE}\n")), "{run:#?}");
    // Mail, and what other permissions suffice for, may go.
    world.manifest(
        &(manage("exact") + &wants("tools", &format!(r#"["{READ}", "{WRITE}"]"#), "\"all-users\"")),
    );
    world.apply_as_announced();
}

/// What a user has is the union of everybody's grant and his own.
#[test]
fn what_the_other_grant_gives_as_well_may_go() {
    let scopes = format!(r#"["{READ}", "{WRITE}", "User.Read"]"#);
    let both = held(None, &all()) + &held(Some("alice@contoso.com"), &all());
    let mine = wants("tools", &scopes, r#"{ users = ["alice@contoso.com"] }"#);
    let world = tools(&both, &mine);
    assert_eq!(rules(&alice().plan(&world)), [""; 0], "alice keeps her own");
    // Bob signs in with the same app, and has no grant of his own.
    let bob = Who::user(TOOLS, BOB, ALL);
    stopped_for(&bob, &world, 1, &["lockout"]);
    alice().apply(&world).assert_code(0).quietly();

    let world = tools(&both, &wants("tools", &scopes, "\"all-users\""));
    alice().apply(&world).assert_code(0).quietly();
    assert_eq!(world.sent().len(), 1, "her own went, everybody's is left");
}

/// Replacing everybody's by one's own locks nobody out, and is stopped by the other rule alone.
#[test]
fn a_replacement_that_covers_the_user_is_no_lockout() {
    let mine = wants(
        "tools",
        &format!(r#"["{READ}", "{WRITE}", "User.Read"]"#),
        r#"{ users = ["alice@contoso.com"] }"#,
    );
    let world = tools(&held(None, &all()), &mine);
    stopped_for(&alice(), &world, 2, &["self_escalation"]);
    let bob = Who::user(TOOLS, BOB, ALL);
    stopped_for(&bob, &world, 2, &["lockout", "self_escalation"]);
}

#[test]
fn what_ran_out_is_needed_all_the_same() {
    let world = tools(&held(None, &all()), "");
    let over = wants("tools", &format!(r#"["{WRITE}"]"#), "\"all-users\"");
    world.manifest(&(manage("additive") + &over + "until = 2026-01-31\n"));
    stopped_for(&alice(), &world, 1, &["lockout"]);
}

#[test]
fn an_additive_app_keeps_what_is_not_declared() {
    let world = tools(&held(None, &all()), "");
    world.manifest(&manage("additive"));
    assert_eq!(alice().plan(&world)["changes"], json!([]));
}

/// The token of an application holds no delegated permissions: losing those is no lockout.
#[test]
fn an_application_does_not_live_on_grants_of_users() {
    let world = tools(&held(None, &all()), "grants = \"none\"\n");
    let application = Who::application(TOOLS, "c1000000-0000-4000-8000-0000000000cc", ALL);
    application.apply(&world).assert_code(0).quietly();
    assert!(world.grants().is_empty());
}

/// Who plans and who applies need not be the same: the digest is, and each is judged for himself.
#[test]
fn a_saved_plan_is_judged_for_whoever_applies_it() {
    let world = tools(&held(None, &all()), "grants = \"none\"\n");
    let reader = Who::application("5e000000-0000-4000-8000-00000000aaaa", BOB, &[READ]);
    let writer = Who::application("5e000000-0000-4000-8000-00000000bbbb", BOB, &[READ, WRITE]);
    let save = |who: &Who, file: &str| {
        who.run(&world, &["plan", "--json", "--out", file]).assert_code(0).json()
    };
    let (free, bound) = (save(&reader, "free.json"), save(&alice(), "bound.json"));
    assert_eq!((rules(&free), rules(&bound)), (vec![], vec!["lockout"]));
    assert_eq!(free["effect"], bound["effect"], "what is approved does not depend on who looked");
    let drawn = reader.run(&world, &["plan"]).assert_code(0).stdout;
    assert!(!drawn.contains("BLOCKED"), "{drawn}");
    // Planned by somebody else, applied by the one who would lock himself out.
    let args = ["apply", "free.json", "--approve", digest(&free)];
    let run = alice().run(&world, &args).assert_code(5);
    assert!(run.stderr.contains("error[safety_rail]: lockout: ") && run.stderr.contains(WRITE));
    assert!(run.stdout.contains("BLOCKED   lockout"), "the plan above says so, too: {run:#?}");
    world.assert_untouched();
    // And the other way round.
    let saved = std::fs::read_to_string(world.folder().join("bound.json")).unwrap();
    let saved: Value = serde_json::from_str(&saved).unwrap();
    assert_eq!(saved["checks"], json!([]), "nothing in the file is about who planned");
    let args = ["apply", "bound.json", "--approve", digest(&bound)];
    writer.run(&world, &args).assert_code(0).quietly();
    assert!(world.grants().is_empty());
}
