//! A saved plan, and service principals that were removed since, or removed and made again: those have
//! another object id, so the plan is about something that is not there any more.

use serde_json::Value;

use crate::scenarios::{EXPLORER, app, has, wants};
use crate::world::{Run, World};

const NOTHING: [&str; 0] = [];
const ORDERS_UI: &str = "c1000000-0000-4000-8000-000000000003";
const ORDERS_API: &str = "9a000000-0000-4000-8000-000000000003";

/// What another administrator does before anything is read.
fn removed(id: &str) -> String {
    format!(
        "[[weather.meanwhile]]\nbefore-request = 1\nmethod = \"DELETE\"\npath = \
         \"/servicePrincipals/{id}\"\n"
    )
}

fn made_again(id: &str, app_id: &str) -> String {
    format!(
        "{}[[weather.meanwhile]]\nbefore-request = 1\nmethod = \"POST\"\npath = \
         \"/servicePrincipals\"\nbody = {{ appId = \"{app_id}\" }}\n",
        removed(id)
    )
}

/// Plans, lets the other administrator act, and applies the saved plan: refused, and nothing is sent.
/// The words that were told, without line breaks.
fn refused(world: &mut World, manifest: &str, weather: &str) -> String {
    world.manifest(manifest);
    let plan = world.run(&["plan", "--out", "plan.json", "--json"]).assert_code(0).json();
    let digest = plan["effect"]["sha256"].as_str().unwrap().to_owned();
    assert_ne!(plan["changes"], Value::Array(Vec::new()));
    world.later(weather, |_| {});
    let run: Run = world.run(&["apply", "plan.json", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    assert!(run.stderr.contains("no write request was sent"), "{run:#?}");
    assert_eq!(world.sent(), NOTHING);
    let acts = world.tenant.meanwhile();
    assert!(!acts.is_empty() && acts.iter().all(|act| act.status < 300), "{acts:#?}");
    run.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_told(told: &str, words: &[&str]) {
    for words in words {
        assert!(told.contains(words), "{words} is missing in\n{told}");
    }
}

fn users() -> String {
    app("orders-ui", "exact")
        + &wants("orders-ui", r#"["User.Read"]"#, r#"{ users = ["alice@contoso.com"] }"#)
}

#[test]
fn the_client_is_gone() {
    let mut world = World::with("");
    let told = refused(&mut world, &users(), &removed(ORDERS_UI));
    let problem = format!(
        "does not fit the tenant: the service principal of orders-ui is {ORDERS_UI} in the plan, and \
         the tenant has none"
    );
    assert_told(&told, &["delegated_grant/orders-ui/", &problem]);
}

/// Whatever the plan does with it: what it was about is gone.
#[test]
fn the_client_was_made_again() {
    let app_id = "5e000000-0000-4000-8000-0000000000c3";
    let mut world = World::with(&has("Orders UI", None, "User.Read"));
    let told = refused(&mut world, &users(), &made_again(ORDERS_UI, app_id));
    let new = world.rows("servicePrincipals");
    let new = new.iter().find(|row| row["appId"] == app_id).unwrap()["id"].as_str().unwrap();
    assert_ne!(new, ORDERS_UI);
    let problem = format!(
        "the service principal of orders-ui is {new} in the tenant, and {ORDERS_UI} in the plan"
    );
    assert_told(&told, &["delegated_grant/orders-ui/", &problem]);
    world.later("", |_| {});
    let digest = world.digest();
    world.run(&["apply", "--approve", &digest]).assert_code(0).quietly();
    world.assert_converged();
}

/// The API of a grant: the plan has no more of it than its object id and its name.
#[test]
fn the_api_was_made_again() {
    let app_id = "5e000000-0000-4000-8000-000000000003";
    let grant = users().replace("Microsoft Graph", app_id).replace("User.Read", "orders.read");
    let problem = format!("\"Orders API\" is {ORDERS_API} in the plan, and the tenant has none");
    for weather in [removed(ORDERS_API), made_again(ORDERS_API, app_id)] {
        let told = refused(&mut World::with(""), &grant, &weather);
        assert_told(&told, &["delegated_grant/orders-ui/", &problem]);
    }
    let role = app("orders-ui", "exact")
        + &format!(
            "[[app_role]]\napp = \"orders-ui\"\nresource = \"{app_id}\"\nroles = [\"Orders.Admin\"]\n"
        );
    let told = refused(&mut World::with(""), &role, &made_again(ORDERS_API, app_id));
    assert_told(&told, &["app_role/orders-ui/", &format!("the app id of {ORDERS_API}")]);
    let class = format!("[[classification]]\nresource = \"{app_id}\"\nlow = [\"orders.read\"]\n");
    for weather in [removed(ORDERS_API), made_again(ORDERS_API, app_id)] {
        let told = refused(&mut World::with(""), &class, &weather);
        assert_told(&told, &["classification/tenant/", ORDERS_API]);
    }
}

/// A policy stands under no app. It mentions some, by app id: one that was made again is the same.
#[test]
fn an_app_that_a_policy_mentions_is_gone() {
    let app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064";
    let policy = format!(
        "[[consent_policy]]\nid = \"low-risk-here\"\nname = \"Low\"\ninclude = [{{ client_applications = \
         [\"{app_id}\"] }}]\n"
    );
    let mut world = World::with("");
    let told = refused(&mut world, &policy, &removed(EXPLORER));
    let problem = format!(
        "consent_policy/tenant/low-risk-here does not fit the tenant: the app {app_id} is called \"Graph \
         Explorer\" in the plan, and is not in the tenant"
    );
    assert_told(&told, &[&problem]);
    let mut world = World::with("");
    world.manifest(&policy);
    let digest = world.digest();
    world.run(&["plan", "--out", "plan.json"]).assert_code(0).quietly();
    world.later(&made_again(EXPLORER, app_id), |_| {});
    world.run(&["apply", "plan.json", "--approve", &digest]).assert_code(0).quietly();
    world.assert_converged();
}
