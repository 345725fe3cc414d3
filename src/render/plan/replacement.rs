//! A grant that replaces others, or is replaced by them, drawn as one: who gets what, who loses what, who
//! keeps it, and in which order, so that there is no gap. It is told by what people really have, before and
//! after, and not by the objects that are sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::audience::Audience;
use crate::model::change::{Change, Verb};
use crate::model::id::ObjectId;
use crate::plan::Plan;
use crate::plan::access::{AccessEntry, AccessHolder};
use crate::plan::outage::CutOff;
use crate::plan::pictures::Alike;
use crate::render::change::told_names;
use crate::render::page::style::Ink;
use crate::render::page::{Depth, PROSE, Page, called, counted};
use crate::render::plan::body::{BODY, Fullness, SETS, sorted, target_and};

pub(crate) fn draw(
    plan: &Plan,
    verb: Verb,
    given: &[Alike<'_>],
    taken: &[Alike<'_>],
    full: Fullness,
    page: &mut Page,
) {
    let changes: Vec<&Change> =
        given.iter().chain(taken).flat_map(|group| group.members.iter().copied()).collect();
    let Some(first) = changes.first() else { return };
    let moves = MovedAccess::of(plan, &changes, plan.access.at(first));
    let target = first.subject.target.as_ref().map(|name| called(name.raw()));
    target_and(target.as_deref(), &moves.all(), page);
    moves.draw(full, page);
    page.wrapped(Ink::Plain, BODY, &sequence(verb, given, taken), PROSE);
    let everybody = changes.iter().filter(|one| one.subject.audience == Audience::Everyone);
    let kept: BTreeSet<String> =
        everybody.flat_map(|one| &one.fields).flat_map(|field| sorted(field.kept.iter())).collect();
    if verb == Verb::Narrow && !kept.is_empty() {
        let kept: Vec<String> = kept.into_iter().collect();
        page.list(Ink::Plain, &format!("{BODY}Everybody keeps "), &kept, full.depth());
    }
}

/// Below what gives or takes something for all users: those for whom it is another thing.
pub(crate) fn others(plan: &Plan, group: &Alike<'_>, full: Fullness, page: &mut Page) {
    let entries = plan.access.at(group.lead);
    let of_all = |one: &AccessEntry| one.who == AccessHolder::Everybody;
    if group.outage.as_ref().is_some_and(|outage| outage.who() == CutOff::Everybody)
        && entries.iter().any(|one| !of_all(one))
    {
        MovedAccess::of(plan, &[], entries).draw(full, page);
    }
}

/// What somebody gets, and what he loses.
type MovedNames = (Vec<String>, Vec<String>);

/// What everybody and single people get and lose of one resource through one app.
struct MovedAccess {
    everybody: MovedNames,
    /// Names of those with the same difference, and whether it is that of everybody.
    people: BTreeMap<MovedNames, Vec<String>>,
}

impl MovedAccess {
    /// `entries`: all that is said of this app and resource.
    fn of(plan: &Plan, changes: &[&Change], entries: &[AccessEntry]) -> Self {
        let difference =
            |entry: &AccessEntry| (sorted(entry.gets.iter()), sorted(entry.loses.iter()));
        let everybody = entries.iter().find(|entry| entry.who == AccessHolder::Everybody);
        let everybody = everybody.map(difference).unwrap_or_default();
        let mut own: BTreeMap<ObjectId, MovedNames> = BTreeMap::new();
        for entry in entries {
            if let AccessHolder::One(id) = entry.who {
                own.insert(id, difference(entry));
            }
        }
        let mut names: BTreeMap<ObjectId, String> = BTreeMap::new();
        for change in changes {
            if let Audience::One(id) = change.subject.audience {
                let name = change.subject.person.as_ref().map(|name| called(name.raw()));
                names.insert(id, name.unwrap_or_else(|| id.to_string()));
            }
        }
        for id in own.keys() {
            names.entry(*id).or_insert_with(|| called(plan.names.of(*id).raw()));
        }
        let mut people: BTreeMap<MovedNames, Vec<(Option<ObjectId>, String)>> = BTreeMap::new();
        for (id, name) in names {
            let moved = own.get(&id).unwrap_or(&everybody);
            people.entry(moved.clone()).or_default().push((Some(id), name));
        }
        let people = people.into_iter().map(|(moved, named)| (moved, told_names(named))).collect();
        Self { everybody, people }
    }

    /// All that anybody gets or loses.
    fn all(&self) -> Vec<String> {
        let differences = self.people.keys().chain([&self.everybody]);
        let names: BTreeSet<&String> =
            differences.flat_map(|(gets, loses)| gets.iter().chain(loses)).collect();
        let mut names: Vec<String> = names.into_iter().cloned().collect();
        names.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
        names
    }

    fn draw(&self, full: Fullness, page: &mut Page) {
        let all = self.all();
        let limit = full.limit(SETS);
        for ((gets, loses), names) in self.people.iter().take(limit) {
            // What all others get or lose, and these do not, they have before and after.
            let (others_get, others_lose) = &self.everybody;
            let moves = |name: &&String| !gets.contains(name) && !loses.contains(name);
            let kept = others_get.iter().chain(others_lose).filter(moves).cloned();
            let mut kept: Vec<String> = kept.collect();
            kept.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
            row(Side::Kept, names, &kept, &all, full, page);
            row(Side::Given, names, gets, &all, full, page);
            row(Side::Lost, names, loses, &all, full, page);
        }
        let left: usize = self.people.values().skip(limit).map(Vec::len).sum();
        if left > 0 {
            let more = counted(left, "more user");
            let text = format!("{BODY}  ~ {more}, of other permissions (--full lists all)");
            page.line(Ink::Plain, &text);
        }
        let some = !self.people.is_empty();
        let rest = if some { "everybody else in the tenant" } else { "everybody in the tenant" };
        let rest = [rest.to_owned()];
        let (gets, loses) = &self.everybody;
        row(Side::Given, &rest, gets, &all, full, page);
        row(Side::Lost, &rest, loses, &all, full, page);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Given,
    Lost,
    Kept,
}

impl Side {
    /// Sign and words before the names.
    fn lead(self) -> (Ink, &'static str) {
        match self {
            Self::Given => (Ink::Give, "+ given to "),
            Self::Lost => (Ink::Take, "- lost by "),
            Self::Kept => (Ink::Plain, "= kept by "),
        }
    }
}

/// Names, and below them what it is, where that is not all that stands above.
fn row(
    side: Side,
    names: &[String],
    moved: &[String],
    all: &[String],
    full: Fullness,
    page: &mut Page,
) {
    if moved.is_empty() {
        return;
    }
    let (ink, lead) = side.lead();
    page.list(ink, &format!("{BODY}  {lead}"), names, full.depth());
    if moved != all {
        page.list(Ink::Plain, &format!("{BODY}      of "), moved, Depth::All);
    }
}

/// The promise that there is no gap, in words.
fn sequence(verb: Verb, given: &[Alike<'_>], taken: &[Alike<'_>]) -> String {
    let many = |groups: &[Alike<'_>]| groups.iter().map(|group| group.members.len()).sum::<usize>();
    let every = |groups: &[Alike<'_>], verb: Verb| {
        groups.iter().all(|group| group.members.iter().all(|change| change.verb == verb))
    };
    let only_narrowed = every(taken, Verb::Narrow);
    let made = every(given, Verb::Grant);
    if verb == Verb::Narrow {
        format!(
            "{} {} {} and read back first; only then the all-users grant {}.",
            counted(many(given), "one-user grant"),
            if many(given) == 1 { "is" } else { "are" },
            if made { "made" } else { "made or widened" },
            if only_narrowed { "is narrowed" } else { "goes" },
        )
    } else {
        format!(
            "The all-users grant is {} and read back first; only then {} {}.",
            if made { "made" } else { "widened" },
            counted(many(taken), "one-user grant"),
            match (only_narrowed, many(taken) == 1) {
                (true, true) => "is narrowed",
                (true, false) => "are narrowed",
                (false, true) => "goes",
                (false, false) => "go",
            },
        )
    }
}
