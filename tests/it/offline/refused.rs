//! What cannot stand together, and that nothing of a snapshot is ever applied.

use serde_json::json;

use super::{alone, edit, offline, take};
use crate::scenarios::{app, has, wants};
use crate::world::{Run, World};

fn world() -> World {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#)),
    );
    take(&world);
    world
}

#[test]
fn nothing_of_it_is_ever_applied() {
    let world = world();
    let digest = offline(&world, &["--json"]).json()["effect"]["sha256"].clone();
    let digest = digest.as_str().unwrap();
    // The tenant is as it was when the snapshot was taken, and still this is no approval.
    let run = world.run(&["apply", "--approve", digest]).assert_code(6);
    assert!(run.stderr.contains("error[other_effect]"), "{run:#?}");
    let saved = offline(&world, &["--out", "consent.plan"]).assert_code(3);
    assert!(saved.stderr.contains("--out saves none"), "{saved:#?}");
    assert!(!world.folder().join("consent.plan").exists());
    offline(&world, &["--report", "json=report.json"]).assert_code(0).quietly();
    for file in ["taken.json", "report.json"] {
        let run = world.run(&["apply", file, "--approve", digest]);
        assert_eq!(run.code, 6, "{file}: {run:#?}");
    }
    world.assert_untouched();
}

#[test]
fn flags_that_cannot_stand_together_are_told_with_a_way_out() {
    let world = world();
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = alone(world.folder(), args);
        Run::of(command.envs(env.iter().copied()).output().unwrap())
    };
    let from = ["plan", "--offline", "--from", "taken.json"];
    for (args, env, told) in [
        (vec!["plan", "--offline"], vec![], "--offline --from FILE"),
        (vec!["plan", "--from", "taken.json"], vec![], "add --offline"),
        ([&from[..], &["--sandbox", "tenant.toml"]].concat(), vec![], "--sandbox names one"),
        (
            [&from[..], &["--graph-url", "http://127.0.0.1:9"]].concat(),
            vec![],
            "--graph-url names one",
        ),
        (
            vec!["plan", "--from", "taken.json"],
            vec![("CONSENT_OFFLINE", "1"), ("CONSENT_GRAPH_URL", "http://127.0.0.1:9")],
            "CONSENT_GRAPH_URL",
        ),
    ] {
        let run = run(&args, &env).assert_code(3);
        assert!(
            run.stderr.contains("error[usage]") && run.stderr.contains(told),
            "{args:?}: {run:#?}"
        );
    }
    // A flag wins over a variable that it cannot stand beside.
    let run = run(&from, &[("CONSENT_GRAPH_URL", "http://127.0.0.1:9")]);
    assert_eq!(run.code, 0, "{run:#?}");
}

#[test]
fn a_snapshot_of_something_else_is_told() {
    let world = world();
    let refused = |code: &str| {
        let run = offline(&world, &[]).assert_code(3);
        assert!(run.stderr.contains(&format!("error[{code}]")), "{code}: {run:#?}");
        assert!(run.stderr.contains("consent snapshot take"), "{code}: {run:#?}");
    };
    let other = "bad00000-0000-4000-8000-000000000009";
    edit(&world, |snapshot| snapshot["tenant"] = json!(other));
    refused("other_snapshot");
    edit(&world, |snapshot| {
        snapshot["tenant"] = json!(crate::world::TENANT);
        snapshot["cloud"] = json!("china");
    });
    refused("other_snapshot");
    edit(&world, |snapshot| {
        snapshot["cloud"] = json!("global");
        snapshot["taken_at"] = json!("2999-01-01T00:00:00Z");
    });
    refused("snapshot_to_come");
    world.apply().assert_code(0).quietly();
    let folder = world.folder().join(".consent/snapshots");
    let record = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::copy(record, world.folder().join("taken.json")).unwrap();
    refused("snapshot_of_a_run");
}

#[test]
fn how_old_it_is_is_said_and_warned_of() {
    let world = world();
    let aged = |days: i64| {
        let at = time::OffsetDateTime::now_utc() - time::Duration::hours(days * 24 + 1);
        let at = at.format(&time::format_description::well_known::Rfc3339).unwrap();
        edit(&world, |snapshot| snapshot["taken_at"] = json!(at));
        let told = offline(&world, &[]).assert_code(0).stdout;
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let told = aged(2);
    assert!(told.contains(", 2 days old: to review, never to apply"), "{told}");
    assert!(!told.contains("may be otherwise by now"), "{told}");
    let told = aged(12);
    assert!(told.contains("The snapshot is 12 days old: "), "{told}");
}
