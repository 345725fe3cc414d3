//! Is the plan still true? Compares what it saw with what is there now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::kinds::{self, Pair, Scene, Unreadable};
use crate::model::address::Address;
use crate::model::change::Change;
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
        let mut goal = Value::clone(&pair.after);
        fill(&mut goal, known);
        if kind.reached(&pair.address, &goal, state)? {
            freshness.reached.insert(pair.address.clone());
        } else if !kind.foreseen(&pair.address, &pair.before, &goal, state)? {
            freshness.stale.push(Stale {
                address: pair.address.clone(),
                seen: Value::clone(&pair.before),
                goal,
                now: state.clone(),
            });
        }
    }
    Ok(freshness)
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
