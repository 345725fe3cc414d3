//! The ways to consent that users have by themselves, and what they rest on: what goes first, and what
//! is not tried when that fails. And how wide a way is said to be.

use serde_json::Value;

use crate::world::{SEED, World};

const SETTING: &str = "/policies/authorizationPolicy";
const POLICIES: &str = "/policies/permissionGrantPolicies";
const REQUESTS: &str = "/policies/adminConsentRequestPolicy";
const CLASSES: &str =
    "/servicePrincipals/9a000000-0000-4000-8000-000000000001/delegatedPermissionClassifications";

const NONE: &str = "[user_consent]\nallow = \"none\"\n";
const LOW: &str = "[user_consent]\nallow = \"low-risk\"\n";
const MINE: &str = "[user_consent]\nallow = { policies = [\"mine\"] }\n";
const READ_IS_LOW: &str =
    "[[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"User.Read\"]\n";
const NOTHING_IS_LOW: &str = "[[classification]]\nresource = \"Microsoft Graph\"\nlow = []\n";
const ASK: &str = "[admin_consent_requests]\nenabled = true\ndays = 14\n\
                   reviewers = { groups = [\"GX\"] }\n";

/// The ids of Microsoft Graph and its `User.Read`.
const USER_READ: &str = "resourceApplication = \"00000003-0000-0000-c000-000000000000\", permissions = \
                         [\"e1fe6dd8-ba31-4d61-89e7-88639da4683d\"]";

/// The scenario's tenant, in which users consent by these policies.
fn tenant(policies: &[&str], rest: &str) -> World {
    let named: Vec<String> =
        policies.iter().map(|id| format!("\"ManagePermissionGrantsForSelf.{id}\"")).collect();
    let before = SEED.split("[user_consent]").next().unwrap();
    World::new(&format!("{before}[user_consent]\npolicies = [{}]\n{rest}", named.join(", ")))
}

/// A policy of the tenant's own with one delegated set.
fn policy(conditions: &str) -> String {
    format!(
        "[[consent_policy]]\nid = \"mine\"\nname = \"Mine\"\nincludes = [{{ permissionType = \
         \"delegated\"{conditions} }}]\n"
    )
}

/// The same as the manifest declares it.
fn declared(conditions: &str) -> String {
    format!("[[consent_policy]]\nid = \"mine\"\nname = \"Mine\"\ninclude = [{conditions}]\n")
}

fn refuse(method: &str, path: &str) -> String {
    format!("[[weather.refuse]]\nmethod = \"{method}\"\npath = \"{path}\"\nstatus = 403\n")
}

/// The one request that is refused is all that the tenant saw.
#[track_caller]
fn stops_at(world: &World, manifest: &str, request: &str) {
    world.manifest(manifest);
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(world.sent(), [request]);
}

#[test]
fn a_class_waits_for_the_way_that_goes() {
    let low = ["microsoft-user-default-low"];
    let request = format!("PATCH {SETTING}");
    let world = tenant(&low, &refuse("PATCH", SETTING));
    stops_at(&world, &format!("{NONE}{READ_IS_LOW}"), &request);
    // The same for a way that is narrower, and there already.
    let narrow = policy(
        ", permissionClassification = \"low\", clientApplicationsFromVerifiedPublisherOnly = true",
    );
    let world = tenant(&low, &format!("{narrow}{}", refuse("PATCH", SETTING)));
    stops_at(&world, &format!("{MINE}{READ_IS_LOW}"), &request);
}

#[test]
fn a_way_that_goes_by_classes_waits_for_those_that_go() {
    let class = format!("{READ_IS_LOW}{}", refuse("DELETE", "delegatedPermissionClassifications"));
    let world = tenant(&[], &class);
    world.manifest(&format!("{LOW}{NOTHING_IS_LOW}"));
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert!(world.sent().iter().all(|sent| sent.starts_with("DELETE")), "{:?}", world.sent());
}

#[test]
fn who_may_consent_anyhow_keeps_it_by_a_class() {
    let weather = refuse("POST", "delegatedPermissionClassifications");
    let world = tenant(&["microsoft-user-default-legacy"], &weather);
    stops_at(&world, &format!("{LOW}{READ_IS_LOW}"), &format!("POST {CLASSES}"));
}

/// Users consent by a policy, and the setting that says so does not change.
#[test]
fn a_policy_that_is_used_waits_like_the_setting() {
    let named = policy(&format!(", {USER_READ}"));
    let by_class = declared("{ permission_classification = \"low\" }");
    let weather = refuse("POST", "delegatedPermissionClassifications");
    let world = tenant(&["mine"], &format!("{named}{weather}"));
    stops_at(&world, &format!("{by_class}{READ_IS_LOW}"), &format!("POST {CLASSES}"));

    let weather = refuse("POST", POLICIES);
    let low = policy(", permissionClassification = \"low\"");
    let world = tenant(&["mine"], &format!("{low}{READ_IS_LOW}{weather}"));
    let by_name = declared("{ resource = \"Microsoft Graph\", permissions = [\"User.Read\"] }");
    let request = format!("POST {POLICIES}/mine/includes");
    stops_at(&world, &format!("{MINE}{by_name}{NOTHING_IS_LOW}"), &request);

    let world = tenant(&["mine"], &format!("{named}{}", refuse("PUT", REQUESTS)));
    stops_at(&world, &format!("{}{ASK}", declared("")), &format!("PUT {REQUESTS}"));
}

/// The change of the setting, as the report has it.
fn change(world: &World) -> Value {
    let plan = world.plan();
    let changes = plan["changes"].as_array().unwrap();
    changes.iter().find(|change| change["address"] == "user_consent/tenant").unwrap().clone()
}

#[track_caller]
fn assert_rated(change: &Value, gives: bool, takes: bool, tier: Option<&str>) {
    let (said, risk) = ((&change["gives"], &change["takes"]), &change["risk"]);
    assert_eq!((said.0, said.1), (&Value::Bool(gives), &Value::Bool(takes)), "{change:#}");
    assert_eq!(risk["tier"].as_str(), tier, "{change:#}");
    // Nobody loses what he has by what people may consent to.
    assert_eq!(change["outage"], Value::Null, "{change:#}");
}

#[test]
fn a_policy_is_judged_by_what_it_lets_through_and_not_by_its_name() {
    let everything = policy("");
    let world = tenant(&["microsoft-user-default-recommended"], &everything);
    world.manifest(MINE);
    assert_rated(&change(&world), true, true, Some("high"));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("S4: everybody may consent by a policy"), "{drawn}");
    // "low" stands in its name only.
    let world = tenant(&[], &everything.replace("\"mine\"", "\"allow-all\""));
    world.manifest(&MINE.replace("mine", "allow-all"));
    assert_rated(&change(&world), true, false, Some("high"));
    let world = tenant(&[], &policy(", permissionClassification = \"low\""));
    world.manifest(MINE);
    assert_rated(&change(&world), true, false, Some("medium"));
    let world = tenant(&["mine"], &policy(", permissionClassification = \"low\""));
    world.manifest(NONE);
    assert_rated(&change(&world), false, true, None);
}

#[test]
fn a_policy_that_is_listed_twice_is_sent_once() {
    let world = tenant(&[], &policy(&format!(", {USER_READ}")));
    world.manifest("[user_consent]\nallow = { policies = [\"mine\", \"Mine\"] }\n");
    let run = world.run(&["plan"]).assert_code(0);
    assert!(run.stderr.contains("warning[policy_listed_twice]: \"Mine\""), "{run:#?}");
    assert_eq!(run.stderr.matches("policy_listed_twice").count(), 1, "{run:#?}");
    world.apply_as_announced();
    world.assert_converged();
}

/// Users consent by it until the setting says otherwise: nothing is added to it in its last moment.
#[test]
fn a_policy_that_is_no_longer_used_is_widened_behind_the_setting() {
    let low = policy(", permissionClassification = \"low\"");
    let world = tenant(&["mine"], &format!("{low}{}", refuse("PATCH", SETTING)));
    let wider = declared("{ permission_classification = \"low\" }, {}");
    world.manifest(&format!("{NONE}{wider}"));
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    let lines = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(lines.contains("Nothing that is replaced was taken away"), "{run:#?}");
    assert_eq!(world.sent(), [format!("PATCH {SETTING}")]);
}

/// Its id reads like a word for one of Microsoft's.
#[test]
fn a_policy_of_ones_own_is_not_drawn_as_one_of_microsofts() {
    for id in ["low-risk", "none"] {
        let everything = policy("").replace("\"mine\"", &format!("\"{id}\""));
        let world = tenant(&["microsoft-user-default-recommended"], &everything);
        world.manifest(&MINE.replace("mine", id));
        assert_rated(&change(&world), true, true, Some("high"));
        let drawn = world.run(&["plan"]).assert_code(0).stdout;
        assert!(drawn.contains(&format!("policy {id}")) && drawn.contains("S4:"), "{drawn}");
    }
}
