//! A grant as a `[[grant]]`.

use toml::Value;

use super::{DelegatedGrants, Spec};
use crate::kinds::compose::keys;
use crate::kinds::{Compose, Composed, Reconcile, Scene, naming, people};
use crate::model::audience::Audience;

impl Compose for DelegatedGrants {
    fn compose(&self, owner: &str, spec: &Spec, scene: &Scene) -> Composed {
        let Spec { client, resource, audience, scopes } = spec;
        if let Some(problem) = scene.other_client(client, owner) {
            return Composed::Never(problem);
        }
        let Some(api) = scene.directory.by_object_id(*resource) else {
            return Composed::Never(naming::not_there(*resource));
        };
        let unknown = scopes
            .iter()
            .find(|name| !api.scopes.iter().any(|published| published.value == name.as_str()));
        if let Some(name) = unknown {
            return Composed::Never(format!("{} does not publish {name}", api.name.shown()));
        }
        if let Some(finding) = self.refused(spec) {
            return Composed::Never(finding.title.to_string());
        }
        let whom: Value = match audience {
            _ if scopes.is_empty() => return Composed::Never("it grants nothing".to_owned()),
            Audience::Everyone => "all-users".into(),
            Audience::One(id) => keys([("users", vec![people::written(*id, scene)].into())]).into(),
            Audience::Group(_) | Audience::Tenant => {
                return Composed::Never("it is for neither all users nor one".to_owned());
            }
        };
        let names: Vec<&str> = scopes.iter().map(|name| name.as_str()).collect();
        Composed::Whole(keys([
            ("app", owner.into()),
            ("resource", naming::written(api.app_id).into()),
            ("scopes", names.into()),
            ("for", whom),
        ]))
    }
}
