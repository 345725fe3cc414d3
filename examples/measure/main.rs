//! Measures the real binary against the simulated tenant: requests, wall time, peak memory.
//!
//! `cargo build --release && cargo run --release --example measure`
//!
//! Another binary, or some of the rows only: `… --example measure -- path/to/consent plan`. It prints
//! the table of `docs/reference/performance.md`. Every figure is of a whole process, at 40 ms a
//! request; of a plan, the middle one of three.

#![expect(clippy::print_stdout, reason = "its table is what this program is for")]
#![expect(clippy::disallowed_methods, reason = "it measures, and works in a folder of its own")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

mod bound;
mod process;
mod tenant;

use std::path::PathBuf;

use bound::Bound;
use process::{Figures, run};
use tenant::Tenant;

/// Milliseconds that every request takes.
const LATENCY: u64 = 40;

/// How fast writes go: words for the table, and the flags of `consent apply`.
const PACES: &[(&str, &[&str])] =
    &[(", without the quota", &["--write-quota", "0"]), (", with the quota", &[])];

fn main() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let (binary, wanted) = arguments();
    let bench = Bench { runtime: tokio::runtime::Runtime::new().unwrap(), binary };
    let asked = |row: &str| wanted.as_ref().is_none_or(|wanted| wanted == row);
    head();
    if asked("plan") {
        for count in [1_000, 5_000, 10_000, 100_000] {
            let what = format!("plan, {} unchanged grants of one app", grouped(count));
            let figures = bench.unchanged(&Tenant::one_app(count, count, LATENCY));
            row(&what, &figures, Some(Bound::of_plan(1, count)));
        }
        let figures = bench.unchanged(&Tenant::many_apps(1_000, 5, LATENCY));
        row("plan, 1,000 apps with 5 grants each", &figures, Some(Bound::of_plan(1_000, 5)));
    }
    for count in [100, 1_000, 5_000] {
        for (pace, flags) in PACES.iter().filter(|_| asked("apply")) {
            let what = format!("apply, {} new grants{pace}", grouped(count));
            let figures = bench.applied(&Tenant::one_app(count, 0, LATENCY), flags);
            row(&what, &figures, Some(Bound::of_apply(count, flags.is_empty())));
        }
    }
    if asked("draw") {
        let figures = bench.drawn(&Tenant::one_app(10_000, 0, 0));
        row("plan and draw, 10,000 changes, no latency", &figures, None);
        println!("\nThe drawing of 10,000 changes has {} lines.", figures.stdout.lines().count());
    }
}

/// The binary (the one beside this program, if none is named), and which rows.
fn arguments() -> (PathBuf, Option<String>) {
    let beside = std::env::current_exe().unwrap();
    let beside = beside.parent().unwrap().parent().unwrap().join("consent");
    let (paths, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.contains('/'));
    // Runs start in folders of their own.
    let named = paths.into_iter().next().map(|path| std::fs::canonicalize(path).unwrap());
    (named.unwrap_or(beside), words.into_iter().next())
}

struct Bench {
    runtime: tokio::runtime::Runtime,
    binary: PathBuf,
}

impl Bench {
    fn unchanged(&self, tenant: &Tenant) -> Figures {
        let served = tenant.serve(&self.runtime);
        middle(|| {
            let figures = run(&self.binary, &served, &tenant.manifest, &["plan"]);
            assert!(figures.stdout.contains("No changes."), "{}", figures.stdout);
            figures
        })
    }

    fn drawn(&self, tenant: &Tenant) -> Figures {
        let served = tenant.serve(&self.runtime);
        middle(|| run(&self.binary, &served, &tenant.manifest, &["plan"]))
    }

    fn applied(&self, tenant: &Tenant, flags: &[&str]) -> Figures {
        let served = tenant.serve(&self.runtime);
        let planned = run(&self.binary, &served, &tenant.manifest, &["plan", "--json"]);
        let report: serde_json::Value = serde_json::from_str(&planned.stdout).unwrap();
        let digest = report["effect"]["sha256"].as_str().unwrap();
        let args = [&["apply", "--approve", digest], flags].concat();
        let figures = run(&self.binary, &served, &tenant.manifest, &args);
        assert!(figures.stdout.contains(" done."), "{}", figures.stdout);
        figures
    }
}

/// The one of three runs whose time is the middle one.
fn middle(one: impl Fn() -> Figures) -> Figures {
    let mut runs = [one(), one(), one()];
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let [_, middle, _] = runs;
    middle
}

fn head() {
    println!("| | requests | wall time | peak memory | round trips | lower bound | ratio |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
}

fn row(what: &str, figures: &Figures, bound: Option<Bound>) {
    let Figures { requests, seconds, peak_mb, stdout: _ } = figures;
    let measured = format!("| {what} | {requests} | {seconds:.2} s | {peak_mb:.0} MB |");
    match bound {
        Some(Bound { round_trips, quota }) => {
            let round_trips_take = round_trips as f64 * LATENCY as f64 / 1_000.0;
            let least = round_trips_take.max(quota.into());
            println!("{measured} {round_trips} | {least:.2} s | {:.1} |", seconds / least);
        }
        None => println!("{measured} | | |"),
    }
}

/// `100,000`.
fn grouped(number: u32) -> String {
    match number / 1_000 {
        0 => number.to_string(),
        thousands => format!("{thousands},{:03}", number % 1_000),
    }
}
