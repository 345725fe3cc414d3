//! A class as a `[[classification]]` with one list.

use super::{Classifications, Spec};
use crate::kinds::compose::keys;
use crate::kinds::{Compose, Composed, Scene, naming};
use crate::model::untrusted::shown;

impl Compose for Classifications {
    fn compose(&self, _owner: &str, spec: &Spec, scene: &Scene) -> Composed {
        let Spec { resource, app_id, permission, name: _, class } = spec;
        let api = scene.directory.service_principals.get(app_id);
        let Some(api) = api.filter(|api| api.id == *resource) else {
            return Composed::Never(naming::not_there(*resource));
        };
        let Some(scope) = api.scopes.iter().find(|scope| scope.id == *permission) else {
            return Composed::Never(format!("{} does not publish {permission}", api.name.shown()));
        };
        if scope.admin_only {
            let name = shown(&scope.value);
            return Composed::Never(format!("only administrators can consent to \"{name}\""));
        }
        Composed::Whole(keys([
            ("resource", naming::written(*app_id).into()),
            (class.word(), vec![scope.value.as_str()].into()),
        ]))
    }
}
