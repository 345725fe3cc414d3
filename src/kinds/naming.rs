//! The id decides which app is meant, and a name that is written beside it must agree: a name is how
//! people notice that an id was swapped.

use toml::Spanned;

use crate::kinds::Inputs;
use crate::manifest::Manifest;
use crate::manifest::entry::Entry;
use crate::manifest::resources;
use crate::manifest::source::Located;
use crate::model::directory::{Directory, Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::id::{AppId, ObjectId};
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("name_mismatch", "an app or resource that the tenant calls by another name"),
    ("object_id", "the id of something else where an app id belongs"),
    (
        "not_in_snapshot",
        "a user, group, app or table that the snapshot of an offline plan does not know",
    ),
    ("resource_not_in_tenant", "a resource that has no service principal in the tenant"),
];

/// A finding when the tenant calls it otherwise. `what` is `app` or `resource`.
pub(super) fn mismatch(
    what: &str,
    said: Option<&Located<String>>,
    found: &ServicePrincipal,
) -> Option<Finding> {
    let said = said.filter(|name| name.value != found.name.raw())?;
    let title = format!(
        "the {what} {} is called \"{}\" in the tenant, not \"{}\"",
        found.app_id,
        found.name.shown(),
        shown(&said.value)
    );
    let help =
        format!("check that the app_id is the {what} you mean, then write its name as it is");
    Some(Finding::error("name_mismatch", title).at(&said.place).help(help))
}

/// A finding where an id that no app has is the id of something else. `what` is `app` or `resource`.
pub(super) fn astray(what: &str, id: &Located<AppId>, inputs: &Inputs) -> Option<Finding> {
    let (id, place) = (id.value, &id.place);
    let told =
        |title: String, help: String| Finding::error("object_id", title).at(place).help(help);
    if id.to_string() == inputs.manifest.tenant.id.value.to_string() {
        let title = format!("{id} is the id of the tenant, not of the {what}");
        return Some(told(title, RIGHT_ID.to_owned()));
    }
    let found = inputs.scene.directory.astray.get(&id)?;
    let name = found.name.shown();
    Some(match found.app_id {
        Some(app_id) => told(
            format!("{id} is the object id of the {} \"{name}\", not its app id", found.sort),
            format!("if you mean \"{name}\", write its app id: \"{app_id}\""),
        ),
        None => told(
            format!("{id} is the id of the {} \"{name}\", not of an {what}", found.sort),
            RIGHT_ID.to_owned(),
        ),
    })
}

const RIGHT_ID: &str =
    "write the application (client) id, as the portal shows it on the app's overview page";

/// Looks whether the app of a table is one that the manifest declares.
pub(super) fn check_app(
    entry: &Entry,
    app: &Option<Spanned<String>>,
    manifest: &Manifest,
    out: &mut Findings,
) {
    if let Some(app) = entry.required("app", app, out)
        && let Err(finding) = manifest.app(&entry.located(app))
    {
        out.push(finding);
    }
}

/// Adds an app that a text stands for to what is looked up, or tells why it stands for none.
pub(super) fn mention(app: Result<AppId, Finding>, mentions: &mut Mentions, out: &mut Findings) {
    match app {
        Ok(app_id) => drop(mentions.apps.insert(app_id)),
        Err(finding) => out.push(finding),
    }
}

/// Adds the resource of a table to what is looked up, or tells that it is missing or stands for none.
pub(super) fn mention_resource(
    entry: &Entry,
    resource: &Option<Spanned<String>>,
    manifest: &Manifest,
    mentions: &mut Mentions,
    out: &mut Findings,
) {
    if let Some(resource) = entry.required("resource", resource, out) {
        mention(resources::resolve(&entry.located(resource), manifest), mentions, out);
    }
}

/// A finding where a record stands for the tenant and does not know of this: nobody can say whether it is
/// there. `what` is safe to show.
pub(super) fn unrecorded(what: &str, directory: &Directory) -> Finding {
    let title = format!("the snapshot of {} does not know {what}", directory.unrecorded.taken);
    Finding::error("not_in_snapshot", title).help(
        "nothing is said by that about the tenant: a maintainer plans this against the tenant, or takes \
         a snapshot with the manifest that names it (consent snapshot take)",
    )
}

/// The same of an app, where that is so. `what` is `app` or `resource`.
pub(super) fn unrecorded_app(what: &str, app_id: AppId, directory: &Directory) -> Option<Finding> {
    let is_it = directory.unrecorded.apps.contains(&app_id);
    is_it.then(|| unrecorded(&format!("the {what} {app_id}"), directory))
}

/// How a manifest names this app as a resource.
pub(super) fn written(app_id: AppId) -> String {
    let known = resources::WELL_KNOWN.iter().find(|(_, id)| AppId::from_u128(*id) == app_id);
    known.map_or_else(|| app_id.to_string(), |(name, _)| (*name).to_owned())
}

/// Why nothing can be written about a resource that the tenant does not have.
pub(super) fn not_there(resource: ObjectId) -> String {
    format!("the tenant has no service principal {resource}")
}

/// The resource that a text stands for, or a finding. The id decides, and a declared name must agree.
pub(super) fn resource<'a>(
    inputs: &Inputs<'a>,
    name: &Located<String>,
    out: &mut Findings,
) -> Option<&'a ServicePrincipal> {
    // A name that resolves to nothing was reported when names were collected.
    let app_id = resources::resolve(name, inputs.manifest).ok()?;
    let found = inputs.scene.directory.service_principals.get(&app_id);
    let declared = inputs.manifest.resources.get(&name.value);
    let written = declared.map_or_else(|| name.with(app_id), |one| one.app_id.clone());
    if found.is_none() {
        let absent = || {
            Finding::error(
                "resource_not_in_tenant",
                format!("the tenant has no service principal for the resource {app_id}"),
            )
            .at(&name.place)
            .help(
                "check the app id; a resource comes into a tenant with its licence, or when an \
                 administrator creates its service principal",
            )
        };
        let directory = &inputs.scene.directory;
        let finding = match unrecorded_app("resource", app_id, directory) {
            Some(finding) => finding.at(&name.place),
            None => astray("resource", &written, inputs).unwrap_or_else(absent),
        };
        out.push(finding);
    }
    if let (Some(found), Some(declared)) = (found, declared)
        && let Some(finding) = mismatch("resource", declared.name.as_ref(), found)
    {
        out.push(finding);
    }
    found
}
