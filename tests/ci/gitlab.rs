//! GitLab: the scripts of the three jobs, with the variables of its runner.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bash::{self, Ended, Variables};
use crate::gitlab_service::{GitLab, ISSUER, ME, Note, TOKEN};
use crate::repository::{Repository, grant, manifest};
use crate::service::identity_token;
use crate::tenant::{APPLIES, PLANS, PLANS_MAIN, Subjects, TENANT, Tenant};
use crate::workflow::commit;

const SUBJECTS: Subjects = Subjects {
    issuer: ISSUER,
    plans: "project_path:contoso/iam:ref_type:branch:ref:change",
    plans_main: "project_path:contoso/iam:ref_type:branch:ref:main",
    applies: "project_path:contoso/iam:ref_type:branch:ref:main",
};

struct Place {
    tenant: Tenant,
    gitlab: GitLab,
    repository: Repository,
    pipeline: Value,
}

impl Place {
    fn new() -> Self {
        let tenant = Tenant::new(&SUBJECTS, "");
        let gitlab = GitLab::beside(&tenant);
        let repository = Repository::set_up("GitLab");
        let text = std::fs::read_to_string(repository.path(".gitlab-ci.yml")).unwrap();
        let pipeline = serde_saphyr::from_str(&text).unwrap();
        Self { tenant, gitlab, repository, pipeline }
    }

    /// Runs a job, `handed` being the artifacts of the one before. What it printed, and its folder.
    fn job(&self, name: &str, more: &[(&str, &str)], handed: Option<&Path>) -> (Ended, TempDir) {
        let job = &self.pipeline[name];
        let shared = &self.pipeline[job["extends"].as_str().unwrap()];
        let folder = TempDir::new().unwrap();
        self.repository.check_out(folder.path());
        if let Some(from) = handed {
            bash::copy(from, &folder.path().join("consent-out"));
        }
        let mut variables = self.variables(folder.path(), name == "plan");
        variables
            .extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        for all in [&self.pipeline["variables"], &shared["variables"], &job["variables"]] {
            for (name, value) in all.as_object().into_iter().flatten() {
                let value = value.as_str().unwrap();
                let value =
                    value.strip_prefix('$').map_or(value, |name| &variables[name]).to_owned();
                // Whoever starts a pipeline wins over its file.
                variables.entry(name.clone()).or_insert(value);
            }
        }
        let lines = |list: &Value| {
            let all = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            all.collect::<Vec<_>>().join("\n")
        };
        let script = format!("{}\n{}", lines(&shared["before_script"]), lines(&job["script"]));
        let ended = bash::run(&script, folder.path(), &variables);
        let after = bash::run(&lines(&job["after_script"]), folder.path(), &variables);
        assert_eq!(after.code, 0, "{after:?}");
        (ended, folder)
    }

    fn variables(&self, folder: &Path, on_merge_request: bool) -> Variables {
        let subject = if on_merge_request { SUBJECTS.plans } else { SUBJECTS.plans_main };
        let plans = if on_merge_request { PLANS } else { PLANS_MAIN };
        let mut all = Variables::new();
        for (name, value) in [
            ("GITLAB_CI", "true".to_owned()),
            ("HOME", folder.display().to_string()),
            ("CI_PROJECT_DIR", folder.display().to_string()),
            ("CI_API_V4_URL", format!("{}/api/v4", self.gitlab.url)),
            ("CI_PROJECT_ID", "7".to_owned()),
            ("CI_DEFAULT_BRANCH", "main".to_owned()),
            ("TENANT_ID", TENANT.to_owned()),
            ("PLAN_CLIENT_ID", plans.to_owned()),
            ("APPLY_CLIENT_ID", APPLIES.to_owned()),
            ("NOTE_TOKEN", TOKEN.to_owned()),
            ("JOB_TOKEN_FOR_ENTRA", identity_token(ISSUER, subject)),
        ] {
            all.insert(name.to_owned(), value);
        }
        all.extend(self.tenant.variables().map(|(name, value)| (name.to_owned(), value)));
        all
    }

    fn opened(&self, code: i32) -> TempDir {
        let head = commit(1);
        let about = [("CI_MERGE_REQUEST_IID", "12"), ("CI_COMMIT_SHA", head.as_str())];
        let (ended, folder) = self.job("plan", &about, None);
        assert_eq!(ended.code, code, "{ended:#?}");
        folder
    }

    fn merged(&self, digest: &str, code: i32) -> (Ended, TempDir) {
        let commit = commit(5);
        let mut about = vec![("CI_COMMIT_SHA", commit.as_str())];
        about.extend((!digest.is_empty()).then_some(("DIGEST", digest)));
        let (ended, folder) = self.job("plan again", &about, None);
        assert_eq!(ended.code, code, "{ended:#?}");
        (ended, folder)
    }
}

#[test]
fn a_merge_request_of_gitlab_has_one_note_and_is_applied_after_its_merge() {
    if bash::is_missing() {
        return;
    }
    let place = Place::new();
    let forged = "<!-- consent:plan tenant=x -->\n<!-- consent:key default -->\nready".to_owned();
    for id in 0..130 {
        place.gitlab.state().notes.push(Note { id, change: 12, author: 1, body: forged.clone() });
    }
    for scope in ["Mail.Read", "User.Read"] {
        place.repository.declares(&manifest(&grant(scope)));
        let folder = place.opened(0);
        let quality = folder.path().join("consent-out/code-quality.json");
        let quality: Value = serde_json::from_slice(&std::fs::read(quality).unwrap()).unwrap();
        assert!(quality.is_array());
        let notes = place.gitlab.state().notes.clone();
        assert_eq!((notes.len(), notes[130].author), (131, ME));
        assert!(notes[130].body.contains(scope), "{}", notes[130].body);
    }
    place.merged("", 6);
    let request = json!({ "iid": 12, "state": "merged", "target_branch": "main", "merge_commit_sha": commit(5),
        "squash_commit_sha": null, "sha": commit(1) });
    place.gitlab.state().merged.push((commit(5), request));
    let (_, folder) = place.merged("", 0);
    let out = folder.path().join("consent-out");
    let digest = std::fs::read_to_string(out.join("approved")).unwrap();
    assert!(place.gitlab.state().notes[130].body.contains(digest.trim()) && digest.len() == 72);
    assert!(place.tenant.sent().is_empty());

    let (ended, folder) = place.job("apply", &[], Some(&out));
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert_eq!(place.tenant.sent(), ["POST /oauth2PermissionGrants"]);
    let record = folder.path().join("consent-record");
    assert!(record.join("records/journal").is_dir() && record.join("run.json").is_file());

    let (_, folder) = place.merged("", 0);
    let (ended, _) = place.job("apply", &[], Some(&folder.path().join("consent-out")));
    assert!(ended.code == 0 && ended.stdout.contains("nothing to apply"), "{ended:#?}");
    place.gitlab.assert_asked_well();
}

#[test]
fn what_is_not_as_reviewed_waits_for_somebody_at_gitlab_too() {
    if bash::is_missing() {
        return;
    }
    let place = Place::new();
    place.repository.declares(&manifest(&grant("User.Read")));
    place.opened(0);
    place.repository.declares(&manifest("[[grant]]\nno_such_key = 1\n"));
    place.opened(3);
    let note = place.gitlab.state().notes[0].body.clone();
    assert!(note.contains("digest=none") && note.contains("no plan"), "{note}");
    place.repository.declares(&manifest(&grant("User.Read")));
    let (ended, _) = place.merged("", 6);
    let now = ended.stderr.split("with the digest ").nth(1).unwrap().trim().to_owned();
    place.merged("sha256:1", 6);
    place.merged(&now, 0);
    assert!(place.tenant.sent().is_empty());
    place.gitlab.assert_asked_well();
}
