//! Who signs in, decided from the environment as data.

pub(crate) mod aadsts;
pub(crate) mod assertion;
pub(crate) mod claims;
pub(crate) mod failure;
pub(crate) mod job;
mod jwt;
mod overhear;
pub(crate) mod presented;
pub(crate) mod source;
pub(crate) mod tokens;

use std::path::PathBuf;

use azure_core::credentials::Secret;

use crate::graph::auth::job::{JobEnvironment, Platform};
use crate::model::id::TenantId;
use crate::model::secret;

pub use claims::Claims;
pub(crate) use failure::SignInError;
pub(crate) use tokens::{Epoch, Renewal};

/// What the environment says about signing in: plain values, read in `cli/process/env.rs`. Empty values
/// count as absent. `Debug` shows no secret.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignInEnvironment {
    /// `CONSENT_TOKEN`: a ready-made access token.
    pub(crate) token: Option<Secret>,
    /// `AZURE_TENANT_ID`, or else the manifest's tenant.
    pub(crate) tenant_id: Option<String>,
    /// `AZURE_CLIENT_ID`.
    pub(crate) client_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub(crate) client_secret: Option<Secret>,
    /// Content of the file that `AZURE_CLIENT_CERTIFICATE_PATH` names: a certificate and its
    /// unencrypted RSA key, PEM.
    pub(crate) certificate: Option<Secret>,
    /// `AZURE_FEDERATED_TOKEN_FILE`. Read anew at each sign-in, since the platform renews it.
    pub(crate) federated_token_file: Option<PathBuf>,
    /// The job of a pipeline that this runs in.
    pub(crate) job: JobEnvironment,
    /// `AZURE_AUTHORITY_HOST`: another sign-in service than the cloud's. May be http on loopback.
    pub(crate) authority_host: Option<String>,
    /// `IDENTITY_ENDPOINT`: the host offers a managed identity.
    pub(crate) identity_endpoint: Option<String>,
    /// `AZURE_TOKEN_CREDENTIALS`: `ManagedIdentityCredential` asks a virtual machine's identity,
    /// `AzureCliCredential`, `AzureDeveloperCliCredential` or `dev` the developer tools, whatever
    /// else is set. Any other word is an error: whoever names one means no other.
    pub(crate) token_credentials: Option<String>,
}

/// How to sign in. Chosen once; holds secrets and shows none.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) way: SignInWay,
    pub(crate) authority: Option<String>,
    /// The only tenant whose tokens are used.
    pub(crate) only: Option<TenantId>,
}

/// The ways in.
#[derive(Debug, Clone)]
pub(crate) enum SignInWay {
    Ready(Secret),
    ClientSecret { tenant: String, client: String, secret: Secret },
    Certificate { tenant: String, client: String, pem: Secret },
    Workload { tenant: String, client: String, file: PathBuf },
    Job { tenant: String, client: String, platform: Platform },
    ManagedIdentity { client: Option<String> },
    DeveloperTools { tenant: Option<String>, az: bool, azd: bool },
}

impl Credential {
    /// A ready-made access token.
    pub(crate) fn ready(token: Secret) -> Self {
        Self { way: SignInWay::Ready(token), authority: None, only: None }
    }

    /// The same way in; no token of another tenant is sent to anybody.
    #[must_use]
    pub(crate) fn only_for(self, tenant: TenantId) -> Self {
        Self { only: Some(tenant), ..self }
    }

    /// The first that the environment allows: ready-made token, secret, certificate, workload
    /// identity, the job's own identity, managed identity, developer tools (`az`, then `azd`).
    ///
    /// # Errors
    /// When the environment says half of what a credential needs, or names a way that there is not.
    pub(crate) fn choose(environment: SignInEnvironment) -> Result<Self, SignInError> {
        let SignInEnvironment {
            token,
            tenant_id,
            client_id,
            client_secret,
            certificate,
            federated_token_file,
            job,
            authority_host,
            identity_endpoint,
            token_credentials,
        } = environment;
        let tenant = filled(tenant_id);
        let client = filled(client_id);
        let only = filled(token_credentials);
        let both = |variable: &'static str| {
            Ok((
                tenant.clone().ok_or_else(|| SignInError::half(variable, "AZURE_TENANT_ID"))?,
                client.clone().ok_or_else(|| SignInError::half(variable, "AZURE_CLIENT_ID"))?,
            ))
        };
        let way = if let Some(token) = present(token) {
            SignInWay::Ready(token)
        } else if let Some(word) = only {
            named(&word, tenant, client)?
        } else if let Some(secret) = present(client_secret) {
            let (tenant, client) = both("AZURE_CLIENT_SECRET")?;
            SignInWay::ClientSecret { tenant, client, secret }
        } else if let Some(pem) = certificate {
            let (tenant, client) = both("AZURE_CLIENT_CERTIFICATE_PATH")?;
            SignInWay::Certificate { tenant, client, pem }
        } else if let Some(file) = federated_token_file.filter(|file| !file.as_os_str().is_empty())
        {
            let (tenant, client) = both("AZURE_FEDERATED_TOKEN_FILE")?;
            SignInWay::Workload { tenant, client, file }
        } else if let Some(way) = job.way(tenant.as_deref(), client.as_deref())? {
            way
        } else if filled(identity_endpoint).is_some() {
            SignInWay::ManagedIdentity { client }
        } else {
            SignInWay::DeveloperTools { tenant, az: true, azd: true }
        };
        Ok(Self { way, authority: filled(authority_host), only: None })
    }

    /// From here on none of its secrets is told.
    fn learn_secrets(&self) {
        match &self.way {
            SignInWay::Ready(secret) | SignInWay::ClientSecret { secret, .. } => {
                secret::learn(secret.secret());
            }
            SignInWay::Job { platform, .. } => secret::learn(platform.request_token().secret()),
            SignInWay::Certificate { pem, .. } => secret::learn_keys(pem.secret()),
            SignInWay::Workload { .. }
            | SignInWay::ManagedIdentity { .. }
            | SignInWay::DeveloperTools { .. } => {}
        }
    }

    /// The way in, for people: `client secret`.
    pub(crate) fn name(&self) -> &'static str {
        match &self.way {
            SignInWay::Ready(_) => "CONSENT_TOKEN",
            SignInWay::ClientSecret { .. } => "client secret",
            SignInWay::Certificate { .. } => "client certificate",
            SignInWay::Workload { .. } => "workload identity",
            SignInWay::Job { platform, .. } => platform.way_name(),
            SignInWay::ManagedIdentity { .. } => "managed identity",
            SignInWay::DeveloperTools { az: true, azd: true, .. } => "developer tools (az, azd)",
            SignInWay::DeveloperTools { az: true, .. } => "Azure CLI (az)",
            SignInWay::DeveloperTools { .. } => "Azure Developer CLI (azd)",
        }
    }
}

/// The way that `AZURE_TOKEN_CREDENTIALS` names, in whatever letter case.
fn named(
    word: &str,
    tenant: Option<String>,
    client: Option<String>,
) -> Result<SignInWay, SignInError> {
    let tools = |az, azd| Ok(SignInWay::DeveloperTools { tenant, az, azd });
    match word.to_ascii_lowercase().as_str() {
        "dev" => tools(true, true),
        "azureclicredential" => tools(true, false),
        "azuredeveloperclicredential" => tools(false, true),
        "managedidentitycredential" => Ok(SignInWay::ManagedIdentity { client }),
        _ => Err(SignInError::unknown_way(word)),
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn present(secret: Option<Secret>) -> Option<Secret> {
    secret.filter(|secret| !secret.secret().trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(environment: SignInEnvironment) -> &'static str {
        Credential::choose(environment).unwrap().name()
    }

    fn full() -> SignInEnvironment {
        SignInEnvironment {
            token: Some(Secret::new("t")),
            tenant_id: Some("tenant".into()),
            client_id: Some("client".into()),
            client_secret: Some(Secret::new("hush")),
            certificate: Some(Secret::new("pem")),
            federated_token_file: Some("/token".into()),
            job: JobEnvironment::default(),
            authority_host: None,
            identity_endpoint: Some("http://127.0.0.1:1".into()),
            token_credentials: None,
        }
    }

    #[test]
    fn the_first_complete_way_wins() {
        let mut environment = full();
        assert_eq!(name(environment.clone()), "CONSENT_TOKEN");
        environment.token = Some(Secret::new(" "));
        assert_eq!(name(environment.clone()), "client secret");
        environment.client_secret = None;
        assert_eq!(name(environment.clone()), "client certificate");
        environment.certificate = None;
        assert_eq!(name(environment.clone()), "workload identity");
        environment.federated_token_file = None;
        assert_eq!(name(environment.clone()), "managed identity");
        environment.identity_endpoint = Some(String::new());
        assert_eq!(name(environment), "developer tools (az, azd)");
        assert_eq!(name(SignInEnvironment::default()), "developer tools (az, azd)");
    }

    #[test]
    fn a_named_way_wins_over_what_is_set() {
        let mut environment = SignInEnvironment { token: None, ..full() };
        environment.token_credentials = Some("AzureCliCredential".into());
        assert_eq!(name(environment.clone()), "Azure CLI (az)");
        environment.token_credentials = Some("ManagedIdentityCredential".into());
        assert_eq!(name(environment.clone()), "managed identity");
        for (word, way) in [
            ("dev", "developer tools (az, azd)"),
            ("azuredeveloperCLIcredential", "Azure Developer CLI (azd)"),
            (" ", "client secret"),
        ] {
            environment.token_credentials = Some(word.into());
            assert_eq!(name(environment.clone()), way, "{word}");
        }
    }

    #[test]
    fn a_way_that_there_is_not_is_an_error_and_nobody_else_signs_in() {
        for word in ["EnvironmentCredential", "ManagedIdentityCredentials", "prod", "foo\u{1b}[2J"]
        {
            let token_credentials = Some(word.to_owned());
            let environment = SignInEnvironment { token: None, token_credentials, ..full() };
            let error = Credential::choose(environment).unwrap_err();
            assert!(error.cause.starts_with("AZURE_TOKEN_CREDENTIALS"), "{error}");
            assert!(!error.cause.contains('\u{1b}'), "{error}");
        }
    }

    #[test]
    fn half_an_environment_is_an_error_that_names_the_rest() {
        let environment = SignInEnvironment { token: None, tenant_id: None, ..full() };
        let error = Credential::choose(environment).unwrap_err();
        assert!(error.cause.contains("AZURE_CLIENT_SECRET"), "{error}");
        assert!(error.help.contains("AZURE_TENANT_ID"), "{error:?}");
    }

    #[test]
    fn nothing_secret_is_debugged() {
        let environment = SignInEnvironment { token: None, ..full() };
        let shown = format!("{environment:?} {:?}", Credential::choose(environment.clone()));
        assert!(!shown.contains("hush") && !shown.contains("pem\""), "{shown}");
    }
}
