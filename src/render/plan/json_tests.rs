//! The report of a plan, as programs read it.

use serde_json::json;

use super::*;
use crate::render::plan::samples::{change, field, named, narrowing, plan as sample};

fn written(of: &Plan) -> String {
    let mut out = Vec::new();
    plan(of, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_founding_story_for_programs() {
    let text = written(&narrowing());
    assert_eq!(text, written(&narrowing()));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["format"], FORMAT);
    assert_eq!(report["format_version"], 2);
    assert_eq!(report["verdict"], json!({ "word": "ready", "by": [] }));
    assert_eq!(report["simulated"], false);
    let summary = json!({ "add": 3, "change": 0, "remove": 1, "unchanged": 0, "unmanaged": 0 });
    assert_eq!(report["summary"], summary);
    assert_eq!(report["changes"][3]["needs"].as_array().unwrap().len(), 3);
    assert_eq!(report["changes"][0]["requests"][0]["method"], "POST");
    let about = json!(["Tasks.ReadWrite"]);
    let reason = json!({ "rule": null, "says": "P301: other writes, as the user", "about": about });
    let risk = json!({ "tier": "medium", "reasons": [reason] });
    assert_eq!(
        (&report["changes"][0]["risk"], &report["changes"][0]["outage"]),
        (&risk, &json!(null))
    );
    let outage = json!({ "who": "everybody", "people": 0, "groups": 0 });
    assert_eq!(
        (&report["changes"][3]["risk"], &report["changes"][3]["outage"]),
        (&json!(null), &outage)
    );
    assert_eq!(report["live"]["read_at"], "2026-11-23T14:02:11Z");
}

#[test]
fn what_stops_it_is_named_in_the_verdict() {
    let mut blocked = narrowing();
    let check = |rule: &str| Check {
        rule: rule.to_owned(),
        text: "too much".to_owned(),
        help: "less".to_owned(),
    };
    blocked.checks = vec![check("removal_limit"), check("removal_limit")];
    blocked.identity_checks = vec![check("lockout")];
    let report: serde_json::Value = serde_json::from_str(&written(&blocked)).unwrap();
    let verdict = json!({ "word": "blocked", "by": ["removal_limit", "lockout"] });
    assert_eq!(report["verdict"], verdict);
    let empty: serde_json::Value = serde_json::from_str(&written(&sample(Vec::new()))).unwrap();
    assert_eq!(empty["verdict"], json!({ "word": "no_changes", "by": [] }));
}

#[test]
fn keys_stand_in_the_documented_order() {
    let text = written(&narrowing());
    let keys = [
        "format",
        "format_version",
        "made_at",
        "verdict",
        "tenant",
        "simulated",
        "manifest",
        "live",
        "summary",
        "apps",
        "changes",
        "unmanaged",
        "warnings",
        "checks",
        "identity_checks",
        "extent",
        "effect",
    ];
    let at: Vec<usize> =
        keys.iter().filter_map(|key| text.find(&format!("\n  \"{key}\": "))).collect();
    assert_eq!(at.len(), keys.len());
    assert!(at.is_sorted());
}

#[test]
fn hostile_names_arrive_whole_and_draw_nothing() {
    let evil = "Az\u{202e}\u{9b}2J\u{1b}[31m";
    let grant = change("crm", Verb::Grant, Some(7), vec![field("scope", &[], &["User.Read"], &[])]);
    let text = written(&sample(vec![named(grant, evil)]));
    assert!(!text.contains(['\u{202e}', '\u{9b}', '\u{1b}']));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["changes"][0]["subject"]["person"], evil);
}
