//! `[[consent_policy]]` tables to the policies that shall be.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::condition::{self, Conditions};
use super::written::{Written, WrittenSet};
use super::{ConsentPolicies, Spec, address, is_built_in, observe};
use crate::kinds::role::{self, Holder};
use crate::kinds::user_consent::declare::is_policy_id;
use crate::kinds::{Declare, Inputs, Kind, Wanted, naming, permission, user_consent};
use crate::manifest::Manifest;
use crate::manifest::entry::Entry;
use crate::manifest::note::Note;
use crate::manifest::resources::resolve;
use crate::manifest::source::Located;
use crate::manifest::suggest::did_you_mean;
use crate::model::address::{Address, TENANT};
use crate::model::directory::{Directory, Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::id::AppId;
use crate::model::query::Pages;
use crate::model::schema::{self, Schema};
use crate::model::untrusted::shown;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("reserved_policy_id", "a policy of one's own with an id of Microsoft's"),
    ("policy_twice", "two tables about one consent policy"),
    ("policy_in_use", "a consent policy that goes and is used"),
    ("unknown_policy", "a consent policy that neither the manifest nor the tenant has"),
];

/// The table's name.
pub(super) const TABLE: &str = "consent_policy";

impl Declare for ConsentPolicies {
    fn written(&self) -> Option<Schema> {
        Some(schema::written::<Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        let mut mentions = Mentions::default();
        let mut seen = BTreeSet::new();
        let used = user_consent::declare::policies(manifest);
        for entry in manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            if let Some(id) = entry.required("id", &written.id, out) {
                let id = entry.located(id);
                check_id(&id, out);
                if !seen.insert(id.value.to_lowercase()) {
                    let title = format!("the policy \"{}\" has a table already", shown(&id.value));
                    let finding = Finding::error("policy_twice", title).at(&id.place);
                    out.push(finding.help("keep one of the two"));
                }
                if written.is_removed() {
                    out.extend(in_use(&id, &used));
                }
            }
            check_name(&written, entry, out);
            if !written.is_removed() {
                entry.required("name", &written.name, out);
                entry.required("include", &written.include, out);
            }
            for set in written.sets() {
                if out.is_full() {
                    break;
                }
                set.check(entry, out);
                mention(set, entry, manifest, &mut mentions, out);
            }
        }
        mentions
    }

    /// The policies where there is a table about one, and where users shall consent by some of them. Where
    /// one goes, whether users consent by it matters, too.
    fn settings(&self, manifest: &Manifest, _directory: &Directory) -> BTreeSet<Address> {
        let entries = manifest.entries(TABLE);
        let asked = !entries.is_empty() || !user_consent::declare::policies(manifest).is_empty();
        let policies = asked.then(|| Address::new(Self::NAME, TENANT, []));
        let goes = entries.iter().any(is_removed);
        policies.into_iter().chain(goes.then(user_consent::address)).collect()
    }

    fn declare(&self, inputs: &Inputs, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        let mut wanted = BTreeMap::new();
        for entry in inputs.manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            let Some(id) = written.id.as_ref().map(|id| id.get_ref().clone()) else { continue };
            let note = Note::new(entry, written.reason.as_ref(), written.owner.as_ref(), None);
            let why = inputs.why(entry, &note);
            let spec = if written.is_removed() {
                None
            } else {
                let Some(spec) = spec(&id, &written, entry, inputs, out) else { continue };
                Some(spec)
            };
            wanted.insert(address(&id), Wanted::by(why, spec));
        }
        wanted
    }

    fn complete(
        &self,
        inputs: &Inputs,
        pages: &Pages,
        wanted: &mut BTreeMap<Address, Wanted<Spec>>,
        out: &mut Findings,
    ) {
        named_policies(inputs, pages, wanted, out);
        still_used(inputs, pages, out);
    }
}

fn check_id(id: &Located<String>, out: &mut Findings) {
    let shown = shown(&id.value);
    if !is_policy_id(&id.value) {
        let title = format!("\"{shown}\" is no id of a consent policy");
        out.push(
            Finding::error("invalid_policy_id", title)
                .at(&id.place)
                .help("letters, digits, - and _ only, such as low-risk-of-verified-publishers"),
        );
    } else if is_built_in(&id.value) {
        let title = format!("\"{shown}\" is an id that only Microsoft's own policies have");
        out.push(
            Finding::error("reserved_policy_id", title)
                .at(&id.place)
                .help("take an id that does not begin with microsoft-; nobody changes theirs"),
        );
    }
}

/// A name that nobody can see would take the place of one that people know.
fn check_name(written: &Written, entry: &Entry, out: &mut Findings) {
    let Some(name) = &written.name else { return };
    if name.get_ref().trim().is_empty() {
        out.push(
            Finding::error("empty_name", "this name is empty")
                .at(&entry.place_of(name))
                .help("the display name by which administrators shall know the policy"),
        );
    }
}

/// Users would consent by nothing.
fn in_use(id: &Located<String>, used: &[Located<String>]) -> Findings {
    let mut findings = Findings::default();
    for place in used.iter().filter(|one| one.value.eq_ignore_ascii_case(&id.value)) {
        let title = format!("\"{}\" shall go, and users shall consent by it", shown(&id.value));
        findings.push(
            Finding::error("policy_in_use", title)
                .at(&place.place)
                .help("take remove = true out of its table to keep it, or take it out of `allow`"),
        );
    }
    findings
}

fn mention(
    set: &WrittenSet,
    entry: &Entry,
    manifest: &Manifest,
    mentions: &mut Mentions,
    out: &mut Findings,
) {
    if let Some(resource) = set.resource() {
        naming::mention(resolve(&entry.located(resource), manifest), mentions, out);
    }
    for client in WrittenSet::named(set.client_applications.as_ref()).into_iter().flatten() {
        naming::mention(client_app(&entry.located(client), manifest), mentions, out);
    }
}

/// A client by its label or its app id.
#[expect(clippy::result_large_err, reason = "made once per mistake, and pushed as it is")]
fn client_app(text: &Located<String>, manifest: &Manifest) -> Result<AppId, Finding> {
    match text.value.parse() {
        Ok(id) => Ok(id),
        Err(_) => manifest.app(text).map(|app| app.app_id.value),
    }
}

/// Whether a table says that its policy shall go.
fn is_removed(entry: &Entry) -> bool {
    entry.read::<Written>(&mut Findings::default()).is_some_and(|written| written.is_removed())
}

/// `None` when anything in it cannot be told: half a policy could allow too much.
fn spec(
    id: &str,
    written: &Written,
    entry: &Entry,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<Spec> {
    let mut sets = |list: &Option<Vec<Spanned<WrittenSet>>>| {
        let list = list.iter().flatten();
        let read: Vec<Option<Conditions>> =
            list.map(|set| conditions(set.get_ref(), entry, inputs, out)).collect();
        read.into_iter().collect::<Option<BTreeSet<_>>>()
    };
    let (include, exclude) = (sets(&written.include), sets(&written.exclude));
    let (include, exclude) = (include?, exclude?);
    Some(Spec {
        // One that is none was told.
        id: id.parse().ok()?,
        name: written.name.as_ref()?.get_ref().clone(),
        description: written.description.as_ref().map(|text| text.get_ref().clone()),
        names: condition::names(include.iter().chain(&exclude), &inputs.scene.directory),
        include,
        exclude,
    })
}

fn conditions(
    set: &WrittenSet,
    entry: &Entry,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<Conditions> {
    let word = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.get_ref().clone());
    let permission_type = word(&set.permission_type).unwrap_or_else(|| "delegated".to_owned());
    let api = match set.resource() {
        Some(name) => Some(naming::resource(inputs, &entry.located(name), out)?),
        None => None,
    };
    let permissions = match (WrittenSet::named(set.permissions.as_ref()), api) {
        (Some(names), Some(api)) => Some(ids(names, &permission_type, api, entry, out)?),
        _ => None,
    };
    let clients = WrittenSet::named(set.client_applications.as_ref()).map(|names| {
        let id = |name| Some(client_app(&entry.located(name), inputs.manifest).ok()?.to_string());
        names.iter().map(id).collect::<Option<BTreeSet<_>>>()
    });
    let texts = |several| {
        let names: Option<&[Spanned<String>]> = WrittenSet::named(several);
        names.map(|names| names.iter().map(|name| name.get_ref().clone()).collect())
    };
    let set = Conditions {
        permission_classification: word(&set.permission_classification),
        resource: api.map(|api| api.app_id.to_string()),
        permissions,
        client_applications: match clients {
            Some(clients) => Some(clients?),
            None => None,
        },
        client_tenants: texts(set.client_tenants.as_ref()),
        client_publishers: texts(set.client_publishers.as_ref()),
        verified_publisher_only: set
            .verified_publisher_only
            .as_ref()
            .is_some_and(|one| *one.get_ref()),
        permission_type,
    };
    Some(set.normal())
}

/// The ids of all permissions that are named, or nothing.
fn ids(
    names: &[Spanned<String>],
    permission_type: &str,
    api: &ServicePrincipal,
    entry: &Entry,
    out: &mut Findings,
) -> Option<BTreeSet<String>> {
    let mut ids: Vec<Option<String>> = Vec::new();
    for name in names {
        let (text, place) = (name.get_ref(), entry.place_of(name));
        let id = if permission_type == "application" {
            role::named(text, Holder::App, api, &place, out).map(|role| role.id)
        } else {
            permission::scope(text, api, &place, out)
                .and_then(|_| api.scopes.iter().find(|scope| scope.value == *text))
                .map(|scope| scope.id)
        };
        ids.push(id.map(|id| id.to_string()));
    }
    ids.into_iter().collect()
}

/// Policies that `[user_consent]` names must be there: the manifest's, or the tenant's.
fn named_policies(
    inputs: &Inputs,
    pages: &Pages,
    wanted: &BTreeMap<Address, Wanted<Spec>>,
    out: &mut Findings,
) {
    let Some(mut known) = observe::ids(pages) else { return };
    known.extend(wanted.values().filter_map(|want| Some(want.spec.as_ref()?.id.to_string())));
    let written = inputs.manifest.entries(TABLE).iter().filter_map(|entry| entry.text("id"));
    let written: BTreeSet<String> = written.map(|id| id.value.to_lowercase()).collect();
    for named in user_consent::declare::policies(inputs.manifest) {
        let is = |id: &String| id.eq_ignore_ascii_case(&named.value);
        // One with a mistake in its own table is told that one.
        let is_known = known.iter().any(is) || written.contains(&named.value.to_lowercase());
        if is_known || out.is_full() {
            continue;
        }
        let title = format!("there is no consent policy \"{}\"", shown(&named.value));
        let help = did_you_mean(&named.value, known.iter().map(String::as_str));
        let help = help.unwrap_or_else(|| {
            format!("declare it: [[consent_policy]] with id = \"{}\"", shown(&named.value))
        });
        out.push(Finding::error("unknown_policy", title).at(&named.place).help(help));
    }
}

/// A policy is out of use before it goes: where users consent by it, and nothing here takes it out of
/// their setting, it stays.
fn still_used(inputs: &Inputs, pages: &Pages, out: &mut Findings) {
    if !inputs.manifest.entries("user_consent").is_empty() {
        return;
    }
    let used: BTreeSet<Address> =
        user_consent::policies(pages).iter().map(|id| address(id)).collect();
    for entry in inputs.manifest.entries(TABLE).iter().filter(|entry| is_removed(entry)) {
        let Some(id) = entry.text("id").filter(|id| used.contains(&address(&id.value))) else {
            continue;
        };
        let title = format!("\"{}\" shall go, and users consent by it today", shown(&id.value));
        out.push(
            Finding::error("policy_in_use", title)
                .at(&entry.key("remove"))
                .help("say in [user_consent] by what they shall consent instead: it is set first"),
        );
    }
}
