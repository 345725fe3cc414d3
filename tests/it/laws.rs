//! What holds for every manifest and every tenant: small generated ones, each judged by an oracle
//! that knows nothing of plans, only of sets.

mod access;
mod rival;
mod storm;
pub mod tenant;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

use self::tenant::{Case, MANAGED, State, case};
use crate::world::{Run, World};

/// Few cases, since each runs the real binary several times, and always the same ones, so that
/// nobody's change fails by luck. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` choose others.
pub fn config(cases: u32) -> Config {
    let usual = Config::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let seeded = std::env::var_os("PROPTEST_RNG_SEED").is_some();
    Config {
        cases: if asked { usual.cases } else { cases },
        rng_seed: if seeded { usual.rng_seed } else { RngSeed::Fixed(20_190_219) },
        failure_persistence: None,
        max_shrink_iters: 24,
        ..usual
    }
}

/// The requests that a plan announces, in their order.
pub fn announced(plan: &Value) -> Vec<Value> {
    let changes = plan["changes"].as_array().unwrap();
    changes.iter().flat_map(|change| change["requests"].as_array().unwrap()).cloned().collect()
}

fn written(world: &World) -> Vec<Value> {
    let line = |line: consent::sandbox::log::WriteLine| json!({"method": line.method, "path": line.path, "body": line.body});
    world.writes().into_iter().map(line).collect()
}

/// A report without its times.
fn timeless(run: &Run) -> String {
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut text = run.stdout.clone();
    let live = &plan["live"];
    for (name, time) in [
        ("made_at", &plan["made_at"]),
        ("read_at", &live["read_at"]),
        ("milliseconds", &live["milliseconds"]),
    ] {
        let line = format!("\"{name}\": {time}");
        assert!(text.contains(&line), "{text}");
        text = text.replace(&line, name);
    }
    text
}

fn world(case: &Case, weather: &str) -> World {
    let world = World::with(&format!("{}\n[weather]\n{weather}\n", case.seed()));
    world.manifest(&case.manifest());
    world
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn apply_does_what_was_announced_and_nothing_is_left_to_do(case in case()) {
        let world = world(&case, "");
        let before = world.rows("oauth2PermissionGrants");
        let want = case.expected();
        prop_assert_eq!(&State::read(&before), &case.before(), "the seed is not what was meant");

        let (one, two) = (world.run(&["plan", "--json"]), world.run(&["plan", "--json"]));
        prop_assert_eq!(one.code, 0, "{:#?}", one);
        prop_assert_eq!(timeless(&one), timeless(&two));
        let plan: Value = serde_json::from_str(&one.stdout).unwrap();
        prop_assert_eq!(announced(&plan).is_empty(), want == case.before());

        let digest = plan["effect"]["sha256"].as_str().unwrap();
        let apply = world.run(&["apply", "--approve", digest]);
        prop_assert_eq!(apply.code, 0, "{:#?}", apply);
        prop_assert_eq!(written(&world), announced(&plan));

        let after = world.rows("oauth2PermissionGrants");
        prop_assert_eq!(&State::read(&after), &want);
        let others = |rows: &[Value]| -> Vec<Value> {
            rows.iter().filter(|row| !case.manages(row)).cloned().collect()
        };
        prop_assert_eq!(others(&before), others(&after), "an app outside the manifest was touched");
        let again = world.plan();
        prop_assert_eq!(&again["changes"], &json!([]));
    }
}

proptest! {
    #![proptest_config(config(8))]

    /// Odd spacing, another order and repeated names are no difference.
    #[test]
    fn a_tenant_that_equals_its_manifest_has_an_empty_plan(case in case(), style in 0..5_usize) {
        let case = case.settled(style);
        let world = world(&case, "");
        prop_assert_eq!(State::read(&world.rows("oauth2PermissionGrants")), case.expected());
        let plan = world.plan();
        prop_assert_eq!(&plan["changes"], &json!([]));
        let digest = plan["effect"]["sha256"].as_str().unwrap();
        let run = world.run(&["apply", "--approve", digest]);
        prop_assert_eq!(run.code, 0, "{:#?}", run);
        prop_assert_eq!(world.counts().writes, 0);
    }
}

/// One line of weather for a seed.
fn trouble() -> impl Strategy<Value = String> {
    let sort = prop_oneof![
        (3..8_u32).prop_map(|n| format!("throttle = {n}")),
        (2..5_u32).prop_map(|n| format!("throttle-writes = {n}")),
        (4..9_u32).prop_map(|n| format!("unavailable = {n}")),
        (1..3_u32).prop_map(|n| format!("lag = {n}")),
        (2..6_u32).prop_map(|n| format!("lost = {n}")),
        (2..6_u32).prop_map(|n| format!("denied = {n}")),
    ];
    (sort, any::<bool>()).prop_map(|(sort, old)| {
        format!("retry-after = 0\n{sort}\n{}", if old { "duplicate = 400" } else { "" })
    })
}

/// Whatever the weather: the end is reached, or what is not reached is named, and nothing happens
/// that was not wanted; running again gets there.
fn weathered(case: &Case, weather: &str) -> Result<(), TestCaseError> {
    let world = world(case, weather);
    let (before, want) = (case.before(), case.expected());
    for attempt in 0..3 {
        let plan = world.plan();
        let digest = plan["effect"]["sha256"].as_str().unwrap();
        let run = world.run(&["apply", "--approve", digest, "--json"]);
        prop_assert!(matches!(run.code, 0 | 9 | 10), "{:#?}", run);
        let now = State::read(&world.rows("oauth2PermissionGrants"));
        for (key, scopes) in &now.0 {
            let known = |state: &State| state.0.get(key) == Some(scopes);
            prop_assert!(known(&before) || known(&want), "neither old nor wanted: {:?}", key);
        }
        if run.code == 0 {
            prop_assert_eq!(&now, &want, "{:#?}", run);
            let again = world.plan();
            prop_assert_eq!(&again["changes"], &json!([]));
            return Ok(());
        }
        // Every object that is not as it shall be is among those the report does not call settled.
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let open: BTreeSet<&str> = report["changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| !matches!(line["result"].as_str(), Some("done" | "already")))
            .map(|line| line["address"].as_str().unwrap())
            .collect();
        prop_assert!(!open.is_empty(), "attempt {attempt}: {:#?}", run);
        let missing = now.differences(&want);
        prop_assert!(missing <= open.len(), "{} differ, named {:?}", missing, open);
    }
    Err(TestCaseError::fail(format!("three runs did not get there in {weather:?}")))
}

proptest! {
    #![proptest_config(config(4))]

    #[test]
    fn bad_weather_ends_well_or_says_what_is_missing(case in case(), weather in trouble()) {
        weathered(&case, &weather)?;
    }

    #[test]
    fn throttled_writes_are_all_made(case in case(), n in 3..5_u32) {
        weathered(&case, &format!("retry-after = 0\nthrottle-writes = {n}\nunavailable = 7"))?;
    }

    #[test]
    fn lost_answers_repeat_nothing(case in case(), n in 2..5_u32, lie in any::<bool>()) {
        let which = if lie { "denied" } else { "lost" };
        weathered(&case, &format!("retry-after = 0\n{which} = {n}\nduplicate = 400"))?;
    }
}

/// The generator is worth its name: it makes plans of every sort, and some that are empty.
#[test]
fn cases_are_of_every_sort() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::new(config(1));
    let cases: Vec<Case> =
        (0..60).map(|_| case().new_tree(&mut runner).unwrap().current()).collect();
    let seen = |what: &dyn Fn(&State, &State) -> bool| {
        cases.iter().filter(|case| what(&case.before(), &case.expected())).count()
    };
    let gone = |a: &State, b: &State| a.0.keys().any(|key| !b.0.contains_key(key));
    assert!(seen(&|before, after| gone(before, after)) > 10, "revocations");
    assert!(seen(&|before, after| gone(after, before)) > 10, "grants");
    let changed = |a: &State, b: &State| {
        a.0.iter().any(|(key, scopes)| b.0.get(key).is_some_and(|other| other != scopes))
    };
    assert!(seen(&changed) > 10, "widenings and narrowings");
    assert!(cases.iter().any(|case| case.apps.iter().flatten().any(|app| !app.exact)));
    assert!(cases.iter().any(|case| case.apps.iter().flatten().count() < MANAGED));
}
