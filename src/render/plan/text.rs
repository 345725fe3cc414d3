//! The plan as people read it: at most 80 columns, a word beside every sign, the same words with
//! and without colour. Up to a size a person can read it is told in full; beyond that it fits a page,
//! in the most telling form that does.

use std::io::{self, Write};

use crate::plan::Plan;
use crate::plan::pictures::{Picture, apart, pictures};
use crate::render::page::Page;
use crate::render::page::view::View;
use crate::render::plan::body::Fullness;
use crate::render::plan::condensed::Condensed;
use crate::render::plan::foot::{self, Room};
use crate::render::plan::{by_person, head, sections};

/// Up to so many objects are told in full.
const IN_FULL: usize = 40;
/// Lines of a plan of more objects than that which still has more than a line for each.
const MOST: usize = 100;
/// Up to so many objects have a line each.
const LISTED: usize = 200;
/// Lines of a plan of more objects than these.
pub(crate) const LINES: usize = 60;
/// Whatever stands around them, the changes have so many lines.
const FEWEST: usize = 12;

/// Draws a plan.
///
/// # Errors
/// When the writer fails.
pub fn plan(plan: &Plan, view: View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = pictures(plan);
    let large = !view.full && plan.changes.len() > LISTED;
    let mut page = Page::default();
    head::draw(plan, &mut page);
    let room = match (view.full, large) {
        (true, _) => Room::ALL,
        (false, true) => Room::TIGHT,
        (false, false) => Room::USUAL,
    };
    let mut foot = Page::default();
    foot::draw(plan, view, room, large, &mut foot);
    let around = page.len() + foot.len();
    let (body, whole) = if view.by_person {
        let most = match (view.full, large) {
            (true, _) => usize::MAX,
            (false, true) => LINES.saturating_sub(around).max(FEWEST),
            (false, false) => MOST.saturating_sub(around).max(FEWEST),
        };
        let full = if view.full { Fullness::Full } else { Fullness::Short };
        let mut page = Page::default();
        by_person::draw(plan, full, most, &mut page);
        (page, view.full)
    } else if view.full {
        (blocks(plan, &told, Fullness::Full), true)
    } else if plan.changes.len() <= IN_FULL {
        (blocks(plan, &told, Fullness::Whole), true)
    } else if large {
        (fitted(plan, told, LINES.saturating_sub(around).max(FEWEST)), false)
    } else {
        (readable(plan, told, MOST.saturating_sub(around)), false)
    };
    if !whole && !large {
        foot = Page::default();
        foot::draw(plan, view, room, true, &mut foot);
    }
    page.append(body);
    page.append(foot);
    page.write(view.colour, out)
}

fn blocks(plan: &Plan, pictures: &[Picture<'_>], full: Fullness) -> Page {
    let mut page = Page::default();
    sections::blocks(plan, pictures, full, &mut page);
    page
}

fn lines(plan: &Plan, pictures: &[Picture<'_>]) -> Page {
    let mut page = Page::default();
    sections::lines(plan, pictures, &mut page);
    page
}

/// In blocks, if they have at most so many lines, and otherwise a line each.
fn readable(plan: &Plan, told: Vec<Picture<'_>>, most: usize) -> Page {
    let page = blocks(plan, &told, Fullness::Whole);
    if page.len() <= most { page } else { lines(plan, &apart(plan, told)) }
}

/// The most telling form that has at most so many lines.
fn fitted(plan: &Plan, told: Vec<Picture<'_>>, room: usize) -> Page {
    // More pictures than lines fit in no form that shows each.
    if told.len() <= room {
        let page = blocks(plan, &told, Fullness::Short);
        if page.len() <= room {
            return page;
        }
    }
    let single = apart(plan, told);
    if single.len() <= room {
        let page = lines(plan, &single);
        if page.len() <= room {
            return page;
        }
    }
    Condensed::of(&single).draw(room)
}
