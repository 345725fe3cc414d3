//! One picture in a list of many: a line, and below it what that line has no room for, where a person has
//! to see it. Text is never cut inside a list of permissions: what is left out is counted.

use std::collections::BTreeSet;

use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Verb};
use crate::model::risk::{Reason, Tier};
use crate::model::untrusted::Untrusted;
use crate::plan::pictures::{Form, Picture};
use crate::render::change::names;
use crate::render::page::style::Ink;
use crate::render::page::{COLUMNS, Page, counted, has_comma, is_sentence, shorten, width, wrap};
use crate::render::plan::block::{crowd_of, room, title};
use crate::render::plan::body::{BODY, items};

/// How much of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// All of what must be seen.
    Whole,
    /// Of what must be seen: each permission that makes the risk, and of the others what fits.
    Short,
}

/// Columns below the title.
const BELOW: usize = COLUMNS - BODY.len() - 2;
/// What a name keeps at least when it gives room to permissions.
const STUMP: usize = 9;
/// Lines of a short entry, if what may not be left out does not need more.
const SHORT: usize = 2;
/// No name or condition of the service is longer; what is was made to be long.
const LONGEST: usize = 4_000;

/// Whether a picture must be seen by itself, with everything in it.
pub(crate) fn must_be_seen(picture: &Picture<'_>) -> bool {
    picture.removes() || picture.tier() >= Some(Tier::High)
}

/// Draws what [`rows`] made.
pub(crate) fn draw(picture: &Picture<'_>, rows: &[String], page: &mut Page) {
    let Some((first, below)) = rows.split_first() else { return };
    title(page, picture, first);
    for row in below {
        page.line(Ink::Plain, &format!("{BODY}  {row}"));
    }
}

/// `crm: delegated, 3 users`. One or two people are named.
pub(crate) fn lead(picture: &Picture<'_>, owner: Option<&str>) -> String {
    let owner = owner.map(|label| format!("{}: ", shorten(label, 20))).unwrap_or_default();
    let groups = picture.groups();
    let Some(lead) = groups.first().map(|group| group.lead) else { return owner };
    let crowd = match &picture.shape {
        Form::Alone(group) => match (lead.subject.audience, group.members.len()) {
            (Audience::One(_) | Audience::Group(_), count @ (1 | 2)) => {
                let names = names(&group.members);
                let short = names.iter().map(|name| shorten(name, 48 / count));
                Some(short.collect::<Vec<_>>().join(" and "))
            }
            _ => crowd_of(std::slice::from_ref(group)),
        },
        Form::Replacement { given, taken } => {
            crowd_of(taken).zip(crowd_of(given)).map(|(from, to)| format!("{from} -> {to}"))
        }
    };
    let crowd = crowd.map(|crowd| format!(", {crowd}")).unwrap_or_default();
    format!("{owner}{}{crowd}", lead.subject.what)
}

/// What a picture is about, and what of it comes or goes.
struct EntryText {
    target: Option<String>,
    fields: Vec<(String, Vec<String>)>,
    /// So many of the first field's items, which are the first ones, make the risk.
    worst: usize,
    /// `permission`, where they are.
    word: &'static str,
    /// A setting that is there and changes: without the name of what does, nobody knows what it says.
    setting: bool,
}

/// Everything in one text, to compare by.
pub(crate) fn whole(picture: &Picture<'_>) -> String {
    let EntryText { target, fields, .. } = EntryText::of(picture);
    let fields = fields.iter().map(|(name, items)| format!("{name}: {}", items.join(", ")));
    format!("{}\n{}", target.unwrap_or_default(), fields.collect::<Vec<_>>().join("\n"))
}

/// The texts of its lines: the first stands in the title, the others below it.
pub(crate) fn rows(picture: &Picture<'_>, lead: &str, extent: Detail) -> Vec<String> {
    let told = EntryText::of(picture);
    let room = room(picture);
    let seen = must_be_seen(picture);
    // Of what is critical the reasons name only that: what else is in it may be high.
    let critical = picture.tier() == Some(Tier::Critical);
    let listed = if critical { Detail::Whole } else { extent };
    match &*told.fields {
        [] => vec![told.head(lead, room)],
        [(_, items)] if !told.has_sentences() => {
            let items = told.labelled(items);
            let short = || told.with_short_names(picture, lead, &items, room);
            let one = told.on_one_line(lead, &items, room);
            match one.or_else(|| short().filter(|_| extent == Detail::Short)) {
                Some(row) => vec![row],
                None if seen => told.listed(lead, &items, room, listed),
                None => vec![told.counted(lead, &items, room)],
            }
        }
        fields if seen => {
            let all = listed == Detail::Whole || picture.tier() >= Some(Tier::High);
            told.sentences(lead, fields, room, if all { usize::MAX } else { SHORT })
        }
        fields => {
            let names = fields.iter().map(|(name, items)| match items.len() {
                1 => name.clone(),
                many => format!("{name} ({many})"),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            vec![shorten(&told.before(lead, &names), room)]
        }
    }
}

impl EntryText {
    fn of(picture: &Picture<'_>) -> Self {
        let groups = picture.groups();
        let first = groups.first().map(|group| group.lead);
        let reasons = groups.iter().filter_map(|group| group.lead.risk.as_ref());
        let reasons = reasons.flat_map(|risk| &risk.reasons);
        let worst: BTreeSet<&str> =
            reasons.flat_map(Reason::permissions).map(String::as_str).collect();
        let mut fields: Vec<(String, Vec<Moved>)> = match &picture.shape {
            Form::Alone(group) => {
                let signed = group.lead.verb == Verb::Set;
                group.fields.iter().map(|field| moved(field, signed)).collect()
            }
            Form::Replacement { .. } => {
                let moved = groups.iter().map(|group| group.lead);
                exchanged(moved.flat_map(|change| change.fields.iter()))
            }
        };
        let risky = |item: &Moved| worst.contains(item.name.as_str());
        let count = fields.first_mut().map(|(_, items)| {
            items.sort_by_key(|item| !risky(item));
            items.iter().filter(|item| risky(item)).count()
        });
        let told = |(name, items): (String, Vec<Moved>)| {
            (name, items.into_iter().map(Moved::told).collect())
        };
        let changes = |verb| matches!(verb, Verb::Widen | Verb::Narrow | Verb::Set);
        Self {
            setting: first.is_some_and(|lead| {
                lead.subject.audience == Audience::Tenant && changes(lead.verb)
            }),
            target: first.and_then(|lead| Some(lead.subject.target.as_ref()?.shown())),
            fields: fields.into_iter().map(told).collect(),
            worst: count.unwrap_or_default(),
            word: match first {
                Some(lead) if lead.subject.audience != Audience::Tenant => "permission",
                Some(lead) if lead.consented().next().is_some() => "permission",
                _ => "item",
            },
        }
    }

    /// Items that cannot stand in one line with commas between them.
    fn has_sentences(&self) -> bool {
        let alone = matches!(&*self.fields, [(_, items)] if items.len() == 1);
        let mut items = self.fields.iter().flat_map(|(_, items)| items);
        items.any(|item| has_comma(item) || (!alone && is_sentence(item)))
    }

    /// `class: +low, -none`, for a setting.
    fn labelled(&self, items: &[String]) -> Vec<String> {
        let mut items = items.to_vec();
        if let (Some(first), Some((name, _)), true) =
            (items.first_mut(), self.fields.first(), self.setting)
        {
            *first = format!("{}: {first}", shorten(name, 40));
        }
        items
    }

    /// `lead, target`.
    fn head(&self, lead: &str, room: usize) -> String {
        let Some(target) = &self.target else { return shorten(lead, room) };
        let left = room.saturating_sub(width(lead) + 2).max(STUMP);
        shorten(&format!("{lead}, {}", shorten(target, left)), room)
    }

    /// `lead, target / text`.
    fn before(&self, lead: &str, text: &str) -> String {
        match &self.target {
            Some(target) => format!("{lead}, {} / {text}", shorten(target, 24)),
            None => format!("{lead}, {text}"),
        }
    }

    /// All of it, if only the target's name has to be shortened for that.
    fn on_one_line(&self, lead: &str, items: &[String], room: usize) -> Option<String> {
        let items = items.join(", ");
        let Some(target) = &self.target else {
            let row = format!("{lead}, {items}");
            return (width(&row) <= room).then_some(row);
        };
        let left = room.checked_sub(width(lead) + width(&items) + 5)?;
        (width(target) <= left || left >= STUMP)
            .then(|| format!("{lead}, {} / {items}", shorten(target, left)))
    }

    /// The same with the names of people shortened too; a word for a crowd never is.
    fn with_short_names(
        &self,
        picture: &Picture<'_>,
        lead: &str,
        items: &[String],
        room: usize,
    ) -> Option<String> {
        let Form::Alone(group) = &picture.shape else { return None };
        let people = matches!(group.lead.subject.audience, Audience::One(_) | Audience::Group(_));
        let left = room.checked_sub(width(&items.join(", ")) + STUMP + 5)?;
        (people && group.members.len() <= 2 && left >= 30)
            .then(|| self.on_one_line(&shorten(lead, left), items, room))?
    }

    /// `2 more permissions`.
    fn more(&self, count: usize) -> String {
        counted(count, &format!("more {}", self.word))
    }

    /// What fits one line, and how many more there are.
    fn counted(&self, lead: &str, items: &[String], room: usize) -> String {
        let before = match &self.target {
            Some(target) => {
                let left = room.saturating_sub(width(lead) + 40).clamp(STUMP, 24);
                format!("{lead}, {} / ", shorten(target, left))
            }
            None => format!("{lead}, "),
        };
        let row = |count: usize| {
            let more = items.len() - count;
            match count {
                0 => self.before(lead, &counted(more, self.word)),
                _ => format!("{before}{} and {more} more", joined(items, count)),
            }
        };
        let fit = (1..items.len()).take_while(|count| width(&row(*count)) <= room).last();
        match (items, fit) {
            ([only], _) if width(&before) + 20 <= room => {
                format!("{before}{}", shorten(only, room - width(&before)))
            }
            (_, fit) => shorten(&row(fit.unwrap_or_default()), room),
        }
    }

    /// All of it over several lines; short: what may not be left out, and what fits beside it.
    fn listed(&self, lead: &str, items: &[String], room: usize, extent: Detail) -> Vec<String> {
        let sign = if self.target.is_some() { " /" } else { ":" };
        let head = format!("{}{sign}", self.head(lead, room - sign.len()));
        let all = filled(head.clone(), items.iter(), None, room);
        if extent == Detail::Whole || all.len() <= SHORT {
            return all;
        }
        let short = |count: usize| {
            let more = format!("and {} (--full)", self.more(items.len() - count));
            filled(head.clone(), items.iter().take(count), Some(&more), room)
        };
        if self.worst == items.len() {
            return all;
        }
        let least = short(self.worst);
        let most = least.len().max(SHORT);
        let more = (self.worst + 1..items.len()).map(short).take_while(|rows| rows.len() <= most);
        more.last().unwrap_or(least)
    }

    /// Each item behind the name of its field, on lines of its own.
    fn sentences(
        &self,
        lead: &str,
        fields: &[(String, Vec<String>)],
        room: usize,
        most: usize,
    ) -> Vec<String> {
        let mut rows = vec![self.head(lead, room)];
        let mut left = 0;
        for (name, item) in
            fields.iter().flat_map(|(name, items)| items.iter().map(move |i| (name, i)))
        {
            let item = shorten(item, LONGEST);
            let mut told = wrap(&format!("{}: {item}", shorten(name, 40)), BELOW - 2);
            told.iter_mut().skip(1).for_each(|row| row.insert_str(0, "  "));
            if left > 0 || rows.len() + told.len() > most {
                left += 1;
            } else {
                rows.append(&mut told);
            }
        }
        if left > 0 {
            rows.push(format!("and {} (--full)", self.more(left)));
        }
        rows
    }
}

/// Items behind a head, with commas between them, and no item cut.
fn filled<'i>(
    head: String,
    items: impl ExactSizeIterator<Item = &'i String>,
    more: Option<&str>,
    room: usize,
) -> Vec<String> {
    let mut rows = vec![head];
    let mut push = |text: &str| {
        let limit = if rows.len() == 1 { room } else { BELOW };
        match rows.last_mut() {
            Some(row) if width(row) + 1 + width(text) <= limit => {
                row.push(' ');
                row.push_str(text);
            }
            _ => rows.extend(wrap(text, BELOW)),
        }
    };
    let last = items.len();
    for (at, item) in items.enumerate() {
        let comma = if at + 1 < last { "," } else { "" };
        push(&format!("{}{comma}", shorten(item, LONGEST)));
    }
    more.into_iter().for_each(push);
    rows
}

fn joined(items: &[String], count: usize) -> String {
    items.iter().take(count).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// One item of a field.
struct Moved {
    name: String,
    /// Stands before it where some come and others go.
    sign: &'static str,
}

impl Moved {
    fn told(self) -> String {
        format!("{}{}", self.sign, self.name)
    }
}

/// What a field gains and loses; for an object that comes or goes, all it holds.
fn moved(field: &FieldChange, signed: bool) -> (String, Vec<Moved>) {
    let FieldChange { name, kept: _, gained, lost } = field;
    let items = if signed || !(gained.is_empty() || lost.is_empty()) {
        signs(gained, lost)
    } else {
        let items = items(&FieldChange { kept: Vec::new(), ..field.clone() });
        items.into_iter().map(|name| Moved { name, sign: "" }).collect()
    };
    (name.clone(), items)
}

fn signs<'a>(
    gained: impl IntoIterator<Item = &'a Untrusted>,
    lost: impl IntoIterator<Item = &'a Untrusted>,
) -> Vec<Moved> {
    let with = |sign| move |name: &Untrusted| Moved { name: name.shown(), sign };
    gained.into_iter().map(with("+")).chain(lost.into_iter().map(with("-"))).collect()
}

/// What some lose and others get: without signs where it is the same.
fn exchanged<'a>(fields: impl Iterator<Item = &'a FieldChange>) -> Vec<(String, Vec<Moved>)> {
    let (mut gained, mut lost) = (BTreeSet::new(), BTreeSet::new());
    let mut name = None;
    for field in fields {
        name.get_or_insert(&field.name);
        gained.extend(&field.gained);
        lost.extend(&field.lost);
    }
    let items = if gained == lost {
        gained.into_iter().map(|name| Moved { name: name.shown(), sign: "" }).collect()
    } else {
        signs(gained, lost)
    };
    name.map(|name| (name.clone(), items)).into_iter().collect()
}
