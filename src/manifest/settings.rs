//! What concerns the run as a whole: `[tenant]`, `[limits]`, `[accept]`.

use serde::Deserialize;
use time::Date;
use toml::Spanned;

use crate::manifest::entry::Entry;
use crate::manifest::note::Day;
use crate::manifest::source::Located;
use crate::manifest::suggest::did_you_mean;
pub(crate) use crate::model::cloud::Cloud;
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::TenantId;
use crate::model::schema::{JsonSchema, SomeText, form};
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("invalid_guid", "an id that is not a GUID"),
    ("invalid_domain", "a text that is no domain name"),
    ("unknown_word", "a word that its key does not take"),
    ("accept_expired", "a lifted rail whose date has passed"),
    ("accept_reasonless", "a lifted rail without a reason"),
    ("limit_out_of_range", "a percentage above 100"),
];

/// `[tenant]`: compared with the token and the live tenant before anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantTable {
    pub id: Located<TenantId>,
    pub(crate) domain: Option<Located<String>>,
    /// Where it is not written, at the table.
    pub cloud: Located<Cloud>,
}

/// `[limits]`: the safety rails, with their defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Removals in one plan.
    pub(crate) revoke: u32,
    /// Removals as a share of the managed entries, in percent, when these are more than 10.
    pub(crate) revoke_percent: u32,
    /// Users that the groups of one grant may expand to.
    pub(crate) principals: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { revoke: 25, revoke_percent: 10, principals: 5_000 }
    }
}

/// `[accept]`: lifts one rail, for a time, where reviewers see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Accept {
    pub(crate) revoke: Option<AcceptedRevoke>,
}

/// `revoke = { max, until, reason }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AcceptedRevoke {
    /// Removals that one plan may hold while this stands.
    pub(crate) max: u32,
    /// The last day on which it stands.
    pub(crate) until: Date,
    pub(crate) reason: String,
    pub(crate) place: Place,
}

impl Accept {
    /// A word about a lifted rail that has run out: only a warning, because it stops nothing that
    /// would go through without it.
    pub(crate) fn expired_on(&self, today: Date) -> Option<Finding> {
        let accepted = self.revoke.as_ref().filter(|accepted| today > accepted.until)?;
        let title = format!("this stood until {} and lifts nothing any more", accepted.until);
        let finding = Finding::warning("accept_expired", title).at(&accepted.place);
        Some(finding.help("remove it, or set a later `until` and have it reviewed again"))
    }
}

/// The tenant that the manifest is about: no other one is read or changed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTenant {
    /// The tenant's id, from the overview page of Microsoft Entra. Compared with the token and the
    /// live tenant before anything else.
    #[schemars(with = "TenantId")]
    id: Option<Spanned<String>>,
    /// One of the tenant's verified domains, such as `"contoso.onmicrosoft.com"`: checked, and shown
    /// to people.
    #[schemars(with = "Option<Domain>")]
    domain: Option<Spanned<String>>,
    /// Which Microsoft cloud the tenant is in; `"global"` where it is not given. Compared with `--cloud`,
    /// which decides.
    #[schemars(with = "Option<Cloud>")]
    cloud: Option<Spanned<String>>,
}

/// What [`is_domain`] takes, and a little more: no pattern knows all letters.
struct Domain;

form!(Domain, { "type": "string", "pattern": r"^[^\s.@:/]+(\.[^\s.@:/]+)+$", "maxLength": 253 });

/// Reads `[tenant]`.
pub(super) fn tenant(entry: &Entry, findings: &mut Findings) -> Option<TenantTable> {
    let written: WrittenTenant = entry.read(findings)?;
    let cloud = match &written.cloud {
        Some(text) => {
            let text = entry.located(text);
            choice(&text, &Cloud::WORDS, findings).map(|cloud| text.with(cloud))
        }
        None => Some(Located { value: Cloud::default(), place: entry.place.clone() }),
    };
    let domain = written.domain.as_ref().map(|text| entry.located(text));
    if let Some(domain) = domain.as_ref().filter(|domain| !is_domain(&domain.value)) {
        let title = format!("\"{}\" is no domain name", shown(&domain.value));
        let help = "such as contoso.onmicrosoft.com, as the portal shows it";
        findings.push(Finding::error("invalid_domain", title).at(&domain.place).help(help));
    }
    let id = guid(&entry.located(entry.required("id", &written.id, findings)?), findings)?;
    Some(TenantTable { id, domain, cloud: cloud? })
}

fn is_domain(text: &str) -> bool {
    text.contains('.')
        && text.len() <= 253
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// Safety rails: a plan that breaks one can be read and saved, and not applied.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLimits {
    /// Removals in one plan; 25 where it is not given.
    #[schemars(with = "Option<u32>")]
    revoke: Option<Spanned<u32>>,
    /// Removals as a share of the managed entries, in percent, where there are more than 10 of them;
    /// 10 where it is not given.
    #[schemars(with = "Option<u32>", extend("maximum" = 100))]
    revoke_percent: Option<Spanned<u32>>,
    /// People that one table may come to; 5000 where it is not given.
    #[schemars(with = "Option<u32>")]
    principals: Option<Spanned<u32>>,
}

/// Reads `[limits]`.
pub(super) fn limits(entry: &Entry, findings: &mut Findings) -> Option<Limits> {
    let written: WrittenLimits = entry.read(findings)?;
    let usual = Limits::default();
    let or = |value: &Option<Spanned<u32>>, usual| value.as_ref().map_or(usual, |v| *v.get_ref());
    if let Some(percent) = written.revoke_percent.as_ref().filter(|v| *v.get_ref() > 100) {
        let finding = Finding::error("limit_out_of_range", "a share is at most 100 percent");
        findings.push(finding.at(&entry.place_of(percent)).help("a whole number from 0 to 100"));
    }
    Some(Limits {
        revoke: or(&written.revoke, usual.revoke),
        revoke_percent: or(&written.revoke_percent, usual.revoke_percent),
        principals: or(&written.principals, usual.principals),
    })
}

/// Lifts a safety rail, for a time, where reviewers see it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAccept {
    /// Lifts the limit of removals:
    /// `{ max = 412, until = 2026-12-31, reason = "end of the pilot" }`.
    #[schemars(with = "Option<WrittenRevoke>")]
    revoke: Option<Spanned<WrittenRevoke>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenRevoke {
    /// How many removals are accepted at most.
    max: u32,
    /// The last day on which it stands, without quotes: `2026-12-31`.
    // Bare, a missing one would be called a wrong one.
    #[schemars(with = "Day")]
    until: Spanned<Day>,
    /// Why, in a sentence for the reviewers.
    #[schemars(with = "SomeText")]
    reason: Spanned<String>,
}

/// Reads `[accept]`.
pub(super) fn accept(entry: &Entry, findings: &mut Findings) -> Option<Accept> {
    let written: WrittenAccept = entry.read(findings)?;
    let Some(revoke) = written.revoke else { return Some(Accept::default()) };
    let place = entry.place_of(&revoke);
    let WrittenRevoke { max, until, reason } = revoke.into_inner();
    if reason.get_ref().trim().is_empty() {
        let finding = Finding::error("accept_reasonless", "a rail is lifted without a reason");
        findings.push(
            finding.at(&entry.place_of(&reason)).help("say in one sentence why, for the reviewers"),
        );
        return None;
    }
    let reason = reason.into_inner();
    Some(Accept {
        revoke: Some(AcceptedRevoke { max, until: until.into_inner().0, reason, place }),
    })
}

/// One of a few words, or a finding that lists them.
pub(crate) fn choice<T: Copy>(
    text: &Located<String>,
    words: &[(&str, T)],
    findings: &mut Findings,
) -> Option<T> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
        return Some(*value);
    }
    let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let help = did_you_mean(&text.value, all.iter().copied())
        .unwrap_or_else(|| format!("one of: {}", all.join(", ")));
    let title = format!("\"{}\" is none of the words this key takes", shown(&text.value));
    findings.push(Finding::error("unknown_word", title).at(&text.place).help(help));
    None
}

/// An id as people see it in the portal, or a finding.
pub(crate) fn guid<T: std::str::FromStr>(
    text: &Located<String>,
    findings: &mut Findings,
) -> Option<Located<T>> {
    match text.value.parse() {
        Ok(id) => Some(text.with(id)),
        Err(_) => {
            let title = format!("\"{}\" is not a GUID", shown(&text.value));
            let help = "of the form 00000000-0000-0000-0000-000000000000, as the portal shows it";
            findings.push(Finding::error("invalid_guid", title).at(&text.place).help(help));
            None
        }
    }
}
