//! Whom a change cuts off: of what is taken, that is what matters, and not what it allowed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::address::TENANT;
use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::model::id::ObjectId;
use crate::model::schema::JsonSchema;
use crate::plan::Plan;
use crate::plan::access::Losers;

/// Who loses something; of several, the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CutOff {
    Everybody,
    /// The app itself, with nobody signed in.
    App,
    /// Single people, or all who are in a group.
    People,
}

/// All that lose something by one or several changes of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outage {
    everybody: bool,
    /// Somebody keeps what all others lose.
    spared: bool,
    app: bool,
    people: BTreeSet<ObjectId>,
    groups: BTreeSet<ObjectId>,
}

impl Outage {
    /// Where everybody is cut off: whether some are not.
    pub(crate) fn spares_some(&self) -> bool {
        self.spared
    }

    pub(crate) fn cuts_off_app(&self) -> bool {
        self.app
    }

    pub(crate) fn who(&self) -> CutOff {
        match self {
            Self { everybody: true, .. } => CutOff::Everybody,
            Self { app: true, .. } => CutOff::App,
            Self { .. } => CutOff::People,
        }
    }

    /// Where not everybody does: those who lose something by a change of their own.
    pub(crate) fn people(&self) -> usize {
        if self.everybody { 0 } else { self.people.len() }
    }

    /// The same of groups, whose members nobody has counted.
    pub(crate) fn groups(&self) -> usize {
        if self.everybody { 0 } else { self.groups.len() }
    }

    fn join(&mut self, other: Self) {
        let Self { everybody, spared, app, people, groups } = other;
        // Of several, the one that spares nobody is told.
        self.spared = match (self.everybody, everybody) {
            (true, true) => self.spared && spared,
            (false, true) => spared,
            (_, false) => self.spared,
        };
        self.everybody |= everybody;
        self.app |= app;
        self.people.extend(people);
        self.groups.extend(groups);
    }
}

/// Whom one change of this plan cuts off; `None` where it takes nothing from anybody. Settings of the tenant
/// let people consent or not: nobody loses by them what he has. What was not there before cannot be lost.
pub(crate) fn of(plan: &Plan, change: &Change) -> Option<Outage> {
    if !change.takes || change.before.is_absent() || change.address.owner == TENANT {
        return None;
    }
    let mut outage = Outage::default();
    match (plan.access.of(change).losers, change.subject.audience) {
        (Losers::Nobody, _) => return None,
        (Losers::Everybody, _) => {
            outage.everybody = true;
            outage.spared = plan.access.spares_some(change);
        }
        (Losers::App, _) => outage.app = true,
        (Losers::Group, Audience::Group(id)) => drop(outage.groups.insert(id)),
        (Losers::Group, _) => {}
        (Losers::People(people), _) => outage.people = people,
    }
    Some(outage)
}

/// Whom several changes of one app cut off together.
pub(crate) fn of_all<'c>(
    plan: &Plan,
    changes: impl IntoIterator<Item = &'c Change>,
) -> Option<Outage> {
    together(changes.into_iter().filter_map(|change| of(plan, change)))
}

/// Several as one.
pub(crate) fn together(outages: impl IntoIterator<Item = Outage>) -> Option<Outage> {
    outages.into_iter().reduce(|mut all, one| {
        all.join(one);
        all
    })
}

/// Whom a plan cuts off, of how many apps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OutageTotals {
    /// Apps that all users lose something of.
    pub(crate) everybody: usize,
    /// The same where some keep it.
    pub(crate) others: usize,
    /// People, each once, and the apps that they lose something of.
    pub(crate) people: (usize, usize),
    pub(crate) groups: (usize, usize),
    /// Apps that lose something themselves.
    pub(crate) apps: usize,
}

impl OutageTotals {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut by_app: BTreeMap<&str, Outage> = BTreeMap::new();
        for change in &plan.changes {
            if let Some(outage) = of(plan, change) {
                by_app.entry(&change.address.owner).or_default().join(outage);
            }
        }
        let mut totals = Self::default();
        let mut all = Outage::default();
        for outage in by_app.into_values() {
            totals.everybody += usize::from(outage.everybody && !outage.spared);
            totals.others += usize::from(outage.everybody && outage.spared);
            totals.apps += usize::from(outage.app);
            totals.people.1 += usize::from(outage.people() > 0);
            totals.groups.1 += usize::from(outage.groups() > 0);
            if !outage.everybody {
                all.join(outage);
            }
        }
        totals.people.0 = all.people.len();
        totals.groups.0 = all.groups.len();
        totals
    }
}
