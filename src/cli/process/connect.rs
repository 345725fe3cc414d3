//! The connection that the command line asks for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;

use crate::cli::input::args::TenantArgs;
use crate::cli::input::clouds;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::env::Env;
use crate::graph::Options;
use crate::graph::auth::SignInEnvironment;
use crate::graph::auth::job::{AzurePipelinesJob, GithubJob, JobEnvironment};
use crate::graph::error::GraphError;
use crate::model::clock::Clock;
use crate::model::id::TenantId;
use crate::model::shell::{value, word};
use crate::operations::Failed;
use crate::operations::session::Session;
use crate::render::history::unfinished::Where;
use crate::store::opened::Reach;
use crate::store::report_file;

/// A session, and the way to it.
pub(crate) struct Connected {
    pub(crate) session: Session,
    /// The flags that lead to the same tenant again, for "Next" lines: ` --sandbox x`, or empty.
    pub(crate) flags: String,
}

impl Connected {
    /// # Errors
    /// When the seed, the address or the sign-in is not usable. Nothing was sent to a tenant.
    pub(crate) async fn open(
        args: &TenantArgs,
        tenant: TenantId,
        write_quota: u32,
        env: &Arc<Env>,
    ) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::<Env>::clone(env);
        let parallelism = usize::from(args.parallelism);
        let patience = Duration::from_secs(u64::from(args.patience));
        let options = Options { parallelism, write_quota, patience, clock };
        let (session, way) = match &args.sandbox {
            Some(seed) => {
                let session = Session::rehearse(seed, args.cloud, options).await;
                (session.map_err(failed)?, format!(" --sandbox {}", word(seed)))
            }
            None => {
                let (endpoint, sign_in) = (clouds::endpoint(args)?, sign_in(tenant, env)?);
                let session = Session::connect(endpoint, sign_in, tenant, options);
                let url = args.graph_url.as_ref().map(|url| format!(" --graph-url {}", value(url)));
                (session.map_err(failed)?, url.unwrap_or_default())
            }
        };
        Ok(Self { session, flags: way + &clouds::flag(args.cloud) })
    }

    /// What could not be done with this tenant, for people.
    pub(crate) fn failed(&self, error: Failed) -> Failure {
        match error {
            // Nobody signs in to a simulated tenant.
            Failed::Graph(error @ GraphError::WrongTenant { .. })
                if self.session.is_simulated() =>
            {
                Failure::new(Exit::NotAcceptable, error.code(), format!("failed to {error}")).help(
                    "write the id of the seed's tenant in [tenant], or name the seed of this one",
                )
            }
            error => failed(error),
        }
    }

    /// Where earlier runs of this command were.
    pub(crate) fn place(&self) -> Where {
        if self.session.is_simulated() { Where::Embedded } else { Where::Tenant }
    }

    /// Keeps what the simulated tenant went through.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        self.session.close().await.map_err(|error| {
            failed(error).detail(vec![
                "the simulated tenant: what this run did to it is not kept; the".to_owned(),
                "next run begins with what was saved before".to_owned(),
            ])
        })
    }
}

/// What the platforms of pipelines tell their jobs.
fn job(env: &Env) -> JobEnvironment {
    let text = |name: &str| env.var(name).map(str::to_owned);
    let secret = |name: &str| env.var(name).map(|value| Secret::new(value.to_owned()));
    let tenant_id = match env.var("AZURE_TENANT_ID") {
        Some(_) => None,
        None => text("AZURESUBSCRIPTION_TENANT_ID"),
    };
    JobEnvironment {
        github: GithubJob {
            runs: text("GITHUB_ACTIONS"),
            request_url: text("ACTIONS_ID_TOKEN_REQUEST_URL"),
            request_token: secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        },
        azure_pipelines: AzurePipelinesJob {
            request_url: text("SYSTEM_OIDCREQUESTURI"),
            access_token: secret("SYSTEM_ACCESSTOKEN"),
            connection: text("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
            client_id: text("AZURESUBSCRIPTION_CLIENT_ID"),
            tenant_id,
        },
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
        job: job(env),
        authority_host: text("AZURE_AUTHORITY_HOST"),
        identity_endpoint: text("IDENTITY_ENDPOINT"),
        token_credentials: text("AZURE_TOKEN_CREDENTIALS"),
    })
}
