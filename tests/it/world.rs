//! A tenant, a folder and the binary: what every test here begins with.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use consent::model::clock::Clock;
use consent::sandbox::log::{RequestCounts, WriteLine};
use consent::sandbox::seed;
use consent::sandbox::server::{self, Running, ServerOptions};
use serde_json::Value;
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::schemas::Watch;

/// The fixture of the scenarios: its ids are theirs.
pub const SEED: &str = include_str!("scenarios.seed.toml");

pub const TENANT: &str = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7";

/// The head of every manifest.
pub const HEAD: &str = "schema = 1\n[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\n\
                        domain = \"contoso.onmicrosoft.com\"\n";

/// The clock of the machine.
pub struct Now(pub Instant);

impl Clock for Now {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn since_start(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A simulated tenant that is served, and an empty folder to work in.
pub struct World {
    runtime: tokio::runtime::Runtime,
    pub tenant: Running,
    folder: TempDir,
}

/// One run of the binary.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Seconds that what fails is tried again: most tests need not see two minutes of it.
pub const PATIENCE: &str = "12";

impl World {
    pub fn new(seed: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let tenant = serve(&runtime, seed, None);
        Self { runtime, tenant, folder: TempDir::new().unwrap() }
    }

    /// The same tenant later: its log is empty, the weather is this one, and somebody may have
    /// edited its saved state.
    pub fn later(&mut self, weather: &str, edit: impl FnOnce(&mut Value)) {
        let mut state: Value = serde_json::from_str(&self.tenant.state()).unwrap();
        edit(&mut state);
        self.tenant = serve(&self.runtime, &format!("{SEED}\n{weather}"), Some(state.to_string()));
    }

    /// The scenarios' tenant with more TOML behind it: grants, weather.
    pub fn with(more: &str) -> Self {
        Self::new(&format!("{SEED}\n{more}"))
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Makes a folder, private as the binary makes its own, whatever the umask.
    pub fn private(&self, name: &str) -> PathBuf {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let path = self.folder().join(name);
        builder.create(&path).unwrap();
        path
    }

    /// Writes `consent.toml`, its head included.
    pub fn manifest(&self, body: &str) -> PathBuf {
        self.file("consent.toml", &format!("{HEAD}{body}"))
    }

    /// The binary, in the folder, with nothing of this machine's environment but the tenant.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consent"));
        command
            .args(args)
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder())
            .env("CONSENT_GRAPH_URL", self.tenant.url())
            .env("CONSENT_TOKEN", self.tenant.token())
            .env("CONSENT_PATIENCE", PATIENCE)
            .stdin(std::process::Stdio::null());
        command
    }

    #[must_use = "a run has an exit code to assert"]
    pub fn run(&self, args: &[&str]) -> Run {
        let watch = Watch::begin(args, self.folder());
        let run = Run::of(self.command(args).output().unwrap());
        watch.end(&run);
        run
    }

    /// Plans, and reads the machine report.
    pub fn plan(&self) -> Value {
        let run = self.run(&["plan", "--json"]);
        assert_eq!(run.code, 0, "{run:#?}");
        serde_json::from_str(&run.stdout).unwrap()
    }

    /// Approves the digest of a fresh plan, and applies it.
    #[must_use = "a run has an exit code to assert"]
    pub fn apply(&self) -> Run {
        let digest = self.digest();
        self.run(&["apply", "--approve", &digest])
    }

    pub fn digest(&self) -> String {
        self.plan()["effect"]["sha256"].as_str().unwrap().to_owned()
    }

    /// A second plan has nothing left to do.
    pub fn assert_converged(&self) {
        let plan = self.plan();
        assert_eq!(plan["changes"], serde_json::json!([]), "the second plan is not empty");
    }

    pub fn writes(&self) -> Vec<WriteLine> {
        self.tenant.writes()
    }

    /// Every write that reached the tenant, as `METHOD path`.
    pub fn sent(&self) -> Vec<String> {
        self.writes().iter().map(|line| format!("{} {}", line.method, line.path)).collect()
    }

    /// Not one write request came, not even one that was refused.
    #[track_caller]
    pub fn assert_untouched(&self) {
        assert_eq!(self.sent(), Vec::<String>::new(), "a write was sent");
        assert_eq!(self.counts().writes, 0, "a write was sent");
    }

    pub fn counts(&self) -> RequestCounts {
        self.tenant.counts()
    }

    /// The tenant's rows of one collection.
    pub fn rows(&self, collection: &str) -> Vec<Value> {
        let state: Value = serde_json::from_str(&self.tenant.state()).unwrap();
        state["tables"][collection].as_array().cloned().unwrap_or_default()
    }

    /// The tenant's own tasks run here.
    pub fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.runtime
    }
}

fn serve(runtime: &tokio::runtime::Runtime, seed: &str, state: Option<String>) -> Running {
    let seed = seed::file::parse("tenant.toml", seed).unwrap_or_else(|error| panic!("{error}"));
    let options = ServerOptions { state, ..ServerOptions::new(Arc::new(Now(Instant::now()))) };
    runtime.block_on(server::start(seed, options)).unwrap()
}

/// Errors that end a run, without their line breaks: what is looked for in them may stand anywhere.
fn unfolded(text: &str) -> String {
    let mut all = String::new();
    let mut foldable = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(' ');
        let follows = matches!(line.len() - bare.len(), 7 | 10) && !bare.trim().is_empty();
        if foldable && follows && all.ends_with('\n') {
            all.pop();
            all.push(' ');
            all.push_str(bare);
        } else {
            foldable = line.starts_with("error") || line.starts_with("  = ");
            all.push_str(line);
        }
    }
    all
}

impl Run {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: unfolded(&String::from_utf8(output.stderr).unwrap()),
        }
    }

    #[track_caller]
    pub fn assert_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Nothing more to look at than the code.
    pub fn quietly(self) {}

    /// stdout as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Both streams, for texts that may stand in either.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}
