//! A role of an app as an `[[app_role]]`.

use super::{AppRoles, Spec};
use crate::kinds::compose::keys;
use crate::kinds::role::{self, Holder};
use crate::kinds::{Compose, Composed, Scene, naming};

impl Compose for AppRoles {
    fn compose(&self, owner: &str, spec: &Spec, scene: &Scene) -> Composed {
        let Spec { client, resource, role, app_id: _, name: _ } = spec;
        if let Some(problem) = scene.other_client(client, owner) {
            return Composed::Never(problem);
        }
        let Some(api) = scene.directory.by_object_id(*resource) else {
            return Composed::Never(naming::not_there(*resource));
        };
        let Some(name) = role::written(*role, Holder::App, api) else {
            return Composed::Never(role::not_given(*role, api));
        };
        Composed::Whole(keys([
            ("app", owner.into()),
            ("resource", naming::written(api.app_id).into()),
            ("roles", vec![name].into()),
        ]))
    }
}
