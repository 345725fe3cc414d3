//! The same kind, without its types: how the floors above hold kinds of any sort.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::kinds::comparison::{Comparison, Met};
use crate::kinds::simulated::Collection;
use crate::kinds::{Desk, Kind, Names, OddAnswer, Ownership, Scene};
use crate::manifest::{Manifest, TableName};
use crate::model::address::Address;
use crate::model::change::{Change, Why};
use crate::model::directory::Mentions;
use crate::model::finding::Findings;
use crate::model::query::{Pages, Query};

/// Two states of one object that differ, in the kind's own form. Saved in plan files: the change,
/// with its requests, is always derived from it anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub address: Address,
    pub before: Arc<Value>,
    pub after: Arc<Value>,
    pub why: Arc<[Why]>,
    pub notes: Arc<[String]>,
}

/// One kind's share of a plan.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    pub changed: Vec<Pair>,
    /// As they should be.
    pub unchanged: usize,
    /// How many were found.
    pub found: usize,
    /// Found, undeclared, and not ours to remove, as the text of their JSON: an app that users consented
    /// to by themselves has thousands.
    pub unmanaged: BTreeMap<Address, Box<str>>,
}

/// A saved state that its kind cannot read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{address}: {problem}")]
pub struct Unreadable {
    pub address: Address,
    pub problem: String,
}

/// See [`Kind`]; the methods are the same, the types are JSON.
pub trait AnyKind: Sync {
    fn name(&self) -> &'static str;
    fn noun(&self) -> Option<&'static str>;
    fn table(&self) -> Option<TableName>;
    fn is_consent(&self) -> bool;
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions;
    fn reads(&self, scene: &Scene) -> Vec<Query>;

    /// What is declared beside what is there. `by_mode` answers for the owner of an address.
    ///
    /// # Errors
    /// When an answer does not have the documented shape, or shows two objects at one address.
    fn pairs(
        &self,
        desk: &Desk,
        pages: &Pages,
        by_mode: &dyn Fn(&str) -> Ownership,
        out: &mut Findings,
    ) -> Result<Pairs, OddAnswer>;

    /// What is there now, for comparing with a plan and for snapshots.
    ///
    /// # Errors
    /// When an answer does not have the documented shape, or shows two objects at one address.
    fn found(&self, pages: &Pages, scene: &Scene) -> Result<BTreeMap<Address, Value>, OddAnswer>;

    /// The change that leads from one state to the other.
    ///
    /// # Errors
    /// When a state is not of this kind's form: the file was edited or comes from a newer version.
    fn change(&self, pair: &Pair, names: &Names) -> Result<Change, Unreadable>;

    /// Whether a state, as found now, is already the one the plan leads to.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn reached(&self, address: &Address, goal: &Value, now: &Value) -> Result<bool, Unreadable>;

    /// Whether a state, as found now, is one that the plan may meet: as the plan saw it, or one
    /// that its own change passes through.
    ///
    /// # Errors
    /// When a state is not of this kind's form.
    fn foreseen(
        &self,
        address: &Address,
        seen: &Value,
        goal: &Value,
        now: &Value,
    ) -> Result<bool, Unreadable>;

    fn link(&self, changes: &mut Vec<Change>);

    /// Whether the goal is about the very app that its address names.
    ///
    /// # Errors
    /// When the state is not of this kind's form.
    fn is_of(&self, pair: &Pair, scene: &Scene) -> Result<bool, Unreadable>;

    /// One line for something that is there and left alone.
    fn describe(&self, address: &Address, have: &Value, names: &Names) -> String;

    fn simulated(&self) -> &'static [&'static dyn Collection];
}

impl<K: Kind> AnyKind for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn noun(&self) -> Option<&'static str> {
        K::NOUN
    }

    fn table(&self) -> Option<TableName> {
        K::TABLE
    }

    fn is_consent(&self) -> bool {
        K::IS_CONSENT
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        Kind::mentions(self, manifest, out)
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        Kind::reads(self, scene)
    }

    fn pairs(
        &self,
        desk: &Desk,
        pages: &Pages,
        by_mode: &dyn Fn(&str) -> Ownership,
        out: &mut Findings,
    ) -> Result<Pairs, OddAnswer> {
        let owns = |address: &Address| self.owns(desk, address, by_mode(&address.owner));
        let mut comparison = Comparison::new(self, &owns, self.declare(desk, out));
        self.observe(pages, desk.scene, &mut |address, have| comparison.meet(address, &have))?;
        comparison.finish(out)
    }

    fn found(&self, pages: &Pages, scene: &Scene) -> Result<BTreeMap<Address, Value>, OddAnswer> {
        let (mut found, mut met) = (BTreeMap::new(), Met::default());
        self.observe(pages, scene, &mut |address, have| {
            met.add(address.clone());
            found.insert(address, to_json(&have));
        })?;
        met.once_each(K::NAME)?;
        Ok(found)
    }

    fn change(&self, pair: &Pair, names: &Names) -> Result<Change, Unreadable> {
        let have: Option<K::Found> = from_json(&pair.address, &pair.before)?;
        let want: Option<K::Spec> = from_json(&pair.address, &pair.after)?;
        for spec in want.iter().chain(have.as_ref().map(AsRef::as_ref)) {
            if Kind::address(self, &pair.address.owner, spec) != pair.address {
                let problem = "the state of another object stands here".to_owned();
                return Err(Unreadable { address: pair.address.clone(), problem });
            }
        }
        let mut change = Kind::change(self, &pair.address, want.as_ref(), have.as_ref(), names);
        change.why = pair.why.to_vec();
        change.notes.extend(pair.notes.iter().cloned());
        change.before = pair.before.clone();
        change.after = pair.after.clone();
        Ok(change)
    }

    fn reached(&self, address: &Address, goal: &Value, now: &Value) -> Result<bool, Unreadable> {
        let goal: Option<K::Spec> = from_json(address, goal)?;
        let now: Option<K::Found> = from_json(address, now)?;
        Ok(goal.as_ref() == now.as_ref().map(AsRef::as_ref))
    }

    fn foreseen(
        &self,
        address: &Address,
        seen: &Value,
        goal: &Value,
        now: &Value,
    ) -> Result<bool, Unreadable> {
        let seen: Option<K::Found> = from_json(address, seen)?;
        let now: Option<K::Found> = from_json(address, now)?;
        let goal: Option<K::Spec> = from_json(address, goal)?;
        let passing = match (&seen, &goal, &now) {
            (Some(seen), Some(goal), Some(now)) => self.between(seen, goal, now),
            _ => false,
        };
        Ok(seen == now || passing)
    }

    fn link(&self, changes: &mut Vec<Change>) {
        Kind::link(self, changes);
    }

    fn is_of(&self, pair: &Pair, scene: &Scene) -> Result<bool, Unreadable> {
        let goal: Option<K::Spec> = from_json(&pair.address, &pair.after)?;
        Ok(goal.is_none_or(|goal| Kind::is_of(self, &goal, &pair.address, scene)))
    }

    fn describe(&self, address: &Address, have: &Value, names: &Names) -> String {
        match from_json::<K::Found>(address, have) {
            Ok(Some(found)) => Kind::describe(self, &found, names),
            Ok(None) | Err(_) => address.to_string(),
        }
    }

    fn simulated(&self) -> &'static [&'static dyn Collection] {
        Kind::simulated(self)
    }
}

/// States are plain data: maps with string keys, texts, lists. `Null` stands for "not there".
pub(super) fn to_json<T: serde::Serialize>(state: &T) -> Value {
    serde_json::to_value(state).unwrap_or(Value::Null)
}

fn from_json<T: DeserializeOwned>(
    address: &Address,
    state: &Value,
) -> Result<Option<T>, Unreadable> {
    Option::deserialize(state)
        .map_err(|problem| Unreadable { address: address.clone(), problem: problem.to_string() })
}
