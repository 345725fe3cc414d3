//! What is parsed, given inputs that nobody meant to write: the kept ones, large ones, and as many
//! changed ones as there is time for. Always the same, unless the environment says otherwise:
//! `FUZZ_SECONDS` for each target, `FUZZ_SEED` for other inputs.
#![expect(clippy::disallowed_methods, reason = "reads the corpus, the clock and the environment")]
#![expect(clippy::unwrap_used, reason = "a property that does not hold ends the test")]

mod mutate;
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::{Chance, giants, mutant};
use targets::{ALL, Target};

/// Changed inputs of each target where nobody says how long.
const MUTANTS: usize = 1_500;
/// Bytes of a large input.
const GIANT: usize = 200_000;
/// Longest time that one input may take of a processor. What takes longer grows faster than its input.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most bytes of all kept inputs.
const KEPT: u64 = 200 * 1024;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|_| panic!("no {}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// How long this thread has worked, where the system says so: other work on the machine is not its
/// fault. Elsewhere the time by the clock.
fn worked(since: Instant) -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = told.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// Runs one input. A crash that ends the process leaves it behind, too.
fn attempt(target: &Target, input: &[u8], what: &str) {
    let last = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
    fs::write(&last, input).unwrap();
    let started = Instant::now();
    let before = worked(started);
    let held = catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_ok();
    let took = worked(started).saturating_sub(before);
    let (name, last) = (target.name, last.display());
    let kept = format!("kept in {last}; a copy of it in tests/fuzz/corpus/{name} stays a test");
    assert!(held, "{what} breaks a property of {name}. It is {kept}");
    assert!(took < PATIENCE, "{what} of {name} takes {took:?}. It is {kept}");
}

fn fuzz(name: &str) {
    let target = ALL.iter().find(|target| target.name == name).unwrap();
    let words = target.words();
    let kept = corpus(name);
    assert!(!kept.is_empty(), "{name} has no corpus");
    for (path, input) in &kept {
        attempt(target, input, &path.display().to_string());
    }
    let mut inputs: Vec<Vec<u8>> = kept.into_iter().map(|(_, input)| input).collect();
    for (at, giant) in giants(&inputs, &words, GIANT).iter().enumerate() {
        attempt(target, giant, &format!("large input {at}"));
    }
    let seed = number("FUZZ_SEED").unwrap_or(20_190_219);
    let mut chance = Chance::new(seed, name);
    let until = number("FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    for turn in 0.. {
        if until.map_or(turn == MUTANTS, |until| Instant::now() > until) {
            break;
        }
        let input = mutant(&mut chance, &inputs, &words);
        attempt(target, &input, &format!("input {turn} of FUZZ_SEED={seed}"));
        // Now and then a changed input is changed further.
        if chance.below(20) == 0 {
            let at = chance.below(inputs.len() + 1);
            if at < inputs.len() && inputs.len() > 60 {
                inputs[at] = input;
            } else {
                inputs.push(input);
            }
        }
    }
}

macro_rules! fuzzed {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name));
        })*

        #[test]
        fn every_target_runs_and_its_corpus_is_small() {
            let run = [$(stringify!($name)),*];
            let all: Vec<&str> = ALL.iter().map(|target| target.name).collect();
            assert_eq!(run.as_slice(), all);
            let size: u64 = all.iter().flat_map(|name| corpus(name)).map(|(_, bytes)| bytes.len() as u64).sum();
            assert!(size <= KEPT, "{size} bytes are kept");
        }
    };
}

fuzzed!(
    manifest, plan_file, plan_edits, journal, snapshot, answer, batch, pages, tenant, token, link,
    seed, filter, requests, state, approval,
);
