//! A policy as a `[[consent_policy]]`.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::written::CLASSES;
use super::{Conditions, ConsentPolicies, Spec, is_built_in};
use crate::kinds::compose::keys;
use crate::kinds::role::{self, Holder};
use crate::kinds::user_consent::declare::is_policy_id;
use crate::kinds::{Compose, Composed, Scene, naming};
use crate::model::directory::ServicePrincipal;
use crate::model::id::{AppId, TenantId};

impl Compose for ConsentPolicies {
    fn compose(&self, _owner: &str, spec: &Spec, scene: &Scene) -> Composed {
        let Spec { id, name, description, include, exclude, names } = spec;
        if is_built_in(id.as_str()) || !is_policy_id(id.as_str()) || name.trim().is_empty() {
            return Composed::Never("its id or its name is none that a manifest takes".to_owned());
        }
        let sets = |sets: &BTreeSet<Conditions>| {
            let written = sets.iter().map(|one| set(one, scene).ok_or_else(|| one.shown(names)));
            written.collect::<Result<Vec<Table>, _>>()
        };
        match (sets(include), sets(exclude)) {
            (Ok(include), Ok(exclude)) => Composed::Whole(keys([
                ("id", id.as_str().into()),
                ("name", name.as_str().into()),
                ("description", description.as_deref().unwrap_or_default().into()),
                ("include", include.into()),
                ("exclude", exclude.into()),
            ])),
            (Err(set), _) | (_, Err(set)) => {
                Composed::Never(format!("no manifest can say: {}", set.shown()))
            }
        }
    }
}

/// `None` where one of its conditions is none that a manifest takes.
fn set(set: &Conditions, scene: &Scene) -> Option<Table> {
    let Conditions {
        permission_type,
        permission_classification: class,
        resource,
        permissions,
        client_applications,
        client_tenants,
        client_publishers,
        verified_publisher_only,
    } = set;
    let delegated = match permission_type.as_str() {
        "delegated" => true,
        "application" => false,
        _ => return None,
    };
    let of_class = |class: &String| CLASSES.contains(&class.as_str()) && delegated;
    let ids_fit = client_applications.iter().flatten().all(|id| id.parse::<AppId>().is_ok())
        && client_tenants.iter().flatten().all(|id| id.parse::<TenantId>().is_ok())
        && client_publishers.iter().flatten().all(|id| !id.contains(char::is_whitespace));
    if !ids_fit || !class.as_ref().is_none_or(of_class) {
        return None;
    }
    let resource = match resource {
        Some(id) => Some(scene.directory.service_principals.get(&id.parse().ok()?)?),
        None => None,
    };
    let permissions = match (permissions, resource) {
        (Some(ids), Some(api)) => Some(named(ids, delegated, api)?),
        (Some(_), None) => return None,
        (None, _) => None,
    };
    let list = |ids: &Option<BTreeSet<String>>| {
        ids.as_ref().map(|ids| ids.iter().cloned().collect::<Vec<_>>().into())
    };
    let all = [
        ("permission_type", Some(permission_type.as_str().into())),
        ("permission_classification", class.as_deref().map(Into::into)),
        ("resource", resource.map(|api| naming::written(api.app_id).into())),
        ("permissions", permissions.map(Value::from)),
        ("client_applications", list(client_applications)),
        ("client_tenants", list(client_tenants)),
        ("client_publishers", list(client_publishers)),
        ("verified_publisher_only", verified_publisher_only.then(|| true.into())),
    ];
    Some(all.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

/// What the API calls these permissions; `None` where it calls one of them nothing.
fn named(ids: &BTreeSet<String>, delegated: bool, api: &ServicePrincipal) -> Option<Vec<String>> {
    let name = |id: &String| {
        let id = id.parse().ok()?;
        if delegated {
            let scope = api.scopes.iter().find(|scope| scope.id == id)?;
            return Some(scope.value.clone());
        }
        role::written(id, Holder::App, api).map(str::to_owned)
    };
    ids.iter().map(name).collect()
}
