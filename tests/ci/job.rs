//! One job: a workspace, steps one after the other, and what each of them hands on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bash::Variables;
use crate::expression::{self, Status};
use crate::step;
use crate::workflow::{Event, Origin, Place};

/// What became of a job.
#[derive(Debug, Clone)]
pub(crate) struct JobRun {
    pub(crate) result: &'static str,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) summary: String,
    /// What its steps printed.
    pub(crate) log: String,
    /// Commands that the runner took from it.
    pub(crate) commands: Vec<String>,
    /// The exit code of the step that failed.
    pub(crate) code: i32,
}

impl JobRun {
    pub(crate) fn skipped() -> Self {
        Self { result: "skipped", ..Self::begun() }
    }

    fn begun() -> Self {
        Self {
            result: "success",
            outputs: BTreeMap::new(),
            summary: String::new(),
            log: String::new(),
            commands: Vec::new(),
            code: 0,
        }
    }

    #[track_caller]
    pub(crate) fn assert(&self, result: &str) -> &Self {
        assert_eq!(self.result, result, "code {}\n{}\n{}", self.code, self.log, self.summary);
        self
    }

    /// It failed with this code.
    #[track_caller]
    pub(crate) fn assert_failed(&self, code: i32) -> &Self {
        self.assert("failure");
        assert_eq!(self.code, code, "{}", self.log);
        self
    }
}

/// A job that is under way.
pub(crate) struct Job<'a> {
    pub(crate) place: &'a mut Place,
    pub(crate) event: &'a Event,
    pub(crate) workspace: PathBuf,
    pub(crate) temp: PathBuf,
    /// What every step has.
    pub(crate) variables: Variables,
    pub(crate) ran: JobRun,
}

/// Steps that know each other: those of a job, or those of a composite action.
pub(crate) struct Scope {
    pub(crate) context: Value,
    pub(crate) status: Status,
}

pub(crate) fn run(
    place: &mut Place,
    workflow: &Value,
    job: &Value,
    event: &Event,
    mut context: Value,
) -> JobRun {
    let folder = TempDir::new().unwrap();
    let [workspace, temp] = ["work", "temp"].map(|name| folder.path().join(name));
    std::fs::create_dir_all(&workspace).unwrap();
    std::fs::create_dir_all(&temp).unwrap();
    context["runner"]["temp"] = json!(temp);
    context["github"]["workspace"] = json!(workspace);
    let mut variables = platform(place, event, &context);
    variables.extend(place.env.clone());
    for all in [&workflow["env"], &job["env"]] {
        variables.extend(step::evaluated(all, &context));
    }
    let mut under_way = Job { place, event, workspace, temp, variables, ran: JobRun::begun() };
    let mut scope = Scope { context, status: Status::Success };
    for one in job["steps"].as_array().unwrap() {
        step::run(&mut under_way, one, &mut scope, &Variables::new());
    }
    let mut ran = under_way.ran;
    if scope.status == Status::Failure {
        ran.result = "failure";
    }
    for (name, template) in job["outputs"].as_object().into_iter().flatten() {
        let text = expression::text(template.as_str().unwrap(), &scope.context);
        ran.outputs.insert(name.clone(), text);
    }
    ran
}

/// Variables that GitHub's runner sets, and what leads to the tenant of the test.
fn platform(place: &Place, event: &Event, context: &Value) -> Variables {
    let github = &context["github"];
    let text = |name: &str| github[name].as_str().unwrap_or_default().to_owned();
    let temp = context["runner"]["temp"].as_str().unwrap();
    let payload = format!("{temp}/event.json");
    std::fs::write(&payload, event.payload.to_string()).unwrap();
    let mut all = Variables::from([
        ("HOME".to_owned(), temp.to_owned()),
        ("GITHUB_ACTIONS".to_owned(), "true".to_owned()),
        ("GITHUB_API_URL".to_owned(), format!("{}/api/v3", place.github.url)),
        ("GITHUB_EVENT_NAME".to_owned(), event.name.to_owned()),
        ("GITHUB_EVENT_PATH".to_owned(), payload),
        ("GITHUB_REF".to_owned(), event.git_ref.clone()),
        ("GITHUB_REPOSITORY".to_owned(), text("repository")),
        ("GITHUB_RUN_ID".to_owned(), github["run_id"].to_string()),
        ("GITHUB_SHA".to_owned(), event.commit.clone()),
        ("GITHUB_WORKSPACE".to_owned(), text("workspace")),
        ("RUNNER_TEMP".to_owned(), temp.to_owned()),
    ]);
    if place.github.state().job.subject.is_some() {
        let url = format!("{}/idtoken?api-version=2.0", place.github.url);
        all.insert("ACTIONS_ID_TOKEN_REQUEST_URL".to_owned(), url);
        all.insert("ACTIONS_ID_TOKEN_REQUEST_TOKEN".to_owned(), text("token"));
    }
    // Nothing leads the job of a fork to a tenant: it has no need of one.
    if event.from == Origin::Own {
        let leads = place.tenant.variables();
        all.extend(leads.map(|(name, value)| (name.to_owned(), value)));
    }
    all
}
