//! What holds for every kind on the real binary.

use std::collections::BTreeSet;
use std::sync::Mutex;

use consent::kinds::REGISTRY;

use super::{SPECIMENS, STAGES, Stage, everything, refuse};
use crate::lanes::side_by_side;
use crate::world::World;

/// Create, change and delete send what they announced and nothing else (or [`STAGES`] panics), and
/// leave everything else of the tenant alone.
#[test]
fn what_is_removed_leaves_the_tenant_as_it_was() {
    for specimen in SPECIMENS.iter().filter(|specimen| specimen.delete.is_some()) {
        let mut own = STAGES.iter().filter(|stage| stage.specimen.create == specimen.create);
        own.next_back().unwrap().assert_ended(&specimen.world(), "before and after");
    }
}

/// Without any record of an earlier run, a manifest of what is there is an empty plan, and applying
/// it sends nothing.
#[test]
fn what_is_there_is_adopted() {
    for stage in STAGES.iter() {
        let world = stage.world("");
        stage.apply(&world).assert_code(0).quietly();
        std::fs::remove_dir_all(world.folder().join(".consent")).unwrap();
        let writes = world.counts().writes;
        world.assert_converged();
        world.run(&["apply"]).assert_code(0).quietly();
        assert_eq!(world.counts().writes, writes, "{}", stage.specimen.kind);
    }
}

/// An additive app keeps what is not declared, and a manifest that no longer speaks of an app or a
/// setting touches nothing.
#[test]
fn what_is_not_declared_stays_unless_the_app_is_exact() {
    for stage in STAGES.iter() {
        let world = stage.world("");
        world.manifest("");
        world.assert_converged();
        let removes = stage.specimen.delete == Some(stage.manifest);
        if removes && stage.manifest.contains("\"exact\"") {
            let before = everything(&world);
            world.manifest(&stage.manifest.replace("\"exact\"", "\"additive\""));
            world.apply().assert_code(0).quietly();
            assert_eq!(everything(&world), before, "{}", stage.specimen.kind);
        }
    }
}

/// Every single request of every stage, refused once: the run says so, and the next one finishes,
/// with the plan that was saved before, or with a new one.
#[test]
fn a_refusal_at_any_request_leaves_the_rest_to_the_next_run() {
    let numbers = |stage: &Stage| 0..stage.sent.len();
    let each = STAGES.iter().flat_map(|stage| numbers(stage).map(move |number| (stage, number)));
    side_by_side(&each.collect::<Vec<_>>(), |(stage, number)| {
        let saved = number % 2 == 0;
        let mut world = stage.world(&refuse(&stage.sent[number]));
        apply(&stage.digest, saved, &world, 9);
        world.later("", |_| {});
        let digest = if saved { stage.digest.clone() } else { world.digest() };
        apply(&digest, saved, &world, 0);
        stage.assert_ended(&world, &format!("request {number} refused, saved: {saved}"));
    });
}

fn apply(digest: &str, saved: bool, world: &World, code: i32) {
    let plan = saved.then_some("saved.plan");
    let args: Vec<&str> = ["apply"].into_iter().chain(plan).chain(["--approve", digest]).collect();
    world.run(&args).assert_code(code).quietly();
}

/// Between plan and apply somebody else leaves the tenant as it is before another stage. Either what
/// the plan is about is not as it saw it, and nothing is sent; or the plan has not lost its meaning and
/// ends at its goal, where there is nothing left of it.
#[test]
fn what_somebody_else_changed_since_the_plan_is_seen_before_anything_is_sent() {
    let mut cases = Vec::new();
    for stage in STAGES.iter() {
        let same = |other: &&Stage| std::ptr::eq(other.specimen, stage.specimen);
        let others = STAGES.iter().filter(same).filter(|other| other.start != stage.start);
        cases.extend(others.map(|other| (stage, other)));
    }
    let stale = Mutex::new(BTreeSet::new());
    side_by_side(&cases, |(stage, other)| {
        let mut world = stage.world("");
        world.later("", |state| *state = serde_json::from_str(&other.start).unwrap());
        let apply = || world.run(&["apply", "saved.plan", "--approve", &stage.digest]);
        let run = apply();
        match run.code {
            0 => {
                let sent = world.writes().len();
                apply().assert_code(0).quietly();
                assert_eq!(world.writes().len(), sent, "{}: {run:#?}", stage.what());
            }
            6 => {
                world.assert_untouched();
                stale.lock().unwrap().insert(stage.specimen.kind);
            }
            _ => panic!("{}\nbefore {}: {run:#?}", stage.what(), other.what()),
        }
    });
    // Their objects are there or not: one is always as the plan saw it, or at its goal.
    let never = |name: &&str| ["app_role", "assignment"].contains(name);
    let all = REGISTRY.iter().map(|kind| kind.name()).filter(|name| !never(name));
    let stale = stale.into_inner().unwrap();
    assert_eq!(stale, all.collect(), "each other kind has a plan that was stale");
}
