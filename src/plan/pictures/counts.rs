//! How much a plan changes, in the two numbers that people read: changes as a reviewer counts them, and
//! objects by word.

use super::Picture;
use crate::model::audience::Audience;
use crate::model::change::{Change, Verb};

/// How many changes, as a reviewer counts them: objects that differ alike are one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) changes: usize,
    pub(crate) gives: usize,
    pub(crate) takes: usize,
    /// Neither gives nor takes anything.
    pub(crate) neither: usize,
}

impl Tally {
    pub(crate) fn of(pictures: &[Picture<'_>]) -> Self {
        let mut tally = Self::default();
        for group in pictures.iter().flat_map(Picture::groups) {
            let Change { gives, takes, .. } = group.lead;
            tally.changes += 1;
            tally.gives += usize::from(*gives);
            tally.takes += usize::from(*takes);
            tally.neither += usize::from(!gives && !takes);
        }
        tally
    }
}

/// How many objects of each word, for the plan's last line. Assignments count as grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) create: usize,
    pub(crate) grant: usize,
    pub(crate) widen: usize,
    pub(crate) narrow: usize,
    pub(crate) set: usize,
    pub(crate) revoke: usize,
}

impl Counts {
    /// A permission entry that both gains and loses counts as widened and as narrowed.
    pub(crate) fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut counts = Self::default();
        counts.add(changes);
        counts
    }

    pub(crate) fn add<'c>(&mut self, changes: impl IntoIterator<Item = &'c Change>) {
        for change in changes {
            match change.verb {
                Verb::Create => self.create += 1,
                Verb::Grant | Verb::Assign => self.grant += 1,
                Verb::Widen => self.widen += 1,
                Verb::Narrow => self.narrow += 1,
                Verb::Revoke | Verb::Unassign => self.revoke += 1,
                Verb::Set => self.add_set(change),
            }
        }
    }

    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        let Self { create, grant, widen, narrow, set, revoke } = other;
        Self {
            create: self.create + create,
            grant: self.grant + grant,
            widen: self.widen + widen,
            narrow: self.narrow + narrow,
            set: self.set + set,
            revoke: self.revoke + revoke,
        }
    }

    /// Each number with its word: the four that every plan tells, then those that are rare.
    pub(crate) fn words(self) -> [(usize, &'static str); 6] {
        let Self { create, grant, widen, narrow, set, revoke } = self;
        [
            (grant, "grant"),
            (widen, "widen"),
            (narrow, "narrow"),
            (revoke, "revoke"),
            (create, "create"),
            (set, "set"),
        ]
    }

    fn add_set(&mut self, change: &Change) {
        let entry = change.subject.audience != Audience::Tenant;
        if entry && (change.gives || change.takes) {
            self.widen += usize::from(change.gives);
            self.narrow += usize::from(change.takes);
        } else {
            self.set += 1;
        }
    }
}
