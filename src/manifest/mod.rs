//! Floor 1: from TOML text to entries with places.
//!
//! Knows the tables that concern every kind (`[tenant]`, `[app.X]`, `[resource.X]`, `[limits]`,
//! `[accept]`); the shape of all other tables belongs to the kind whose table it is. Imports floor 0
//! only and has no effects: the texts come in, findings go out.

pub(crate) mod app;
pub(crate) mod entry;
mod hush;
mod join;
pub(crate) mod note;
pub(crate) mod published;
mod raw;
mod read;
pub(crate) mod resources;
pub(crate) mod settings;
mod shape;
pub mod source;
pub(crate) mod suggest;
mod syntax;
pub(crate) mod whom;

use std::collections::BTreeMap;

use crate::manifest::app::{App, Mode, Resource};
use crate::manifest::entry::Entry;
use crate::manifest::settings::{Accept, Limits, TenantTable};
use crate::manifest::source::{Located, Sources};
use crate::manifest::suggest::did_you_mean;
use crate::model::finding::{Finding, Findings, Place};
use crate::model::untrusted::shown;

pub use hush::hushed;

/// Every code that this room finds, with what it says, for the reference.
pub const FINDINGS: &[&[(&str, &str)]] = &[
    OWN,
    app::CODES,
    join::CODES,
    note::CODES,
    read::CODES,
    resources::CODES,
    settings::CODES,
    shape::CODES,
];

/// What this file finds.
const OWN: &[(&str, &str)] = &[
    ("unknown_app", "an app that no [app.LABEL] declares"),
    ("exact_app_without_grants", "an exact app with nothing declared"),
    ("grants_contradiction", "an app with grants = \"none\" and a permission"),
];

/// A whole manifest, from one file or several.
///
/// While the findings hold an error it is good for one thing only: finding more of them. Its tenant
/// may then be the nil id, which is no tenant's.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub tenant: TenantTable,
    /// By label.
    pub apps: BTreeMap<String, App>,
    /// By label.
    pub(crate) resources: BTreeMap<String, Resource>,
    pub(crate) limits: Limits,
    pub(crate) accept: Accept,
    /// The kinds' own tables by name, each in the order of files and lines.
    pub(crate) entries: BTreeMap<String, Vec<Entry>>,
    /// Declared, but with a mistake: whoever names them is told that one, not "unknown".
    pub(crate) broken_apps: BTreeMap<String, Finding>,
    pub(crate) broken_resources: BTreeMap<String, Finding>,
}

/// A table that belongs to a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableName {
    pub name: &'static str,
    pub(crate) times: HowOften,
}

/// How often a table may stand in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HowOften {
    /// `[user_consent]`
    Once,
    /// `[[grant]]`
    Repeated,
}

/// Reads all files as one manifest. `tables` are those of the kinds. The manifest is there even with
/// errors, so that the kinds can add their findings to these; only without any file it is `None`.
pub fn parse(sources: &Sources, tables: &[TableName]) -> (Option<Manifest>, Findings) {
    read::manifest(sources, tables)
}

impl Manifest {
    /// The entries of one table.
    pub(crate) fn entries(&self, table: &str) -> &[Entry] {
        self.entries.get(table).map_or(&[], Vec::as_slice)
    }

    /// The app that an entry names by its label.
    ///
    /// # Errors
    /// A finding that suggests the label that may have been meant. For a declared app with a mistake
    /// of its own it is that mistake's finding, which is told only once.
    #[expect(clippy::result_large_err, reason = "made once per mistake, and pushed as it is")]
    pub(crate) fn app(&self, label: &Located<String>) -> Result<&App, Finding> {
        if let Some(app) = self.apps.get(&label.value) {
            return Ok(app);
        }
        if let Some(finding) = self.broken_apps.get(&label.value) {
            return Err(finding.clone());
        }
        let title = format!("no app is declared as \"{}\"", shown(&label.value));
        let help =
            did_you_mean(&label.value, self.apps.keys().map(String::as_str)).unwrap_or_else(|| {
                "declare it: [app.LABEL] with its app_id and mode, in any of the files".to_owned()
            });
        Err(Finding::error("unknown_app", title).at(&label.place).help(help))
    }

    /// The labels that entries of these tables name as their `app`, each with its first place. Also
    /// of entries with a mistake elsewhere.
    pub(crate) fn declared(&self, tables: &[&str]) -> BTreeMap<String, Place> {
        let mut declared = BTreeMap::new();
        for entry in tables.iter().flat_map(|table| self.entries(table)) {
            if let Some(app) = entry.text("app") {
                declared.entry(app.value).or_insert(app.place);
            }
        }
        declared
    }

    /// Checks what is declared against what the apps say of themselves. `declared` holds one place
    /// of a permission (not of an assignment) for each app label that has any. `findings` are all there
    /// are so far: beside any other mistake nothing is called undeclared, for it may be declared in what
    /// could not be read.
    pub(crate) fn check_declared(
        &self,
        declared: &BTreeMap<String, Place>,
        findings: &mut Findings,
    ) {
        for app in self.apps.values().filter(|app| app.no_grants.is_some()) {
            if let Some(place) = declared.get(&app.label) {
                findings.push(contradiction(app, place));
            }
        }
        if findings.has_errors() {
            return;
        }
        let bare = |app: &&App| app.no_grants.is_none() && !declared.contains_key(&app.label);
        for app in self.apps.values().filter(bare).filter(|app| app.mode.value == Mode::Exact) {
            findings.push(undeclared(app));
        }
    }
}

fn contradiction(app: &App, place: &Place) -> Finding {
    let title = format!("{} says grants = \"none\", and this grants it something", app.label);
    Finding::error("grants_contradiction", title)
        .at(place)
        .help(format!("to keep this, take grants = \"none\" out of [app.{}]", app.label))
        .taking("to revoke it, remove this table")
}

fn undeclared(app: &App) -> Finding {
    let title = format!("{} is exact and nothing is declared for it", app.label);
    Finding::error("exact_app_without_grants", title)
        .at(&app.place)
        .help(
            "declare what it shall keep, in [[grant]] or [[app_role]]; with mode = \"additive\" it \
             keeps what it has. An emptied file must not revoke everything by accident",
        )
        .taking("if it shall have no permission at all, say grants = \"none\"")
}

#[cfg(test)]
mod tests;
