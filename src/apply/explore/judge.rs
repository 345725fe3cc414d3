//! What a run must never do, and what its report must say.

use std::time::Duration;

use super::law::{
    CUTS_OFF, Fault, MISCOUNTED, NO_NEED, NOT_APPROVED, NOT_FAILED, NOT_SO, NOT_THE_GOAL,
    NOT_UNTOUCHED, NOTHING_DONE, OVER_A_READ, OVER_SHOWN, OVER_THE_LOOK, RESTS_ON_MADE,
    RESTS_ON_UNCHANGED, TWO_IDS,
};
use super::node::{Meddling, Node};
use super::setting::Begun;
use super::tenant::{Access, Object};
use crate::apply::action::Outgoing;
use crate::apply::machine::Machine;
use crate::kinds::world::person;
use crate::model::audience::Audience;
use crate::model::change::{Change, Step};
use crate::model::outcome::{Line, Outcome, RunReport};
use crate::model::request::{Known, LATER, Method};

/// How long the machine may rely on what it was answered.
const RELIED_ON: Duration = Duration::from_secs(10);

/// A request goes out now.
pub(super) fn departure(node: &mut Node, out: &Outgoing) {
    let faults = [cut_off(node, out), written_over(node, out), not_approved(node, out)];
    node.faults.extend(faults.into_iter().flatten());
}

/// Nobody who has access, and shall have it, is without it by this request: whatever of what is under
/// way is carried out before it.
fn cut_off(node: &Node, out: &Outgoing) -> Option<Fault> {
    let others = node.unanswered();
    let now = node.tenant.access();
    for some in 0..1_u32 << others.len().min(6) {
        let mut tenant = (*node.tenant).clone();
        let chosen = others.iter().enumerate().filter(|(at, _)| some >> at & 1 == 1);
        chosen.for_each(|(_, other)| drop(tenant.write(&other.request)));
        let before = tenant.access();
        tenant.write(&out.request);
        let after = tenant.access();
        let mut lost = before.difference(&after);
        let kept = |one: &&Access| now.contains(one) && node.plan.kept.contains(one);
        if let Some(lost) = lost.find(kept) {
            return blamed(node, out, lost);
        }
    }
    None
}

/// Of what another administrator did the machine can only know what was so before it last could look:
/// before the last change that this one waits for had its result, and ten seconds ago.
fn blamed(node: &Node, out: &Outgoing, lost: &Access) -> Option<Fault> {
    let blamed =
        node.memory.meddling.as_ref().and_then(|one| Some((one, rested_on(node, one, lost)?)));
    let Some((meddling, fault)) = blamed else { return Some(CUTS_OFF) };
    let change = &node.changes()[out.place];
    let waited_for = |place: &usize| change.needs.contains(&node.changes()[*place].address);
    let could_know = meddling.before_the_run
        || meddling.open.iter().any(waited_for)
        || node.now.saturating_sub(meddling.at) >= RELIED_ON;
    could_know.then_some(fault)
}

/// What was to keep this access, where it is what another administrator changed.
fn rested_on(node: &Node, meddling: &Meddling, (app, name, scope): &Access) -> Option<Fault> {
    let (before, goal) = (&node.plan.before, &node.plan.goal);
    let unchanged = match (&meddling.object, scope) {
        (Object::Grant(client, whom), Some(_)) if client == app => {
            let key = (*client, *whom);
            let his = whom.is_none_or(|whom| whom == person(name));
            his.then(|| before.grants.get(&key) == goal.grants.get(&key))
        }
        (Object::Assignment(id), None) => Some(before.assigned.contains_key(id)),
        _ => None,
    };
    unchanged.map(|unchanged| if unchanged { RESTS_ON_UNCHANGED } else { RESTS_ON_MADE })
}

/// What another administrator made of an object is not replaced or removed, unless it was answered
/// less than ten seconds ago how it was.
fn written_over(node: &Node, out: &Outgoing) -> Option<Fault> {
    let meddling = node.memory.meddling.as_ref()?;
    let object = node.tenant.object(&out.request)?;
    // Of an app one member is set, that can be nothing else than what it is or what it shall be.
    if matches!(object, Object::App(_)) {
        return None;
    }
    let Meddling { left, shown, .. } = meddling;
    let his = meddling.object == object && !left.is_empty() && node.tenant.state(&object) == *left;
    if !his || is_expected(node, &object, left) {
        return None;
    }
    let answered = node.memory.answered.get(&object);
    let since = node.now.saturating_sub(answered.copied().unwrap_or_default());
    match answered {
        _ if *shown => Some(OVER_SHOWN),
        _ if since < RELIED_ON => None,
        Some(_) => Some(OVER_A_READ),
        None => Some(OVER_THE_LOOK),
    }
}

/// Whether the plan itself would have left the object so, or leads through it.
fn is_expected(node: &Node, object: &Object, left: &str) -> bool {
    let (before, goal) = (&node.plan.before, &node.plan.goal);
    let mut both = goal.clone();
    if let Object::Grant(client, whom) = object {
        let key = (*client, *whom);
        let more = before.grants.get(&key).cloned().unwrap_or_default();
        both.grants.entry(key).or_default().extend(more);
    }
    [before, goal, &both].iter().any(|tenant| tenant.state(object) == left)
}

/// A request is one of the plan's, with ids that all answers agree about.
fn not_approved(node: &Node, out: &Outgoing) -> Option<Fault> {
    let begun = node.begun?;
    let agreed = agreed(node, begun);
    let change = &begun.changes[out.place];
    let planned = node.plan.changes.iter().find(|one| one.address == change.address)?;
    if planned.steps.iter().any(|step| step.request.filled(&agreed) == out.request) {
        return None;
    }
    let later = planned.steps.iter().any(|step| step.request.to_string().contains(LATER));
    Some(if later { TWO_IDS } else { NOT_APPROVED })
}

fn agreed(node: &Node, begun: &Begun) -> Known {
    let mut known = begun.known.clone();
    for (placeholder, ids) in &node.memory.ids {
        match ids.first() {
            Some(id) if ids.len() == 1 => drop(known.insert(placeholder.clone(), id.clone())),
            _ => drop(known.remove(placeholder)),
        }
    }
    known
}

/// The run is over.
pub(super) fn the_end(node: &mut Node) {
    let Some(report) = node.machine.clone().map(Machine::report) else { return };
    let places = 0..report.lines.len();
    let mut faults: Vec<Fault> =
        places.filter_map(|place| untrue(node, place, &report.lines)).collect();
    if report.writes_sent != node.memory.sent {
        faults.push(MISCOUNTED);
    }
    faults.extend(unfinished(node, &report));
    node.say(|| {
        let told =
            report.lines.iter().map(|line| format!("{} {}", line.address, line.outcome.word()));
        format!("  the run ends: {}", told.collect::<Vec<_>>().join(", "))
    });
    node.faults.extend(faults);
}

fn untrue(node: &Node, place: usize, lines: &[Line]) -> Option<Fault> {
    let took_effect = node.memory.effective.contains(&place);
    match &lines[place].outcome {
        Outcome::Done | Outcome::Already if !is_so(node, place, lines) => Some(NOT_SO),
        // Accepted as such; or there was a doubt, and it is there.
        Outcome::Done if !took_effect && !node.spent.others && !node.spent.trouble => {
            Some(NOTHING_DONE)
        }
        Outcome::NotStarted | Outcome::Skipped { .. } if took_effect => Some(NOT_UNTOUCHED),
        Outcome::Failed { error } if took_effect && !error.is_another() => Some(NOT_FAILED),
        _ => None,
    }
}

/// Whether a change is as its last step would have it; or somebody changed it, or a later change did.
fn is_so(node: &Node, place: usize, lines: &[Line]) -> bool {
    let changes = node.changes();
    let Some(step) = changes[place].steps.last() else { return true };
    let mut known = node.begun.map(|begun| begun.known.clone()).unwrap_or_default();
    for (placeholder, ids) in &node.memory.ids {
        known.extend(ids.iter().map(|id| (placeholder.clone(), id.clone())));
    }
    let replaces = |other: &Step| {
        other.request.method != Method::Post && other.request.path == step.request.path
    };
    let later = changes
        .iter()
        .zip(lines)
        .skip(place + 1)
        .any(|(change, line)| line.outcome.settled() && change.steps.iter().any(replaces));
    let rows = node.tenant.read(&step.proof.read.filled(&known));
    later || step.proof.expect.met_by(&rows, &known) || others_did(node, &changes[place])
}

/// Whether it is this change's object that another administrator changed.
fn others_did(node: &Node, change: &Change) -> bool {
    let Some(meddling) = &node.memory.meddling else { return false };
    let whom = match change.subject.audience {
        Audience::One(id) | Audience::Group(id) => Some(id),
        Audience::Everyone | Audience::Tenant => None,
    };
    match &meddling.object {
        Object::Grant(_, one) => change.address.kind == "delegated_grant" && *one == whom,
        Object::Assignment(_) => change.address.kind == "assignment",
        Object::App(_) => change.address.kind == "service_principal",
    }
}

/// Where nothing was in the way, everything is done, and the tenant is as the plan would have it.
fn unfinished(node: &Node, report: &RunReport) -> Option<Fault> {
    let spent = node.spent;
    let all = report.lines.iter().all(|line| line.outcome.settled());
    let stopped = report.stopped.is_some();
    if !all && !stopped && !spent.others && !spent.trouble {
        return Some(NO_NEED);
    }
    let (tenant, goal) = (&node.tenant, &node.plan.goal);
    let as_planned = tenant.access() == goal.access() && tenant.grants == goal.grants;
    (all && !spent.others && !as_planned).then_some(NOT_THE_GOAL)
}
