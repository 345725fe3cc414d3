use serde_json::json;

use crate::kinds::world::{World, explorer, grant, requests};
use crate::model::change::{Change, Rest, Verb};

const TWO: &str = "[\"User.Read\", \"Mail.Read\"]";

fn find<'c>(changes: &'c [Change], end: &str) -> &'c Change {
    changes.iter().find(|change| change.address.to_string().ends_with(end)).unwrap()
}

#[test]
fn the_all_users_grant_goes_only_after_every_persons_grant_was_made() {
    let world = World::new(explorer("exact") + &grant(TWO, "{ groups = [\"GX\"] }"));
    let changes = world.has("everyone", "User.Read Mail.Read").clean();
    let everyone = find(&changes, "/everyone");
    let people: Vec<_> = changes.iter().filter(|c| c.gives).map(|c| c.address.clone()).collect();
    assert_eq!((everyone.verb, people.len()), (Verb::Revoke, 3));
    assert_eq!(everyone.needs, people);
}

#[test]
fn one_persons_grant_goes_only_after_everybody_has_it() {
    let world = World::new(explorer("exact") + &grant(TWO, "\"all-users\""));
    let changes = world.has("alice", "User.Read Mail.Read").clean();
    let alice = changes.iter().find(|change| change.verb == Verb::Revoke).unwrap();
    assert_eq!(alice.needs, [find(&changes, "/everyone").address.clone()]);
}

#[test]
fn grants_of_different_resources_do_not_wait_for_each_other() {
    let orders = format!(
        "[resource.orders]\napp_id = \"{}\"\n[[grant]]\napp = \"ge\"\nresource = \"orders\"\n\
         scopes = [\"orders.read\"]\nfor = {{ users = [\"alice@contoso.com\"] }}\n",
        crate::kinds::world::ORDERS_APP
    );
    let changes = World::new(explorer("exact") + &orders).has("everyone", "User.Read").clean();
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().all(|change| change.needs.is_empty()));
}

#[test]
fn where_both_sides_give_and_take_the_all_users_grant_is_widened_first_and_narrowed_last() {
    let tables = grant("[\"Mail.Read\"]", "\"all-users\"")
        + &grant("[\"User.Read\"]", "{ users = [\"alice@contoso.com\"] }");
    let world = World::new(explorer("exact") + &tables);
    let changes = world.has("everyone", "User.Read").has("alice", "Mail.Read").clean();
    let (widen, narrow) = (find(&changes, "/everyone"), find(&changes, "/everyone/narrow"));
    let alice = changes.iter().find(|change| change.verb == Verb::Set).unwrap();
    assert_eq!((widen.verb, widen.gives, widen.takes), (Verb::Widen, true, false));
    assert_eq!((narrow.verb, narrow.gives, narrow.takes), (Verb::Narrow, false, true));
    let body = |change: &Change| requests(std::slice::from_ref(change))[0].body.clone().unwrap();
    assert_eq!(body(widen), json!({ "scope": "Mail.Read User.Read" }));
    assert_eq!(body(narrow), json!({ "scope": "Mail.Read" }));
    assert_eq!(alice.needs, vec![widen.address.clone()]);
    assert_eq!(narrow.needs, [widen.address.clone(), alice.address.clone()]);
    let names =
        |change: &Change| change.permissions.iter().map(|p| p.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(widen), names(narrow)),
        (vec!["Mail.Read".to_owned()], vec!["User.Read".to_owned()])
    );
}

/// What each change rests on, with the scopes that have to be there.
fn rests(change: &Change) -> Vec<(String, String)> {
    let scopes = |state: serde_json::Value| state["scopes"].to_string();
    let one = |rest: &Rest| (rest.address.to_string(), scopes(rest.state.value()));
    change.rests_on.iter().map(one).collect()
}

#[test]
fn the_all_users_grant_rests_on_what_people_have_anyhow() {
    let table = grant("[\"User.Read\"]", "{ users = [\"alice@contoso.com\"] }");
    let world = World::new(explorer("exact") + &table).has("everyone", "User.Read Mail.Read");
    let changes = world.has("alice", "User.Read").clean();
    let [all] = &changes[..] else { panic!("{changes:?}") };
    let (alice, scopes) = &rests(all)[0];
    assert!(alice.ends_with(&crate::kinds::world::person("alice").to_string()), "{alice}");
    assert_eq!((scopes.as_str(), rests(all).len()), ("[\"User.Read\"]", 1));
}

#[test]
fn a_persons_grant_rests_on_that_of_everybody_as_far_as_it_keeps_something() {
    let manifest = explorer("exact") + &grant("[\"User.Read\"]", "\"all-users\"");
    let world = || World::new(manifest.clone()).has("everyone", "User.Read");
    let of = |scopes: &str| {
        let changes = world().has("alice", scopes).has("bob", "Mail.Read").clean();
        rests(&changes[0]).into_iter().map(|(_, scopes)| scopes).collect::<Vec<_>>()
    };
    assert_eq!(of("User.Read Mail.Read"), ["[\"User.Read\"]"]);
    assert_eq!(of("openid"), Vec::<String>::new(), "it keeps nothing of that");
}

/// One that is changed itself keeps what it has before and after.
#[test]
fn what_a_narrowed_grant_keeps_is_rested_on() {
    let table = grant("[\"User.Read\"]", "{ users = [\"alice@contoso.com\"] }");
    let world = World::new(explorer("exact") + &table).has("everyone", "User.Read Mail.Read");
    let changes = world.has("alice", "User.Read Mail.Read").clean();
    let all = find(&changes, "/everyone");
    assert_eq!(all.needs, []);
    let kept: Vec<String> = rests(all).into_iter().map(|(_, scopes)| scopes).collect();
    assert_eq!(kept, ["[\"User.Read\"]"]);
    let alice = changes.iter().find(|change| change.verb == Verb::Narrow).unwrap();
    assert_eq!(rests(alice), [], "of everybody's grant nothing stays");
}
