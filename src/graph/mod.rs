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
pub mod rights;
pub mod survey;
pub mod verdict;
pub(crate) mod wait;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use crate::graph::auth::tokens::Tokens;
use crate::graph::auth::{Claims, Credential};
use crate::graph::budget::Far;
use crate::graph::endpoint::Endpoint;
use crate::graph::error::GraphError;
use crate::graph::http::Http;
use crate::graph::limiter::{Limiter, RealSleeper, Sleeper};
use crate::graph::wait::Wait;
use crate::model::clock::Clock;
use crate::model::directory::Organization;
use crate::model::id::TenantId;
use crate::model::query::{Consistency, Missing, Query, Rows};
use crate::model::untrusted::{Untrusted, shown};

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
        Reader { http: self.http.clone() }
    }

    /// Only apply asks for one.
    pub(crate) fn writer(&self) -> Writer {
        Writer { http: self.http.clone() }
    }

    /// Whether a simulated tenant answers: no Graph of Microsoft is on this machine, and no token of a real
    /// tenant is sent to one that is.
    pub(crate) fn is_simulated(&self) -> bool {
        self.http.endpoint.is_loopback()
    }

    /// Compares the token's tenant and the answering tenant with the manifest's, before anything
    /// else is asked.
    ///
    /// # Errors
    /// [`GraphError::WrongTenant`] when either differs, or why neither could be found out.
    pub(crate) async fn check_tenant(&self, wanted: TenantId) -> Result<Organization, GraphError> {
        let claims = self.claims().await?;
        if let Some(found) = claims.foreign(wanted) {
            let (found, told_by) = (found.to_string(), "the access token");
            return Err(GraphError::WrongTenant { wanted, found, told_by });
        }
        let path = "/organization?$select=id,displayName,verifiedDomains";
        let query = Query::list(path, Consistency::Default, Missing::Error);
        let pages = self.reader().read(std::slice::from_ref(&query)).await?;
        let rows = pages.rows(&query);
        let Some(row) = rows.filter(|rows| rows.len() == 1).and_then(Rows::first) else {
            let count = rows.map_or(0, Rows::len);
            let because = format!("it should be one tenant, and {count} came");
            return Err(GraphError::Incomplete { what: "/organization".into(), because });
        };
        let told = row.get("id").and_then(Value::as_str).unwrap_or_default();
        if told.parse() != Ok(wanted) {
            let (found, told_by) = (shown(told), "the answering directory");
            return Err(GraphError::WrongTenant { wanted, found, told_by });
        }
        Ok(organization(wanted, &row))
    }

    /// What is waited for at present, by the service's word or after a fault.
    pub(crate) fn waiting(&self) -> Option<Wait> {
        self.http.limiter.waiting()
    }

    /// The tenant is read from here on: whatever was read before does not count any more.
    pub(crate) fn begin_reading(&self) {
        self.http.budget.begin();
    }

    /// How far the reading is.
    pub(crate) fn far(&self) -> Far {
        self.http.budget.far()
    }

    /// Time since the clock's start, and the time of day then.
    pub(crate) fn time(&self) -> (Duration, OffsetDateTime) {
        let (now, today) = (self.http.limiter.since_start(), self.http.limiter.now());
        (now, today - now)
    }

    /// What the token says about who signed in.
    ///
    /// # Errors
    /// When there is no token.
    pub(crate) async fn claims(&self) -> Result<Claims, GraphError> {
        let _open = self.http.budget.open("the sign-in".to_owned());
        Ok(self.http.tokens.claims().await?)
    }
}

fn organization(id: TenantId, row: &Value) -> Organization {
    let name = row.get("displayName").and_then(Value::as_str).unwrap_or_default();
    let mut domains: Vec<(bool, &str)> = row
        .get("verifiedDomains")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|domain| {
            let is_default = domain.get("isDefault").and_then(Value::as_bool).unwrap_or(false);
            Some((!is_default, domain.get("name")?.as_str()?))
        })
        .collect();
    domains.sort_unstable();
    let domains = domains.into_iter().map(|(_, name)| Untrusted::new(name)).collect();
    Organization { id, name: Untrusted::new(name), domains }
}

#[cfg(test)]
mod loopback_tests;
