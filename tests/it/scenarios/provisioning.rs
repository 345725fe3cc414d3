//! S13: a client that the tenant does not have yet.

use serde_json::json;

use super::*;
use crate::ledger::{all_sent, post};
use crate::world::World;

const APP_ID: &str = "99da6bf4-4525-4bfa-b39f-b6a35789c240";

fn tasks(provision: &str) -> String {
    format!(
        "[app.outlook-tasks]\napp_id = \"{APP_ID}\"\nmode = \"exact\"\n{provision}\n{}",
        wants("outlook-tasks", r#"["User.Read"]"#, r#"{ users = ["alice@contoso.com"] }"#)
    )
}

fn provision() -> crate::ledger::Sent {
    ("POST".to_owned(), "/servicePrincipals".to_owned(), json!({ "appId": APP_ID }))
}

fn client(world: &World) -> String {
    let apps = world.rows("servicePrincipals");
    let row = apps.iter().find(|row| row["appId"] == APP_ID).unwrap();
    row["id"].as_str().unwrap().to_owned()
}

#[test]
fn s13_makes_the_app_and_then_the_grant_with_its_new_id() {
    let world = World::with("");
    world.manifest(&tasks("provision = true"));
    let (plan, _) = world.apply_as_announced();
    let text = plan["changes"][1]["requests"][0]["body"]["clientId"].as_str().unwrap();
    assert_eq!(text, "(known after service_principal/outlook-tasks)");
    let client = client(&world);
    assert_eq!(all_sent(&world), [provision(), post(&client, GRAPH, Some(ALICE), "User.Read")]);
}

#[test]
fn s13_waits_until_the_new_app_can_be_referred_to() {
    let world = World::with("[weather]\nfresh-service-principals = true\n");
    world.manifest(&tasks("provision = true"));
    world.apply().assert_code(0);
    let grant = post(&client(&world), GRAPH, Some(ALICE), "User.Read");
    assert_eq!(all_sent(&world), [provision(), grant.clone(), grant.clone(), grant]);
    let statuses: Vec<u16> = world.writes().iter().map(|line| line.status).collect();
    assert_eq!(statuses, [201, 404, 400, 201]);
    world.assert_converged();
}

#[test]
fn s13_a_lagging_directory_is_waited_for() {
    let world = World::with("[weather]\nlag = 2\nfresh-service-principals = true\n");
    world.manifest(&tasks("provision = true"));
    world.apply().assert_code(0);
    assert_eq!(world.writes().iter().filter(|line| line.status == 201).count(), 2);
    world.assert_converged();
}

#[test]
fn s13_without_provision_it_is_a_mistake() {
    let world = World::with("");
    world.manifest(&tasks(""));
    for args in [&["plan"][..], &["apply"]] {
        let run = world.run(args).assert_code(3);
        assert!(run.stderr.contains("error[app_not_in_tenant]"), "{run:#?}");
        assert!(run.stderr.contains("provision = true"), "{run:#?}");
        assert!(run.stderr.contains("consent.toml:6:"), "{run:#?}");
    }
    assert_eq!(world.sent(), [] as [&str; 0]);
}

const WITH_ASSIGN: &str = r#"{ users = ["alice@contoso.com"], assign = true }"#;

/// The people of the grant are assigned as well.
fn assigning() -> String {
    tasks("provision = true").replace(r#"{ users = ["alice@contoso.com"] }"#, WITH_ASSIGN)
}

/// `POST` of an assignment to an app with its default role.
fn assign(app: &str, person: &str) -> crate::ledger::Sent {
    let role = "00000000-0000-0000-0000-000000000000";
    let body = json!({ "principalId": person, "resourceId": app, "appRoleId": role });
    ("POST".to_owned(), format!("/servicePrincipals/{app}/appRoleAssignedTo"), body)
}

/// To the letter: the app, the grant once its replicas know the app, then the assignment.
#[test]
fn s13_assigns_the_people_of_the_grant_behind_it() {
    let world = World::with("[weather]\nfresh-service-principals = true\n");
    world.manifest(&assigning());
    world.apply().assert_code(0);
    let x = client(&world);
    let grant = post(&x, GRAPH, Some(ALICE), "User.Read");
    let expected = [provision(), grant.clone(), grant.clone(), grant, assign(&x, ALICE)];
    assert_eq!(all_sent(&world), expected);
    let statuses: Vec<u16> = world.writes().iter().map(|line| line.status).collect();
    assert_eq!(statuses, [201, 404, 400, 201, 201]);
    world.assert_converged();
}

#[test]
fn s13_announces_what_it_assigns() {
    let world = World::with("");
    world.manifest(&assigning());
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["summary"]["add"], 3, "the app, the grant, and the assignment");
    let path = plan["changes"][2]["requests"][0]["path"].as_str().unwrap();
    let later = "(known after service_principal/outlook-tasks)";
    assert_eq!(path, format!("/servicePrincipals/{later}/appRoleAssignedTo"));
    let x = client(&world);
    let grant = post(&x, GRAPH, Some(ALICE), "User.Read");
    assert_eq!(all_sent(&world), [provision(), grant, assign(&x, ALICE)]);
}

/// Whether the app has roles for people is known once the tenant has it: then the plan asks which one.
#[test]
fn s13_an_app_with_roles_for_people_wants_one_named() {
    let name = "name   = \"OutlookTasksConnector-PowerApps and Flow\"\n";
    let roles = format!("{name}roles = [{{ value = \"Maker\", members = [\"User\"] }}]\n");
    let seed = crate::world::SEED.replace(name, &roles);
    assert_ne!(seed, crate::world::SEED);
    let world = World::new(&seed);
    world.manifest(&assigning());
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("2 done, 1 failed"), "{run:#?}");
    let run = world.run(&["plan"]).assert_code(3);
    assert!(run.stderr.contains("error[role_needed]"), "{run:#?}");
    assert!(run.stderr.contains("defines \"Maker\""), "{run:#?}");
    assert!(run.stderr.contains("consent.toml:13:"), "{run:#?}");
    let role = "[[assignment]]\napp = \"outlook-tasks\"\nrole = \"Maker\"\nusers = [\"alice@contoso.com\"]\n";
    world.manifest(&(tasks("") + role));
    world.apply().assert_code(0);
    world.assert_converged();
}

/// The app cannot be made: what needs it is skipped, and nothing is half done.
#[test]
fn s13_a_refused_app_leaves_its_grant_unsent() {
    let world = World::with(
        "[[weather.refuse]]\nmethod = \"POST\"\npath = \"/servicePrincipals\"\nstatus = 403\n",
    );
    world.manifest(&tasks("provision = true"));
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(all_sent(&world), [provision()]);
}

/// What the manifest says of an app that is not there yet is compared as soon as it is, and before it
/// is given anything.
#[test]
fn s13_an_app_that_turns_out_to_be_another_gets_nothing() {
    let (name, publisher) = ("name = \"Payroll\"", "publisher_tenant");
    let wrong = format!("{publisher} = \"{}\"", crate::world::TENANT);
    let said = [
        (name, "displayName is \"OutlookTasksConnector-PowerApps and Flow\"", "name_mismatch"),
        (wrong.as_str(), "appOwnerOrganizationId is \"ac000000-", "publisher_mismatch"),
    ];
    for (pin, found, next) in said {
        let world = World::with("");
        world.manifest(&tasks(&format!("provision = true\n{pin}")));
        let run = world.apply().assert_code(9);
        assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
        let lines = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(lines.contains(found), "{found} is missing in {run:#?}");
        assert!(
            lines.contains("Tenant SIMULATED, changed; 1 write request sent."),
            "it is there: {run:#?}"
        );
        assert_eq!(all_sent(&world), [provision()]);
        let run = world.run(&["plan"]).assert_code(3);
        assert!(run.stderr.contains(&format!("error[{next}]")), "{run:#?}");
    }
}

#[test]
fn s13_an_app_that_is_the_one_that_was_meant_gets_its_grant() {
    let world = World::with("");
    let pins = "name = \"OutlookTasksConnector-PowerApps and Flow\"\n\
                publisher_tenant = \"ac000000-0000-4000-8000-000000000001\"";
    world.manifest(&tasks(&format!("provision = true\n{pins}")));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("outlook-tasks  (new) OutlookTasks"), "{drawn}");
    world.apply_as_announced();
    world.assert_converged();
}

/// Somebody else made it since the plan, and it is another app than the plan says.
#[test]
fn s13_a_saved_plan_is_stale_where_another_app_came_meanwhile() {
    let mut world = World::with("");
    let wrong = format!("provision = true\npublisher_tenant = \"{}\"", crate::world::TENANT);
    world.manifest(&tasks(&wrong));
    let digest = world.digest();
    world.run(&["plan", "--out", "saved.plan"]).assert_code(0).quietly();
    let other = World::with("");
    other.manifest(&tasks("provision = true"));
    other.apply().assert_code(0);
    world.later("", |state| *state = serde_json::from_str(&other.tenant.state()).unwrap());
    let run = world.run(&["apply", "saved.plan", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    world.assert_untouched();
}

/// Nobody knows yet whether somebody verified its publisher: it counts as if nobody had.
#[test]
fn s13_an_app_whose_publisher_is_unknown_is_rated_like_one_that_is_not_verified() {
    let world = World::with("");
    let mail = tasks("provision = true").replace("User.Read", "Mail.Read");
    let tier = |manifest: &str| {
        world.manifest(manifest);
        world.plan()["changes"][1]["risk"].clone()
    };
    let risk = tier(&mail);
    assert_eq!(risk["tier"], "high", "{risk}");
    let step = risk["reasons"].as_array().unwrap().iter().find(|reason| reason["rule"] == "G3");
    let says = step.and_then(|reason| reason["says"].as_str()).unwrap_or_default();
    assert!(says.starts_with("an app whose publisher is not known"), "{risk}");
    let own = format!("provision = true\npublisher_tenant = \"{}\"", crate::world::TENANT);
    assert_eq!(tier(&mail.replace("provision = true", &own))["tier"], "medium");
}
