//! From a chosen way to credentials of the sign-in library, over our own HTTP client.

use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use url::Url;

use crate::graph::auth::assertion::CertificateAssertion;
use crate::graph::auth::failure::SignInError;
use crate::graph::auth::job::ask::JobAssertion;
use crate::graph::auth::job::audience;
use crate::graph::auth::overhear::Overhearing;
use crate::graph::auth::presented::LastPresented;
use crate::graph::auth::{Credential, SignInWay};
use crate::graph::client::{Way, client};
use crate::graph::endpoint::{Endpoint, is_loopback};
use crate::model::clock::Clock;
use crate::model::untrusted::shown;

/// Credentials to try in order, each with the name of its way. Sends nothing. What a job says it is, is
/// noted when it is sent.
pub(crate) fn credentials(
    credential: Credential,
    endpoint: &Endpoint,
    clock: Arc<dyn Clock>,
    presented: &LastPresented,
) -> Result<Vec<Arc<dyn TokenCredential>>, SignInError> {
    let name = credential.name();
    let authority = Authority::of(credential.authority.as_deref(), endpoint, presented.clone())?;
    // The token of a real tenant stays with the real Graph: nothing simulated sees it, so that a
    // changed address cannot collect it. A developer tool does not look at the authority, so it has
    // to be named as well: nobody does both by accident.
    let asks_authority = match credential.way {
        SignInWay::ManagedIdentity { .. } => false,
        SignInWay::DeveloperTools { az, azd, .. } => az != azd,
        _ => true,
    };
    let is_ready = matches!(credential.way, SignInWay::Ready(_));
    if endpoint.is_loopback() && !is_ready && !(asks_authority && authority.loopback) {
        return Err(SignInError::real_sign_in_for_loopback());
    }
    let failed = |error: azure_core::Error| SignInError::from_azure(&error, name, None);
    let one: Arc<dyn TokenCredential> = match credential.way {
        SignInWay::Ready(_) => return Ok(Vec::new()),
        SignInWay::ClientSecret { tenant, client, secret } => {
            let options = ClientSecretCredentialOptions { client_options: authority.options()? };
            ClientSecretCredential::new(&tenant, client, secret, Some(options)).map_err(failed)?
        }
        SignInWay::Certificate { tenant, client, pem } => {
            let audience = format!("{}{tenant}/oauth2/v2.0/token", authority.host);
            let signer = CertificateAssertion::new(&pem, audience, client.clone(), clock)?;
            let options = ClientAssertionCredentialOptions { client_options: authority.options()? };
            ClientAssertionCredential::new(tenant, client, signer, Some(options)).map_err(failed)?
        }
        SignInWay::Workload { tenant, client, file } => {
            let client_options = authority.options()?;
            let options = WorkloadIdentityCredentialOptions {
                credential_options: ClientAssertionCredentialOptions { client_options },
                client_id: Some(client),
                tenant_id: Some(tenant),
                token_file_path: Some(file),
            };
            WorkloadIdentityCredential::new(Some(options)).map_err(failed)?
        }
        SignInWay::Job { tenant, client, platform } => {
            let asks =
                JobAssertion::new(platform, audience(endpoint.cloud())).map_err(no_client)?;
            let options = ClientAssertionCredentialOptions { client_options: authority.options()? };
            ClientAssertionCredential::new(tenant, client, asks, Some(options)).map_err(failed)?
        }
        SignInWay::ManagedIdentity { client: id } => {
            // The identity service is on this machine or its host, over plain http.
            let near = client(Way::Machine).map_err(no_client)?;
            let options = ManagedIdentityCredentialOptions {
                user_assigned_id: id.map(UserAssignedId::ClientId),
                client_options: options(Overhearing {
                    client: near,
                    plain: false,
                    presented: LastPresented::default(),
                }),
            };
            ManagedIdentityCredential::new(Some(options)).map_err(failed)?
        }
        SignInWay::DeveloperTools { tenant, az, azd } => {
            return developer_tools(tenant, az, azd).map_err(failed);
        }
    };
    Ok(vec![one])
}

fn developer_tools(
    tenant: Option<String>,
    az: bool,
    azd: bool,
) -> azure_core::Result<Vec<Arc<dyn TokenCredential>>> {
    let mut tools: Vec<Arc<dyn TokenCredential>> = Vec::new();
    if az {
        let tenant_id = tenant.clone();
        let options = AzureCliCredentialOptions { tenant_id, ..Default::default() };
        tools.push(AzureCliCredential::new(Some(options))?);
    }
    if azd {
        let options =
            AzureDeveloperCliCredentialOptions { tenant_id: tenant, ..Default::default() };
        tools.push(AzureDeveloperCliCredential::new(Some(options))?);
    }
    Ok(tools)
}

/// The sign-in service. `host` ends in `/`.
struct Authority {
    host: Url,
    loopback: bool,
    presented: LastPresented,
}

impl Authority {
    fn of(
        given: Option<&str>,
        endpoint: &Endpoint,
        presented: LastPresented,
    ) -> Result<Self, SignInError> {
        let text = given.unwrap_or_else(|| endpoint.cloud().login());
        let refuse = |why: &str| {
            SignInError::plain(
                format!("AZURE_AUTHORITY_HOST {why}"),
                format!("unset it, or set it to {}", endpoint.cloud().login()),
            )
        };
        // Azure's own tools also take the bare host name.
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut host = Url::parse(&full).map_err(|_| refuse("is no address"))?;
        if !host.username().is_empty() || host.password().is_some() {
            return Err(refuse("holds a user name"));
        }
        let loopback = is_loopback(&host);
        let cloud = endpoint.cloud();
        if host.host_str().and_then(|host| cloud.signs_in_at(host)) == Some(false) {
            return Err(SignInError::other_cloud("AZURE_AUTHORITY_HOST", cloud));
        }
        if host.scheme() != "https" && !(loopback && host.scheme() == "http") {
            let address = shown(&host.origin().ascii_serialization());
            return Err(refuse(&format!("({address}) is not https")));
        }
        host.set_path("/");
        host.set_query(None);
        host.set_fragment(None);
        Ok(Self { host, loopback, presented })
    }

    fn options(&self) -> Result<ClientOptions, SignInError> {
        let way = if self.loopback { Way::Machine } else { Way::Internet };
        let http = client(way).map_err(no_client)?;
        let plain = self.host.scheme() == "http";
        let mut options =
            options(Overhearing { client: http, plain, presented: self.presented.clone() });
        let mut custom = CustomConfiguration::default();
        // The library insists on https; the transport turns it back for this machine only.
        let host = self.host.as_str().trim_end_matches('/');
        custom.authority_host = match host.strip_prefix("http://") {
            Some(rest) => format!("https://{rest}"),
            None => host.to_owned(),
        };
        options.cloud = Some(Arc::new(CloudConfiguration::from(custom)));
        Ok(options)
    }
}

fn options(client: Overhearing) -> ClientOptions {
    // Somebody waits at a terminal: three attempts, not eight over a minute.
    let retry = ExponentialRetryOptions { max_retries: 2, ..Default::default() };
    ClientOptions {
        transport: Some(Transport::new(Arc::new(client))),
        retry: RetryOptions::exponential(retry),
        ..Default::default()
    }
}

fn no_client(why: String) -> SignInError {
    SignInError::plain(
        format!("no secure connection is possible: {why}"),
        "check the system's certificate store (SSL_CERT_FILE)",
    )
}
