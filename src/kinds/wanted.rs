//! What is wanted at one address, and whose the rest is.

use std::sync::Arc;

use crate::model::change::Why;

/// What shall be at one address.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<S> {
    /// Declared and in force.
    pub(crate) spec: Option<S>,
    /// Declared, but past its `until`: to be removed even where undeclared things are left alone.
    pub(crate) expired: Option<S>,
    /// Shared by everything that the same tables declare.
    pub(crate) why: Arc<[Why]>,
    /// Sentences for reviewers. Safe text.
    pub(crate) notes: Arc<[String]>,
}

impl<S> Wanted<S> {
    /// Asked for by one table. No spec: nothing shall be there.
    pub(crate) fn by(why: Why, spec: Option<S>) -> Self {
        Self { spec, expired: None, why: [why].into(), notes: Arc::default() }
    }

    /// Asked for by one more table; a table counts once.
    pub(crate) fn add_why(&mut self, why: &Why) {
        if !self.why.contains(why) {
            self.why = self.why.iter().chain([why]).cloned().collect();
        }
    }

    pub(crate) fn add_note(&mut self, note: String) {
        self.notes = self.notes.iter().cloned().chain([note]).collect();
    }

    /// To be filled in.
    pub(crate) fn nothing() -> Self {
        Self { spec: None, expired: None, why: Arc::default(), notes: Arc::default() }
    }
}

/// The goal of an object that is there or not, with nothing about it that could change: wanted, it
/// is there; otherwise it goes where that is ours to say.
pub(super) fn whole<S: Clone>(
    want: Option<&Wanted<S>>,
    have: Option<&S>,
    ownership: Ownership,
) -> Option<S> {
    match (want, ownership) {
        (Some(want), _) => want.spec.clone(),
        (None, Ownership::Exact) => None,
        (None, Ownership::Additive) => have.cloned(),
    }
}

/// Whether undeclared things at an address are ours to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// The manifest is the whole truth.
    Exact,
    /// Declared things are made, others are left alone.
    Additive,
}
