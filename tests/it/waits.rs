//! Waits on the real binary: who wants them, how long they are, and when the run gives up.

use std::time::{Duration, Instant};

use crate::scenarios::{app, wants};
use crate::world::World;

const PEOPLE: &str =
    "[[group]]\nname = \"G\"\n[[people]]\nprefix = \"w\"\ncount = 3\ngroup = \"G\"\n";

fn grants() -> World {
    let world = World::with(PEOPLE);
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["G"] }"#)),
    );
    world
}

/// Nobody asked for a pause: that is said, with what was answered and when it is given up.
#[test]
fn a_fault_is_not_said_to_be_the_services_wish() {
    let mut world = grants();
    let fault = "[weather]\n[[weather.phase]]\nto-second = 8\n503 = 1\n";
    world.later(&format!("{PEOPLE}{fault}"), |_| {});
    let run = world.run(&["plan"]).assert_code(0);
    let told = run.stderr.lines().filter(|line| line.contains("answered 503; trying again in "));
    let told: Vec<&str> = told.collect();
    assert!(!told.is_empty(), "{run:#?}");
    assert!(told.iter().all(|line| line.contains(" s, giving up at ") && line.len() <= 80));
    assert!(!run.stderr.contains("asked for a pause"), "{run:#?}");
}

#[test]
fn a_plan_that_is_told_to_come_back_later_says_so_and_ends() {
    let mut world = grants();
    world.later(&format!("{PEOPLE}[weather]\n429 = 1\nretry-after = 3000\n"), |_| {});
    let begun = Instant::now();
    let run = world.run(&["plan"]).assert_code(1);
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert!(run.stderr.contains("error[long_pause]: failed to read /organization: "), "{run:#?}");
    assert!(run.stderr.contains("Microsoft Graph asked for a pause of 3000 s"), "{run:#?}");
    assert!(run.stderr.contains("run again after 2"), "{run:#?}");
}

/// What was under way is read back, the rest is not started, and nobody waits for an hour.
#[test]
fn one_write_that_is_told_to_wait_too_long_ends_the_run() {
    let mut world = grants();
    let digest = world.digest();
    let refuse = "[weather]\nretry-after = 3000\n[[weather.refuse]]\nmethod = \"POST\"\n\
                  path = \"/oauth2PermissionGrants\"\nstatus = 429\ntimes = 1\n";
    world.later(&format!("{PEOPLE}{refuse}"), |_| {});
    let begun = Instant::now();
    let run = world.run(&["apply", "--approve", &digest]).assert_code(9);
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert!(
        run.stdout.contains("Stopped Microsoft Graph asked for a pause of 3,000 s"),
        "{run:#?}"
    );
    assert!(run.stdout.contains("3 changes: 2 done, 1 not started."), "{run:#?}");
    world.later(PEOPLE, |_| {});
    world.apply().assert_code(0).quietly();
    world.assert_converged();
}

/// Whoever reads a log knows that it is alive, and at what.
#[test]
fn a_reading_that_takes_long_says_how_far_it_is() {
    let mut world = grants();
    for (args, told) in [(&["plan"][..], true), (&["plan", "-q"], false)] {
        world.later(&format!("{PEOPLE}[weather]\nlatency = \"2s\"\n"), |_| {});
        let run = world.run(args).assert_code(0);
        let line = run.stderr.lines().find(|line| line.starts_with("reading the tenant, "));
        assert_eq!(line.is_some(), told, "{run:#?}");
        assert!(line.is_none_or(|line| line.contains(" object") && line.len() <= 80), "{run:#?}");
    }
}
