//! `[[grant]]` tables, as people write them, to the grants that shall be.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Spec, address};
use crate::kinds::{Desk, Wanted};
use crate::kinds::service_principal;
use crate::manifest::Manifest;
use crate::manifest::entry::Entry;
use crate::manifest::note::{Day, Note};
use crate::manifest::resources;
use crate::manifest::whom::Whom;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::Why;
use crate::model::directory::{Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::request::later;
use crate::model::scope::{MAX_SCOPE_CHARS, ScopeSet};
use crate::kinds::people;
use crate::kinds::permission;

/// `[[grant]]`, key by key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    app: Spanned<String>,
    resource: Spanned<String>,
    scopes: Spanned<Vec<Spanned<String>>>,
    #[serde(rename = "for")]
    whom: Whom,
    #[serde(default)]
    reason: Option<Spanned<String>>,
    #[serde(default)]
    owner: Option<Spanned<String>>,
    #[serde(default)]
    until: Option<Spanned<Day>>,
}

pub(super) fn mentions(manifest: &Manifest, out: &mut Findings) -> Mentions {
    let mut mentions = Mentions::default();
    for entry in manifest.entries_of("grant") {
        let Some(written) = entry.read::<Written>(out) else { continue };
        let place = entry.place_of(&written.resource);
        match resources::resolve(written.resource.get_ref(), &place, manifest) {
            Ok(app_id) => drop(mentions.apps.insert(app_id)),
            Err(finding) => out.push(finding),
        }
        if let Whom::Named(named) = &written.whom {
            people::mention(named, &mut mentions);
        }
    }
    mentions
}

pub(super) fn declare(desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
    let mut wanted = BTreeMap::new();
    for entry in desk.manifest.entries_of("grant") {
        if let Some(written) = entry.read::<Written>(out) {
            declare_one(desk, entry, &written, &mut wanted, out);
        }
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
    let label = written.app.get_ref();
    let client = client(desk, label, &entry.place_of(&written.app), out);
    let resource = resource(desk, entry, &written.resource, out);
    let scopes = resource.map(|resource| scopes(entry, written, resource, out));
    let audiences = match &written.whom {
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
    let why = why(desk, entry, &note);
    for audience in audiences {
        let at = address(label, resource.id, audience);
        let slot = wanted.entry(at).or_insert_with(|| Wanted {
            spec: None,
            expired: None,
            why: Vec::new(),
            notes: left_out.clone(),
        });
        let half = if note.over(desk.today) { &mut slot.expired } else { &mut slot.spec };
        let spec = half.get_or_insert_with(|| Spec {
            client: client.clone(),
            resource: resource.id,
            audience,
            scopes: ScopeSet::default(),
        });
        spec.scopes = spec.scopes.union(&scopes);
        too_long(&spec.scopes, entry, written, out);
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
fn client(desk: &Desk, label: &str, place: &Place, out: &mut Findings) -> Option<String> {
    let app = match desk.manifest.app(label, place) {
        Ok(app) => app,
        Err(finding) => {
            out.push(finding);
            return None;
        }
    };
    match desk.scene.directory.client_id(app.app_id.value) {
        Some(id) => Some(id.to_string()),
        // Without `provision` the service principal's own kind reports it, once per app.
        None => Some(later(&service_principal::address(label))),
    }
}

fn resource<'a>(
    desk: &Desk<'a>,
    entry: &Entry,
    name: &Spanned<String>,
    out: &mut Findings,
) -> Option<&'a ServicePrincipal> {
    let place = entry.place_of(name);
    // A name that resolves to nothing was reported when names were collected.
    let app_id = resources::resolve(name.get_ref(), &place, desk.manifest).ok()?;
    let found = desk.scene.directory.service_principals.get(&app_id);
    if found.is_none() {
        out.push(
            Finding::error(
                "unknown_resource",
                format!("the tenant has no service principal for the resource {app_id}"),
            )
            .at(&place)
            .help(
                "check the app id; a resource comes into a tenant with its licence, or when an \
                 administrator creates its service principal",
            ),
        );
    }
    found
}

fn scopes(
    entry: &Entry,
    written: &Written,
    resource: &ServicePrincipal,
    out: &mut Findings,
) -> ScopeSet {
    let mut scopes = ScopeSet::default();
    if written.scopes.get_ref().is_empty() {
        out.push(
            Finding::error("no_scopes", "this grant lists no permission")
                .at(&entry.place_of(&written.scopes))
                .help("list at least one, or remove the table"),
        );
    }
    for name in written.scopes.get_ref() {
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

fn too_long(scopes: &ScopeSet, entry: &Entry, written: &Written, out: &mut Findings) {
    let length = scopes.to_wire().chars().count();
    if length > MAX_SCOPE_CHARS {
        out.push(
            Finding::error(
                "scopes_too_long",
                format!(
                    "the permissions of one grant are {length} characters long; Microsoft Entra \
                     stores at most {MAX_SCOPE_CHARS}"
                ),
            )
            .at(&entry.place_of(&written.scopes))
            .help("declare fewer permissions for this app, resource and audience"),
        );
    }
}
