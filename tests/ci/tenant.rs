//! The simulated tenant that the pipelines plan and apply to, with its two identities.

use std::sync::Arc;
use std::time::{Duration, Instant};

use consent::model::clock::Clock;
use consent::sandbox::seed;
use consent::sandbox::server::{self, Running, ServerOptions};
use serde_json::Value;
use time::OffsetDateTime;

const SEED: &str = include_str!("../it/scenarios.seed.toml");
pub(crate) const TENANT: &str = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7";

/// Plans pull requests.
pub(crate) const PLANS: &str = "b1b1b1b1-0000-4000-8000-00000000b1b1";
/// Plans the branch main. In Microsoft Entra it is the same app with a second federated credential; a simulated app has
/// one.
pub(crate) const PLANS_MAIN: &str = "b2b2b2b2-0000-4000-8000-00000000b2b2";
pub(crate) const APPLIES: &str = "a1a1a1a1-0000-4000-8000-00000000a1a1";

const READS: &str = "\"Directory.Read.All\"";

struct Now(Instant);

impl Clock for Now {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn since_start(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Who may sign in by what subject.
pub(crate) struct Subjects {
    pub(crate) issuer: &'static str,
    pub(crate) plans: &'static str,
    pub(crate) plans_main: &'static str,
    pub(crate) applies: &'static str,
}

pub(crate) struct Tenant {
    runtime: tokio::runtime::Runtime,
    running: Running,
    seed: String,
}

impl Tenant {
    pub(crate) fn new(subjects: &Subjects, more: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let identity = |app: &str, subject: &str, permissions: &str| {
            format!(
                "[[identity]]\napp_id = \"{app}\"\npermissions = [{permissions}]\n\
                 federated = {{ issuer = \"{}\", subject = \"{subject}\" }}\n",
                subjects.issuer
            )
        };
        let writes = format!("{READS}, \"DelegatedPermissionGrant.ReadWrite.All\"");
        let seed = [
            SEED,
            &identity(PLANS, subjects.plans, READS),
            &identity(PLANS_MAIN, subjects.plans_main, READS),
            &identity(APPLIES, subjects.applies, &writes),
            more,
        ]
        .join("\n");
        let running = serve(&runtime, &seed, None);
        Self { runtime, running, seed }
    }

    /// Somebody else changes the tenant: its saved state, edited. What is logged begins anew.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        let mut state: Value = serde_json::from_str(&self.running.state()).unwrap();
        edit(&mut state);
        self.running = serve(&self.runtime, &self.seed, Some(state.to_string()));
    }

    pub(crate) fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.runtime
    }

    /// What leads a job to it. No sign-in is in it.
    pub(crate) fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("CONSENT_GRAPH_URL", self.running.url()),
            ("AZURE_AUTHORITY_HOST", self.running.url()),
            ("CONSENT_PATIENCE", "12".to_owned()),
        ]
    }

    /// Every write that came, as `METHOD path`.
    pub(crate) fn sent(&self) -> Vec<String> {
        let writes = self.running.writes();
        writes.iter().map(|line| format!("{} {}", line.method, line.path)).collect()
    }

    pub(crate) fn requests(&self) -> u64 {
        let counts = self.running.counts();
        counts.http + counts.tokens
    }

    pub(crate) fn grants(&self) -> Vec<Value> {
        let state: Value = serde_json::from_str(&self.running.state()).unwrap();
        state["tables"]["oauth2PermissionGrants"].as_array().cloned().unwrap_or_default()
    }
}

fn serve(runtime: &tokio::runtime::Runtime, seed: &str, state: Option<String>) -> Running {
    let seed = seed::file::parse("tenant.toml", seed).unwrap_or_else(|error| panic!("{error}"));
    let options = ServerOptions { state, ..ServerOptions::new(Arc::new(Now(Instant::now()))) };
    runtime.block_on(server::start(seed, options)).unwrap()
}
