//! One picture in a list of many: a line, and below it what that line has no room for, where a person has
//! to see it. Text is never cut inside a list of permissions: what is left out is counted.

use std::collections::BTreeSet;

use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Verb};
use crate::model::risk::{Reason, Tier};
use crate::model::untrusted::Untrusted;
use crate::plan::outage::CutOff;
use crate::plan::pictures::{Form, Picture};
use crate::render::change::names;
use crate::render::page::style::Ink;
use crate::render::page::{
    COLUMNS, Flow, Page, called, counted, has_comma, in_full, is_sentence, shorten, wrap,
};
use crate::render::plan::block::{crowd_of, room, title};
use crate::render::plan::body::{BODY, items};
use crate::render::plan::marks::Marks;

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
/// Lines of a short entry, if what may not be left out does not need more.
const SHORT: usize = 2;
/// No condition of the service is longer; what is was made to be long.
const LONGEST: usize = 4_000;

/// Whether a picture must be seen by itself: what is dangerous to give, and what cuts off all users or an
/// app. People who are cut off are counted, app by app.
pub(crate) fn must_be_seen(picture: &Picture<'_>) -> bool {
    let outage = picture.outage();
    let wide = outage.is_some_and(|outage| outage.who() != CutOff::People);
    wide || picture.tier() >= Some(Tier::High)
}

/// Draws what [`rows`] made.
pub(crate) fn draw(picture: &Picture<'_>, marks: &Marks, rows: &[String], page: &mut Page) {
    let Some((first, below)) = rows.split_first() else { return };
    title(page, picture, marks, first);
    for row in below {
        page.line(Ink::Plain, &format!("{BODY}  {row}"));
    }
}

/// `crm: delegated, 3 users`. One or two people are named.
pub(crate) fn lead(picture: &Picture<'_>, owner: Option<&str>) -> String {
    let owner = owner.map(|label| format!("{}: ", in_full(label))).unwrap_or_default();
    let groups = picture.groups();
    let Some(lead) = groups.first().map(|group| group.lead) else { return owner };
    let crowd = match &picture.shape {
        Form::Alone(group) => match (lead.subject.audience, group.members.len()) {
            (Audience::One(_) | Audience::Group(_), 1 | 2) => {
                let names: Vec<String> =
                    names(&group.members).iter().map(|name| in_full(name)).collect();
                Some(names.join(" and "))
            }
            // The mark of the title names them.
            (Audience::Everyone, _) if group.outage.is_some() => None,
            _ => crowd_of(std::slice::from_ref(group)),
        },
        Form::Replacement { given, taken, .. } => {
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
pub(crate) fn rows(
    picture: &Picture<'_>,
    marks: &Marks,
    lead: &str,
    extent: Detail,
) -> Vec<String> {
    let told = EntryText::of(picture);
    let room = room(picture, marks);
    let seen = must_be_seen(picture);
    // Of what is critical the reasons name only that: what else is in it may be high.
    let critical = picture.tier() == Some(Tier::Critical);
    let listed = if critical { Detail::Whole } else { extent };
    match &*told.fields {
        [] => told.flowing(lead, &[], None, room),
        [(_, items)] if !told.has_sentences() => {
            let items = told.labelled(items);
            let all = told.flowing(lead, &items, None, room);
            match (all.len(), seen) {
                (1, _) => all,
                (_, true) => told.listed(all, lead, &items, room, listed),
                (_, false) if items.len() == 1 || extent == Detail::Whole => all,
                (_, false) => told.counted(lead, &items, room),
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
            told.flowing(lead, &names.collect::<Vec<_>>(), None, room)
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
            Form::Replacement { moved, .. } => {
                let name = first.and_then(|lead| lead.fields.first());
                let items = signs(&moved.gets, &moved.loses);
                name.map(|field| (field.name.clone(), items)).into_iter().collect()
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
            target: first.and_then(|lead| Some(called(lead.subject.target.as_ref()?.raw()))),
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
            *first = format!("{}: {first}", in_full(name));
        }
        items
    }

    /// `lead, target / items`, all of it, on as many lines as it needs.
    fn flowing(
        &self,
        lead: &str,
        items: &[String],
        more: Option<&str>,
        room: usize,
    ) -> Vec<String> {
        let mut flow = Flow::new(room, BELOW);
        let goes_on = !items.is_empty() || more.is_some();
        let (text, end) = match (&self.target, goes_on) {
            // The stroke stays with the word before it.
            (Some(target), true) => (format!("{lead}, {}", in_full(target)), " /"),
            (Some(target), false) => (format!("{lead}, {}", in_full(target)), ""),
            (None, true) => (lead.to_owned(), ","),
            (None, false) => (lead.to_owned(), ""),
        };
        flow.words(&text, end);
        for (at, item) in items.iter().enumerate() {
            let comma = if at + 1 < items.len() { "," } else { "" };
            flow.push(&format!("{}{comma}", in_full(item)));
        }
        more.into_iter().for_each(|more| flow.push(more));
        flow.into_rows()
    }

    /// `2 more permissions`.
    fn more(&self, count: usize) -> String {
        counted(count, &format!("more {}", self.word))
    }

    /// As many items as fit one line, and how many more there are.
    fn counted(&self, lead: &str, items: &[String], room: usize) -> Vec<String> {
        let row = |count: usize| {
            let more = match count {
                0 => counted(items.len(), self.word),
                _ => format!("and {} more", items.len() - count),
            };
            self.flowing(lead, items.get(..count).unwrap_or_default(), Some(&more), room)
        };
        let fits = |rows: &Vec<String>| rows.len() == 1;
        (1..items.len()).map(row).take_while(fits).last().unwrap_or_else(|| row(0))
    }

    /// All of it over several lines; short: what may not be left out, and what fits beside it.
    fn listed(
        &self,
        all: Vec<String>,
        lead: &str,
        items: &[String],
        room: usize,
        extent: Detail,
    ) -> Vec<String> {
        if extent == Detail::Whole || all.len() <= SHORT || self.worst == items.len() {
            return all;
        }
        let short = |count: usize| {
            let more = format!("and {} (--full)", self.more(items.len() - count));
            self.flowing(lead, items.get(..count).unwrap_or_default(), Some(&more), room)
        };
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
        let mut rows = self.flowing(lead, &[], None, room);
        let mut left = 0;
        for (name, item) in
            fields.iter().flat_map(|(name, items)| items.iter().map(move |i| (name, i)))
        {
            let item = shorten(item, LONGEST);
            let mut told = wrap(&format!("{}: {item}", in_full(name)), BELOW - 2);
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
