//! What a step is: a script that bash runs, as the platform would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Variables of a step.
pub(crate) type Variables = BTreeMap<String, String>;

/// What a script printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Programs that the scripts need and that a machine may lack. Says so where one is not there.
pub(crate) fn is_missing() -> bool {
    let runs = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let missing: Vec<&str> =
        ["bash", "curl", "jq"].into_iter().filter(|program| !runs(program)).collect();
    if !missing.is_empty() {
        println!("skipped: {} not installed", missing.join(", "));
    }
    !missing.is_empty()
}

/// The folder of the binary under test, which stands for what people put onto their runners.
pub(crate) fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_consent"))
}

/// Runs a script with these variables and nothing of this machine's.
pub(crate) fn run(script: &str, folder: &Path, variables: &Variables) -> Ended {
    let file = tempfile::Builder::new().suffix(".sh").tempfile().unwrap();
    std::fs::write(file.path(), script).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let program = program();
    let beside = program.parent().unwrap().display();
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail"])
        .arg(file.path())
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{beside}:{path}"))
        .env("CI", "true")
        .envs(variables)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Copies a folder, links left out.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => copy(&entry.path(), &target),
            kind if kind.is_file() => drop(std::fs::copy(entry.path(), &target).unwrap()),
            _ => {}
        }
    }
}
