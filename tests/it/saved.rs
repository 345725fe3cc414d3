//! Saved plans, applied from the file alone as a CI job would, and plans that must not be.

use consent::model::digest::sha256_hex;
use serde_json::{Value, json};

use crate::ledger::{all_sent, delete};
use crate::scenarios::{EXPLORER_ALL, app, has, wants};
use crate::world::{Run, World};

const NOTHING: [&str; 0] = [];

/// The narrowing of S1, planned and saved.
fn planned() -> (World, Value) {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read", "Mail.Read"]"#, r#"{ groups = ["GX"] }"#)),
    );
    let plan = save(&world, &[]);
    (world, plan)
}

fn save(world: &World, more: &[&str]) -> Value {
    let args: Vec<&str> =
        ["plan", "--out", "plan.json", "--json"].iter().chain(more).copied().collect();
    let run = world.run(&args).assert_code(0);
    serde_json::from_str(&run.stdout).unwrap()
}

fn apply(world: &World, plan: &Value) -> Run {
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    world.run(&["apply", "plan.json", "--approve", digest])
}

fn text(world: &World) -> String {
    std::fs::read_to_string(world.folder().join("plan.json")).unwrap()
}

/// Exit 6, the file's fault named, nothing sent, no record begun.
#[track_caller]
fn refused(world: &World, plan: &Value, id: &str) -> Run {
    let run = apply(world, plan).assert_code(6);
    assert!(run.stderr.contains(&format!("error[{id}]")), "{run:#?}");
    assert!(run.stderr.contains("no write request was sent"), "{run:#?}");
    assert_eq!(world.sent(), NOTHING);
    run
}

#[test]
fn a_saved_plan_is_applied_without_its_manifest() {
    let (world, plan) = planned();
    let manifest = world.folder().join("consent.toml");
    let body = std::fs::read_to_string(&manifest).unwrap();
    std::fs::remove_file(&manifest).unwrap();
    apply(&world, &plan).assert_code(0);
    assert_eq!(all_sent(&world), world.announced(&plan));
    assert_eq!(all_sent(&world).last(), Some(&delete(EXPLORER_ALL)));
    world.file("consent.toml", &body);
    world.assert_converged();
}

#[test]
fn the_saved_plan_holds_the_effect_that_was_shown() {
    let (world, plan) = planned();
    let saved: Value = serde_json::from_str(&text(&world)).unwrap();
    assert_eq!(saved["format"], "consent.plan");
    assert_eq!(saved["effect"], plan["effect"]);
    let digest = ring::digest::digest(
        &ring::digest::SHA256,
        plan["effect"]["text"].as_str().unwrap().as_bytes(),
    );
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(plan["effect"]["sha256"], format!("sha256:{hex}"));
}

#[test]
fn a_saved_plan_needs_its_own_digest() {
    let (world, _) = planned();
    let other = json!({"effect": {"sha256": "sha256:0000"}});
    refused(&world, &other, "other_effect");
    let run = world.run(&["apply", "plan.json"]).assert_code(6);
    assert!(run.stderr.contains("error[not_approved]"), "{run:#?}");
    assert_eq!(world.sent(), NOTHING);
}

/// The digest as a plan draws it is too short to approve anything, and is told so.
#[test]
fn a_shortened_digest_approves_nothing() {
    let (world, plan) = planned();
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    let drawn = format!("{}...{}", &digest[..19], &digest[digest.len() - 4..]);
    for short in [drawn.as_str(), &digest[..20]] {
        let run = world.run(&["apply", "--approve", short]).assert_code(6);
        assert!(run.stderr.contains("(shortened; `consent plan --full`"), "{run:#?}");
        assert!(run.stderr.contains(&format!("--approve {digest}")), "{run:#?}");
    }
    world.assert_untouched();
}

#[test]
fn the_second_apply_of_a_plan_sends_nothing() {
    let (world, plan) = planned();
    apply(&world, &plan).assert_code(0);
    let sent = world.sent();
    let run = apply(&world, &plan).assert_code(0);
    assert!(run.stdout.contains("4 already so"), "{run:#?}");
    assert_eq!(world.sent(), sent);
}

/// The same plan finishes what a refusal left over.
#[test]
fn a_plan_is_applied_again_after_a_partial_failure() {
    let (mut world, plan) = planned();
    let refuse = "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\nbody = \"0a000000-0000-4000-8000-000000000002\"\nstatus = 403\n";
    world.later(refuse, |_| {});
    apply(&world, &plan).assert_code(9);
    world.later("", |_| {});
    let run = apply(&world, &plan).assert_code(0);
    assert!(run.stdout.contains("2 done, 2 already so"), "{run:#?}");
    assert_eq!(world.sent().len(), 2);
    world.assert_converged();
}

#[test]
fn a_plan_is_stale_once_its_objects_changed() {
    let (mut world, plan) = planned();
    world.later("", |state| {
        state["tables"]["oauth2PermissionGrants"][0]["scope"] = json!("Mail.Read");
    });
    let run = refused(&world, &plan, "plan_stale");
    let told = "  = changed: revoke explorer: delegated, Microsoft Graph, all users\n\
                \x20     planned on:  scopes Mail.Read, User.Read\n\
                \x20     plan's goal: nothing there\n\
                \x20     now:         scopes Mail.Read\n";
    assert!(run.stderr.contains(told), "{run:#?}");
    assert!(!world.folder().join(".consent/snapshots").exists());
}

/// The same scopes, but the service calls it by another id: somebody removed it and made it again.
#[test]
fn a_grant_that_was_made_again_is_told_so() {
    let (mut world, plan) = planned();
    world.later("", |state| {
        state["tables"]["oauth2PermissionGrants"][0]["id"] = json!("another");
    });
    let run = refused(&world, &plan, "plan_stale");
    assert!(run.stderr.contains("removed and made again"), "{run:#?}");
}

#[test]
fn of_many_stale_objects_ten_are_shown() {
    let mut world = World::with(
        "[[group]]\nname = \"Dozen\"\n\
         [[people]]\nprefix = \"w\"\ncount = 12\ngroup = \"Dozen\"\n\
         [[bulk_grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
         people = \"w\"\nscope = \"User.Read\"\n",
    );
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read", "openid"]"#, r#"{ groups = ["Dozen"] }"#)),
    );
    let plan = save(&world, &[]);
    world.later("", |state| {
        for row in state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap() {
            row["scope"] = json!("Mail.Read User.Read");
        }
    });
    let run = refused(&world, &plan, "plan_stale");
    assert!(run.stderr.contains("12 objects of the plan changed"), "{run:#?}");
    assert_eq!(run.stderr.matches("  = changed: widen explorer: delegated").count(), 10);
    assert!(run.stderr.contains("  = and 2 more objects\n"), "{run:#?}");
    let mut lines = run.stderr.lines().skip(1);
    assert!(lines.all(|line| line.chars().count() <= 80), "{run:#?}");
    assert!(run.stderr.contains("planned on:  scopes User.Read\n"), "{run:#?}");
}

#[test]
fn a_change_outside_the_plan_does_not_matter() {
    let (mut world, plan) = planned();
    world.later("", |state| {
        let rows = state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap();
        let mut other = rows[0].clone();
        other["id"] = json!("AAAAwQAAAECAAAAAAAAAAgAAAJoAAABAgAAAAAAAAAE");
        other["clientId"] = json!("c1000000-0000-4000-8000-000000000002");
        rows.push(other);
    });
    apply(&world, &plan).assert_code(0);
    assert_eq!(all_sent(&world), world.announced(&plan));
}

/// Every part of the file counts: people read it before they approve.
#[test]
fn an_altered_plan_is_refused_and_the_line_named() {
    let (world, plan) = planned();
    let whole = text(&world);
    for (from, to) in [
        ("Mail.Read User.Read", "Mail.ReadWrite User.Read"),
        ("alice@contoso.com", "mallory@contoso.com"),
        ("\"checks\": []", "\"checks\": [ ]"),
        ("consent.toml:8", "consent.toml:9"),
        ("\"expires_at\": \"2", "\"expires_at\": \"3"),
    ] {
        let altered = whole.replacen(from, to, 1);
        assert_ne!(altered, whole, "the plan file has no {from}");
        world.file("plan.json", &altered);
        let run = refused(&world, &plan, "plan_file");
        assert!(run.stderr.contains("altered"), "{from}: {run:#?}");
        assert!(run.stderr.contains("line "), "{from}: {run:#?}");
    }
    let other = whole.replacen("-8000-000000000002", "-8000-000000000006", 1);
    world.file("plan.json", &other);
    let run = refused(&world, &plan, "plan_file");
    assert!(run.stderr.contains("the state of another object stands here"), "{run:#?}");
    world.file("plan.json", &whole.replace("\"format_version\": 3", "\"format_version\": 4"));
    let run = refused(&world, &plan, "plan_file");
    assert!(run.stderr.contains("newer version"), "{run:#?}");
}

/// A download that ended early, a disk that was full, an editor that was too helpful.
#[test]
fn a_plan_that_was_cut_short_is_refused_and_the_place_named() {
    let (world, plan) = planned();
    let whole = text(&world);
    for length in [0, 1, 100, whole.len() / 2, whole.len() - 60, whole.len() - 2, whole.len() - 1] {
        let part = &whole[..length];
        world.file("plan.json", part);
        let run = refused(&world, &plan, "plan_file");
        assert!(run.stderr.contains("its end is missing: it was cut short in line "), "{run:#?}");
    }
    let mut bytes = whole.clone().into_bytes();
    bytes[200] = 0xff;
    std::fs::write(world.folder().join("plan.json"), bytes).unwrap();
    let run = refused(&world, &plan, "plan_file");
    assert!(run.stderr.contains("it is not UTF-8 text: line "), "{run:#?}");
    world.file("plan.json", &whole.replace('\n', "\r\n"));
    refused(&world, &plan, "plan_file");
    world.file("plan.json", &format!("\u{feff}{whole}"));
    refused(&world, &plan, "plan_file");
    world.file("plan.json", &whole);
    apply(&world, &plan).assert_code(0).quietly();
}

/// The saved plan with these replacements, as it would have been written so.
fn rewritten(world: &World, replacements: &[(&str, &str)]) -> String {
    let mut plan = text(world);
    for (old, new) in replacements {
        assert!(plan.contains(old), "{old}");
        plan = plan.replace(old, new);
    }
    let mark = "  \"checksum\": \"sha256:";
    let (head, _) = plan.rsplit_once(mark).unwrap();
    format!("{head}{mark}{}\"\n}}\n", sha256_hex(head.as_bytes()))
}

/// The saved plan as it would have been written so many hours later.
fn made_later(world: &World, hours: i64) -> String {
    let saved: Value = serde_json::from_str(&text(world)).unwrap();
    let line = |name: &str, hours: i64| {
        let form = &time::format_description::well_known::Rfc3339;
        let at = time::OffsetDateTime::parse(saved[name].as_str().unwrap(), form).unwrap();
        let at = (at + time::Duration::hours(hours)).format(form).unwrap();
        format!("\"{name}\": \"{at}\"")
    };
    let [made, expires] = ["made_at", "expires_at"].map(|name| (line(name, 0), line(name, hours)));
    rewritten(world, &[(&made.0, &made.1), (&expires.0, &expires.1)])
}

#[test]
fn a_plan_of_the_day_before_yesterday_or_of_tomorrow_is_refused() {
    let (world, plan) = planned();
    let whole = text(&world);
    for (hours, told) in [(-25, "expired at "), (1, "which is still to come")] {
        world.file("plan.json", &made_later(&world, hours));
        let run = refused(&world, &plan, "plan_expired");
        assert!(run.stderr.contains(told), "{told}: {run:#?}");
        world.file("plan.json", &whole);
    }
}

/// Nothing is written over what the plan was made of.
#[test]
fn a_report_does_not_go_over_the_manifest() {
    let (world, plan) = planned();
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    let args = ["apply", "plan.json", "--approve", digest, "--report", "json=consent.toml"];
    let run = world.run(&args).assert_code(3);
    assert!(run.stderr.contains("error[not_ours]"), "{run:#?}");
    world.assert_untouched();
}

/// It names its manifest, and the records lie beside that; but not in a folder of the plan's choice.
#[test]
fn a_plan_does_not_choose_where_the_records_go() {
    let (world, plan) = planned();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let other = elsewhere.path().join("consent.toml");
    std::fs::write(&other, "schema = 1\n").unwrap();
    let path = format!("\"path\": {}", serde_json::json!(other));
    let forged = rewritten(&world, &[("\"path\": \"consent.toml\"", &path)]);
    world.file("plan.json", &forged);
    apply(&world, &plan).assert_code(0).quietly();
    assert!(!elsewhere.path().join(".consent").exists());
    assert!(world.folder().join(".consent/snapshots").exists());
}

#[test]
fn a_plan_of_another_tenant_is_refused() {
    let (world, plan) = planned();
    let seed =
        crate::world::SEED.replace(crate::world::TENANT, "11111111-7f0e-4d1b-9c55-0f3b2f6ae1b7");
    let other = World::new(&seed);
    other.file("plan.json", &text(&world));
    let run = refused(&other, &plan, "wrong_tenant");
    assert!(run.stderr.contains(crate::world::TENANT), "{run:#?}");
    assert!(run.stderr.contains("11111111-7f0e-4d1b-9c55-0f3b2f6ae1b7"), "{run:#?}");
}
