//! The same seed and the same requests, the same weather.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::{CROWD, GRANTS, attend, batch_of, bearer, creates, grants, incoming, responses, world};
use crate::sandbox::access::ADMINISTRATOR;
use crate::sandbox::answer::AnswerBody;
use crate::sandbox::incoming::Errand;
use crate::sandbox::world::World;

const STORM: [&str; 6] =
    ["429=10%", "503=5%", "500=5%", "lost=10%", "500-after=5%", "latency=1ms..500ms"];

fn storm(seed: &str) -> World {
    world(CROWD, &[&STORM[..], &[seed]].concat())
}

/// What became of each grant, in whatever order they are sent.
fn fates(world: &mut World, grants: impl Iterator<Item = Value>) -> BTreeMap<String, String> {
    let mut one = |grant: Value| {
        let person = grant["principalId"].to_string();
        let errand = Errand::One(Box::new(incoming("POST", GRANTS, Some(grant)).into()));
        let number = world.log.counts.http + 1;
        let arrival = world.arrive(&errand, number, Duration::ZERO);
        let sent = world.attend(&errand, &bearer(ADMINISTRATOR), &arrival);
        (person, format!("{} {} {:?}", sent.status, sent.lost, arrival.latency))
    };
    grants.map(&mut one).collect()
}

#[test]
fn the_same_seed_is_the_same_storm_and_another_is_not() {
    let all = grants(&storm("seed=1"), 200);
    let run = |seed: &str| fates(&mut storm(seed), all.clone().into_iter());
    assert_eq!(run("seed=1"), run("seed=1"));
    assert_ne!(run("seed=1"), run("seed=2"));
}

/// Clients that work side by side arrive in another order every time.
#[test]
fn shares_do_not_hang_on_the_order() {
    let all = grants(&storm("seed=1"), 200);
    let forward = fates(&mut storm("seed=1"), all.clone().into_iter());
    let backward = fates(&mut storm("seed=1"), all.clone().into_iter().rev());
    assert_eq!(forward, backward);
    let mut busy = storm("seed=1");
    for _ in 0..50 {
        super::get(&mut busy, "/users?$top=1", false);
    }
    assert_eq!(fates(&mut busy, all.into_iter()), forward, "nor on what others read");
}

#[test]
fn inside_batches_each_request_has_its_own_fate() {
    let all = grants(&storm("seed=3"), 200);
    let mut together = storm("seed=3");
    let mut fates = BTreeMap::new();
    for part in all.chunks(20) {
        let sent = attend(&mut together, &batch_of(creates(part)), Duration::ZERO);
        let AnswerBody::Json(answer) = sent.body else { panic!("no answer") };
        for (grant, response) in part.iter().zip(responses(&answer)) {
            fates.insert(grant["principalId"].to_string(), response["status"].to_string());
        }
    }
    let alone: BTreeMap<String, String> = self::fates(&mut storm("seed=3"), all.into_iter())
        .into_iter()
        .map(|(person, fate)| (person, fate.split(' ').next().unwrap().to_owned()))
        .collect();
    assert_eq!(fates, alone);
    let throttled = alone.values().filter(|status| *status == "429").count();
    assert!((8..35).contains(&throttled), "about a tenth: {throttled}");
}

/// A request that is sent again meets something else, or nobody would ever get through.
#[test]
fn a_second_try_has_a_fate_of_its_own() {
    let mut world = world("", &["429=50%"]);
    let tries: Vec<u16> = (0..40).map(|_| super::get(&mut world, "/users", false).0).collect();
    let refused = tries.iter().filter(|status| **status == 429).count();
    assert!((8..32).contains(&refused), "{tries:?}");
}
