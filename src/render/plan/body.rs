//! What stands below a title: items, names, and how much of them.

use crate::model::change::{FieldChange, Verb};
use crate::model::untrusted::Untrusted;
use crate::render::page::style::Ink;
use crate::render::page::{COLUMNS, Depth, PROSE, Page, called, in_full, is_sentence, width};

/// Where the body of a block begins.
pub(crate) const BODY: &str = "             ";

/// So many sets of permissions have rows of their own, and all that hold anything dangerous.
pub(crate) const SETS: usize = 6;

/// Lines of a reason that are told without `--full`.
const PROSE_LINES: usize = 6;

/// How much of a block is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fullness {
    /// Long lists are counted.
    Short,
    /// Every name.
    Whole,
    /// Every name, and why each risk is what it is.
    Full,
}

impl Fullness {
    /// How much of a crowd is listed.
    pub(crate) fn depth(self) -> Depth {
        if self == Self::Short { Depth::Lines(3) } else { Depth::All }
    }

    /// Lines of one reason: whoever wrote it shall not push the changes off the screen.
    pub(crate) fn prose(self) -> usize {
        if self == Self::Full { usize::MAX } else { PROSE_LINES }
    }

    /// How many of a list are told, where that many are enough to go on with.
    pub(crate) fn limit(self, enough: usize) -> usize {
        if self == Self::Short { enough } else { usize::MAX }
    }
}

/// `Microsoft Graph / offline_access, Tasks.ReadWrite`, every item of it.
pub(crate) fn about(
    verb: Verb,
    target: Option<&Untrusted>,
    fields: &[FieldChange],
    page: &mut Page,
) {
    let target = target.map(|name| called(name.raw()));
    if let [field] = fields {
        target_and(target.as_deref(), &items(field), page);
        return;
    }
    if let Some(target) = target {
        page.name(BODY, &target, PROSE);
    }
    for field in fields {
        let name = format!("{BODY}  {}:", in_full(&field.name));
        // A long name has lines of its own.
        let lead = if width(&name) <= PROSE - 30 {
            format!("{name} ")
        } else {
            page.line(Ink::Plain, &name);
            format!("{BODY}    ")
        };
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
            page.list(Ink::Plain, &format!("{BODY}{name} / "), items, Depth::All);
        }
        Some(name) => {
            page.name(BODY, name, PROSE);
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
