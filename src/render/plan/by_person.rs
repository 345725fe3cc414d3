//! A plan person by person: what each gets and loses, whatever app and object it comes from. Those with the
//! same stand together.

use std::collections::BTreeMap;

use crate::model::audience::Audience;
use crate::model::change::PermissionSort;
use crate::model::id::ObjectId;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::plan::access::{AccessEntry, AccessHolder};
use crate::render::page::style::Ink;
use crate::render::page::{COLUMNS, Page, grouped, in_full};
use crate::render::plan::body::{Fullness, sorted};

/// Signs, and what stands behind them.
type PersonLines = Vec<(char, String)>;

/// At most so many lines; whoever has no room is counted.
pub(crate) fn draw(plan: &Plan, full: Fullness, most: usize, page: &mut Page) {
    let mut whole = Page::default();
    let mut left = 0;
    for (head, lines) in told(plan) {
        let mut one = Page::default();
        one.blank();
        one.list(Ink::Strong, "", &head, full.depth());
        for (sign, line) in &lines {
            let ink = match sign {
                '+' => Ink::Give,
                '-' => Ink::Take,
                _ => Ink::Plain,
            };
            one.wrapped(ink, &format!("  {sign} "), line, COLUMNS);
        }
        // The line that counts the others has to fit, too.
        if left > 0 || whole.len() + one.len() + 2 > most {
            left += head.len();
        } else {
            whole.append(one);
        }
    }
    page.append(whole);
    if left > 0 {
        page.blank();
        page.line(Ink::Strong, &format!("and {} (--full lists all)", people(left)));
    }
}

fn people(count: usize) -> String {
    if count == 1 { "1 more person".to_owned() } else { format!("{} more people", grouped(count)) }
}

/// Everybody, the apps themselves, and people: whoever loses something first.
fn told(plan: &Plan) -> Vec<(Vec<String>, PersonLines)> {
    let resources = resources(plan);
    let mut everybody = PersonLines::new();
    let mut apps: Vec<(Vec<String>, PersonLines)> = Vec::new();
    let mut people: BTreeMap<ObjectId, PersonLines> = BTreeMap::new();
    for entry in plan.access.entries() {
        let lines = lines(entry, &resources);
        match entry.who {
            AccessHolder::Everybody => everybody.extend(lines),
            AccessHolder::App => {
                let name = format!("the app {} itself", in_full(&entry.app));
                match apps.last_mut().filter(|(head, _)| head.first() == Some(&name)) {
                    Some((_, own)) => own.extend(lines),
                    None => apps.push((vec![name], lines)),
                }
            }
            AccessHolder::One(id) => people.entry(id).or_default().extend(lines),
        }
    }
    let mut alike: BTreeMap<PersonLines, Vec<String>> = BTreeMap::new();
    for (id, lines) in people {
        alike.entry(lines).or_default().push(name(plan, id));
    }
    let mut alike: Vec<(Vec<String>, PersonLines)> =
        alike.into_iter().map(|(lines, names)| (names, lines)).collect();
    for (names, _) in &mut alike {
        names.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
    }
    let rank = |lines: &PersonLines| match (lines.iter().any(|(sign, _)| *sign == '-'), lines.len())
    {
        (true, _) => 0,
        (false, 1..) => 1,
        (false, 0) => 2,
    };
    alike.sort_by_cached_key(|(names, lines)| (rank(lines), names.first().cloned()));
    for (_, lines) in &mut alike {
        if lines.is_empty() {
            lines.push(('=', "nothing changes".to_owned()));
        }
    }
    let others =
        if alike.is_empty() { "everybody in the tenant" } else { "everybody else in the tenant" };
    let everybody = (!everybody.is_empty()).then(|| (vec![others.to_owned()], everybody));
    everybody.into_iter().chain(apps).chain(alike).collect()
}

fn lines(entry: &AccessEntry, resources: &BTreeMap<String, String>) -> PersonLines {
    let resource = match entry.sort {
        PermissionSort::SignIn => "sign-in".to_owned(),
        PermissionSort::Delegated | PermissionSort::Application => {
            resources.get(&*entry.resource).cloned().unwrap_or_else(|| entry.resource.to_string())
        }
    };
    let line = |sign, names: &[Untrusted]| {
        let names = sorted(names.iter());
        let app = in_full(&entry.app);
        (!names.is_empty()).then(|| (sign, format!("{app}: {resource} / {}", names.join(", "))))
    };
    [line('+', &entry.gets), line('-', &entry.loses)].into_iter().flatten().collect()
}

/// What people call the APIs of the plan's permissions, by application id, or object id where that is not
/// known.
fn resources(plan: &Plan) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for change in &plan.changes {
        let Some(target) = &change.subject.target else { continue };
        for one in &change.permissions {
            let id = one.resource.map_or_else(|| one.by.to_string(), |app| app.to_string());
            found.entry(id).or_insert_with(|| target.shown());
        }
    }
    found
}

fn name(plan: &Plan, id: ObjectId) -> String {
    if let Some(name) = plan.names.0.get(&id) {
        return name.shown();
    }
    let named = plan.changes.iter().find(|change| {
        matches!(change.subject.audience, Audience::One(one) | Audience::Group(one) if one == id)
    });
    let person = named.and_then(|change| change.subject.person.as_ref());
    person.map_or_else(|| id.to_string(), Untrusted::shown)
}

#[cfg(test)]
#[path = "by_person_tests.rs"]
mod tests;
