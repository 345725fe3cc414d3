//! `[user_consent] allow = …` to entries of the list.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{FOR_SELF, Spec, address};
use crate::kinds::{Desk, Wanted};
use crate::manifest::suggest;
use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::finding::{Finding, Findings};
use crate::model::untrusted::shown;

/// The table's name.
const TABLE: &str = "user_consent";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    allow: Option<Spanned<String>>,
    reason: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
}

/// The manifest's words and Microsoft's built-in policies for them.
/// <https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent>
const CHOICES: [(&str, Option<&str>); 4] = [
    ("none", None),
    ("low-risk", Some("microsoft-user-default-low")),
    ("microsoft-recommended", Some("microsoft-user-default-recommended")),
    ("any", Some("microsoft-user-default-legacy")),
];

pub(super) fn declare(desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
    let mut wanted = BTreeMap::new();
    for entry in desk.manifest.entries(TABLE) {
        let Some(written) = entry.read::<Written>(out) else { continue };
        let Some(allow) = entry.required("allow", &written.allow, out) else { continue };
        let word = allow.get_ref();
        let Some((_, policy)) = CHOICES.iter().find(|(choice, _)| choice == word) else {
            let finding = Finding::error(
                "unknown_choice",
                format!("\"{}\" is no choice for user consent", shown(word)),
            );
            let help = match suggest::close(word, CHOICES.iter().map(|(choice, _)| *choice)) {
                Some(close) => format!("did you mean \"{close}\"?"),
                None => "write none, low-risk, microsoft-recommended or any".to_owned(),
            };
            out.push(finding.at(&entry.place_of(allow)).help(help));
            continue;
        };
        let why = Why {
            line: desk.sources.line(&entry.place),
            reason: written.reason.map(Spanned::into_inner),
            owner: written.owner.map(Spanned::into_inner),
            until: None,
        };
        let assigned = policy.iter().map(|policy| format!("{FOR_SELF}{policy}")).collect();
        let wants = Wanted {
            spec: Some(Spec { assigned }),
            expired: None,
            why: vec![why],
            notes: Vec::new(),
        };
        wanted.insert(address(), wants);
    }
    wanted
}
