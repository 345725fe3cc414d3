//! A class is of a permission that the resource publishes under this name.

use std::collections::BTreeSet;

use super::{Classifications, Spec, name_of};
use crate::kinds::mismatch::{other_id, other_name};
use crate::kinds::{Prove, Scene};
use crate::model::address::Address;
use crate::model::directory::Mentions;
use crate::model::id::ObjectId;

impl Prove for Classifications {
    fn mentioned(&self, spec: &Spec) -> Mentions {
        Mentions { apps: BTreeSet::from([spec.app_id]), ..Mentions::default() }
    }

    fn resource(&self, spec: &Spec) -> Option<ObjectId> {
        Some(spec.resource)
    }

    /// The name is what the resource publishes under the id, and nothing else.
    fn disagreement(&self, spec: &Spec, _address: &Address, scene: &Scene) -> Option<String> {
        let resource = scene.directory.service_principals.get(&spec.app_id);
        let what = format!("the service principal of {}", spec.app_id);
        let live = resource.map(|resource| resource.id.to_string());
        other_id(&what, live, &spec.resource.to_string()).or_else(|| {
            let live = name_of(resource?, spec.permission);
            let what = format!("the permission {}", spec.permission);
            other_name(&what, Some(&live), Some(&spec.name))
        })
    }
}
