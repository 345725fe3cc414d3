//! GitHub Actions: who a job says it is.
//! <https://docs.github.com/actions/reference/security/oidc>

use azure_core::credentials::Secret;
use reqwest::{Client, RequestBuilder, header};
use url::Url;

use crate::graph::auth::failure::SignInError;
use crate::graph::auth::job::{Platform, address, with_query};
use crate::graph::auth::{SignInWay, filled, present};

pub(super) const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";

pub(super) const REMEDY: &str = "add `permissions: id-token: write` to the job; its token for asking \
                                 is good as long as the job runs";

/// What the environment says about a job of GitHub Actions.
#[derive(Debug, Clone, Default)]
pub(crate) struct GithubJob {
    /// `GITHUB_ACTIONS`: `true` in each of its jobs.
    pub(crate) runs: Option<String>,
    /// `ACTIONS_ID_TOKEN_REQUEST_URL`, which only a job with `id-token: write` has.
    pub(crate) request_url: Option<String>,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, likewise.
    pub(crate) request_token: Option<Secret>,
}

impl GithubJob {
    pub(super) fn way(
        self,
        tenant: Option<&str>,
        client: Option<&str>,
    ) -> Result<Option<SignInWay>, SignInError> {
        let Self { runs, request_url, request_token } = self;
        let Some(client) = client else { return Ok(None) };
        let (url, token) = match (filled(request_url), present(request_token)) {
            (Some(url), Some(token)) => (address(URL, &url)?, token),
            _ if filled(runs).is_some_and(|it| it == "true") => return Err(no_permission()),
            _ => return Ok(None),
        };
        let tenant =
            tenant.ok_or_else(|| SignInError::half("AZURE_CLIENT_ID", "AZURE_TENANT_ID"))?;
        let platform = Platform::Github { url, token };
        Ok(Some(SignInWay::Job { tenant: tenant.into(), client: client.into(), platform }))
    }
}

/// Whoever set the client meant the job to sign in: nobody else does it in its place.
fn no_permission() -> SignInError {
    SignInError::plain(
        "AZURE_CLIENT_ID is set, but GitHub gives this job no identity token",
        "add `permissions: id-token: write` to the job, and to what calls it as a reusable workflow; \
         a pull request from a fork never gets such a token; to sign in another way, name it in \
         AZURE_TOKEN_CREDENTIALS",
    )
}

/// The address has its `api-version` already.
pub(super) fn request(http: &Client, url: &Url, token: &Secret, audience: &str) -> RequestBuilder {
    http.get(with_query(url, &[("audience", audience)]))
        .header(header::ACCEPT, "application/json")
        .bearer_auth(token.secret())
}
