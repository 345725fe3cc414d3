//! The linters of the formats, where a machine has them: `.ci/run` installs them and says where.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const WORKFLOWS: [&str; 3] = ["pull-request.yml", "merge.yml", "nightly.yml"];

fn examples(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(path)
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(examples(path)).unwrap()).unwrap()
}

/// The program that a variable names, or that is on `PATH` by this name. Says so where there is none.
fn linter(variable: &str, name: &str) -> Option<String> {
    let program = std::env::var(variable).unwrap_or_else(|_| name.to_owned());
    let mut command = Command::new(&program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let there = command.status().is_ok_and(|status| status.success());
    if !there {
        println!("skipped: {name} is not installed (.ci/run installs it, {variable} names it)");
    }
    there.then_some(program)
}

#[track_caller]
fn finds_nothing(mut command: Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{command:?}\n{}", told.concat());
}

#[test]
fn actionlint_finds_nothing() {
    let Some(program) = linter("ACTIONLINT", "actionlint") else { return };
    let mut command = Command::new(program);
    // Scripts are shellcheck's, below, with the options that this project wants.
    command.args(["-shellcheck=", "-pyflakes="]);
    command.args(WORKFLOWS.map(|name| examples("github").join(name)));
    finds_nothing(command);
}

#[test]
fn zizmor_finds_nothing() {
    let Some(program) = linter("ZIZMOR", "zizmor") else { return };
    let mut command = Command::new(program);
    command.args(["--offline", "--no-progress", "--persona=auditor", "--strict-collection"]);
    command.args(WORKFLOWS.map(|name| examples("github").join(name)));
    command.arg(examples("github/action.yml"));
    finds_nothing(command);
}

/// Every script in a pipeline: what stands below one of these keys.
fn scripts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(all) => {
            for (key, inside) in all {
                let is_script = ["run", "inlineScript", "script", "before_script", "after_script"];
                match inside {
                    Value::String(text) if is_script.contains(&key.as_str()) => {
                        found.push(text.clone())
                    }
                    Value::Array(lines) if is_script.contains(&key.as_str()) => {
                        found.extend(lines.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => scripts(inside, found),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|one| scripts(one, found)),
        _ => {}
    }
}

/// All scripts inside of pipelines, by their file.
fn inline() -> Vec<(&'static str, String)> {
    let files = [
        "github/action.yml",
        "github/pull-request.yml",
        "github/merge.yml",
        "github/nightly.yml",
        "azure-pipelines/azure-pipelines.yml",
        "gitlab/.gitlab-ci.yml",
    ];
    let mut all = Vec::new();
    for file in files {
        let mut found = Vec::new();
        scripts(&yaml(file), &mut found);
        assert!(!found.is_empty(), "{file} has no scripts");
        all.extend(found.into_iter().map(|text| (file, text)));
    }
    all
}

#[test]
fn shellcheck_finds_nothing() {
    let Some(program) = linter("SHELLCHECK", "shellcheck") else { return };
    let mut command = Command::new(&program);
    command.args(["-x", "-o", "check-set-e-suppressed,deprecate-which"]);
    let entries = std::fs::read_dir(examples("scripts")).unwrap();
    command.args(entries.map(|entry| entry.unwrap().path()));
    finds_nothing(command);
    let folder = tempfile::TempDir::new().unwrap();
    for (number, (file, text)) in inline().into_iter().enumerate() {
        let name = format!("{}-{number}.sh", file.replace('/', "-"));
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut command = Command::new(&program);
        command.args(["--shell=bash"]).arg(path);
        finds_nothing(command);
    }
}

#[test]
fn every_script_stops_at_the_first_fault_and_holds_no_expression() {
    for (file, text) in inline() {
        let after = file == "gitlab/.gitlab-ci.yml" && text.contains("consent-record/records");
        assert!(text.starts_with("set -euo pipefail\n") || after, "{file}: {text}");
        assert!(!text.contains("${{"), "{file}: {text}");
    }
    for entry in std::fs::read_dir(examples("scripts")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let sourced = text.lines().nth(1).unwrap().starts_with("# Sourced");
        assert!(sourced || text.contains("\nset -euo pipefail\n"), "{}", path.display());
    }
}

#[test]
fn jobs_have_what_they_need_and_no_more() {
    for name in WORKFLOWS {
        let workflow = yaml(&format!("github/{name}"));
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        assert!(workflow["on"].get("pull_request_target").is_none(), "{name}");
        for (job, it) in workflow["jobs"].as_object().unwrap() {
            assert!(
                it["timeout-minutes"].is_u64() && it["permissions"].is_object(),
                "{name} {job}"
            );
            let writes =
                it["permissions"].as_object().unwrap().iter().filter(|(_, it)| *it == "write");
            let writes: Vec<&str> = writes.map(|(what, _)| what.as_str()).collect();
            let wanted: &[&str] = match (name, job.as_str()) {
                ("pull-request.yml", "plan") => &["id-token", "pull-requests"],
                ("pull-request.yml", "fork") => &[],
                _ => &["id-token"],
            };
            assert_eq!(writes, wanted, "{name} {job}");
        }
    }
    let apply = &yaml("github/merge.yml")["jobs"]["apply"];
    assert_eq!(apply["environment"], "consent-apply");
}
