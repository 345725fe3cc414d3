//! Pictures under the heads of their apps, in full or on a line each. What all of one app have in common is
//! said once, at its head.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::address::TENANT;
use crate::plan::pictures::Picture;
use crate::plan::{AppHead, Plan};
use crate::render::page::style::Ink;
use crate::render::page::{COLUMNS, PROSE, Page, called, in_full, width};
use crate::render::plan::block::{self, ReasonsTold};
use crate::render::plan::body::Fullness;
use crate::render::plan::condensed;

/// Where the id of an app begins.
const ID_COLUMN: usize = 62;

/// Whether it is told why changes are planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reasons {
    Told,
    Untold,
}

/// Every picture with all there is to say of it.
pub(crate) fn blocks(plan: &Plan, pictures: &[Picture<'_>], full: Fullness, page: &mut Page) {
    blocks_with(plan, pictures, full, Reasons::Told, page);
}

/// The same, with or without the reasons.
pub(crate) fn blocks_with(
    plan: &Plan,
    pictures: &[Picture<'_>],
    full: Fullness,
    reasons: Reasons,
    page: &mut Page,
) {
    each(plan, pictures, page, |of_app, page| {
        if reasons == Reasons::Untold {
            for picture in of_app {
                block::draw(plan, picture, full, ReasonsTold::AtTheHead, page);
            }
            return;
        }
        let reasons: BTreeSet<Vec<String>> = of_app.iter().map(block::reasons).collect();
        let shared = reasons.first().filter(|_| reasons.len() == 1 && of_app.len() > 1);
        for (at, sentence) in shared.into_iter().flatten().enumerate() {
            let lead = if at == 0 { "  why: " } else { "       " };
            page.wrapped_within(Ink::Plain, lead, sentence, PROSE, full.prose());
        }
        let mut before: Option<Vec<String>> = None;
        for picture in of_app {
            let own = block::reasons(picture);
            let told = match before.replace(own.clone()) {
                _ if shared.is_some() => ReasonsTold::AtTheHead,
                Some(before) if before == own => ReasonsTold::Above,
                _ => ReasonsTold::Not,
            };
            block::draw(plan, picture, full, told, page);
        }
    });
}

/// Every picture on a line, or on as many as it needs.
pub(crate) fn lines(plan: &Plan, pictures: &[Picture<'_>], page: &mut Page) {
    each(plan, pictures, page, |of_app, page| {
        of_app.iter().for_each(|picture| condensed::line(picture, page));
    });
}

/// App by app, as the pictures stand.
fn each<'p>(
    plan: &Plan,
    pictures: &[Picture<'p>],
    page: &mut Page,
    draw: impl Fn(&[Picture<'p>], &mut Page),
) {
    let heads: BTreeMap<&str, &AppHead> =
        plan.apps.iter().map(|app| (app.label.as_str(), app)).collect();
    for of_app in pictures.chunk_by(|one, next| one.owner == next.owner) {
        let Some(first) = of_app.first() else { continue };
        page.blank();
        head(heads.get(first.owner).copied(), first.owner, page);
        draw(of_app, page);
    }
}

/// Label, name and id of an app. The id's two ends tell it from an app of the same name.
fn head(app: Option<&AppHead>, owner: &str, page: &mut Page) {
    let Some(app) = app else {
        let what = if owner == TENANT { "tenant  settings for everybody" } else { owner };
        page.line(Ink::Strong, what);
        return;
    };
    let id = app.app_id.to_string();
    let ends = id.get(..8).zip(id.get(id.len() - 4..));
    let short = ends.map_or_else(|| id.clone(), |(head, tail)| format!("{head}-...-{tail}"));
    let (label, name) = (in_full(&app.label), called(app.name.raw()));
    let used = width(&label) + 2 + width(&name);
    if used < ID_COLUMN {
        let gap = " ".repeat(ID_COLUMN - used);
        page.pieces(vec![(Ink::Strong, label), (Ink::Plain, format!("  {name}{gap}{short}"))]);
        return;
    }
    // A long name has lines of its own, below the label and beside the id.
    if width(&label) + 2 <= ID_COLUMN {
        let gap = " ".repeat(ID_COLUMN - width(&label));
        page.pieces(vec![(Ink::Strong, label), (Ink::Plain, format!("{gap}{short}"))]);
    } else {
        page.line(Ink::Strong, &label);
        page.line(Ink::Plain, &format!("{:ID_COLUMN$}{short}", ""));
    }
    page.name("    ", &name, COLUMNS);
}
