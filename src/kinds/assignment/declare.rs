//! `[[assignment]]` tables, and the people of grants with `assign = true`, to the assignments that
//! shall be.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{Assignments, Principal, Spec, address, ineffective};
use crate::kinds::role::{DEFAULT, Holder};
use crate::kinds::{Declare, Inputs, Kind, Wanted, naming, people, role};
use crate::manifest::Manifest;
use crate::manifest::app::{Label, Mode};
use crate::manifest::entry::Entry;
use crate::manifest::note::{Day, Note};
use crate::manifest::whom::{Assign, NamedPeople, Whom};
use crate::model::address::Address;
use crate::model::directory::{Directory, Mentions, ServicePrincipal};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::PermissionId;
use crate::model::query::Pages;
use crate::model::schema::{self, JsonSchema, Schema};

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("nobody_to_assign", "an [[assignment]] without people, or of nobody where that says nothing"),
    ("role_needed", "people assigned without a role to an app that has roles for them"),
    ("role_of_new_app", "a role of an app that the tenant does not have yet"),
];

/// The tables' names.
const TABLE: &str = "assignment";
const GRANT: &str = "grant";

/// Who may sign in to the app. It says nothing about consent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [
    { "required": ["users"] },
    { "required": ["groups"] },
]))]
pub(super) struct Written {
    /// The app, by the label of its `[app.LABEL]` table: `"outlook-tasks"`.
    #[schemars(with = "Label")]
    app: Option<Spanned<String>>,
    /// User principal names or object ids. An empty list is nobody, and of an exact app everybody else
    /// is unassigned.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    users: Vec<Spanned<String>>,
    /// Display names or object ids of groups, which are assigned as groups: their direct members may
    /// sign in.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    groups: Vec<Spanned<String>>,
    /// The role by name, where the app defines roles for people.
    #[schemars(with = "Option<String>")]
    role: Option<Spanned<String>>,
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

/// What of a `[[grant]]` is of interest here. Its mistakes are told by its own kind.
#[derive(Debug, Deserialize)]
struct AssigningGrant {
    app: Option<Spanned<String>>,
    #[serde(rename = "for")]
    whom: Option<Whom>,
    reason: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
    until: Option<Spanned<Day>>,
}

impl AssigningGrant {
    /// The grants that also assign their people, with these people.
    fn assigning(manifest: &Manifest) -> impl Iterator<Item = (&Entry, Self, NamedPeople)> {
        manifest.entries(GRANT).iter().filter_map(|entry| {
            let mut grant = entry.read::<Self>(&mut Findings::default())?;
            match grant.whom.take() {
                Some(Whom::Named(named)) if named.assign == Assign::Yes => {
                    Some((entry, grant, named))
                }
                _ => None,
            }
        })
    }
}

impl Written {
    fn is_of_nobody(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }
}

impl Declare for Assignments {
    fn written(&self) -> Option<Schema> {
        Some(schema::written::<Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        let mut mentions = Mentions::default();
        for entry in manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            naming::check_app(entry, &written.app, manifest, out);
            if written.is_of_nobody() {
                check_nobody(manifest, entry, &written, out);
            }
            let texts = |list: &[Spanned<String>]| {
                list.iter().map(|text| text.get_ref().clone()).collect::<Vec<_>>()
            };
            mentions.users.extend(texts(&written.users));
            mentions.whole_groups.extend(texts(&written.groups));
        }
        mentions
    }

    /// The apps whose assignments somebody asks for: a popular app has one for each of its users.
    fn settings(&self, manifest: &Manifest, _directory: &Directory) -> BTreeSet<Address> {
        let labels = labels(manifest);
        labels.into_iter().map(|label| Address::new(Self::NAME, &label, [])).collect()
    }

    fn declare(&self, inputs: &Inputs, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        let mut wanted = Wants { inputs, slots: BTreeMap::new() };
        for entry in inputs.manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            let Some(app) = written.app.as_ref().filter(|_| !written.is_of_nobody()) else {
                continue;
            };
            let who = principals(inputs, entry, &written, out);
            let asked =
                written.role.as_ref().map(|role| (role.get_ref().as_str(), entry.place_of(role)));
            let role = role(inputs, app.get_ref(), asked, &entry.place, out);
            let (Some(who), Some(role)) = (who, role) else { continue };
            let Written { reason, owner, until, .. } = &written;
            let note = Note::new(entry, reason.as_ref(), owner.as_ref(), until.as_ref());
            wanted.add(entry, app, &note, &role, who);
        }
        for (entry, grant, named) in AssigningGrant::assigning(inputs.manifest) {
            let Some(app) = &grant.app else { continue };
            let people = people::expand(&named, entry, inputs, out);
            let role = role(inputs, app.get_ref(), None, &entry.key("for"), out);
            let (Some(people), Some(role)) = (people, role) else { continue };
            let AssigningGrant { reason, owner, until, .. } = &grant;
            let note = Note::new(entry, reason.as_ref(), owner.as_ref(), until.as_ref());
            // A grant that has run out is a grant that was removed: it takes no assignment along.
            if !note.over(inputs.today) {
                wanted.add(entry, app, &note, &role, people.ids.into_iter().map(Principal::User));
            }
        }
        wanted.slots
    }

    fn remarks(
        &self,
        inputs: &Inputs,
        pages: &Pages,
        wanted: &BTreeMap<Address, Wanted<Spec>>,
    ) -> Vec<String> {
        ineffective::remarks(inputs, pages, wanted)
    }
}

/// A forgotten list must not take every assignment away: nobody is a list that is there and empty, and
/// says something only of an app whose undeclared assignments go.
fn check_nobody(manifest: &Manifest, entry: &Entry, written: &Written, out: &mut Findings) {
    let app = written.app.as_ref().and_then(|app| manifest.apps.get(app.get_ref()));
    let is_additive = app.is_some_and(|app| app.mode.value == Mode::Additive);
    let (title, help, taking) = match entry.has("users") || entry.has("groups") {
        true if is_additive => (
            "nobody is assigned by this, and nobody is unassigned: the app is additive",
            "name somebody, or remove the table",
            "for who is unassigned where the manifest does not name them, say mode = \"exact\"",
        ),
        true => return,
        false => (
            "this table names no user and no group",
            "name some in `users` or `groups`; to let everybody in, set assignment_required = false",
            "for nobody at all say users = []",
        ),
    };
    let finding = Finding::error("nobody_to_assign", title).at(&entry.place).help(help);
    out.push(finding.taking(taking));
}

/// Whether a table says who shall be assigned to this app.
pub(super) fn has_table(manifest: &Manifest, label: &str) -> bool {
    let mut named = manifest.entries(TABLE).iter().filter_map(|entry| entry.text("app"));
    named.any(|app| app.value == label)
}

/// The apps whose assignments the manifest speaks of, or whose sign-in depends on them.
fn labels(manifest: &Manifest) -> BTreeSet<String> {
    let tables = manifest.entries(TABLE).iter().filter_map(|entry| Some(entry.text("app")?.value));
    let grants = AssigningGrant::assigning(manifest)
        .filter_map(|(_, grant, _)| Some(grant.app?.into_inner()));
    let required = manifest.apps.values().filter(|app| app.assignment_required.is_some());
    tables.chain(grants).chain(required.map(|app| app.label.clone())).collect()
}

/// What an app defines is known when the tenant has it, and default access is for apps without roles.
const ROLES_UNKNOWN: &str = "If the app turns out to have roles for people, this is refused: name \
                             one in an [[assignment]] then.";

/// Who shall be assigned, by address.
struct Wants<'a> {
    inputs: &'a Inputs<'a>,
    slots: BTreeMap<Address, Wanted<Spec>>,
}

/// A role with its name; the default one has none.
type Role = (PermissionId, Option<String>);

impl Wants<'_> {
    fn add(
        &mut self,
        entry: &Entry,
        app: &Spanned<String>,
        note: &Note,
        (role, name): &Role,
        who: impl IntoIterator<Item = Principal>,
    ) {
        let label = app.get_ref();
        let asked = self.inputs.scene.roster.contains_key(label);
        let client = self.inputs.client(&entry.located(app));
        let Some(client) = client.filter(|_| asked) else { return };
        let why = self.inputs.why(entry, note);
        let app = self.inputs.manifest.apps.get(label).map(|app| app.app_id.value);
        let live = app.is_some_and(|app| self.inputs.scene.directory.client_id(app).is_some());
        for principal in who {
            let slot = self.slots.entry(address(label, principal, *role));
            let slot = slot.or_insert_with(Wanted::nothing);
            let half =
                if note.over(self.inputs.today) { &mut slot.expired } else { &mut slot.spec };
            let (client, name) = (client.clone(), name.clone());
            *half = Some(Spec { client, principal, role: *role, name });
            slot.add_why(&why);
            if !live && slot.notes.is_empty() {
                slot.add_note(ROLES_UNKNOWN.to_owned());
            }
        }
    }
}

/// All or nothing, but every mistake is reported.
fn principals(
    inputs: &Inputs,
    entry: &Entry,
    written: &Written,
    out: &mut Findings,
) -> Option<BTreeSet<Principal>> {
    let mut found = Vec::new();
    for text in &written.users {
        let user = people::user(text.get_ref(), entry.place_of(text), inputs, out);
        found.push(user.map(Principal::User));
    }
    for text in &written.groups {
        let group = people::named_group(text.get_ref(), &entry.place_of(text), inputs, out);
        found.push(group.map(Principal::Group));
    }
    found.into_iter().collect()
}

/// The role that is asked for, or the default one where the app has none for people.
fn role(
    inputs: &Inputs,
    label: &str,
    asked: Option<(&str, Place)>,
    place: &Place,
    out: &mut Findings,
) -> Option<Role> {
    let app_id = inputs.manifest.apps.get(label)?.app_id.value;
    let app = inputs.scene.directory.service_principals.get(&app_id);
    match (app, asked) {
        (Some(app), Some((text, at))) => {
            let role = role::named(text, Holder::Person, app, &at, out)?;
            Some((role.id, Some(role.value.clone())))
        }
        (Some(app), None) if !role::for_people(app).is_empty() => {
            out.push(needed(label, app).at(place));
            None
        }
        (None, Some((_, at))) => {
            let title = format!("the roles of {label} are not known before the tenant has it");
            let help = "create it first: leave this table out, apply, and put it back";
            out.push(Finding::error("role_of_new_app", title).at(&at).help(help));
            None
        }
        (_, None) => Some((DEFAULT, None)),
    }
}

fn needed(label: &str, app: &ServicePrincipal) -> Finding {
    let title = format!("{label} has roles for people: say which one these get");
    let help = format!(
        "name it in an [[assignment]] of {label} with role; {}",
        role::listed(app, Holder::Person)
    );
    Finding::error("role_needed", title).help(help)
}

#[cfg(test)]
#[path = "declare_tests.rs"]
mod tests;
