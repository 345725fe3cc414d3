//! `[user_consent] allow = …` to entries of the list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use toml::Spanned;

use super::{FOR_SELF, Spec, UserConsent, address, grants, observe};
use crate::kinds::{Declare, Inputs, Wanted};
use crate::manifest::entry::Entry;
use crate::manifest::note::Note;
use crate::manifest::source::Located;
use crate::manifest::{Manifest, suggest};
use crate::model::address::Address;
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::{Finding, Findings};
use crate::model::id::PathId;
use crate::model::query::Pages;
use crate::model::schema::{self, JsonSchema, Schema, SchemaGenerator, form, json_schema};
use crate::model::untrusted::shown;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("unknown_choice", "a word that `allow` does not take"),
    ("invalid_policy_id", "a text that cannot be the id of a consent policy"),
    ("empty_policies", "a list of consent policies that is empty"),
    ("policy_listed_twice", "a consent policy that stands twice in one list"),
];

/// The table's name.
const TABLE: &str = "user_consent";

/// Whether users may consent for themselves: one setting of the tenant, about every app. Left alone
/// where the table is missing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// What users may consent to: `"none"`; one of Microsoft's own policies, `"low-risk"`,
    /// `"microsoft-recommended"` or `"any"` (all that needs no administrator); or policies by id,
    /// `{ policies = ["my-policy"] }`.
    #[schemars(with = "Allow")]
    allow: Option<Spanned<Allow>>,
    /// Why, in a sentence: shown in the plan and kept in its files.
    #[schemars(with = "Option<String>")]
    reason: Option<Spanned<String>>,
    /// Who answers for it: `"identity@contoso.com"`.
    #[schemars(with = "Option<String>")]
    owner: Option<Spanned<String>>,
}

/// A word, or policies by id.
#[derive(Debug)]
enum Allow {
    Word(String),
    Policies(Vec<Spanned<String>>),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PolicyList {
    /// Ids of consent policies; users may consent to what any of them lets through.
    #[schemars(with = "Vec<PolicyId>", length(min = 1))]
    policies: Vec<Spanned<String>>,
}

/// How the id of a consent policy is written; see [`is_policy_id`].
pub(in crate::kinds) struct PolicyId;

form!(PolicyId, { "type": "string", "pattern": "^[A-Za-z0-9_-]+$" });

struct AllowVisitor;

impl<'de> Visitor<'de> for AllowVisitor {
    type Value = Allow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word, or { policies = [\"my-policy\"] }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Allow, E> {
        Ok(Allow::Word(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Allow, A::Error> {
        let PolicyList { policies } = PolicyList::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Allow::Policies(policies))
    }
}

impl<'de> Deserialize<'de> for Allow {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AllowVisitor)
    }
}

impl JsonSchema for Allow {
    fn schema_name() -> Cow<'static, str> {
        "Allow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let words = CHOICES.map(|(word, _)| word);
        json_schema!({ "anyOf": [{ "type": "string", "enum": words }, PolicyList::json_schema(generator)] })
    }
}

impl Declare for UserConsent {
    fn written(&self) -> Option<Schema> {
        Some(schema::written::<Written>())
    }

    /// No names, but every mistake: none of them needs the tenant.
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        check(manifest, out);
        Mentions::default()
    }

    /// What has to be known of the tenant: the setting, and how many grants users have where they shall no
    /// longer consent.
    fn settings(&self, manifest: &Manifest, _directory: &Directory) -> BTreeSet<Address> {
        let mut settings = BTreeSet::new();
        for entry in manifest.entries(TABLE) {
            settings.insert(address());
            // Its mistakes were told when names were collected.
            let written = entry.read::<Written>(&mut Findings::default());
            match written.and_then(|written| written.allow).map(Spanned::into_inner) {
                Some(Allow::Word(word)) if word == "none" => drop(settings.insert(grants())),
                Some(Allow::Word(_) | Allow::Policies(_)) | None => {}
            }
        }
        settings
    }

    fn declare(&self, inputs: &Inputs, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        let mut wanted = BTreeMap::new();
        for entry in inputs.manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            let Some(allow) = entry.required("allow", &written.allow, out) else { continue };
            // Its findings were told when names were collected.
            let Some(assigned) = assigned(entry, allow, &mut Findings::default()) else { continue };
            let note = Note::new(entry, written.reason.as_ref(), written.owner.as_ref(), None);
            let why = inputs.why(entry, &note);
            wanted.insert(address(), Wanted::by(why, Some(Spec { assigned })));
        }
        wanted
    }

    fn complete(
        &self,
        _inputs: &Inputs,
        pages: &Pages,
        wanted: &mut BTreeMap<Address, Wanted<Spec>>,
        _out: &mut Findings,
    ) {
        for want in wanted.values_mut() {
            want.add_note(observe::note(pages, want.spec.as_ref()));
        }
    }
}

/// The id of an entry that was copied as the tenant lists it.
fn id_alone(entry: &str) -> Option<&str> {
    let (prefix, id) = entry.split_once('.')?;
    (prefix.to_ascii_lowercase().starts_with("managepermissiongrants") && is_policy_id(id))
        .then_some(id)
}

/// The policies that `allow = { policies = […] }` names, each where it stands.
pub(in crate::kinds) fn policies(manifest: &Manifest) -> Vec<Located<String>> {
    let mut named = Vec::new();
    for entry in manifest.entries(TABLE) {
        let written = entry.read::<Written>(&mut Findings::default());
        if let Some(Allow::Policies(ids)) =
            written.and_then(|written| written.allow).map(Spanned::into_inner)
        {
            named.extend(ids.iter().map(|id| entry.located(id)));
        }
    }
    named
}

/// The manifest's words and Microsoft's built-in policies for them.
/// <https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent>
pub(super) const CHOICES: [(&str, Option<&str>); 4] = [
    ("none", None),
    ("low-risk", Some("microsoft-user-default-low")),
    ("microsoft-recommended", Some("microsoft-user-default-recommended")),
    ("any", Some("microsoft-user-default-legacy")),
];

fn check(manifest: &Manifest, out: &mut Findings) {
    for entry in manifest.entries(TABLE) {
        if let Some(written) = entry.read::<Written>(out)
            && let Some(allow) = entry.required("allow", &written.allow, out)
        {
            // Only its findings are of interest here.
            drop(assigned(entry, allow, out));
        }
    }
}

/// The entries of the list, or a finding.
fn assigned(entry: &Entry, allow: &Spanned<Allow>, out: &mut Findings) -> Option<Vec<String>> {
    match allow.get_ref() {
        Allow::Word(word) => match CHOICES.iter().find(|(choice, _)| choice == word) {
            Some((_, policy)) => Some(policy.iter().map(|id| format!("{FOR_SELF}{id}")).collect()),
            None => {
                out.push(unknown(word).at(&entry.place_of(allow)));
                None
            }
        },
        Allow::Policies(ids) if ids.is_empty() => {
            out.push(
                Finding::error("empty_policies", "this names no policy")
                    .at(&entry.place_of(allow))
                    .help(
                        "name the policies by which users shall consent: { policies = [\"...\"] }",
                    )
                    .taking("if users shall consent to nothing, write allow = \"none\""),
            );
            None
        }
        Allow::Policies(ids) => {
            let wrong: Vec<_> = ids.iter().filter(|id| !is_policy_id(id.get_ref())).collect();
            for id in &wrong {
                let title = format!("\"{}\" is no id of a consent policy", shown(id.get_ref()));
                let finding = Finding::error("invalid_policy_id", title).at(&entry.place_of(id));
                out.push(finding.help(id_alone(id.get_ref()).map_or_else(
                    || {
                        "letters, digits, - and _ only, such as microsoft-user-default-low"
                            .to_owned()
                    },
                    |id| format!("write the policy's id alone: \"{id}\""),
                )));
            }
            let once = once_each(entry, ids, out);
            let entries = once.into_iter().map(|id| format!("{FOR_SELF}{id}"));
            wrong.is_empty().then(|| entries.collect())
        }
    }
}

/// Each id once, however its letters are written.
fn once_each<'a>(entry: &Entry, ids: &'a [Spanned<String>], out: &mut Findings) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let mut once = Vec::new();
    for id in ids {
        if seen.insert(id.get_ref().to_lowercase()) {
            once.push(id.get_ref().as_str());
        } else {
            let title = format!("\"{}\" is listed twice", shown(id.get_ref()));
            let finding = Finding::warning("policy_listed_twice", title).at(&entry.place_of(id));
            out.push(finding.help("take one of them out"));
        }
    }
    once
}

/// <https://learn.microsoft.com/graph/api/resources/permissiongrantpolicy>
pub(in crate::kinds) fn is_policy_id(text: &str) -> bool {
    text.parse::<PathId>().is_ok()
}

fn unknown(word: &str) -> Finding {
    let title = format!("\"{}\" is no choice for user consent", shown(word));
    let help = match suggest::close(word, CHOICES.iter().map(|(choice, _)| *choice)) {
        Some(close) => format!("did you mean \"{close}\"?"),
        None => {
            "write none, low-risk, microsoft-recommended, any, or { policies = [\"…\"] }".to_owned()
        }
    };
    Finding::error("unknown_choice", title).help(help)
}
