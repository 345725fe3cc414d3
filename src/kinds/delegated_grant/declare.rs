//! `[[grant]]` tables, as people write them, to the grants that shall be.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{DelegatedGrants, Spec, address};
use crate::kinds::{Declare, Inputs, Wanted, naming, people, permission};
use crate::manifest::Manifest;
use crate::manifest::app::Label;
use crate::manifest::entry::Entry;
use crate::manifest::note::{Day, Note};
use crate::manifest::resources::ResourceName;
use crate::manifest::whom::Whom;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::Why;
use crate::model::directory::{Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::id::ObjectId;
use crate::model::interner::Interner;
use crate::model::schema::{self, JsonSchema, Schema};
use crate::model::scope::{MAX_SCOPE_CHARS, ScopeName, ScopeSet};

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("no_scopes", "a grant that lists no permission"),
    ("scope_twice", "a permission listed twice in one table"),
    ("scopes_too_long", "more permissions than one grant can hold"),
];

/// The table's name.
const TABLE: &str = "grant";

/// Delegated permissions: what an app may do on behalf of the people who use it. Tables of the same
/// app, resource and audience are united.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The client, by the label of its `[app.LABEL]` table: `"outlook-tasks"`.
    #[schemars(with = "Label")]
    app: Option<Spanned<String>>,
    /// The API that is called: a well-known name such as `"Microsoft Graph"`, the label of a
    /// `[resource.LABEL]` table, or an app id.
    #[schemars(with = "ResourceName")]
    resource: Option<Spanned<String>>,
    /// Delegated permissions by name, exactly as the resource publishes them:
    /// `["offline_access", "Tasks.ReadWrite"]`.
    #[schemars(with = "Vec<ScopeName>", length(min = 1))]
    scopes: Option<Spanned<Vec<Spanned<String>>>>,
    /// On whose behalf: `"all-users"`, or `{ users = […], groups = […] }`.
    #[serde(rename = "for")]
    #[schemars(required)]
    whom: Option<Whom>,
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

/// What is declared so far. A table stands for as many grants as it has people: what they have in
/// common is kept once.
#[derive(Default)]
struct DeclaredGrants {
    wanted: BTreeMap<Address, Wanted<Spec>>,
    scopes: Interner<ScopeSet>,
    whys: Interner<Arc<[Why]>>,
    notes: Interner<Arc<[String]>>,
}

impl Declare for DelegatedGrants {
    fn written(&self) -> Option<Schema> {
        Some(schema::written::<Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        let mut mentions = Mentions::default();
        for entry in manifest.entries(TABLE) {
            if out.is_full() {
                break;
            }
            let Some(written) = entry.read::<Written>(out) else { continue };
            // The manifest's mistakes are all told before anything is asked of the tenant.
            naming::check_app(entry, &written.app, manifest, out);
            naming::mention_resource(entry, &written.resource, manifest, &mut mentions, out);
            if let Some(scopes) = entry.required("scopes", &written.scopes, out)
                && scopes.get_ref().is_empty()
            {
                out.push(
                    Finding::error("no_scopes", "this grant lists no permission")
                        .at(&entry.place_of(scopes))
                        .help("list at least one")
                        .taking("to take them away, remove the table"),
                );
            }
            if let Some(Whom::Named(named)) = entry.required("for", &written.whom, out) {
                people::mention(named, &mut mentions);
            }
        }
        mentions
    }

    fn declare(&self, inputs: &Inputs, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        let mut grants = DeclaredGrants::default();
        for entry in inputs.manifest.entries(TABLE) {
            if out.is_full() {
                break;
            }
            let Some(written) = entry.read::<Written>(out) else { continue };
            declare_one(inputs, entry, &written, &mut grants, out);
        }
        grants.wanted
    }
}

/// Adds one table's grants. Judges every part of it, also when another part is wrong.
fn declare_one(
    inputs: &Inputs,
    entry: &Entry,
    written: &Written,
    grants: &mut DeclaredGrants,
    out: &mut Findings,
) {
    // What is missing was reported with the manifest's other mistakes.
    let (Some(app), Some(resource_name), Some(names), Some(whom)) =
        (&written.app, &written.resource, &written.scopes, &written.whom)
    else {
        return;
    };
    let label = app.get_ref();
    let client = inputs.client(&entry.located(app));
    let resource = naming::resource(inputs, &entry.located(resource_name), out);
    let scopes = resource.map(|resource| scopes(entry, names.get_ref(), resource, out));
    let audiences = match whom {
        Whom::Everyone => Some((vec![Audience::Everyone], Vec::new())),
        Whom::Named(named) => people::expand(named, entry, inputs, out)
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
    if !inputs.scene.roster.contains_key(label) {
        return;
    }
    let table = Terms {
        client: client.into(),
        scopes,
        over: note.over(inputs.today),
        why: [inputs.why(entry, &note)].into(),
        notes: left_out.into(),
    };
    for audience in audiences {
        let scopes = grants.add(label, resource.id, audience, &table);
        if let Some(finding) = too_long(&scopes) {
            out.push(finding.at(&entry.place_of(names)));
        }
    }
}

/// What one table says of everybody it names.
struct Terms {
    client: Arc<str>,
    scopes: ScopeSet,
    /// Past its `until`.
    over: bool,
    why: Arc<[Why]>,
    notes: Arc<[String]>,
}

impl DeclaredGrants {
    /// Adds a table to one audience's grant, and gives back what that now comes to.
    fn add(
        &mut self,
        label: &str,
        resource: ObjectId,
        audience: Audience,
        table: &Terms,
    ) -> ScopeSet {
        let slot = self.wanted.entry(address(label, resource, audience)).or_insert_with(|| {
            Wanted { spec: None, expired: None, why: Arc::default(), notes: [].into() }
        });
        slot.why = joined(&slot.why, &table.why, &mut self.whys);
        slot.notes = joined(&slot.notes, &table.notes, &mut self.notes);
        let half = if table.over { &mut slot.expired } else { &mut slot.spec };
        let spec = half.get_or_insert_with(|| Spec {
            client: table.client.clone(),
            resource,
            audience,
            scopes: ScopeSet::default(),
        });
        spec.scopes = self.scopes.shared(spec.scopes.union(&table.scopes));
        spec.scopes.clone()
    }
}

/// What is in either list, each once, in their order.
fn joined<T: Ord + Clone>(
    some: &Arc<[T]>,
    more: &Arc<[T]>,
    interner: &mut Interner<Arc<[T]>>,
) -> Arc<[T]> {
    if some.is_empty() {
        return more.clone();
    }
    let new = more.iter().filter(|one| !some.contains(one));
    interner.shared(some.iter().chain(new).cloned().collect())
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
    // Asked once per grant: names and the blanks between them, without making the text.
    let names: usize = scopes.iter().map(|name| name.as_str().chars().count() + 1).sum();
    let length = names.saturating_sub(1);
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
