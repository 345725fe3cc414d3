//! Batches that fail as a whole: before anything took effect, after everything, and in between.

use std::time::Duration;

use super::{CROWD, attend, batch_of, creates, grants, made, world};
use crate::sandbox::log::BatchLine;

#[test]
fn a_batch_may_fail_before_midway_and_after() {
    for (word, lost) in [
        ("batch-500=1", false),
        ("batch-500-midway=1", false),
        ("batch-500-after=1", false),
        ("batch-lost-before=1", true),
        ("batch-lost-midway=1", true),
        ("batch-lost=1", true),
    ] {
        let mut world = world(CROWD, &[word]);
        let all = grants(&world, 20);
        let sent = attend(&mut world, &batch_of(creates(&all)), Duration::ZERO);
        assert_eq!(sent.lost, lost, "{word}");
        assert!(lost || [500, 502, 504].contains(&sent.status), "{word}: {}", sent.status);
        let made = made(&world, &all);
        let as_said = match word {
            "batch-500=1" | "batch-lost-before=1" => made == 0,
            "batch-500-after=1" | "batch-lost=1" => made == 20,
            _ => (1..20).contains(&made),
        };
        assert!(as_said, "{word}: {made}");
        let effects = world.log.writes.iter().filter(|line| line.took_effect).count();
        assert_eq!((effects, world.log.writes.len()), (made, 20), "{word}: all came");
        let line = BatchLine { arrived: 1, size: 20, writes: 20, status: sent.status, lost };
        assert_eq!(world.log.batches, [line], "{word}");
    }
}

#[test]
fn midway_is_another_place_for_another_seed() {
    let reached = |seed: &str| {
        let mut world = world(CROWD, &["batch-lost-midway=1", seed]);
        let all = grants(&world, 20);
        attend(&mut world, &batch_of(creates(&all)), Duration::ZERO);
        made(&world, &all)
    };
    let places: std::collections::BTreeSet<usize> =
        (1..9).map(|seed| reached(&format!("seed={seed}"))).collect();
    assert!(places.len() > 3, "{places:?}");
    assert_eq!(reached("seed=5"), reached("seed=5"));
}

#[test]
fn every_second_batch_and_not_what_comes_alone() {
    let mut world = world(CROWD, &["batch-500=2"]);
    let all = grants(&world, 20);
    let mut statuses = Vec::new();
    for part in all.chunks(5) {
        statuses.push(attend(&mut world, &batch_of(creates(part)), Duration::ZERO).status);
        assert_eq!(super::get(&mut world, "/organization", false).0, 200);
    }
    assert_eq!((statuses[0], statuses[2]), (200, 200));
    assert!(statuses[1] >= 500 && statuses[3] >= 500, "{statuses:?}");
    assert_eq!(made(&world, &all), 10);
    let arrived: Vec<u64> = world.log.batches.iter().map(|line| line.arrived).collect();
    assert_eq!(arrived, [1, 3, 5, 7]);
    assert!(world.log.writes[..5].iter().all(|line| line.arrived == 1));
}
