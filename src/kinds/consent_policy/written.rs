//! `[[consent_policy]]` key by key, and the mistakes that need no tenant.

use std::fmt;

use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use toml::Spanned;

use super::condition::{ALL, ANY};
use crate::kinds::user_consent::declare::PolicyId;
use crate::manifest::entry::Entry;
use crate::manifest::suggest::did_you_mean;
use crate::model::finding::{Finding, Findings};
use crate::model::id::{GUID, TenantId};
use crate::model::schema::{JsonSchema, SomeText, form};
use crate::model::untrusted::shown;

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("unknown_condition_word", "a word that a condition does not take"),
    ("empty_condition", "a condition whose list is empty"),
    ("class_of_application", "a class where application permissions are meant, which have none"),
    ("permissions_without_resource", "permissions of a set that does not say of which API"),
    ("invalid_client_tenant", "a text that is no id of a tenant"),
];

/// A consent policy of your own: what may be consented to by those to whom it is assigned. It lets
/// through what an include set matches and no exclude set does.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [
    { "required": ["name", "include"] },
    { "required": ["remove"], "properties": { "remove": { "const": true } } },
]))]
pub(super) struct Written {
    /// Its id: letters, digits, - and _. It decides which policy is meant and never changes. Microsoft's
    /// own begin with `microsoft-`.
    #[schemars(with = "PolicyId")]
    pub(super) id: Option<Spanned<String>>,
    /// Its display name.
    #[schemars(with = "Option<SomeText>")]
    pub(super) name: Option<Spanned<String>>,
    /// What it is for; `""` is none. Left out, it stays as it is.
    #[schemars(with = "Option<String>")]
    pub(super) description: Option<Spanned<String>>,
    /// Sets of conditions; one of them must match.
    #[schemars(with = "Option<Vec<WrittenSet>>")]
    pub(super) include: Option<Vec<Spanned<WrittenSet>>>,
    /// Sets of conditions; none of them may match.
    #[schemars(with = "Option<Vec<WrittenSet>>")]
    pub(super) exclude: Option<Vec<Spanned<WrittenSet>>>,
    /// `true`: the policy is deleted, once users no longer consent by it.
    #[schemars(with = "Option<bool>")]
    pub(super) remove: Option<Spanned<bool>>,
    /// Why, in a sentence: shown in the plan and kept in its files.
    #[schemars(with = "Option<String>")]
    pub(super) reason: Option<Spanned<String>>,
    /// Who answers for it: `"identity@contoso.com"`.
    #[schemars(with = "Option<String>")]
    pub(super) owner: Option<Spanned<String>>,
}

/// One condition set, all of whose conditions must hold; what is left out is no condition.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSet {
    /// `"delegated"` or `"application"`; delegated where it is left out.
    #[schemars(with = "Option<Type>")]
    pub(super) permission_type: Option<Spanned<String>>,
    /// `"low"`, `"medium"`, `"high"` or `"all"`: how the permission is classified.
    #[schemars(with = "Option<Classified>")]
    pub(super) permission_classification: Option<Spanned<String>>,
    /// The API: a well-known name, the label of a `[resource.LABEL]` table, an app id, or `"any"`.
    #[schemars(with = "Option<String>")]
    pub(super) resource: Option<Spanned<String>>,
    /// Permissions of that API by name, or `"all"`.
    #[schemars(with = "Option<Several>")]
    pub(super) permissions: Option<Spanned<Several>>,
    /// Apps by label or app id, or `"all"`.
    #[schemars(with = "Option<Several>")]
    pub(super) client_applications: Option<Spanned<Several>>,
    /// Ids of the tenants in which apps are registered, or `"all"`.
    #[schemars(with = "Option<Tenants>")]
    pub(super) client_tenants: Option<Spanned<Several>>,
    /// Partner ids of verified publishers, or `"all"`.
    #[schemars(with = "Option<Publishers>")]
    pub(super) client_publishers: Option<Spanned<Several>>,
    /// `true`: only apps whose publisher is verified.
    #[schemars(with = "Option<bool>")]
    pub(super) verified_publisher_only: Option<Spanned<bool>>,
}

struct Type;

form!(Type, { "type": "string", "enum": TYPES });

struct Classified;

form!(Classified, { "type": "string", "enum": CLASSES });

/// Ids of tenants, or all.
struct Tenants;

form!(Tenants, {
    "anyOf": [
        { "type": "string", "enum": ["all"] },
        { "type": "array", "minItems": 1, "items": { "type": "string", "pattern": GUID } },
    ],
});

/// Ids of publishers, or all.
struct Publishers;

form!(Publishers, {
    "anyOf": [
        { "type": "string", "enum": ["all"] },
        {
            "type": "array",
            "minItems": 1,
            "items": { "type": "string", "pattern": r"^\S+$", "not": { "pattern": "^[Aa][Ll][Ll]$" } },
        },
    ],
});

form!(Several, {
    "anyOf": [
        { "type": "string", "enum": ["all"] },
        { "type": "array", "minItems": 1, "items": { "type": "string" } },
    ],
});

/// What `permission_type` takes.
const TYPES: [&str; 2] = ["delegated", "application"];
/// What `permission_classification` takes.
pub(super) const CLASSES: [&str; 4] = ["low", "medium", "high", "all"];

/// `"all"`, or a list.
#[derive(Debug)]
pub(super) enum Several {
    All,
    These(Vec<Spanned<String>>),
}

struct SeveralVisitor;

impl<'de> Visitor<'de> for SeveralVisitor {
    type Value = Several;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"all\", or a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Several, E> {
        match text {
            ALL => Ok(Several::All),
            _ if text.eq_ignore_ascii_case(ALL) => Err(E::custom(format!(
                "\"{}\" stands where \"all\" or a list belongs\nhelp: write \"all\"",
                shown(text)
            ))),
            _ => Err(E::custom(format!(
                "\"{0}\" stands where \"all\" or a list belongs\nhelp: write [\"{0}\"]",
                shown(text)
            ))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Several, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Several::These)
    }
}

impl<'de> Deserialize<'de> for Several {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(SeveralVisitor)
    }
}

impl Written {
    pub(super) fn is_removed(&self) -> bool {
        self.remove.as_ref().is_some_and(|remove| *remove.get_ref())
    }

    pub(super) fn sets(&self) -> impl Iterator<Item = &WrittenSet> {
        let lists = [&self.include, &self.exclude];
        lists.into_iter().flatten().flatten().map(Spanned::get_ref)
    }
}

impl WrittenSet {
    /// The API that is named, if one is.
    pub(super) fn resource(&self) -> Option<&Spanned<String>> {
        self.resource.as_ref().filter(|text| text.get_ref() != ANY)
    }

    pub(super) fn named(several: Option<&Spanned<Several>>) -> Option<&[Spanned<String>]> {
        match several.map(Spanned::get_ref) {
            Some(Several::These(list)) => Some(list),
            Some(Several::All) | None => None,
        }
    }

    /// Tells what is wrong whatever the tenant has.
    pub(super) fn check(&self, entry: &Entry, out: &mut Findings) {
        let words =
            [(&self.permission_type, &TYPES[..]), (&self.permission_classification, &CLASSES[..])];
        for (text, words) in words {
            let wrong = |text: &&Spanned<String>| !words.contains(&text.get_ref().as_str());
            if let Some(text) = text.as_ref().filter(wrong) {
                let title = format!("\"{}\" is no word for this condition", shown(text.get_ref()));
                let help = did_you_mean(text.get_ref(), words.iter().copied());
                out.push(
                    Finding::error("unknown_condition_word", title)
                        .at(&entry.place_of(text))
                        .help(help.unwrap_or_else(|| format!("write one of {}", words.join(", ")))),
                );
            }
        }
        let says = |text: &Option<Spanned<String>>, word: &str| {
            text.as_ref().is_some_and(|text| text.get_ref() == word)
        };
        if let Some(class) = &self.permission_classification
            && says(&self.permission_type, "application")
            && class.get_ref() != ALL
        {
            let title = "application permissions have no class";
            out.push(
                Finding::error("class_of_application", title)
                    .at(&entry.place_of(class))
                    .help("leave it out, or say permission_type = \"delegated\""),
            );
        }
        self.check_lists(entry, out);
    }

    fn check_lists(&self, entry: &Entry, out: &mut Findings) {
        let lists = [
            &self.permissions,
            &self.client_applications,
            &self.client_tenants,
            &self.client_publishers,
        ];
        for list in lists.into_iter().flatten() {
            if matches!(list.get_ref(), Several::These(list) if list.is_empty()) {
                out.push(
                    Finding::error("empty_condition", "nothing could ever match this condition")
                        .at(&entry.place_of(list))
                        .help("list something, or leave the key out: then anything matches"),
                );
            }
        }
        if let Some(permissions) = &self.permissions
            && Self::named(Some(permissions)).is_some_and(|list| !list.is_empty())
            && self.resource().is_none()
        {
            out.push(
                Finding::error("permissions_without_resource", "these are permissions of no API")
                    .at(&entry.place_of(permissions))
                    .help("say of which: resource = \"Microsoft Graph\""),
            );
        }
        for tenant in Self::named(self.client_tenants.as_ref()).into_iter().flatten() {
            if tenant.get_ref().parse::<TenantId>().is_err() {
                let title = format!("\"{}\" is no id of a tenant", shown(tenant.get_ref()));
                out.push(
                    Finding::error("invalid_client_tenant", title)
                        .at(&entry.place_of(tenant))
                        .help(
                            "write the tenant's id, such as 00000000-0000-0000-0000-000000000000",
                        ),
                );
            }
        }
        self.check_publishers(entry, out);
    }

    /// No publisher's id is compared with anything here, so that a word for all of them would pass.
    fn check_publishers(&self, entry: &Entry, out: &mut Findings) {
        for publisher in Self::named(self.client_publishers.as_ref()).into_iter().flatten() {
            let id = publisher.get_ref();
            let (problem, help) = if id.eq_ignore_ascii_case(ALL) {
                ("in a list, and would match every publisher", "write client_publishers = \"all\"")
            } else if id.is_empty() || id.contains(char::is_whitespace) {
                ("no id of a publisher", "write the publisher's partner id, such as 1234567")
            } else {
                continue;
            };
            let title = format!("\"{}\" is {problem}", shown(id));
            let finding = Finding::error("unknown_condition_word", title);
            out.push(finding.at(&entry.place_of(publisher)).help(help));
        }
    }
}
