//! Killed at any moment: the next run finds out by reading what happened, repeats nothing, finishes.

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::gate::{Gate, Side};
use crate::lanes::side_by_side;
use crate::scenarios::{app, has, wants};
use crate::survival::{Story, flat};
use crate::world::World;

/// What the next run says about one that was killed.
const KILLED: &str = "the last run here did not come to its end";

/// Kills the run at this request among those that write, before or after it took effect.
fn killed(story: &Story, number: usize, side: Side) -> World {
    let world = story.world();
    let gate = Gate::before(&world);
    gate.close_at(number, side);
    let mut run = story.start(&world, &gate);
    assert!(gate.wait_until_held(&mut run), "request {number} never came");
    run.kill().unwrap();
    assert_eq!(run.wait().unwrap().signal(), Some(9));
    gate.wait_until_quiet();
    gate.assert_recorded();
    world
}

/// Kills the run at each request that writes, before and after the request took effect.
fn killed_at_each_request(story: &Story) {
    for number in 1..=story.requests {
        for side in [Side::Before, Side::After] {
            let what = format!("killed {side:?} request {number} took effect");
            let run = story.finishes(&killed(story, number, side), &what);
            assert!(run.stderr.contains(KILLED), "{what}: {run:#?}");
        }
    }
}

#[test]
fn narrowing_is_finished_after_a_kill_at_any_request() {
    killed_at_each_request(&Story::narrowing());
}

/// Three requests to two objects, in an order that matters, and steps that wait for each other.
#[test]
fn a_swap_is_finished_after_a_kill_at_any_request() {
    let seed = has("Graph Explorer", None, "User.Read Mail.Read")
        + &has("Graph Explorer", Some("alice@contoso.com"), "Calendars.Read");
    let manifest = app("explorer", "exact")
        + &wants("explorer", r#"["User.Read", "Calendars.Read"]"#, "\"all-users\"")
        + &wants("explorer", r#"["Mail.Read"]"#, r#"{ users = ["alice@contoso.com"] }"#);
    killed_at_each_request(&Story::of(&seed, manifest));
}

/// The id of a service principal that the first run made is not in the plan, and not in the second
/// run's answers either.
#[test]
fn provisioning_is_finished_after_a_kill_at_any_request() {
    let manifest = "[app.outlook]\napp_id = \"99da6bf4-4525-4bfa-b39f-b6a35789c240\"\n\
                    mode = \"exact\"\nprovision = true\n"
        .to_owned()
        + &wants("outlook", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#);
    killed_at_each_request(&Story::of("", manifest));
}

/// The newest journal, and where it is.
fn journal(world: &World) -> (PathBuf, Vec<u8>) {
    let folder = std::fs::read_dir(world.folder().join(".consent/journal")).unwrap();
    let path = folder.map(|entry| entry.unwrap().path()).max().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    (path, bytes)
}

/// Where the lines of a journal end.
fn ends(journal: &[u8]) -> Vec<usize> {
    journal.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect()
}

/// Every line that goes to disk before the first request. They go together, so that no kill comes
/// between them: what a power cut leaves of them is made by hand, from what a kill left.
#[test]
fn narrowing_is_finished_whatever_is_left_of_the_journal_before_its_first_request() {
    let story = Story::narrowing();
    let whole = journal(&killed(&story, 1, Side::Before)).1;
    let mut cuts = vec![0];
    cuts.extend(ends(&whole));
    // In the middle of a line, too.
    cuts.extend(ends(&whole).iter().step_by(5).map(|end| end - 9));
    side_by_side(&cuts, |cut| {
        let what = format!("the first {cut} of {} bytes are left", whole.len());
        let world = killed(&story, 1, Side::Before);
        let (path, bytes) = journal(&world);
        assert_eq!(bytes.len(), whole.len(), "{what}");
        std::fs::write(path, &bytes[..cut]).unwrap();
        let run = story.finishes(&world, &what);
        assert!(run.stderr.contains(KILLED), "{what}: {run:#?}");
        let torn = run.stderr.contains("cut off while it was written");
        assert_eq!(torn, !ends(&whole).contains(&cut) && cut > 0, "{what}: {run:#?}");
    });
}

/// Every later line, and in the middle of some: lines are written together, before a request goes out and
/// before anything is waited for. What a kill in the middle of that leaves is made by hand, from what a
/// kill at the next request left, or from the journal of a whole run.
#[test]
fn narrowing_is_finished_after_a_kill_before_and_after_each_line_of_its_journal() {
    let story = Story::narrowing();
    let lengths: Vec<usize> = (1..=story.requests)
        .map(|number| journal(&killed(&story, number, Side::Before)).1.len())
        .collect();
    let whole = story.journal.as_bytes();
    let mut cuts: Vec<usize> = ends(whole).into_iter().filter(|end| *end > lengths[0]).collect();
    assert!(cuts.len() > 2 * story.writes - 20, "lines behind the first request: {cuts:?}");
    // In the middle of a line, too.
    let torn: Vec<usize> = cuts.iter().skip(1).step_by(9).map(|end| end - 9).collect();
    cuts.extend(torn);
    side_by_side(&cuts, |cut| {
        let what = format!("killed when the journal had {cut} bytes");
        // The first request before which the journal had as many bytes, if there is one.
        let next = lengths.iter().position(|length| *length >= cut);
        let (number, side) =
            next.map_or((story.requests, Side::After), |at| (at + 1, Side::Before));
        let world = killed(&story, number, side);
        let (path, mut bytes) = journal(&world);
        if next.is_none() {
            bytes.extend(&whole[bytes.len()..]);
        }
        std::fs::write(path, &bytes[..cut]).unwrap();
        let run = story.finishes(&world, &what);
        assert!(run.stderr.contains(KILLED), "{what}: {run:#?}");
    });
}

/// From the manifest the second run is a plan of its own: what took effect is not in it.
#[test]
fn a_new_plan_finishes_too_and_says_what_was_left_open() {
    let story = Story::narrowing();
    let world = killed(&story, 1, Side::After);
    let sent = world.writes().len();
    let plan = world.run(&["plan", "--json"]).assert_code(0);
    let report: Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(report["changes"].as_array().unwrap().len(), story.writes - sent);
    assert!(plan.stderr.contains(KILLED), "{plan:#?}");
    let lines = String::from_utf8(journal(&world).1).unwrap();
    let open = lines.matches("\"event\":\"sending\"").count();
    let open = format!("Of its {open} requests, {open} may have been sent without an answer");
    let digest = report["effect"]["sha256"].as_str().unwrap();
    let run = world.run(&["apply", "--approve", digest]).assert_code(0);
    let told = flat(&run.stderr);
    for words in [KILLED, &open, "nothing is left to do about", "delegated_grant/explorer/"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(run.stdout.contains(&format!("{} done.", story.writes - sent)), "{run:#?}");
    story.ended_well(&world, "from the manifest");
    // Once is enough.
    let next = world.run(&["plan"]).assert_code(0);
    assert!(!next.stderr.contains(KILLED), "{next:#?}");
}

/// A plan is its bytes: what the records say stands beside it.
#[test]
fn a_plan_does_not_depend_on_an_unfinished_run() {
    let story = Story::narrowing();
    let world = killed(&story, 1, Side::Before);
    let timeless = |text: &str| -> Vec<String> {
        let times = ["\"read_at\"", "\"milliseconds\"", "\"made_at\""];
        let line = |line: &&str| !times.iter().any(|name| line.contains(name));
        text.lines().filter(line).map(str::to_owned).collect()
    };
    let with = world.run(&["plan", "--json"]).assert_code(0);
    assert!(with.stderr.contains(KILLED), "{with:#?}");
    let quiet = world.run(&["plan", "-q"]).assert_code(0);
    assert!(quiet.stderr.is_empty(), "{quiet:#?}");
    std::fs::remove_dir_all(world.folder().join(".consent")).unwrap();
    let without = world.run(&["plan", "--json"]).assert_code(0);
    assert!(!without.stderr.contains(KILLED), "{without:#?}");
    assert_eq!(timeless(&with.stdout), timeless(&without.stdout));
    assert!(!world.folder().join(".consent").exists(), "a plan takes no lock and keeps no record");
}

fn snapshots(world: &World) -> Vec<Value> {
    let folder = std::fs::read_dir(world.folder().join(".consent/snapshots")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    paths.iter().map(|path| serde_json::from_str(&read(path)).unwrap()).collect()
}

/// All was done, only the end is missing: there is nothing to send, but something to put on record.
#[test]
fn a_run_that_was_killed_behind_its_last_request_is_put_on_record() {
    let story = Story::narrowing();
    let world = killed(&story, story.requests, Side::After);
    std::fs::write(world.folder().join(".consent/snapshots/.consent-abc.tmp"), "half").unwrap();
    let run = world.run(&["apply"]).assert_code(0);
    assert!(run.stderr.contains(KILLED), "{run:#?}");
    story.ended_well(&world, "nothing left");
    let all = snapshots(&world);
    let states: Vec<&Value> = all.iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["started", "complete"], "the old one stays as it is");
    assert_eq!(all[0]["after"], Value::Null);
    assert_eq!(all[1]["approval"]["how"], "not_needed");
    assert_eq!(all[1]["after"].as_object().unwrap().len(), 26, "25 grants and their client");
    assert_eq!(all[1]["report"]["writes_sent"], 0);
    assert!(all[1]["previous"]["file"].is_string(), "{:#}", all[1]["previous"]);
    // What a killed process left half written is gone, and nobody is told again.
    assert!(!world.folder().join(".consent/snapshots/.consent-abc.tmp").exists());
    let next = world.run(&["apply"]).assert_code(0);
    assert!(next.stderr.is_empty(), "{next:#?}");
    assert_eq!(snapshots(&world).len(), 2, "nothing to do leaves no record");
}

#[test]
fn a_run_that_was_killed_before_its_journal_had_sent_nothing() {
    let story = Story::narrowing();
    let world = killed(&story, 1, Side::Before);
    std::fs::remove_file(journal(&world).0).unwrap();
    let run = story.finishes(&world, "killed between snapshot and journal");
    assert!(run.stderr.contains(KILLED), "{run:#?}");
    assert!(run.stderr.contains("Nothing had been sent."), "{run:#?}");
}

/// Nothing is decided by the records, so nothing about them stops a run.
#[test]
fn damaged_records_are_told_and_stop_nothing() {
    type Damage = fn(&World);
    let story = Story::narrowing();
    let damage: [(&str, Damage, &str); 4] = [
        (
            "a line of the journal",
            |world| {
                let (path, bytes) = journal(world);
                let text = String::from_utf8(bytes).unwrap();
                std::fs::write(path, text.replacen("\"sending\"", "\"sen\nding\"", 1)).unwrap();
            },
            "line 2 is damaged",
        ),
        (
            "a journal of a later version",
            |world| {
                let (path, bytes) = journal(world);
                let text = String::from_utf8(bytes).unwrap();
                let newer = text.replacen("\"format_version\":1", "\"format_version\":9", 1);
                std::fs::write(path, newer).unwrap();
            },
            "its format version 9 is newer",
        ),
        (
            "the whole journal",
            |world| std::fs::write(journal(world).0, [0xff; 5_000]).unwrap(),
            "cut off while it was written",
        ),
        (
            "the snapshot",
            |world| {
                let folder = std::fs::read_dir(world.folder().join(".consent/snapshots")).unwrap();
                let path = folder.map(|entry| entry.unwrap().path()).next().unwrap();
                std::fs::write(path, "{\"format\":").unwrap();
            },
            "Nothing depends on it",
        ),
    ];
    for (what, damage, words) in damage {
        let world = killed(&story, 1, Side::After);
        damage(&world);
        let plan = world.run(&["plan"]).assert_code(0);
        for run in [plan, story.finishes(&world, what)] {
            let told = flat(&run.stderr);
            assert!(told.contains(words) && told.contains(".consent/"), "{what}: {run:#?}");
        }
    }
}

/// The same for a run from the manifest: it has a history with those of its saved plans.
#[test]
fn runs_of_a_saved_plan_and_of_its_manifest_share_their_history() {
    let story = Story::narrowing();
    let world = story.world();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let plan = elsewhere.path().join("plan.json");
    std::fs::copy(world.folder().join("plan.json"), &plan).unwrap();
    let args = ["apply", plan.to_str().unwrap(), "--approve", &story.digest];
    world.run(&args).assert_code(0).quietly();
    assert!(world.folder().join(".consent/snapshots").is_dir());
    assert!(!elsewhere.path().join(".consent").exists());
    // Where the manifest is not to be found, as in a job that gets the plan file only.
    let world = story.world();
    std::fs::remove_file(world.folder().join("consent.toml")).unwrap();
    world.run(&args).assert_code(0).quietly();
    assert!(elsewhere.path().join(".consent/snapshots").is_dir());
    let names = std::fs::read_dir(world.folder()).unwrap().map(|one| one.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["plan.json"]);
}
