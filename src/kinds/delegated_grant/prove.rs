//! A grant is of the very app, for everybody or for one user.

use super::{DelegatedGrants, Spec};
use crate::kinds::{Prove, Scene};
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::directory::Sort;
use crate::model::id::ObjectId;

impl Prove for DelegatedGrants {
    fn resource(&self, spec: &Spec) -> Option<ObjectId> {
        Some(spec.resource)
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

    fn holds(&self, must: &Spec, now: &Spec) -> bool {
        let Spec { client, resource, audience, scopes } = must;
        (client, resource, audience) == (&now.client, &now.resource, &now.audience)
            && scopes.is_subset(&now.scopes)
    }
}
