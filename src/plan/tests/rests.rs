//! What a removal rests on: in the effect, in the file, and still so.

use std::collections::BTreeSet;

use super::freshness::now;
use super::planned;
use crate::kinds::world::{World, explorer, grant};
use crate::model::address::Address;
use crate::plan::fresh::Stale;
use crate::plan::rests::gone;
use crate::plan::{Plan, file};

/// That of everybody goes; Alice has it by herself, and keeps it by that.
fn world(alice: Option<&str>) -> World {
    let table = grant("[\"User.Read\", \"Mail.Read\"]", "{ users = [\"alice@contoso.com\"] }");
    let world =
        World::new(explorer("exact") + &table).has("everyone", "User.Read Mail.Read openid");
    match alice {
        Some(scopes) => world.has("alice", scopes),
        None => world,
    }
}

fn plan() -> Plan {
    planned(&world(Some("Mail.Read User.Read")))
}

fn stale(plan: &Plan, done: &BTreeSet<Address>, alice: Option<&str>) -> Vec<Stale> {
    gone(&plan.changes, done, &plan.rests, &now(&world(alice))).unwrap()
}

#[test]
fn what_a_removal_rests_on_is_compared_with_what_has_to_be_there() {
    let plan = plan();
    assert_eq!((plan.changes.len(), plan.rests.len()), (1, 1));
    let count = |alice| stale(&plan, &BTreeSet::new(), alice).len();
    assert_eq!(count(Some("User.Read Mail.Read")), 0);
    assert_eq!(count(Some("User.Read Mail.Read Files.Read")), 0, "more does no harm");
    assert_eq!(count(Some("User.Read")), 1);
    assert_eq!(count(None), 1);
    let own = BTreeSet::from([plan.changes[0].address.clone()]);
    assert_eq!(stale(&plan, &own, None), [], "nothing is taken any more");
    let told = &stale(&plan, &BTreeSet::new(), None)[0];
    assert_eq!((&told.seen, told.now.is_absent()), (&told.goal, true));
}

#[test]
fn the_effect_and_the_file_hold_it() {
    let plan = plan();
    let rest = &plan.changes[0].rests_on[0];
    let line = format!("{} rests on: {} {}", plan.changes[0].address, rest.address, rest.state);
    assert!(plan.effect.text.lines().any(|found| found == line), "{}", plan.effect.text);
    let saved = file::write(&plan);
    let read = file::read(&saved).unwrap();
    assert_eq!((&read.rests, &read.changes[0].rests_on), (&plan.rests, &plan.changes[0].rests_on));
    let mut without: serde_json::Value = serde_json::from_str(&saved).unwrap();
    without.as_object_mut().unwrap().remove("rests");
    let refused = file::read(&serde_json::to_string_pretty(&without).unwrap()).unwrap_err();
    assert!(refused.to_string().contains("altered after it was made"), "{refused}");
}

/// A file of a plan in which nothing rests on anything is as it always was.
#[test]
fn where_nothing_is_rested_on_the_file_says_nothing_of_it() {
    let saved = file::write(&planned(&world(None)));
    assert!(!saved.contains("\"rests\""), "{saved}");
}
