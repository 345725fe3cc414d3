//! A plan person by person: what each gets and loses, whatever app and object it comes from. Those with the
//! same stand together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::audience::Audience;
use crate::model::change::{Change, PermissionSort};
use crate::model::id::ObjectId;
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::plan::access::{self, AccessEntry, AccessHolder, is_about_access};
use crate::render::change::told_names;
use crate::render::page::style::{Ink, risk_label};
use crate::render::page::{COLUMNS, Page, called, counted, grouped, in_full};
use crate::render::plan::body::{Fullness, sorted};

/// One line of a block: sign, text, and how risky it is what is given.
type PersonLine = (char, String, Option<Tier>);

/// Everybody, an app, or people with the same lines.
struct PersonBlock {
    names: Vec<String>,
    is_app: bool,
    lines: Vec<PersonLine>,
}

/// At most so many lines; whoever has no room is counted.
pub(crate) fn draw(plan: &Plan, full: Fullness, most: usize, page: &mut Page) {
    let mut whole = Page::default();
    let (mut apps, mut people) = (0, 0);
    for PersonBlock { names, is_app, lines } in told(plan) {
        let mut one = Page::default();
        one.blank();
        one.list(Ink::Strong, "", &names, full.depth());
        for (sign, line, tier) in &lines {
            let ink = match sign {
                '+' => Ink::Give,
                '-' => Ink::Take,
                _ => Ink::Plain,
            };
            let mark = tier.map(|tier| format!(" {}", risk_label(tier))).unwrap_or_default();
            one.wrapped(ink, &format!("  {sign} "), &format!("{line}{mark}"), COLUMNS);
        }
        // The lines that count the others have to fit, too.
        if apps + people > 0 || whole.len() + one.len() + 4 > most {
            *(if is_app { &mut apps } else { &mut people }) += names.len();
        } else {
            whole.append(one);
        }
    }
    page.append(whole);
    let people = (people > 0).then(|| match people {
        1 => "1 person".to_owned(),
        many => format!("{} people", grouped(many)),
    });
    let left: Vec<String> =
        (apps > 0).then(|| counted(apps, "app")).into_iter().chain(people).collect();
    if !left.is_empty() {
        page.blank();
        page.line(Ink::Strong, &format!("and {} more (--full lists all)", left.join(" and ")));
    }
    others(plan, page);
}

/// What is no access of anybody: settings, and changes that alter none.
fn others(plan: &Plan, page: &mut Page) {
    let others = plan
        .changes
        .iter()
        .filter(|change| !is_about_access(change) || plan.access.of(change).is_empty());
    let others: Vec<&Change> = others.collect();
    if others.is_empty() {
        return;
    }
    let tier = others.iter().filter_map(|change| change.risk.as_ref()).map(|risk| risk.tier).max();
    let mark = tier.map(|tier| format!(" {}", risk_label(tier))).unwrap_or_default();
    let what = counted(others.len(), "other change");
    page.blank();
    page.wrapped(
        Ink::Strong,
        "",
        &format!("{what}{mark}: settings, and what alters nobody's access (--by app tells them)"),
        COLUMNS,
    );
}

/// App, resource and sort.
type EntryPlace<'p> = (&'p str, &'p str, PermissionSort);

fn told(plan: &Plan) -> Vec<PersonBlock> {
    let lines = PersonLines { resources: resources(plan), tiers: PersonTiers::of(plan) };
    let named = Named::of(plan);
    let mut everybody: BTreeMap<EntryPlace<'_>, &AccessEntry> = BTreeMap::new();
    let mut apps: BTreeMap<&str, Vec<PersonLine>> = BTreeMap::new();
    let mut people: BTreeMap<ObjectId, BTreeMap<EntryPlace<'_>, &AccessEntry>> = BTreeMap::new();
    for entry in plan.access.entries() {
        let place = (&*entry.app, &*entry.resource, entry.sort);
        match entry.who {
            AccessHolder::Everybody => drop(everybody.insert(place, entry)),
            AccessHolder::App => apps.entry(&entry.app).or_default().extend(lines.of(entry, None)),
            AccessHolder::One(id) => drop(people.entry(id).or_default().insert(place, entry)),
        }
    }
    let mut blocks: Vec<PersonBlock> = apps
        .into_iter()
        .map(|(app, lines)| PersonBlock {
            names: vec![format!("the app {} itself", in_full(app))],
            is_app: true,
            lines,
        })
        .collect();
    let mut alike: BTreeMap<Vec<PersonLine>, Vec<(Option<ObjectId>, String)>> = BTreeMap::new();
    for (id, own) in &people {
        // Where a person has no entry, the difference is that of everybody.
        let places: BTreeSet<&EntryPlace<'_>> = own.keys().chain(everybody.keys()).collect();
        let of = places.into_iter().filter_map(|place| {
            own.get(place)
                .or_else(|| everybody.get(place))
                .map(|entry| (entry, everybody.get(place)))
        });
        let all = of.flat_map(|(entry, others)| lines.of(entry, others.copied()));
        alike.entry(all.collect()).or_default().push((Some(*id), named.name(*id)));
    }
    let some = !alike.is_empty();
    blocks.extend(alike.into_iter().map(|(lines, named)| PersonBlock {
        names: told_names(named),
        is_app: false,
        lines,
    }));
    // What is dangerous to give, then who loses something, then the rest.
    blocks.sort_by_cached_key(|block| {
        let worst = block.lines.iter().filter_map(|(_, _, tier)| *tier).max();
        let loses = block.lines.iter().any(|(sign, ..)| *sign == '-');
        (Reverse(worst.filter(|tier| *tier >= Tier::High)), !loses, block.names.first().cloned())
    });
    let rest = if some { "everybody else in the tenant" } else { "everybody in the tenant" };
    let of_all: Vec<PersonLine> =
        everybody.values().flat_map(|entry| lines.of(entry, None)).collect();
    if !of_all.is_empty() {
        let names = vec![rest.to_owned()];
        blocks.insert(0, PersonBlock { names, is_app: false, lines: of_all });
    }
    blocks
}

/// What the lines of an entry are made of.
struct PersonLines {
    resources: BTreeMap<String, String>,
    tiers: PersonTiers,
}

impl PersonLines {
    /// `others`: what everybody else gets and loses of the same. Who does not, has it before and after.
    fn of(&self, entry: &AccessEntry, others: Option<&AccessEntry>) -> Vec<PersonLine> {
        let AccessEntry { app, resource, sort, who: _, gets, loses } = entry;
        let target = match sort {
            PermissionSort::SignIn => "sign-in".to_owned(),
            PermissionSort::Delegated | PermissionSort::Application => {
                self.resources.get(&**resource).cloned().unwrap_or_else(|| resource.to_string())
            }
        };
        let tier = self.tiers.of_entry(entry);
        let line = |sign, names: Vec<String>, tier| {
            let text = format!("{}: {target} / {}", in_full(app), names.join(", "));
            (!names.is_empty()).then_some((sign, text, tier))
        };
        let kept = others.into_iter().flat_map(|all| all.gets.iter().chain(all.loses.iter()));
        let kept = kept.filter(|name| !gets.contains(name) && !loses.contains(name));
        let own = [
            line('+', sorted(gets.iter()), tier),
            line('-', sorted(loses.iter()), None),
            line('=', sorted(kept), None),
        ];
        own.into_iter().flatten().collect()
    }
}

/// App, resource and sort; then whom a permission is given to, and its name.
type GivenPlace = (String, String, PermissionSort, AccessHolder, String);

/// How risky it is what changes give, permission by permission, by whom they give it to.
#[derive(Default)]
pub(crate) struct PersonTiers(BTreeMap<GivenPlace, Tier>);

impl PersonTiers {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut tiers = BTreeMap::new();
        for change in &plan.changes {
            let Some(tier) = change.risk.as_ref().map(|risk| risk.tier) else { continue };
            for one in change.permissions.iter().filter(|one| one.gained) {
                let Some(who) = AccessHolder::of(change.subject.audience, one.sort) else {
                    continue;
                };
                let (owner, id) = (change.address.owner.clone(), access::resource(one));
                let most = tiers.entry((owner, id, one.sort, who, one.name.clone()));
                let most = most.or_insert(tier);
                *most = tier.max(*most);
            }
        }
        Self(tiers)
    }

    /// Of what an entry gives: by a change for its holder, or by one for everybody.
    pub(crate) fn of_entry(&self, entry: &AccessEntry) -> Option<Tier> {
        let AccessEntry { app, resource, sort, who, gets, loses: _ } = entry;
        let of = |who: AccessHolder, name: &Untrusted| {
            let place = (app.to_string(), resource.to_string(), *sort, who, name.raw().to_owned());
            self.0.get(&place).copied()
        };
        let all = gets.iter().map(|name| of(*who, name).max(of(AccessHolder::Everybody, name)));
        all.max().flatten()
    }
}

/// What people call the APIs of the plan's permissions, by application id, or object id where that is not
/// known.
pub(crate) fn resources(plan: &Plan) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for change in &plan.changes {
        let Some(target) = &change.subject.target else { continue };
        for one in &change.permissions {
            let id = access::resource(one);
            found.entry(id).or_insert_with(|| called(target.raw()));
        }
    }
    found
}

/// What the holders of a plan are called: by the directory, or else by the change that is about them.
pub(crate) struct Named<'p> {
    plan: &'p Plan,
    by_change: BTreeMap<ObjectId, &'p Untrusted>,
}

impl<'p> Named<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        let one = |change: &'p Change| match change.subject.audience {
            Audience::One(id) | Audience::Group(id) => Some((id, change.subject.person.as_ref()?)),
            Audience::Everyone | Audience::Tenant => None,
        };
        Self { plan, by_change: plan.changes.iter().filter_map(one).collect() }
    }

    /// Safe text; the id of one whose name nobody looked up.
    pub(crate) fn name(&self, id: ObjectId) -> String {
        let known = self.plan.names.0.get(&id).or_else(|| self.by_change.get(&id).copied());
        known.map_or_else(|| id.to_string(), |name| called(name.raw()))
    }
}

#[cfg(test)]
#[path = "by_person_tests.rs"]
mod tests;
