//! What a run leaves behind: snapshots, journals; and that nothing depends on them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use consent::model::digest::sha256_hex;
use serde_json::{Value, json};

use crate::scenarios::{BOB, EXPLORER_ALL, app, has, wants};
use crate::world::World;

fn narrowing(more: &str) -> World {
    let world = World::with(&(has("Graph Explorer", None, "User.Read Mail.Read") + more));
    world.manifest(&manifest(r#"{ groups = ["GX"] }"#));
    world
}

fn manifest(whom: &str) -> String {
    app("explorer", "exact") + &wants("explorer", r#"["User.Read", "Mail.Read"]"#, whom)
}

/// Files of one folder of `.consent`, oldest first.
fn files(world: &World, folder: &str) -> Vec<PathBuf> {
    let dir = std::fs::read_dir(world.folder().join(".consent").join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = dir.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn snapshots(world: &World) -> Vec<Value> {
    let read =
        |path: &PathBuf| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    files(world, "snapshots").iter().map(read).collect()
}

fn journal(world: &World) -> Vec<Value> {
    let path = files(world, "journal").pop().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_snapshot_tells_before_after_effect_and_approval() {
    let world = narrowing("");
    let plan = world.plan();
    world.apply().assert_code(0);
    let snapshot = &snapshots(&world)[0];
    assert_eq!(snapshot["format"], "consent.snapshot");
    assert_eq!(snapshot["state"], "complete");
    assert_eq!(snapshot["tenant"]["id"], crate::world::TENANT);
    assert_eq!(snapshot["effect"]["text"], plan["effect"]["text"]);
    assert_eq!(snapshot["approval"]["how"], "digest");
    assert_eq!(snapshot["approval"]["who"], "admin@contoso.onmicrosoft.com");
    assert!(snapshot["actor"]["object_id"].is_string(), "{}", snapshot["actor"]);
    assert_eq!(snapshot["previous"], Value::Null);
    let ids = |objects: &Value| {
        let objects = objects.as_object().unwrap().values();
        let mut ids: Vec<String> = objects
            .filter(|o| o["spec"]["scopes"].is_array() || o["spec"]["scopes"].is_string())
            .map(|object| object["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&snapshot["before"]), [EXPLORER_ALL]);
    assert_eq!(ids(&snapshot["after"]), world.grants().into_iter().collect::<Vec<_>>());
    let lines = snapshot["report"]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().all(|line| line["result"] == "done"), "{lines:#?}");
    assert_eq!(snapshot["report"]["remaining"], 0);
}

#[test]
fn every_file_is_private() {
    let world = narrowing("");
    world.run(&["plan", "--out", "plan.json"]).assert_code(0);
    let digest = world.digest();
    world
        .run(&["apply", "--approve", &digest, "--log-file", "run.log", "--report", "json=run.json"])
        .assert_code(0);
    let mut private = files(&world, "snapshots");
    private.extend(files(&world, "journal"));
    private.push(world.folder().join("plan.json"));
    private.push(world.folder().join("run.log"));
    private.push(world.folder().join("run.json"));
    for path in private {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&world.tenant.token()), "{} holds the token", path.display());
    }
    for folder in ["", "snapshots", "journal"] {
        let path = world.folder().join(".consent").join(folder);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", path.display());
    }
}

/// Others could swap what lies there.
#[test]
fn what_is_not_ours_alone_is_not_used() {
    for folder in [".consent", ".consent/snapshots", ".consent/journal"] {
        let world = narrowing("");
        let digest = world.digest();
        let path = world.private(folder);
        let rights = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        rights(0o775);
        let run = world.run(&["apply", "--approve", &digest]).assert_code(1);
        let told =
            format!("error[folder_not_private]: failed to use {folder}: others may write to it");
        assert!(run.stderr.contains(&told), "{run:#?}");
        assert!(run.stderr.contains(&format!("`chmod -R go-w {folder}`")), "{run:#?}");
        assert_eq!(run.stdout, "", "nobody reviews what cannot be applied");
        world.assert_untouched();
        let plan = world.run(&["plan"]).assert_code(0);
        assert!(plan.stderr.contains("others may write to it"), "{plan:#?}");
        rights(0o755);
        let plan = world.run(&["plan"]).assert_code(0);
        assert!(!plan.stderr.contains("others may"), "{plan:#?}");
        world.run(&["apply", "--approve", &digest]).assert_code(0).quietly();
    }
}

/// What others may write to could say anything of the last run: it is not read.
#[test]
fn records_of_somebody_else_are_not_believed() {
    let world = narrowing("");
    world.apply().assert_code(0).quietly();
    let given = std::os::unix::fs::chown(world.folder().join(".consent"), Some(65_534), None);
    if given.is_err() {
        eprintln!("skipped: this user cannot give a folder away");
        return;
    }
    let plan = world.run(&["plan"]).assert_code(0);
    assert!(plan.stderr.contains("it belongs to somebody else, user 65534"), "{plan:#?}");
    let run = world.run(&["apply"]).assert_code(1);
    assert!(run.stderr.contains("error[folder_not_private]: failed to use .consent"), "{run:#?}");
    assert!(run.stderr.contains("`chown -R $(id -u) .consent`"), "{run:#?}");
}

#[test]
fn every_snapshot_names_the_one_before() {
    let world = narrowing("");
    world.apply().assert_code(0);
    world.manifest(&manifest("\"all-users\""));
    world.apply().assert_code(0);
    world.manifest(&manifest(r#"{ users = ["frank@contoso.com"] }"#));
    world.apply().assert_code(0);
    let (paths, all) = (files(&world, "snapshots"), snapshots(&world));
    assert_eq!(all.len(), 3);
    // Several runs of one second do not sort by name: the chain does.
    let mut at = all.iter().find(|one| !all.iter().any(|other| follows(other, one, &paths, &all)));
    let mut length = 0;
    while let Some(snapshot) = at {
        length += 1;
        at = snapshot["previous"]["file"].as_str().map(|name| {
            let place = paths.iter().position(|path| path.file_name().unwrap() == name).unwrap();
            let hash = sha256_hex(&std::fs::read(&paths[place]).unwrap());
            assert_eq!(snapshot["previous"]["sha256"], hash);
            &all[place]
        });
    }
    assert_eq!(length, 3, "one chain through all snapshots");
}

fn follows(later: &Value, earlier: &Value, paths: &[PathBuf], all: &[Value]) -> bool {
    let place = all.iter().position(|one| one["run"] == earlier["run"]).unwrap();
    later["previous"]["file"].as_str().map(std::ffi::OsStr::new) == paths[place].file_name()
}

#[test]
fn the_journal_has_a_line_before_and_after_every_request() {
    let world = narrowing("");
    let plan = world.plan();
    world.apply().assert_code(0);
    let lines = journal(&world);
    assert_eq!(lines[0]["format"], "consent.journal");
    assert_eq!(lines[0]["effect"], plan["effect"]["sha256"]);
    let events =
        |name: &str| -> Vec<&Value> { lines.iter().filter(|line| line["event"] == name).collect() };
    let sending: Vec<&Value> = events("sending").iter().map(|line| &line["request"]).collect();
    let planned: Vec<&Value> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|change| change["requests"].as_array().unwrap())
        .collect();
    assert_eq!(sending, planned, "the journal holds the requests that were announced");
    assert_eq!(events("answer").len(), 4);
    assert!(events("answer").iter().all(|line| line["meaning"] == "accepted"));
    assert!(events("outcome").iter().all(|line| line["outcome"]["result"] == "done"));
    assert_eq!(events("outcome").len(), 4);
    let last = lines.last().unwrap();
    assert_eq!((&last["event"], &last["stopped"]), (&json!("end"), &Value::Null));
    assert_eq!(last["writes_sent"], 4);
    for address in plan["changes"].as_array().unwrap().iter().map(|change| &change["address"]) {
        let order: Vec<&str> = lines
            .iter()
            .filter(|line| line["address"] == *address)
            .map(|line| line["event"].as_str().unwrap())
            .collect();
        assert_eq!(order, ["sending", "answer", "outcome"]);
    }
}

#[test]
fn a_failure_stands_in_the_records_with_the_services_words() {
    let world = narrowing(&format!(
        "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\nbody = \"{BOB}\"\nstatus = 403\nmessage = \"No, Bob.\"\n"
    ));
    world.apply().assert_code(9);
    let lines = journal(&world);
    let refused: Vec<&Value> = lines.iter().filter(|line| line["meaning"] == "refused").collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["error"]["status"], 403);
    assert_eq!(refused[0]["error"]["code"], "Authorization_RequestDenied");
    assert!(refused[0]["error"]["request_id"].is_string(), "{refused:#?}");
    let snapshot = &snapshots(&world)[0];
    assert_eq!(snapshot["state"], "complete", "every change was attempted");
    let text = snapshot["report"]["lines"].to_string();
    for word in ["\"done\"", "\"failed\"", "\"skipped\"", "No, Bob."] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    assert_eq!(snapshot["report"]["remaining"], 2);
}

#[test]
fn decisions_do_not_come_from_the_records() {
    let world = narrowing("");
    world.apply().assert_code(0);
    std::fs::remove_dir_all(world.folder().join(".consent")).unwrap();
    world.assert_converged();
    assert!(!world.folder().join(".consent").exists(), "a plan writes no records");
    world.run(&["apply"]).assert_code(0);
    assert!(!world.folder().join(".consent").exists(), "nothing to do leaves no record");
    world.manifest(&manifest(r#"{ users = ["alice@contoso.com"] }"#));
    world.apply_as_announced();
}

#[test]
fn a_plan_leaves_nothing_behind() {
    let world = narrowing("");
    world.run(&["plan"]).assert_code(0);
    world.run(&["apply"]).assert_code(6);
    let names: Vec<_> = std::fs::read_dir(world.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["consent.toml"]);
}

#[test]
fn two_runs_of_one_folder_never_overlap() {
    let world = narrowing("");
    let digest = world.digest();
    let held = consent::store::lock::take(&world.folder().join(".consent"), "process 7").unwrap();
    let run = world.run(&["apply", "--approve", &digest]).assert_code(7);
    assert!(run.stderr.contains("error[locked]"), "{run:#?}");
    assert!(run.stderr.contains("process 7"), "{run:#?}");
    assert!(run.stderr.contains("unchanged"), "{run:#?}");
    assert!(world.writes().is_empty());
    // Planning needs no lock, and a run that has ended holds none.
    assert_eq!(world.digest(), digest);
    drop(held);
    world.run(&["apply", "--approve", &digest]).assert_code(0);
    world.run(&["apply", "--approve", &digest]).assert_code(0);
}
