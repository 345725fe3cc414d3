//! One picture in full: a title, what it is about, whom it concerns, and why.

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, ChangeTag, capture_diff_slices};

use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Verb, Why};
use crate::model::risk::{Reason, Tier, sentence};
use crate::plan::Plan;
use crate::plan::pictures::{Alike, Form, Picture};
use crate::render::change::names;
use crate::render::page::style::{Ink, verb_ink};
use crate::render::page::{Depth, PROSE, Page, called, counted, grouped, has_comma, width, wrap};
use crate::render::plan::body::{BODY, Fullness, SETS, about, items, sorted, whole};
use crate::render::plan::marks::Marks;
use crate::render::plan::replacement;

/// Where the reasons of a picture stand already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasonsTold {
    Not,
    /// At the head of the app: they are those of all its pictures.
    AtTheHead,
    /// At the picture before.
    Above,
}

/// Draws one picture.
pub(crate) fn draw(
    plan: &Plan,
    picture: &Picture<'_>,
    full: Fullness,
    told: ReasonsTold,
    page: &mut Page,
) {
    title(page, picture, &Marks::of(picture), &headline(picture));
    match &picture.shape {
        Form::Alone(group) => {
            alone(group, full, page);
            replacement::others(plan, group, full, page);
        }
        Form::Replacement { given, taken, .. } => {
            replacement::draw(plan, picture.verb, given, taken, full, page);
        }
    }
    notes(picture, full, page);
    match told {
        ReasonsTold::Not => why(picture, full, page),
        ReasonsTold::AtTheHead => {}
        ReasonsTold::Above => page.line(Ink::Plain, &format!("{BODY}why: as above")),
    }
}

/// Sign, word, the text given, and the marks at their columns.
pub(crate) fn title(page: &mut Page, picture: &Picture<'_>, marks: &Marks, text: &str) {
    let word = word(picture);
    let mut rows = wrap(text, room(picture, marks)).into_iter();
    let text = rows.next().unwrap_or_default();
    let used = width(&word) + width(&text);
    let mut pieces = vec![(verb_ink(picture.verb), word), (Ink::Plain, text)];
    pieces.extend(marks.pieces(used));
    page.pieces(pieces);
    rows.for_each(|row| page.line(Ink::Plain, &format!("{BODY}{row}")));
}

fn word(picture: &Picture<'_>) -> String {
    format!("  {} {:<8} ", picture.verb.sign(), picture.verb.word())
}

/// Columns of a title's text.
pub(crate) fn room(picture: &Picture<'_>, marks: &Marks) -> usize {
    marks.begin() - width(&word(picture))
}

/// `delegated, all users -> 3 users`.
fn headline(picture: &Picture<'_>) -> String {
    match &picture.shape {
        Form::Alone(group) => {
            let what = &group.lead.subject.what;
            let listed = group.listed().map(|(count, name)| format!("{count} {name}"));
            crowd_of(std::slice::from_ref(group))
                .or(listed)
                .map_or_else(|| what.clone(), |crowd| format!("{what}, {crowd}"))
        }
        Form::Replacement { given, taken, .. } => {
            let what = given.first().map_or("", |group| group.lead.subject.what.as_str());
            let from = crowd_of(taken).unwrap_or_default();
            format!("{what}, {from} -> {}", crowd_of(given).unwrap_or_default())
        }
    }
}

/// `all users`, `3 users`; `None` for settings.
pub(crate) fn crowd_of(groups: &[Alike<'_>]) -> Option<String> {
    match groups.first()?.lead.subject.audience {
        Audience::Everyone => Some("all users".to_owned()),
        Audience::One(_) => Some(counted(members(groups), "user")),
        Audience::Group(_) => Some(counted(members(groups), "group")),
        Audience::Tenant => None,
    }
}

fn members(groups: &[Alike<'_>]) -> usize {
    groups.iter().map(|group| group.members.len()).sum()
}

fn alone(group: &Alike<'_>, full: Fullness, page: &mut Page) {
    let lead = group.lead;
    if group.is_mixed() {
        sets(group, full, page);
        return;
    }
    if matches!(lead.verb, Verb::Widen | Verb::Narrow | Verb::Set) {
        if let Some(target) = &lead.subject.target {
            page.name(BODY, &called(target.raw()), PROSE);
        }
        for field in &lead.fields {
            if let Some(line) = one_value(field) {
                page.line(Ink::Change, &line);
                continue;
            }
            if lead.fields.len() > 1 || lead.subject.audience == Audience::Tenant {
                page.wrapped(Ink::Plain, BODY, &format!("{}:", field.name), PROSE);
            }
            difference(field, full, page);
        }
    } else {
        about(lead.verb, lead.subject.target.as_ref(), &group.fields, page);
    }
    if lead.subject.person.is_some() || matches!(lead.subject.audience, Audience::One(_)) {
        people(lead.verb, &group.members, full, page);
    }
}

/// Grants of the same sort to single users: a row for each set of permissions, and who has it.
fn sets(group: &Alike<'_>, full: Fullness, page: &mut Page) {
    let lead = group.lead;
    if let Some(target) = &lead.subject.target {
        page.name(BODY, &called(target.raw()), PROSE);
    }
    let sets = group.sets();
    let dangerous = |members: &[&Change]| {
        let tiers = members.iter().filter_map(|one| one.risk.as_ref().map(|risk| risk.tier));
        tiers.max() >= Some(Tier::High)
    };
    let must = sets.iter().take_while(|(_, members)| dangerous(members)).count();
    let limit = full.limit(must.max(SETS));
    for (fields, members) in sets.iter().take(limit) {
        people(lead.verb, members, full, page);
        let items: Vec<String> = fields.iter().flat_map(items).collect();
        page.list(Ink::Plain, &format!("{BODY}      "), &items, Depth::All);
    }
    let left: usize = sets.iter().skip(limit).map(|(_, members)| members.len()).sum();
    if left > 0 {
        let more = format!("{} of {}", counted(left, "more user"), "other permissions");
        let sign = lead.verb.sign();
        page.line(Ink::Plain, &format!("{BODY}  {sign} {more} (--full lists all)"));
    }
}

/// `users may ask for consent: no -> yes`, where that is one short line.
fn one_value(field: &FieldChange) -> Option<String> {
    let FieldChange { name, kept, gained, lost } = field;
    let ([before], [after], []) = (&**lost, &**gained, &**kept) else { return None };
    let line = format!("{BODY}{name}: {} -> {}", before.shown(), after.shown());
    (width(&line) <= PROSE).then_some(line)
}

/// The list before and after, line by line: what stays is only named.
fn difference(field: &FieldChange, full: Fullness, page: &mut Page) {
    let before = sorted(field.kept.iter().chain(&field.lost));
    let after = sorted(field.kept.iter().chain(&field.gained));
    let mut same = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        for change in op.iter_changes(&before, &after) {
            let item = change.value();
            match change.tag() {
                ChangeTag::Equal => same.push(item),
                ChangeTag::Delete => whole(Ink::Take, &format!("{BODY}  - "), &item, page),
                ChangeTag::Insert => whole(Ink::Give, &format!("{BODY}  + "), &item, page),
            }
        }
    }
    if same.iter().any(|item| has_comma(item)) {
        let limit = full.limit(6);
        let lead = format!("{BODY}  = ");
        same.iter().take(limit).for_each(|item| whole(Ink::Plain, &lead, item, page));
        if same.len() > limit {
            let more = grouped(same.len() - limit);
            page.line(Ink::Plain, &format!("{lead}{more} more (--full lists all)"));
        }
    } else if !same.is_empty() {
        page.list(Ink::Plain, &format!("{BODY}    kept: "), &same, full.depth());
    }
}

/// The names of the people concerned, sorted; an id where no name was looked up.
fn people(verb: Verb, members: &[&Change], full: Fullness, page: &mut Page) {
    let lead = format!("{BODY}  {} ", verb.sign());
    page.list(verb_ink(verb), &lead, &names(members), full.depth());
}

/// Notes of the changes, and why the risk is what it is where that is worth a line.
fn notes(picture: &Picture<'_>, full: Fullness, page: &mut Page) {
    let limit = full.limit(4);
    let groups = picture.groups();
    let members = groups.iter().flat_map(|group| group.members.iter());
    let notes: BTreeSet<&str> =
        members.flat_map(|change| change.notes.iter().map(String::as_str)).collect();
    for note in notes.iter().take(limit) {
        page.wrapped(Ink::Plain, &format!("{BODY}note: "), note, PROSE);
    }
    if notes.len() > limit {
        let more = format!("and {} (--full lists all)", counted(notes.len() - limit, "more note"));
        page.wrapped(Ink::Plain, BODY, &more, PROSE);
    }
    let rated = groups.iter().flat_map(|group| match group.listed() {
        None if !group.is_mixed() => std::slice::from_ref(&group.lead),
        _ => &group.members[..],
    });
    let risks = rated.filter_map(|change| change.risk.as_ref());
    let worth = risks.filter(|risk| {
        full == Fullness::Full || risk.tier >= Tier::High || risk.reasons.iter().any(Reason::moves)
    });
    let worth = gathered(worth.flat_map(|risk| &risk.reasons));
    let limit = full.limit(6);
    for reason in worth.iter().take(limit) {
        page.wrapped(Ink::Plain, &format!("{BODY}risk: "), reason, PROSE);
    }
    if worth.len() > limit {
        let more = counted(worth.len() - limit, "more reason");
        page.wrapped(Ink::Plain, BODY, &format!("and {more} (--full lists all)"), PROSE);
    }
}

/// Reasons that say the same of other names, as one: `P304: reads, with nobody signed in (Group.Read.All,
/// User.Read.All)`.
fn gathered<'r>(reasons: impl Iterator<Item = &'r Reason>) -> Vec<String> {
    // Each once, in the order of the sentences.
    let reasons: BTreeMap<String, &Reason> =
        reasons.map(|reason| (reason.to_string(), reason)).collect();
    let mut of: Vec<(&Reason, Vec<String>)> = Vec::new();
    for reason in reasons.into_values() {
        match of.last_mut() {
            Some((said, names)) if (said.rule, &said.says) == (reason.rule, &reason.says) => {
                names.extend_from_slice(reason.permissions());
            }
            _ => of.push((reason, reason.permissions().to_vec())),
        }
    }
    of.iter().map(|(said, names)| sentence(said.rule, &said.says, names)).collect()
}

/// Why it is planned, each reason once.
pub(crate) fn reasons(picture: &Picture<'_>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let groups = picture.groups();
    let sentences = groups.iter().flat_map(|group| &group.lead.why).map(because);
    sentences.filter(|sentence| seen.insert(sentence.clone())).collect()
}

/// `why: consent.toml:14, FLOW-118 task sync (workplace@contoso.com, until 2027-06-30)`.
fn why(picture: &Picture<'_>, full: Fullness, page: &mut Page) {
    let limit = full.limit(6);
    let told = reasons(picture);
    for (at, sentence) in told.iter().take(limit).enumerate() {
        let lead = if at == 0 { "why: " } else { "     " };
        let lead = format!("{BODY}{lead}");
        page.wrapped_within(Ink::Plain, &lead, sentence, PROSE, full.prose());
    }
    if told.len() > limit {
        let more = format!("and {} (--full lists all)", counted(told.len() - limit, "more line"));
        page.wrapped(Ink::Plain, &format!("{BODY}     "), &more, PROSE);
    }
}

fn because(why: &Why) -> String {
    let Why { line, reason, owner, until, at: _ } = why;
    let mut text = line.clone();
    if let Some(reason) = reason {
        text.push_str(", ");
        text.push_str(reason);
    }
    let until = until.as_ref().map(|date| format!("until {date}"));
    let who: Vec<String> = owner.iter().cloned().chain(until).collect();
    if !who.is_empty() {
        text.push_str(&format!(" ({})", who.join(", ")));
    }
    text
}
