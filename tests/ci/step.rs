//! One step of a job: a script, a composite action of the repository, or one of the few actions that the examples use of
//! others, done here by hand.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::bash::{self, Variables};
use crate::expression::{self, Status};
use crate::job::{Job, Scope};
use crate::workflow::Origin;

/// A table of texts, its expressions worked out.
pub(crate) fn evaluated(all: &Value, context: &Value) -> Variables {
    let all = all.as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    all.map(|(name, value)| (name.clone(), expression::text(&text(value), context))).collect()
}

/// Runs a step where its condition holds, and notes how it went. `around` is what the step around it sets.
pub(crate) fn run(job: &mut Job<'_>, step: &Value, scope: &mut Scope, around: &Variables) {
    let condition = step["if"].as_str().unwrap_or("success()");
    if !expression::holds(condition, &scope.context, scope.status) {
        return;
    }
    let mut variables = around.clone();
    variables.extend(evaluated(&step["env"], &scope.context));
    let (code, outputs) = match (step["run"].as_str(), step["uses"].as_str()) {
        (Some(script), None) => script_step(job, step, script, &variables),
        (None, Some(uses)) => {
            let with = evaluated(&step["with"], &scope.context);
            used(job, uses, &with, &variables, &scope.context)
        }
        _ => panic!("neither a script nor an action: {step}"),
    };
    if code != 0 && scope.status == Status::Success {
        scope.status = Status::Failure;
        if job.ran.code == 0 {
            job.ran.code = code;
        }
    }
    if let Some(id) = step["id"].as_str() {
        let outcome = if code == 0 { "success" } else { "failure" };
        scope.context["steps"][id] = json!({ "outcome": outcome, "outputs": outputs });
    }
}

fn script_step(
    job: &mut Job<'_>,
    step: &Value,
    script: &str,
    variables: &Variables,
) -> (i32, Variables) {
    assert!(!script.contains("${{"), "an expression in a script: {script}");
    assert!(step["shell"].as_str().is_none_or(|shell| shell == "bash"));
    let [outputs, summary] = ["outputs", "summary"].map(|name| {
        let file = job.temp.join(format!("{name}.file"));
        std::fs::write(&file, "").unwrap();
        file
    });
    let mut all = job.variables.clone();
    all.extend(variables.clone());
    all.insert("GITHUB_OUTPUT".to_owned(), outputs.display().to_string());
    all.insert("GITHUB_STEP_SUMMARY".to_owned(), summary.display().to_string());
    let ended = bash::run(script, &job.workspace, &all);
    job.ran.log.push_str(&format!("{}{}", ended.stdout, ended.stderr));
    job.ran.commands.extend(commands(&ended.stdout).chain(commands(&ended.stderr)));
    job.ran.summary.push_str(&std::fs::read_to_string(&summary).unwrap());
    let told = std::fs::read_to_string(&outputs).unwrap();
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no output: {line:?}"));
        (name.to_owned(), value.to_owned())
    };
    (ended.code, told.lines().map(pair).collect())
}

/// What the runner would carry out, by its word: `::word a=b::message` where a line begins, and the older
/// `##[word]message` anywhere.
fn commands(printed: &str) -> impl Iterator<Item = String> {
    let word = |line: &str| {
        let at_begin = line.trim_start().strip_prefix("::").filter(|rest| rest.contains("::"));
        let anywhere = || line.split_once("##[").map(|(_, rest)| rest);
        let rest = at_begin.or_else(anywhere)?;
        Some(rest.split([' ', ':', ']']).next().unwrap_or_default().to_owned())
    };
    printed.split(['\n', '\r']).filter_map(word)
}

fn used(
    job: &mut Job<'_>,
    uses: &str,
    with: &Variables,
    variables: &Variables,
    context: &Value,
) -> (i32, Variables) {
    if let Some(path) = uses.strip_prefix("./") {
        return composite(job, &job.workspace.join(path), with, variables, context);
    }
    let (name, pin) = uses.split_once('@').expect("a pin");
    assert!(pin.len() == 40 && pin.bytes().all(|b| b.is_ascii_hexdigit()), "{uses} is not pinned");
    let code = match name {
        "actions/checkout" => {
            assert_eq!(with["persist-credentials"], "false");
            assert!(job.place.github.state().job.permissions.contains_key("contents"));
            job.place.repository.check_out(&job.workspace);
            0
        }
        "actions/upload-artifact" => upload(job, with),
        "actions/download-artifact" => download(job, with),
        other => panic!("an action that nobody taught this test: {other}"),
    };
    (code, Variables::new())
}

fn composite(
    job: &mut Job<'_>,
    folder: &Path,
    with: &Variables,
    around: &Variables,
    context: &Value,
) -> (i32, Variables) {
    let text = std::fs::read_to_string(folder.join("action.yml")).unwrap();
    let action: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(action["runs"]["using"], "composite");
    let declared = action["inputs"].as_object().unwrap();
    let unknown: Vec<&String> = with.keys().filter(|name| !declared.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "inputs that the action has not: {unknown:?}");
    let mut inputs = evaluated(
        &declared.iter().map(|(name, it)| (name.clone(), it["default"].clone())).collect(),
        context,
    );
    inputs.extend(with.clone());
    let mut inner = context.clone();
    // A composite action knows neither the variables nor the steps of whoever uses it.
    inner.as_object_mut().unwrap().remove("vars");
    inner["inputs"] = json!(inputs);
    inner["steps"] = json!({});
    let mut scope = Scope { context: inner, status: Status::Success };
    let mut around = around.clone();
    around.insert("GITHUB_ACTION_PATH".to_owned(), folder.display().to_string());
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert!(step["run"].is_null() || step["shell"] == "bash", "a shell is required here");
        run(job, step, &mut scope, &around);
    }
    let outputs = action["outputs"].as_object().unwrap();
    let values = outputs.iter().map(|(name, it)| (name.clone(), it["value"].clone())).collect();
    let code = if scope.status == Status::Success { 0 } else { job.ran.code };
    (code, evaluated(&values, &scope.context))
}

/// What is hidden is left out unless somebody says otherwise; of several paths the folder above all is the root.
fn upload(job: &mut Job<'_>, with: &Variables) -> i32 {
    let hidden = with.get("include-hidden-files").is_some_and(|it| it == "true");
    let paths: Vec<PathBuf> =
        with["path"].lines().map(|line| job.workspace.join(line.trim())).collect();
    let target = job.place.artifact(job.place.runs, &with["name"]);
    let mut found = false;
    for path in paths.iter().filter(|path| path.exists()) {
        let name = path.file_name().unwrap();
        if name.to_string_lossy().starts_with('.') && !hidden {
            continue;
        }
        found = true;
        std::fs::create_dir_all(&target).unwrap();
        match path.is_dir() {
            true => bash::copy(path, &target.join(name)),
            false => drop(std::fs::copy(path, target.join(name)).unwrap()),
        }
    }
    if !found {
        return i32::from(with["if-no-files-found"] == "error");
    }
    let fork = job.event.from == Origin::Fork;
    let run = job.place.runs;
    let artifact = json!({
        "id": run * 10, "name": with["name"], "expired": false, "created_at": format!("2026-11-{run:02}T05:17:00Z"),
        "workflow_run": {
            "id": run, "head_branch": job.event.git_ref.trim_start_matches("refs/heads/"),
            "repository_id": 7, "head_repository_id": if fork { 8 } else { 7 },
        },
    });
    job.place.github.state().artifacts.push(artifact);
    0
}

/// Of this run, or of another one by its number and with a token that may read it.
fn download(job: &mut Job<'_>, with: &Variables) -> i32 {
    let run = with.get("run-id").map_or(job.place.runs, |run| run.parse().unwrap());
    if run != job.place.runs {
        let state = job.place.github.state();
        assert_eq!(with["github-token"], state.job.token);
        assert!(state.job.permissions.contains_key("actions"), "it may not read artifacts");
    }
    let source = job.place.artifact(run, &with["name"]);
    if !source.exists() {
        return 1;
    }
    let target = with.get("path").map_or_else(|| job.workspace.clone(), PathBuf::from);
    bash::copy(&source, &target);
    0
}
