//! Holds the access token and renews it in time. The command-line tools cache nothing, and running
//! one takes a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use azure_core::credentials::{Secret, TokenCredential};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use crate::graph::auth::claims::Claims;
use crate::graph::auth::failure::SignInError;
use crate::graph::auth::presented::{LastPresented, Presented};
use crate::graph::auth::source::credentials;
use crate::graph::auth::{Credential, SignInWay};
use crate::graph::endpoint::Endpoint;
use crate::graph::patience::FAULTS;
use crate::model::clock::Clock;
use crate::model::secret;

/// A token is renewed this long before it expires, so that no request carries one that ends under
/// way.
const AHEAD: Duration = Duration::minutes(5);

/// The access token of one connection. `Debug` is not implemented: there is nothing to show.
pub(crate) struct Tokens {
    endpoint: Endpoint,
    clock: Arc<dyn Clock>,
    name: &'static str,
    tenant: Option<String>,
    ready: Option<Secret>,
    credential: Credential,
    state: Mutex<TokenState>,
    forgotten: AtomicU64,
    /// Whether it was told that the token cannot be compared.
    told: AtomicBool,
    presented: LastPresented,
}

/// A stretch of the sign-in between two refused tokens: what is sent after it goes out with a token that was not
/// yet refused then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

/// What came of a refused token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// There is no other: it was handed over ready-made, or nothing can sign in.
    None,
    /// Another request was refused with the same token before: the next one goes out with another.
    Before,
    /// The next request signs in anew.
    Now,
}

#[derive(Default)]
struct TokenState {
    ways: Vec<Arc<dyn TokenCredential>>,
    held: Option<HeldToken>,
}

#[derive(Clone)]
struct HeldToken {
    token: Secret,
    expires: OffsetDateTime,
}

impl Tokens {
    /// # Errors
    /// When the credential cannot work. Sends nothing.
    pub(crate) fn new(
        credential: Credential,
        endpoint: Endpoint,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SignInError> {
        credential.learn_secrets();
        let name = credential.name();
        let (ready, tenant) = match &credential.way {
            SignInWay::Ready(token) => (Some(Secret::new(token.secret().trim().to_owned())), None),
            SignInWay::ClientSecret { tenant, .. }
            | SignInWay::Certificate { tenant, .. }
            | SignInWay::Workload { tenant, .. }
            | SignInWay::Job { tenant, .. } => (None, Some(tenant.clone())),
            SignInWay::DeveloperTools { tenant, .. } => (None, tenant.clone()),
            SignInWay::ManagedIdentity { .. } => (None, None),
        };
        let presented = LastPresented::default();
        let ways = match ready {
            Some(_) => Vec::new(),
            None => credentials(credential.clone(), &endpoint, clock.clone(), &presented)?,
        };
        let state = Mutex::new(TokenState { ways, held: None });
        let (forgotten, told) = (AtomicU64::new(0), AtomicBool::new(false));
        Ok(Self {
            endpoint,
            clock,
            name,
            tenant,
            ready,
            credential,
            state,
            forgotten,
            told,
            presented,
        })
    }

    /// A token that may be sent: of this tenant and cloud, for this Graph, as far as it says so itself.
    ///
    /// # Errors
    /// When no way leads to such a token.
    pub(crate) async fn bearer(&self) -> Result<Secret, SignInError> {
        let token = self.token().await?;
        let claims = Claims::of(token.secret());
        if claims.is_opaque() && !self.told.swap(true, Ordering::Relaxed) {
            tracing::info!(
                "the access token is opaque: what it is for is not compared before its use"
            );
        }
        let only = self.credential.only;
        match only.and_then(|wanted| Some((wanted, claims.foreign(wanted)?))) {
            Some((wanted, found)) => Err(SignInError::other_tenant(wanted, found)),
            None => Ok(token),
        }
    }

    /// A token that is good for at least a few minutes, from memory where possible. Requests that
    /// come together share one sign-in.
    async fn token(&self) -> Result<Secret, SignInError> {
        if let Some(token) = &self.ready {
            Claims::of(token.secret()).check(&self.endpoint, self.clock.now())?;
            return Ok(token.clone());
        }
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        if let Some(held) = state.held.as_ref().filter(|held| held.expires - AHEAD > now) {
            return Ok(held.token.clone());
        }
        match self.sign_in(&state.ways).await {
            Ok(fresh) => {
                Claims::of(fresh.token.secret()).check(&self.endpoint, now)?;
                state.held = Some(fresh.clone());
                Ok(fresh.token)
            }
            // A renewal may fail for a moment: the token at hand is good for some minutes more.
            Err(error) => match state.held.as_ref().filter(|held| held.expires > now) {
                Some(held) => {
                    tracing::warn!(%error, "the access token could not be renewed yet");
                    Ok(held.token.clone())
                }
                None => Err(error),
            },
        }
    }

    /// What the token says about itself, also one of another tenant.
    ///
    /// # Errors
    /// When there is no token for this Graph.
    pub(crate) async fn claims(&self) -> Result<Claims, SignInError> {
        Ok(Claims::of(self.token().await?.secret()))
    }

    /// To be taken before a request is sent, for [`Self::forget`].
    pub(crate) fn epoch(&self) -> Epoch {
        Epoch(self.forgotten.load(Ordering::Acquire))
    }

    /// The service refused the token of a request that was sent after `sent`. Many requests may be
    /// under way with the same token: only the first that is refused throws it away.
    pub(crate) async fn forget(&self, sent: Epoch) -> Renewal {
        if self.ready.is_some() {
            return Renewal::None;
        }
        let mut state = self.state.lock().await;
        if self.epoch() != sent {
            return Renewal::Before;
        }
        // The library's credentials hold the refused token too: new ones hold nothing.
        let (credential, clock) = (self.credential.clone(), self.clock.clone());
        let fresh = credentials(credential, &self.endpoint, clock, &self.presented);
        let Ok(ways) = fresh else { return Renewal::None };
        *state = TokenState { ways, held: None };
        self.forgotten.fetch_add(1, Ordering::Release);
        Renewal::Now
    }

    /// What the job that signed in said it is, as it was sent last.
    pub(crate) fn presented(&self) -> Option<Presented> {
        match &self.credential.way {
            SignInWay::Workload { .. } | SignInWay::Job { .. } => self.presented.get(),
            SignInWay::Ready(_)
            | SignInWay::ClientSecret { .. }
            | SignInWay::Certificate { .. }
            | SignInWay::ManagedIdentity { .. }
            | SignInWay::DeveloperTools { .. } => None,
        }
    }

    /// A refused identity token is told with what it said.
    fn explained(&self, error: SignInError) -> SignInError {
        match (&self.credential.way, self.presented()) {
            (
                SignInWay::Workload { client, .. } | SignInWay::Job { client, .. },
                Some(presented),
            ) => presented.explain(error, client),
            _ => error,
        }
    }

    async fn sign_in(&self, ways: &[Arc<dyn TokenCredential>]) -> Result<HeldToken, SignInError> {
        let scope = format!("{}/.default", self.endpoint.audience());
        let mut first = None;
        for way in ways {
            // The library tries again by itself, and a tool may ask for ever.
            let told = tokio::time::timeout(FAULTS, way.get_token(&[&scope], None)).await;
            let Ok(token) = told else {
                first.get_or_insert_with(SignInError::not_in_time);
                continue;
            };
            match token {
                Ok(token) => {
                    secret::learn(token.token.secret());
                    return Ok(HeldToken { token: token.token, expires: token.expires_on });
                }
                // The first tool's words count: it is the one that most people have.
                Err(error) => {
                    let told = SignInError::from_azure(&error, self.name, self.tenant.as_deref());
                    first.get_or_insert(self.explained(told));
                }
            }
        }
        Err(first
            .unwrap_or_else(|| SignInError::plain("there is no way to sign in", "run `az login`")))
    }
}
