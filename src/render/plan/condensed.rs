//! Many pictures at once: one line each, and above that a table by app, each of what must be seen, and the
//! same change in many places as one. Whatever there is no room for is counted.

use crate::plan::pictures::Picture;
use crate::render::page::Page;
use crate::render::page::shares::{AROUND, head, shares};
use crate::render::plan::by_app::{self, AppRow};
use crate::render::plan::by_sort::{self, SameChange};
use crate::render::plan::entry::{self, Detail, lead, must_be_seen, rows};
use crate::render::plan::marks::Marks;

/// So many dangerous or wide changes are told each.
const EACH: usize = 200;

/// Apps that the table tells at least, where there are so many.
const APPS: usize = 5;

/// One picture on one line, or on as many as it needs.
pub(crate) fn line(picture: &Picture<'_>, page: &mut Page) {
    let marks = Marks::of(picture);
    let rows = rows(picture, &marks, &lead(picture, None), Detail::Whole);
    entry::draw(picture, &marks, &rows, page);
}

/// More pictures than lines: by app, what must be seen, and the rest.
pub(crate) struct Condensed<'p> {
    apps: Vec<AppRow>,
    /// What matters most first, whatever app it is of.
    seen: Vec<&'p Picture<'p>>,
    rest_sorts: Vec<SameChange<'p>>,
}

impl<'p> Condensed<'p> {
    pub(crate) fn of(pictures: &'p [Picture<'p>]) -> Self {
        let (mut seen, rest): (Vec<_>, Vec<_>) =
            pictures.iter().partition(|picture| must_be_seen(picture));
        seen.sort_by_cached_key(|picture| picture.weight());
        let rest_sorts = by_sort::sorts(&rest, Detail::Short);
        Self { apps: by_app::rows(pictures), seen, rest_sorts }
    }

    /// At most so many lines, but for what must be seen: that is told each, on more than a page if it has to be,
    /// unless there is so much of it that nobody would read it.
    pub(crate) fn draw(&self, room: usize) -> Page {
        let apps = AROUND + 1 + self.apps.len().min(APPS);
        let rest = if self.rest_sorts.is_empty() { 0 } else { AROUND + 1 };
        let few = self.seen.len() <= EACH;
        let each = [Detail::Whole, Detail::Short].map(|extent| few.then(|| self.each(extent)));
        let [whole, short] = each;
        let fits = |each: &Page| each.len() + apps + rest <= room;
        let mut page = Page::default();
        if let Some(each) = whole.filter(fits).or(short) {
            let left = room.saturating_sub(each.len()).max(apps + rest);
            let [apps, rest] = shares([&self.apps, &self.rest_sorts], left);
            by_app::draw(&self.apps, apps, &mut page);
            page.append(each);
            self.rest(rest, &mut page);
            return page;
        }
        let mut sorts = by_sort::sorts(&self.seen, Detail::Whole);
        let [mut apps, mut seen, mut rest] = shares([&self.apps, &sorts, &self.rest_sorts], room);
        if seen < sorts.len() {
            sorts = by_sort::sorts(&self.seen, Detail::Short);
            [apps, seen, rest] = shares([&self.apps, &sorts, &self.rest_sorts], room);
        }
        by_app::draw(&self.apps, apps, &mut page);
        by_sort::draw("Dangerous or cutting off many, by sort", &sorts, seen, &mut page);
        self.rest(rest, &mut page);
        page
    }

    fn rest(&self, rows: usize, page: &mut Page) {
        let title =
            if self.seen.is_empty() { "Changes, by sort" } else { "Other changes, by sort" };
        by_sort::draw(title, &self.rest_sorts, rows, page);
    }

    /// What must be seen, one after the other.
    fn each(&self, extent: Detail) -> Page {
        let mut page = Page::default();
        if !self.seen.is_empty() {
            head("Dangerous or cutting off many, each", &mut page);
        }
        for one in &self.seen {
            let marks = Marks::of(one);
            let rows = rows(one, &marks, &lead(one, Some(one.owner)), extent);
            entry::draw(one, &marks, &rows, &mut page);
        }
        page
    }
}
