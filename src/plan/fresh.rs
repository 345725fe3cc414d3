//! Is the plan still true? Compares what it saw with what is there now.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{self, AnyKind, Names, Pair, Position, Scene, Unreadable};
use crate::model::address::Address;
use crate::model::change::{Change, FieldChange, Step};
use crate::model::object_state::ObjectState;
use crate::model::request::{Expect, Expected, Known, fill};
use crate::model::untrusted::Untrusted;

/// One object that is neither as the plan saw it nor as the plan would make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    pub address: Address,
    pub(crate) seen: ObjectState,
    pub(crate) goal: ObjectState,
    pub(crate) now: ObjectState,
}

/// A state as people are shown it beside two others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StateView {
    /// Nothing is there.
    Absent,
    /// The properties that differ somewhere between the three states, each with its values here.
    Properties(Vec<(String, Vec<Untrusted>)>),
    /// All of it in one line, where no property of its own differs.
    Whole(Untrusted),
}

/// One stale object: planned on, planned for, and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub(crate) seen: StateView,
    pub(crate) goal: StateView,
    pub(crate) now: StateView,
}

type Properties = Option<Vec<FieldChange>>;

impl Stale {
    /// What is not the same in the three states, in the words of the object's kind.
    ///
    /// # Errors
    /// When a state is not of its kind's form.
    pub fn difference(&self, names: &Names) -> Result<Difference, Unreadable> {
        let Self { address, seen, goal, now } = self;
        let Some((_, kind)) = kinds::by_name(&address.kind) else {
            let problem = "no kind of this name in this version".to_owned();
            return Err(Unreadable { address: address.clone(), problem });
        };
        let properties = |state| -> Result<Properties, Unreadable> {
            Ok(kind.making(address, state, names)?.map(|made| made.fields))
        };
        let all = [properties(seen)?, properties(goal)?, properties(now)?];
        let differing = differing(&all);
        let [before, wanted, found] = all.each_ref().map(|state| view(state.as_ref(), &differing));
        if before != found {
            return Ok(Difference { seen: before, goal: wanted, now: found });
        }
        // Removed and made again, or changed in something that its kind leaves alone.
        let whole = |state| StateView::Whole(Untrusted::new(kind.summary(address, state, names)));
        Ok(Difference { seen: whole(seen), goal: wanted, now: whole(now) })
    }
}

/// Names of the properties that are not the same wherever there is something, in their order.
fn differing(states: &[Properties; 3]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for field in states.iter().flatten().flatten() {
        let differs = |state: &Properties| {
            state.as_ref().is_some_and(|fields| values(fields, &field.name) != field.gained)
        };
        if !names.contains(&field.name) && states.iter().any(differs) {
            names.push(field.name.clone());
        }
    }
    // Of an object that came or went every property is news.
    if names.is_empty() && states.iter().any(Option::is_none) {
        let fields = states.iter().flatten().next();
        names.extend(fields.into_iter().flatten().map(|field| field.name.clone()));
    }
    names
}

fn view(state: Option<&Vec<FieldChange>>, names: &[String]) -> StateView {
    let Some(fields) = state else { return StateView::Absent };
    let property = |name: &String| (name.clone(), values(fields, name).to_vec());
    StateView::Properties(names.iter().map(property).collect())
}

fn values<'a>(fields: &'a [FieldChange], name: &str) -> &'a [Untrusted] {
    fields.iter().find(|field| field.name == name).map_or(&[], |field| &field.gained)
}

/// What a fresh look at the plan's objects showed.
#[derive(Debug, Clone, Default)]
pub struct Freshness {
    pub stale: Vec<Stale>,
    /// At their goal already: nothing is to be sent for them.
    pub(crate) reached: BTreeSet<Address>,
    /// Between what the plan saw and its goal, where an object has several changes: an earlier run of
    /// the plan was cut off there.
    pub(crate) between: BTreeSet<Address>,
    /// The same within one change of several requests: the steps that are left.
    pub(crate) begun: BTreeMap<Address, Vec<Step>>,
}

impl Freshness {
    /// Addresses of the changes for which nothing is to be sent: all those of an object that is at
    /// its goal; of an object in between, all but the last.
    pub(crate) fn done(&self, changes: &[Change]) -> BTreeSet<Address> {
        let mut done = BTreeSet::new();
        let mut between: BTreeMap<&Address, &Address> = BTreeMap::new();
        for change in changes {
            let (own, object) = (&change.address, change.object());
            if self.reached.contains(object) {
                done.insert(own.clone());
            } else if self.between.contains(object) {
                done.extend(between.insert(object, own).cloned());
            }
        }
        done
    }

    /// Leaves out the steps that were taken already.
    pub(crate) fn skip_taken(&self, changes: &mut [Change]) {
        for change in changes {
            if let Some(steps) = self.begun.get(&change.address) {
                change.steps.clone_from(steps);
            }
        }
    }
}

/// The first pair that says something which is not so in the tenant, and what: something that it rests
/// on was removed or made again, or the plan file was made to mislead.
///
/// # Errors
/// When a state is not of its kind's form.
pub(crate) fn disagreement<'p>(
    pairs: &'p [Pair],
    scene: &Scene,
    names: &Names,
) -> Result<Option<(&'p Address, String)>, Unreadable> {
    for pair in pairs {
        let Some((_, kind)) = kinds::by_name(&pair.address.kind) else { continue };
        if let Some(problem) = kind.disagreement(pair, scene, names)? {
            return Ok(Some((&pair.address, problem)));
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
    now: &BTreeMap<Address, ObjectState>,
    known: &Known,
) -> Result<Freshness, Unreadable> {
    let mut freshness = Freshness::default();
    for pair in pairs {
        let Some((_, kind)) = kinds::by_name(&pair.address.kind) else { continue };
        let state = now.get(&pair.address).cloned().unwrap_or_default();
        let goal = pair.after.filled(known);
        let address = pair.address.clone();
        match kind.standing(&address, &pair.before, &goal, &state)? {
            Position::AsSeen => {}
            Position::Reached => drop(freshness.reached.insert(address)),
            Position::Between => drop(freshness.between.insert(address)),
            Position::Elsewhere => match rest(kind, pair, &goal, &state)? {
                Some(steps) => drop(freshness.begun.insert(address, steps)),
                None => {
                    let (seen, now) = (pair.before.clone(), state);
                    freshness.stale.push(Stale { address, seen, goal, now });
                }
            },
        }
    }
    Ok(freshness)
}

/// The steps that lead from this state to the goal, if they are some of those that were approved, in
/// the same order: then the state is one that the change passes through. `None` for any other state.
fn rest(
    kind: &dyn AnyKind,
    pair: &Pair,
    goal: &ObjectState,
    state: &ObjectState,
) -> Result<Option<Vec<Step>>, Unreadable> {
    let from = |before: &ObjectState| {
        let (before, after) = (before.clone(), goal.clone());
        let pair = Pair { before, after, ..pair.clone() };
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

/// Puts every id in its place that was created since the plan was made.
pub(crate) fn fill_in(changes: &mut [Change], known: &Known) {
    for step in changes.iter_mut().flat_map(|change| &mut change.steps) {
        step.request.fill(known);
        step.proof.read.fill(known);
        step.proof.among.iter_mut().for_each(|list| list.fill(known));
        if let Expect::Fields(fields) = &mut step.proof.expect {
            for expected in fields.values_mut() {
                if let Expected::Value(value) = expected {
                    fill(value, known);
                }
            }
        }
    }
}
