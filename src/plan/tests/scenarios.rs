//! The stories the product is made for, as plans.

use serde_json::json;

use super::{judged, planned, sent};
use crate::kinds::world::{
    EXPLORER, GRAPH, NEW_APP, World, explorer, grant, grant_id, graph, object,
};
use crate::model::change::Verb;
use crate::model::directory::Lookup;
use crate::model::directory::User;
use crate::model::untrusted::Untrusted;

const GX: &str = "{ groups = [\"GX\"] }";
const ALL: &str = "\"all-users\"";
const CONNECTOR: &str = "99da6bf4-4525-4bfa-b39f-b6a35789c240";
const CONNECTOR_SP: u128 = 0x4b7aac61_c554_4c49_9403_0003fdd21256;
const GRAPH_SP: u128 = 0x9cff6a24_ac52_4a27_9fdc_e1848f10a4b6;
const MAKER: u128 = 0x155bfdc4_2bd6_4e3e_bbd0_263eb68c7060;

fn connector(whom: &str) -> String {
    let table =
        grant("[\"offline_access\", \"Tasks.ReadWrite\"]", whom).replace("\"ge\"", "\"tasks\"");
    format!("[app.tasks]\napp_id = \"{CONNECTOR}\"\nmode = \"exact\"\nprovision = true\n{table}")
}

/// The tenant of the article: one grant for everybody, with the service's own leading blank.
fn article(whom: &str) -> World {
    let mut world = World::new(connector(whom));
    let sps = &mut world.directory.service_principals;
    let mut client = crate::kinds::world::client(CONNECTOR_SP, CONNECTOR);
    client.name = Untrusted::new("OutlookTasksConnector-PowerApps and Flow");
    sps.insert(client.app_id, client);
    sps.get_mut(&graph().app_id).unwrap().id = object(GRAPH_SP);
    let id = object(MAKER);
    let name = Untrusted::new("maker@contoso.com");
    world
        .directory
        .users
        .insert(id, User { id, user_principal_name: name, guest: false, enabled: true });
    world.directory.user_names.insert("maker@contoso.com".to_owned(), Lookup::One(id));
    world.grants.push(json!({
        "id": grant_id(CONNECTOR_SP, GRAPH_SP, None),
        "clientId": object(CONNECTOR_SP),
        "consentType": "AllPrincipals",
        "principalId": null,
        "resourceId": object(GRAPH_SP),
        "scope": " offline_access Tasks.ReadWrite",
    }));
    world
}

#[test]
fn way_three_gives_the_one_user_his_grant_before_everybodys_goes() {
    let plan = planned(&article("{ users = [\"maker@contoso.com\"] }"));
    assert_eq!(
        sent(&plan),
        [
            "POST /oauth2PermissionGrants {\"clientId\":\"4b7aac61-c554-4c49-9403-0003fdd21256\",\
             \"consentType\":\"Principal\",\"principalId\":\"155bfdc4-2bd6-4e3e-bbd0-263eb68c7060\",\
             \"resourceId\":\"9cff6a24-ac52-4a27-9fdc-e1848f10a4b6\",\
             \"scope\":\"Tasks.ReadWrite offline_access\"}",
            "DELETE /oauth2PermissionGrants/Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLY",
        ]
    );
    assert_eq!(plan.changes[1].needs, [plan.changes[0].address.clone()]);
    assert!(
        plan.changes[1].why[0]
            .line
            .starts_with("not declared, and tasks is exact (consent.toml:4)")
    );
}

#[test]
fn way_two_on_a_tenant_that_has_it_is_nothing_to_do() {
    let plan = planned(&article(ALL));
    assert_eq!((plan.changes.len(), plan.unmanaged.len()), (0, 0));
}

#[test]
fn way_two_from_an_empty_tenant_creates_the_client_first() {
    let mut world = article(ALL);
    world.grants.clear();
    world.directory.service_principals.remove(&CONNECTOR.parse().unwrap());
    let plan = planned(&world);
    assert_eq!(sent(&plan)[0], format!("POST /servicePrincipals {{\"appId\":\"{CONNECTOR}\"}}"));
    assert!(sent(&plan)[1].contains("\"clientId\":\"(known after service_principal/tasks)\""));
    assert_eq!(plan.changes[1].needs, [plan.changes[0].address.clone()]);
}

#[test]
fn way_one_is_one_patch_that_keeps_the_rest_of_the_list() {
    let mut world = World::new("[user_consent]\nallow = \"any\"\n");
    world.policies = json!(["ManagePermissionGrantsForOwnedResource.a"]);
    assert_eq!(
        sent(&planned(&world)),
        ["PATCH /policies/authorizationPolicy {\"defaultUserRolePermissions\":\
          {\"permissionGrantPoliciesAssigned\":[\"ManagePermissionGrantsForSelf.microsoft-user-default-legacy\",\
          \"ManagePermissionGrantsForOwnedResource.a\"]}}"]
    );
}

#[test]
fn narrowing_to_a_group_makes_all_grants_before_the_one_delete() {
    let table = grant("[\"User.Read\", \"Mail.Read\"]", GX);
    let world = World::new(explorer("exact") + &table).has("everyone", "User.Read Mail.Read");
    let plan = planned(&world);
    let words: Vec<Verb> = plan.changes.iter().map(|change| change.verb).collect();
    assert_eq!(words, [Verb::Grant, Verb::Grant, Verb::Grant, Verb::Revoke]);
    assert_eq!(plan.changes[3].needs.len(), 3);
    let id = grant_id(EXPLORER, GRAPH, None);
    assert_eq!(id, "AAAAwQAAAECAAAAAAAAAAQAAAJoAAABAgAAAAAAAAAE");
    assert_eq!(sent(&plan)[3], format!("DELETE /oauth2PermissionGrants/{id}"));

    // Bob's grant failed, so the delete was not sent: the rest of the way is one of each.
    let halfway = world.has("alice", "Mail.Read User.Read").has("carol", "Mail.Read User.Read");
    let words: Vec<Verb> = planned(&halfway).changes.iter().map(|change| change.verb).collect();
    assert_eq!(words, [Verb::Grant, Verb::Revoke]);
}

#[test]
fn a_joiner_is_let_in_before_a_leaver_goes() {
    let table = grant("[\"User.Read\"]", GX);
    let world = ["alice", "bob", "carol"]
        .iter()
        .fold(World::new(explorer("exact") + &table), |world, name| world.has(name, "User.Read"));
    let plan = planned(&world.group(&["alice", "carol", "frank"]));
    let who: Vec<_> = plan
        .changes
        .iter()
        .map(|change| (change.verb, change.subject.person.clone().unwrap().shown()))
        .collect();
    let is = |verb: Verb, name: &str| (verb, format!("{name}@contoso.com"));
    assert_eq!(who, [is(Verb::Grant, "frank"), is(Verb::Revoke, "bob")]);
    assert_eq!(plan.unchanged, 2);
}

#[test]
fn an_exact_app_with_nothing_declared_must_say_so() {
    let (_, findings) = judged(&World::new(explorer("exact")).has("everyone", "User.Read"));
    assert_eq!(findings[0].code, "exact_app_without_grants");
    let both = explorer("exact") + "grants = \"none\"\n" + &grant("[\"User.Read\"]", ALL);
    assert_eq!(judged(&World::new(both)).1[0].code, "grants_contradiction");
    let none = World::new(explorer("exact") + "grants = \"none\"\n").has("everyone", "openid");
    assert_eq!(planned(&none).changes[0].verb, Verb::Revoke);
}

#[test]
fn what_an_additive_app_does_not_declare_is_shown_and_left_alone() {
    let world = World::new(explorer("additive") + &grant("[\"User.Read\"]", ALL));
    let plan = planned(&world.has("everyone", "User.Read").has("bob", "openid"));
    let told: Vec<&str> = plan.unmanaged.iter().map(|one| one.text.raw()).collect();
    assert_eq!(told, ["delegated, bob@contoso.com: Microsoft Graph / openid"]);
    assert_eq!((plan.changes.len(), plan.unchanged), (0, 1));
}

/// One line for each grant, whether the rest of it changes or not, of nothing but what is kept.
#[test]
fn what_is_kept_beside_what_is_declared_is_shown_as_well() {
    let whom = "{ users = [\"alice@contoso.com\", \"bob@contoso.com\", \"carol@contoso.com\"] }";
    let table = grant("[\"User.Read\", \"openid\"]", whom);
    let world = World::new(explorer("additive") + &table)
        .has("alice", "User.Read Files.Read.All openid")
        .has("bob", "User.Read Mail.Read Files.Read.All")
        .has("carol", "User.Read");
    let plan = planned(&world);
    let told: Vec<&str> = plan.unmanaged.iter().map(|one| one.text.raw()).collect();
    let kept = |who: &str, what: &str| {
        format!("delegated, {who}@contoso.com: Microsoft Graph / {what}, beside what is declared")
    };
    assert_eq!(told, [kept("alice", "Files.Read.All"), kept("bob", "Files.Read.All, Mail.Read")]);
    let words: Vec<Verb> = plan.changes.iter().map(|change| change.verb).collect();
    assert_eq!((words, plan.unchanged), (vec![Verb::Widen, Verb::Widen], 1));
    // The same grants in an exact app: what is not declared goes.
    let mut exact = world;
    exact.manifest = exact.manifest.replace("additive", "exact");
    assert_eq!(planned(&exact).unmanaged.len(), 0);
}

/// What is past its date goes, and what nobody ever declared is left alone.
#[test]
fn what_is_left_of_a_grant_that_expired_is_shown() {
    let expired = grant("[\"User.Read\"]", ALL) + "until = 2020-01-01\n";
    let world = World::new(explorer("additive") + &expired).has("everyone", "User.Read openid");
    let plan = planned(&world);
    assert_eq!(plan.changes[0].verb, Verb::Narrow);
    let told = plan.unmanaged[0].text.raw();
    assert_eq!(told, "delegated, all users: Microsoft Graph / openid, beside what is declared");
}

#[test]
fn an_app_outside_the_manifest_is_never_read_or_touched() {
    let world = World::new(explorer("exact") + &grant("[\"User.Read\"]", ALL));
    let sign = crate::kinds::world::SIGN;
    let plan = planned(&world.has("everyone", "User.Read").has_of(sign, "everyone", "Mail.Read"));
    assert_eq!((plan.changes.len(), plan.unmanaged.len()), (0, 0));
}

#[test]
fn a_new_client_comes_before_everything_that_needs_its_id() {
    let app = format!("[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\nprovision = true\n");
    let table = grant("[\"User.Read\"]", GX).replace("\"ge\"", "\"new\"");
    let plan = planned(&World::new(app + &table));
    assert_eq!(plan.changes[0].verb, Verb::Create);
    assert_eq!(plan.changes.len(), 4);
    assert!(plan.changes[1..].iter().all(|c| c.needs == [plan.changes[0].address.clone()]));
}

#[test]
fn permissions_learn_their_resource_and_who_may_consent() {
    let table = grant("[\"User.Read\", \"Files.Read.All\"]", ALL);
    let plan = planned(&World::new(explorer("exact") + &table).has("everyone", "Gone.Scope"));
    let facts: Vec<_> = plan.changes[0]
        .permissions
        .iter()
        .map(|p| (p.name.as_str(), p.admin_only, p.resource == Some(graph().app_id)))
        .collect();
    assert_eq!(
        facts,
        [
            ("Files.Read.All", Some(true), true),
            ("User.Read", Some(false), true),
            ("Gone.Scope", None, true)
        ]
    );
}
