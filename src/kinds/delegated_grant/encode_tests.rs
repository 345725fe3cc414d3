use serde_json::json;

use crate::kinds::world::{EXPLORER, GRAPH, World, explorer, grant, grant_id, person};
use crate::model::change::{Change, Verb};
use crate::model::request::{Expect, Known};
use crate::model::untrusted::Untrusted;

const TWO: &str = "[\"User.Read\", \"Mail.Read\"]";
const ALL: &str = "\"all-users\"";
const ALICE: &str = "{ users = [\"alice@contoso.com\"] }";

fn world(mode: &str, scopes: &str, whom: &str) -> World {
    World::new(explorer(mode) + &grant(scopes, whom))
}

#[track_caller]
fn only(world: &World) -> Change {
    let mut changes = world.clean();
    assert_eq!(changes.len(), 1, "{changes:#?}");
    changes.remove(0)
}

fn shown(names: &[Untrusted]) -> Vec<&str> {
    names.iter().map(Untrusted::raw).collect()
}

#[test]
fn a_new_grant_for_everybody_is_one_post() {
    let change = only(&world("exact", TWO, ALL));
    assert_eq!((change.verb, change.gives, change.takes), (Verb::Grant, true, false));
    assert_eq!(
        change.steps[0].request.to_string(),
        "POST /oauth2PermissionGrants {\"clientId\":\"c1000000-0000-4000-8000-000000000001\",\
         \"consentType\":\"AllPrincipals\",\"resourceId\":\"9a000000-0000-4000-8000-000000000001\",\
         \"scope\":\"Mail.Read User.Read\"}"
    );
}

#[test]
fn a_new_grant_for_one_person_names_the_person() {
    let change = only(&world("exact", TWO, ALICE));
    let body = change.steps[0].request.body.clone().unwrap();
    assert_eq!(body["consentType"], "Principal");
    assert_eq!(body["principalId"], person("alice").to_string());
    assert_eq!(body.as_object().unwrap().len(), 5, "no expiryTime, no startTime");
}

#[test]
fn one_more_scope_is_a_patch_of_the_scope_alone() {
    let scopes = "[\"User.Read\", \"Calendars.Read\", \"Mail.Read\"]";
    let change = only(&world("exact", scopes, ALL).has("everyone", "User.Read Calendars.Read"));
    assert_eq!((change.verb, change.gives, change.takes), (Verb::Widen, true, false));
    assert_eq!(
        change.steps[0].request.to_string(),
        format!(
            "PATCH /oauth2PermissionGrants/{} {{\"scope\":\"Calendars.Read Mail.Read User.Read\"}}",
            grant_id(EXPLORER, GRAPH, None)
        )
    );
    let field = &change.fields[0];
    assert_eq!(shown(&field.kept), ["Calendars.Read", "User.Read"]);
    assert_eq!((shown(&field.gained), shown(&field.lost)), (vec!["Mail.Read"], vec![]));
}

#[test]
fn an_additive_app_keeps_what_a_user_consented_to_and_an_exact_one_takes_it() {
    let sent = |mode: &str| {
        let change = only(&world(mode, TWO, ALICE).has("alice", "Files.Read.All User.Read"));
        let path =
            format!("/oauth2PermissionGrants/{}", grant_id(EXPLORER, GRAPH, Some(person("alice"))));
        assert_eq!(change.steps[0].request.path, path);
        (change.verb, change.steps[0].request.body.clone().unwrap(), change)
    };
    let (verb, body, _) = sent("additive");
    assert_eq!(
        (verb, body),
        (Verb::Widen, json!({ "scope": "Files.Read.All Mail.Read User.Read" }))
    );
    let (verb, body, change) = sent("exact");
    assert_eq!((verb, body), (Verb::Set, json!({ "scope": "Mail.Read User.Read" })));
    assert_eq!(shown(&change.fields[0].lost), ["Files.Read.All"]);
    let lost: Vec<&str> =
        change.permissions.iter().filter(|p| p.lost).map(|p| p.name.as_str()).collect();
    assert_eq!(lost, ["Files.Read.All"]);
}

#[test]
fn what_an_exact_app_does_not_declare_is_deleted_and_an_additive_one_leaves_it() {
    let extra = |mode: &str| {
        world(mode, TWO, ALL).has("everyone", "User.Read Mail.Read").has("bob", "openid")
    };
    let change = only(&extra("exact"));
    assert_eq!((change.verb, change.takes), (Verb::Revoke, true));
    let id = grant_id(EXPLORER, GRAPH, Some(person("bob")));
    assert_eq!(change.steps[0].request.to_string(), format!("DELETE /oauth2PermissionGrants/{id}"));
    assert_eq!(change.steps[0].proof.expect, Expect::Gone);
    assert_eq!(extra("additive").requests(), Vec::<String>::new());
}

#[test]
fn an_exact_app_that_says_none_loses_everything() {
    let app = explorer("exact") + "grants = \"none\"\n";
    let sent = World::new(app).has("everyone", "User.Read").has("bob", "openid").requests();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|request| request.starts_with("DELETE ")), "{sent:?}");
}

#[test]
fn a_scope_in_the_wrong_letter_case_is_repaired() {
    let change = only(&world("exact", "[\"User.Read\"]", ALL).has("everyone", "user.read"));
    assert_eq!(change.steps[0].request.body, Some(json!({ "scope": "User.Read" })));
}

#[test]
fn the_proof_of_a_grant_knows_it_in_any_spacing_and_no_other() {
    let step = only(&world("exact", TWO, ALICE)).steps.remove(0);
    let row = |scope: &str, name: &str| World::new("").has(name, scope).grants.remove(0);
    let met = |row| step.proof.expect.met_by(&[row], &Known::new());
    assert!(met(row(" User.Read  Mail.Read", "alice")));
    assert!(!met(row("User.Read Mail.Read openid", "alice")), "more than was approved");
    assert!(!met(row("User.Read Mail.Read", "bob")));
    assert!(!met(row("User.Read Mail.Read", "everyone")));
    assert!(!step.proof.expect.met_by(&[], &Known::new()));
    let id = person("alice");
    assert!(
        step.proof.read.path.ends_with(&format!("%20and%20principalId%20eq%20%27{id}%27&$top=999"))
    );
}
