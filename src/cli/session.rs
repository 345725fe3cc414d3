//! A connection to the tenant that this run is about: a real one, or the embedded simulated one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::cli::args::TenantArgs;
use crate::cli::clouds;
use crate::cli::env::Env;
use crate::cli::failed::{failed, told};
use crate::cli::failure::{Exit, Failure};
use crate::graph::auth::{Credential, SignInEnvironment};
use crate::graph::endpoint::Endpoint;
use crate::graph::error::GraphError;
use crate::graph::{Graph, Options};
use crate::kinds;
use crate::model::clock::Clock;
use crate::model::cloud::Cloud;
use crate::model::directory::Organization;
use crate::model::id::TenantId;
use crate::model::shell::{value, word};
use crate::model::untrusted::shown;
use crate::operations::Failed;
use crate::render::history::unfinished::Where;
use crate::sandbox::server::Running;
use crate::sandbox::{self, seed};
use crate::store::opened::Reach;
use crate::store::{report_file, sandbox_state};
use azure_core::credentials::Secret;

/// Signed in, to whatever plays the tenant.
pub struct Session {
    pub graph: Graph,
    embedded: Option<Embedded>,
    /// The flags that lead to the same tenant again, for "Next" lines: ` --sandbox x`, or empty.
    pub flags: String,
    /// Whether lines can be drawn anew on stderr.
    pub redraws: bool,
}

struct Embedded {
    running: Running,
    state: sandbox_state::Place,
}

impl Session {
    /// # Errors
    /// When the seed, the address or the sign-in is not usable. Nothing was sent to a tenant.
    pub async fn open(
        args: &TenantArgs,
        tenant: TenantId,
        write_quota: u32,
        env: &Arc<Env>,
    ) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::<Env>::clone(env);
        let parallelism = usize::from(args.parallelism);
        let patience = Duration::from_secs(u64::from(args.patience));
        let options = Options { parallelism, write_quota, patience, clock };
        if let Some(seed) = &args.sandbox {
            return Self::rehearse(seed, args.cloud, options, env).await;
        }
        let endpoint = clouds::endpoint(args)?;
        let credential =
            Credential::choose(sign_in(tenant, env)?).map_err(GraphError::from).map_err(told)?;
        let graph = Graph::connect(endpoint, credential.only_for(tenant), options).map_err(told)?;
        let url = match &args.graph_url {
            Some(url) => format!(" --graph-url {}", value(url)),
            None => String::new(),
        };
        let flags = url + &clouds::flag(args.cloud);
        Ok(Self { graph, embedded: None, flags, redraws: env.redraws() })
    }

    async fn rehearse(
        path: &Path,
        cloud: Cloud,
        options: Options,
        env: &Arc<Env>,
    ) -> Result<Self, Failure> {
        let text = report_file::read_text(path, Reach::Folder)
            .map_err(|error| named(error, SEED.to_owned()))?;
        let seed = seed::file::parse(&path.display().to_string(), &text).map_err(seeded)?;
        let beside = crate::cli::state::beside(path);
        let state = sandbox_state::path(&beside, path, text.as_bytes());
        let (state, saved) = sandbox_state::load(state).map_err(stored)?;
        let clock: Arc<dyn Clock> = Arc::<Env>::clone(env);
        let running = sandbox::server::start(
            seed,
            sandbox::server::ServerOptions {
                state: saved,
                ..sandbox::server::ServerOptions::new(clock)
            },
        )
        .await
        .map_err(|error| {
            Failure::new(
                Exit::Unexpected,
                "sandbox",
                format!("failed to start the simulated tenant: {error}"),
            )
        })?;
        let credential = Credential::ready(Secret::new(running.token()));
        let endpoint = Endpoint::parse(&running.url()).map_err(|error| {
            Failure::new(Exit::Unexpected, "sandbox", format!("failed to {error}"))
        })?;
        let graph = Graph::connect(endpoint.in_cloud(cloud), credential, options).map_err(told)?;
        let flags = format!(" --sandbox {}{}", word(path), clouds::flag(cloud));
        let embedded = Some(Embedded { running, state });
        Ok(Self { graph, embedded, flags, redraws: env.redraws() })
    }

    /// Whether this is the manifest's tenant.
    ///
    /// # Errors
    /// When it is another one, or nobody can be asked.
    pub async fn check_tenant(&self, wanted: TenantId) -> Result<Organization, Failure> {
        self.graph.check_tenant(wanted).await.map_err(|error| self.failed(error.into()))
    }

    /// What could not be done with this tenant, for people.
    pub fn failed(&self, error: Failed) -> Failure {
        match (&error, &self.embedded) {
            // Nobody signs in to a simulated tenant.
            (Failed::Graph(error @ GraphError::WrongTenant { .. }), Some(_)) => {
                Failure::new(Exit::NotAcceptable, error.code(), format!("failed to {error}")).help(
                    "write the id of the seed's tenant in [tenant], or name the seed of this one",
                )
            }
            _ => failed(error),
        }
    }

    /// Where earlier runs of this command were.
    pub fn place(&self) -> Where {
        if self.embedded.is_some() { Where::Embedded } else { Where::Tenant }
    }

    /// Whether there is a folder of our own to keep the simulated tenant in.
    ///
    /// # Errors
    /// When it is somebody else's, or others may write to it.
    pub fn can_keep(&self) -> Result<(), Failure> {
        self.embedded.as_ref().map_or(Ok(()), |embedded| embedded.state.check().map_err(stored))
    }

    /// Keeps what the simulated tenant went through, so that the next run finds it so. A run that wrote
    /// nothing saves nothing: it would only undo what another one did meanwhile.
    ///
    /// # Errors
    /// When the state cannot be written, or another run saved one since this one began.
    pub async fn close(self) -> Result<(), Failure> {
        let Some(Embedded { running, state }) = self.embedded else { return Ok(()) };
        let text = running.touched().then(|| running.state());
        running.stop().await;
        let Some(text) = text else { return Ok(()) };
        state.save(text.as_bytes()).map_err(|error| {
            stored(error).detail(vec![
                "the simulated tenant: what this run did to it is not kept; the".to_owned(),
                "next run begins with what was saved before".to_owned(),
            ])
        })
    }
}

/// The variables that Microsoft's own tools use, and our own token.
fn sign_in(tenant: TenantId, env: &Env) -> Result<SignInEnvironment, Failure> {
    let text = |name: &str| env.var(name).map(str::to_owned);
    let secret = |name: &str| env.var(name).map(|value| Secret::new(value.to_owned()));
    let certificate = match env.var("AZURE_CLIENT_CERTIFICATE_PATH") {
        Some(path) => {
            let pem =
                report_file::read_text(Path::new(path), Reach::Anywhere).map_err(|error| {
                    let cause =
                        format!("failed to use AZURE_CLIENT_CERTIFICATE_PATH: failed to {error}");
                    Failure::new(Exit::NoRight, "sign_in_failed", cause)
                        .help("set it to a readable PEM file, or unset it to sign in another way")
                })?;
            Some(Secret::new(pem))
        }
        None => None,
    };
    Ok(SignInEnvironment {
        token: secret("CONSENT_TOKEN"),
        tenant_id: text("AZURE_TENANT_ID").or_else(|| Some(tenant.to_string())),
        client_id: text("AZURE_CLIENT_ID"),
        client_secret: secret("AZURE_CLIENT_SECRET"),
        certificate,
        federated_token_file: env.var("AZURE_FEDERATED_TOKEN_FILE").map(PathBuf::from),
        authority_host: text("AZURE_AUTHORITY_HOST"),
        identity_endpoint: text("IDENTITY_ENDPOINT"),
        token_credentials: text("AZURE_TOKEN_CREDENTIALS"),
    })
}

pub fn stored(error: crate::store::error::StoreError) -> Failure {
    Failure::new(Exit::Unexpected, error.code(), format!("failed to {error}")).help(error.help())
}

/// A file of the command line that could not be read. One that is not there is a slip, as with a manifest.
pub fn named(error: crate::store::error::StoreError, help: String) -> Failure {
    match error.missing() {
        Some(path) => {
            let title = format!("there is no file {}", shown(&path.display().to_string()));
            Failure::new(Exit::Invalid, "file_not_found", title).help(help)
        }
        None => stored(error),
    }
}

/// What a seed is, for who named one that is not there.
pub const SEED: &str =
    "name the TOML file of a simulated tenant, such as examples/outlook-tasks/tenant.toml";

pub fn seeded(error: seed::SeedError) -> Failure {
    let own = ["schema", "app", "resource", "limits", "accept"];
    let of_kinds = kinds::REGISTRY.iter().filter_map(|kind| kind.table());
    let mut of_manifests = own.into_iter().chain(of_kinds.map(|table| table.name));
    let is_manifest =
        of_manifests.any(|table| error.message.starts_with(&format!("unknown field `{table}`")));
    Failure::new(Exit::Invalid, "seed_invalid", error.to_string()).help(match is_manifest {
        true => "this is a manifest, which is named with -f; a seed holds a simulated tenant",
        false => "see examples/outlook-tasks/tenant.toml for the form of a seed",
    })
}
