//! A plan as one page for whoever reviews or audits it: the verdict, who may do what as a picture, and every
//! change in a table that can be sorted and filtered.

mod access;
mod apps;
pub(crate) mod changes;
mod classes;
mod drawing;
mod layout;
mod links;
mod named;
mod row;
mod unmanaged;
mod verdict;

use std::io::{self, Write};

use crate::plan::Plan;
use crate::plan::pictures::pictures;
use crate::render::html::{Sheet, safe, write};
use crate::render::plan::html::changes::{ChangeTable, TableResults};
use crate::render::plan::html::named::Named;

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub(crate) fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let pictures = pictures(plan);
    let named = Named::of(plan);
    let table = ChangeTable::of(plan, &pictures, TableResults::none());
    let parts = [
        ("stops", "What stops it", verdict::stops(plan)),
        ("access", "Who may do what", access::section(plan, &pictures, &named)),
        ("changes", "Changes", table.section()),
        ("apps", "By app", apps::section(&pictures)),
        ("unmanaged", "Unmanaged", unmanaged::section(plan)),
    ];
    let mut places = vec![];
    let mut sections = vec![verdict::section(plan)];
    for (id, words, part) in parts {
        let Some(part) = part else { continue };
        places.push((id, words));
        sections.push(part);
    }
    let title = format!("Plan for {}: {}", safe(verdict::tenant(plan)), verdict::word(plan));
    write(&Sheet { title, places, sections, later: Box::new(|out| table.rest(out)) }, out)
}

/// The facts that every page of a plan begins with.
pub(crate) use verdict::{facts, tenant};

#[cfg(test)]
mod tests;
