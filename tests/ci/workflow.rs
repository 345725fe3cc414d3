//! Runs the workflows of a repository: job by job, as GitHub would for an event.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::bash::Variables;
use crate::expression::{self, Status};
use crate::github_service::{GitHub, ISSUER, JobToken, REPOSITORY};
use crate::job::{self, JobRun};
use crate::repository::Repository;
use crate::tenant::{APPLIES, PLANS, PLANS_MAIN, Subjects, TENANT, Tenant};

/// The subjects that the guide says to enter.
pub(crate) const SUBJECTS: Subjects = Subjects {
    issuer: ISSUER,
    plans: "repo:contoso/iam:pull_request",
    plans_main: "repo:contoso/iam:ref:refs/heads/main",
    applies: "repo:contoso/iam:environment:consent-apply",
};

/// A repository on GitHub, its tenant, and what runs left behind.
pub(crate) struct Place {
    pub(crate) tenant: Tenant,
    pub(crate) github: GitHub,
    pub(crate) repository: Repository,
    /// Of each run and name.
    pub(crate) artifacts: TempDir,
    pub(crate) vars: BTreeMap<&'static str, String>,
    /// Variables that somebody added to the workflows.
    pub(crate) env: Variables,
    pub(crate) runs: u64,
}

/// What starts a workflow.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) payload: Value,
    pub(crate) commit: String,
    pub(crate) git_ref: String,
    pub(crate) inputs: Value,
    pub(crate) from: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Own,
    /// Gets a token that reads, no identity and no variables.
    Fork,
}

/// 40 hexadecimal digits that mean a commit.
pub(crate) fn commit(number: u64) -> String {
    format!("{number:040x}")
}

impl Event {
    /// A pull request, opened or pushed to.
    pub(crate) fn pull_request(change: u64, head: &str, from: Origin) -> Self {
        let owner = if from == Origin::Own { REPOSITORY } else { "mallory/iam" };
        let payload = json!({
            "action": "synchronize",
            "number": change,
            "pull_request": {
                "number": change,
                "head": { "sha": head, "ref": "change", "repo": { "full_name": owner } },
                "base": { "ref": "main", "repo": { "full_name": REPOSITORY } },
            },
            "repository": { "full_name": REPOSITORY, "default_branch": "main" },
        });
        Self {
            name: "pull_request",
            payload,
            commit: commit(900 + change),
            git_ref: format!("refs/pull/{change}/merge"),
            inputs: json!({}),
            from,
        }
    }

    /// A commit on main.
    pub(crate) fn push(commit: &str) -> Self {
        Self::on_main("push", commit, json!({}))
    }

    pub(crate) fn night(commit: &str) -> Self {
        Self::on_main("schedule", commit, json!({}))
    }

    /// Somebody starts it by hand.
    pub(crate) fn by_hand(commit: &str, digest: &str) -> Self {
        Self::on_main("workflow_dispatch", commit, json!({ "digest": digest }))
    }

    fn on_main(name: &'static str, commit: &str, inputs: Value) -> Self {
        Self {
            name,
            payload: json!({ "repository": { "full_name": REPOSITORY, "default_branch": "main" } }),
            commit: commit.to_owned(),
            git_ref: "refs/heads/main".to_owned(),
            inputs,
            from: Origin::Own,
        }
    }
}

impl Place {
    pub(crate) fn new(more: &str) -> Self {
        let tenant = Tenant::new(&SUBJECTS, more);
        let github = GitHub::beside(&tenant);
        let vars = BTreeMap::from([
            ("TENANT_ID", TENANT.to_owned()),
            ("APPLY_CLIENT_ID", APPLIES.to_owned()),
            ("PROGRAM", env!("CARGO_BIN_EXE_consent").to_owned()),
        ]);
        Self {
            tenant,
            github,
            repository: Repository::set_up("GitHub"),
            artifacts: TempDir::new().unwrap(),
            vars,
            env: Variables::new(),
            runs: 0,
        }
    }

    /// Runs a workflow. Its jobs, by name, those that were skipped included.
    pub(crate) fn run(&mut self, file: &str, event: &Event) -> BTreeMap<String, JobRun> {
        self.run_with(file, event, |_, _| {})
    }

    /// The same, and before each job something happens.
    pub(crate) fn run_with(
        &mut self,
        file: &str,
        event: &Event,
        mut before: impl FnMut(&mut Self, &str),
    ) -> BTreeMap<String, JobRun> {
        self.runs += 1;
        let path = self.repository.path(&format!(".github/workflows/{file}"));
        let workflow: Value =
            serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(workflow["on"].get(event.name).is_some(), "{file} is not for {}", event.name);
        let mut done: BTreeMap<String, JobRun> = BTreeMap::new();
        let jobs = workflow["jobs"].as_object().unwrap();
        while let Some((name, job)) = ready(jobs, &done) {
            before(self, name);
            let ran = self.job(&workflow, name, job, event, &done);
            done.insert(name.clone(), ran);
        }
        assert_eq!(done.len(), jobs.len(), "jobs that need what is not there");
        done
    }

    fn job(
        &mut self,
        workflow: &Value,
        name: &str,
        job: &Value,
        event: &Event,
        done: &BTreeMap<String, JobRun>,
    ) -> JobRun {
        let needs = needed(job).map(|name| {
            let ran = &done[name];
            (name.to_owned(), json!({ "result": ran.result, "outputs": ran.outputs }))
        });
        let mut context = self.context(event, name);
        context["needs"] = Value::Object(needs.collect::<Map<_, _>>());
        let failed = needed(job).any(|name| done[name].result != "success");
        let status = if failed { Status::Failure } else { Status::Success };
        let condition = job["if"].as_str().unwrap_or("success()");
        if !expression::holds(condition, &context, status) {
            return JobRun::skipped();
        }
        let permissions = if job["permissions"].is_null() { workflow } else { job };
        let token = token(&permissions["permissions"], job, event);
        context["github"]["token"] = json!(token.token);
        self.github.state().job = token;
        let ran = job::run(self, workflow, job, event, context);
        self.github.state().job = JobToken::default();
        ran
    }

    fn context(&self, event: &Event, job: &str) -> Value {
        let mut vars = self.vars.clone();
        let plans = if event.name == "pull_request" { PLANS } else { PLANS_MAIN };
        vars.insert("PLAN_CLIENT_ID", plans.to_owned());
        if event.from == Origin::Fork {
            vars.clear();
        }
        json!({
            "github": {
                "event": event.payload, "event_name": event.name, "repository": REPOSITORY, "job": job,
                "ref": event.git_ref, "sha": event.commit, "run_id": self.runs, "run_attempt": 1,
            },
            "vars": vars,
            "inputs": event.inputs,
            "runner": {},
            "steps": {},
        })
    }

    /// Where an artifact of a run lies.
    pub(crate) fn artifact(&self, run: u64, name: &str) -> PathBuf {
        self.artifacts.path().join(run.to_string()).join(name)
    }
}

fn needed(job: &Value) -> impl Iterator<Item = &str> {
    let one = job["needs"].as_str();
    let many = job["needs"].as_array().into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many)
}

fn ready<'j>(
    jobs: &'j Map<String, Value>,
    done: &BTreeMap<String, JobRun>,
) -> Option<(&'j String, &'j Value)> {
    jobs.iter().find(|(name, job)| {
        !done.contains_key(*name) && needed(job).all(|need| done.contains_key(need))
    })
}

/// What GitHub hands to a job: by its permissions, less where it comes from a fork. Whom it is by its identity
/// tokens: the environment counts before the event, and that before the branch.
fn token(permissions: &Value, job: &Value, event: &Event) -> JobToken {
    let all = permissions.as_object().expect("permissions that are named one by one");
    let mut permissions: BTreeMap<String, String> = all
        .iter()
        .map(|(name, level)| (name.clone(), level.as_str().unwrap().to_owned()))
        .collect();
    if event.from == Origin::Fork {
        permissions.remove("id-token");
        permissions.values_mut().for_each(|level| "read".clone_into(level));
    }
    let about = match (job["environment"].as_str(), event.name) {
        (Some(name), _) => format!("environment:{name}"),
        (None, "pull_request") => "pull_request".to_owned(),
        (None, _) => format!("ref:{}", event.git_ref),
    };
    let may = permissions.get("id-token").is_some_and(|level| level == "write");
    JobToken {
        token: format!("ghs_{}", uuid::Uuid::new_v4().simple()),
        permissions,
        subject: may.then(|| format!("repo:{REPOSITORY}:{about}")),
    }
}
