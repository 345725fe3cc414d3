//! Many pictures at once: one line each, and above that the same change in many places as one. What
//! takes and what is dangerous is listed as long as there is room, and counted by app beyond that: in
//! either form every removal is accounted for.

use crate::model::audience::Audience;
use crate::model::change::{FieldChange, Tier};
use crate::model::untrusted::Untrusted;
use crate::plan::pictures::{Picture, Shape};
use crate::render::block::{crowd_of, items, names, title};
use crate::render::by_app::{self, AppRow};
use crate::render::by_sort::{self, Sort};
use crate::render::lines::{Page, shorten};
use crate::render::style::Ink;

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

pub(crate) fn about(target: Option<&Untrusted>, fields: &[FieldChange]) -> Option<String> {
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
fn must_be_seen(picture: &Picture<'_>) -> bool {
    picture.removes() || picture.tier() >= Some(Tier::High)
}

/// More pictures than lines: what takes and what is dangerous, and the rest.
pub(crate) struct Crowd<'p> {
    seen: Vec<&'p Picture<'p>>,
    apps: Vec<AppRow<'p>>,
    seen_sorts: Vec<Sort<'p>>,
    rest_sorts: Vec<Sort<'p>>,
}

impl<'p> Crowd<'p> {
    pub(crate) fn of(pictures: &'p [Picture<'p>]) -> Self {
        let (seen, rest): (Vec<_>, Vec<_>) =
            pictures.iter().partition(|picture| must_be_seen(picture));
        Self {
            apps: by_app::rows(&seen),
            seen_sorts: by_sort::sorts(&seen),
            rest_sorts: by_sort::sorts(&rest),
            seen,
        }
    }

    /// At most so many lines: each removal and each danger if there is room for that, and otherwise
    /// how many there are in which app, and of which sort.
    pub(crate) fn draw(&self, room: usize) -> Page {
        let mut page = Page::default();
        let rest_title =
            if self.seen.is_empty() { "Changes, by sort" } else { "Other changes, by sort" };
        let rest = if self.rest_sorts.is_empty() { 0 } else { AROUND + 1 };
        if HEAD + self.seen.len() + rest <= room {
            if !self.seen.is_empty() {
                head("Removals and dangerous changes, each", &mut page);
                self.seen.iter().for_each(|one| line(one, Some(one.owner), &mut page));
            }
            let [rest] = shares([&self.rest_sorts], room.saturating_sub(page.len()));
            by_sort::draw(rest_title, &self.rest_sorts, rest, &mut page);
            return page;
        }
        let lists: [&dyn Costly; 3] = [&self.apps, &self.seen_sorts, &self.rest_sorts];
        let [apps, seen, rest] = shares(lists, room);
        by_app::draw(&self.apps, apps, &mut page);
        by_sort::draw("Removals and dangerous changes, by sort", &self.seen_sorts, seen, &mut page);
        by_sort::draw(rest_title, &self.rest_sorts, rest, &mut page);
        page
    }
}

/// A list of which so many rows are drawn as there is room for.
pub(crate) trait Costly {
    /// Lines that this row takes; `None` behind the last one.
    fn cost(&self, row: usize) -> Option<usize>;

    /// Lines between the title and the rows.
    fn around(&self) -> usize {
        0
    }
}

/// How many rows each list has in so many lines: turn by turn as long as there is room, so that none
/// pushes another out.
fn shares<const N: usize>(lists: [&dyn Costly; N], room: usize) -> [usize; N] {
    let drawn = lists.iter().filter(|list| list.cost(0).is_some());
    let mut left = room.saturating_sub(drawn.map(|list| AROUND + list.around()).sum());
    let mut shares = [0; N];
    loop {
        let before = left;
        for (share, list) in shares.iter_mut().zip(lists) {
            if let Some(cost) = list.cost(*share).filter(|cost| *cost <= left) {
                *share += 1;
                left -= cost;
            }
        }
        if left == before {
            return shares;
        }
    }
}

pub(crate) fn head(title: &str, page: &mut Page) {
    page.blank();
    page.line(Ink::Strong, title);
}

/// Lines above a list: a blank one and its title.
const HEAD: usize = 2;
/// And the one below it that counts what is left out.
const AROUND: usize = HEAD + 1;
