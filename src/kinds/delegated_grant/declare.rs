//! `[[grant]]` tables, as people write them, to the grants that shall be.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Spec, address};
use crate::kinds::people;
use crate::kinds::permission;
use crate::kinds::service_principal;
use crate::kinds::{Desk, Wanted};
use crate::manifest::Manifest;
use crate::manifest::app::Resource;
use crate::manifest::entry::Entry;
use crate::manifest::note::{Day, Note};
use crate::manifest::resources;
use crate::manifest::source::Located;
use crate::manifest::whom::Whom;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::Why;
use crate::model::directory::{Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::request::later;
use crate::model::scope::{MAX_SCOPE_CHARS, ScopeSet};
use crate::model::untrusted::shown;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("no_scopes", "a grant that lists no permission"),
    ("scope_twice", "a permission listed twice in one table"),
    ("scopes_too_long", "more permissions than one grant can hold"),
    ("resource_not_in_tenant", "a resource that has no service principal in the tenant"),
];

/// The table's name.
const TABLE: &str = "grant";

/// `[[grant]]`, key by key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    app: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
    scopes: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(rename = "for")]
    whom: Option<Whom>,
    reason: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
    until: Option<Spanned<Day>>,
}

pub(super) fn mentions(manifest: &Manifest, out: &mut Findings) -> Mentions {
    let mut mentions = Mentions::default();
    for entry in manifest.entries(TABLE) {
        if out.is_full() {
            break;
        }
        let Some(written) = entry.read::<Written>(out) else { continue };
        // The manifest's mistakes are all told before anything is asked of the tenant.
        if let Some(app) = entry.required("app", &written.app, out)
            && let Err(finding) = manifest.app(&entry.located(app))
        {
            out.push(finding);
        }
        if let Some(resource) = entry.required("resource", &written.resource, out) {
            match resources::resolve(&entry.located(resource), manifest) {
                Ok(app_id) => drop(mentions.apps.insert(app_id)),
                Err(finding) => out.push(finding),
            }
        }
        if let Some(scopes) = entry.required("scopes", &written.scopes, out)
            && scopes.get_ref().is_empty()
        {
            out.push(
                Finding::error("no_scopes", "this grant lists no permission")
                    .at(&entry.place_of(scopes))
                    .help("list at least one, or remove the table"),
            );
        }
        if let Some(Whom::Named(named)) = entry.required("for", &written.whom, out) {
            people::mention(named, &mut mentions);
        }
    }
    mentions
}

pub(super) fn declare(desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
    let mut wanted = BTreeMap::new();
    for entry in desk.manifest.entries(TABLE) {
        if out.is_full() {
            break;
        }
        let Some(written) = entry.read::<Written>(out) else { continue };
        declare_one(desk, entry, &written, &mut wanted, out);
    }
    wanted
}

/// Adds one table's grants. Judges every part of it, also when another part is wrong.
fn declare_one(
    desk: &Desk,
    entry: &Entry,
    written: &Written,
    wanted: &mut BTreeMap<Address, Wanted<Spec>>,
    out: &mut Findings,
) {
    // What is missing was reported with the manifest's other mistakes.
    let (Some(app), Some(resource_name), Some(names), Some(whom)) =
        (&written.app, &written.resource, &written.scopes, &written.whom)
    else {
        return;
    };
    let label = app.get_ref();
    let client = client(desk, &entry.located(app));
    let resource = resource(desk, &entry.located(resource_name), out);
    let scopes = resource.map(|resource| scopes(entry, names.get_ref(), resource, out));
    let audiences = match whom {
        Whom::Everyone => Some((vec![Audience::Everyone], Vec::new())),
        Whom::Named(named) => people::expand(named, entry, desk, out)
            .map(|people| (people.ids.into_iter().map(Audience::One).collect(), people.left_out)),
    };
    let note =
        Note::new(entry, written.reason.as_ref(), written.owner.as_ref(), written.until.as_ref());
    let (Some(client), Some(resource), Some(scopes), Some((audiences, left_out))) =
        (client, resource, scopes, audiences)
    else {
        return;
    };
    // A part of the manifest was asked for, and this app is not in it.
    if !desk.scene.roster.contains_key(label) {
        return;
    }
    let why = why(desk, entry, &note);
    for audience in audiences {
        let at = address(label, resource.id, audience);
        let slot = wanted.entry(at).or_insert_with(|| Wanted {
            spec: None,
            expired: None,
            why: Vec::new(),
            notes: Vec::new(),
        });
        for note in &left_out {
            if !slot.notes.contains(note) {
                slot.notes.push(note.clone());
            }
        }
        let half = if note.over(desk.today) { &mut slot.expired } else { &mut slot.spec };
        let spec = half.get_or_insert_with(|| Spec {
            client: client.clone(),
            resource: resource.id,
            audience,
            scopes: ScopeSet::default(),
        });
        spec.scopes = spec.scopes.union(&scopes);
        if let Some(finding) = too_long(&spec.scopes) {
            out.push(finding.at(&entry.place_of(names)));
        }
        if !slot.why.contains(&why) {
            slot.why.push(why.clone());
        }
    }
}

fn why(desk: &Desk, entry: &Entry, note: &Note) -> Why {
    let mut line = desk.sources.line(&entry.place);
    if note.over(desk.today) {
        line.push_str(", past its until");
    }
    Why {
        line,
        reason: note.reason.as_ref().map(|reason| reason.value.clone()),
        owner: note.owner.as_ref().map(|owner| owner.value.clone()),
        until: note.until.as_ref().map(|until| until.value.to_string()),
    }
}

/// The client's object id, or the placeholder of the one that will be created.
fn client(desk: &Desk, label: &Located<String>) -> Option<String> {
    let app = desk.manifest.app(label).ok()?;
    match desk.scene.directory.client_id(app.app_id.value) {
        Some(id) => Some(id.to_string()),
        // Without `provision` the service principal's own kind reports it, once per app.
        None => Some(later(&service_principal::address(&label.value))),
    }
}

fn resource<'a>(
    desk: &Desk<'a>,
    name: &Located<String>,
    out: &mut Findings,
) -> Option<&'a ServicePrincipal> {
    // A name that resolves to nothing was reported when names were collected.
    let app_id = resources::resolve(name, desk.manifest).ok()?;
    let found = desk.scene.directory.service_principals.get(&app_id);
    if found.is_none() {
        out.push(
            Finding::error(
                "resource_not_in_tenant",
                format!("the tenant has no service principal for the resource {app_id}"),
            )
            .at(&name.place)
            .help(
                "check the app id; a resource comes into a tenant with its licence, or when an \
                 administrator creates its service principal",
            ),
        );
    }
    if let (Some(found), Some(declared)) = (found, desk.manifest.resources.get(&name.value)) {
        named_rightly(declared, found, out);
    }
    found
}

/// The id decides, and a declared name must agree with it.
fn named_rightly(declared: &Resource, found: &ServicePrincipal, out: &mut Findings) {
    let Some(name) = declared.name.as_ref().filter(|name| name.value != found.name.raw()) else {
        return;
    };
    out.push(
        Finding::error(
            "name_mismatch",
            format!(
                "the resource {} is called \"{}\" in the tenant, not \"{}\"",
                declared.app_id.value,
                found.name.shown(),
                shown(&name.value)
            ),
        )
        .at(&name.place)
        .help("check that the app_id is the resource you mean, then write its name as it is"),
    );
}

fn scopes(
    entry: &Entry,
    names: &[Spanned<String>],
    resource: &ServicePrincipal,
    out: &mut Findings,
) -> ScopeSet {
    let mut scopes = ScopeSet::default();
    for name in names {
        let place = entry.place_of(name);
        match permission::scope(name.get_ref(), resource, &place, out) {
            Some(scope) if !scopes.insert(scope.clone()) => out.push(
                Finding::warning("scope_twice", format!("\"{scope}\" is listed twice")).at(&place),
            ),
            _ => {}
        }
    }
    scopes
}

/// A finding when the service would not store so many permissions in one grant.
pub(super) fn too_long(scopes: &ScopeSet) -> Option<Finding> {
    let length = scopes.to_wire().chars().count();
    let title = format!(
        "the permissions of one grant are {length} characters long; Microsoft Entra stores at most \
         {MAX_SCOPE_CHARS}"
    );
    let finding = Finding::error("scopes_too_long", title);
    (length > MAX_SCOPE_CHARS)
        .then(|| finding.help("declare fewer permissions for this app, resource and audience"))
}

#[cfg(test)]
#[path = "declare_tests.rs"]
mod tests;
