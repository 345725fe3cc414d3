//! Lines against what everybody has before and after, worked out by hand from sets.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::json;

use super::{Becomes, of};
use crate::model::change::{Change, Verb};
use crate::model::id::ObjectId;
use crate::model::object_state::ObjectState;
use crate::plan::access::{AccessHolder, resource};
use crate::render::plan::samples::{change, field, plan};

type Names = BTreeSet<u8>;
/// Before and after.
type Sides = (Names, Names);

/// The grant for all users, and those of single ones.
#[derive(Debug, Clone)]
struct Tenant {
    all: Sides,
    people: BTreeMap<u128, Sides>,
}

fn tenant() -> impl Strategy<Value = Tenant> {
    let names = || prop::collection::btree_set(0_u8..4, 0..4);
    let people = prop::collection::btree_map(1_u128..5, (names(), names()), 0..4);
    ((names(), names()), people).prop_map(|(all, people)| Tenant { all, people })
}

impl Tenant {
    fn of(&self, who: Option<u128>) -> Sides {
        let (mut before, mut after) = self.all.clone();
        if let Some((own_before, own_after)) = who.and_then(|id| self.people.get(&id)) {
            before.extend(own_before);
            after.extend(own_after);
        }
        (before, after)
    }

    fn changes(&self) -> Vec<Change> {
        let all = std::iter::once((None, &self.all));
        let each = all.chain(self.people.iter().map(|(id, sides)| (Some(*id), sides)));
        each.filter(|(_, (before, after))| before != after)
            .map(|(who, (before, after))| object(who, before, after))
            .collect()
    }

    /// As the contract says: whoever has no entry has the difference of everybody.
    fn access(&self, source: &str) -> serde_json::Value {
        let all = difference(&self.of(None));
        let entry = |who: String, (gets, loses): &(Vec<String>, Vec<String>)| json!({ "app": "crm", "resource": source, "sort": "delegated", "who": who, "gets": gets, "loses": loses });
        let people = self.people.keys().map(|id| (*id, difference(&self.of(Some(*id)))));
        let people = people.filter(|(_, own)| *own != all);
        let mut entries: Vec<_> =
            people.map(|(id, own)| entry(ObjectId::from_u128(id).to_string(), &own)).collect();
        if all != (Vec::new(), Vec::new()) {
            entries.insert(0, entry("everybody".to_owned(), &all));
        }
        json!(entries)
    }
}

fn name(at: u8) -> String {
    format!("Permission.{at}")
}

fn difference((before, after): &Sides) -> (Vec<String>, Vec<String>) {
    let of = |one: &Names, other: &Names| one.difference(other).map(|at| name(*at)).collect();
    (of(after, before), of(before, after))
}

fn object(who: Option<u128>, before: &Names, after: &Names) -> Change {
    let list = |names: Vec<&u8>| names.into_iter().map(|at| name(*at)).collect::<Vec<_>>();
    let kept = list(before.intersection(after).collect());
    let (gained, lost) = difference(&(before.clone(), after.clone()));
    let verb = match (before.is_empty(), after.is_empty()) {
        (true, _) => Verb::Grant,
        (_, true) => Verb::Revoke,
        (false, false) => Verb::Set,
    };
    let [kept, gained, lost] =
        [&kept, &gained, &lost].map(|list| list.iter().map(String::as_str).collect::<Vec<_>>());
    let mut change = change("crm", verb, who, vec![field("scopes", &kept, &gained, &lost)]);
    if before.is_empty() {
        change.before = ObjectState::default();
    }
    change
}

fn check(tenant: &Tenant) -> Result<(), TestCaseError> {
    let changes = tenant.changes();
    let Some(one) = changes.iter().flat_map(|change| &change.permissions).next() else {
        return Ok(());
    };
    let source = resource(one);
    let mut plan = plan(changes);
    plan.access = serde_json::from_value(tenant.access(&source)).unwrap();
    let links = of(&plan);
    let holders = links.get("crm").map(|app| &app.holders);
    for (who, lines) in holders.into_iter().flatten() {
        let id = match who {
            AccessHolder::One(id) => {
                Some((1..5).find(|at| ObjectId::from_u128(*at) == *id).unwrap())
            }
            AccessHolder::Everybody => None,
            AccessHolder::App => return Err(TestCaseError::fail("an app has nothing delegated")),
        };
        let (before, after) = tenant.of(id);
        for (held, becomes) in lines {
            let at = (0..4).find(|at| name(*at) == held.name.raw()).unwrap();
            let truth = match (before.contains(&at), after.contains(&at)) {
                (false, true) => Some(Becomes::New),
                (true, true) => Some(Becomes::Stays),
                (true, false) => Some(Becomes::Goes),
                (false, false) => None,
            };
            prop_assert_eq!(truth, Some(*becomes), "{:?} {}", who, held.name.raw());
        }
    }
    for entry in plan.access.entries() {
        let own = holders.and_then(|holders| holders.get(&entry.who));
        let drawn = |becomes| {
            let lines = own.into_iter().flatten().filter(move |(_, of)| **of == becomes);
            lines.map(|(held, _)| held.name.clone()).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(drawn(Becomes::New), entry.gets.iter().cloned().collect());
        prop_assert_eq!(drawn(Becomes::Goes), entry.loses.iter().cloned().collect());
    }
    Ok(())
}

#[test]
fn lines_are_what_is_so_before_and_after() {
    let config = Config {
        cases: 600,
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner.run(&tenant(), |tenant| check(&tenant)).unwrap();
}
