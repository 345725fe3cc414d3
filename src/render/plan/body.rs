//! What stands below a title: items, names, and how much of them.

use crate::model::change::{FieldChange, Verb};
use crate::model::untrusted::Untrusted;
use crate::render::page::style::Ink;
use crate::render::page::{COLUMNS, Depth, PROSE, Page, is_sentence, shorten, width};

/// Where the body of a block begins.
pub(crate) const BODY: &str = "             ";

/// How much of a crowd is listed.
pub(crate) fn depth(full: bool) -> Depth {
    if full { Depth::All } else { Depth::Lines(3) }
}

/// `Microsoft Graph / offline_access, Tasks.ReadWrite`, every item of it.
pub(crate) fn about(
    verb: Verb,
    target: Option<&Untrusted>,
    fields: &[FieldChange],
    page: &mut Page,
) {
    let target = target.map(Untrusted::shown);
    if let [field] = fields {
        target_and(target.as_deref(), &items(field), page);
        return;
    }
    if let Some(target) = target {
        page.wrapped(Ink::Plain, BODY, &target, PROSE);
    }
    for field in fields {
        let name = format!("{BODY}  {}:", shorten(&field.name, 40));
        let lead = format!("{name} ");
        match &*items(field) {
            [item] => whole(Ink::Plain, &lead, item, page),
            items if items.iter().any(|item| is_sentence(item)) => {
                page.line(Ink::Plain, &name);
                let mark = format!("{BODY}    {} ", verb.sign());
                items.iter().for_each(|item| whole(Ink::Plain, &mark, item, page));
            }
            items => page.list(Ink::Plain, &lead, items, Depth::All),
        }
    }
}

/// More than any sentence of ours; what is longer was made to be long.
const SENTENCE: usize = 4_000;

/// One item, all of it: a condition whose middle is missing says something else.
pub(crate) fn whole(ink: Ink, lead: &str, item: &str, page: &mut Page) {
    if width(lead) + width(item) > COLUMNS && item.len() <= SENTENCE {
        page.wrapped(ink, lead, item, COLUMNS);
    } else {
        page.list(ink, lead, &[item.to_owned()], Depth::All);
    }
}

/// A target with a short name stands before its items, one with a long name above them, so that
/// the items keep their room.
pub(crate) fn target_and(target: Option<&str>, items: &[String], page: &mut Page) {
    match target {
        Some(name) if width(name) <= 24 => {
            page.list(Ink::Plain, &format!("{BODY}{} / ", shorten(name, 24)), items, Depth::All);
        }
        Some(name) => {
            page.wrapped(Ink::Plain, BODY, name, PROSE);
            page.list(Ink::Plain, &format!("{BODY}  "), items, Depth::All);
        }
        None => page.list(Ink::Plain, BODY, items, Depth::All),
    }
}

/// What a field of an object that comes or goes holds, in people's order.
pub(crate) fn items(field: &FieldChange) -> Vec<String> {
    let FieldChange { name: _, kept, gained, lost } = field;
    sorted(kept.iter().chain(gained).chain(lost))
}

pub(crate) fn sorted<'a>(names: impl Iterator<Item = &'a Untrusted>) -> Vec<String> {
    let mut names: Vec<String> = names.map(Untrusted::shown).collect();
    names.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
    names.dedup();
    names
}
