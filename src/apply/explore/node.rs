//! One moment of the world: the run machine, the tenant, what is under way, and what has been
//! remembered so that it can be judged.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::law::Fault;
use super::setting::{Begun, Planned, Setting, told};
use super::spent::Spent;
use super::tenant::{Object, Tenant};
use crate::apply::action::Outgoing;
use crate::apply::in_flight::Ticket;
use crate::apply::machine::Machine;
use crate::model::change::Change;
use crate::model::query::Query;

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    /// The plan was made and approved.
    Planned,
    /// The look behind the approval was answered.
    Looked,
    Running,
    Over,
}

/// An action that is under way.
#[derive(Debug, Clone)]
pub(super) enum Flying {
    Write(Ticket, Rc<Vec<Outgoing>>),
    /// With what the service answered, and when, once it has.
    Read(Ticket, Rc<Vec<Query>>, Option<(Duration, Rc<Rows>)>),
}

/// The rows of each query; `None`: not read.
pub(super) type Rows = Vec<Option<Vec<Value>>>;

/// What another administrator did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Meddling {
    pub(super) object: Object,
    /// What he left there, as the tenant tells it.
    pub(super) left: String,
    pub(super) at: Duration,
    /// The run had not begun.
    pub(super) before_the_run: bool,
    /// Changes without a result at that time.
    pub(super) open: BTreeSet<usize>,
    /// A read showed it since.
    pub(super) shown: bool,
}

/// What is remembered of this run, to judge it by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Memory {
    pub(super) meddling: Option<Meddling>,
    /// When the service last answered what it shows of an object; what is not here, at the look.
    pub(super) answered: BTreeMap<Object, Duration>,
    /// Ids that the answers gave for an object that was made, by placeholder.
    pub(super) ids: BTreeMap<String, BTreeSet<String>>,
    /// Changes that have a result.
    pub(super) settled: BTreeSet<usize>,
    /// Changes of which a request took effect.
    pub(super) effective: BTreeSet<usize>,
    /// Requests that were handed to the network and came back.
    pub(super) sent: usize,
}

/// See the module.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) plan: &'static Planned,
    /// The plan comes from a file.
    pub(super) saved: bool,
    pub(super) begun: Option<&'static Begun>,
    pub(super) machine: Option<Machine<'static>>,
    pub(super) tenant: Rc<Tenant>,
    /// As replicas show it that are one write behind.
    pub(super) behind: Rc<Tenant>,
    pub(super) flying: Vec<Flying>,
    pub(super) now: Duration,
    /// The machine says that nothing can be done before so much time has passed.
    pub(super) waits: Option<Duration>,
    pub(super) phase: Phase,
    pub(super) spent: Spent,
    pub(super) memory: Memory,
    /// What it did that it must not.
    pub(super) faults: Vec<Fault>,
    /// What happened, in words, where somebody wants to know.
    pub(super) log: Option<Vec<String>>,
}

impl Node {
    pub(super) fn first(setting: &Setting) -> Self {
        let tenant = Rc::new(setting.start.clone());
        Self {
            plan: setting.plan(&tenant),
            saved: false,
            begun: None,
            machine: None,
            behind: Rc::clone(&tenant),
            tenant,
            flying: Vec::new(),
            now: Duration::ZERO,
            waits: None,
            phase: Phase::Planned,
            spent: Spent::default(),
            memory: Memory::default(),
            faults: Vec::new(),
            log: None,
        }
    }

    /// A new run: a plan made anew, or the same one from its file.
    pub(super) fn anew(&self, setting: &Setting, saved: bool) -> Self {
        let plan = if saved { self.plan } else { setting.plan(&self.tenant) };
        // What others did before a plan is part of what the plan is about.
        let meddling = self.memory.meddling.clone().filter(|_| saved);
        let meddling = meddling.map(|one| Meddling { before_the_run: true, ..one });
        Self {
            plan,
            saved,
            tenant: Rc::clone(&self.tenant),
            spent: self.spent,
            memory: Memory { meddling, ..Memory::default() },
            log: self.log.clone(),
            ..Self::first(setting)
        }
    }

    pub(super) fn say(&mut self, text: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push(told(&text()));
        }
    }

    pub(super) fn changes(&self) -> &'static [Change] {
        self.begun.map_or(&[], |begun| &begun.changes)
    }

    /// Requests that are under way and were not carried out yet.
    pub(super) fn unanswered(&self) -> Vec<Outgoing> {
        let writes = self.flying.iter().filter_map(|flying| match flying {
            Flying::Write(_, outgoing) => Some(outgoing.iter().cloned()),
            Flying::Read(..) => None,
        });
        writes.flatten().collect()
    }

    /// The service carries out a request. Whether it took effect.
    pub(super) fn carry_out(&mut self, out: &Outgoing) -> crate::graph::verdict::Verdict {
        let mut after = (*self.tenant).clone();
        let verdict = after.write(&out.request);
        if matches!(verdict, crate::graph::verdict::Verdict::Accepted(_)) {
            self.behind = std::mem::replace(&mut self.tenant, Rc::new(after));
            self.memory.effective.insert(out.place);
        }
        verdict
    }

    /// What tells this moment from others.
    pub(super) fn key(&self) -> u64 {
        let mut ink = Ink(DefaultHasher::new());
        std::ptr::from_ref(self.plan).hash(&mut ink.0);
        self.begun.map(std::ptr::from_ref).hash(&mut ink.0);
        (self.saved, self.now, self.waits, self.phase, self.spent).hash(&mut ink.0);
        (&self.memory, &self.tenant, &self.behind).hash(&mut ink.0);
        ink.take(&self.flying);
        if let Some(machine) = &self.machine {
            super::still(machine, &mut ink);
        }
        ink.0.finish()
    }
}

/// Takes text and keeps its hash alone.
pub(super) struct Ink(DefaultHasher);

impl Ink {
    #[expect(clippy::use_debug, reason = "all that a value holds, and nobody reads it")]
    pub(super) fn take(&mut self, one: &impl fmt::Debug) {
        write!(self, "{one:?}").unwrap();
    }
}

impl fmt::Write for Ink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
