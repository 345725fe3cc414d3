//! A service principal as an `[app.LABEL]`.

use super::{ServicePrincipals, Spec};
use crate::kinds::compose::keys;
use crate::kinds::{Compose, Composed, Scene};

impl Compose for ServicePrincipals {
    /// Additive: what is there and is not written down stays, until somebody says that the manifest is the
    /// whole truth.
    fn compose(&self, _owner: &str, spec: &Spec, scene: &Scene) -> Composed {
        let Spec { app_id, assignment_required, name, publisher_tenant } = spec;
        let mut table = keys([("app_id", app_id.to_string().into()), ("mode", "additive".into())]);
        let name = name.as_ref().filter(|name| !name.raw().trim().is_empty());
        let is_made = scene.directory.client_id(*app_id).is_none() || assignment_required.is_none();
        let more = [
            ("name", name.map(|name| name.raw().into())),
            ("publisher_tenant", publisher_tenant.map(|tenant| tenant.to_string().into())),
            ("assignment_required", assignment_required.map(Into::into)),
            ("provision", is_made.then(|| true.into())),
        ];
        table.extend(more.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        Composed::Whole(table)
    }
}
