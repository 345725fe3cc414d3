//! A plan by a snapshot: the same as one by the tenant, without a token and without a socket, and never
//! applied.

mod alone;
mod edited;
mod laws;
mod records;
mod refused;
mod unknown;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::world::{Run, World};

/// Takes a snapshot into a file, and nothing is written to the tenant.
fn take(world: &World) {
    world.run(&["snapshot", "take", "--to", "taken.json"]).assert_code(0).quietly();
    world.assert_untouched();
}

/// The binary with nothing of the tenant: no address, no token, and no program that could sign in.
fn alone(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consent"));
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("PATH", folder.join("no-programs"))
        .stdin(std::process::Stdio::null());
    command
}

/// Plans by the snapshot that was taken.
fn offline(world: &World, more: &[&str]) -> Run {
    let args: Vec<&str> =
        ["plan", "--offline", "--from", "taken.json"].iter().chain(more).copied().collect();
    Run::of(alone(world.folder(), &args).output().unwrap())
}

/// The taken snapshot, edited.
fn edit(world: &World, change: impl FnOnce(&mut Value)) {
    let path = world.folder().join("taken.json");
    let mut snapshot: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut snapshot);
    std::fs::write(path, snapshot.to_string()).unwrap();
}

/// What of a report depends on when and of what it was made, taken out.
fn comparable(run: &Run) -> Value {
    let mut report = run.json();
    let members = report.as_object_mut().unwrap();
    for name in ["made_at", "offline", "live", "effect", "identity_checks"] {
        assert!(members.remove(name).is_some(), "{name}");
    }
    let verdict = members.remove("verdict").unwrap();
    let word = verdict["word"].as_str().unwrap();
    let by = verdict["by"].clone();
    let word = if word == "to_review" { "ready" } else { word };
    members.insert("verdict".into(), serde_json::json!({ "word": word, "by": by }));
    report
}
