//! An assignment is to the very app, of somebody of this sort, with a role that is called so.

use super::{Assignments, Principal, Spec};
use crate::kinds::mismatch::other_name;
use crate::kinds::{Prove, Scene, role};
use crate::model::address::Address;
use crate::model::directory::Sort;

impl Prove for Assignments {
    fn disagreement(&self, spec: &Spec, address: &Address, scene: &Scene) -> Option<String> {
        let app = scene.roster.get(&address.owner);
        let app = app.and_then(|app| scene.directory.service_principals.get(app));
        let sort = match spec.principal {
            Principal::User(id) => scene.other_sort(id, Sort::User),
            Principal::Group(id) => scene.other_sort(id, Sort::Group),
        };
        scene.other_client(&spec.client, &address.owner).or(sort).or_else(|| {
            let live = role::name_of(app, spec.role);
            other_name(&format!("the role {}", spec.role), live.as_deref(), spec.name.as_deref())
        })
    }
}
