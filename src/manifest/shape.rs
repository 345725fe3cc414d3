//! Gives a written table the shape of a Rust type, and tells every mistake in it, not only the first.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeValue, Error, ValueDeserializer};

use crate::manifest::raw::{Raw, RawTable, Removed, remove};
use crate::manifest::suggest::{close, did_you_mean};
use crate::manifest::whom::ALL_USERS;
use crate::model::finding::{Finding, Findings, Place};
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("unknown_key", "a key that its table does not take"),
    ("missing_key", "a key that its table needs"),
    ("wrong_type", "a value of another type than its key takes"),
    ("invalid_value", "a value that its key does not take"),
];

/// Mistakes told per table. Someone who has more of them reads the first ones first.
const MOST: usize = 20;

/// Whether the file could be read to its end. In a torn one, what seems to be missing may stand on
/// a line that has a syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Yes,
    Torn,
}

/// Reads `raw` as `T`. Serde stops at its first error, so each mistake is told, taken out, and the
/// rest read again: where `T` can do without it, the rest can still be judged. `None` means that it
/// cannot.
pub(super) fn read<T: DeserializeOwned>(
    header: &Place,
    raw: &RawTable,
    whole: Whole,
    findings: &mut Findings,
) -> Option<T> {
    // A crowd of tables must not be read for mistakes that nobody is told.
    if findings.is_full() {
        return None;
    }
    let mut rest = raw.clone();
    let mut told = Told::default();
    for _ in 0..MOST {
        let table = Raw::Table(rest.clone());
        let value: Spanned<DeValue<'_>> = Spanned::new(header.span.clone(), table.to_toml());
        let error = match T::deserialize(ValueDeserializer::from(value)) {
            // What was lost was told as an error, so nothing is ever done with the rest but judge it.
            // A misspelt key beside it would be called missing, too: then the rest is left alone.
            Ok(read) => return (told.lost.is_empty() || told.meant.is_empty()).then_some(read),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_else(|| header.span.clone());
        let finding = finding(&error).at(&Place { file: header.file, span: span.clone() });
        if !told.explains(&error, &finding, &span, whole) {
            findings.push(finding.clone());
        }
        told.removed.push(span.clone());
        let key = remove(&mut rest, &span)?;
        match key {
            Removed::Key(key) if finding.code == "unknown_key" => {
                told.meant.extend(meant(&key, &known(error.message())));
            }
            Removed::Key(key) => told.lost.push(key),
            Removed::Element => {}
        }
    }
    None
}

/// What was told of one table already, so that no mistake is told again by what follows from it.
#[derive(Default)]
struct Told {
    /// Keys whose value was taken out.
    lost: Vec<String>,
    /// Keys that an unknown one was probably meant to be.
    meant: Vec<String>,
    removed: Vec<Range<usize>>,
}

impl Told {
    fn explains(
        &self,
        error: &Error,
        finding: &Finding,
        span: &Range<usize>,
        whole: Whole,
    ) -> bool {
        if let Some(name) = missing_name(error) {
            let gone = self.lost.iter().chain(&self.meant).any(|key| key == name);
            return gone || whole == Whole::Torn;
        }
        // A list is empty only because its elements were taken out.
        let holds = |inner: &Range<usize>| span.start <= inner.start && inner.end <= span.end;
        finding.code == "invalid_value" && self.removed.iter().any(holds)
    }
}

fn missing_name(error: &Error) -> Option<&str> {
    error.message().strip_prefix("missing field `")?.strip_suffix('`')
}

/// Help where nothing more telling is known.
pub(super) const ALL_KEYS: &str = "consent schema manifest prints what each key takes";

/// The finding for a key that must be there, without its place.
pub(super) fn missing(name: &str) -> Finding {
    let finding = Finding::error("missing_key", format!("`{}` is missing", shown(name)));
    finding.help(why(name).unwrap_or(ALL_KEYS))
}

/// Why a key is needed, and what it may say.
fn why(name: &str) -> Option<&'static str> {
    Some(match name {
        "mode" => {
            "say `mode = \"additive\"` (what the manifest does not declare for this app is left alone) \
             or `mode = \"exact\"` (it is planned for removal)"
        }
        "for" => {
            "say `for = \"all-users\"`, or name people: `for = { users = [\"adele@contoso.com\"] }`; \
             a forgotten list can never mean everybody"
        }
        "app" => "name one of the [app.LABEL] tables by its label",
        "app_id" => "the application (client) id, as the portal shows it; names decide nothing",
        "resource" => {
            "a well-known name such as \"Microsoft Graph\", the label of a [resource.LABEL] table, \
             or an app id"
        }
        "scopes" => "list the delegated permissions: `scopes = [\"User.Read\"]`",
        "allow" => "one of none, low-risk, microsoft-recommended, any, or { policies = [...] }",
        "id" => {
            "in [tenant], its id from the overview page of Microsoft Entra; in [[consent_policy]], one \
             of your own"
        }
        "enabled" => "say whether users may ask for consent: `enabled = true`, or false",
        "name" => "what people call it",
        "include" => "list what the policy lets be consented to; an empty list is nothing",
        "max" => "how many removals are accepted at most",
        "until" => "the last day on which it holds, such as 2027-06-30",
        "reason" => "one sentence for the reviewers",
        _ => return None,
    })
}

fn finding(error: &Error) -> Finding {
    let message = error.message();
    if let Some(name) = missing_name(error) {
        return missing(name);
    }
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let key = rest.split_once("`, ").map_or(rest, |(key, _)| key);
        return unknown(key, &known(message));
    }
    let typed = message.strip_prefix("invalid type: ");
    if let Some(rest) = typed.or_else(|| message.strip_prefix("invalid value: ")) {
        return wrong_type(rest);
    }
    // A list that was taken for a table, key by key.
    if message.starts_with("invalid length ") && message.contains(" struct ") {
        return wrong_type("sequence, expected a map");
    }
    let (title, help) = match message.split_once("\nhelp: ") {
        Some((title, help)) => (title, Some(help)),
        None => (message, None),
    };
    let help = help.map_or_else(|| ALL_KEYS.to_owned(), shown);
    Finding::error("invalid_value", shown(title)).help(help)
}

/// The keys that serde's message lists as known: between back quotes, after the unknown one.
fn known(message: &str) -> Vec<&str> {
    let expected = message.rsplit_once("`, expected ").map_or("", |(_, expected)| expected);
    expected.split('`').skip(1).step_by(2).collect()
}

fn wrong_type(message: &str) -> Finding {
    let (found, wanted) = message.rsplit_once(", expected ").unwrap_or((message, "another"));
    let title = format!("expected {}, found {}", wanted_words(wanted), found_words(found));
    let finding = Finding::error("wrong_type", shown(&title));
    match (wanted, found.strip_prefix("string ")) {
        ("a sequence", Some(text)) => {
            finding.help(shown(&format!("write a list: [{}]", each(text))))
        }
        (_, None) if found == "sequence" && wanted.contains(ALL_USERS) => {
            finding.help("write { users = [...] }, or { groups = [...] }, or both")
        }
        ("a boolean", Some(_)) => finding.help("write `true` or `false`, without quotes"),
        ("u32", Some(_)) => finding.help("write the number without quotes"),
        ("a sequence", None) if found == "map" => finding.help("write a list of them: [{ ... }]"),
        _ => finding.help(ALL_KEYS),
    }
}

/// A text in quotes as the elements of a list: several permissions stand in one text elsewhere.
fn each(text: &str) -> String {
    let bare = text.trim_matches('"');
    let words: Vec<String> = bare
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    // A name of several words, such as a group's, is one.
    let are_scopes = bare.contains('.') || bare.contains('_');
    if are_scopes && words.len() > 1 { words.join(", ") } else { text.to_owned() }
}

/// The finding for a key that nobody reads, without its place.
pub(super) fn unknown(key: &str, keys: &[&str]) -> Finding {
    let finding = Finding::error("unknown_key", format!("unknown key \"{}\"", shown(key)));
    let elsewhere = elsewhere(key, keys).map(str::to_owned);
    match elsewhere.or_else(|| did_you_mean(key, keys.iter().copied())) {
        Some(help) => finding.help(help),
        None if keys.is_empty() => finding.help("this table takes no keys"),
        None => finding.help(format!("known here: {}", keys.join(", "))),
    }
}

/// The key that an unknown one stands for, of those that its table takes.
pub(super) fn meant(key: &str, keys: &[&str]) -> Option<String> {
    let of_people = ["users", "groups", "user", "group", "all_users", "everyone"].contains(&key);
    match keys.contains(&"for") && of_people {
        true => Some("for".to_owned()),
        false => close(key, keys.iter().copied()),
    }
}

/// Where a key belongs that is looked for in the wrong table. `keys` are those of the table it is in.
fn elsewhere(key: &str, keys: &[&str]) -> Option<&'static str> {
    let is_app = keys.contains(&"publisher_tenant");
    let is_grant = keys.contains(&"scopes") && keys.contains(&"for");
    Some(match key {
        "grant" | "scope" | "scopes" | "permissions" | "delegated" if is_app => {
            "delegated permissions stand in tables of their own: [[grant]] with app, resource, scopes, for"
        }
        "app_roles" | "role" | "roles" | "application" if is_app => {
            "application permissions stand in tables of their own: [[app_role]] with app, resource, roles"
        }
        "users" | "groups" | "user" | "group" | "principals" | "guests" | "except" if is_grant => {
            "people stand in `for`: for = { users = [...], groups = [...] }"
        }
        "roles" | "role" if is_grant => {
            "application permissions stand in [[app_role]]; a [[grant]] has scopes"
        }
        "all_users" | "all-users" | "everyone" if is_grant => "write for = \"all-users\"",
        _ => return None,
    })
}

/// The words of TOML's users for those of serde.
fn wanted_words(serde: &str) -> &str {
    match serde {
        "a sequence" => "a list",
        "a map" => "a table",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "u32" => "a whole number from 0 to 4294967295",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

fn found_words(serde: &str) -> String {
    match serde.split_once(' ') {
        None if serde == "sequence" => "a list".to_owned(),
        None if serde == "map" => "a table".to_owned(),
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer" | "boolean", value)) => value.replace('`', ""),
        Some(("floating", value)) => value.replace("point ", "").replace('`', ""),
        _ => serde.to_owned(),
    }
}
