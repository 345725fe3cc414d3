//! Every interleaving of small worlds, not a sample: the run machine is driven through all that can
//! happen between a plan and the end of its run, and judged by laws that know nothing of how it works.
//!
//! `setting` has the worlds, `tenant` what Microsoft does, `moves` what can happen next, `answers`
//! what comes back, `judge` the laws.
//! `EXPLORE_DEPTH` is how many disturbances one path may have; more take longer.

mod answers;
mod judge;
mod law;
mod moves;
mod node;
mod running;
mod search;
mod setting;
mod spent;
mod tenant;
mod worlds;

use std::collections::BTreeSet;

use super::Machine;
use law::{Fault, OVER_A_READ, OVER_THE_LOOK, RESTS_ON_MADE, RESTS_ON_UNCHANGED, TWO_IDS};
use search::{Findings, explore};
use setting::{KeptBack, Setting};
use spent::Spent;

/// All that a machine remembers, as text: what it was told once and never changes is left out.
fn still(machine: &Machine<'_>, ink: &mut node::Ink) {
    let Machine { changes: _, places: _, from: _, .. } = machine;
    let Machine { results, in_flight, answered, hold, silence, known, looked, grounds, .. } =
        machine;
    ink.take(&(results, in_flight, answered, hold, silence, known, looked, grounds.still()));
}

fn explored(setting: &Setting) -> Findings {
    let found = explore(setting);
    let but = setting.kept_back.map(|what| format!(", {what:?} kept back")).unwrap_or_default();
    println!(
        "{}{but}: {} states, {} transitions, {} ends, at most {} steps, {} disturbances",
        setting.name, found.states, found.transitions, found.ends, found.longest, setting.most
    );
    for (fault, (count, path)) in &found.broken {
        println!("- {fault}: {count} times; first:\n    {}", path.join("\n    "));
    }
    found
}

/// No law is broken.
fn holds(setting: &Setting) {
    let found = explored(setting);
    assert!(found.broken.is_empty(), "{}: {:#?}", setting.name, found.broken);
}

/// These laws and no others are seen broken, when the machine is not told what it needs to keep them:
/// a law that could not be broken would hold whatever the machine does. Only what leads there happens.
fn breaks(what: KeptBack, setting: Setting, expected: &[Fault]) {
    let all = Spent { others: true, slow: true, trouble: true, cut: true };
    let without = match what {
        KeptBack::RestsOn => Spent { others: false, ..all },
        KeptBack::Age => Spent { others: false, slow: false, ..all },
        KeptBack::OtherId => Spent { trouble: false, ..all },
    };
    let most = worlds::DISTURBANCES;
    let found = explored(&Setting { kept_back: Some(what), without, most, ..setting });
    let broken: BTreeSet<Fault> = found.broken.keys().copied().collect();
    let expected: BTreeSet<Fault> = expected.iter().copied().collect();
    assert_eq!(broken, expected);
}

#[test]
fn narrowing() {
    holds(&worlds::narrowing());
}

#[test]
fn narrowing_one_by_one() {
    holds(&worlds::one_at_a_time());
}

#[test]
fn widening() {
    holds(&worlds::widening());
}

#[test]
fn both_at_once() {
    holds(&worlds::both_at_once());
}

#[test]
fn what_one_has_by_himself() {
    holds(&worlds::beside());
}

#[test]
fn a_new_app_beside_another() {
    holds(&worlds::new_app());
}

#[test]
fn a_door_that_closes() {
    holds(&worlds::door());
}

#[test]
fn without_what_a_removal_rests_on_somebody_is_cut_off() {
    breaks(KeptBack::RestsOn, worlds::beside(), &[RESTS_ON_UNCHANGED]);
}

#[test]
fn old_answers_taken_for_new_ones_hide_what_happened_to_what_was_made() {
    let all = [RESTS_ON_MADE, OVER_A_READ, OVER_THE_LOOK];
    breaks(KeptBack::Age, worlds::both_at_once(), &all);
}

#[test]
fn old_answers_taken_for_new_ones_hide_what_happened_to_what_stays() {
    breaks(KeptBack::Age, worlds::beside(), &[RESTS_ON_UNCHANGED, OVER_THE_LOOK]);
}

#[test]
fn one_id_for_two_objects_leads_to_the_wrong_one() {
    breaks(KeptBack::OtherId, worlds::new_app(), &[TWO_IDS]);
}
