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

/// What the scripts need, and a question that only such a version understands.
const NEEDED: [(&str, &[&str]); 3] = [
    ("bash 4.4", &["-c", "shopt -s inherit_errexit"]),
    ("curl 7.76", &["--fail-with-body", "--version"]),
    ("jq 1.6", &["-n", "--rawfile", "body", "/dev/null", "$body"]),
];

/// Whether this machine lacks some of it. Says so where it does.
pub(crate) fn is_missing() -> bool {
    let answers = |program: &str, question: &[&str]| {
        let mut command = Command::new(program);
        command.args(question).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let program = |named: &str| named.split(' ').next().unwrap_or_default().to_owned();
    let missing: Vec<&str> = NEEDED
        .into_iter()
        .filter(|(named, question)| !answers(&program(named), question))
        .map(|(named, _)| named)
        .collect();
    if !missing.is_empty() {
        println!("skipped: {} or newer not installed", missing.join(", "));
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
