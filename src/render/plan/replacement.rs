//! A grant that replaces others, or is replaced by them, drawn as one: who gets what, who loses what, and
//! in which order, so that there is no gap.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::audience::Audience;
use crate::model::change::{Change, Verb};
use crate::model::untrusted::Untrusted;
use crate::plan::pictures::Alike;
use crate::render::change::names;
use crate::render::page::style::Ink;
use crate::render::page::{Depth, PROSE, Page, counted};
use crate::render::plan::body::{BODY, about, depth, sorted, target_and};

pub(crate) fn draw(
    verb: Verb,
    given: &[Alike<'_>],
    taken: &[Alike<'_>],
    full: bool,
    page: &mut Page,
) {
    let all: Vec<&Alike<'_>> = given.iter().chain(taken).collect();
    let moved: BTreeSet<Vec<String>> = all.iter().map(|group| moved(group.lead)).collect();
    let target = given.first().and_then(|group| group.lead.subject.target.as_ref());
    let alike = moved.len() == 1;
    match (alike, moved.first()) {
        (true, Some(items)) => {
            target_and(target.map(Untrusted::shown).as_deref(), items, page);
        }
        _ => about(verb, target, &[], page),
    }
    let side = |sign, ink, everybody| Half { sign, ink, everybody, alike, full };
    rows(&side('+', Ink::Give, "everybody in the tenant"), given, page);
    // Whoever has it through everybody's grant from now on loses nothing.
    let keeps = alike && verb == Verb::Widen;
    let (sign, ink) = if keeps { ('=', Ink::Plain) } else { ('-', Ink::Take) };
    rows(&side(sign, ink, "everybody else in the tenant"), taken, page);
    page.wrapped(Ink::Plain, BODY, &sequence(verb, given, taken), PROSE);
    let kept: BTreeSet<String> = taken
        .iter()
        .flat_map(|group| group.lead.fields.iter().flat_map(|f| sorted(f.kept.iter())))
        .collect();
    if verb == Verb::Narrow && !kept.is_empty() {
        let kept: Vec<String> = kept.into_iter().collect();
        page.list(Ink::Plain, &format!("{BODY}Everybody keeps "), &kept, depth(full));
    }
}

/// What a change gives or takes, without what stays.
fn moved(change: &Change) -> Vec<String> {
    sorted(change.fields.iter().flat_map(|field| field.gained.iter().chain(&field.lost)))
}

/// One side of a replacement, and how it is told.
struct Half {
    sign: char,
    ink: Ink,
    everybody: &'static str,
    /// Both sides are about the same permissions, which stand above.
    alike: bool,
    full: bool,
}

/// Those who get or lose the same stand together, whatever line asked for it. So many of them have rows
/// of their own.
const ROWS: usize = 6;

fn rows(side: &Half, groups: &[Alike<'_>], page: &mut Page) {
    let mut order: Vec<(Vec<String>, Vec<&Change>)> = Vec::new();
    let mut places: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for group in groups {
        let moved = moved(group.lead);
        let place = *places.entry(moved.clone()).or_insert(order.len());
        match order.get_mut(place) {
            Some((_, members)) => members.extend(&group.members),
            None => order.push((moved, group.members.clone())),
        }
    }
    let Half { sign, ink, everybody, alike, full } = *side;
    let limit = if full { usize::MAX } else { ROWS };
    let lead = format!("{BODY}  {sign} ");
    for (moved, members) in order.iter().take(limit) {
        match members.first().map(|change| change.subject.audience) {
            Some(Audience::One(_)) => page.list(ink, &lead, &names(members), depth(full)),
            _ => page.list(ink, &lead, &[everybody.to_owned()], Depth::All),
        }
        if !alike && !moved.is_empty() {
            page.list(Ink::Plain, &format!("{BODY}      of "), moved, Depth::All);
        }
    }
    let left: usize = order.iter().skip(limit).map(|(_, members)| members.len()).sum();
    if left > 0 {
        let more = counted(left, "more user");
        page.line(ink, &format!("{lead}{more}, of other permissions (--full lists all)"));
    }
}

/// The promise that there is no gap, in words.
fn sequence(verb: Verb, given: &[Alike<'_>], taken: &[Alike<'_>]) -> String {
    let many = |groups: &[Alike<'_>]| groups.iter().map(|group| group.members.len()).sum::<usize>();
    let only_narrowed = taken.iter().all(|group| group.lead.verb == Verb::Narrow);
    if verb == Verb::Narrow {
        let made = given.iter().all(|group| group.lead.verb == Verb::Grant);
        format!(
            "{} {} {} and read back first; only then the all-users grant {}.",
            counted(many(given), "one-user grant"),
            if many(given) == 1 { "is" } else { "are" },
            if made { "made" } else { "made or widened" },
            if only_narrowed { "is narrowed" } else { "goes" },
        )
    } else {
        let one = many(taken) == 1;
        let made = given.iter().all(|group| group.lead.verb == Verb::Grant);
        format!(
            "The all-users grant is {} and read back first; only then {} {}.",
            if made { "made" } else { "widened" },
            counted(many(taken), "one-user grant"),
            match (only_narrowed, one) {
                (true, true) => "is narrowed",
                (true, false) => "are narrowed",
                (false, true) => "goes",
                (false, false) => "go",
            },
        )
    }
}
