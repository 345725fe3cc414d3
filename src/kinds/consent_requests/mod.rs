//! `[admin_consent_requests]`: the admin consent workflow, by which users who may not consent ask
//! somebody who may. One object of the tenant, written as a whole.
//! <https://learn.microsoft.com/graph/api/resources/adminconsentrequestpolicy>

pub(super) mod declare;
mod encode;
mod observe;
mod reviewer;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::{Desk, Kind, Names, OddAnswer, Ownership, Proposal, Scene, Wanted};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::change::Rest;
use crate::model::directory::{Mentions, Sort};
use crate::model::finding::Findings;
use crate::model::id::ObjectId;
use crate::model::query::{Pages, Query, Rows};
use crate::model::schema::{self, JsonSchema, Schema};
pub use reviewer::Reviewer;
use reviewer::Who;

pub struct ConsentRequests;

/// All that a write has to send: what it left out would be lost.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub enabled: bool,
    pub notify: bool,
    pub reminders: bool,
    /// How long a request waits for an answer.
    pub days: i64,
    /// In the service's order.
    pub reviewers: Vec<Reviewer>,
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
pub struct Found {
    pub spec: Spec,
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

    fn written(&self) -> Option<Schema> {
        Some(schema::written::<declare::Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        declare::mentions(manifest, out)
    }

    /// Nothing yet: what the table leaves open is the tenant's own, see [`Kind::complete`].
    fn declare(&self, _desk: &Desk, _out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        BTreeMap::new()
    }

    fn complete(
        &self,
        desk: &Desk,
        pages: &Pages,
        wanted: &mut BTreeMap<Address, Wanted<Spec>>,
        out: &mut Findings,
    ) {
        // Without a readable policy observing ends with an error.
        if let Ok(have) = observe::policy(pages) {
            wanted.extend(declare::declare(desk, &have, out));
        }
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        scene.is_about(Self::NAME).then(observe::read).into_iter().collect()
    }

    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Found, Duration),
    ) -> Result<(), OddAnswer> {
        if scene.is_about(Self::NAME) {
            let answered = pages.rows(&observe::read()).map(Rows::answered).unwrap_or_default();
            found(address(), Found { spec: observe::policy(pages)? }, answered);
        }
        Ok(())
    }

    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        _ownership: Ownership,
    ) -> Option<Spec> {
        let want = want.and_then(|want| want.spec.clone());
        want.or_else(|| have.map(|have| have.spec.clone()))
    }

    fn change(
        &self,
        _address: &Address,
        want: Option<&Spec>,
        have: Option<&Found>,
        names: &Names,
    ) -> Proposal {
        encode::change(want, have, names)
    }

    fn named(&self, spec: &Spec) -> Vec<ObjectId> {
        spec.reviewers.iter().filter_map(|reviewer| reviewer.who().id()).collect()
    }

    /// Reviewers are drawn by their names alone.
    fn disagreement(&self, spec: &Spec, _address: &Address, scene: &Scene) -> Option<String> {
        spec.reviewers.iter().find_map(|reviewer| match reviewer.who() {
            Who::User(id) => scene.other_sort(id, Sort::User),
            Who::Group(id) => scene.other_sort(id, Sort::Group),
            Who::Other(_) => None,
        })
    }

    fn address(&self, _owner: &str, _spec: &Spec) -> Address {
        address()
    }

    /// Whoever can no longer consent can ask, whoever reviews it.
    fn holds(&self, must: &Spec, now: &Spec) -> bool {
        now.enabled || !must.enabled
    }

    fn describe(&self, have: &Found, names: &Names) -> String {
        let reviewers = have.spec.reviewers.iter().map(|one| one.shown(names).shown());
        let state = if have.spec.enabled { "on" } else { "off" };
        let reviewers: Vec<String> = reviewers.collect();
        format!("admin consent requests: {state}, reviewed by {}", reviewers.join(", "))
    }
}

/// Without which users who may no longer consent could not even ask.
pub(super) fn enabled(address: &Address, spec: &Spec, names: &Names) -> Rest {
    encode::enabled(address, spec, names)
}

/// There is one such policy in a tenant.
fn address() -> Address {
    Address::new(ConsentRequests::NAME, TENANT, [])
}

#[cfg(test)]
mod tests;
