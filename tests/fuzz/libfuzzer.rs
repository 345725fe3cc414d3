//! The same targets and the same words, led by coverage: see `.ci/fuzz` and `docs/house/testing.md`. The
//! environment names the target, `FUZZ_TARGET=manifest`.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

mod mutate;
mod targets;

fn target() -> &'static (targets::Target, Vec<String>) {
    static TARGET: OnceLock<(targets::Target, Vec<String>)> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        match targets::ALL.iter().find(|target| target.name == name) {
            Some(target) => (*target, target.words()),
            None => {
                let all: Vec<&str> = targets::ALL.iter().map(|target| target.name).collect();
                panic!("FUZZ_TARGET is one of {}", all.join(", "))
            }
        }
    })
}

fuzz_target!(|data: &[u8]| (target().0.run)(data));

// It knows bytes, and learns words slowly: every other change is made with the target's own.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    let (target, words) = target();
    let mut chance = mutate::Chance::new(seed.into(), target.name);
    let new = mutate::mutant(&mut chance, &[data[..size].to_vec()], words);
    let size = new.len().min(max_size);
    data[..size].copy_from_slice(&new[..size]);
    size
});
