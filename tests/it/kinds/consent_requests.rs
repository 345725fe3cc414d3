//! The admin consent workflow.

use serde_json::json;

use super::run_as;
use crate::sample::READING;
use crate::world::World;

const ON: &str = "[admin_consent_requests]\nenabled = true\ndays = 14\n\
                  reviewers = { groups = [\"GX\"] }\n";

/// Plans, and expects a mistake of the manifest with this code at this place.
#[track_caller]
fn refused(seed: &str, manifest: &str, code: &str, place: &str) {
    let world = World::with(seed);
    world.manifest(manifest);
    let run = world.run(&["apply"]).assert_code(3);
    assert!(run.stderr.contains(&format!("error[{code}]")), "{run:#?}");
    assert!(run.stderr.contains(&format!("consent.toml:{place}")), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn requests_that_nobody_would_review_are_a_mistake() {
    let table = "[admin_consent_requests]\nenabled = true\ndays = 14\n";
    refused("", table, "no_reviewers", "6:1");
    let none = format!("{table}reviewers = {{ users = [], groups = [] }}\n");
    refused("", &none, "no_reviewers", "8:13");
}

/// In a tenant where nobody ever set it, a request waits for no time at all.
#[test]
fn the_days_of_a_tenant_that_never_had_any_are_a_mistake() {
    let table = "[admin_consent_requests]\nenabled = true\nreviewers = { groups = [\"GX\"] }\n";
    refused("", table, "days_out_of_range", "6:1");
    refused("", &format!("{table}days = 90\n"), "days_out_of_range", "8:8");
}

#[test]
fn a_reviewer_that_the_tenant_does_not_have_is_a_mistake() {
    let table = "[admin_consent_requests]\nenabled = true\ndays = 3\n";
    let users = format!("{table}reviewers = {{ users = [\"alise@contoso.com\"] }}\n");
    refused("", &users, "unknown_user", "8:24");
    let empty = "[[group]]\nname = \"Nobody\"\n";
    let groups = format!("{table}reviewers = {{ groups = [\"Nobody\"] }}\n");
    refused(empty, &groups, "empty_group", "8:25");
}

#[test]
fn who_may_not_read_or_write_it_is_told_which_right_is_missing() {
    let world = World::with("");
    world.manifest(ON);
    let both = ["Policy.Read.All", "Directory.Read.All"];
    let reading: Vec<&str> =
        READING.iter().copied().filter(|permission| !both.contains(permission)).collect();
    let run = run_as(&world, &reading, &["plan"]).assert_code(4);
    assert!(run.stderr.contains("Policy.Read.All"), "{run:#?}");
    let digest = world.digest();
    let run = run_as(&world, READING, &["apply", "--approve", &digest]).assert_code(4);
    assert!(run.stderr.contains("Policy.ReadWrite.ConsentRequest"), "{run:#?}");
    world.assert_untouched();
}

/// A reviewer whom somebody added since the plan was made would be lost with the next write.
#[test]
fn a_change_since_the_plan_is_no_business_of_an_old_plan() {
    let mut world = World::with("");
    world.manifest(ON);
    world.run(&["plan", "--out", "saved.plan"]).assert_code(0).quietly();
    let digest = world.digest();
    world.later("", |state| {
        let row = &mut state["tables"]["policies/adminConsentRequestPolicy"][0];
        row["reviewers"] = json!([
            {"query": "/users/x", "queryType": "MicrosoftGraph", "queryRoot": null},
        ]);
    });
    let run = world.run(&["apply", "saved.plan", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    world.assert_untouched();
}

/// Whoever is a reviewer by another way than the manifest knows is shown before he goes.
#[test]
fn declared_reviewers_replace_all_others_and_the_plan_shows_who_goes() {
    let role = "/beta/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq 'x'";
    let bob = "/v1.0/users/0a000000-0000-4000-8000-000000000002";
    let world = World::with(&format!(
        "[admin_consent_requests]\nenabled = true\ndays = 14\nreviewers = [\"{role}\", \"{bob}\"]\n"
    ));
    world.manifest(ON);
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    for words in ["- bob@contoso.com", "- /beta/roleManagement/directory", "+ group GX"] {
        assert!(drawn.contains(words), "{words} is missing in\n{drawn}");
    }
    world.apply_as_announced();
    let row = world.rows("policies/adminConsentRequestPolicy").remove(0);
    assert_eq!(row["reviewers"].as_array().unwrap().len(), 1);
    assert_eq!(row["version"], 1);
}
