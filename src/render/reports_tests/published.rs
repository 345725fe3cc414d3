//! Reports against the schemas that others have published.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{crowd, each, whole};
use crate::render::formats::{self, Reported};

#[test]
fn sarif_is_as_its_standard_says() {
    let schema = include_str!("../../../tests/it/fixtures/formats/sarif-2.1.0.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    each(|reported| {
        let text = whole("sarif", reported);
        assert!(text.len() < 10_000_000, "{} bytes are too many, packed or not", text.len());
        let log: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&log).map(|one| one.to_string()).take(3).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "each rule once");
        let results = run["results"].as_array().unwrap();
        assert!(results.len() <= 5_000);
        for result in results {
            let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[at]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "consent.toml");
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(place["region"][key].as_u64() >= Some(1), "{place}");
            }
        }
        assert_unique(
            results.iter().map(|one| &one["partialFingerprints"]["primaryLocationLineHash"]),
        );
    });
}

#[track_caller]
fn assert_unique<'a>(prints: impl Iterator<Item = &'a Value>) {
    let mut seen = BTreeSet::new();
    for print in prints {
        assert!(seen.insert(print.as_str().unwrap().to_owned()), "{print} twice");
    }
}

#[test]
fn the_worst_comes_first_and_what_is_left_out_is_counted() {
    let plan = crowd(10_000, "adele@contoso.com");
    let log: Value = serde_json::from_str(&whole("sarif", &Reported::Plan(&plan))).unwrap();
    let run = &log["runs"][0];
    let ids: Vec<&str> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["ruleId"].as_str().unwrap())
        .collect();
    assert_eq!((ids.len(), ids[0], ids[1]), (5_000, "removal_limit", "gives-critical"));
    let rank = |id: &str| {
        let order =
            ["removal_limit", "gives-critical", "gives-high", "plan-warning", "gives-medium"];
        order.iter().position(|one| *one == id).unwrap()
    };
    assert!(ids.iter().map(|id| rank(id)).is_sorted(), "{ids:?}");
    // 10,000 changes, one rail, one warning.
    let told = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().unwrap().starts_with("5,002 more results"), "{told}");
    assert_eq!(run["automationDetails"]["id"], format!("consent/{}/", plan.tenant.id));
}

#[test]
fn a_rule_says_how_much_harm_it_does() {
    let log: Value =
        serde_json::from_str(&whole("sarif", &Reported::Plan(&crowd(20, "x")))).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let harm = |id: &str| {
        let rule = rules.iter().find(|rule| rule["id"] == id).unwrap();
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
        rule["properties"]["security-severity"].clone()
    };
    assert_eq!(harm("gives-critical"), "9.5");
    assert_eq!(harm("gives-high"), "8.0");
    assert_eq!(harm("gives-medium"), "5.0");
    assert_eq!(harm("gives-low"), "2.0");
    assert_eq!(harm("cuts-off-people"), json!(null));
}

#[test]
fn code_quality_is_as_gitlab_reads_it() {
    let schema = include_str!("../../../tests/it/fixtures/formats/gitlab-code-quality.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    each(|reported| {
        let text = whole("gitlab", reported);
        let begins = formats::named("gitlab").unwrap().begins;
        assert!(
            begins.iter().any(|begin| text.starts_with(begin)),
            "{}",
            &text[..40.min(text.len())]
        );
        let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert!(rows.len() <= 5_000);
        for row in &rows {
            assert!(validator.is_valid(row), "{row}");
            let severity = row["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            assert_eq!(row["location"]["path"], "consent.toml");
            assert!(row["location"]["lines"]["begin"].as_u64() >= Some(1));
        }
        assert_unique(rows.iter().map(|row| &row["fingerprint"]));
    });
}

#[test]
fn junit_is_xml_with_unique_names_and_true_counts() {
    each(|reported| {
        let text = whole("junit", reported);
        assert!(text.starts_with(formats::named("junit").unwrap().begins[0]), "{}", &text[..90]);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        let cases: Vec<_> = root.descendants().filter(|one| one.has_tag_name("testcase")).collect();
        let mut names = BTreeSet::new();
        for case in &cases {
            let name = (case.attribute("classname").unwrap(), case.attribute("name").unwrap());
            assert!(names.insert(name), "{name:?} twice");
        }
        for (count, tag) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
            let found = root.descendants().filter(|one| one.has_tag_name(tag)).count();
            assert_eq!(root.attribute(count), Some(found.to_string().as_str()), "{count}");
        }
        let objects = match reported {
            Reported::Run(report, _) => report.lines.len(),
            Reported::Mistakes(findings, _) => findings.iter().count(),
            Reported::Plan(_) => cases.len().max(1),
        };
        assert_eq!(cases.len(), objects);
    });
}
