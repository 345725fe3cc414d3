//! Reports as files: what may be written over, who is named in them, and what is told while a run goes on.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scenarios::{app, has, wants};
use crate::world::World;

/// Those that go to a file.
const KINDS: [&str; 7] = ["json", "ndjson", "markdown", "html", "sarif", "junit", "gitlab"];

/// Way 3 for a group, and a single grant that goes.
fn world() -> World {
    let world = World::with(
        &(has("Graph Explorer", None, "User.Read Mail.Read")
            + &has("Acme Sign", Some("bob@contoso.com"), "Mail.Read")),
    );
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read", "Mail.Read"]"#, r#"{ groups = ["GX"] }"#)),
    );
    world
}

fn text(world: &World, name: &str) -> String {
    std::fs::read_to_string(world.folder().join(name)).unwrap()
}

#[test]
fn a_saved_plan_is_shown_again_without_a_tenant() {
    let world = world();
    let made = world.run(&["plan", "--out", "p.plan", "--json"]).assert_code(0).json();
    let shown = world.run(&["show", "p.plan", "--json"]).assert_code(0).json();
    for member in ["tenant", "summary", "access", "effect", "apps", "extent", "lifted"] {
        assert_eq!(made[member], shown[member], "{member}");
    }
    let of = |plan: &Value, member: &str| -> Vec<Value> {
        plan["changes"].as_array().unwrap().iter().map(|one| one[member].clone()).collect()
    };
    for member in ["address", "verb", "requests", "permissions", "risk", "outage"] {
        if member != "permissions" {
            assert_eq!(of(&made, member), of(&shown, member), "{member}");
        }
    }
    let drawn = world.run(&["show", "p.plan", "--color", "never"]).assert_code(0);
    assert!(drawn.stdout.contains("the plan says: \"consent.toml\""), "{drawn:#?}");
    assert!(drawn.stderr.contains("nothing was compared with the tenant"), "{drawn:#?}");
    assert!(drawn.stdout.contains("cuts off all others"), "{drawn:#?}");
    let altered = text(&world, "p.plan").replacen("Mail.Read", "Mail.Send", 1);
    world.file("altered.plan", &altered);
    world.run(&["show", "altered.plan"]).assert_code(6).quietly();
    world.file("other.json", "{\"format\": \"consent.run_report\", \"format_version\": 1}");
    let other = world.run(&["show", "other.json"]).assert_code(3);
    assert!(other.stderr.contains("error[not_shown]"), "{other:#?}");
}

#[test]
fn the_result_of_a_run_is_shown_again() {
    let world = world();
    let ran = world.run(&["apply", "--approve", &world.digest(), "--json"]).assert_code(0).json();
    let folder = world.folder().join(".consent/snapshots");
    let record = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let record = record.to_str().unwrap();
    let shown = world.run(&["show", record, "--json"]).assert_code(0).json();
    for member in ["tenant", "counts", "writes_sent", "changes", "remaining", "stopped"] {
        assert_eq!(ran[member], shown[member], "{member}");
    }
    let drawn = world.run(&["show", record, "--report", "markdown=-"]).assert_code(0);
    assert!(drawn.stdout.starts_with("<!-- consent:run tenant="), "{drawn:#?}");
}

/// User names and ids of all users of the tenant, in every form in which an id holds another.
fn people(world: &World) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for user in world.rows("users") {
        for member in ["id", "userPrincipalName"] {
            found.insert(user[member].as_str().unwrap().to_lowercase());
        }
    }
    // A grant of one user has an id that holds his.
    let grants = world.rows("oauth2PermissionGrants").into_iter();
    let own = grants.filter(|grant| grant["consentType"] == "Principal");
    found.extend(own.map(|grant| grant["id"].as_str().unwrap().to_lowercase()));
    found
}

#[test]
fn people_who_are_hidden_are_in_no_report() {
    let world = world();
    let before = people(&world);
    let reports: Vec<String> = KINDS.iter().map(|kind| format!("{kind}=plan.{kind}")).collect();
    let mut args = vec!["plan", "--people", "hide"];
    reports.iter().for_each(|report| args.extend(["--report", report]));
    let plan = world.run(&args).assert_code(0);
    let digest = world.digest();
    let reports: Vec<String> = KINDS.iter().map(|kind| format!("{kind}=run.{kind}")).collect();
    let mut args = vec!["apply", "--approve", &digest, "--people", "hide"];
    reports.iter().for_each(|report| args.extend(["--report", report]));
    let run = world.run(&args).assert_code(0);
    let all: BTreeSet<String> = before.union(&people(&world)).cloned().collect();
    assert!(all.len() > 5, "{all:?}");
    let files = KINDS.iter().flat_map(|kind| [format!("plan.{kind}"), format!("run.{kind}")]);
    let notes = ["plan.md".to_owned(), "run.md".to_owned()];
    let texts = files.chain(notes).map(|file| text(&world, &file));
    for told in texts.chain([plan.stdout, run.stdout]) {
        let lower = told.to_lowercase();
        for person in &all {
            assert!(!lower.contains(person), "{person} in {told}");
        }
        // Style sheets have words that begin so.
        let styled = told.starts_with("<!DOCTYPE html>");
        assert!(styled || !told.contains('@'), "{told}");
    }
    assert!(
        text(&world, "plan.markdown").contains("3 people"),
        "{}",
        text(&world, "plan.markdown")
    );
    assert!(text(&world, "plan.json").contains(&digest), "the digest is that of the effect");
}

#[test]
fn events_are_told_while_the_run_goes_on() {
    let mut world = world();
    world.later("[weather]\nseed = 5\nlatency = \"100ms..200ms\"\n", |_| {});
    let digest = world.digest();
    let file = world.folder().join("run.ndjson");
    let mut run = world
        .command(&["apply", "--approve", &digest, "--report", "ndjson=run.ndjson", "--quiet"])
        .spawn()
        .unwrap();
    let (mut seen_early, start) = (false, Instant::now());
    while run.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        seen_early |=
            text.contains("\"event\":\"sending\"") && !text.contains("\"event\":\"ended\"");
        assert!(start.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(2));
    }
    let lines: Vec<Value> = std::fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let words: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!((words.first(), words.last()), (Some(&"begun"), Some(&"ended")), "{words:?}");
    assert!(seen_early, "nothing was told before the end: {words:?}");
    let settled = words.iter().filter(|word| **word == "settled").count();
    assert_eq!(lines[0]["changes"], settled, "{words:?}");
    let schema: Value =
        serde_json::from_str(&world.run(&["schema", "events"]).assert_code(0).stdout).unwrap();
    let valid = jsonschema::validator_for(&schema).unwrap();
    for line in &lines {
        assert!(valid.is_valid(line), "{line}");
    }
}

#[test]
fn a_manifest_with_mistakes_is_told_where_people_review() {
    let world = world();
    world.manifest("[app.explorer]\napp_id = \"x\"\nmode = \"adele@contoso.com\"\n");
    let run =
        world.run(&["plan", "--report", "markdown=m.md", "--report", "json=m.json"]).assert_code(3);
    let told = text(&world, "m.md");
    let run_hidden = world.run(&["plan", "--people", "hide"]).assert_code(3);
    assert!(!run_hidden.stderr.contains('@'), "{run_hidden:#?}");
    assert!(told.contains("no plan, the manifest has") && told.contains("consent.toml:"), "{told}");
    assert!(!world.folder().join("m.json").exists(), "there is no plan to tell: {run:#?}");
}

#[test]
fn only_a_report_of_its_kind_is_written_over() {
    let world = world();
    for kind in KINDS {
        let report = format!("{kind}=r.{kind}");
        world.run(&["plan", "--report", &report]).assert_code(0).quietly();
        world.run(&["plan", "--report", &report]).assert_code(0).quietly();
        let other = if kind == "markdown" { "json" } else { "markdown" };
        let run = world.run(&["plan", "--report", &format!("{other}=r.{kind}")]).assert_code(3);
        assert!(run.stderr.contains("error[not_ours]"), "{run:#?}");
        world.file("mine.txt", "# my own notes\n");
        let run = world.run(&["plan", "--report", &format!("{kind}=mine.txt")]).assert_code(3);
        assert!(run.stderr.contains("error[not_ours]"), "{run:#?}");
        assert_eq!(text(&world, "mine.txt"), "# my own notes\n");
    }
}

#[test]
fn reports_for_a_platform_need_it() {
    let world = world();
    for (typed, said) in [
        ("markdown", "write it as markdown=FILE"),
        ("yaml=x", "no report of the kind"),
        ("markdown=", "a file name is missing"),
    ] {
        let run = world.run(&["plan", "--report", typed]).assert_code(3);
        assert!(run.stderr.contains(said), "{run:#?}");
    }
    let run = world.run(&["plan", "--comment-budget", "100"]).assert_code(3);
    assert!(run.stderr.contains("at least"), "{run:#?}");
}
