//! Everything of each app, folded: the drawing of the terminal, in the colours of a difference.

use super::Share;
use crate::model::address::TENANT;
use crate::plan::Plan;
use crate::plan::pictures::{Counts, Picture, pictures};
use crate::render::escape::markdown as escape;
use crate::render::page::Page;
use crate::render::plan::body::Fullness;
use crate::render::plan::sections::{self, Reasons};

/// App by app; `None` where it is longer than so many bytes.
pub(super) fn text(plan: &Plan, share: Share, most: usize) -> Option<String> {
    let told = pictures(plan);
    let reasons = if share.reasons { Reasons::Told } else { Reasons::Untold };
    let mut out = String::new();
    for of_app in told.chunk_by(|one, next| one.owner == next.owner) {
        let mut page = Page::default();
        sections::blocks_with(plan, of_app, Fullness::Whole, reasons, &mut page);
        let block = escape::difference(&page.difference());
        let title = title(of_app);
        out.push_str(&format!("<details><summary>{title}</summary>\n\n{block}\n</details>\n"));
        if out.len() > most {
            return None;
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    Some(out)
}

/// `outlook-tasks: 3 to add, 0 to change, 1 to remove`.
fn title(pictures: &[Picture<'_>]) -> String {
    let owner = pictures.first().map_or("", |picture| picture.owner);
    let changes = pictures.iter().flat_map(Picture::groups).flat_map(|group| &group.members);
    let counts = Counts::of(changes.copied()).words();
    let counts = counts.map(|(count, word)| format!("{count} to {word}")).join(", ");
    let name = escape::html(if owner == TENANT { "tenant settings" } else { owner });
    format!("{name}: {counts}")
}
