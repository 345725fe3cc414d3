//! Whose things are whose: `mode` per app, and what an exact app must say.

use crate::kinds::{Ownership, REGISTRY};
use crate::manifest::Manifest;
use crate::manifest::app::Mode;
use crate::model::finding::Findings;

/// Whether undeclared things of this owner are removed. What belongs to the tenant as such never is.
pub fn of(manifest: &Manifest, owner: &str) -> Ownership {
    match manifest.apps.get(owner).map(|app| app.mode.value) {
        Some(Mode::Exact) => Ownership::Exact,
        Some(Mode::Additive) | None => Ownership::Additive,
    }
}

/// An exact app with nothing declared must say so: an emptied file must not revoke everything.
pub fn check(manifest: &Manifest, out: &mut Findings) {
    let consents = REGISTRY.iter().filter(|kind| kind.is_consent());
    let tables: Vec<&str> = consents.filter_map(|kind| kind.table()).map(|t| t.name).collect();
    let declared = manifest.declared(&tables);
    manifest.check_declared(&declared, out);
}
