//! `[admin_consent_requests]`, key by key, over the policy that the tenant has.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::{ConsentRequests, Reviewer, Spec, address, observe};
use crate::kinds::{Declare, Inputs, Wanted, people};
use crate::manifest::Manifest;
use crate::manifest::entry::Entry;
use crate::manifest::note::Note;
use crate::model::address::Address;
use crate::model::directory::Mentions;
use crate::model::finding::{Finding, Findings};
use crate::model::query::Pages;
use crate::model::schema::{self, JsonSchema, Schema};

/// What this file finds.
pub(in crate::kinds) const CODES: &[(&str, &str)] = &[
    ("days_out_of_range", "a request that would wait for another time than 1 to 60 days"),
    ("no_reviewers", "admin consent requests that nobody reviews"),
    ("disabled_reviewer", "a reviewer who cannot sign in"),
];

/// The table's name.
const TABLE: &str = "admin_consent_requests";

/// How long a request may wait. Microsoft Graph documents no bounds; these are the portal's.
pub(super) const DAYS: std::ops::RangeInclusive<i64> = 1..=60;

/// The admin consent workflow: where users can ask for what they may not consent to. What is not
/// declared stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// Whether users can ask.
    #[schemars(with = "bool")]
    enabled: Option<Spanned<bool>>,
    /// Who is asked: `{ users = [], groups = ["Consent reviewers"] }`. It gives no power to approve.
    #[schemars(with = "Option<ReviewerLists>")]
    reviewers: Option<Spanned<Reviewers>>,
    /// Whether reviewers are told by mail.
    #[schemars(with = "Option<bool>")]
    notify: Option<Spanned<bool>>,
    /// Whether they are reminded before a request runs out.
    #[schemars(with = "Option<bool>")]
    reminders: Option<Spanned<bool>>,
    /// How many days a request waits for an answer.
    #[schemars(with = "Option<u32>", range(min = 1, max = 60))]
    days: Option<Spanned<u32>>,
    /// Why, in a sentence: shown in the plan and kept in its files.
    #[schemars(with = "Option<String>")]
    reason: Option<Spanned<String>>,
    /// Who answers for it: `"identity@contoso.com"`.
    #[schemars(with = "Option<String>")]
    owner: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReviewerLists {
    /// User principal names or object ids.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    users: Vec<Spanned<String>>,
    /// Display names or object ids of groups, whose members are asked.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    groups: Vec<Spanned<String>>,
}

/// A table, and never a list: derived, it would be read from a list as well, as its keys by position.
#[derive(Debug)]
struct Reviewers(ReviewerLists);

struct ReviewersVisitor;

impl<'de> Visitor<'de> for ReviewersVisitor {
    type Value = Reviewers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{ users = [...], groups = [...] }")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reviewers, A::Error> {
        ReviewerLists::deserialize(MapAccessDeserializer::new(map)).map(Reviewers)
    }
}

impl<'de> Deserialize<'de> for Reviewers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReviewersVisitor)
    }
}

impl Declare for ConsentRequests {
    fn written(&self) -> Option<Schema> {
        Some(schema::written::<Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        let mut mentions = Mentions::default();
        for entry in manifest.entries(TABLE) {
            let Some(written) = entry.read::<Written>(out) else { continue };
            let enabled = entry.required("enabled", &written.enabled, out);
            if let Some(days) = &written.days
                && !DAYS.contains(&i64::from(*days.get_ref()))
            {
                let title = format!("a request cannot wait for {} days", days.get_ref());
                out.push(
                    Finding::error("days_out_of_range", title)
                        .at(&entry.place_of(days))
                        .help("write a number from 1 to 60"),
                );
            }
            if let Some(reviewers) = &written.reviewers {
                let Reviewers(ReviewerLists { users, groups }) = reviewers.get_ref();
                mentions.users.extend(users.iter().map(|text| text.get_ref().clone()));
                mentions.groups.extend(groups.iter().map(|text| text.get_ref().clone()));
                if users.is_empty() && groups.is_empty() && enabled.is_some_and(|on| *on.get_ref())
                {
                    out.push(nobody().at(&entry.place_of(reviewers)));
                }
            }
        }
        mentions
    }

    /// Nothing yet: what the table leaves open is the tenant's own, see [`Declare::complete`].
    fn declare(&self, _inputs: &Inputs, _out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        BTreeMap::new()
    }

    fn complete(
        &self,
        inputs: &Inputs,
        pages: &Pages,
        wanted: &mut BTreeMap<Address, Wanted<Spec>>,
        out: &mut Findings,
    ) {
        // Without a readable policy observing ends with an error.
        if let Ok(have) = observe::policy(pages) {
            wanted.extend(over(inputs, &have, out));
        }
    }
}

/// The policy that shall be: what the table says, and what the tenant has where it says nothing.
fn over(inputs: &Inputs, have: &Spec, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
    let mut wanted = BTreeMap::new();
    for entry in inputs.manifest.entries(TABLE) {
        let Some(written) = entry.read::<Written>(out) else { continue };
        let reviewers = match &written.reviewers {
            Some(declared) => reviewers(declared.get_ref(), have, entry, inputs, out),
            None => Some(have.reviewers.clone()),
        };
        let (Some(enabled), Some(reviewers)) = (&written.enabled, reviewers) else { continue };
        let or = |written: &Option<Spanned<bool>>, live| written.as_ref().map_or(live, take);
        let spec = Spec {
            enabled: *enabled.get_ref(),
            notify: or(&written.notify, have.notify),
            reminders: or(&written.reminders, have.reminders),
            days: written.days.as_ref().map_or(have.days, |days| i64::from(*days.get_ref())),
            reviewers,
        };
        check(&spec, entry, out);
        let note = Note::new(entry, written.reason.as_ref(), written.owner.as_ref(), None);
        let why = inputs.why(entry, &note);
        wanted.insert(address(), Wanted::by(why, Some(spec)));
    }
    wanted
}

fn take(written: &Spanned<bool>) -> bool {
    *written.get_ref()
}

/// What the tenant has may not do for what the table asks.
fn check(spec: &Spec, entry: &Entry, out: &mut Findings) {
    if !spec.enabled {
        return;
    }
    if spec.reviewers.is_empty() && !entry.has("reviewers") {
        out.push(nobody().at(&entry.key("enabled")));
    }
    if !DAYS.contains(&spec.days) && !entry.has("days") {
        let title = format!("the tenant lets a request wait for {} days", spec.days);
        out.push(
            Finding::error("days_out_of_range", title)
                .at(&entry.key("enabled"))
                .help("say how long a request waits for an answer: days = 30"),
        );
    }
}

fn nobody() -> Finding {
    Finding::error("no_reviewers", "nobody would review the requests")
        .help("name somebody: reviewers = { users = [\"adele@contoso.com\"], groups = [] }")
}

/// `None` when a name leads nowhere: it was told.
fn reviewers(
    declared: &Reviewers,
    have: &Spec,
    entry: &Entry,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<Vec<Reviewer>> {
    let Reviewers(ReviewerLists { users, groups }) = declared;
    let mut found: Vec<Option<Reviewer>> = Vec::new();
    for text in users {
        let id = people::user(text.get_ref(), entry.place_of(text), inputs, out);
        let who = id.and_then(|id| inputs.scene.directory.users.get(&id));
        if let Some(who) = who.filter(|user| !user.enabled) {
            let title =
                format!("{} is disabled and reviews nothing", who.user_principal_name.shown());
            let help = "name somebody who can sign in, or a group";
            out.push(
                Finding::warning("disabled_reviewer", title).at(&entry.place_of(text)).help(help),
            );
        }
        found.push(id.map(Reviewer::user));
    }
    for text in groups {
        let id = people::whole_group(text.get_ref(), entry.place_of(text), inputs, out);
        found.push(id.map(Reviewer::group));
    }
    let found: Vec<Reviewer> = found.into_iter().collect::<Option<_>>()?;
    // In the service's own order and writing as far as they are there, so that nothing else changes.
    let is_declared = |one: &&Reviewer| found.iter().any(|other| other.who() == one.who());
    let mut all: Vec<Reviewer> = have.reviewers.iter().filter(is_declared).cloned().collect();
    for one in found {
        if !all.iter().any(|other| other.who() == one.who()) {
            all.push(one);
        }
    }
    Some(all)
}
