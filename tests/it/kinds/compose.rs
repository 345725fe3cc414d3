//! What every stage of every specimen leaves, written down as a person would, is declared by that: on the
//! real binary, with nothing left to do.

use std::collections::BTreeMap;

use consent::graph::survey::rows;
use consent::kinds::{Composed, REGISTRY, Scene, by_name, compose};
use consent::model::address::Address;
use consent::model::directory::Directory;
use consent::store::chain;
use consent::store::folder::Folder;
use serde_json::json;

use super::STAGES;
use crate::world::World;

/// All that the tenant has as service principals.
fn directory(world: &World) -> Directory {
    let mut directory = Directory::default();
    for row in world.rows("servicePrincipals") {
        let found = rows::service_principal(&row).unwrap();
        directory.service_principals.insert(found.app_id, found);
    }
    directory
}

#[test]
fn what_is_there_is_declared_by_what_is_composed_of_it() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for stage in STAGES.iter() {
        let world = stage.world("");
        stage.apply(&world).assert_code(0).quietly();
        let (_, snapshot) =
            chain::latest(&Folder::new(world.folder().join(".consent"))).unwrap().unwrap();
        let roster = snapshot.apps.iter().map(|head| (head.label.clone(), head.app_id));
        let (roster, directory) = (roster.collect(), directory(&world));
        let scene = Scene { roster, directory, ..Scene::default() };
        let states = snapshot.after.unwrap();
        let composed: Vec<(&Address, Composed)> = states
            .iter()
            .map(|(address, state)| {
                let (_, kind) = by_name(&address.kind).unwrap();
                *seen.entry(kind.name()).or_default() += 1;
                (address, kind.compose(address, state, &scene).unwrap().unwrap())
            })
            .collect();
        let left_out: Vec<_> =
            composed.iter().filter(|one| !matches!(one.1, Composed::Whole(_))).collect();
        assert!(left_out.is_empty(), "{}: {left_out:#?}", stage.what());
        let manifest = compose::manifest(composed.iter().map(|(address, one)| (*address, one)));
        let text = toml::to_string(&manifest).unwrap();
        world.manifest(&text);
        let plan = world.plan();
        assert_eq!(plan["changes"], json!([]), "{}\n{text}", stage.what());
        assert_eq!(plan["summary"]["unchanged"], json!(states.len()), "{}\n{text}", stage.what());
        assert_eq!(plan["unmanaged"], json!([]), "{}\n{text}", stage.what());
    }
    assert_eq!(seen.len(), REGISTRY.len(), "{seen:?}");
}
