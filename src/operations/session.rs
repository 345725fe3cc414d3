//! A connection to the tenant that this is about: a real one, or the embedded simulated one.

use std::path::Path;

use azure_core::credentials::Secret;

use crate::graph::auth::{Credential, SignInEnvironment};
use crate::graph::endpoint::Endpoint;
use crate::graph::error::GraphError;
use crate::graph::{Graph, Options};
use crate::kinds::REGISTRY;
use crate::model::cloud::Cloud;
use crate::model::id::TenantId;
use crate::operations::Failed;
use crate::sandbox::seed;
use crate::sandbox::seed::{Mistake, Seed, SeedError};
use crate::sandbox::server::{self, Running, ServerOptions};
use crate::store::opened::Reach;
use crate::store::place::RecordPlace;
use crate::store::sandbox_state::SavedTenant;
use crate::store::{report_file, sandbox_state};

/// Signed in, to whatever plays the tenant.
pub(crate) struct Session {
    pub(crate) graph: Graph,
    embedded: Option<Embedded>,
}

struct Embedded {
    running: Running,
    saved: SavedTenant,
}

impl Session {
    /// Signs in to a real tenant.
    ///
    /// # Errors
    /// When the sign-in is not usable. Nothing was sent to a tenant.
    pub(crate) fn connect(
        endpoint: Endpoint,
        sign_in: SignInEnvironment,
        tenant: TenantId,
        options: Options,
    ) -> Result<Self, Failed> {
        let credential = Credential::choose(sign_in).map_err(GraphError::from)?;
        let graph = Graph::connect(endpoint, credential.only_for(tenant), options)?;
        Ok(Self { graph, embedded: None })
    }

    /// Starts the simulated tenant of a seed, as the last run left it.
    ///
    /// # Errors
    /// When the seed, or what was kept of its tenant, is not usable.
    pub(crate) async fn rehearse(
        path: &Path,
        cloud: Cloud,
        options: Options,
    ) -> Result<Self, Failed> {
        let (seed, text) = read_seed(path)?;
        let saved = sandbox_state::path(RecordPlace::beside(path).folder(), path, text.as_bytes());
        let (saved, state) = sandbox_state::load(saved)?;
        let own = ServerOptions::new(options.clock.clone());
        let running = server::start(seed, ServerOptions { state, ..own }).await?;
        let credential = Credential::ready(Secret::new(running.token()));
        let endpoint = Endpoint::parse(&running.url())?;
        let graph = Graph::connect(endpoint.in_cloud(cloud), credential, options)?;
        Ok(Self { graph, embedded: Some(Embedded { running, saved }) })
    }

    /// Whether the tenant is the embedded simulated one.
    pub(crate) fn is_simulated(&self) -> bool {
        self.embedded.is_some()
    }

    /// Whether there is a folder of our own to keep the simulated tenant in.
    ///
    /// # Errors
    /// When it is somebody else's, or others may write to it.
    pub(crate) fn can_keep(&self) -> Result<(), Failed> {
        Ok(self.embedded.as_ref().map_or(Ok(()), |embedded| embedded.saved.check())?)
    }

    /// Keeps what the simulated tenant went through, so that the next run finds it so. A run that wrote
    /// nothing saves nothing: it would only undo what another one did meanwhile.
    ///
    /// # Errors
    /// When the state cannot be written, or another run saved one since this one began.
    pub(crate) async fn close(self) -> Result<(), Failed> {
        let Some(Embedded { running, saved }) = self.embedded else { return Ok(()) };
        let text = running.touched().then(|| running.state());
        running.stop().await;
        let Some(text) = text else { return Ok(()) };
        Ok(saved.save(text.as_bytes())?)
    }
}

/// A seed, and its text.
///
/// # Errors
/// When it cannot be read, or has a mistake.
pub(crate) fn read_seed(path: &Path) -> Result<(Seed, String), Failed> {
    let text = report_file::read_text(path, Reach::Folder).map_err(Failed::NoSeed)?;
    let seed = seed::file::parse(&path.display().to_string(), &text).map_err(|error| {
        Failed::Seed { told: error.to_string(), is_manifest: is_manifest(&error) }
    })?;
    Ok((seed, text))
}

/// Whether it looks like a manifest that somebody named where a seed stands.
fn is_manifest(error: &SeedError) -> bool {
    let Mistake::UnknownTable(name) = &error.mistake else { return false };
    let own = ["schema", "app", "resource", "limits", "accept"];
    let of_kinds = REGISTRY.iter().filter_map(|kind| kind.table()).map(|table| table.name);
    own.into_iter().chain(of_kinds).any(|table| table == name)
}
