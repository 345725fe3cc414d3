//! Whose things are whose: `mode` per app, and what an exact app must say.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::kinds::{Ownership, REGISTRY};
use crate::manifest::Manifest;
use crate::manifest::app::Mode;
use crate::model::finding::{Findings, Place};

/// Whether undeclared things of this owner are removed. What belongs to the tenant as such never is.
pub fn of(manifest: &Manifest, owner: &str) -> Ownership {
    match manifest.apps.get(owner).map(|app| app.mode.value) {
        Some(Mode::Exact) => Ownership::Exact,
        Some(Mode::Additive) | None => Ownership::Additive,
    }
}

/// The one key that every kind's table has in common. The rest is its kind's business.
#[derive(Deserialize)]
struct AppOf {
    app: Option<Spanned<String>>,
}

/// An exact app with nothing declared must say so: an emptied file must not revoke everything.
pub fn check(manifest: &Manifest, out: &mut Findings) {
    let mut declared: BTreeMap<String, Place> = BTreeMap::new();
    let consents = REGISTRY.iter().filter(|kind| kind.is_consent());
    for entry in consents.filter_map(|kind| kind.table()).flat_map(|t| manifest.entries(t.name)) {
        // What cannot be read is reported by the kind that the table belongs to.
        let app = entry.read::<AppOf>(&mut Findings::default()).and_then(|read| read.app);
        if let Some(app) = app {
            let place = entry.place_of(&app);
            declared.entry(app.into_inner()).or_insert(place);
        }
    }
    manifest.check_declared(&declared, out);
}
