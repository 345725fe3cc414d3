//! `[app.X]`: that the tenant has the app, that it is the app that was meant, and who may sign in.

use std::collections::BTreeMap;

use super::{ServicePrincipals, Spec, address};
use crate::kinds::{Declare, Inputs, Wanted, naming};
use crate::manifest::app::{App, Provision};
use crate::manifest::{Manifest, resources};
use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::directory::{Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::id::AppId;
use crate::model::query::Pages;
use crate::model::schema::Schema;
use crate::model::untrusted::Untrusted;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("app_not_in_tenant", "an app that has no service principal in the tenant"),
    ("publisher_mismatch", "an app that another tenant publishes than the pinned one"),
    ("microsoft_app", "one of Microsoft's own apps that should be provisioned"),
];

impl Declare for ServicePrincipals {
    fn written(&self) -> Option<Schema> {
        None
    }

    fn mentions(&self, manifest: &Manifest, _out: &mut Findings) -> Mentions {
        Mentions {
            apps: manifest.apps.values().map(|app| app.app_id.value).collect(),
            ..Mentions::default()
        }
    }

    fn declare(&self, inputs: &Inputs, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        let mut wanted = BTreeMap::new();
        let asked = |(label, _): &(&String, &App)| inputs.scene.roster.contains_key(*label);
        let unrecorded = |app: &App| {
            let id = &app.app_id;
            let finding = naming::unrecorded_app("app", id.value, &inputs.scene.directory);
            finding.map(|finding| finding.at(&id.place))
        };
        let astray =
            |app: &App| unrecorded(app).or_else(|| naming::astray("app", &app.app_id, inputs));
        for (label, app) in inputs.manifest.apps.iter().filter(asked) {
            let found = inputs.scene.directory.service_principals.get(&app.app_id.value);
            match (found, astray(app)) {
                (Some(found), _) => check(label, app, found, out),
                // Nothing is created by an id that is known to be something else's.
                (None, Some(finding)) => out.push(finding),
                (None, None) if app.provision == Provision::No => out.push(absent(label, app)),
                (None, None) if is_well_known(app.app_id.value) => {
                    out.push(microsofts(label, app));
                }
                (None, None) => {}
            }
            let required = app.assignment_required.as_ref();
            if app.provision == Provision::Yes || required.is_some() {
                let is_new = inputs.scene.directory.client_id(app.app_id.value).is_none();
                let made = (is_new || required.is_none()).then_some(&app.place);
                let places = made.into_iter().chain(required.map(|required| &required.place));
                let because = |place| {
                    Why::because(inputs.sources.line(place)).at(inputs.sources.stretch(place))
                };
                let why = places.map(because).collect();
                let spec = Spec {
                    app_id: app.app_id.value,
                    assignment_required: required.map(|required| required.value),
                    name: app.name.as_ref().map(|name| Untrusted::new(name.value.clone())),
                    publisher_tenant: app.publisher_tenant.as_ref().map(|pinned| pinned.value),
                };
                wanted
                    .insert(address(label), Wanted { spec: Some(spec), why, ..Wanted::nothing() });
            }
        }
        wanted
    }

    /// The apps that the tenant has switched off: no token is issued for them.
    fn remarks(
        &self,
        inputs: &Inputs,
        _pages: &Pages,
        _wanted: &BTreeMap<Address, Wanted<Spec>>,
    ) -> Vec<String> {
        let off = inputs.scene.roster.iter().filter(|(label, app)| {
            let granted =
                inputs.manifest.apps.get(*label).is_some_and(|app| app.no_grants.is_none());
            let live = inputs.scene.directory.service_principals.get(app);
            granted && live.is_some_and(|app| !app.account_enabled)
        });
        let sentence = |(label, _)| {
            format!(
                "{label} is disabled in the tenant: nobody can sign in to it, and what it is granted has \
                 no effect until an administrator enables it."
            )
        };
        off.map(sentence).collect()
    }
}

/// The id decides, and the rest must agree with it: an app swapped behind a familiar name is how
/// consent phishing works.
fn check(label: &str, app: &App, found: &ServicePrincipal, out: &mut Findings) {
    if let Some(finding) = naming::mismatch("app", app.name.as_ref(), found) {
        out.push(finding);
    }
    if let Some(pinned) = &app.publisher_tenant
        && Some(pinned.value) != found.publisher_tenant
    {
        let owner = found
            .publisher_tenant
            .map_or_else(|| "an unknown tenant".to_owned(), |tenant| tenant.to_string());
        out.push(
            Finding::error(
                "publisher_mismatch",
                format!("{label} is published by {owner}, not by {}", pinned.value),
            )
            .at(&pinned.place)
            .help("somebody else's app has this id: do not grant it anything before you know why"),
        );
    }
}

/// Of Microsoft's own apps.
const OF_A_LICENCE: &str =
    "it is one of Microsoft's own apps, which come into a tenant with a licence";

fn absent(label: &str, app: &App) -> Finding {
    let title = format!("the tenant has no service principal for {}", app.app_id.value);
    Finding::error("app_not_in_tenant", title)
        .at(&app.app_id.place)
        .help(match is_well_known(app.app_id.value) {
            true => OF_A_LICENCE.to_owned(),
            false => format!(
                "check that it is the application (client) id; if it is, and the app is new to this \
                 tenant, add provision = true to [app.{label}] to create it"
            ),
        })
}

/// Before the service principal exists nobody says who publishes the app: the table of well-known
/// resources is all there is to go by.
fn is_well_known(app_id: AppId) -> bool {
    resources::WELL_KNOWN.iter().any(|(_, id)| AppId::from_u128(*id) == app_id)
}

fn microsofts(label: &str, app: &App) -> Finding {
    let title = format!("{} is one of Microsoft's own apps: consent never creates it", label);
    Finding::error("microsoft_app", title)
        .at(&app.app_id.place)
        .help(format!("{OF_A_LICENCE}; remove provision = true"))
}

#[cfg(test)]
#[path = "declare_tests.rs"]
mod tests;
