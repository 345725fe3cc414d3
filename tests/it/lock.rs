//! One apply at a time in a folder.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::gate::{Gate, Side};
use crate::survival::Story;
use crate::world::{Run, World};

/// Waits for the first of several runs that ends, and takes it out.
fn first_to_end(runs: &mut Vec<Child>) -> Run {
    let begun = Instant::now();
    loop {
        if let Some(at) = runs.iter_mut().position(|run| run.try_wait().unwrap().is_some()) {
            return Run::of(runs.remove(at).wait_with_output().unwrap());
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "more than one holds the lock");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whoever has the lock is held at the first request, so nobody else can have had it and ended.
#[test]
fn of_applies_that_start_at_the_same_moment_exactly_one_runs() {
    let story = Story::narrowing();
    for together in [2, 2, 2, 4] {
        let world = story.world();
        let gate = Gate::before(&world);
        gate.close_at(1, Side::Before);
        let mut runs: Vec<Child> = (0..together).map(|_| story.start(&world, &gate)).collect();
        while runs.len() > 1 {
            let run = first_to_end(&mut runs).assert_code(7);
            assert!(run.stderr.contains("error[locked]: another run is under way"), "{run:#?}");
            assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
            assert!(run.stderr.contains("then run: consent apply plan.json"), "{run:#?}");
        }
        world.assert_untouched();
        gate.open();
        first_to_end(&mut runs).assert_code(0).quietly();
        story.ended_well(&world, "one of several");
    }
}

/// While a run is under way, others are told who has the lock, before they plan; plans are made.
#[test]
fn who_has_the_lock_is_shown_and_plans_do_not_need_it() {
    let story = Story::narrowing();
    let world = story.world();
    let gate = Gate::before(&world);
    gate.close_at(1, Side::Before);
    let mut run = story.start(&world, &gate);
    assert!(gate.wait_until_held(&mut run));
    let lock = || std::fs::read_to_string(world.folder().join(".consent/lock")).unwrap();
    let note = lock();
    for args in [&story.args()[..], &["apply"], &["apply", "--json"]] {
        let reads = world.counts().reads;
        let other = world.run(args).assert_code(7);
        let by = format!("process {}, since 2", run.id());
        assert!(other.stderr.contains(&by), "{other:#?}");
        assert!(other.stdout.is_empty(), "nobody reviews what cannot be applied: {other:#?}");
        assert_eq!(world.counts().reads, reads, "{args:?}");
    }
    let plan = world.run(&["plan"]).assert_code(0);
    assert!(plan.stderr.contains("is still under way here"), "{plan:#?}");
    assert_eq!(lock(), note, "a plan leaves the lock alone");
    run.kill().unwrap();
    run.wait().unwrap();
    // The system has let go of it, whatever stands in the file.
    let next = story.finishes(&world, "after a killed holder");
    assert!(next.stderr.contains("did not come to its end"), "{next:#?}");
}

/// Folders of their own do not wait for each other.
#[test]
fn another_folder_has_another_lock() {
    let story = Story::narrowing();
    let (one, other): (World, World) = (story.world(), story.world());
    let gate = Gate::before(&one);
    gate.close_at(1, Side::Before);
    let mut run = story.start(&one, &gate);
    assert!(gate.wait_until_held(&mut run));
    other.run(&story.args()).assert_code(0).quietly();
    gate.open();
    Run::of(run.wait_with_output().unwrap()).assert_code(0).quietly();
}
