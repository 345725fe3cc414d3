//! What holds for every kind on the real binary.

use super::{SPECIMENS, STAGES, everything, refuse};
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
    for stage in STAGES.iter() {
        for (number, request) in stage.sent.iter().enumerate() {
            let saved = number % 2 == 0;
            let mut world = stage.world(&refuse(request));
            apply(&stage.digest, saved, &world, 9);
            world.later("", |_| {});
            let digest = if saved { stage.digest.clone() } else { world.digest() };
            apply(&digest, saved, &world, 0);
            stage.assert_ended(&world, &format!("request {number} refused, saved: {saved}"));
        }
    }
}

fn apply(digest: &str, saved: bool, world: &World, code: i32) {
    let plan = saved.then_some("saved.plan");
    let args: Vec<&str> = ["apply"].into_iter().chain(plan).chain(["--approve", digest]).collect();
    world.run(&args).assert_code(code).quietly();
}

/// Every stage in this weather ends as in fine weather, and no request takes effect twice.
#[track_caller]
fn ends_as_in_fine_weather(weather: &str) {
    for stage in STAGES.iter() {
        let world = stage.world(&format!("[weather]\n{weather}\n"));
        stage.apply(&world).assert_code(0).quietly();
        stage.assert_ended(&world, weather);
        let effects = world.writes().iter().filter(|line| line.status < 300).count();
        let hidden = world.writes().iter().filter(|line| line.status == 404).count();
        assert_eq!(effects + hidden, stage.sent.len(), "{}: {weather}", stage.specimen.kind);
    }
}

#[test]
fn every_second_write_throttled() {
    ends_as_in_fine_weather("throttle-writes = 2\nretry-after = 0");
}

#[test]
fn every_answer_to_a_write_lost() {
    ends_as_in_fine_weather("lost = 1");
}

#[test]
fn every_second_success_answered_as_not_found() {
    ends_as_in_fine_weather("denied = 2");
}

#[test]
fn reads_that_lag_behind() {
    ends_as_in_fine_weather("lag = 1");
}
