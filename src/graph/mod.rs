//! Floor 4: Microsoft Graph. Signs in, reads, writes, waits, and turns every answer into a word.
//!
//! Imports floors 0 to 3. Effects: HTTPS to one host, the one of the chosen cloud, and to its
//! sign-in service (or loopback); runs `az` or `azd` through the sign-in library; sleeps.

pub mod answer;
pub mod auth;
pub mod batch;
pub(crate) mod budget;
mod client;
pub mod endpoint;
pub mod error;
pub(crate) mod http;
pub(crate) mod limiter;
mod lists;
pub mod pages;
pub(crate) mod patience;
pub(crate) mod quota;
mod reader;
mod reading;
pub(crate) mod recorded;
pub(crate) mod recording;
pub mod rights;
pub mod survey;
mod tenant;
pub mod verdict;
pub(crate) mod wait;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use crate::graph::auth::tokens::Tokens;
use crate::graph::auth::{Claims, Credential};
use crate::graph::endpoint::Endpoint;
use crate::graph::error::GraphError;
use crate::graph::http::Http;
use crate::graph::limiter::{Limiter, RealSleeper, Sleeper};
use crate::model::clock::Clock;

pub(crate) use reader::Reader;
pub(crate) use writer::Writer;

/// What a connection needs besides address and sign-in.
#[derive(Clone)]
pub(crate) struct Options {
    /// Most requests in flight at the same time; 1 to 64.
    pub(crate) parallelism: usize,
    /// Writes that go out within 150 s, see [`quota::Buckets::new`].
    pub(crate) write_quota: u32,
    /// How long faults of one question are tried again.
    pub(crate) patience: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A connection to one tenant. Cheap to clone; clones share sign-in, gate and counters.
#[derive(Clone)]
pub(crate) struct Graph {
    http: Arc<Http>,
}

impl Graph {
    /// # Errors
    /// When the credential cannot work or the HTTP client cannot be built. Sends nothing.
    pub(crate) fn connect(
        endpoint: Endpoint,
        credential: Credential,
        options: Options,
    ) -> Result<Self, GraphError> {
        Self::connect_with(endpoint, credential, options, Arc::new(RealSleeper))
    }

    /// Like [`Self::connect`], with another way to wait.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn connect_with(
        endpoint: Endpoint,
        credential: Credential,
        options: Options,
        sleeper: Arc<dyn Sleeper>,
    ) -> Result<Self, GraphError> {
        let Options { parallelism, write_quota, patience, clock } = options;
        let tokens = Tokens::new(credential, endpoint.clone(), clock.clone())?;
        let limiter = Limiter::new(parallelism, write_quota, clock, sleeper);
        let host = endpoint.origin();
        let http = Http::new(endpoint, tokens, limiter, patience)
            .map_err(|because| GraphError::Network { host, because })?;
        Ok(Self { http: Arc::new(http) })
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::of_tenant(self.http.clone())
    }

    /// Only apply asks for one.
    pub(crate) fn writer(&self) -> Writer {
        Writer { http: self.http.clone() }
    }

    /// What the token says about who signed in.
    ///
    /// # Errors
    /// When there is no token.
    pub(crate) async fn claims(&self) -> Result<Claims, GraphError> {
        Ok(self.http.claims().await?)
    }
}

#[cfg(test)]
mod loopback_tests;
