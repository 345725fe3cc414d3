//! The job of a pipeline that this runs in. Its platform says who it is with an identity token, and a
//! federated credential of an app lets it sign in with that: no secret is kept anywhere.

pub(super) mod ask;
mod azure_pipelines;
mod github;

use azure_core::credentials::Secret;
use reqwest::{Client, RequestBuilder};
use url::Url;

use crate::graph::auth::SignInWay;
use crate::graph::auth::failure::SignInError;
use crate::graph::endpoint::is_loopback;
use crate::model::cloud::Cloud;
use crate::model::untrusted::shown;

pub(crate) use azure_pipelines::AzurePipelinesJob;
pub(crate) use github::GithubJob;

/// What the environment says about the job.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobEnvironment {
    pub(crate) github: GithubJob,
    pub(crate) azure_pipelines: AzurePipelinesJob,
}

/// A platform that can be asked for the job's identity token. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub(crate) enum Platform {
    Github { url: Url, token: Secret },
    AzurePipelines { url: Url, token: Secret, connection: String },
}

impl JobEnvironment {
    /// The job's own way in, if it is asked for. `client` is `AZURE_CLIENT_ID`.
    ///
    /// # Errors
    /// When it is asked for and the job does not have what it needs.
    pub(super) fn way(
        self,
        tenant: Option<&str>,
        client: Option<&str>,
    ) -> Result<Option<SignInWay>, SignInError> {
        match self.github.way(tenant, client)? {
            Some(way) => Ok(Some(way)),
            None => self.azure_pipelines.way(tenant, client),
        }
    }
}

impl Platform {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Github { .. } => "GitHub",
            Self::AzurePipelines { .. } => "Azure Pipelines",
        }
    }

    /// The way in, for people.
    pub(super) fn way_name(&self) -> &'static str {
        match self {
            Self::Github { .. } => "identity token of GitHub Actions",
            Self::AzurePipelines { .. } => "identity token of Azure Pipelines",
        }
    }

    /// What the job shows to the platform.
    pub(super) fn request_token(&self) -> &Secret {
        match self {
            Self::Github { token, .. } | Self::AzurePipelines { token, .. } => token,
        }
    }

    fn url(&self) -> &Url {
        match self {
            Self::Github { url, .. } | Self::AzurePipelines { url, .. } => url,
        }
    }

    /// The variable that says where to ask.
    fn variable(&self) -> &'static str {
        match self {
            Self::Github { .. } => github::URL,
            Self::AzurePipelines { .. } => azure_pipelines::URL,
        }
    }

    fn request(&self, http: &Client, audience: &str) -> RequestBuilder {
        match self {
            Self::Github { url, token } => github::request(http, url, token, audience),
            Self::AzurePipelines { url, token, connection } => {
                azure_pipelines::request(http, url, token, connection, audience)
            }
        }
    }

    /// The member of the answer that holds the identity token.
    fn member(&self) -> &'static str {
        match self {
            Self::Github { .. } => "value",
            Self::AzurePipelines { .. } => "oidcToken",
        }
    }

    /// What helps when it answers with an error.
    fn remedy(&self) -> String {
        match self {
            Self::Github { .. } => github::REMEDY.to_owned(),
            Self::AzurePipelines { connection, .. } => azure_pipelines::remedy(connection),
        }
    }
}

/// Whom an identity token has to be meant for, so that a cloud's sign-in service takes it.
/// <https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity>
pub(super) fn audience(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Global => "api://AzureADTokenExchange",
        Cloud::UsGov | Cloud::UsGovDod => "api://AzureADTokenExchangeUSGov",
        Cloud::China => "api://AzureADTokenExchangeChina",
    }
}

/// An address that may see the job's token: https, or this machine.
fn address(variable: &str, text: &str) -> Result<Url, SignInError> {
    let refuse = |why: &str| {
        SignInError::plain(
            format!("{variable} {why}"),
            format!(
                "leave {variable} as the platform sets it; it is read from the environment only"
            ),
        )
    };
    let url = Url::parse(text).map_err(|_| refuse("is no address"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("holds a user name"));
    }
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        let origin = shown(&url.origin().ascii_serialization());
        return Err(refuse(&format!("({origin}) is not https")));
    }
    Ok(url)
}

/// The address with these pairs in its query, but for those that it has already.
fn with_query(url: &Url, pairs: &[(&str, &str)]) -> Url {
    let mut full = url.clone();
    for (name, value) in pairs {
        if !url.query_pairs().any(|(there, _)| there == *name) {
            full.query_pairs_mut().append_pair(name, value);
        }
    }
    full
}

#[cfg(test)]
mod tests;
