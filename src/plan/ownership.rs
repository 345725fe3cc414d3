//! Whose things are whose: `mode` per app, and what an exact app must say.

use std::collections::BTreeSet;

use crate::kinds::{Desk, Ownership, REGISTRY};
use crate::manifest::Manifest;
use crate::manifest::settings::{Grants, Mode};
use crate::model::finding::{Finding, Findings};

/// Whether undeclared things of this owner are removed. What belongs to the tenant as such never is.
pub fn of(manifest: &Manifest, owner: &str) -> Ownership {
    match manifest.apps.get(owner).map(|app| app.mode) {
        Some(Mode::Exact) => Ownership::Exact,
        Some(Mode::Additive) | None => Ownership::Additive,
    }
}

/// An exact app with nothing declared must say so: an emptied file must not revoke everything.
pub fn check(desk: &Desk, out: &mut Findings) {
    let declared: BTreeSet<String> = REGISTRY
        .iter()
        .filter(|kind| kind.is_consent())
        .filter_map(|kind| kind.table())
        .flat_map(|table| desk.manifest.entries_of(table.name))
        .filter_map(|entry| entry.app_label())
        .collect();
    for (label, app) in &desk.manifest.apps {
        match (app.grants, declared.contains(label)) {
            (Some(Grants::None), true) => out.push(
                Finding::error(
                    "grants_contradiction",
                    format!("{label} says grants = \"none\" and has grants declared"),
                )
                .at(&app.place)
                .help("remove grants = \"none\", or the tables that name this app"),
            ),
            (None, false) if app.mode == Mode::Exact => out.push(
                Finding::error(
                    "nothing_declared",
                    format!("{label} is exact and has nothing declared: all its grants would go"),
                )
                .at(&app.place)
                .help(format!(
                    "declare a [[grant]] with app = \"{label}\", or say grants = \"none\" in [app.{label}] to revoke all"
                )),
            ),
            _ => {}
        }
    }
}
