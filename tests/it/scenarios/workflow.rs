//! User consent goes off, and nobody is left without a way to ask: S10.

use serde_json::{Value, json};

use super::*;
use crate::ledger::{Sent, all_sent};
use crate::world::{SEED, World};

const REQUESTS: &str = "/policies/adminConsentRequestPolicy";
const SETTING: &str = "/policies/authorizationPolicy";

fn manifest() -> &'static str {
    r#"
[user_consent]
allow = "none"
[admin_consent_requests]
enabled = true
reviewers = { groups = ["GX"] }
days = 14
"#
}

/// Three users consented by themselves, and everybody has one grant besides.
fn tenant(more: &str) -> World {
    let own = ["alice@contoso.com", "bob@contoso.com", "carol@contoso.com"]
        .map(|user| has("Acme Sign", Some(user), "User.Read"))
        .concat();
    let world = World::with(&format!("{own}{}{more}", has("Acme Sign", None, "openid")));
    world.manifest(manifest());
    world
}

/// The whole policy, with the group as its only reviewer.
fn put() -> Sent {
    let reviewer = json!({
        "query": "/groups/6e000000-0000-4000-8000-000000000001/transitiveMembers/microsoft.graph.user",
        "queryType": "MicrosoftGraph",
        "queryRoot": null,
    });
    let body = json!({
        "isEnabled": true,
        "notifyReviewers": false,
        "remindersEnabled": false,
        "requestDurationInDays": 14,
        "reviewers": [reviewer],
    });
    ("PUT".to_owned(), REQUESTS.to_owned(), body)
}

/// The list without what users may consent to, and with everything else.
fn patch_setting() -> Sent {
    let list = json!([
        "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team",
        "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-chat",
    ]);
    let body = json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": list}});
    ("PATCH".to_owned(), SETTING.to_owned(), body)
}

#[test]
fn s10_the_workflow_is_on_before_user_consent_goes_off() {
    let world = tenant("");
    let before = world.rows("oauth2PermissionGrants");
    let (plan, _) = world.apply_as_announced();
    assert_eq!(all_sent(&world), [put(), patch_setting()]);
    assert_eq!(world.rows("oauth2PermissionGrants"), before, "existing grants stay");
    let row = world.rows(SETTING.trim_start_matches('/')).remove(0);
    let role = &row["defaultUserRolePermissions"];
    assert_eq!(role["permissionGrantPoliciesAssigned"].as_array().unwrap().len(), 2);
    assert_eq!(role["allowedToReadOtherUsers"], true, "nothing else of the policy changes");
    let told = |key: &str| json!([plan["changes"][0][key], plan["changes"][1][key]]);
    assert_eq!((told("gives"), told("takes")), (json!([true, false]), json!([false, true])));
    assert_eq!(told("outage"), json!([null, null]), "nobody loses what he has");
    assert_eq!(plan["summary"]["change"], 2);
}

#[test]
fn s10_the_plan_says_that_existing_grants_stay_and_how_many_there_are() {
    let drawn = tenant("").run(&["plan"]).assert_code(0).stdout;
    for words in [
        "Existing grants stay; 3 user grants exist.",
        "It takes up to an hour to act.",
        "Being a reviewer gives no power to approve",
        "group GX",
        "14 days",
    ] {
        assert!(drawn.contains(words), "{words} is missing in\n{drawn}");
    }
    let (requests, consent) = (drawn.find("admin consent requests"), drawn.find("user consent\n"));
    assert!(requests < consent, "in the order of apply:\n{drawn}");
}

/// The service refuses the workflow: then users keep what they have.
#[test]
fn s10_user_consent_stays_on_when_the_workflow_cannot_be_turned_on() {
    let refuse =
        format!("[[weather.refuse]]\nmethod = \"PUT\"\npath = \"{REQUESTS}\"\nstatus = 403\n");
    let mut world = tenant(&refuse);
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(all_sent(&world), [put()]);
    world.later("", |_| {});
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [put(), patch_setting()]);
}

/// What is live and not declared goes along, as it is.
#[test]
fn s10_undeclared_properties_and_reviewers_are_kept() {
    let role = "/beta/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq 'x'";
    let live = format!(
        "[admin_consent_requests]\nnotify = true\nreminders = true\ndays = 30\nreviewers = [\"{role}\"]\n"
    );
    let world = tenant(&live);
    world.manifest("[admin_consent_requests]\nenabled = true\n");
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("neither a user nor a group"), "{drawn}");
    world.apply_as_announced();
    let sent: Value = all_sent(&world).remove(0).2;
    let expected = json!({
        "isEnabled": true,
        "notifyReviewers": true,
        "remindersEnabled": true,
        "requestDurationInDays": 30,
        "reviewers": [{"query": role, "queryType": "MicrosoftGraph", "queryRoot": null}],
    });
    assert_eq!(sent, expected);
}

/// The fixture is the scenario's.
#[test]
fn s10_starts_from_the_list_of_the_scenario() {
    assert!(SEED.contains("ManagePermissionGrantsForSelf.microsoft-user-default-recommended"));
    let world = tenant("");
    let row = world.rows(REQUESTS.trim_start_matches('/')).remove(0);
    assert_eq!((&row["isEnabled"], &row["reviewers"]), (&json!(false), &json!([])));
}
