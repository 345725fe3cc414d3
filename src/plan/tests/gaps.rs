//! No gap: whatever the order in which changes settle, and whichever of them fails, nobody loses for a
//! moment what he has before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use crate::kinds::delegated_grant::{DelegatedGrants, Found, Spec};
use crate::kinds::world::{EXPLORER, GRAPH, PEOPLE, grant_id, object, person};
use crate::kinds::{Kind, Names, Ownership, Pair, Reconcile, Wanted};
use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::model::request::Method;
use crate::model::scope::ScopeSet;
use crate::plan::build;

const SCOPES: [&str; 4] = ["A", "B", "C", "D"];

/// What everybody has, then what each of four people has of his own. `None`: no grant at all.
type Sets = [Option<u8>; 5];

/// The tenant during a run: scopes of each grant there is.
type State = BTreeMap<Audience, ScopeSet>;

fn audience(place: usize) -> Audience {
    match place {
        0 => Audience::Everyone,
        at => Audience::One(person(PEOPLE[at - 1])),
    }
}

fn scopes(bits: u8) -> ScopeSet {
    let names = SCOPES.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
    ScopeSet::from_wire(&names.map(|(_, name)| *name).collect::<Vec<_>>().join(" "))
}

fn spec(audience: Audience, scopes: ScopeSet) -> Spec {
    Spec { client: object(EXPLORER).to_string().into(), resource: object(GRAPH), audience, scopes }
}

fn id(audience: Audience) -> String {
    match audience {
        Audience::One(person) => grant_id(EXPLORER, GRAPH, Some(person)),
        Audience::Everyone | Audience::Group(_) | Audience::Tenant => {
            grant_id(EXPLORER, GRAPH, None)
        }
    }
}

/// The changes from one set of grants to another, the states before and after.
fn changes(have: Sets, want: Sets, ownership: Ownership) -> (Vec<Change>, State, State) {
    let (mut before, mut after, mut pairs) = (State::new(), State::new(), Vec::new());
    for place in 0..5 {
        let who = audience(place);
        let found = have[place]
            .map(|bits| Found { id: id(who).parse().unwrap(), spec: spec(who, scopes(bits)) });
        let wanted = want[place].filter(|bits| *bits != 0).map(|bits| Wanted {
            spec: Some(spec(who, scopes(bits))),
            expired: None,
            why: Arc::default(),
            notes: Arc::default(),
        });
        let goal = DelegatedGrants.goal(wanted.as_ref(), found.as_ref(), ownership);
        before.extend(found.iter().map(|found| (who, found.spec.scopes.clone())));
        after.extend(goal.iter().map(|goal| (who, goal.scopes.clone())));
        if goal.as_ref() == found.as_ref().map(AsRef::as_ref) {
            continue;
        }
        pairs.push(Pair {
            address: DelegatedGrants.address("ge", &spec(who, ScopeSet::default())),
            before: found.map_or(Value::Null, |found| serde_json::to_value(found).unwrap()).into(),
            after: goal.map_or(Value::Null, |goal| serde_json::to_value(goal).unwrap()).into(),
            why: Arc::default(),
            notes: Arc::default(),
        });
    }
    (build::changes(&pairs, &BTreeMap::new(), &Names::default()).unwrap(), before, after)
}

/// Plays the requests as the service does.
fn settle(change: &Change, state: &mut State) {
    for step in &change.steps {
        let request = &step.request;
        let body = request.body.clone().unwrap_or_default();
        let scope = ScopeSet::from_wire(body["scope"].as_str().unwrap_or_default());
        let who = change.subject.audience;
        match request.method {
            Method::Post => {
                let named =
                    body["principalId"].as_str().map(|id| Audience::One(id.parse().unwrap()));
                assert_eq!(named.unwrap_or(Audience::Everyone), who);
                assert_eq!(state.insert(who, scope), None, "made twice");
            }
            Method::Patch => {
                assert!(request.path.ends_with(&id(who)) && !scope.is_empty());
                assert!(state.insert(who, scope).is_some(), "changed before it was made");
            }
            Method::Delete => {
                assert!(request.path.ends_with(&id(who)));
                assert!(state.remove(&who).is_some(), "removed twice");
            }
            Method::Put => panic!("no grant is PUT"),
        }
    }
}

/// What a person can do: everybody's and his own.
fn effective(state: &State, who: Audience) -> ScopeSet {
    let of = |who: Audience| state.get(&who).cloned().unwrap_or_default();
    of(Audience::Everyone).union(&of(who))
}

/// Frank never has a grant of his own: he stands for everybody else.
fn nobody_is_cut_off(before: &State, now: &State, after: &State) {
    for name in PEOPLE {
        let who = Audience::One(person(name));
        let (old, new) = (effective(before, who), effective(after, who));
        let stays: ScopeSet =
            old.iter().filter(|scope| new.iter().any(|s| s == *scope)).cloned().collect();
        let has = effective(now, who);
        assert!(stays.is_subset(&has), "{name} had and will have {stays}, and has {has}");
    }
}

/// Settles changes whose needs are settled, the one with the lowest lot first. `failing` and all that
/// waits for it never happens. Gives the last state and how many were settled.
fn run(
    all: &[Change],
    lots: &[u32],
    failing: Option<usize>,
    before: &State,
    after: &State,
) -> (State, usize) {
    let (mut state, mut settled) = (before.clone(), BTreeSet::new());
    let mut open: Vec<usize> = (0..all.len()).filter(|at| Some(*at) != failing).collect();
    loop {
        let ready = |at: &&usize| all[**at].needs.iter().all(|need| settled.contains(need));
        let lot = |at: &&usize| (lots.get(**at).copied().unwrap_or(0), **at);
        let Some(next) = open.iter().filter(ready).min_by_key(lot).copied() else { break };
        open.retain(|at| *at != next);
        settle(&all[next], &mut state);
        settled.insert(all[next].address.clone());
        nobody_is_cut_off(before, &state, after);
    }
    (state, settled.len())
}

fn sets() -> impl Strategy<Value = Sets> {
    prop::array::uniform5(prop::option::of(0..16u8))
}

fn ownership() -> impl Strategy<Value = Ownership> {
    prop_oneof![Just(Ownership::Exact), Just(Ownership::Additive)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn nobody_loses_in_between_what_he_has_before_and_after(
        have in sets(),
        want in sets(),
        ownership in ownership(),
        lots in prop::collection::vec(any::<u32>(), 6),
    ) {
        let (all, before, after) = changes(have, want, ownership);
        for lots in [&[][..], &lots] {
            let (end, settled) = run(&all, lots, None, &before, &after);
            prop_assert_eq!(settled, all.len(), "a change waits for ever");
            prop_assert_eq!(&end, &after);
            for failing in 0..all.len() {
                run(&all, lots, Some(failing), &before, &after);
            }
        }
    }

    #[test]
    fn what_a_change_waits_for_stands_before_it(have in sets(), want in sets()) {
        let (all, ..) = changes(have, want, Ownership::Exact);
        let mut gone = BTreeSet::new();
        for change in &all {
            prop_assert!(change.needs.iter().all(|need| gone.contains(need)), "{:#?}", change.needs);
            prop_assert!(gone.insert(change.address.clone()), "an address stands twice");
        }
    }

    #[test]
    fn an_additive_app_never_takes(have in sets(), want in sets()) {
        let (all, before, after) = changes(have, want, Ownership::Additive);
        prop_assert!(all.iter().all(|change| !change.takes));
        for (who, scopes) in &before {
            prop_assert!(scopes.is_subset(&after[who]));
        }
    }

    #[test]
    fn equal_states_have_no_difference(have in sets(), ownership in ownership()) {
        let have = have.map(|bits| bits.filter(|bits| *bits != 0));
        prop_assert_eq!(changes(have, have, ownership).0, Vec::new());
    }

    #[test]
    fn what_was_reached_stays(have in sets(), want in sets(), ownership in ownership()) {
        let (.., after) = changes(have, want, ownership);
        let bits = |set: &ScopeSet| (0..16u8).find(|bits| scopes(*bits) == *set);
        let place = |at: usize| after.get(&audience(at)).and_then(bits);
        let (again, ..) = changes([0, 1, 2, 3, 4].map(place), want, ownership);
        prop_assert_eq!(again, Vec::new());
    }

    #[test]
    fn a_scope_string_survives_the_wire(names in prop::collection::btree_set("[A-Za-z][A-Za-z.:/_-]{0,12}", 0..8)) {
        let set = ScopeSet::from_wire(&names.iter().cloned().collect::<Vec<_>>().join("  "));
        prop_assert_eq!(set.len(), names.len());
        prop_assert_eq!(&ScopeSet::from_wire(&set.to_wire()), &set);
        prop_assert_eq!(ScopeSet::from_wire(&format!(" {} ", set.to_wire())).to_wire(), set.to_wire());
    }
}
