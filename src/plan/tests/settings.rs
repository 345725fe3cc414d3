//! What waits for what between user consent and what it rests on, and in which order it goes out.

use serde_json::{Value, json};

use super::planned;
use crate::kinds::world::{GRAPH, World, explorer, object, person};
use crate::model::change::Change;
use crate::plan::{Plan, SaidBy, file, fresh, order};

const POLICIES: &str = "/policies/permissionGrantPolicies";
const REQUESTS: &str = "/policies/adminConsentRequestPolicy";

fn entry(id: &str) -> String {
    format!("ManagePermissionGrantsForSelf.{id}")
}

fn policy(id: &str, classification: &str) -> Value {
    let set = json!({
        "id": "1", "permissionType": "delegated", "permissionClassification": classification,
    });
    json!({"id": id, "displayName": "N", "includes": [set], "excludes": []})
}

fn world(manifest: &str, used: &str, policies: &[Value], requests: bool) -> World {
    let classes =
        format!("/servicePrincipals/{}/delegatedPermissionClassifications", object(GRAPH));
    let reviewers =
        [json!({"query": "/users/x", "queryType": "MicrosoftGraph", "queryRoot": null})];
    let requests = json!({
        "isEnabled": requests, "notifyReviewers": true, "remindersEnabled": true,
        "requestDurationInDays": 30, "reviewers": reviewers, "version": 1,
    });
    let mut world = World::new(manifest)
        .answering(POLICIES, json!(policies))
        .answering(REQUESTS, requests)
        .answering(&classes, json!([]));
    world.policies = if used.is_empty() { json!([]) } else { json!([entry(used)]) };
    world
}

/// Kind and what it waits for, in the order of apply.
fn order(world: &World) -> Vec<(String, Vec<String>)> {
    let kinds = |change: &Change| {
        let needs = change.needs.iter().map(|need| need.kind.clone()).collect();
        (change.address.kind.clone(), needs)
    };
    order::sorted(world.clean()).iter().map(kinds).collect()
}

fn waits(kind: &str, for_what: &[&str]) -> (String, Vec<String>) {
    (kind.to_owned(), for_what.iter().map(|need| (*need).to_owned()).collect())
}

const MINE: &str = "[[consent_policy]]\nid = \"mine\"\nname = \"N\"\n";
const LOW: &str = "include = [{ permission_classification = \"low\" }]\n";

#[test]
fn a_policy_is_there_before_it_is_used() {
    for used in ["", "microsoft-user-default-legacy", "microsoft-user-default-low"] {
        let manifest = format!("[user_consent]\nallow = {{ policies = [\"mine\"] }}\n{MINE}{LOW}");
        assert_eq!(
            order(&world(&manifest, used, &[], false)),
            [waits("consent_policy", &[]), waits("user_consent", &["consent_policy"])],
            "{used}"
        );
    }
}

/// Narrowing it takes, using it gives: the use waits all the same, or too much is allowed meanwhile.
#[test]
fn a_policy_is_as_it_shall_be_before_it_is_used() {
    let manifest = format!("[user_consent]\nallow = {{ policies = [\"MINE\"] }}\n{MINE}{LOW}");
    let wide = policy("mine", "all");
    assert_eq!(
        order(&world(&manifest, "", &[wide], false)),
        [waits("consent_policy", &[]), waits("user_consent", &["consent_policy"])]
    );
}

#[test]
fn a_policy_is_unused_before_it_goes() {
    for allow in ["none", "any", "low-risk"] {
        let manifest = format!("[user_consent]\nallow = \"{allow}\"\n{MINE}remove = true\n");
        assert_eq!(
            order(&world(&manifest, "Mine", &[policy("mine", "low")], false)),
            [waits("user_consent", &[]), waits("consent_policy", &["user_consent"])],
            "{allow}"
        );
    }
}

#[test]
fn other_policies_have_nothing_to_do_with_it() {
    let manifest = format!("[user_consent]\nallow = \"none\"\n{MINE}{LOW}");
    let changes = order(&world(&manifest, "other", &[], false));
    assert_eq!(changes, [waits("consent_policy", &[]), waits("user_consent", &[])]);
}

#[test]
fn users_can_ask_before_they_can_no_longer_consent_and_the_other_way_round() {
    let manifest = "[user_consent]\nallow = \"none\"\n[admin_consent_requests]\nenabled = true\n";
    assert_eq!(
        order(&world(manifest, "microsoft-user-default-low", &[], false)),
        [waits("consent_requests", &[]), waits("user_consent", &["consent_requests"])]
    );
    let manifest = "[user_consent]\nallow = \"any\"\n[admin_consent_requests]\nenabled = false\n";
    assert_eq!(
        order(&world(manifest, "", &[], true)),
        [waits("user_consent", &[]), waits("consent_requests", &["user_consent"])]
    );
}

#[test]
fn what_is_low_risk_is_said_before_users_are_left_with_it() {
    let classes = "[[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"openid\"]\n";
    let manifest = format!("[user_consent]\nallow = \"low-risk\"\n{classes}");
    assert_eq!(
        order(&world(&manifest, "microsoft-user-default-legacy", &[], false)),
        [waits("classification", &[]), waits("user_consent", &["classification"])]
    );
    // Where nobody consents by themselves any more, a failed class shall not stop that.
    let manifest = format!("[user_consent]\nallow = \"none\"\n{classes}");
    assert_eq!(
        order(&world(&manifest, "microsoft-user-default-legacy", &[], false)),
        [waits("classification", &[]), waits("user_consent", &[])]
    );
}

/// Of what users consent by, only what goes counts: a class is not let through in its last moment.
#[test]
fn a_class_waits_for_what_goes_by_classes_to_go() {
    let classes = "[[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"openid\"]\n";
    let low = "microsoft-user-default-low";
    let manifest = format!("[user_consent]\nallow = \"any\"\n{classes}");
    assert_eq!(
        order(&world(&manifest, low, &[], false)),
        [waits("user_consent", &[]), waits("classification", &["user_consent"])]
    );
    let both =
        format!("[user_consent]\nallow = {{ policies = [\"{low}\", \"other\"] }}\n{classes}");
    let known = [policy(low, "low"), policy("other", "all")];
    assert_eq!(
        order(&world(&both, low, &known, false)),
        [waits("classification", &[]), waits("user_consent", &[])]
    );
}

/// The setting stays as it is: a policy that is there may be used, and is the way itself.
#[test]
fn a_policy_and_a_class_wait_for_each_other_where_it_may_be_used() {
    let classes = "[[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"openid\"]\n";
    let all = "include = [{}]\n";
    let (policy_first, class_first, neither) = (
        [waits("consent_policy", &[]), waits("classification", &["consent_policy"])],
        [waits("classification", &[]), waits("consent_policy", &["classification"])],
        [waits("classification", &[]), waits("consent_policy", &[])],
    );
    for (there, sets, expected) in [
        (Some("low"), all, &policy_first),
        (Some("all"), LOW, &class_first),
        // It keeps what goes by classes.
        (Some("low"), "include = [{ permission_classification = \"low\" }, {}]\n", &neither),
        // What is not there yet is used by nobody.
        (None, LOW, &neither),
    ] {
        let policies: Vec<Value> = there.map(|class| policy("mine", class)).into_iter().collect();
        let mut found = order(&world(&format!("{MINE}{sets}{classes}"), "mine", &policies, false));
        if expected == &neither {
            found.sort();
        }
        assert_eq!(found, expected, "{there:?} becomes {sets}");
    }
}

/// Only policies are ways to consent: whose grant goes has nothing to ask for.
#[test]
fn grants_wait_for_no_setting() {
    let manifest = format!(
        "{}grants = \"none\"\n[admin_consent_requests]\nenabled = true\n",
        explorer("exact")
    );
    let world = world(&manifest, "", &[], false).has("alice", "openid");
    let needs = |(_, needs): &(String, Vec<String>)| needs.is_empty();
    let found = order(&world);
    assert!(found.len() == 2 && found.iter().all(needs), "{found:?}");
}

#[test]
fn a_policy_that_nobody_has_is_told_with_what_was_meant() {
    let manifest =
        format!("[user_consent]\nallow = {{ policies = [\"mime\", \"xyzzy\"] }}\n{MINE}{LOW}");
    let found = world(&manifest, "", &[policy("theirs", "low")], false).findings();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("unknown_policy 5: "), "{found:?}");
    assert!(found[0].ends_with("did you mean \"mine\"?"), "{found:?}");
    assert!(found[1].contains("[[consent_policy]]"), "{found:?}");
    let manifest = "[user_consent]\nallow = { policies = [\"Theirs\"] }\n";
    let known = world(manifest, "", &[policy("theirs", "low")], false);
    assert_eq!(known.requests().len(), 1);
}

/// Every kind of setting at once, with names of the tenant in each.
fn everything() -> World {
    let manifest = "[user_consent]\nallow = { policies = [\"mine\"] }\n\
        [admin_consent_requests]\nenabled = true\nreviewers = { users = [\"alice@contoso.com\"] }\n\
        [[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"openid\"]\n\
        [[consent_policy]]\nid = \"mine\"\nname = \"N\"\n\
        include = [{ resource = \"Microsoft Graph\", permissions = [\"openid\"] }]\n";
    let bob = format!("/users/{}", person("bob"));
    let requests = json!({
        "isEnabled": false, "notifyReviewers": true, "remindersEnabled": true,
        "requestDurationInDays": 30, "version": 1,
        "reviewers": [{"query": bob, "queryType": "MicrosoftGraph", "queryRoot": null}],
    });
    world(manifest, "microsoft-user-default-legacy", &[], false).answering(REQUESTS, requests)
}

#[test]
fn a_saved_plan_of_settings_is_the_plan() {
    let plan = Plan { source: SaidBy::File, ..planned(&everything()) };
    assert_eq!(plan.changes.len(), 4);
    let text = file::write(&plan);
    let mut read = file::read(&text).unwrap();
    // What only the directory knows is not saved.
    for (change, planned) in read.changes.iter_mut().zip(&plan.changes) {
        change.permissions.clone_from(&planned.permissions);
    }
    assert_eq!(read, plan);
    // Names that stand in a state are approved with it; those that were only looked up are not.
    for (name, is_there) in [("Microsoft Graph", true), ("openid", true), ("@contoso.com", false)] {
        assert_eq!(plan.effect.text.contains(name), is_there, "{name}: {}", plan.effect.text);
    }
}

#[test]
fn a_saved_name_that_is_not_the_tenants_is_told() {
    let world = everything();
    let plan = planned(&world);
    let told = |from: &str, to: &str| {
        let mut pairs = plan.pairs.clone();
        for pair in &mut pairs {
            let text = pair.after.to_string().replace(from, to);
            pair.after = serde_json::from_str(&text).unwrap();
        }
        let (found, _) = world.with_inputs(|inputs, _, _| {
            let found = fresh::disagreement(&pairs, inputs.scene, &plan.names).unwrap();
            found.map(|(at, problem)| format!("{}: {problem}", at.kind))
        });
        found.unwrap_or_default()
    };
    assert_eq!(told("nothing", "else"), "");
    let permission = told("\"openid\"", "\"profile\"");
    assert!(permission.starts_with("consent_policy: the permission "), "{permission}");
    assert!(permission.ends_with("called \"openid\" in the tenant, and \"profile\" in the plan"));
    let app = told("Microsoft Graph", "Orders");
    assert!(app.starts_with("consent_policy: the app 00000003-"), "{app}");
    assert!(app.ends_with("\"Microsoft Graph\" in the tenant, and \"Orders\" in the plan"));
}

/// Two changes that need each other are both still there, one before the other.
#[test]
fn a_circle_of_needs_is_broken() {
    let mut changes = everything().clean();
    let (first, last) = (changes[0].address.clone(), changes[3].address.clone());
    changes[0].needs.push(last);
    changes[3].needs.push(first);
    assert_eq!(order::sorted(changes).len(), 4);
}
