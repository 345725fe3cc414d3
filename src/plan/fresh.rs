//! Is the plan still true? Compares what it saw with what is there now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::kinds::{self, AnyKind, Names, Pair, Scene, Unreadable};
use crate::model::address::Address;
use crate::model::change::{Change, Step};
use crate::model::request::{Expect, Expected, Known, fill};

/// One object that is neither as the plan saw it nor as the plan would make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    pub address: Address,
    pub seen: Value,
    pub goal: Value,
    pub now: Value,
}

/// What a fresh look at the plan's objects showed.
#[derive(Debug, Clone, Default)]
pub struct Freshness {
    pub stale: Vec<Stale>,
    /// At their goal already: nothing is to be sent for them.
    pub reached: BTreeSet<Address>,
    /// On their way already, because an earlier run of the same plan ended between two requests of
    /// one change: the steps that are left.
    pub begun: BTreeMap<Address, Vec<Step>>,
}

impl Freshness {
    /// The changes whose objects are at their goal. A pair can have led to two of them.
    pub fn already(&self, changes: &[Change]) -> BTreeSet<Address> {
        let is_reached = |address: &Address| {
            let mut whole = address.clone();
            whole.parts.pop();
            self.reached.contains(address) || self.reached.contains(&whole)
        };
        let reached = changes.iter().map(|change| &change.address).filter(|at| is_reached(at));
        reached.cloned().collect()
    }

    /// The changes, less the steps that were taken already.
    pub fn left(&self, mut changes: Vec<Change>) -> Vec<Change> {
        for change in &mut changes {
            if let Some(steps) = self.begun.get(&change.address) {
                change.steps.clone_from(steps);
            }
        }
        changes
    }
}

/// The first pair that is not about the app whose label stands over it: a plan file made to mislead.
///
/// # Errors
/// When a state is not of its kind's form.
pub fn misplaced<'p>(pairs: &'p [Pair], scene: &Scene) -> Result<Option<&'p Address>, Unreadable> {
    for pair in pairs {
        let Some((_, kind)) = kinds::by_name(&pair.address.kind) else { continue };
        if !kind.is_of(pair, scene)? {
            return Ok(Some(&pair.address));
        }
    }
    Ok(None)
}

/// Objects outside the plan are none of its business.
///
/// # Errors
/// When a state is not of its kind's form.
pub fn look(
    pairs: &[Pair],
    now: &BTreeMap<Address, Value>,
    known: &Known,
) -> Result<Freshness, Unreadable> {
    let mut freshness = Freshness::default();
    for pair in pairs {
        let Some((_, kind)) = kinds::by_name(&pair.address.kind) else { continue };
        let state = now.get(&pair.address).unwrap_or(&Value::Null);
        let mut goal = pair.after.clone();
        fill(&mut goal, known);
        if kind.reached(&pair.address, &goal, state)? {
            freshness.reached.insert(pair.address.clone());
        } else if !kind.foreseen(&pair.address, &pair.before, &goal, state)? {
            match rest(kind, pair, &goal, state)? {
                Some(steps) => drop(freshness.begun.insert(pair.address.clone(), steps)),
                None => freshness.stale.push(Stale {
                    address: pair.address.clone(),
                    seen: pair.before.clone(),
                    goal,
                    now: state.clone(),
                }),
            }
        }
    }
    Ok(freshness)
}

/// The steps that lead from this state to the goal, if they are some of those that were approved, in
/// the same order: then the state is one that the change passes through. `None` for any other state.
fn rest(
    kind: &dyn AnyKind,
    pair: &Pair,
    goal: &Value,
    state: &Value,
) -> Result<Option<Vec<Step>>, Unreadable> {
    let from = |before: &Value| {
        let pair = Pair { before: before.clone(), after: goal.clone(), ..pair.clone() };
        Ok(kind.change(&pair, &Names::default())?.steps)
    };
    let approved = from(&pair.before)?;
    if approved.len() < 2 {
        return Ok(None);
    }
    let left = from(state)?;
    let mut open = approved.iter();
    let some_of_them = left.iter().all(|step| open.any(|other| other == step));
    Ok((some_of_them && left.len() < approved.len()).then_some(left))
}

/// The changes, with every id in its place that was created since the plan was made.
pub fn filled(changes: &[Change], known: &Known) -> Vec<Change> {
    let mut changes = changes.to_vec();
    for step in changes.iter_mut().flat_map(|change| &mut change.steps) {
        step.request = step.request.filled(known);
        step.proof.read = step.proof.read.filled(known);
        if let Expect::Fields(fields) = &mut step.proof.expect {
            for expected in fields.values_mut() {
                if let Expected::Value(value) = expected {
                    fill(value, known);
                }
            }
        }
    }
    changes
}
