//! Every interleaving of small worlds, not a sample: the run machine is driven through all that can
//! happen between a plan and the end of its run, and judged by laws that know nothing of how it works.
//!
//! `setting` has the worlds, `tenant` what Microsoft does, `moves` what can happen next, `answers`
//! what comes back, `judge` the laws.
//! `EXPLORE_DEPTH` is how many disturbances one path may have; more take longer.

mod answers;
mod judge;
mod moves;
mod node;
mod search;
mod setting;
mod tenant;
mod worlds;

use super::Course;
use judge::{Fault, KNOWN, OVER_A_READ, OVER_THE_LOOK, RESTS_ON_MADE, RESTS_ON_UNCHANGED, TWO_IDS};
use search::explore;
use setting::Setting;
use worlds::{DISTURBANCES, depth};

/// All that a course remembers, as text: what it was told once and never changes is left out.
fn still(course: &Course<'_>, ink: &mut node::Ink) {
    let Course { changes: _, places: _, from: _, tally, flights, answered, hold, known, looked } =
        course;
    ink.take(&(tally, flights, answered, hold, known, looked));
}

/// Explores a world and tells what was found: these laws must be seen broken, and no other but what is
/// known.
fn breaks(setting: &Setting, expected: &[Fault]) {
    let found = explore(setting);
    println!(
        "{}: {} states, {} transitions, {} ends, at most {} steps, {} disturbances",
        setting.name, found.states, found.transitions, found.ends, found.longest, setting.most
    );
    for (fault, (count, path)) in &found.broken {
        println!("- {fault}: {count} times; first:\n    {}", path.join("\n    "));
    }
    let known = |fault: &&Fault| KNOWN.contains(fault);
    let other: Vec<_> = found.broken.iter().filter(|(fault, _)| !known(fault)).collect();
    assert!(other.is_empty(), "{}: {other:#?}", setting.name);
    let far_enough = depth() >= DISTURBANCES;
    let mut missing = expected.iter().filter(|fault| !found.broken.contains_key(*fault));
    assert_eq!(missing.next().filter(|_| far_enough), None, "{}", setting.name);
}

#[test]
fn narrowing() {
    breaks(&worlds::narrowing(), &[RESTS_ON_UNCHANGED, RESTS_ON_MADE, OVER_THE_LOOK]);
}

#[test]
fn narrowing_one_by_one() {
    breaks(&worlds::one_at_a_time(), &[RESTS_ON_UNCHANGED, RESTS_ON_MADE]);
}

#[test]
fn widening() {
    breaks(&worlds::widening(), &[RESTS_ON_UNCHANGED, RESTS_ON_MADE, OVER_THE_LOOK]);
}

#[test]
fn both_at_once() {
    breaks(&worlds::both_at_once(), &[RESTS_ON_UNCHANGED, RESTS_ON_MADE, OVER_THE_LOOK]);
}

#[test]
fn what_one_has_by_himself() {
    breaks(&worlds::beside(), &[RESTS_ON_UNCHANGED, OVER_THE_LOOK, OVER_A_READ]);
}

#[test]
fn a_new_app_beside_another() {
    breaks(&worlds::new_app(), &[TWO_IDS]);
}

#[test]
fn a_door_that_closes() {
    breaks(&worlds::door(), &[RESTS_ON_UNCHANGED, RESTS_ON_MADE]);
}
