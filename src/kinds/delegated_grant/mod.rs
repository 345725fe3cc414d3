//! `[[grant]]`: delegated permissions, oauth2PermissionGrant in Microsoft Graph.
//!
//! One object per client, resource and audience, where the audience is everybody or one user.
//! <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>

pub(super) mod declare;
mod encode;
mod observe;
mod order;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::{Desk, Kind, Names, OddAnswer, Ownership, Proposal, Scene, Staying, Wanted};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::model::directory::{Mentions, Sort};
use crate::model::finding::{Finding, Findings};
use crate::model::id::{ObjectId, PathId};
use crate::model::query::{Pages, Query};
use crate::model::schema::{self, JsonSchema, Schema};
use crate::model::scope::ScopeSet;

pub struct DelegatedGrants;

/// One grant. All but `scopes` is its key and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Object id of the client's service principal, or the placeholder of one still to be created.
    pub client: Arc<str>,
    /// Object id of the resource's service principal.
    pub resource: ObjectId,
    pub audience: Audience,
    pub scopes: ScopeSet,
}

/// One grant as the tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The service's id of the grant. Derivable, but only ever used as it was read.
    pub id: PathId,
    pub spec: Spec,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for DelegatedGrants {
    const NAME: &'static str = "delegated_grant";
    const NOUN: Option<&'static str> = Some("grant");
    const TABLE: Option<TableName> = Some(TableName { name: "grant", times: HowOften::Repeated });
    const IS_CONSENT: bool = true;

    type Spec = Spec;
    type Found = Found;

    fn written(&self) -> Option<Schema> {
        Some(schema::written::<declare::Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        declare::mentions(manifest, out)
    }

    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        declare::declare(desk, out)
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        observe::reads(scene)
    }

    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Found, Duration),
    ) -> Result<(), OddAnswer> {
        observe::observe(pages, scene, found)
    }

    /// The declared scopes; where undeclared ones are not ours, also those that are there, except
    /// what expired. A grant without scopes is no grant: the service has no use for an empty one.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        let declared = want.and_then(|want| want.spec.as_ref());
        let expired = want.and_then(|want| want.expired.as_ref());
        let mut goal = declared.or(expired).or(have.map(AsRef::as_ref))?.clone();
        let active = declared.map(|spec| spec.scopes.clone()).unwrap_or_default();
        goal.scopes = match (ownership, have) {
            (Ownership::Additive, Some(have)) => {
                let gone = expired.map(|spec| spec.scopes.clone()).unwrap_or_default();
                have.spec.scopes.without(&gone).union(&active)
            }
            _ => active,
        };
        // An empty grant that was found is left alone where it is not ours.
        let nothing = goal.scopes.is_empty()
            && !(ownership == Ownership::Additive && want.is_none() && have.is_some());
        (!nothing).then_some(goal)
    }

    /// Scopes of others in a grant that is declared.
    fn surplus(&self, want: &Wanted<Spec>, goal: &Spec, have: &Found) -> Option<Found> {
        let declared = want.spec.as_ref().map(|spec| spec.scopes.clone()).unwrap_or_default();
        let scopes = goal.scopes.without(&declared);
        (!scopes.is_empty())
            .then(|| Found { id: have.id.clone(), spec: Spec { scopes, ..have.spec.clone() } })
    }

    fn refused(&self, goal: &Spec) -> Option<Finding> {
        declare::too_long(&goal.scopes)
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

    fn address(&self, owner: &str, spec: &Spec) -> Address {
        address(owner, spec.resource, spec.audience)
    }

    /// An all-users grant may be widened to both before it is narrowed, see [`order::link`].
    fn between(&self, have: Option<&Found>, want: &Spec, now: &Found) -> bool {
        let Some(have) = have else { return false };
        let both = have.spec.scopes.union(&want.scopes);
        want.audience == Audience::Everyone
            && *now
                == Found { spec: Spec { scopes: both, ..have.spec.clone() }, id: have.id.clone() }
    }

    fn link(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        order::link(changes, staying);
    }

    fn holds(&self, must: &Spec, now: &Spec) -> bool {
        let Spec { client, resource, audience, scopes } = must;
        (client, resource, audience) == (&now.client, &now.resource, &now.audience)
            && scopes.is_subset(&now.scopes)
    }

    fn disagreement(&self, spec: &Spec, address: &Address, scene: &Scene) -> Option<String> {
        let audience = match spec.audience {
            Audience::Everyone => None,
            Audience::One(id) => scene.other_sort(id, Sort::User),
            Audience::Group(id) => {
                Some(format!("Microsoft Entra has no grant for a group, and {id} is one"))
            }
            Audience::Tenant => {
                Some("a grant is for all users or for one, and for nothing else".to_owned())
            }
        };
        audience.or_else(|| scene.other_client(&spec.client, &address.owner))
    }

    fn resource(&self, spec: &Spec) -> Option<ObjectId> {
        Some(spec.resource)
    }

    fn describe(&self, have: &Found, names: &Names) -> String {
        let Spec { client: _, resource, audience, scopes } = &have.spec;
        let who = match audience {
            Audience::One(id) | Audience::Group(id) => names.of(*id).shown(),
            Audience::Everyone | Audience::Tenant => "all users".to_owned(),
        };
        format!("delegated, {who}: {} / {scopes}", names.of(*resource).shown())
    }
}

/// The address of a grant: owner is the app's label.
pub(super) fn address(owner: &str, resource: ObjectId, audience: Audience) -> Address {
    let last = match audience {
        Audience::One(id) | Audience::Group(id) => id.to_string(),
        Audience::Everyone | Audience::Tenant => "everyone".to_owned(),
    };
    Address::new(DelegatedGrants::NAME, owner, [resource.to_string(), last])
}
