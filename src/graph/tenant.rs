//! Which tenant it is that answers, who asks, and how far the reading is.

use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use crate::graph::auth::Claims;
use crate::graph::budget::Far;
use crate::graph::error::GraphError;
use crate::graph::http::Http;
use crate::graph::reader::{AnsweredBy, Reader};
use crate::graph::wait::Wait;
use crate::model::directory::Organization;
use crate::model::id::TenantId;
use crate::model::query::{Consistency, Missing, Query, Rows};
use crate::model::untrusted::{Untrusted, shown};

impl Reader {
    /// Whether a simulated tenant answers: no Graph of Microsoft is on this machine, and no token of a real
    /// tenant is sent to one that is.
    pub(crate) fn is_simulated(&self) -> bool {
        match &self.source {
            AnsweredBy::Tenant(http) => http.endpoint.is_loopback(),
            AnsweredBy::Record(record) => record.origin.simulated,
        }
    }

    /// Compares the token's tenant and the answering tenant with the manifest's, before anything
    /// else is asked.
    ///
    /// # Errors
    /// [`GraphError::WrongTenant`] when either differs, or why neither could be found out.
    pub(crate) async fn check_tenant(&self, wanted: TenantId) -> Result<Organization, GraphError> {
        let claims = self.claims().await?;
        if let Some(found) = claims.and_then(|claims| claims.foreign(wanted)) {
            let (found, told_by) = (found.to_string(), "the access token");
            return Err(GraphError::WrongTenant { wanted, found, told_by });
        }
        let path = "/organization?$select=id,displayName,verifiedDomains";
        let query = Query::list(path, Consistency::Default, Missing::Error);
        let pages = self.read(std::slice::from_ref(&query)).await?;
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
        self.http()?.limiter.waiting()
    }

    /// The tenant is read from here on: whatever was read before does not count any more.
    pub(crate) fn begin_reading(&self) {
        if let Some(http) = self.http() {
            http.budget.begin();
        }
    }

    /// How far the reading is.
    pub(crate) fn far(&self) -> Far {
        self.http().map(|http| http.budget.far()).unwrap_or_default()
    }

    /// Time since the clock's start, and the time of day then.
    pub(crate) fn time(&self) -> (Duration, OffsetDateTime) {
        let (now, today) = match &self.source {
            AnsweredBy::Tenant(http) => (http.limiter.since_start(), http.limiter.now()),
            AnsweredBy::Record(record) => (record.clock.since_start(), record.clock.now()),
        };
        (now, today - now)
    }

    /// What the token says about who signed in; nothing where nobody had to.
    ///
    /// # Errors
    /// When there is no token.
    pub(crate) async fn claims(&self) -> Result<Option<Claims>, GraphError> {
        match self.http() {
            Some(http) => Ok(Some(http.claims().await?)),
            None => Ok(None),
        }
    }

    fn http(&self) -> Option<&Http> {
        match &self.source {
            AnsweredBy::Tenant(http) => Some(http),
            AnsweredBy::Record(_) => None,
        }
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
