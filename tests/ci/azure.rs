//! Azure Pipelines: the scripts of both stages, with the variables of the agent.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::azure_service::{AzureDevOps, GIT, ISSUER, ME, PROJECT, TOKEN, Thread};
use crate::bash::{self, Ended, Variables};
use crate::repository::{Repository, grant, manifest};
use crate::tenant::{APPLIES, PLANS, Subjects, TENANT, Tenant};
use crate::workflow::commit;

const SUBJECTS: Subjects = Subjects {
    issuer: ISSUER,
    plans: "/eid1/c/pub/t/consent-plan",
    plans_main: "/eid1/c/pub/t/not-used",
    applies: "/eid1/c/pub/t/consent-apply",
};

struct Place {
    tenant: Tenant,
    azure: AzureDevOps,
    repository: Repository,
    pipeline: Value,
}

/// What became of a task.
struct Task {
    ended: Ended,
    /// `task.setvariable`, by name.
    set: Variables,
    /// The words of all commands.
    words: Vec<String>,
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let tenant = Tenant::new(&SUBJECTS, "");
        let azure = AzureDevOps::beside(&tenant);
        azure.state().connections = vec![
            ("consent-plan".to_owned(), SUBJECTS.plans.to_owned()),
            ("consent-apply".to_owned(), SUBJECTS.applies.to_owned()),
        ];
        let repository = Repository::set_up("Azure Pipelines");
        let text = std::fs::read_to_string(repository.path("azure-pipelines.yml")).unwrap();
        let pipeline = serde_saphyr::from_str(&text).unwrap();
        Self { tenant, azure, repository, pipeline }
    }

    /// Runs the task of a stage, in a folder that begins as a checkout, or as what was handed on.
    fn task(&self, stage: &str, more: &[(&str, &str)], handed: Option<&Path>) -> Task {
        let stages = self.pipeline["stages"].as_array().unwrap();
        let stage = stages.iter().find(|one| one["stage"] == stage).unwrap();
        let job = &stage["jobs"][0];
        let deploys = &job["strategy"]["runOnce"]["deploy"]["steps"];
        let steps = if deploys.is_null() { &job["steps"] } else { deploys };
        let mut steps = steps.as_array().unwrap().iter();
        let task = steps.find(|step| step["task"] == "AzureCLI@2").unwrap();
        let folder = TempDir::new().unwrap();
        match handed {
            None => self.repository.check_out(folder.path()),
            Some(from) => bash::copy(from, &folder.path().join("consent-plan")),
        }
        let mut variables =
            self.variables(&folder, task["inputs"]["azureSubscription"].as_str().unwrap());
        variables
            .extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        for (name, value) in task["env"].as_object().unwrap() {
            let value = self.expanded(value.as_str().unwrap(), &variables);
            variables.insert(name.clone(), value);
        }
        let script = task["inputs"]["inlineScript"].as_str().unwrap();
        assert!(!script.contains("${{") && !script.contains("$["), "{script}");
        let ended = bash::run(script, folder.path(), &variables);
        let (mut set, mut words) = (Variables::new(), Vec::new());
        for line in ended.stdout.lines().chain(ended.stderr.lines()) {
            let Some((_, rest)) = line.split_once("##vso[") else { continue };
            let (head, value) = rest.split_once(']').unwrap();
            let (word, about) = head.split_once(' ').unwrap_or((head, ""));
            words.push(word.to_owned());
            if let Some(name) = about.strip_prefix("variable=") {
                set.insert(name.trim_end_matches(";isOutput=true").to_owned(), value.to_owned());
            }
        }
        Task { ended, set, words, folder }
    }

    /// What the agent sets, and the task that names a connection.
    fn variables(&self, folder: &TempDir, connection: &str) -> Variables {
        let text = |path: PathBuf| path.display().to_string();
        let [temp, staging] = ["temp", "staging"].map(|name| folder.path().join(name));
        std::fs::create_dir_all(&temp).unwrap();
        let client = if connection == "consent-apply" { APPLIES } else { PLANS };
        let mut all = Variables::new();
        for (name, value) in [
            ("TF_BUILD", "True".to_owned()),
            ("HOME", text(temp.clone())),
            ("AGENT_TEMPDIRECTORY", text(temp)),
            ("BUILD_ARTIFACTSTAGINGDIRECTORY", text(staging)),
            ("BUILD_SOURCESDIRECTORY", text(folder.path().to_owned())),
            ("PIPELINE_WORKSPACE", text(folder.path().to_owned())),
            ("BUILD_REPOSITORY_ID", GIT.to_owned()),
            ("SYSTEM_COLLECTIONURI", format!("{}/contoso/", self.azure.url)),
            ("SYSTEM_TEAMPROJECTID", PROJECT.to_owned()),
            ("SYSTEM_OIDCREQUESTURI", format!("{}/contoso/oidctoken", self.azure.url)),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", connection.to_owned()),
            ("AZURESUBSCRIPTION_CLIENT_ID", client.to_owned()),
            ("AZURESUBSCRIPTION_TENANT_ID", TENANT.to_owned()),
        ] {
            all.insert(name.to_owned(), value);
        }
        all.extend(self.tenant.variables().map(|(name, value)| (name.to_owned(), value)));
        all
    }

    /// `$(name)`: a variable of the pipeline, the token of the job, or what the stage before handed on.
    fn expanded(&self, text: &str, variables: &Variables) -> String {
        let name = text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
        match (name, text) {
            (Some("System.AccessToken"), _) => TOKEN.to_owned(),
            (Some("approved"), _) => variables["APPROVED"].clone(),
            (Some(name), _) => self.pipeline["variables"][name].as_str().unwrap().to_owned(),
            (None, "${{ parameters.digest }}") => {
                let default = self.pipeline["parameters"][0]["default"].as_str().unwrap();
                variables.get("PARAMETER").map_or(default, String::as_str).to_owned()
            }
            _ => panic!("{text}"),
        }
    }

    fn opened(&self) -> Task {
        let head = commit(1);
        let about = [
            ("BUILD_REASON", "PullRequest"),
            ("BUILD_SOURCEBRANCH", "refs/pull/12/merge"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "12"),
            ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &head),
        ];
        self.task("plan", &about, None)
    }

    fn merged(&self, reason: &str, digest: &str) -> Task {
        let commit = commit(5);
        let about = [
            ("BUILD_REASON", reason),
            ("BUILD_SOURCEBRANCH", "refs/heads/main"),
            ("BUILD_SOURCEVERSION", &commit),
            ("PARAMETER", digest),
        ];
        self.task("plan", &about, None)
    }
}

impl Task {
    #[track_caller]
    fn assert(self, code: i32) -> Self {
        assert_eq!(self.ended.code, code, "{:#?}", self.ended);
        let known = ["task.logissue", "task.setvariable", "task.uploadsummary"];
        assert!(self.words.iter().all(|word| known.contains(&word.as_str())), "{:?}", self.words);
        self
    }
}

#[test]
fn a_pull_request_of_azure_is_commented_and_applied_after_its_merge() {
    if bash::is_missing() {
        return;
    }
    let place = Place::new();
    let forged = "<!-- consent:plan tenant=x -->\n<!-- consent:key default -->\nready".to_owned();
    let other = Thread { id: 40, change: 12, author: "somebody".to_owned(), content: forged };
    place.azure.state().threads.push(other);
    for scope in ["Mail.Read", "User.Read"] {
        place.repository.declares(&manifest(&grant(scope)));
        let task = place.opened().assert(0);
        assert!(task.words.contains(&"task.uploadsummary".to_owned()), "{:?}", task.words);
        let threads = place.azure.state().threads.clone();
        assert_eq!((threads.len(), threads[1].author.as_str()), (2, ME));
        assert!(threads[1].content.contains(scope), "{}", threads[1].content);
    }
    let unknown = place.merged("IndividualCI", "none").assert(6);
    assert!(
        unknown.ended.stderr.contains("no reviewed change")
            && !unknown.set.contains_key("approved")
    );
    place.azure.state().merged.push((commit(5), 12));
    let plan = place.merged("IndividualCI", "none").assert(0);
    let digest = plan.set["approved"].clone();
    assert!(place.azure.state().threads[1].content.contains(&digest));
    assert!(place.tenant.sent().is_empty());

    let staged = plan.folder.path().join("staging/consent");
    let apply = place.task("apply", &[("APPROVED", &digest)], Some(&staged)).assert(0);
    assert_eq!(place.tenant.sent(), ["POST /oauth2PermissionGrants"]);
    let kept = apply.folder.path().join("consent-plan");
    assert!(kept.join(".consent/journal").is_dir() && kept.join("run.json").is_file());
    let nothing = place.merged("IndividualCI", "none").assert(0);
    assert!(!nothing.set.contains_key("approved"));
    place.azure.assert_asked_well();
}

#[test]
fn what_is_not_as_reviewed_waits_for_somebody_at_azure_too() {
    if bash::is_missing() {
        return;
    }
    let place = Place::new();
    place.azure.state().merged.push((commit(5), 12));
    place.repository.declares(&manifest(&grant("User.Read")));
    place.opened().assert(0);
    place.repository.declares(&manifest("[[grant]]\nno_such_key = 1\n"));
    place.opened().assert(3);
    let comment = place.azure.state().threads[0].content.clone();
    assert!(comment.contains("digest=none") && comment.contains("no plan"), "{comment}");
    place.repository.declares(&manifest(&grant("User.Read")));
    let stopped = place.merged("IndividualCI", "none").assert(6);
    let now = stopped.ended.stderr.split("with the digest ").nth(1).unwrap().trim().to_owned();
    place.merged("Manual", "sha256:1").assert(6);
    let approved = place.merged("Manual", &now).assert(0);
    assert_eq!(approved.set["approved"], now);
    place.azure.assert_asked_well();
}
