//! GitHub behind the merge: what was reviewed is applied, and nothing else; and what a night finds.

use serde_json::{Value, json};

use crate::bash;
use crate::github::{CHANGE, merge, reviewed};
use crate::github_service::BOT;
use crate::repository::{grant, manifest};
use crate::workflow::{Event, Place, commit};

#[test]
fn what_was_reviewed_is_applied_after_the_merge_and_its_record_is_kept() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    let digest = reviewed(&mut place, &grant("User.Read"));
    merge(&place, CHANGE, &commit(5));
    let jobs = place.run("merge.yml", &Event::push(&commit(5)));
    assert_eq!(jobs["plan"].assert("success").outputs["approved"], digest);
    jobs["apply"].assert("success");
    assert_eq!(place.tenant.sent(), ["POST /oauth2PermissionGrants"]);
    let record = place.artifact(place.runs, &format!("consent-record-{}-1", place.runs));
    for (folder, least) in [("snapshots", 1), ("journal", 1)] {
        let kept = std::fs::read_dir(record.join(".consent").join(folder)).unwrap().count();
        assert!(kept >= least, "{folder} of {}", record.display());
    }
    let run = std::fs::read_to_string(record.join(".consent-run.json")).unwrap();
    let run: Value = serde_json::from_str(&run).unwrap();
    assert_eq!((&run["counts"]["done"], &run["remaining"]), (&json!(1), &json!(0)), "{run}");

    // Merged again, or run again: nothing is left, and nothing has to be approved.
    let jobs = place.run("merge.yml", &Event::push(&commit(5)));
    assert_eq!(jobs["plan"].assert("success").outputs["approved"], "");
    jobs["apply"].assert("skipped");
    place.run("nightly.yml", &Event::night(&commit(5)))["plan"].assert("success");
    place.github.assert_asked_well();
}

/// Somebody grants by hand what the manifest does not say.
fn grant_by_hand(place: &mut Place) {
    place.tenant.edit(|state| {
        let grants = state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap();
        grants.push(json!({
            "id": "by-hand-0001", "clientId": "c1000000-0000-4000-8000-000000000003",
            "consentType": "Principal", "principalId": "0a000000-0000-4000-8000-000000000002",
            "resourceId": "9a000000-0000-4000-8000-000000000001", "scope": "Mail.Read",
        }));
    });
}

#[test]
fn what_changed_since_the_review_is_not_applied_until_somebody_approves_it() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    let reviewed = reviewed(&mut place, &grant("User.Read"));
    merge(&place, CHANGE, &commit(5));
    grant_by_hand(&mut place);
    let jobs = place.run("merge.yml", &Event::push(&commit(5)));
    let plan = jobs["plan"].assert_failed(6);
    jobs["apply"].assert("skipped");
    assert!(plan.log.contains("not what was reviewed in change 12"), "{}", plan.log);
    let now = plan.summary.split("with the digest ").nth(1).unwrap().lines().next().unwrap();
    assert!(plan.summary.contains("Mail.Read") && now.len() == 71, "{}", plan.summary);
    assert_ne!(now, reviewed);
    let now = now.to_owned();

    for wrong in [reviewed.as_str(), "sha256:0", "", "$(touch x)"] {
        let jobs = place.run("merge.yml", &Event::by_hand(&commit(5), wrong));
        jobs["plan"].assert_failed(6);
        jobs["apply"].assert("skipped");
    }
    assert!(place.tenant.sent().is_empty());
    let jobs = place.run("merge.yml", &Event::by_hand(&commit(5), &now));
    jobs["plan"].assert("success");
    jobs["apply"].assert("success");
    assert_eq!(place.tenant.grants().len(), 1);
    place.github.assert_asked_well();
}

/// Pushed to main without a pull request, merged with a forged comment, or merged twice over.
#[test]
fn what_nobody_reviewed_is_not_applied() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    let digest = reviewed(&mut place, &grant("User.Read"));
    let pushed = |place: &mut Place, commit: &str, word: &str| {
        let jobs = place.run("merge.yml", &Event::push(commit));
        let log = &jobs["plan"].assert_failed(6).log;
        assert!(log.contains(word), "{log}");
        jobs["apply"].assert("skipped");
    };
    pushed(&mut place, &commit(6), "the merge of no reviewed change");
    // The same pull request, but another commit became of it.
    merge(&place, CHANGE, &commit(7));
    let pulls = place.github.state().merged[&commit(7)].clone();
    place.github.state().merged.insert(commit(6), pulls);
    pushed(&mut place, &commit(6), "the merge of no reviewed change");
    // Another one, under which only somebody else says what ours would.
    merge(&place, 13, &commit(8));
    let ours = place.github.kept(CHANGE)[0].body.clone();
    place.github.says(13, "mallory", &ours);
    pushed(&mut place, &commit(8), "no plan of consent");
    // Two of ours: which one was read, nobody knows.
    place.github.says(13, BOT, &ours);
    place.github.says(13, BOT, &ours.replace(&digest, &format!("sha256:{}", "0".repeat(64))));
    pushed(&mut place, &commit(8), "more than one");
    assert!(place.tenant.sent().is_empty());
    place.github.assert_asked_well();
}

/// Between the plan and the release by its reviewers, which may take a day.
#[test]
fn a_tenant_that_changes_while_reviewers_wait_is_left_alone() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    reviewed(&mut place, &grant("User.Read"));
    merge(&place, CHANGE, &commit(5));
    let jobs = place.run_with("merge.yml", &Event::push(&commit(5)), |place, job| {
        if job == "apply" {
            place.tenant.edit(|state| {
                let grants = state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap();
                grants.push(json!({
                    "id": "by-hand-0002", "clientId": "c1000000-0000-4000-8000-000000000003",
                    "consentType": "Principal", "principalId": "0a000000-0000-4000-8000-000000000001",
                    "resourceId": "9a000000-0000-4000-8000-000000000001", "scope": "Mail.Read",
                }));
            });
        }
    });
    jobs["plan"].assert("success");
    jobs["apply"].assert_failed(6);
    assert!(place.tenant.sent().is_empty());
    place.github.assert_asked_well();
}

/// The record of a run that failed is the one that somebody needs.
#[test]
fn an_apply_that_fails_keeps_its_record() {
    if bash::is_missing() {
        return;
    }
    let refuse =
        "[[weather.refuse]]\nmethod = \"POST\"\npath = \"/oauth2PermissionGrants\"\nstatus = 400\n";
    let mut place = Place::new(refuse);
    reviewed(&mut place, &grant("User.Read"));
    merge(&place, CHANGE, &commit(5));
    let jobs = place.run("merge.yml", &Event::push(&commit(5)));
    jobs["apply"].assert_failed(9);
    let record = place.artifact(place.runs, &format!("consent-record-{}-1", place.runs));
    assert!(
        record.join(".consent/snapshots").is_dir() && record.join(".consent-run.json").is_file()
    );
}

#[test]
fn a_night_tells_differences_and_changes_nothing() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    place.repository.declares(&manifest("grants = \"none\"\n"));
    let night = Event::night(&commit(5));
    let quiet = place.run("nightly.yml", &night);
    assert!(quiet["plan"].assert("success").summary.contains("No changes"));
    grant_by_hand(&mut place);
    let jobs = place.run("nightly.yml", &night);
    let plan = jobs["plan"].assert_failed(2);
    assert!(plan.summary.contains("Mail.Read") && plan.log.contains("not as the manifest says"));
    place.vars.insert("NIGHTLY_DIFFERENCES", "pass".to_owned());
    place.run("nightly.yml", &night)["plan"].assert("success");
    assert!(place.tenant.sent().is_empty() && place.github.state().comments.is_empty());
    assert!(place.github.state().artifacts.is_empty(), "nobody asked for a snapshot");
    place.github.assert_asked_well();
}
