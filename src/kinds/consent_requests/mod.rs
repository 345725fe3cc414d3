//! `[admin_consent_requests]`: the admin consent workflow, by which users who may not consent ask
//! somebody who may. One object of the tenant, written as a whole.
//! <https://learn.microsoft.com/graph/api/resources/adminconsentrequestpolicy>

mod compose;
pub(super) mod declare;
pub(super) mod encode;
mod observe;
mod prove;
mod reconcile;
mod reviewer;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Names, Order};
use crate::manifest::{HowOften, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::id::ObjectId;
use crate::model::schema::JsonSchema;

pub(crate) use reviewer::Reviewer;

pub(crate) struct ConsentRequests;

/// All that a write has to send: what it left out would be lost.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    pub(crate) enabled: bool,
    pub(crate) notify: bool,
    pub(crate) reminders: bool,
    /// How long a request waits for an answer.
    pub(crate) days: i64,
    /// In the service's order.
    pub(crate) reviewers: Vec<Reviewer>,
}

/// The same reviewers, whatever their order and the service's way of writing them.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        let Self { enabled, notify, reminders, days, reviewers } = self;
        let who = |list: &[Reviewer]| list.iter().map(Reviewer::who).collect::<BTreeSet<_>>();
        (enabled, notify, reminders, days)
            == (&other.enabled, &other.notify, &other.reminders, &other.days)
            && who(reviewers) == who(&other.reviewers)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    pub(crate) spec: Spec,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for ConsentRequests {
    const NAME: &'static str = "consent_requests";
    const NOUN: Option<&'static str> = Some("setting");
    const TABLE: Option<TableName> =
        Some(TableName { name: "admin_consent_requests", times: HowOften::Once });
    const IS_CONSENT: bool = false;

    type Spec = Spec;
    type Found = Found;

    fn named(&self, spec: &Spec) -> Vec<ObjectId> {
        spec.reviewers.iter().filter_map(|reviewer| reviewer.who().id()).collect()
    }

    fn address(&self, _owner: &str, _spec: &Spec) -> Address {
        address()
    }

    fn summary(&self, have: &Found, names: &Names) -> String {
        let reviewers = have.spec.reviewers.iter().map(|one| one.shown(names).shown());
        let state = if have.spec.enabled { "on" } else { "off" };
        let reviewers: Vec<String> = reviewers.collect();
        format!("admin consent requests: {state}, reviewed by {}", reviewers.join(", "))
    }
}

impl Order for ConsentRequests {}

/// There is one such policy in a tenant.
fn address() -> Address {
    Address::new(ConsentRequests::NAME, TENANT, [])
}

#[cfg(test)]
mod tests;
