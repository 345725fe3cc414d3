//! What is declared beside what is there, one object after the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{OddAnswer, Ownership, Pair, Pairs, Reconcile, Wanted};
use crate::model::address::Address;
use crate::model::finding::{Finding, Findings};
use crate::model::object_state::ObjectState;

/// Something that is there and left alone.
#[derive(Debug, Clone)]
pub(crate) struct LeftAlone {
    pub(crate) state: ObjectState,
    /// Whether it is only a part of its object, and the rest is declared.
    pub(crate) beside: bool,
}

/// Keeps what changes and what is not ours, and counts the rest.
pub(super) struct Comparison<'a, K: Reconcile> {
    kind: &'a K,
    owns: &'a dyn Fn(&Address) -> Ownership,
    /// Whether what is left alone here is told.
    tells: &'a dyn Fn(&Address) -> bool,
    /// What was declared and not met yet.
    wanted: BTreeMap<Address, Wanted<K::Spec>>,
    met: Met,
    pairs: Pairs,
    refused: BTreeMap<Address, Finding>,
}

impl<'a, K: Reconcile> Comparison<'a, K> {
    pub(super) fn new(
        kind: &'a K,
        owns: &'a dyn Fn(&Address) -> Ownership,
        tells: &'a dyn Fn(&Address) -> bool,
        wanted: BTreeMap<Address, Wanted<K::Spec>>,
    ) -> Self {
        let (met, pairs, refused) = (Met::default(), Pairs::default(), BTreeMap::new());
        Self { kind, owns, tells, wanted, met, pairs, refused }
    }

    /// Takes in one object that is there.
    pub(super) fn meet(&mut self, address: Address, have: &K::Found) {
        let want = self.wanted.remove(&address);
        self.pairs.found += 1;
        self.put(&address, want.as_ref(), Some(have));
        self.met.add(address);
    }

    /// The outcome, once everything that is there was met: what is still wanted is not there.
    ///
    /// # Errors
    /// When two objects stood at one address.
    pub(super) fn finish(mut self, out: &mut Findings) -> Result<Pairs, OddAnswer> {
        std::mem::take(&mut self.met).once_each(K::NAME)?;
        for (address, want) in std::mem::take(&mut self.wanted) {
            self.put(&address, Some(&want), None);
        }
        for finding in self.refused.into_values() {
            // What is too much by itself was found where it is declared.
            if !out.iter().any(|found| found.code == finding.code) {
                out.push(finding);
            }
        }
        // Rows come in any order, and the plan shall not depend on it.
        self.pairs.changed.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(self.pairs)
    }

    fn put(&mut self, address: &Address, want: Option<&Wanted<K::Spec>>, have: Option<&K::Found>) {
        let goal = self.kind.goal(want, have, (self.owns)(address));
        let is_same = goal.as_ref() == have.map(AsRef::as_ref);
        match (want, &goal, have) {
            (Some(want), Some(goal), Some(have)) => {
                if let Some(part) = self.kind.surplus(want, goal, have) {
                    self.leave_alone(address, &part, true);
                }
            }
            (None, _, Some(have)) if is_same => self.leave_alone(address, have, false),
            _ => {}
        }
        if is_same {
            // What is declared to be gone, and is, is nothing that stays as it was.
            self.pairs.unchanged += usize::from(want.is_some() && have.is_some());
            return;
        }
        if let Some(finding) = goal.as_ref().and_then(|goal| self.kind.refused(goal)) {
            self.refused.insert(address.clone(), finding);
        }
        self.pairs.changed.push(Pair {
            address: address.clone(),
            before: have.map(ObjectState::of).unwrap_or_default(),
            after: goal.as_ref().map(ObjectState::of).unwrap_or_default(),
            why: want.map(|want| want.why.clone()).unwrap_or_default(),
            notes: want.map(|want| want.notes.clone()).unwrap_or_default(),
        });
    }

    /// Notes what is not declared and stays, where that is told.
    fn leave_alone(&mut self, address: &Address, what: &K::Found, beside: bool) {
        if (self.tells)(address) {
            let left = LeftAlone { state: ObjectState::of(what), beside };
            self.pairs.unmanaged.insert(address.clone(), left);
        }
    }
}

/// Addresses at which something stands. Two objects at one address are no state that a plan could
/// lead anywhere from: one of them would look undeclared, and be removed.
#[derive(Debug, Default)]
pub(super) struct Met {
    once: BTreeSet<Address>,
    twice: BTreeSet<Address>,
}

impl Met {
    pub(super) fn add(&mut self, address: Address) {
        if let Some(before) = self.once.replace(address) {
            self.twice.insert(before);
        }
    }

    /// # Errors
    /// When two objects stand at one address.
    pub(super) fn once_each(self, what: &str) -> Result<(), OddAnswer> {
        match self.twice.into_iter().next() {
            None => Ok(()),
            Some(address) => Err(OddAnswer {
                what: format!("the list of every {what}"),
                problem: format!("has two objects at {address}"),
            }),
        }
    }
}
