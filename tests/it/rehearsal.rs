//! The embedded simulated tenant between runs: what one run did is neither lost nor undone by another.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rexpect::session::{PtySession, spawn_command};
use serde_json::Value;

use crate::sample::ONE;
use crate::terminal::{PATIENCE, end};
use crate::world::{Run, SEED, World};

/// A manifest with something to do, and the seed of its tenant with more TOML behind it.
fn ready(more: &str) -> World {
    let world = World::with("");
    world.manifest(ONE);
    world.file("tenant.toml", &format!("{SEED}\n{more}"));
    world
}

fn command(world: &World, args: &[&str]) -> Command {
    let mut command = world.command(args);
    command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
    command.args(["--sandbox", "tenant.toml"]);
    command
}

fn embedded(world: &World, args: &[&str]) -> Run {
    Run::of(command(world, args).output().unwrap())
}

fn digest(world: &World) -> String {
    let plan = embedded(world, &["plan", "--json"]).assert_code(0).json();
    plan["effect"]["sha256"].as_str().unwrap().to_owned()
}

/// An apply that waits at its question.
fn asking(world: &World) -> PtySession {
    let mut command = command(world, &["apply", "--color", "never"]);
    command.stdin(Stdio::inherit()).env("TERM", "xterm");
    let mut session = spawn_command(command, Some(PATIENCE)).unwrap();
    session.exp_string("Type yes to apply").unwrap();
    session
}

fn answered(mut session: PtySession, answer: &str) -> (String, i32) {
    session.send_line(answer).unwrap();
    end(session)
}

/// The file of the saved tenant.
fn state(world: &World) -> PathBuf {
    let folder = std::fs::read_dir(world.folder().join(".consent/sandbox")).unwrap();
    let files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// Nobody takes a rehearsal for the real thing: not in the plan, the question or the result, and not in what is
/// kept of it.
#[test]
fn everything_of_a_rehearsal_says_that_it_is_one() {
    let world = ready("");
    let first = "SIMULATED contoso.onmicrosoft.com (";
    let plan = embedded(&world, &["plan", "--out", "my.plan"]).assert_code(0);
    assert!(plan.stdout.lines().any(|line| line.starts_with(first)), "{plan:#?}");
    assert!(!plan.stdout.contains("\nTenant "), "{plan:#?}");
    assert_eq!(embedded(&world, &["plan", "--json"]).assert_code(0).json()["simulated"], true);
    let (text, _) = answered(asking(&world), "no");
    assert!(text.contains("error[declined]"), "{text}");
    let digest = digest(&world);
    let args = ["apply", "my.plan", "--approve", &digest, "--report", "json=run.json"];
    let run = embedded(&world, &args).assert_code(0);
    assert!(run.stdout.lines().any(|line| line.starts_with(first)), "{run:#?}");
    assert!(
        run.stdout.contains("\nTenant  SIMULATED, changed; 1 write request sent.\n"),
        "{run:#?}"
    );
    let json = |path: &Path| -> Value { serde_json::from_slice(&bytes(path)).unwrap() };
    assert_eq!(json(&world.folder().join("run.json"))["simulated"], true);
    let records = std::fs::read_dir(world.folder().join(".consent/snapshots")).unwrap();
    let records: Vec<Value> = records.map(|entry| json(&entry.unwrap().path())).collect();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["simulated"], true);
    // A plan file says nothing of it: it is known of the connection.
    assert!(
        !String::from_utf8(bytes(&world.folder().join("my.plan"))).unwrap().contains("simulated")
    );
}

#[test]
fn a_declined_apply_does_not_undo_another_run() {
    let world = ready("");
    let digest = digest(&world);
    assert!(!world.folder().join(".consent").exists(), "a plan keeps nothing");
    let early = asking(&world);
    embedded(&world, &["apply", "--approve", &digest]).assert_code(0).quietly();
    let kept = bytes(&state(&world));
    let (text, code) = answered(early, "no");
    assert_eq!(code, 8, "{text}");
    assert_eq!(bytes(&state(&world)), kept, "{text}");
    embedded(&world, &["plan", "--detailed-exitcode"]).assert_code(0).quietly();
}

#[test]
fn who_began_before_another_run_saved_is_told_that_nothing_is_kept() {
    let world = ready("");
    let digest = digest(&world);
    let early = asking(&world);
    embedded(&world, &["apply", "--approve", &digest]).assert_code(0).quietly();
    let kept = bytes(&state(&world));
    let (text, code) = answered(early, "yes");
    assert_eq!(code, 11, "{text}");
    assert!(
        text.contains("error[file_changed]: failed to write .consent/sandbox/tenant-"),
        "{text}"
    );
    assert!(text.contains("the simulated tenant: what this run did to it is not kept"), "{text}");
    assert!(!text.contains("tenant: unchanged"), "{text}");
    assert_eq!(bytes(&state(&world)), kept, "{text}");
}

#[test]
fn a_tenant_that_cannot_be_saved_does_not_hide_what_was_sent() {
    let refused = "[[weather.refuse]]\nmethod = \"POST\"\nstatus = 400\n";
    for (weather, ended, counted) in [("", 11, "1 done"), (refused, 9, "1 failed")] {
        let world = ready(weather);
        let asking = asking(&world);
        // Not even the superuser can save it there.
        world.private(".consent");
        std::fs::write(world.folder().join(".consent/sandbox"), "no folder").unwrap();
        let (text, code) = answered(asking, "yes");
        assert_eq!(code, ended, "{text}");
        assert!(text.contains(counted), "{text}");
        assert!(text.contains("error[not_an_ordinary_file]"), "{text}");
        assert!(text.contains("tenant: as the results above say"), "{text}");
        assert!(!text.contains("tenant: unchanged"), "{text}");
    }
}

#[test]
fn a_plan_where_nothing_can_be_saved_is_a_plan() {
    let world = ready("");
    world.private(".consent");
    std::os::unix::fs::symlink("nowhere", world.folder().join(".consent/sandbox")).unwrap();
    let plan = embedded(&world, &["plan", "--out", "my.plan"]).assert_code(0);
    assert!(plan.stdout.contains("Plan: 1 to add"), "{plan:#?}");
    assert!(world.folder().join("my.plan").is_file(), "{plan:#?}");
}

/// Also where the seed, and with it the saved tenant, lies in another folder than the manifest.
#[test]
fn a_saved_tenant_that_others_may_write_to_is_refused_before_the_question() {
    let world = ready("");
    std::fs::create_dir(world.folder().join("seeds")).unwrap();
    std::fs::rename(world.folder().join("tenant.toml"), world.folder().join("seeds/tenant.toml"))
        .unwrap();
    let saved = world.private("seeds/.consent/sandbox");
    std::fs::set_permissions(&saved, std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut command = world.command(&["apply", "--sandbox", "seeds/tenant.toml"]);
    command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
    let run = Run::of(command.output().unwrap()).assert_code(1);
    assert!(run.stderr.contains("failed to use seeds/.consent/sandbox: others may"), "{run:#?}");
    assert_eq!(run.stdout, "", "{run:#?}");
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success(), "{path:?}");
}

/// Ends by itself, although nobody ever writes into the pipe.
fn ends(mut command: Command) -> Run {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("it waits for ever: {:#?}", Run::of(child.wait_with_output().unwrap()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn nobody_waits_for_a_pipe() {
    let world = ready("");
    let digest = digest(&world);
    embedded(&world, &["apply", "--approve", &digest]).assert_code(0).quietly();
    pipe(&world.folder().join("pipe"));
    let saved = state(&world);
    std::fs::remove_file(&saved).unwrap();
    pipe(&saved);
    let saved = saved.strip_prefix(world.folder()).unwrap().display().to_string();
    let bare = |args: &[&str]| {
        let mut bare = world.command(args);
        bare.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
        bare
    };
    for (command, named) in [
        (command(&world, &["apply", "pipe"]), "pipe"),
        (bare(&["plan", "--sandbox", "pipe"]), "pipe"),
        (bare(&["sandbox", "--seed", "pipe"]), "pipe"),
        (command(&world, &["plan"]), saved.as_str()),
    ] {
        let run = ends(command).assert_code(1);
        let told =
            format!("error[not_an_ordinary_file]: failed to read {named}: it is no ordinary");
        assert!(run.stderr.contains(&told), "{run:#?}");
        assert!(run.stderr.contains("help: save it to a file first"), "{run:#?}");
    }
    // A file behind another name is one.
    if cfg!(target_os = "linux") {
        let seed = std::fs::File::open(world.folder().join("tenant.toml")).unwrap();
        let mut command = bare(&["plan", "--sandbox", "/dev/stdin"]);
        Run::of(command.stdin(seed).output().unwrap()).assert_code(0).quietly();
    }
}
