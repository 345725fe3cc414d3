//! Many new grants under throttling, with answers that get lost and a process that is killed: every
//! grant is made, and none twice.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::scenarios::{app, wants};
use crate::world::World;

const PEOPLE: usize = 2_500;

fn crowd(weather: &str) -> World {
    let world = World::with(&format!(
        "[[group]]\nname = \"Makers\"\n[[people]]\nprefix = \"w\"\ncount = {PEOPLE}\ngroup = \
         \"Makers\"\n[weather]\n{weather}\n"
    ));
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["Makers"] }"#)),
    );
    world
}

/// Starts an apply and kills it once the tenant saw so many writes.
fn killed_after(world: &World, digest: &str, writes: u64) {
    let mut command = world.command(&["apply", "--approve", digest, "--quiet"]);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while world.counts().writes < writes {
        assert!(run.try_wait().unwrap().is_none(), "ended before it could be killed");
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", world.counts());
        std::thread::sleep(Duration::from_millis(2));
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

#[test]
fn a_crowd_under_throttling_lost_batches_and_a_kill_gets_each_grant_once() {
    // Every 97th item of a batch is throttled; every 700th write loses the answer of its whole batch.
    let world = crowd("throttle-writes = 97\nretry-after = 1\nlost = 700");
    let digest = world.digest();
    killed_after(&world, &digest, 1_000);
    let killed_at = world.grants().len();
    assert!((900..2_500).contains(&killed_at), "{killed_at}");

    // The rest is another effect; what took effect is not asked for again.
    let plan = world.plan();
    assert_eq!(plan["summary"]["add"], PEOPLE - killed_at);
    let rest = plan["effect"]["sha256"].as_str().unwrap();
    world.run(&["apply", "--approve", rest]).assert_code(0).quietly();

    assert_eq!(world.grants().len(), PEOPLE);
    let writes = world.writes();
    assert!(writes.iter().any(|line| line.status == 429), "the weather was fine");
    let made: Vec<&str> = writes
        .iter()
        .filter(|line| line.status == 201)
        .map(|line| line.body["principalId"].as_str().unwrap())
        .collect();
    assert_eq!(made.len(), PEOPLE, "creates in total");
    assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), PEOPLE, "none twice");
    world.assert_converged();
}
