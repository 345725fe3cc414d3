//! Makes one manifest of the tables of several files, and tells what contradicts what.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::app::{self, App, Resource};
use crate::manifest::entry::Entry;
use crate::manifest::settings::{self, Cloud, TenantTable};
use crate::manifest::shape::{self, Whole};
use crate::manifest::source::{Located, Sources};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::{AppId, TenantId};

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("missing_schema", "no file says `schema = 1`"),
    ("missing_tenant", "no file has a [tenant] table"),
    ("duplicate_table", "a table that stands once, twice"),
    ("duplicate_label", "one label for two apps or two resources"),
    ("duplicate_app_id", "one app id under two labels"),
];

/// All tables of all files, before they are read.
pub(super) struct Tables {
    pub(super) whole: Whole,
    /// The first syntax error of each file that has any.
    pub(super) torn: BTreeMap<usize, Finding>,
    /// Tables and keys that are there, though perhaps in a wrong form: they are not missing.
    written: BTreeSet<String>,
    labelled: BTreeMap<String, Vec<(String, Entry)>>,
    entries: BTreeMap<String, Vec<Entry>>,
}

impl Default for Tables {
    fn default() -> Self {
        let (labelled, entries) = (BTreeMap::new(), BTreeMap::new());
        let (written, torn) = (BTreeSet::new(), BTreeMap::new());
        Self { whole: Whole::Yes, torn, written, labelled, entries }
    }
}

impl Tables {
    pub(super) fn written(&mut self, name: &str) {
        self.written.insert(name.to_owned());
    }

    pub(super) fn add(&mut self, name: &str, entry: Entry) {
        self.entries.entry(name.to_owned()).or_default().push(entry);
    }

    pub(super) fn labelled(&mut self, name: &str, label: String, entry: Entry) {
        self.labelled.entry(name.to_owned()).or_default().push((label, entry));
    }

    /// `names` are the tables of the kinds.
    pub(super) fn join(
        mut self,
        names: &[TableName],
        sources: &Sources,
        findings: &mut Findings,
    ) -> Manifest {
        for table in names.iter().filter(|table| table.times == HowOften::Once) {
            if let Some(only) = self.one(table.name, sources, findings) {
                self.add(table.name, only);
            }
        }
        self.missing("schema", sources, findings);
        let tenant = self.tenant(sources, findings);
        let limits = self.one("limits", sources, findings);
        let accept = self.one("accept", sources, findings);
        let limits = limits.and_then(|entry| settings::limits(&entry, findings));
        let accept = accept.and_then(|entry| settings::accept(&entry, findings));
        let (apps, broken_apps) =
            self.labels("app", sources, findings, app::app, |app: &App| &app.app_id);
        let (resources, broken_resources) =
            self.labels("resource", sources, findings, app::resource, |one: &Resource| &one.app_id);
        Manifest {
            tenant,
            apps,
            resources,
            limits: limits.unwrap_or_default(),
            accept: accept.unwrap_or_default(),
            entries: self.entries,
            broken_apps,
            broken_resources,
        }
    }

    /// What every manifest needs once. In a torn file it may be what could not be read.
    fn missing(&self, name: &str, sources: &Sources, findings: &mut Findings) {
        if self.whole == Whole::Torn || self.written.contains(name) {
            return;
        }
        let finding = if name == "schema" {
            Finding::error("missing_schema", "the manifest does not say which schema it follows")
                .help("write `schema = 1` as the first line")
        } else {
            Finding::error("missing_tenant", "the manifest does not say which tenant it is about")
                .help("add [tenant] with `id` and `domain`: no other one is read or changed")
        };
        let top = Place { file: 0, span: 0..0 };
        findings.push(if sources.0.len() == 1 { finding.at(&top) } else { finding });
    }

    /// The table that may stand once. Others are told.
    fn one(&mut self, name: &str, sources: &Sources, findings: &mut Findings) -> Option<Entry> {
        let mut all = self.entries.remove(name)?.into_iter();
        let first = all.next()?;
        for other in all {
            let title = format!("[{name}] stands in {} already", sources.line(&first.place));
            let finding = Finding::error("duplicate_table", title).at(&other.place);
            findings.push(finding.help("keep one of the two"));
        }
        Some(first)
    }

    /// `[tenant]` may stand in several files, as long as they say the same. Without a readable one
    /// there is an error, and the nil id, which is no tenant's.
    fn tenant(&mut self, sources: &Sources, findings: &mut Findings) -> TenantTable {
        let all = self.entries.remove("tenant").unwrap_or_default();
        if all.is_empty() {
            self.missing("tenant", sources, findings);
        }
        let mut read: Option<(TenantTable, Place)> = None;
        for entry in all {
            let Some(tenant) = settings::tenant(&entry, findings) else { continue };
            match &read {
                None => read = Some((tenant, entry.place)),
                Some((first, _)) if same(first, &tenant) => {}
                Some((_, place)) => {
                    let title = format!("{} names another tenant", sources.line(place));
                    let finding = Finding::error("duplicate_table", title).at(&tenant.id.place);
                    findings.push(finding.help("one run is about one tenant"));
                }
            }
        }
        read.map_or_else(nobody, |(tenant, _)| tenant)
    }

    /// All tables of one labelled name, and the first finding of those with a mistake.
    fn labels<T>(
        &mut self,
        name: &str,
        sources: &Sources,
        findings: &mut Findings,
        read: fn(&str, &Entry, &mut Findings) -> Option<T>,
        app_id: fn(&T) -> &Located<AppId>,
    ) -> (BTreeMap<String, T>, BTreeMap<String, Finding>) {
        let (mut good, mut broken) = (BTreeMap::new(), BTreeMap::new());
        let mut places: BTreeMap<String, Place> = BTreeMap::new();
        let mut ids: BTreeMap<AppId, String> = BTreeMap::new();
        for (label, entry) in self.labelled.remove(name).unwrap_or_default() {
            if findings.is_full() {
                break;
            }
            let mut own = Findings::default();
            let value = read(&label, &entry, &mut own);
            match places.entry(label.clone()) {
                Slot::Occupied(first) => {
                    let line = sources.line(first.get());
                    let title = format!("[{name}.{label}] stands in {line} already");
                    own.push(twice("duplicate_label", title, &entry.place));
                }
                Slot::Vacant(slot) => {
                    slot.insert(entry.place.clone());
                }
            }
            if let Some(id) = value.as_ref().map(app_id) {
                match ids.get(&id.value) {
                    Some(other) if *other != label => {
                        let title = format!("[{name}.{other}] has this app id already");
                        own.push(twice("duplicate_app_id", title, &id.place));
                    }
                    _ => {
                        ids.insert(id.value, label.clone());
                    }
                }
            }
            match (value, own.iter().next()) {
                (Some(value), _) => {
                    good.entry(label).or_insert(value);
                }
                (None, Some(finding)) => {
                    broken.entry(label).or_insert_with(|| finding.clone());
                }
                // A torn file, whose syntax errors are told: the label is known, no more.
                (None, None) => {
                    let told = self.torn.get(&entry.place.file).cloned();
                    let finding = told.unwrap_or_else(|| shape::missing("app_id").at(&entry.place));
                    broken.entry(label).or_insert(finding);
                }
            }
            findings.extend(own);
        }
        (good, broken)
    }
}

fn twice(code: &'static str, title: String, place: &Place) -> Finding {
    Finding::error(code, title).at(place).help("keep one of the two")
}

fn same(one: &TenantTable, other: &TenantTable) -> bool {
    let domain = |tenant: &TenantTable| tenant.domain.as_ref().map(|d| d.value.to_lowercase());
    one.id.value == other.id.value
        && one.cloud.value == other.cloud.value
        && domain(one) == domain(other)
}

fn nobody() -> TenantTable {
    TenantTable {
        id: Located::new(TenantId::from_u128(0), 0, 0..0),
        domain: None,
        cloud: Located::new(Cloud::default(), 0, 0..0),
    }
}
