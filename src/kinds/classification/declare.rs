//! `[[classification]]` tables to the classes that shall be.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{Class, Classifications, Spec, address};
use crate::kinds::{Declare, Inputs, Kind, Wanted, naming, permission};
use crate::manifest::Manifest;
use crate::manifest::entry::Entry;
use crate::manifest::note::Note;
use crate::manifest::resources::{ResourceName, resolve};
use crate::model::address::{Address, TENANT};
use crate::model::change::Why;
use crate::model::directory::{Directory, Mentions, PublishedScope, ServicePrincipal};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::{AppId, ObjectId};
use crate::model::schema::{self, JsonSchema, Schema};
use crate::model::scope::ScopeName;
use crate::model::untrusted::shown;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("no_classes", "a classification without any list"),
    ("two_classes", "a permission in two classes"),
    ("admin_only_classified", "a class for a permission to which users can never consent"),
];

/// The table's name.
const TABLE: &str = "classification";

type List = Spanned<Vec<Spanned<String>>>;

/// Which delegated permissions of a resource count as low, medium or high risk: consent policies go by
/// it. Of a resource that has a table the lists are the whole truth; others are left alone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [
    { "required": ["low"] }, { "required": ["medium"] }, { "required": ["high"] }
]))]
pub(super) struct Written {
    /// The API that publishes the permissions: a well-known name such as `"Microsoft Graph"`, the label
    /// of a `[resource.LABEL]` table, or an app id.
    #[schemars(with = "ResourceName")]
    resource: Option<Spanned<String>>,
    /// Low risk: `["openid", "profile", "offline_access", "User.Read"]`. Only permissions to which users
    /// can consent by themselves.
    #[schemars(with = "Option<Vec<ScopeName>>")]
    low: Option<List>,
    /// Medium risk. A preview of Microsoft's.
    #[schemars(with = "Option<Vec<ScopeName>>")]
    medium: Option<List>,
    /// High risk. A preview of Microsoft's.
    #[schemars(with = "Option<Vec<ScopeName>>")]
    high: Option<List>,
    /// Why, in a sentence: shown in the plan and kept in its files.
    #[schemars(with = "Option<String>")]
    reason: Option<Spanned<String>>,
    /// Who answers for it: `"identity@contoso.com"`.
    #[schemars(with = "Option<String>")]
    owner: Option<Spanned<String>>,
}

impl Written {
    fn lists(&self) -> impl Iterator<Item = (Class, &List)> {
        let Self { resource: _, low, medium, high, reason: _, owner: _ } = self;
        let all = [(Class::Low, low), (Class::Medium, medium), (Class::High, high)];
        all.into_iter().filter_map(|(class, list)| Some((class, list.as_ref()?)))
    }
}

impl Declare for Classifications {
    fn written(&self) -> Option<Schema> {
        Some(schema::written::<Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        let mut mentions = Mentions::default();
        for entry in manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            naming::mention_resource(entry, &written.resource, manifest, &mut mentions, out);
            // A forgotten list must not take every class away.
            if !["low", "medium", "high"].iter().any(|list| entry.has(list)) {
                out.push(
                    Finding::error("no_classes", "this classification has no list")
                        .at(&entry.place)
                        .help("list some: low = [\"openid\", \"profile\"]")
                        .taking("for none at all, write low = []"),
                );
            }
        }
        mentions
    }

    /// The resources that have a table.
    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address> {
        let resources = resources(manifest);
        let ids = resources.iter().filter_map(|app| directory.client_id(*app));
        ids.map(|id| Address::new(Self::NAME, TENANT, [id.to_string()])).collect()
    }

    fn declare(&self, inputs: &Inputs, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        let mut wanted = BTreeMap::new();
        for entry in inputs.manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            let Some(name) = &written.resource else { continue };
            let Some(resource) = naming::resource(inputs, &entry.located(name), out) else {
                continue;
            };
            let note = Note::new(entry, written.reason.as_ref(), written.owner.as_ref(), None);
            let why = inputs.why(entry, &note);
            for (class, list) in written.lists() {
                for name in list.get_ref() {
                    let place = entry.place_of(name);
                    if let Some(scope) = classifiable(name.get_ref(), resource, &place, out) {
                        let spec = Spec {
                            resource: resource.id,
                            app_id: resource.app_id,
                            permission: scope.id,
                            name: scope.value.clone(),
                            class,
                        };
                        add(spec, &why, &place, &mut wanted, out);
                    }
                }
            }
        }
        wanted
    }
}

/// The resources that have a table.
fn resources(manifest: &Manifest) -> BTreeSet<AppId> {
    let names = manifest.entries(TABLE).iter().filter_map(|entry| entry.text("resource"));
    names.filter_map(|name| resolve(&name, manifest).ok()).collect()
}

/// The first table about the resource of an address.
pub(super) fn table_of<'a>(inputs: &Inputs<'a>, address: &Address) -> Option<&'a Entry> {
    let resource: ObjectId = address.parts.first()?.parse().ok()?;
    inputs.manifest.entries(TABLE).iter().find(|entry| {
        let app_id = entry.text("resource").and_then(|name| resolve(&name, inputs.manifest).ok());
        app_id.and_then(|app_id| inputs.scene.directory.client_id(app_id)) == Some(resource)
    })
}

/// The permission of this name, if users can consent to it at all: no other one can have a class.
/// <https://learn.microsoft.com/entra/identity/enterprise-apps/configure-permission-classifications>
fn classifiable<'a>(
    name: &str,
    resource: &'a ServicePrincipal,
    place: &Place,
    out: &mut Findings,
) -> Option<&'a PublishedScope> {
    permission::scope(name, resource, place, out)?;
    let scope = resource.scopes.iter().find(|scope| scope.value == name)?;
    if scope.admin_only {
        let title = format!("only administrators can consent to \"{}\"", shown(name));
        out.push(
            Finding::error("admin_only_classified", title)
                .at(place)
                .help("Microsoft Entra takes no class for it: remove it from the list"),
        );
        return None;
    }
    Some(scope)
}

/// Several tables of one resource are one. What is listed twice is said once.
fn add(
    spec: Spec,
    why: &Why,
    place: &Place,
    wanted: &mut BTreeMap<Address, Wanted<Spec>>,
    out: &mut Findings,
) {
    let at = address(spec.resource, spec.permission);
    let Some(slot) = wanted.get_mut(&at) else {
        wanted.insert(at, Wanted::by(why.clone(), Some(spec)));
        return;
    };
    if let Some(other) = slot.spec.as_ref().filter(|other| other.class != spec.class) {
        let (name, class) = (shown(&spec.name), other.class.word());
        out.push(
            Finding::error("two_classes", format!("\"{name}\" is in the list {class} already"))
                .at(place)
                .help("a permission has one class: keep it in one of the lists"),
        );
    } else if slot.why.contains(why) {
        let title = format!("\"{}\" is listed twice", shown(&spec.name));
        out.push(Finding::warning("scope_twice", title).at(place));
    }
    slot.add_why(why);
}
