//! Many pictures at once: one line each, and above that the same change in many places as one line.
//! What removes and what is dangerous stays listed for as long as a person can read it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Tier, Verb};
use crate::model::untrusted::Untrusted;
use crate::plan::pictures::{Picture, Shape};
use crate::render::block::{BODY, crowd_of, items, names, title};
use crate::render::lines::{Page, counted, grouped, shorten};
use crate::render::style::Ink;

/// Apps that are counted by themselves, so that 10,000 changes fit 60 lines.
const APPS: usize = 8;

/// One picture on one line.
pub(crate) fn line(picture: &Picture<'_>, owner: Option<&str>, page: &mut Page) {
    let owner = owner.map(|label| format!("{}: ", shorten(label, 20))).unwrap_or_default();
    title(page, picture, &format!("{owner}{}", phrase(picture)));
}

/// `delegated, 3 users, Microsoft Graph / Tasks.ReadWrite`. One or two people are named.
fn phrase(picture: &Picture<'_>) -> String {
    let groups = picture.groups();
    let Some(lead) = groups.first().map(|group| group.lead) else { return String::new() };
    let crowd = match &picture.shape {
        Shape::Alone(group) => match (lead.subject.audience, group.members.len()) {
            (Audience::One(_) | Audience::Group(_), 1 | 2) => {
                Some(names(&group.members).join(" and "))
            }
            _ => crowd_of(std::slice::from_ref(group)),
        },
        Shape::Replacement { given, taken } => {
            crowd_of(taken).zip(crowd_of(given)).map(|(from, to)| format!("{from} -> {to}"))
        }
    };
    let about = about(lead.subject.target.as_ref(), &lead.fields);
    [Some(lead.subject.what.clone()), crowd, about]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

fn about(target: Option<&Untrusted>, fields: &[FieldChange]) -> Option<String> {
    let items: Vec<String> = fields.iter().flat_map(moved).collect();
    match (target.map(Untrusted::shown), items.is_empty()) {
        (None, true) => None,
        (None, false) => Some(items.join(", ")),
        (Some(target), true) => Some(target),
        (Some(target), false) => Some(format!("{target} / {}", items.join(", "))),
    }
}

/// What a field gains and loses; for an object that comes or goes, all it holds.
fn moved(field: &FieldChange) -> Vec<String> {
    if field.gained.is_empty() || field.lost.is_empty() {
        return items(&FieldChange { kept: Vec::new(), ..field.clone() });
    }
    let signed = |sign: char, names: &[Untrusted]| -> Vec<String> {
        names.iter().map(|name| format!("{sign}{}", name.shown())).collect()
    };
    [signed('+', &field.gained), signed('-', &field.lost)].concat()
}

/// Whether a picture must be seen by itself.
pub(crate) fn must_be_seen(picture: &Picture<'_>) -> bool {
    picture.removes() || picture.tier() >= Some(Tier::High)
}

/// What is drawn as one line when there are too many pictures.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Sameness {
    verb: Verb,
    phrase: String,
    tier: Option<Tier>,
}

/// The same change in many places, most frequent first, at most `rows` sorts of it.
pub(crate) fn same_in_many(pictures: &[&Picture<'_>], rows: usize, page: &mut Page) {
    let mut same: BTreeMap<Sameness, Vec<&Picture<'_>>> = BTreeMap::new();
    for picture in pictures {
        let key = Sameness { verb: picture.verb, phrase: kind_of(picture), tier: picture.tier() };
        same.entry(key).or_default().push(picture);
    }
    let mut sorts: Vec<(Sameness, Vec<&Picture<'_>>)> = same.into_iter().collect();
    sorts.sort_by_key(|(_, places)| Reverse(places.len()));
    page.blank();
    page.line(Ink::Strong, "The same change in many places");
    for (key, places) in sorts.iter().take(rows) {
        let Some(first) = places.first() else { continue };
        let objects: usize = places.iter().map(|picture| picture.objects()).sum();
        let owners: BTreeSet<&str> = places.iter().map(|picture| picture.owner).collect();
        title(page, first, &key.phrase);
        let many = format!("{} in {}", counted(objects, "object"), counted(owners.len(), "app"));
        page.line(Ink::Plain, &format!("{BODY}{many}"));
    }
    if sorts.len() > rows {
        let rest: usize = sorts.iter().skip(rows).map(|(_, places)| places.len()).sum();
        let rest = counted(rest, "change");
        page.line(Ink::Plain, &format!("  and {rest} of other sorts (--full lists all)"));
    }
}

/// The phrase without names, so that places differ in nothing but where they are.
fn kind_of(picture: &Picture<'_>) -> String {
    let groups = picture.groups();
    let Some(lead) = groups.first().map(|group| group.lead) else { return String::new() };
    let crowd = match lead.subject.audience {
        Audience::Everyone => Some("all users".to_owned()),
        Audience::One(_) => Some("some users".to_owned()),
        Audience::Group(_) => Some("some groups".to_owned()),
        Audience::Tenant => None,
    };
    let about = about(lead.subject.target.as_ref(), &lead.fields);
    [Some(lead.subject.what.clone()), crowd, about]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// Too many removals and dangerous changes to list: how many per app, most first.
pub(crate) fn per_app(pictures: &[&Picture<'_>], page: &mut Page) {
    let mut apps: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for picture in pictures {
        let [removals, high, critical] = apps.entry(picture.owner).or_default();
        *removals += if picture.removes() { picture.objects() } else { 0 };
        *high += if picture.tier() == Some(Tier::High) { picture.objects() } else { 0 };
        *critical += if picture.tier() == Some(Tier::Critical) { picture.objects() } else { 0 };
    }
    let mut rows: Vec<(&str, [usize; 3])> = apps.into_iter().collect();
    rows.sort_by_key(|(label, [removals, high, critical])| {
        (Reverse((*critical, *removals, *high)), *label)
    });
    page.blank();
    page.line(Ink::Strong, "Removals and dangerous changes, by app");
    for (label, [removals, high, critical]) in rows.iter().take(APPS) {
        let text = format!(
            "  {}  {} to lose access, {} HIGH, {} CRITICAL",
            shorten(label, 28),
            grouped(*removals),
            grouped(*high),
            grouped(*critical),
        );
        page.line(Ink::Plain, &text);
    }
    if rows.len() > APPS {
        let rest: usize = rows
            .iter()
            .skip(APPS)
            .map(|(_, [removals, high, critical])| removals.max(high).max(critical))
            .sum();
        let apps = counted(rows.len() - APPS, "more app");
        page.line(
            Ink::Plain,
            &format!("  and {apps} with {} (--full lists all)", counted(rest, "object")),
        );
    }
}
