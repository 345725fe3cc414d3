//! What is told of a run, and to whom.

use serde_json::json;

use super::*;
use crate::model::untrusted::{Untrusted, shown};
use crate::render::page::style::Colour;
use crate::render::page::width;
use crate::render::plan::samples::narrowing;
use crate::render::run::json;

/// The founding story where one person's grant is refused by a hostile service.
fn halfway() -> (RunReport, Plan) {
    let plan = narrowing();
    let changes = &plan.changes;
    let refused = Outcome::Failed {
        error: Refusal {
            status: 400,
            code: Untrusted::new("Request_BadRequest"),
            message: Untrusted::new("Resource \u{1b}[31m\u{202e} does not exist\n\nDone: 4"),
            request_id: Some(Untrusted::new("2b1a0c9e-0000-4000-8000-000000000001")),
        },
    };
    let needs = changes.get(1).map(|change| change.address.clone()).unwrap();
    let outcomes = [Outcome::Done, refused, Outcome::Already, Outcome::Skipped { needs }];
    let addresses = changes.iter().map(|change| change.address.clone());
    let lines = addresses.zip(outcomes).map(|(address, outcome)| Line { address, outcome });
    let report =
        RunReport { lines: lines.collect(), stopped: None, writes_sent: 2, remaining: Some(2) };
    (report, plan)
}

fn drawn(report: &RunReport, plan: &Plan) -> String {
    let mut out = Vec::new();
    let view =
        View { full: false, by_person: false, next: Some("consent plan"), colour: Colour::Plain };
    run(report, plan, LookedAt::FreshPlan, view, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.lines().all(|line| width(line) <= 80 && shown(line) == line), "{text}");
    text
}

#[test]
fn a_failure_in_the_middle_says_what_stands() {
    let (report, plan) = halfway();
    insta::assert_snapshot!(drawn(&report, &plan), @"
Result  4 changes: 1 done, 1 already so, 1 failed, 1 skipped. 1 added, 0
        changed, 0 removed.

  failed       grant outlook-tasks: delegated, Microsoft Graph,
               adele@contoso.com
               400 Request_BadRequest: Resource <U+001B>[31m<U+202E>
               does not exist<U+000A><U+000A>Done: 4
               request id 2b1a0c9e-0000-4000-8000-000000000001
  skipped      revoke outlook-tasks: delegated, Microsoft Graph, all users
               it needs: grant outlook-tasks: delegated, Microsoft
               Graph, adele@contoso.com

Tenant  changed; 2 write requests sent.
Stands  2 changes are as planned; 2 are not. Nothing that is replaced was taken
        away before its replacement was read back.
Check   a fresh plan has 2 objects left.
Next    consent plan
");
}

#[test]
fn a_clean_run_is_three_lines() {
    let (mut report, plan) = halfway();
    report.lines.iter_mut().for_each(|line| line.outcome = Outcome::Done);
    report.remaining = Some(0);
    insta::assert_snapshot!(drawn(&report, &plan), @"
Result  4 changes: 4 done. 3 added, 0 changed, 1 removed.

Tenant  changed; 2 write requests sent.
Check   a fresh plan is empty: the tenant matches the manifest.
Next    consent plan
");
}

#[test]
fn a_simulated_tenant_is_told_as_one() {
    let (report, mut plan) = halfway();
    plan.simulated = true;
    let text = drawn(&report, &plan);
    assert!(text.contains("\nTenant  SIMULATED, changed; 2 write requests sent.\n"), "{text}");
    let mut out = Vec::new();
    json::run(&report, &plan, &mut out).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(document["simulated"], true);
}

#[test]
fn the_tenant_is_unchanged_only_when_nothing_can_have_changed() {
    let (mut report, Plan { mut changes, .. }) = halfway();
    let error = match &report.lines[1].outcome {
        Outcome::Failed { error } => error.clone(),
        other => panic!("{other:?}"),
    };
    let one_request = [changes.remove(1)];
    assert_eq!(one_request[0].steps.len(), 1);
    let alone = RunReport {
        lines: vec![Line {
            address: one_request[0].address.clone(),
            outcome: Outcome::Failed { error: error.clone() },
        }],
        stopped: None,
        writes_sent: 1,
        remaining: Some(1),
    };
    assert_eq!(TenantAfter::after(&alone, &one_request), TenantAfter::Unchanged);
    assert_eq!(
        TenantAfter::after(&alone, &[]),
        TenantAfter::Changed,
        "nothing is known of its requests"
    );
    let after = |report: &mut RunReport, outcome: Outcome, sent| {
        report.lines.iter_mut().for_each(|line| line.outcome = outcome.clone());
        report.writes_sent = sent;
        TenantAfter::after(report, &[])
    };
    let unsure = Outcome::in_doubt("no answer came");
    assert_eq!(after(&mut report, Outcome::NotStarted, 0), TenantAfter::Unchanged);
    assert_eq!(after(&mut report, Outcome::Already, 0), TenantAfter::Unchanged);
    assert_eq!(after(&mut report, unsure, 1), TenantAfter::Changed);
}

#[test]
fn programs_get_every_line() {
    let (report, plan) = halfway();
    let mut out = Vec::new();
    json::run(&report, &plan, &mut out).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(document["format"], json::FORMAT);
    assert_eq!((&document["tenant"], &document["simulated"]), (&json!("changed"), &json!(false)));
    assert_eq!(document["counts"]["done"], 1);
    assert_eq!(document["counts"]["not_started"], 0);
    assert_eq!(document["changes"][1]["result"], "failed");
    assert_eq!(document["changes"][1]["error"]["status"], 400);
}
