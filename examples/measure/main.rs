//! Measures the real binary against the simulated tenant: requests, wall time, peak memory.
//!
//! `cargo build --release && cargo run --release --example measure`
//!
//! Every figure is of a whole process, at 40 ms a request. The lower bound beside each is the number
//! of round trips that the service's page and batch sizes force, one after the other, times 40 ms.

#![expect(clippy::print_stdout, reason = "its table is what this program is for")]
#![expect(clippy::disallowed_methods, reason = "it measures, and works in a folder of its own")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use consent::model::clock::Clock;
use consent::sandbox::seed;
use consent::sandbox::server::{self, Options, Running};
use time::OffsetDateTime;

/// Milliseconds that every request takes.
const LATENCY: u64 = 40;

struct Now(Instant);

impl Clock for Now {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn since_start(&self) -> Duration {
        self.0.elapsed()
    }
}

/// One process, watched from outside.
struct Figures {
    requests: u64,
    seconds: f64,
    peak_mb: f64,
    stdout: String,
}

fn main() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let binary = binary();
    println!("{:<44}{:>10}{:>10}{:>10}", "", "requests", "seconds", "peak MB");
    for count in [10, 1_000, 5_000] {
        let tenant = start(&runtime, &seed(count, count, LATENCY));
        let figures = run(&runtime, &binary, &tenant, &manifest("GX"), &["plan"]);
        assert!(figures.stdout.contains("No changes."), "{}", figures.stdout);
        row(&format!("plan, {count} unchanged one-user grants"), &figures);
    }
    for count in [100, 1_000] {
        let tenant = start(&runtime, &seed(count, 0, LATENCY));
        let digest = digest(&runtime, &binary, &tenant);
        let figures =
            run(&runtime, &binary, &tenant, &manifest("GX"), &["apply", "--approve", &digest]);
        assert!(figures.stdout.contains(" done."), "{}", figures.stdout);
        row(&format!("apply, {count} new one-user grants"), &figures);
    }
    let tenant = start(&runtime, &seed(10_000, 0, 0));
    let figures = run(&runtime, &binary, &tenant, &manifest("GX"), &["plan"]);
    row("plan and draw, 10,000 changes, no latency", &figures);
    let lines = figures.stdout.lines().count();
    println!("the drawing of 10,000 changes has {lines} lines");
}

fn row(what: &str, figures: &Figures) {
    let Figures { requests, seconds, peak_mb, stdout: _ } = figures;
    println!("{what:<44}{requests:>10}{seconds:>10.2}{peak_mb:>10.1}");
}

/// The binary beside this program, or the one named as its argument.
fn binary() -> PathBuf {
    std::env::args_os().nth(1).map_or_else(
        || std::env::current_exe().unwrap().parent().unwrap().with_file_name("consent"),
        PathBuf::from,
    )
}

fn seed(people: u32, granted: u32, latency: u64) -> String {
    let bulk = format!(
        "[[bulk_grant]]\nclient = \"App\"\nresource = \"Microsoft Graph\"\npeople = \"worker\"\n\
         count = {granted}\nscope = \"Mail.Read User.Read\"\n"
    );
    format!(
        "[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\n\
         domain = \"contoso.onmicrosoft.com\"\nname = \"Contoso\"\n\
         [[service_principal]]\napp_id = \"00000003-0000-0000-c000-000000000000\"\n\
         name = \"Microsoft Graph\"\npublisher_tenant = \"microsoft\"\n\
         publishes = \"microsoft-graph\"\n\
         [[service_principal]]\napp_id = \"99da6bf4-4525-4bfa-b39f-b6a35789c240\"\nname = \"App\"\n\
         [[group]]\nname = \"GX\"\n\
         [[people]]\nprefix = \"worker\"\ncount = {people}\ngroup = \"GX\"\n{}\
         [weather]\nlatency = {latency}\n",
        if granted > 0 { bulk } else { String::new() }
    )
}

fn manifest(group: &str) -> String {
    format!(
        "schema = 1\n[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\n\
         [limits]\nprincipals = 1000000\n\
         [app.app]\napp_id = \"99da6bf4-4525-4bfa-b39f-b6a35789c240\"\nmode = \"exact\"\n\
         [[grant]]\napp = \"app\"\nresource = \"Microsoft Graph\"\n\
         scopes = [\"User.Read\", \"Mail.Read\"]\nfor = {{ groups = [\"{group}\"] }}\n"
    )
}

fn start(runtime: &tokio::runtime::Runtime, seed: &str) -> Running {
    let seed = seed::parse("measure", seed).unwrap();
    runtime.block_on(server::start(seed, Options::new(Arc::new(Now(Instant::now()))))).unwrap()
}

fn command(binary: &Path, tenant: &Running, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(binary);
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("CONSENT_GRAPH_URL", tenant.url())
        .env("CONSENT_TOKEN", tenant.token())
        .stdin(Stdio::null());
    command
}

fn digest(runtime: &tokio::runtime::Runtime, binary: &Path, tenant: &Running) -> String {
    let figures = run(runtime, binary, tenant, &manifest("GX"), &["plan", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&figures.stdout).unwrap();
    report["effect"]["sha256"].as_str().unwrap().to_owned()
}

fn run(
    _runtime: &tokio::runtime::Runtime,
    binary: &Path,
    tenant: &Running,
    manifest: &str,
    args: &[&str],
) -> Figures {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("consent.toml"), manifest).unwrap();
    let out = folder.path().join("stdout");
    let before = tenant.counts().http;
    let started = Instant::now();
    let mut child = command(binary, tenant, folder.path(), args)
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak_mb: f64 = 0.0;
    while child.try_wait().unwrap().is_none() {
        peak_mb = peak_mb.max(high_water_mb(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
    Figures {
        requests: tenant.counts().http - before,
        seconds: started.elapsed().as_secs_f64(),
        peak_mb,
        stdout: std::fs::read_to_string(out).unwrap(),
    }
}

/// Peak resident memory so far, as Linux tells it; 0 elsewhere.
fn high_water_mb(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}
