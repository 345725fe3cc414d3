//! `[app.LABEL]` and `[resource.LABEL]`: the apps that a manifest is about, and the APIs they call.

use serde::Deserialize;
use toml::Spanned;

use crate::manifest::entry::Entry;
use crate::manifest::settings::{choice, guid};
use crate::manifest::source::Located;
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::{AppId, TenantId};
use crate::model::schema::{JsonSchema, SomeText, form};
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("invalid_label", "a label with other characters than a-z, 0-9, - and _"),
    ("empty_name", "a name that is there and empty"),
];

/// A client app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// The user's own word for it: addresses and plans use it. Only `[a-z0-9_-]`.
    pub(crate) label: String,
    /// Where the label stands.
    pub(crate) place: Place,
    pub app_id: Located<AppId>,
    /// Must match the tenant's display name where it is given.
    pub(crate) name: Option<Located<String>>,
    pub(crate) mode: Located<Mode>,
    /// Whether the service principal is made where the tenant lacks it.
    pub(crate) provision: Provision,
    /// `grants = "none"`: the app shall have no permission at all.
    pub(crate) no_grants: Option<Place>,
    /// Who may sign in: only the assigned, or everybody. Left alone where it is not given.
    pub(crate) assignment_required: Option<Located<bool>>,
    pub(crate) protect: Protect,
    /// The tenant that must own the app registration.
    pub(crate) publisher_tenant: Option<Located<TenantId>>,
}

/// Whether the manifest is the whole truth about an app's permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What is not declared is planned for removal.
    Exact,
    /// What is not declared is left alone.
    Additive,
}

form!(Mode, { "type": "string", "enum": Mode::WORDS.map(|(word, _)| word) });

impl Mode {
    pub(crate) const WORDS: [(&'static str, Self); 2] =
        [("exact", Self::Exact), ("additive", Self::Additive)];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provision {
    /// A missing service principal is an error.
    No,
    /// A missing service principal is made.
    Yes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protect {
    No,
    /// Nothing is taken from this app.
    Yes,
}

/// An API, declared once by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) label: String,
    /// Where the label stands.
    pub(crate) place: Place,
    pub(crate) app_id: Located<AppId>,
    pub(crate) name: Option<Located<String>>,
}

/// A client app. The label is yours: 1 to 64 of the characters a-z, 0-9, - and _, and not `tenant`.
/// Plans and addresses use it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenApp {
    /// The application (client) id, as the portal shows it. It decides which app is meant; names
    /// decide nothing.
    #[schemars(with = "AppId")]
    app_id: Option<Spanned<String>>,
    /// The display name in the tenant. Optional; where it is given, it must be the same.
    #[schemars(with = "Option<SomeText>")]
    name: Option<Spanned<String>>,
    /// `"exact"`: what the manifest does not declare for this app is planned for removal.
    /// `"additive"`: it is left alone and shown as unmanaged.
    #[schemars(with = "Mode")]
    mode: Option<Spanned<String>>,
    /// Create the service principal where the tenant lacks it. Not for Microsoft's well-known apps.
    #[serde(default)]
    provision: bool,
    /// `"none"`: the app shall have no permission at all. For an exact app for which nothing is
    /// declared, so that an emptied file cannot revoke everything by accident.
    #[schemars(with = "Option<Nothing>")]
    grants: Option<Spanned<String>>,
    /// Whether only those who are assigned may sign in: see `[[assignment]]`. Left alone where it is not
    /// given.
    #[schemars(with = "Option<bool>")]
    assignment_required: Option<Spanned<bool>>,
    /// A plan that takes anything from this app cannot be applied.
    #[serde(default)]
    protect: bool,
    /// Id of the tenant that must own the app's registration.
    #[schemars(with = "Option<TenantId>")]
    publisher_tenant: Option<Spanned<String>>,
}

/// Reads `[app.LABEL]`; the entry's place is the label's.
pub(super) fn app(label: &str, entry: &Entry, findings: &mut Findings) -> Option<App> {
    let written: Option<WrittenApp> = entry.read(findings);
    let label = checked(label, &entry.place, findings);
    let written = written?;
    let app_id = entry
        .required("app_id", &written.app_id, findings)
        .and_then(|text| guid(&entry.located(text), findings));
    let mode = entry.required("mode", &written.mode, findings).and_then(|text| {
        let text = entry.located(text);
        choice(&text, &Mode::WORDS, findings).map(|mode| text.with(mode))
    });
    let grants = written.grants.as_ref().map(|text| entry.located(text));
    let no_grants = grants.as_ref().and_then(|text| nothing(text, findings));
    let publisher_tenant =
        written.publisher_tenant.as_ref().and_then(|text| guid(&entry.located(text), findings));
    let name = name(entry, written.name.as_ref(), findings);
    Some(App {
        label: label?,
        place: entry.place.clone(),
        app_id: app_id?,
        name,
        mode: mode?,
        provision: if written.provision { Provision::Yes } else { Provision::No },
        no_grants,
        assignment_required: written.assignment_required.as_ref().map(|v| entry.located(v)),
        protect: if written.protect { Protect::Yes } else { Protect::No },
        publisher_tenant,
    })
}

/// An API that is not well known, declared once by its id. The label is yours: 1 to 64 of the
/// characters a-z, 0-9, - and _.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenResource {
    /// The API's application id, as the portal shows it.
    #[schemars(with = "AppId")]
    app_id: Option<Spanned<String>>,
    /// The display name in the tenant. Optional; where it is given, it must be the same.
    #[schemars(with = "Option<SomeText>")]
    name: Option<Spanned<String>>,
}

/// Reads `[resource.LABEL]`; the entry's place is the label's.
pub(super) fn resource(label: &str, entry: &Entry, findings: &mut Findings) -> Option<Resource> {
    let written: Option<WrittenResource> = entry.read(findings);
    let label = checked(label, &entry.place, findings);
    let written = written?;
    let app_id = entry
        .required("app_id", &written.app_id, findings)
        .and_then(|text| guid(&entry.located(text), findings));
    let name = name(entry, written.name.as_ref(), findings);
    Some(Resource { label: label?, place: entry.place.clone(), app_id: app_id?, name })
}

/// The name where it is given and not empty.
fn name(
    entry: &Entry,
    written: Option<&Spanned<String>>,
    findings: &mut Findings,
) -> Option<Located<String>> {
    let text = written?;
    if text.get_ref().trim().is_empty() {
        let finding = Finding::error("empty_name", "this name is empty");
        let help = "the display name as the tenant shows it, or leave the key out";
        findings.push(finding.at(&entry.place_of(text)).help(help));
    }
    Some(entry.located(text))
}

/// A pattern: the labels that [`checked`] takes, but for the tenant's own word.
pub(super) const LABEL: &str = "^[a-z0-9_-]{1,64}$";

/// How a table names an app: by its label.
#[derive(Debug)]
pub(crate) struct Label;

form!(Label, { "type": "string", "pattern": LABEL });

/// What `grants` may say.
struct Nothing;

form!(Nothing, { "type": "string", "enum": [NONE] });

/// The one word that `grants` takes.
const NONE: &str = "none";

/// Reads `grants`. Whoever wrote anything else did not ask for everything to be revoked, so the one word
/// it takes is not offered.
fn nothing(text: &Located<String>, findings: &mut Findings) -> Option<Place> {
    if text.value == NONE {
        return Some(text.place.clone());
    }
    let title = format!("`grants` does not take \"{}\"", shown(&text.value));
    let help =
        "leave `grants` out, and declare each permission in a [[grant]] or [[app_role]] table";
    findings.push(Finding::error("unknown_word", title).at(&text.place).help(help));
    None
}

/// Labels stand in addresses, file names and plans, so they hold nothing that needs quoting.
fn checked(label: &str, place: &Place, findings: &mut Findings) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let free = label != crate::model::address::TENANT;
    if !label.is_empty() && label.len() <= 64 && label.chars().all(plain) && free {
        return Some(label.to_owned());
    }
    let title = format!("\"{}\" cannot be a label", shown(label));
    let help = if free {
        "a label is 1 to 64 of the characters a-z, 0-9, - and _"
    } else {
        "plans use this word for the tenant itself: take another one"
    };
    findings.push(Finding::error("invalid_label", title).at(place).help(help));
    None
}
