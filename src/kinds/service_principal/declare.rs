//! `[app.X]`: that the tenant has the app, and that it is the app that was meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Spec, address};
use crate::kinds::{Desk, Wanted, naming};
use crate::manifest::app::{App, Provision};
use crate::manifest::{Manifest, resources};
use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::directory::{Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::id::AppId;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("app_not_in_tenant", "an app that has no service principal in the tenant"),
    ("publisher_mismatch", "an app that another tenant publishes than the pinned one"),
    ("microsoft_app", "one of Microsoft's own apps that should be provisioned"),
];

pub(super) fn mentions(manifest: &Manifest) -> Mentions {
    Mentions {
        apps: manifest.apps.values().map(|app| app.app_id.value).collect(),
        ..Mentions::default()
    }
}

pub(super) fn declare(desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
    let mut wanted = BTreeMap::new();
    let asked = |(label, _): &(&String, &App)| desk.scene.roster.contains_key(*label);
    for (label, app) in desk.manifest.apps.iter().filter(asked) {
        match desk.scene.directory.service_principals.get(&app.app_id.value) {
            Some(found) => check(label, app, found, out),
            None if app.provision == Provision::No => out.push(absent(label, app)),
            None if is_well_known(app.app_id.value) => {
                out.push(microsofts(label, app));
            }
            None => {}
        }
        if app.provision == Provision::Yes {
            let why =
                Why { line: desk.sources.line(&app.place), reason: None, owner: None, until: None };
            let spec = Some(Spec { app_id: app.app_id.value });
            wanted.insert(
                address(label),
                Wanted { spec, expired: None, why: [why].into(), notes: Arc::default() },
            );
        }
    }
    wanted
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

fn absent(label: &str, app: &App) -> Finding {
    let title = format!("the tenant has no service principal for {}", app.app_id.value);
    Finding::error("app_not_in_tenant", title)
        .at(&app.app_id.place)
        .help(format!("check the app id; to create it, add provision = true to [app.{label}]"))
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
        .help("it comes into a tenant with its licence; remove provision = true")
}

#[cfg(test)]
#[path = "declare_tests.rs"]
mod tests;
