//! What takes access away, what gives it, and what lets people consent: a line for each, what matters most
//! first.

use std::collections::BTreeMap;

use super::{LinesTold, Share};
use crate::model::change::{Change, FieldChange, PermissionSort};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::render::escape::markdown as escape;
use crate::render::page::style::risk_label;
use crate::render::page::{counted, grouped};
use crate::render::plan::moves::{AccessMove, AccessMoves, MoveHolders};

/// One bullet: the app it is about, whether it must be seen, and whether it is of low risk.
struct Bullet<'p> {
    app: &'p str,
    must_be_seen: bool,
    low: bool,
    text: String,
}

pub(super) fn text(plan: &Plan, moves: &AccessMoves<'_>, share: Share) -> String {
    let takes = moves.takes.iter().map(|one| bullet(one, taken(one, share)));
    let gives = moves.gives.iter().map(|one| bullet(one, given(one, share)));
    let settings = moves.settings.iter().map(|change| setting(change));
    let mut out = section("Takes access away", takes.collect(), share);
    out.push_str(&section("Gives access", gives.collect(), share));
    out.push_str(&section("Changes settings", settings.collect(), share));
    let idle = moves.idle.len();
    if idle > 0 {
        let (what, alter) = (counted(idle, "change"), if idle == 1 { "alters" } else { "alter" });
        out.push_str(&format!(
            "{what} {alter} nobody's access: those concerned have it before and after.\n\n"
        ));
    }
    if moves.takes.is_empty() && !plan.changes.is_empty() {
        out.insert_str(0, "Nobody loses access.\n\n");
    }
    out
}

fn bullet<'p>(one: &AccessMove<'p>, text: String) -> Bullet<'p> {
    let low = one.tier == Some(Tier::Low);
    Bullet { app: one.app, must_be_seen: one.must_be_seen(), low, text }
}

/// `### Gives access` and its bullets, as far as they are told.
fn section(title: &str, bullets: Vec<Bullet<'_>>, share: Share) -> String {
    if bullets.is_empty() {
        return String::new();
    }
    let mut out = format!("### {title}\n\n");
    let must: Vec<&Bullet<'_>> = bullets.iter().filter(|one| one.must_be_seen).collect();
    let told = |one: &&Bullet<'_>| match share.each {
        LinesTold::All => share.low || !one.low || one.must_be_seen,
        LinesTold::MustBeSeen => one.must_be_seen,
        LinesTold::ByApp | LinesTold::Apps(_) => false,
    };
    let each: Vec<&Bullet<'_>> = bullets.iter().filter(told).collect();
    each.iter().for_each(|one| out.push_str(&format!("- {}\n", one.text)));
    let by_app = match share.each {
        LinesTold::All | LinesTold::MustBeSeen => None,
        LinesTold::ByApp => Some(usize::MAX),
        LinesTold::Apps(most) => Some(most),
    };
    if let Some(most) = by_app {
        out.push_str(&apps(&must, most));
    }
    let left = bullets.len() - if by_app.is_some() { must.len() } else { each.len() };
    if left > 0 {
        let what = if by_app.is_some() || share.each == LinesTold::MustBeSeen {
            ""
        } else {
            " of low risk"
        };
        let alone = each.is_empty() && by_app.is_none();
        let more = if alone { "line" } else { "more line" };
        out.push_str(&format!("- and {}{what}\n", counted(left, more)));
    }
    out.push('\n');
    out
}

/// What must be seen, counted app by app.
fn apps(must: &[&Bullet<'_>], most: usize) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in must {
        *counts.entry(one.app).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(app, count)| (std::cmp::Reverse(*count), *app));
    let (told, left) = counts.split_at(most.min(counts.len()));
    let line = |(app, count): &(&str, usize)| {
        let lines = counted(*count, "line");
        format!("- {}: {lines} that must be seen\n", escape::code(app))
    };
    let mut out: String = told.iter().map(line).collect();
    if !left.is_empty() {
        let lines: usize = left.iter().map(|(_, count)| count).sum();
        let word = if told.is_empty() { "app" } else { "other app" };
        let (apps, lines) = (counted(left.len(), word), counted(lines, "line"));
        out.push_str(&format!("- {apps}: {lines} that must be seen\n"));
    }
    out
}

/// ``**all users** lose `Mail.Read` of `Microsoft Graph` ``.
fn taken(one: &AccessMove<'_>, share: Share) -> String {
    let (who, loses) = match &one.whom {
        MoveHolders::Everybody { but } if but.is_empty() => ("**all users**".to_owned(), "lose"),
        MoveHolders::Everybody { but } => {
            (format!("**all users** but {}", people(but, "person", share)), "lose")
        }
        MoveHolders::App => ("**the app itself**".to_owned(), "loses"),
        MoveHolders::Some { people, groups } => {
            let loses = if people.len() + groups.len() == 1 { "loses" } else { "lose" };
            (some(people, groups, share), loses)
        }
    };
    format!("{}: {who} {loses} {}", escape::code(one.app), permissions(one))
}

/// ``**[HIGH]** `crm`: `Mail.Read` of `Microsoft Graph` for 3 people: ...``.
fn given(one: &AccessMove<'_>, share: Share) -> String {
    let tier = one.tier.map(tier).unwrap_or_default();
    let whom = match &one.whom {
        MoveHolders::Everybody { but } if but.is_empty() => "**all users**".to_owned(),
        MoveHolders::Everybody { but } => {
            format!("**all users** but {}", people(but, "person", share))
        }
        MoveHolders::App => "**the app itself**".to_owned(),
        MoveHolders::Some { people, groups } => some(people, groups, share),
    };
    format!("{tier}{}: {} for {whom}", escape::code(one.app), permissions(one))
}

/// `**[HIGH]** `; what is less is no cry for attention.
fn tier(tier: Tier) -> String {
    match tier {
        Tier::High | Tier::Critical => format!("**{}** ", risk_label(tier)),
        Tier::Low | Tier::Medium => format!("{} ", risk_label(tier)),
    }
}

fn permissions(one: &AccessMove<'_>) -> String {
    let names = one.names.iter().map(|name| escape::code(name)).collect::<Vec<_>>().join(", ");
    match one.sort {
        PermissionSort::Delegated => format!("{names} of {}", escape::code(&one.resource)),
        PermissionSort::Application => {
            format!("{names} of {} (with nobody signed in)", escape::code(&one.resource))
        }
        PermissionSort::SignIn => format!("sign-in ({names})"),
    }
}

fn some(persons: &[String], groups: &[String], share: Share) -> String {
    let persons = (!persons.is_empty()).then(|| people(persons, "person", share));
    let groups = (!groups.is_empty()).then(|| people(groups, "group", share));
    persons.into_iter().chain(groups).collect::<Vec<_>>().join(" and ")
}

/// ``24 people (`adele`, ..., and 4 more)``; of one the name alone.
fn people(names: &[String], word: &str, share: Share) -> String {
    let number = match (names.len(), word) {
        (many, "person") if many != 1 => format!("{} people", grouped(many)),
        (many, word) => counted(many, word),
    };
    if share.people == 0 {
        return number;
    }
    let told: Vec<String> = names.iter().take(share.people).map(|one| escape::code(one)).collect();
    let left = names.len() - told.len();
    match (&*told, left) {
        ([only], 0) => only.clone(),
        (_, 0) => format!("{number} ({})", told.join(", ")),
        _ => format!("{number} ({}, and {} more)", told.join(", "), grouped(left)),
    }
}

/// A change of what people may do by themselves, or of something that is nobody's access.
fn setting<'p>(change: &'p Change) -> Bullet<'p> {
    let risk = change.risk.as_ref().map(|risk| risk.tier);
    let subject = &change.subject;
    let target = subject.target.as_ref().map(|name| format!(", {}", escape::name(name)));
    let person = subject.person.as_ref().map(|name| format!(", {}", escape::name(name)));
    let fields: Vec<String> = change.fields.iter().map(field).collect();
    let text = format!(
        "{}{}: {} {}{}{}{}{}",
        risk.map(tier).unwrap_or_default(),
        escape::code(&change.address.owner),
        change.verb.word(),
        escape::text(&subject.what),
        target.unwrap_or_default(),
        person.unwrap_or_default(),
        if fields.is_empty() { "" } else { "; " },
        fields.join("; "),
    );
    let must_be_seen = risk >= Some(Tier::High);
    Bullet { app: &change.address.owner, must_be_seen, low: risk == Some(Tier::Low), text }
}

/// ``reviewers: adds `x`, removes `y` ``.
fn field(field: &FieldChange) -> String {
    let FieldChange { name, kept: _, gained, lost } = field;
    let told = |word: &str, names: &[Untrusted]| {
        let names = names.iter().map(escape::name).collect::<Vec<_>>().join(", ");
        (!names.is_empty()).then(|| format!("{word} {names}"))
    };
    let moved: Vec<String> =
        told("adds", gained).into_iter().chain(told("removes", lost)).collect();
    format!("{}: {}", escape::text(name), moved.join(", "))
}
