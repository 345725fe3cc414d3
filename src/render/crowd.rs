//! Many pictures at once: one line each, and above that the same change in many places as one line.
//! What removes and what is dangerous stays listed for as long as a person can read it.

use std::collections::BTreeMap;

use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Tier, Verb};
use crate::model::untrusted::Untrusted;
use crate::plan::pictures::{Picture, Shape};
use crate::render::block::{crowd_of, items, names, title};
use crate::render::lines::{Page, counted, grouped, shorten, width};
use crate::render::style::{Ink, risk_ink, risk_label, verb_ink};

/// Rows of one table of a crowded drawing, so that 10,000 changes fit 60 lines.
const ROWS: usize = 14;

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
            (Audience::One(_), 1 | 2) => Some(names(&group.members).join(" and ")),
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

/// The same change in many places, most frequent first.
pub(crate) fn same_in_many(pictures: &[&Picture<'_>], page: &mut Page) {
    let mut same: BTreeMap<Sameness, Vec<&Picture<'_>>> = BTreeMap::new();
    for picture in pictures {
        let key = Sameness { verb: picture.verb, phrase: kind_of(picture), tier: picture.tier() };
        same.entry(key).or_default().push(picture);
    }
    let mut rows: Vec<(Sameness, Vec<&Picture<'_>>)> = same.into_iter().collect();
    rows.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    page.blank();
    page.line(Ink::Strong, "The same change in many places");
    for (key, places) in rows.iter().take(ROWS) {
        let objects: usize = places.iter().map(|picture| picture.objects()).sum();
        let mut owners: Vec<&str> = places.iter().map(|picture| picture.owner).collect();
        owners.sort_unstable();
        owners.dedup();
        let many = format!("{} in {}", counted(objects, "object"), counted(owners.len(), "app"));
        row(key, &many, page);
    }
    if rows.len() > ROWS {
        let rest: usize = rows.iter().skip(ROWS).map(|(_, places)| places.len()).sum();
        page.line(
            Ink::Plain,
            &format!("  and {} of other sorts (--full lists all)", counted(rest, "change")),
        );
    }
}

/// The phrase without names, so that places differ in nothing but where they are.
fn kind_of(picture: &Picture<'_>) -> String {
    let groups = picture.groups();
    let Some(lead) = groups.first().map(|group| group.lead) else { return String::new() };
    let crowd = match lead.subject.audience {
        Audience::Everyone => Some("all users".to_owned()),
        Audience::One(_) => Some("some users".to_owned()),
        Audience::Tenant => None,
    };
    let about = about(lead.subject.target.as_ref(), &lead.fields);
    [Some(lead.subject.what.clone()), crowd, about]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

fn row(key: &Sameness, many: &str, page: &mut Page) {
    let word = format!("  {} {:<8} ", key.verb.sign(), key.verb.word());
    let risk = key.tier.map(risk_label).unwrap_or_default();
    let room = 80usize.saturating_sub(width(&word) + width(many) + width(risk) + 4);
    let text = format!("{}: {many}", shorten(&key.phrase, room));
    let gap = " ".repeat(70usize.saturating_sub(width(&word) + width(&text)).max(1));
    let mut pieces = vec![(verb_ink(key.verb), word), (Ink::Plain, text)];
    if let Some(tier) = key.tier {
        pieces.push((Ink::Plain, gap));
        pieces.push((risk_ink(tier), risk.to_owned()));
    }
    page.pieces(pieces);
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
        (std::cmp::Reverse((*critical, *removals, *high)), *label)
    });
    page.blank();
    page.line(Ink::Strong, "Removals and dangerous changes, by app");
    for (label, [removals, high, critical]) in rows.iter().take(ROWS) {
        let text = format!(
            "  {}  {} to lose access, {} HIGH, {} CRITICAL",
            shorten(label, 28),
            grouped(*removals),
            grouped(*high),
            grouped(*critical),
        );
        page.line(Ink::Plain, &text);
    }
    if rows.len() > ROWS {
        let rest: usize = rows
            .iter()
            .skip(ROWS)
            .map(|(_, [removals, high, critical])| removals.max(high).max(critical))
            .sum();
        let apps = counted(rows.len() - ROWS, "more app");
        page.line(
            Ink::Plain,
            &format!("  and {apps} with {} (--full lists all)", counted(rest, "object")),
        );
    }
}
