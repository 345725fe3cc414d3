//! One process of the binary, watched from outside.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use consent::sandbox::server::Running;

/// What a run took.
pub(crate) struct Figures {
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
    pub(crate) peak_mb: f64,
    pub(crate) stdout: String,
}

/// Runs the binary in a folder of its own.
pub(crate) fn run(binary: &Path, served: &Running, manifest: &str, args: &[&str]) -> Figures {
    let before = served.counts().http;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("consent.toml"), manifest).unwrap();
    let out = folder.path().join("stdout");
    let started = Instant::now();
    let mut child = Command::new(binary)
        .args(args)
        .current_dir(folder.path())
        .env_clear()
        .env("CONSENT_GRAPH_URL", served.url())
        .env("CONSENT_TOKEN", served.token())
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak_mb: f64 = 0.0;
    while child.try_wait().unwrap().is_none() {
        peak_mb = peak_mb.max(high_water_mb(child.id()));
        std::thread::sleep(Duration::from_millis(2));
    }
    let seconds = started.elapsed().as_secs_f64();
    let stdout = std::fs::read_to_string(out).unwrap();
    Figures { requests: served.counts().http - before, seconds, peak_mb, stdout }
}

/// Peak resident memory so far, as Linux tells it; 0 elsewhere.
fn high_water_mb(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}
