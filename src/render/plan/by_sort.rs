//! The same change in many places, as one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::audience::Audience;
use crate::model::change::Verb;
use crate::model::risk::Tier;
use crate::plan::outage::{self, CutOff, Outage};
use crate::plan::pictures::Picture;
use crate::render::page::shares::{Costly, head};
use crate::render::page::style::Ink;
use crate::render::page::{Page, counted};
use crate::render::plan::body::BODY;
use crate::render::plan::entry::{self, Detail, lead, rows, whole};
use crate::render::plan::marks::Marks;

/// What is drawn as one when there are too many pictures.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Sameness {
    verb: Verb,
    phrase: String,
    tier: Option<Tier>,
    cut_off: Option<CutOff>,
}

/// The same change in one or many places.
pub(crate) struct SameChange<'p> {
    /// The texts of its lines, without the count.
    rows: Vec<String>,
    /// Stands for all: they have the same word and the same risk, and cut off the same sort of people.
    first: &'p Picture<'p>,
    marks: Marks,
    outage: Option<Outage>,
    objects: usize,
    owners: BTreeSet<&'p str>,
}

/// Danger first, then what takes, the widest outage before others, then the most frequent.
pub(crate) fn sorts<'p>(pictures: &[&'p Picture<'p>], extent: Detail) -> Vec<SameChange<'p>> {
    let mut same: BTreeMap<Sameness, SameChange<'p>> = BTreeMap::new();
    for picture in pictures.iter().copied() {
        let phrase = format!("{}\n{}", crowd_of_any(picture), whole(picture));
        let outage = picture.outage();
        let cut_off = outage.as_ref().map(Outage::who);
        let key = Sameness { verb: picture.verb, phrase, tier: picture.tier(), cut_off };
        let sort = same.entry(key).or_insert_with(|| SameChange {
            rows: Vec::new(),
            first: picture,
            marks: Marks::with(None, None),
            outage: None,
            objects: 0,
            owners: BTreeSet::new(),
        });
        sort.outage = outage::together(sort.outage.take().into_iter().chain(outage));
        sort.objects += picture.objects();
        sort.owners.insert(picture.owner);
    }
    let mut sorts: Vec<SameChange<'p>> = same.into_values().collect();
    sorts.sort_by_cached_key(|sort| {
        let danger = sort.first.tier().filter(|tier| *tier >= Tier::High);
        let widest = Reverse(sort.outage.as_ref().map(|outage| Reverse(outage.who())));
        (Reverse(danger), Reverse(sort.first.removes()), widest, Reverse(sort.objects))
    });
    for sort in &mut sorts {
        let lead = match (sort.objects, sort.outage.as_ref().map(Outage::who)) {
            (1, _) => lead(sort.first, Some(sort.first.owner)),
            // The mark of the title names them.
            (_, Some(CutOff::Everybody)) => what(sort.first),
            (_, _) => crowd_of_any(sort.first),
        };
        sort.marks = Marks::with(sort.first.tier(), sort.outage.as_ref());
        sort.rows = rows(sort.first, &sort.marks, &lead, extent);
    }
    sorts
}

impl Costly for Vec<SameChange<'_>> {
    fn cost(&self, row: usize) -> Option<usize> {
        self.get(row).map(SameChange::lines)
    }
}

impl SameChange<'_> {
    /// One object is told where it is; many are counted on a line of their own.
    fn lines(&self) -> usize {
        self.rows.len() + usize::from(self.objects > 1)
    }
}

pub(crate) fn draw(name: &str, sorts: &[SameChange<'_>], rows: usize, page: &mut Page) {
    if sorts.is_empty() {
        return;
    }
    head(name, page);
    for sort in sorts.iter().take(rows) {
        let SameChange { rows, first, marks, outage: _, objects, owners } = sort;
        entry::draw(first, marks, rows, page);
        if *objects == 1 {
            continue;
        }
        let many = format!("{} in {}", counted(*objects, "object"), counted(owners.len(), "app"));
        page.line(Ink::Plain, &format!("{BODY}{many}"));
    }
    if sorts.len() > rows {
        let left: usize = sorts.iter().skip(rows).map(|sort| sort.objects).sum();
        let sorts = counted(sorts.len() - rows, "other sort");
        let left = counted(left, "object");
        page.line(Ink::Plain, &format!("  and {left} of {sorts} (--full lists all)"));
    }
}

fn what(picture: &Picture<'_>) -> String {
    let groups = picture.groups();
    groups.first().map(|group| group.lead.subject.what.clone()).unwrap_or_default()
}

/// The lead without names, so that places differ in nothing but where they are.
fn crowd_of_any(picture: &Picture<'_>) -> String {
    let groups = picture.groups();
    let Some(lead) = groups.first().map(|group| group.lead) else { return String::new() };
    let crowd = match lead.subject.audience {
        Audience::Everyone => Some("all users".to_owned()),
        Audience::One(_) => Some("some users".to_owned()),
        Audience::Group(_) => Some("some groups".to_owned()),
        Audience::Tenant => None,
    };
    [Some(lead.subject.what.clone()), crowd].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
