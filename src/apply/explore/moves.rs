//! What can happen next: answers in any order, and the disturbances that are left.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use super::law;
use super::node::{Flying, Meddling, Node, Phase};
use super::setting::{KeptBack, Setting};
use super::spent::Spent;
use super::tenant::{Object, id_of_grant};
use crate::apply::machine::Machine;
use crate::model::outcome::Stopped;

/// How long a slow answer takes, and how long a service asks to wait.
pub(super) const LONG: Duration = Duration::from_secs(25);

impl Node {
    /// Every moment that can come after this one.
    pub(super) fn next(&self, setting: &Setting) -> Vec<Self> {
        let mut all = Vec::new();
        match self.phase {
            Phase::Over => return all,
            Phase::Planned => all.push(self.looks(setting)),
            Phase::Looked => {
                all.push(self.begins(setting, Duration::ZERO));
                if self.may(setting, |spent| spent.slow) {
                    let mut slow = self.clone();
                    slow.spent.slow = true;
                    all.push(slow.begins(setting, LONG));
                }
            }
            Phase::Running => self.goes_on(setting, &mut all),
        }
        if self.may(setting, |spent| spent.others) {
            all.extend(self.meddled(setting));
        }
        all
    }

    /// Whether one more disturbance of this sort is left.
    pub(super) fn may(&self, setting: &Setting, spent: impl Fn(Spent) -> bool) -> bool {
        !spent(setting.without) && !spent(self.spent) && self.spent.count() < setting.most
    }

    fn looks(&self, setting: &Setting) -> Self {
        let mut node = self.clone();
        node.begun = setting.look(node.plan, node.saved, &node.tenant);
        if let Some(meddling) = &mut node.memory.meddling {
            meddling.shown = true;
        }
        node.phase = Phase::Looked;
        node.say(|| "the plan's objects are read, right before the run".to_owned());
        if node.begun.is_none() {
            node.phase = Phase::Over;
            node.say(|| "  the plan is no longer true: nothing is sent".to_owned());
            if !node.spent.others && !node.spent.trouble {
                node.faults.push(law::REFUSED);
            }
        }
        node
    }

    /// The run begins: the one place that makes a machine.
    fn begins(&self, setting: &Setting, later: Duration) -> Self {
        let mut node = self.clone();
        node.now += later;
        node.say(|| format!("the run begins {} seconds later", later.as_secs()));
        node.machine = node.begun.map(|begun| {
            let mut seen = begun.seen.clone();
            if setting.keeps_back(KeptBack::Age) {
                seen.values_mut().for_each(|time| *time = node.now);
            }
            Machine::new(&begun.changes, &begun.already).last_seen(&seen)
        });
        node.phase = Phase::Running;
        node.go_on(setting);
        node
    }

    fn goes_on(&self, setting: &Setting, all: &mut Vec<Self>) {
        for at in 0..self.flying.len() {
            match self.flying[at].clone() {
                Flying::Write(ticket, out) => self.writes(setting, at, ticket, &out, all),
                Flying::Read(ticket, queries, None) => {
                    self.reads(setting, at, ticket, &queries, all);
                }
                Flying::Read(ticket, queries, Some((then, rows))) => {
                    all.push(self.shown(setting, at, ticket, &queries, then, &rows));
                }
            }
        }
        let under_way = !self.flying.is_empty();
        match self.waits {
            Some(time) if !under_way => all.push(self.passes(setting, time)),
            _ => {}
        }
        if under_way && self.may(setting, |spent| spent.slow) {
            let mut slow = self.passes(setting, LONG);
            slow.spent.slow = true;
            all.push(slow);
        }
        if self.may(setting, |spent| spent.cut) {
            self.cut(setting, all);
        }
    }

    fn passes(&self, setting: &Setting, time: Duration) -> Self {
        let mut node = self.clone();
        node.say(|| format!("{} seconds pass", time.as_secs()));
        node.now += time;
        node.go_on(setting);
        node
    }

    fn meddled(&self, setting: &Setting) -> Vec<Self> {
        let moved = setting.moves(&self.tenant).into_iter().map(|(word, object, tenant)| {
            let mut node = self.clone();
            node.say(|| {
                let of = match &object {
                    Object::Grant(client, whom) => id_of_grant(*client, *whom),
                    Object::Assignment(id) => {
                        let one = tenant.assigned.get(id).or_else(|| self.tenant.assigned.get(id));
                        one.map(|one| format!("the assignment of {}", one.who)).unwrap_or_default()
                    }
                    Object::App(id) => id.to_string(),
                };
                format!("another administrator {word} {of}")
            });
            node.spent.others = true;
            let open = (0..self.changes().len()).filter(|at| !self.memory.settled.contains(at));
            node.memory.meddling = Some(Meddling {
                left: tenant.state(&object),
                object,
                at: self.now,
                before_the_run: self.phase != Phase::Running,
                open: open.collect(),
                shown: false,
            });
            node.behind = std::mem::replace(&mut node.tenant, Rc::new(tenant));
            node
        });
        moved.collect()
    }

    /// The process is killed, with or without effect of what is under way; or it is told to stop.
    fn cut(&self, setting: &Setting, all: &mut Vec<Self>) {
        let out = self.unanswered();
        for some in 0..1_u32 << out.len().min(3) {
            let mut dead = self.clone();
            dead.spent.cut = true;
            let chosen: BTreeSet<usize> =
                (0..out.len()).filter(|at| some >> at.min(&2) & 1 == 1).collect();
            dead.say(|| {
                let done = chosen.iter().map(|at| out[*at].request.path.clone());
                format!("the process is killed; with effect: {:?}", done.collect::<Vec<_>>())
            });
            for at in chosen {
                dead.carry_out(&out[at]);
            }
            for saved in [false, true] {
                let mut anew = dead.anew(setting, saved);
                let how = if saved { "the same plan" } else { "a new plan" };
                anew.say(|| format!("another run begins, with {how}"));
                all.push(anew);
            }
        }
        let mut told_to_stop = self.clone();
        told_to_stop.spent.cut = true;
        told_to_stop.say(|| "the run is told to stop".to_owned());
        if let Some(machine) = &mut told_to_stop.machine {
            machine.stop(Stopped::Interrupted);
        }
        told_to_stop.go_on(setting);
        all.push(told_to_stop);
    }
}
