//! The schema of the manifest and its parser: what one takes, the other takes; what is wrong in
//! itself, both refuse.

use std::path::PathBuf;

use proptest::prelude::*;

use super::damage::{Harm, done, harms, places};
use super::{all_of_it, errors, examples, faults_of_manifest, files, root};

/// Mistakes that nobody can see in one place alone: a schema knows nothing of what stands elsewhere.
const ELSEWHERE: [&str; 15] = [
    "unknown_app",
    "unknown_resource",
    "exact_app_without_grants",
    "grants_contradiction",
    "no_reviewers",
    "permissions_without_resource",
    "class_of_application",
    "nobody_to_assign",
    "reserved_policy_id",
    "two_classes",
    "policy_twice",
    "missing_schema",
    "missing_tenant",
    "duplicate_app_id",
    "duplicate_label",
];

/// Lists of names that `consent validate` takes as they are: `plan` compares them with what the live
/// resource publishes, and that has no such names.
const PUBLISHED_NAMES: [&str; 6] = ["scopes", "roles", "low", "medium", "high", "permissions"];

#[test]
fn every_example_is_valid() {
    for path in examples() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(faults_of_manifest(&text), [""; 0], "{}", path.display());
        let first = text.lines().next().unwrap();
        let schema = first.strip_prefix("#:schema ").unwrap_or_else(|| panic!("{path:?}: {first}"));
        let schema = path.parent().unwrap().join(schema).canonicalize().unwrap();
        assert_eq!(schema, root().join("schemas/manifest.schema.json").canonicalize().unwrap());
    }
}

#[test]
fn every_manifest_of_the_documents_is_valid() {
    let mut count = 0;
    for path in files("docs", ".md").into_iter().chain([root().join("README.md")]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split("\n```toml\n").skip(1) {
            let block = block.split("\n```").next().unwrap();
            if block.contains("schema = 1") {
                assert_eq!(faults_of_manifest(block), [""; 0], "{}:\n{block}", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= 3, "{count}");
}

/// What stands in the reference's manifest, what somebody writes instead, and the code of the finding.
const WRONG: [(&str, &str, &str, &str); 22] = [
    ("a misspelt key", "provision ", "provison ", "unknown_key"),
    ("a key of another table", "reason   = \"FLOW-118", "name = \"FLOW-118", "unknown_key"),
    ("a key in a list of people", "guests = false", "guest = false", "unknown_key"),
    ("a misspelt table", "[user_consent]", "[user_consents]", "unknown_table"),
    ("a table for a list of tables", "[user_consent]", "[[user_consent]]", "wrong_table"),
    ("a missing mode", "mode             = \"exact\"", "", "missing_key"),
    ("a missing audience", "for      = \"all-users\"", "", "missing_key"),
    ("a missing end", "until = 2026-12-31, ", "", "missing_key"),
    ("a text for a list", "[\"orders.read\"]", "\"orders.read\"", "wrong_type"),
    ("a text for a switch", "= true", "= \"true\"", "wrong_type"),
    ("a number for a text", "\"orders.read\"", "7", "wrong_type"),
    ("a negative number", "= 5000", "= -5000", "wrong_type"),
    ("a share above all", "revoke_percent = 10", "revoke_percent = 101", "limit_out_of_range"),
    ("a short id", "99da6bf4-", "99da6bf-", "invalid_guid"),
    ("a name for an id", "\"f8cdef31-a31e-4b4a-93e4-5f571e91255a\"", "\"Contoso\"", "invalid_guid"),
    ("a time for a day", "2027-06-30", "2027-06-30T00:00:00Z", "invalid_value"),
    ("a misspelt mode", "\"exact\"", "\"exactly\"", "unknown_word"),
    ("a misspelt cloud", "\"global\"", "\"Global\"", "unknown_word"),
    (
        "a misspelt choice",
        "{ policies = [\"microsoft-user-default-low\", \"own-apps-low-risk\"] }",
        "\"recommended\"",
        "unknown_choice",
    ),
    ("a misspelt audience", "\"all-users\"", "\"all users\"", "invalid_value"),
    ("an audience of nobody", "{ groups = [\"Flow makers\"], ", "{ ", "invalid_value"),
    ("a label that draws", "[app.outlook-tasks]", "[app.\"outlook tasks\"]", "invalid_label"),
];

#[test]
fn what_the_parser_refuses_the_schema_refuses() {
    let good = all_of_it();
    assert_eq!(errors(&good).len(), 0);
    for (what, from, to, code) in WRONG {
        assert!(good.contains(from), "{what}: {from}");
        let wrong = good.replace(from, to);
        assert!(errors(&wrong).contains(code), "{what}: {:?}", errors(&wrong));
        assert_ne!(faults_of_manifest(&wrong), [""; 0], "{what} passes the schema:\n{wrong}");
    }
}

/// # Panics
/// When parser and schema are of different opinions.
fn agree(manifest: &toml::Value, puts_date: bool, how: &str) {
    let text = toml::to_string(manifest).unwrap();
    let (told, faults) = (errors(&text), faults_of_manifest(&text));
    let only_live = |fault: &String| {
        PUBLISHED_NAMES
            .iter()
            .any(|list| fault.split(": ").next().unwrap().contains(&format!("/{list}/")))
    };
    if told.is_empty() {
        assert!(faults.iter().all(only_live), "{how}: only the schema refuses: {faults:?}\n{text}");
    }
    // To a schema a date is a text like any other.
    let mut itself = told.iter().filter(|code| !ELSEWHERE.contains(code));
    if let Some(code) = itself.next().filter(|_| !puts_date) {
        assert!(!faults.is_empty(), "{how}: only the parser refuses, {code}:\n{text}");
    }
}

fn puts_date(harm: &Harm) -> bool {
    matches!(harm, Harm::Put(toml::Value::Datetime(_)))
}

/// Every harm in every place of the manifest that has every key.
#[test]
fn they_agree_on_every_single_mistake() {
    let good: toml::Value = toml::from_str(&all_of_it()).unwrap();
    let mut count = 0;
    for place in places(&good) {
        for harm in harms() {
            if let Some(broken) = done(&good, &place, &harm) {
                agree(&broken, puts_date(&harm), &format!("{place:?} {harm:?}"));
                count += 1;
            }
        }
    }
    assert!(count > 1000, "{count}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Several at once, on any of the manifests.
    #[test]
    fn they_agree_on_many_mistakes(
        which: proptest::sample::Index,
        harmed in proptest::collection::vec(any::<(proptest::sample::Index, proptest::sample::Index)>(), 1..5),
    ) {
        let examples = examples();
        let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
        let texts: Vec<String> = examples.iter().map(read).chain([all_of_it()]).collect();
        let mut manifest: toml::Value = toml::from_str(&texts[which.index(texts.len())]).unwrap();
        let mut dates = false;
        for (place, harm) in harmed {
            let (places, harms) = (places(&manifest), harms());
            if places.is_empty() { break }
            let (place, harm) = (&places[place.index(places.len())], &harms[harm.index(harms.len())]);
            if let Some(broken) = done(&manifest, place, harm) {
                manifest = broken;
                dates |= puts_date(harm);
            }
        }
        agree(&manifest, dates, "several");
    }
}
