//! Azure Pipelines: who a job says it is, by one of its service connections.
//! <https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create>

use azure_core::credentials::Secret;
use reqwest::{Client, RequestBuilder, header};
use url::Url;

use crate::graph::auth::failure::SignInError;
use crate::graph::auth::job::{Platform, address, with_query};
use crate::graph::auth::{SignInWay, filled, present};
use crate::model::untrusted::shown;

pub(super) const URL: &str = "SYSTEM_OIDCREQUESTURI";
const TOKEN: &str = "SYSTEM_ACCESSTOKEN";
const CONNECTION: &str = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";
const API_VERSION: &str = "7.1";

/// What the environment says about a job of Azure Pipelines.
#[derive(Debug, Clone, Default)]
pub(crate) struct AzurePipelinesJob {
    /// `SYSTEM_OIDCREQUESTURI`, which every job has.
    pub(crate) request_url: Option<String>,
    /// `SYSTEM_ACCESSTOKEN`, which a step has only where it is mapped into its `env`.
    pub(crate) access_token: Option<Secret>,
    /// `AZURESUBSCRIPTION_SERVICE_CONNECTION_ID`: set by tasks that name a connection, such as AzureCLI.
    pub(crate) connection: Option<String>,
    /// `AZURESUBSCRIPTION_CLIENT_ID`, likewise.
    pub(crate) client_id: Option<String>,
    /// `AZURESUBSCRIPTION_TENANT_ID`, likewise, where `AZURE_TENANT_ID` is not set.
    pub(crate) tenant_id: Option<String>,
}

impl AzurePipelinesJob {
    pub(super) fn way(
        self,
        tenant: Option<&str>,
        client: Option<&str>,
    ) -> Result<Option<SignInWay>, SignInError> {
        let Self { request_url, access_token, connection, client_id, tenant_id } = self;
        let Some(url) = filled(request_url) else { return Ok(None) };
        let (token, connection) = (present(access_token), filled(connection));
        let is_named = client.is_some();
        let client = client.map(str::to_owned).or_else(|| filled(client_id));
        let (token, connection, client) = match (token, connection, client) {
            (Some(token), Some(connection), Some(client)) => (token, connection, client),
            // The AzureCLI task tells its connection and has signed in `az` with it.
            _ if !is_named => return Ok(None),
            (None, ..) => return Err(no_access_token()),
            _ => return Err(no_connection()),
        };
        let tenant = filled(tenant_id).or_else(|| tenant.map(str::to_owned));
        let tenant =
            tenant.ok_or_else(|| SignInError::half("AZURE_CLIENT_ID", "AZURE_TENANT_ID"))?;
        let platform = Platform::AzurePipelines { url: address(URL, &url)?, token, connection };
        Ok(Some(SignInWay::Job { tenant, client, platform }))
    }
}

fn no_access_token() -> SignInError {
    SignInError::plain(
        format!(
            "AZURE_CLIENT_ID is set, but {TOKEN} is not: the job cannot ask for its identity token"
        ),
        format!(
            "map it in the step: `env: {{ {TOKEN}: $(System.AccessToken) }}`; to sign in another \
             way, name it in AZURE_TOKEN_CREDENTIALS"
        ),
    )
}

fn no_connection() -> SignInError {
    SignInError::plain(
        format!(
            "AZURE_CLIENT_ID is set, but {CONNECTION} is not: the job's identity token is one of a \
             service connection"
        ),
        format!(
            "run `consent` in a task that names the connection (AzureCLI, AzurePowerShell), or set \
             {CONNECTION} to the connection's id; to sign in another way, name it in \
             AZURE_TOKEN_CREDENTIALS"
        ),
    )
}

pub(super) fn request(
    http: &Client,
    url: &Url,
    token: &Secret,
    connection: &str,
    audience: &str,
) -> RequestBuilder {
    let pairs =
        [("api-version", API_VERSION), ("serviceConnectionId", connection), ("audience", audience)];
    http.post(with_query(url, &pairs))
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_LENGTH, 0)
        // Else a token that is not accepted is answered with the way to a page where people sign in.
        .header("x-tfs-fedauthredirect", "Suppress")
        .bearer_auth(token.secret())
}

/// The service gives tokens only for connections that the job names.
pub(super) fn remedy(connection: &str) -> String {
    format!(
        "map {TOKEN} from $(System.AccessToken), and let a task of this job name the service \
         connection {}, which has to be one of workload identity federation",
        shown(connection)
    )
}
