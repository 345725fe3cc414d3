//! Many at once: full batches, and nothing sent one by one.

use std::fmt::Write as _;

use serde_json::json;

use crate::scenarios::{ALICE, EXPLORER, GRAPH, app, wants};
use crate::world::World;

/// One group and so many people in it.
fn makers(count: usize) -> String {
    format!(
        "[[group]]\nname = \"Makers\"\n[[people]]\nprefix = \"w\"\ncount = {count}\n\
         group = \"Makers\"\n"
    )
}

/// The grants that the first so many of them have with an app of this name.
fn granted(client: &str, count: usize) -> String {
    format!(
        "[[bulk_grant]]\nclient = \"{client}\"\nresource = \"Microsoft Graph\"\npeople = \"w\"\n\
         count = {count}\nscope = \"User.Read\"\n"
    )
}

const FOR_MAKERS: &str = r#"{ groups = ["Makers"] }"#;

#[test]
fn a_thousand_apps_are_looked_up_and_listed_twenty_to_a_batch() {
    let (mut seed, mut manifest) = (makers(2), String::new());
    for number in 0..1_000 {
        let id = format!("99da6bf4-0000-4000-8000-{number:012}");
        writeln!(seed, "[[service_principal]]\napp_id = \"{id}\"\nname = \"App {number}\"")
            .unwrap();
        seed.push_str(&granted(&format!("App {number}"), 2));
        writeln!(manifest, "[app.a{number}]\napp_id = \"{id}\"\nmode = \"exact\"").unwrap();
        manifest.push_str(&wants(&format!("a{number}"), r#"["User.Read"]"#, FOR_MAKERS));
    }
    let world = World::with(&seed);
    world.manifest(&manifest);
    let plan = world.plan();
    assert_eq!(plan["changes"], json!([]));
    assert_eq!(plan["summary"]["unchanged"], 2_000);
    // 1,002 things to look up: the apps, the resource, the group. Then 1,000 lists of grants and as many
    // of application permissions, and a batch that counts what is outside. One by one go who the tenant is and
    // the only list of members.
    assert_eq!((world.counts().batches, world.counts().http), (51 + 100 + 1, 51 + 100 + 1 + 2));
}

#[test]
fn later_pages_are_followed_and_nothing_is_asked_twice() {
    let world = World::with(&(makers(2_000) + &granted("Graph Explorer", 2_000)));
    world
        .manifest(&(app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, FOR_MAKERS)));
    let plan = world.plan();
    assert_eq!(plan["changes"], json!([]));
    assert_eq!(plan["summary"]["unchanged"], 2_000);
    // The tenant, a batch of names, one for what is outside, and three pages each of members and of grants.
    assert_eq!(world.counts().http, 1 + 1 + 1 + 3 + 3);
}

#[test]
fn later_pages_of_lists_that_share_a_batch_are_followed_too() {
    let apps = ["explorer", "sign", "orders-ui"];
    let names = ["Graph Explorer", "Acme Sign", "Orders UI"];
    let grants: String = names.iter().map(|name| granted(name, 1_500)).collect();
    let world = World::with(&(makers(1_500) + &grants));
    let tables = apps.map(|name| app(name, "exact") + &wants(name, r#"["User.Read"]"#, FOR_MAKERS));
    world.manifest(&tables.concat());
    assert_eq!(world.plan()["summary"]["unchanged"], 4_500);
    // The tenant, a batch of names, one for what is outside, two pages of members, a batch of three first
    // pages, and their second ones.
    assert_eq!(world.counts().http, 1 + 1 + 1 + 2 + 1 + 3);
}

/// The service keeps one grant per client, resource and person. If a list ever shows two, one of them
/// must not look like a leftover.
#[test]
fn two_grants_of_one_key_stop_the_plan_and_remove_nothing() {
    let mut world = World::with("");
    world.later("", |state| {
        let grants = state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap();
        for (id, scope) in [("first", "User.Read"), ("second", "Mail.Read")] {
            grants.push(json!({
                "id": id, "clientId": EXPLORER, "consentType": "Principal", "principalId": ALICE,
                "resourceId": GRAPH, "scope": scope,
            }));
        }
    });
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ users = ["alice@contoso.com"] }"#)),
    );
    let run = world.run(&["plan"]).assert_code(1);
    assert!(run.stderr.contains("error[incomplete_read]"), "{run:#?}");
    assert!(run.stderr.contains(&format!("{GRAPH}/{ALICE}")), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn a_thousand_new_grants_go_out_in_fifty_batches() {
    let world = World::with(&makers(1_000));
    world
        .manifest(&(app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, FOR_MAKERS)));
    let digest = world.digest();
    let planned = world.counts();
    world.run(&["apply", "--approve", &digest]).assert_code(0);
    let applied = world.counts();
    assert_eq!(applied.writes, 1_000);
    assert_eq!(world.grants().len(), 1_000);
    // Neither twenty writes nor the twenty reads that prove them fit fewer batches than these.
    let writing = world.tenant.batches().into_iter().filter(|batch| batch.writes > 0);
    assert_eq!(writing.map(|batch| batch.size).collect::<Vec<_>>(), [20; 50]);
    // Apply plans once more, and again in the end, where nobody reads what is outside; behind the lock it reads its objects: a batch of two
    // lists.
    let batches = applied.batches - (3 * planned.batches - 1);
    assert_eq!(batches, 50 + 50 + 1, "written, read back, looked at");
    assert!(applied.most_in_flight > 1, "several batches are under way");
    let others = applied.http - applied.batches;
    assert!(others < 50, "{others} requests outside of batches");
    world.assert_converged();
}
