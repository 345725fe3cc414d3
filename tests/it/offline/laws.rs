//! Generated tenants and manifests: what is planned by a snapshot is what is planned by the tenant itself.

use proptest::prelude::*;

use super::{comparable, offline, take};
use crate::laws::config;
use crate::laws::tenant::{Case, case};
use crate::world::World;

fn world(case: &Case) -> World {
    let world = World::with(&case.seed());
    world.manifest(&case.manifest());
    world
}

proptest! {
    #![proptest_config(config(8))]

    #[test]
    fn a_plan_by_a_snapshot_is_the_one_by_the_tenant(case in case()) {
        let world = world(&case);
        take(&world);
        let (online, offline) = (world.run(&["plan", "--json"]), offline(&world, &["--json"]));
        prop_assert_eq!((online.code, offline.code), (0, 0), "{:#?}", offline);
        prop_assert_eq!(comparable(&online), comparable(&offline));
        prop_assert_ne!(&online.json()["effect"], &offline.json()["effect"]);
    }

    /// Of a manifest that is not the one the snapshot was taken with, the plan is the same, or it says that it
    /// does not know; it never says anything else.
    #[test]
    fn of_another_manifest_it_is_the_same_or_says_what_it_does_not_know(
        (case, other) in (case(), case())
    ) {
        let world = world(&case);
        take(&world);
        world.manifest(&other.manifest());
        let (online, offline) = (world.run(&["plan", "--json"]), offline(&world, &["--json"]));
        prop_assert_eq!(online.code, 0, "{:#?}", online);
        if offline.code == 0 {
            prop_assert_eq!(comparable(&online), comparable(&offline));
        } else {
            prop_assert_eq!(offline.code, 3, "{:#?}", offline);
            let codes = offline.stderr.lines().filter_map(|line| line.strip_prefix("error["));
            let codes: Vec<&str> = codes.filter_map(|line| line.split(']').next()).collect();
            prop_assert!(!codes.is_empty(), "{:#?}", offline);
            prop_assert!(codes.iter().all(|code| *code == "not_in_snapshot"), "{:#?}", offline);
        }
    }
}

/// The second law would hold of a program that never plans anything.
#[test]
fn other_manifests_are_planned_and_are_not() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::new(config(1));
    let mut codes = Vec::new();
    for _ in 0..12 {
        let (case, other) = (case(), case()).new_tree(&mut runner).unwrap().current();
        let world = world(&case);
        take(&world);
        world.manifest(&other.manifest());
        codes.push(offline(&world, &[]).code);
    }
    assert!(codes.contains(&0) && codes.contains(&3), "{codes:?}");
}
