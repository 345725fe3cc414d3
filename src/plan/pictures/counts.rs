//! How much a plan changes, in the one count that people read: objects that come, differ and go.

use crate::model::change::Change;

/// How many objects are made, altered and removed. Each change is in exactly one of the three.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) add: usize,
    pub(crate) change: usize,
    pub(crate) remove: usize,
}

impl Counts {
    pub(crate) fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut counts = Self::default();
        counts.add(changes);
        counts
    }

    /// By what is there before and afterwards, not by the word beside the sign. Whatever goes on with what
    /// an earlier part of the same object began finds the object there.
    pub(crate) fn add<'c>(&mut self, changes: impl IntoIterator<Item = &'c Change>) {
        for one in changes {
            if one.after.is_absent() {
                self.remove += 1;
            } else if one.before.is_absent() && one.part.is_none() {
                self.add += 1;
            } else {
                self.change += 1;
            }
        }
    }

    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        let Self { add, change, remove } = other;
        Self { add: self.add + add, change: self.change + change, remove: self.remove + remove }
    }

    /// Each number with its word.
    pub(crate) fn words(self) -> [(usize, &'static str); 3] {
        let Self { add, change, remove } = self;
        [(add, "add"), (change, "change"), (remove, "remove")]
    }
}
