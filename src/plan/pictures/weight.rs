//! What of a picture matters to whoever reviews it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Picture;
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::plan::outage::{CutOff, Outage};

/// How much a picture matters to whoever reviews it, what matters most being the least: what is dangerous
/// to give, then what cuts off all users or an app, then people by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weight {
    /// High and critical alone.
    danger: Reverse<Option<Tier>>,
    cuts_nobody_off: bool,
    cut_off: Option<CutOff>,
    people: Reverse<usize>,
}

impl Picture<'_> {
    pub(crate) fn weight(&self) -> Weight {
        let outage = self.outage();
        Weight {
            danger: Reverse(self.tier().filter(|tier| *tier >= Tier::High)),
            cuts_nobody_off: outage.is_none(),
            cut_off: outage.as_ref().map(Outage::who),
            people: Reverse(outage.as_ref().map_or(0, Outage::people)),
        }
    }
}

/// What anybody really gets, and what anybody really loses, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReallyMoved {
    pub(crate) gets: BTreeSet<Untrusted>,
    pub(crate) loses: BTreeSet<Untrusted>,
}

impl ReallyMoved {
    pub(super) fn of<'c>(plan: &Plan, changes: impl Iterator<Item = &'c usize>) -> Self {
        let mut moved = Self::default();
        for change in changes.filter_map(|at| plan.changes.get(*at)) {
            for entry in plan.access.at(change) {
                moved.gets.extend(entry.gets.iter().cloned());
                moved.loses.extend(entry.loses.iter().cloned());
            }
        }
        moved
    }
}
