//! A role is what the resource defines under its id today.

use super::{AppRoles, Spec};
use crate::kinds::mismatch::other_name;
use crate::kinds::{Prove, Scene, role};
use crate::model::address::Address;
use crate::model::id::{AppId, ObjectId};

impl Prove for AppRoles {
    fn resource(&self, spec: &Spec) -> Option<ObjectId> {
        Some(spec.resource)
    }

    fn disagreement(&self, spec: &Spec, address: &Address, scene: &Scene) -> Option<String> {
        let Spec { client, resource, role, app_id, name } = spec;
        // By the id that is written to: whatever else the state says of it has to be so.
        let api = scene.directory.by_object_id(*resource);
        let live = api.map(|api| api.app_id);
        let other_api = (live != *app_id).then(|| {
            let word = |app: Option<AppId>| app.map_or("none".to_owned(), |app| app.to_string());
            format!(
                "the app id of {resource} is {} in the tenant, and {} in the plan",
                word(live),
                word(*app_id)
            )
        });
        let other_role = || {
            let live = role::name_of(api, *role);
            other_name(&format!("the role {role}"), live.as_deref(), name.as_deref())
        };
        scene.other_client(client, &address.owner).or(other_api).or_else(other_role)
    }
}
