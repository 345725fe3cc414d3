//! The plan as people read it: at most 80 columns, a word beside every sign, the same words with
//! and without colour. Up to a size a person can read it is told in full; beyond that it fits a page,
//! in the most telling form that does.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::address::TENANT;
use crate::plan::pictures::{Picture, apart, pictures};
use crate::plan::{AppHead, Plan};
use crate::render::page::style::Ink;
use crate::render::page::view::View;
use crate::render::page::{Page, shorten, width};
use crate::render::plan::block;
use crate::render::plan::condensed::{self, Condensed};
use crate::render::plan::foot::{self, Room};
use crate::render::plan::head;

/// Up to so many pictures are drawn in full.
const BLOCKS: usize = 40;
/// Up to so many pictures have a line each.
const LISTED: usize = 200;
/// Up to so many objects a plan may take as many lines as it needs.
const OBJECTS: usize = 1_000;
/// Lines of a plan with more pictures or objects than these.
pub(crate) const LINES: usize = 60;
/// Whatever stands around them, the changes have so many lines.
const FEWEST: usize = 12;
/// Where the id of an app begins.
const ID_COLUMN: usize = 62;

/// Draws a plan.
///
/// # Errors
/// When the writer fails.
pub fn plan(plan: &Plan, view: View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let told = pictures(plan);
    let in_blocks = view.full || told.len() <= BLOCKS;
    let pictures = if in_blocks { told } else { apart(plan, told) };
    let large = !view.full && (pictures.len() > LISTED || plan.changes.len() > OBJECTS);
    let mut page = Page::default();
    head::draw(plan, &mut page);
    let mut foot = Page::default();
    let room = match (view.full, large) {
        (true, _) => Room::ALL,
        (false, true) => Room::TIGHT,
        (false, false) => Room::USUAL,
    };
    foot::draw(plan, view, room, large || !in_blocks, &mut foot);
    if large {
        let left = LINES.saturating_sub(page.len() + foot.len()).max(FEWEST);
        page.append(fitted(plan, &pictures, left));
    } else if in_blocks {
        blocks(plan, &pictures, view.full, &mut page);
    } else {
        lines(plan, &pictures, &mut page);
    }
    page.append(foot);
    page.write(view.colour, out)
}

/// The most telling form that has at most so many lines.
fn fitted(plan: &Plan, pictures: &[Picture<'_>], room: usize) -> Page {
    let fits = |page: Page| (page.len() <= room).then_some(page);
    let drawn = |draw: &dyn Fn(&mut Page)| {
        let mut page = Page::default();
        draw(&mut page);
        fits(page)
    };
    let few = pictures.len() <= BLOCKS;
    let some = pictures.len() <= LISTED;
    few.then(|| drawn(&|page| blocks(plan, pictures, false, page)))
        .flatten()
        .or_else(|| some.then(|| drawn(&|page| lines(plan, pictures, page))).flatten())
        .unwrap_or_else(|| Condensed::of(pictures).draw(room))
}

fn blocks(plan: &Plan, pictures: &[Picture<'_>], full: bool, page: &mut Page) {
    by_owner(plan, pictures, page, |picture, page| block::draw(picture, full, page));
}

fn lines(plan: &Plan, pictures: &[Picture<'_>], page: &mut Page) {
    by_owner(plan, pictures, page, condensed::line);
}

fn by_owner(
    plan: &Plan,
    pictures: &[Picture<'_>],
    page: &mut Page,
    draw: impl Fn(&Picture<'_>, &mut Page),
) {
    let heads: BTreeMap<&str, &AppHead> =
        plan.apps.iter().map(|app| (app.label.as_str(), app)).collect();
    let mut current = None;
    for picture in pictures {
        if current != Some(picture.owner) {
            page.blank();
            app_head(heads.get(picture.owner).copied(), picture.owner, page);
            current = Some(picture.owner);
        }
        draw(picture, page);
    }
}

/// Label, name and id of an app. The id's two ends tell it from an app of the same name.
fn app_head(app: Option<&AppHead>, owner: &str, page: &mut Page) {
    let Some(app) = app else {
        let what = if owner == TENANT { "tenant  settings for everybody" } else { owner };
        page.line(Ink::Strong, what);
        return;
    };
    let id = app.app_id.to_string();
    let label = shorten(&app.label, 28);
    let name = shorten(app.name.raw(), ID_COLUMN - 2 - 2 - width(&label));
    let gap = " ".repeat(ID_COLUMN - 2 - width(&label) - width(&name));
    let ends = id.get(..8).zip(id.get(id.len() - 4..));
    let short = ends.map_or_else(|| id.clone(), |(head, tail)| format!("{head}-...-{tail}"));
    page.pieces(vec![(Ink::Strong, label), (Ink::Plain, format!("  {name}{gap}{short}"))]);
}
