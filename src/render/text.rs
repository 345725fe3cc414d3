//! The plan as people read it: at most 80 columns, a word beside every sign, the same words with
//! and without colour.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::address::TENANT;
use crate::model::clock::time_of_day;
use crate::plan::pictures::{Counts, Picture, pictures};
use crate::plan::{AppHead, Plan};
use crate::render::block;
use crate::render::crowd;
use crate::render::lines::{COLUMNS, PROSE, Page, counted, grouped, shorten, width};
use crate::render::style::Ink;

/// Up to so many pictures are drawn in full.
const BLOCKS: usize = 40;
/// Up to so many pictures, removals or dangerous changes have a line each.
const LISTED: usize = 200;
/// Where the id of an app begins.
const ID_COLUMN: usize = 62;

/// How a plan is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View<'a> {
    /// Everything, however much: every change, every person.
    pub full: bool,
    /// What to run next, for the last line; nothing is said without it. A command is broken only
    /// between its words, so a path wider than a line stays whole.
    pub next: Option<&'a str>,
}

/// Draws a plan.
///
/// # Errors
/// When the writer fails.
pub fn plan(plan: &Plan, view: View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::default();
    let pictures = pictures(plan);
    let crowded = !view.full && pictures.len() > LISTED;
    head(plan, &mut page);
    page.blank();
    if pictures.is_empty() {
        page.line(Ink::Strong, "No changes. The tenant matches the manifest.");
    } else {
        page.wrapped(Ink::Strong, "", &summary(&pictures), COLUMNS);
        changes(plan, &pictures, view.full, &mut page);
    }
    unmanaged(plan, view.full, crowded, &mut page);
    warnings(plan, view.full, crowded, &mut page);
    checks(plan, &mut page);
    page.blank();
    page.phrases(Ink::Strong, "Plan: ", &totals(plan));
    if !plan.changes.is_empty() {
        let digest = &plan.effect.digest;
        let digest = if view.full { digest.clone() } else { short_digest(digest) };
        page.line(Ink::Plain, &format!("Effect  {digest}"));
    }
    if let Some(next) = view.next {
        command("Next    ", next, &mut page);
    }
    page.write(out)
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
    page.wrapped(
        Ink::Plain,
        "Manifest  ",
        &format!("{names}, {}", counted(plan.manifest.apps, "app")),
        COLUMNS,
    );
    let live = &plan.live;
    let mut read = vec![counted(live.apps, "app")];
    read.extend(live.objects.iter().map(|(word, number)| counted(*number, word)));
    let tenths = (live.milliseconds + 50) / 100;
    let text = format!(
        "read {}, complete: {}, {}.{} s",
        time_of_day(live.read_at),
        read.join(", "),
        tenths / 10,
        tenths % 10
    );
    page.wrapped(Ink::Plain, "Live      ", &text, COLUMNS);
}

/// `2 changes in 1 app: 1 gives access, 1 takes access away.` Members of a picture count once.
pub fn summary(pictures: &[Picture<'_>]) -> String {
    let groups: Vec<_> = pictures.iter().flat_map(Picture::groups).collect();
    let gives = groups.iter().filter(|group| group.lead.gives).count();
    let takes = groups.iter().filter(|group| group.lead.takes).count();
    let neither = groups.iter().filter(|group| !group.lead.gives && !group.lead.takes).count();
    let mut owners: Vec<&str> = pictures.iter().map(|picture| picture.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    let tenant = owners.contains(&TENANT);
    let place = match (owners.len() - usize::from(tenant), tenant) {
        (0, _) => "the tenant's settings".to_owned(),
        (apps, true) => format!("{} and the tenant's settings", counted(apps, "app")),
        (apps, false) => counted(apps, "app"),
    };
    let verb = |number: usize, one: &str, many: &str| {
        format!("{} {}", grouped(number), if number == 1 { one } else { many })
    };
    let mut parts = Vec::new();
    if gives > 0 {
        parts.push(verb(gives, "gives access", "give access"));
    }
    if takes > 0 {
        parts.push(verb(takes, "takes access away", "take access away"));
    }
    if neither > 0 {
        parts.push(verb(neither, "does neither", "do neither"));
    }
    format!("{} in {place}: {}.", counted(groups.len(), "change"), parts.join(", "))
}

fn changes(plan: &Plan, pictures: &[Picture<'_>], full: bool, page: &mut Page) {
    if full || pictures.len() <= BLOCKS {
        by_owner(plan, pictures, page, |picture, page| block::draw(picture, full, page));
    } else if pictures.len() <= LISTED {
        by_owner(plan, pictures, page, |picture, page| crowd::line(picture, None, page));
    } else {
        let (seen, rest): (Vec<_>, Vec<_>) =
            pictures.iter().partition(|picture| crowd::must_be_seen(picture));
        if seen.len() > LISTED {
            crowd::per_app(&seen, page);
            let rows = if rest.is_empty() { 12 } else { 5 };
            crowd::same_in_many(&seen, rows, page);
            if !rest.is_empty() {
                crowd::same_in_many(&rest, rows, page);
            }
        } else {
            if !seen.is_empty() {
                page.blank();
                page.line(Ink::Strong, "Removals and dangerous changes, each");
                seen.iter().for_each(|picture| crowd::line(picture, Some(picture.owner), page));
            }
            crowd::same_in_many(&rest, 12, page);
        }
    }
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

fn unmanaged(plan: &Plan, full: bool, crowded: bool, page: &mut Page) {
    let all = &plan.unmanaged;
    if all.is_empty() {
        return;
    }
    let limit = match (full, crowded) {
        (true, _) => usize::MAX,
        (false, true) => 3,
        (false, false) => 10,
    };
    page.blank();
    page.line(
        Ink::Strong,
        &format!("Unmanaged: {} found, not declared, left alone.", grouped(all.len())),
    );
    for found in all.iter().take(limit) {
        let label = shorten(&found.address.owner, 20);
        page.line(Ink::Plain, &format!("  {label}: {}", shorten(found.text.raw(), 56)));
    }
    if all.len() > limit {
        page.line(
            Ink::Plain,
            &format!("  and {} more (--full lists all)", grouped(all.len() - limit)),
        );
    }
}

/// What stops apply. A plan is drawn all the same: reviewers must see what was asked for.
fn checks(plan: &Plan, page: &mut Page) {
    for check in &plan.checks {
        page.blank();
        page.wrapped(Ink::Alarm, "BLOCKED   ", &format!("{}: {}", check.rule, check.text), COLUMNS);
        page.wrapped(Ink::Plain, "          ", &check.help, COLUMNS);
    }
}

fn warnings(plan: &Plan, full: bool, crowded: bool, page: &mut Page) {
    let limit = match (full, crowded) {
        (true, _) => usize::MAX,
        (false, true) => 3,
        (false, false) => 6,
    };
    if plan.warnings.is_empty() {
        return;
    }
    page.blank();
    for warning in plan.warnings.iter().take(limit) {
        page.wrapped(Ink::Change, "Warning: ", warning, PROSE);
    }
    if plan.warnings.len() > limit {
        let more = counted(plan.warnings.len() - limit, "more warning");
        page.line(Ink::Change, &format!("and {more} (--full lists all)"));
    }
}

/// The last line, stable in form: how many objects of each word.
fn totals(plan: &Plan) -> Vec<String> {
    let Counts { create, grant, widen, narrow, set, revoke } = Counts::of(&plan.changes);
    let mut words =
        vec![(grant, "grant"), (widen, "widen"), (narrow, "narrow"), (revoke, "revoke")];
    words.extend([(create, "create"), (set, "set")].into_iter().filter(|(count, _)| *count > 0));
    let last = words.len() - 1;
    let mut phrases: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, (count, word))| {
            format!("{count} to {word}{}", if at == last { "." } else { "," })
        })
        .collect();
    phrases.push(format!("{} unchanged.", plan.unchanged));
    phrases
}

/// `sha256:5b1d6cf0c2a1...c09e`: enough to compare by eye.
fn short_digest(digest: &str) -> String {
    let ends = digest.get(..19).zip(digest.len().checked_sub(4).and_then(|at| digest.get(at..)));
    match ends {
        Some((head, tail)) if digest.len() > 26 => format!("{head}...{tail}"),
        _ => digest.to_owned(),
    }
}

/// A command over several lines stays one that can be pasted.
pub(crate) fn command(lead: &str, text: &str, page: &mut Page) {
    let room = COLUMNS - width(lead) - 2;
    let mut rows: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if width(row) + 1 + width(word) <= room => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    let last = rows.len().saturating_sub(1);
    for (at, row) in rows.into_iter().enumerate() {
        let lead = if at == 0 { lead.to_owned() } else { " ".repeat(width(lead)) };
        let tail = if at == last { "" } else { " \\" };
        page.pieces(vec![(Ink::Plain, format!("{lead}{row}{tail}"))]);
    }
}
