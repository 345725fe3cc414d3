//! `[[app_role]]` tables, as people write them, to the roles that shall be.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{AppRoles, Spec, address};
use crate::kinds::role::Holder;
use crate::kinds::{Declare, Inputs, Wanted, naming, role};
use crate::manifest::Manifest;
use crate::manifest::app::Label;
use crate::manifest::entry::Entry;
use crate::manifest::note::{Day, Note};
use crate::manifest::resources::ResourceName;
use crate::model::address::Address;
use crate::model::directory::{Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::id::PermissionId;
use crate::model::schema::{self, JsonSchema, Schema, SomeText};
use crate::model::untrusted::shown;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("no_roles", "an [[app_role]] that lists no role"),
    ("role_twice", "a role listed twice in one table"),
];

/// The table's name.
const TABLE: &str = "app_role";

/// Application permissions: what an app may do by itself, without anybody who uses it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The client, by the label of its `[app.LABEL]` table: `"payroll-sync"`.
    #[schemars(with = "Label")]
    app: Option<Spanned<String>>,
    /// The API that is called: a well-known name such as `"Microsoft Graph"`, the label of a
    /// `[resource.LABEL]` table, or an app id.
    #[schemars(with = "ResourceName")]
    resource: Option<Spanned<String>>,
    /// Roles for applications by name, exactly as the resource defines them: `["User.Read.All"]`.
    #[schemars(with = "Vec<SomeText>", length(min = 1))]
    roles: Option<Spanned<Vec<Spanned<String>>>>,
    /// Why, in a sentence: shown in the plan and kept in its files.
    #[schemars(with = "Option<String>")]
    reason: Option<Spanned<String>>,
    /// Who answers for it: `"workplace@contoso.com"`.
    #[schemars(with = "Option<String>")]
    owner: Option<Spanned<String>>,
    /// The last day (UTC) on which it holds, without quotes: `2027-06-30`. After it, a plan removes it.
    #[schemars(with = "Option<Day>")]
    until: Option<Spanned<Day>>,
}

impl Declare for AppRoles {
    fn written(&self) -> Option<Schema> {
        Some(schema::written::<Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        let mut mentions = Mentions::default();
        for entry in manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            naming::check_app(entry, &written.app, manifest, out);
            naming::mention_resource(entry, &written.resource, manifest, &mut mentions, out);
            if let Some(roles) = entry.required("roles", &written.roles, out)
                && roles.get_ref().is_empty()
            {
                out.push(
                    Finding::error("no_roles", "this table lists no role")
                        .at(&entry.place_of(roles))
                        .help("list at least one")
                        .taking("to take them away, remove the table"),
                );
            }
        }
        mentions
    }

    fn declare(&self, inputs: &Inputs, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        let mut wanted = BTreeMap::new();
        for entry in inputs.manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            declare_one(inputs, entry, &written, &mut wanted, out);
        }
        wanted
    }
}

/// Adds one table's roles. Judges every part of it, also when another part is wrong.
fn declare_one(
    inputs: &Inputs,
    entry: &Entry,
    written: &Written,
    wanted: &mut BTreeMap<Address, Wanted<Spec>>,
    out: &mut Findings,
) {
    // What is missing was reported with the manifest's other mistakes.
    let (Some(app), Some(resource_name), Some(names)) =
        (&written.app, &written.resource, &written.roles)
    else {
        return;
    };
    let client = inputs.client(&entry.located(app));
    let Some(api) = naming::resource(inputs, &entry.located(resource_name), out) else { return };
    let roles = roles(entry, names.get_ref(), api, out);
    let note =
        Note::new(entry, written.reason.as_ref(), written.owner.as_ref(), written.until.as_ref());
    let asked = inputs.scene.roster.contains_key(app.get_ref());
    let Some(client) = client.filter(|_| asked) else { return };
    let why = inputs.why(entry, &note);
    for (role, name) in roles {
        let at = address(app.get_ref(), api.id, role);
        let slot = wanted.entry(at).or_insert_with(Wanted::nothing);
        let half = if note.over(inputs.today) { &mut slot.expired } else { &mut slot.spec };
        *half = Some(Spec {
            client: client.clone(),
            resource: api.id,
            role,
            app_id: Some(api.app_id),
            name: Some(name),
        });
        slot.add_why(&why);
    }
}

fn roles(
    entry: &Entry,
    names: &[Spanned<String>],
    api: &ServicePrincipal,
    out: &mut Findings,
) -> BTreeSet<(PermissionId, String)> {
    let mut roles = BTreeSet::new();
    for name in names {
        let place = entry.place_of(name);
        match role::named(name.get_ref(), Holder::App, api, &place, out) {
            Some(role) if !roles.insert((role.id, role.value.clone())) => {
                let title = format!("\"{}\" is listed twice", shown(name.get_ref()));
                out.push(Finding::warning("role_twice", title).at(&place));
            }
            _ => {}
        }
    }
    roles
}

#[cfg(test)]
#[path = "declare_tests.rs"]
mod tests;
