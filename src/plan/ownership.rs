//! What an exact app must say.

use crate::kinds::REGISTRY;
use crate::manifest::Manifest;
use crate::model::finding::Findings;

/// An exact app with nothing declared must say so: an emptied file must not revoke everything.
pub fn check(manifest: &Manifest, out: &mut Findings) {
    let consents = REGISTRY.iter().filter(|kind| kind.is_consent());
    let tables: Vec<&str> = consents.filter_map(|kind| kind.table()).map(|t| t.name).collect();
    let declared = manifest.declared(&tables);
    manifest.check_declared(&declared, out);
}
