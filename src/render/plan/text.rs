//! The plan as people read it: at most 80 columns, a word beside every sign, the same words with
//! and without colour. Up to a size a person can read it is told in full; beyond that it fits a page,
//! in the most telling form that does.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::address::TENANT;
use crate::model::clock::time_of_day;
use crate::plan::pictures::{Counts, Picture, Tally, apart, pictures};
use crate::plan::said::{SAYS, quoted};
use crate::plan::{AppHead, Extent, Plan, SaidBy};
use crate::render::page::style::Ink;
use crate::render::page::view::View;
use crate::render::page::{COLUMNS, Page, counted, grouped, shorten, width};
use crate::render::plan::block;
use crate::render::plan::condensed::{self, Condensed};
use crate::render::plan::foot::{self, Room};

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
    let summary = summary(&told);
    let in_blocks = view.full || told.len() <= BLOCKS;
    let pictures = if in_blocks { told } else { apart(told) };
    let large = !view.full && (pictures.len() > LISTED || plan.changes.len() > OBJECTS);
    let mut page = Page::default();
    head(plan, &mut page);
    page.blank();
    if pictures.is_empty() {
        page.line(Ink::Strong, "No changes. The tenant matches the manifest.");
    } else {
        page.wrapped(Ink::Strong, "", &summary, COLUMNS);
    }
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

/// Tenant, manifest, and how much was read.
fn head(plan: &Plan, page: &mut Page) {
    let tenant = plan.tenant.domains.first().unwrap_or(&plan.tenant.name);
    // A tenant id with its brackets takes 38 columns.
    let name = shorten(tenant.raw(), COLUMNS - 10 - 39);
    page.line(Ink::Plain, &format!("Tenant    {name} ({})", plan.tenant.id));
    let files = &plan.manifest.files;
    let names = match files.as_slice() {
        [only] => shorten(&only.path, COLUMNS - 10 - 8),
        files @ ([] | [_, _]) => {
            files.iter().map(|file| shorten(&file.path, 40)).collect::<Vec<_>>().join(", ")
        }
        many => counted(many.len(), "file"),
    };
    let (says, names) = match plan.source {
        SaidBy::Tenant => ("", names),
        SaidBy::File => (SAYS, quoted(&names)),
    };
    let text = format!("{says}{names}, {}", counted(plan.manifest.apps, "app"));
    page.wrapped(Ink::Plain, "Manifest  ", &text, COLUMNS);
    if let Extent::Partial(apps) = &plan.extent {
        let text = format!("{}, and nothing else of the manifest", apps.join(", "));
        page.wrapped(Ink::Strong, "Part      ", &text, COLUMNS);
    }
    let live = &plan.live;
    let mut read = vec![counted(live.apps, "app")];
    read.extend(live.objects.iter().map(|(word, number)| counted(*number, word)));
    let tenths = (live.milliseconds + 50) / 100;
    let text = format!(
        "{says}read {}, complete: {}, {}.{} s",
        time_of_day(live.read_at),
        read.join(", "),
        tenths / 10,
        tenths % 10
    );
    page.wrapped(Ink::Plain, "Live      ", &text, COLUMNS);
}

/// `2 changes in 1 app: 1 gives access, 1 takes access away.` Members of a picture count once.
fn summary(pictures: &[Picture<'_>]) -> String {
    let Tally { changes, gives, takes, neither } = Tally::of(pictures);
    let mut owners: Vec<&str> = pictures.iter().map(|picture| picture.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    let tenant = owners.contains(&TENANT);
    let place = match (owners.len() - usize::from(tenant), tenant) {
        (0, _) => "the tenant's settings".to_owned(),
        (apps, true) => format!("{} and the tenant's settings", counted(apps, "app")),
        (apps, false) => counted(apps, "app"),
    };
    let parts = [
        (gives, "gives access", "give access"),
        (takes, "takes access away", "take access away"),
        (neither, "does neither", "do neither"),
    ];
    let told = parts.iter().filter(|(number, ..)| *number > 0);
    let told: Vec<String> = told.map(|(number, one, many)| agree(*number, one, many)).collect();
    format!("{} in {place}: {}.", counted(changes, "change"), told.join(", "))
}

/// `1 gives access`, `2 give access`.
pub(crate) fn agree(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// The numbers of the head and of the last line in two short sentences, for the question: changes as a
/// reviewer counts them, and the objects that are written for them.
pub(crate) fn numbers(plan: &Plan) -> (String, String) {
    let Tally { changes, gives, takes, neither: _ } = Tally::of(&pictures(plan));
    let words = Counts::of(&plan.changes).words();
    let some = words.iter().filter(|(count, _)| *count > 0);
    let some: Vec<String> =
        some.map(|(count, word)| format!("{} to {word}", grouped(*count))).collect();
    let sides = format!(
        "{}, {}; {}: {}.",
        agree(gives, "gives access", "give access"),
        agree(takes, "takes access away", "take access away"),
        counted(plan.changes.len(), "object"),
        some.join(", "),
    );
    (counted(changes, "change"), sides)
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
