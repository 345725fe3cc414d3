//! A taken snapshot lies beside the records of runs and is none of them; those of before are still read.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{alone, offline};
use crate::scenarios::{app, has, wants};
use crate::world::{Run, World};

/// As the program wrote it before there were others: it must be read for ever.
const OLD: &str = include_str!("../fixtures/snapshot-1.json");

fn manifest(scopes: &str) -> String {
    app("explorer", "exact") + &wants("explorer", scopes, r#"{ groups = ["GX"] }"#)
}

fn world() -> World {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    world.manifest(&manifest(r#"["User.Read"]"#));
    world
}

fn kept(world: &World) -> Vec<PathBuf> {
    let folder = world.folder().join(".consent/snapshots");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn it_is_no_link_of_the_chain() {
    let world = world();
    world.apply().assert_code(0).quietly();
    let [first] = &kept(&world)[..] else { panic!("one run, one record") };
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let taken = world.run(&["snapshot", "take"]).assert_code(0).stdout;
    let path = kept(&world).into_iter().find(|path| path != first).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(name.ends_with(".taken.json") && taken.contains(&name), "{name}: {taken}");
    // By the name of a record, too, it is none.
    let alias = name.replace(".taken.json", ".json");
    std::fs::copy(&path, path.with_file_name(&alias)).unwrap();
    let plan = world.run(&["plan"]).assert_code(0);
    assert!(!plan.all().contains("snapshot"), "{plan:#?}");
    world.manifest(&manifest(r#"["Mail.Read"]"#));
    world.apply().assert_code(0).quietly();
    let runs: Vec<Value> =
        kept(&world).iter().map(|path| read(path)).filter(|one| one["state"] != "taken").collect();
    let [_, second] = &runs[..] else { panic!("{runs:#?}") };
    assert_eq!(second["previous"]["file"], first.file_name().unwrap().to_str().unwrap());
    // Without a name it is used from where it lies.
    let from = path.to_str().unwrap();
    let run =
        Run::of(alone(world.folder(), &["plan", "--offline", "--from", from]).output().unwrap());
    assert_eq!(run.code, 0, "{run:#?}");
}

#[test]
fn an_old_record_is_read_and_a_taken_one_is_never_written_over_it() {
    let world = world();
    let snapshot = consent::store::snapshot::parse(Path::new("old"), OLD.as_bytes()).unwrap();
    assert_eq!(snapshot.apps.len(), 1);
    world.private(".consent/snapshots");
    let path = world.file(".consent/snapshots/20261101T080000Z-old.json", OLD);
    world.apply().assert_code(0).quietly();
    let last = kept(&world).pop().unwrap();
    let hash = consent::model::digest::sha256_hex(OLD.as_bytes());
    let previous = json!({ "file": "20261101T080000Z-old.json", "sha256": hash });
    assert_eq!(read(&last)["previous"], previous);
    let run = world.run(&["snapshot", "take", "--to", path.to_str().unwrap()]).assert_code(3);
    assert!(run.stderr.contains("error[not_ours]"), "{run:#?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), OLD);
    let from = path.to_str().unwrap();
    let run =
        Run::of(alone(world.folder(), &["plan", "--offline", "--from", from]).output().unwrap());
    assert!(run.code == 3 && run.stderr.contains("error[snapshot_of_a_run]"), "{run:#?}");
}

#[test]
fn one_is_replaced_by_the_next_and_printed_as_it_is_kept() {
    let world = world();
    let take = ["snapshot", "take", "--to", "taken.json", "--json"];
    world.run(&take).assert_code(0).quietly();
    let run = world.run(&take).assert_code(0);
    let text = std::fs::read_to_string(world.folder().join("taken.json")).unwrap();
    assert_eq!(run.stdout, text);
    let (token, url) = (world.tenant.token(), world.tenant.url());
    for secret in [token.as_str(), url.as_str(), "Bearer", "skiptoken", "client-request-id"] {
        assert!(!text.contains(secret), "{secret}");
    }
    world.assert_untouched();
    assert_eq!(offline(&world, &[]).code, 0);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(world.folder().join("taken.json")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}
