//! One function for each thing that is parsed. Each takes any bytes, and judges what came of them:
//! that nothing panicked is the least of it.

mod answer;
mod approval;
mod batch;
mod filter;
mod journal;
mod judge;
mod link;
mod manifest;
mod pages;
mod plan_edits;
mod plan_file;
mod requests;
mod scene;
mod seed;
mod snapshot;
mod state;
mod tenant;
mod token;

/// What can be fuzzed, by the name of its folder in `corpus/`.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Panics when a property does not hold.
    pub(crate) run: fn(&[u8]),
    /// What inputs are made of, for whoever has no coverage to learn it from: words between blanks, `·`
    /// for a blank within one.
    words: &'static str,
}

impl Target {
    pub(crate) fn words(&self) -> Vec<String> {
        self.words.split(' ').map(|word| word.replace('·', " ")).collect()
    }
}

pub(crate) const ALL: &[Target] = &[
    manifest::TARGET,
    plan_file::TARGET,
    plan_edits::TARGET,
    journal::TARGET,
    snapshot::TARGET,
    answer::TARGET,
    batch::TARGET,
    pages::TARGET,
    tenant::TARGET,
    token::TARGET,
    link::TARGET,
    seed::TARGET,
    filter::TARGET,
    requests::TARGET,
    state::TARGET,
    approval::TARGET,
];
