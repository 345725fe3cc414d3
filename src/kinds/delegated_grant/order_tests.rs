use std::collections::BTreeMap;

use serde_json::json;

use super::{Kept, states};
use crate::kinds::world::{ORDERS, World, explorer, grant, object, person, requests};
use crate::kinds::{Names, Staying};
use crate::model::audience::Audience;
use crate::model::change::{Change, Rest, Verb};
use crate::model::scope::ScopeSet;

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

#[test]
fn only_where_both_sides_give_and_take_anything_is_split() {
    let (both, gives, takes) =
        (("openid", "User.Read"), ("", "User.Read"), ("openid profile", "openid"));
    for (everyone, alice, splits) in [
        (both, both, true),
        (both, gives, false),
        (both, takes, false),
        (gives, both, false),
        (takes, both, false),
        (takes, gives, false),
    ] {
        let table = |scopes: &str, whom| {
            let scopes: Vec<&str> = scopes.split_ascii_whitespace().collect();
            grant(&format!("{scopes:?}"), whom)
        };
        let tables = table(everyone.1, "\"all-users\"")
            + &table(alice.1, "{ users = [\"alice@contoso.com\"] }");
        let mut world = World::new(explorer("exact") + &tables);
        for (whom, scopes) in [("everyone", everyone.0), ("alice", alice.0)] {
            world = if scopes.is_empty() { world } else { world.has(whom, scopes) };
        }
        let split = world.clean().len() == 3;
        assert_eq!(split, splits, "everybody {everyone:?}, alice {alice:?}");
    }
}

#[test]
fn what_only_gives_waits_for_nothing() {
    let tables = grant("[\"User.Read\"]", "\"all-users\"")
        + &grant("[\"openid\"]", "{ users = [\"alice@contoso.com\"] }");
    let changes = World::new(explorer("exact") + &tables).clean();
    assert!(changes.len() == 2 && changes.iter().all(|one| one.needs.is_empty()), "{changes:?}");
}

/// Everybody loses User.Read, and gets Mail.Read for it.
fn exchange() -> Change {
    let world =
        World::new(explorer("exact") + &grant("[\"openid\", \"Mail.Read\"]", "\"all-users\""));
    world.has("everyone", "openid User.Read").clean().remove(0)
}

#[test]
fn what_a_changed_grant_keeps_is_what_it_has_throughout() {
    let (change, found, names) = (exchange(), BTreeMap::new(), Names::default());
    let kept = super::kept(&[change], "ge", Staying { found: &found, names: &names });
    let scopes: Vec<&ScopeSet> = kept.iter().map(|one| &one.spec.scopes).collect();
    assert_eq!(scopes, [&ScopeSet::from_wire("openid")]);
}

/// Another audience at the same resource, that is not looked at anyhow.
#[test]
fn only_what_keeps_for_somebody_what_is_lost_is_rested_on() {
    let change = exchange();
    let (found, names) = (BTreeMap::new(), Names::default());
    let staying = Staying { found: &found, names: &names };
    let own = states(&change).0.unwrap();
    let alice = Audience::One(person("alice"));
    for (audience, resource, scopes, needed, rests) in [
        (alice, own.resource, "User.Read openid", false, true),
        (alice, own.resource, "User.Read openid", true, false),
        (alice, own.resource, "openid", false, false),
        (alice, object(ORDERS), "User.Read", false, false),
        (Audience::Everyone, own.resource, "User.Read", false, false),
        (Audience::Everyone, object(ORDERS), "User.Read", false, false),
    ] {
        let mut change = change.clone();
        let address =
            crate::model::address::Address::new("delegated_grant", "ge", ["x".to_owned()]);
        change.needs.extend(needed.then(|| address.clone()));
        let spec =
            super::Spec { audience, resource, scopes: ScopeSet::from_wire(scopes), ..own.clone() };
        let found = super::rests(&change, &[Kept { address, spec }], staying);
        assert_eq!(!found.is_empty(), rests, "{audience:?} {resource} {scopes} {needed}");
    }
}
