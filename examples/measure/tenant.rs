//! Tenants to measure with, and the manifests that describe them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consent::model::clock::Clock;
use consent::sandbox::seed;
use consent::sandbox::server::{self, Running, ServerOptions};
use time::OffsetDateTime;

/// A seed and a manifest.
pub(crate) struct Tenant {
    seed: String,
    pub(crate) manifest: String,
}

struct Now(Instant);

impl Clock for Now {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn since_start(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Tenant {
    /// One app, declared for a group of so many people, of whom so many have their grant.
    pub(crate) fn one_app(people: u32, granted: u32, latency: u64) -> Self {
        Self::apps(1, people, granted, latency)
    }

    /// So many apps, each with the grants of the same few people.
    pub(crate) fn many_apps(apps: u32, grants: u32, latency: u64) -> Self {
        Self::apps(apps, grants, grants, latency)
    }

    fn apps(apps: u32, people: u32, granted: u32, latency: u64) -> Self {
        let tenant = "[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\n";
        let mut seed = format!(
            "{tenant}domain = \"contoso.onmicrosoft.com\"\nname = \"Contoso\"\n\
             [[service_principal]]\napp_id = \"00000003-0000-0000-c000-000000000000\"\n\
             name = \"Microsoft Graph\"\npublisher_tenant = \"microsoft\"\n\
             publishes = \"microsoft-graph\"\n\
             [[group]]\nname = \"GX\"\n\
             [[people]]\nprefix = \"worker\"\ncount = {people}\ngroup = \"GX\"\n\
             [weather]\nlatency = {latency}\n"
        );
        let mut manifest = format!("schema = 1\n{tenant}[limits]\nprincipals = 1000000\n");
        for app in 1..=apps {
            let id = format!("99da6bf4-0000-4000-8000-{app:012}");
            writeln!(seed, "[[service_principal]]\napp_id = \"{id}\"\nname = \"App {app}\"")
                .unwrap();
            if granted > 0 {
                writeln!(
                    seed,
                    "[[bulk_grant]]\nclient = \"App {app}\"\nresource = \"Microsoft Graph\"\n\
                     people = \"worker\"\ncount = {granted}\nscope = \"Mail.Read User.Read\""
                )
                .unwrap();
            }
            writeln!(
                manifest,
                "[app.app-{app}]\napp_id = \"{id}\"\nmode = \"exact\"\n\
                 [[grant]]\napp = \"app-{app}\"\nresource = \"Microsoft Graph\"\n\
                 scopes = [\"User.Read\", \"Mail.Read\"]\nfor = {{ groups = [\"GX\"] }}"
            )
            .unwrap();
        }
        Self { seed, manifest }
    }

    /// The tenant as the seed has it, served on this machine.
    pub(crate) fn serve(&self, runtime: &tokio::runtime::Runtime) -> Running {
        let seed = seed::file::parse("measure", &self.seed).unwrap();
        let options = ServerOptions::new(Arc::new(Now(Instant::now())));
        runtime.block_on(server::start(seed, options)).unwrap()
    }
}
