//! Many pictures at once: one line each, and above that the same change in many places as one. What
//! takes and what is dangerous is listed as long as there is room, and counted by app beyond that: in
//! either form every removal is accounted for.

use crate::plan::pictures::Picture;
use crate::render::page::Page;
use crate::render::page::shares::{AROUND, head, shares};
use crate::render::plan::by_app::{self, AppRow};
use crate::render::plan::by_sort::{self, SameChange};
use crate::render::plan::entry::{self, Detail, lead, must_be_seen, rows};
use crate::render::plan::marks::Marks;

/// One picture on one line, or on as many as it needs.
pub(crate) fn line(picture: &Picture<'_>, page: &mut Page) {
    let marks = Marks::of(picture);
    let rows = rows(picture, &marks, &lead(picture, None), Detail::Whole);
    entry::draw(picture, &marks, &rows, page);
}

/// More pictures than lines: what takes and what is dangerous, and the rest.
pub(crate) struct Condensed<'p> {
    seen: Vec<&'p Picture<'p>>,
    apps: Vec<AppRow<'p>>,
    rest_sorts: Vec<SameChange<'p>>,
}

impl<'p> Condensed<'p> {
    pub(crate) fn of(pictures: &'p [Picture<'p>]) -> Self {
        let (seen, rest): (Vec<_>, Vec<_>) =
            pictures.iter().partition(|picture| must_be_seen(picture));
        let rest_sorts = by_sort::sorts(&rest, Detail::Short);
        Self { apps: by_app::rows(&seen), rest_sorts, seen }
    }

    /// At most so many lines: each removal and each danger if there is room for that, and otherwise
    /// how many there are in which app, and of which sort.
    pub(crate) fn draw(&self, room: usize) -> Page {
        let rest = if self.rest_sorts.is_empty() { 0 } else { AROUND + 1 };
        let few = self.seen.len() + rest <= room;
        let each = [Detail::Whole, Detail::Short].into_iter().filter(|_| few);
        let each = each.map(|extent| self.each(extent)).find(|page| page.len() + rest <= room);
        let title =
            if self.seen.is_empty() { "Changes, by sort" } else { "Other changes, by sort" };
        if let Some(mut page) = each {
            let [rest] = shares([&self.rest_sorts], room.saturating_sub(page.len()));
            by_sort::draw(title, &self.rest_sorts, rest, &mut page);
            return page;
        }
        let mut page = Page::default();
        let mut sorts = by_sort::sorts(&self.seen, Detail::Whole);
        let [mut apps, mut seen, mut rest] = shares([&self.apps, &sorts, &self.rest_sorts], room);
        if seen < sorts.len() {
            sorts = by_sort::sorts(&self.seen, Detail::Short);
            [apps, seen, rest] = shares([&self.apps, &sorts, &self.rest_sorts], room);
        }
        by_app::draw(&self.apps, apps, &mut page);
        by_sort::draw("Removals and dangerous changes, by sort", &sorts, seen, &mut page);
        by_sort::draw(title, &self.rest_sorts, rest, &mut page);
        page
    }

    /// What must be seen, one after the other.
    fn each(&self, extent: Detail) -> Page {
        let mut page = Page::default();
        if !self.seen.is_empty() {
            head("Removals and dangerous changes, each", &mut page);
        }
        for one in &self.seen {
            let marks = Marks::of(one);
            let rows = rows(one, &marks, &lead(one, Some(one.owner)), extent);
            entry::draw(one, &marks, &rows, &mut page);
        }
        page
    }
}
