//! Whatever the binary takes and writes has the form that is published: every run of every test here
//! is looked at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{faults, faults_of_manifest};
use crate::sample::ONE;
use crate::scenarios::{app, has, wants};
use crate::world::{Run, World};

/// Longer files are only looked at where a test means it.
const LONGEST: u64 = 200_000;

/// One run of the binary in a folder, from before it begins.
pub struct Watch<'a> {
    args: &'a [&'a str],
    folder: &'a Path,
    before: BTreeSet<PathBuf>,
}

impl<'a> Watch<'a> {
    pub fn begin(args: &'a [&'a str], folder: &'a Path) -> Self {
        Self { args, folder, before: records(folder) }
    }

    /// Checks what the run printed, what it wrote, and the manifest that it took.
    #[track_caller]
    pub fn end(self, run: &Run) {
        let Self { args, folder, before } = self;
        if args.contains(&"--json")
            && let Ok(report) = serde_json::from_str::<Value>(&run.stdout)
        {
            check(&report);
        }
        if let Some(at) = args.iter().position(|arg| *arg == "--out").filter(|_| run.code == 0) {
            check_file(&folder.join(args[at + 1]));
        }
        for path in records(folder).difference(&before) {
            if std::fs::metadata(path).unwrap().len() <= LONGEST {
                check_file(path);
            }
        }
        let manifest = folder.join("consent.toml");
        if run.code == 0 && args == ["plan", "--json"] && manifest.exists() {
            let text = std::fs::read_to_string(manifest).unwrap();
            assert_eq!(faults_of_manifest(&text), [""; 0], "only the schema refuses:\n{text}");
        }
    }
}

/// Snapshots and journals.
fn records(folder: &Path) -> BTreeSet<PathBuf> {
    let folders = ["snapshots", "journal"].map(|name| folder.join(".consent").join(name));
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A document that says which format it has.
#[track_caller]
fn check(document: &Value) {
    let format = document["format"].as_str().unwrap_or_else(|| panic!("no format: {document}"));
    check_as(format.strip_prefix("consent.").unwrap(), document);
}

#[track_caller]
fn check_as(name: &str, document: &Value) {
    assert_eq!(faults(name, document), [""; 0], "consent.{name}: {document:#}");
}

#[track_caller]
fn check_file(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    if path.extension().is_some_and(|end| end == "ndjson") {
        text.lines().for_each(|line| check_as("journal", &serde_json::from_str(line).unwrap()));
    } else {
        check(&serde_json::from_str(&text).unwrap());
    }
}

/// A change of every sort, and one that the tenant refuses.
#[test]
fn a_run_with_something_of_everything() {
    let world = World::with(
        &(has("Graph Explorer", None, "User.Read Mail.Read")
            + &has("Acme Sign", Some("bob@contoso.com"), "Mail.Read")
            + "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\nbody = \"0a000000-0000-4000-8000-000000000002\"\nstatus = 403\n"),
    );
    world.manifest(
        &("[app.outlook-tasks]\napp_id = \"99da6bf4-4525-4bfa-b39f-b6a35789c240\"\nmode = \"exact\"\n\
           provision = true\n[user_consent]\nallow = \"none\"\n"
            .to_owned()
            + &app("explorer", "exact")
            + &app("sign", "additive")
            + &wants("explorer", r#"["User.Read"]"#, r#""all-users""#)
            + &wants("sign", r#"["User.Read"]"#, r#"{ users = ["alice@contoso.com"] }"#)
            + &wants("outlook-tasks", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#)),
    );
    let plan = world.run(&["plan", "--json", "--out", "consent.plan"]).assert_code(0).json();
    let kinds: BTreeSet<&str> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["address"].as_str().unwrap().split('/').next().unwrap())
        .collect();
    assert_eq!(kinds, BTreeSet::from(["delegated_grant", "service_principal", "user_consent"]));
    assert_ne!(plan["unmanaged"], json!([]));
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    let run = world.run(&["apply", "consent.plan", "--approve", digest, "--json"]);
    let counts = &run.json()["counts"];
    assert!(counts["done"] != 0 && counts["failed"] != 0, "{counts}");
    assert_eq!(records(world.folder()).len(), 2, "{run:#?}");
}

/// The check sees what it should: a document of another form is told.
#[test]
fn what_is_not_as_published_is_told() {
    let world = World::with("");
    world.manifest(ONE);
    let plan = world.plan();
    assert_eq!(faults("plan_report", &plan), [""; 0]);
    for (at, value) in [
        ("/tenant/id", json!("contoso")),
        ("/made_at", json!("yesterday")),
        ("/format_version", json!(3)),
        ("/verdict/word", json!("perhaps")),
        ("/summary/add", json!(null)),
        ("/simulated", json!(null)),
        ("/changes/0/address", json!("nothing")),
        ("/changes/0/verb", json!("destroy")),
        ("/changes/0/after/scopes", json!("User.Read")),
        ("/changes/0/before", json!({})),
        ("/changes/0/subject/audience", json!({ "one": "alice" })),
        ("/effect", json!(null)),
    ] {
        let mut other = plan.clone();
        *other.pointer_mut(at).unwrap_or_else(|| panic!("{at}: {plan:#}")) = value;
        assert_ne!(faults("plan_report", &other), [""; 0], "{at}");
    }
}
