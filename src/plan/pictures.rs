//! What a reviewer sees as one change: many Graph objects that differ alike are one picture, and a
//! grant that replaces another is drawn together with what it replaces. Pure.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::address::{Address, TENANT};
use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Verb, Why};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::plan::access::is_about_access;
use crate::plan::outage::{self, Outage};

mod counts;
mod weight;
pub(crate) use counts::Counts;
pub(crate) use weight::{ReallyMoved, Weight};

/// Changes that are the same but for the person they concern, or for what they put on one list. Never
/// empty.
#[derive(Debug, Clone)]
pub(crate) struct Alike<'a> {
    /// The first in the plan's order; it stands for all.
    pub(crate) lead: &'a Change,
    /// All, the lead included, in the plan's order.
    pub(crate) members: Vec<&'a Change>,
    /// What differs, of all members together.
    pub(crate) fields: Cow<'a, [FieldChange]>,
    /// Whom all members together cut off.
    pub(crate) outage: Option<Outage>,
}

impl<'a> Alike<'a> {
    fn of(plan: &Plan, members: Vec<&'a Change>) -> Option<Self> {
        let lead = *members.first()?;
        let fields = match &*members {
            [_, _, ..] if is_item(lead) => Cow::Owned(united(&members)),
            _ => Cow::Borrowed(&*lead.fields),
        };
        let outage = outage::of_all(plan, members.iter().copied());
        Some(Self { lead, members, fields, outage })
    }

    /// How many objects stand on its list, and the list's name; `None` where no list was made.
    pub(crate) fn listed(&self) -> Option<(usize, &str)> {
        let name = self.fields.first().map(|field| field.name.as_str());
        name.filter(|_| self.members.len() > 1 && is_item(self.lead))
            .map(|name| (self.members.len(), name))
    }

    /// Somebody can do less afterwards, or an object goes.
    pub(crate) fn takes(&self) -> bool {
        self.lead.takes || self.lead.verb.removes()
    }

    /// The highest risk of what is given.
    pub(crate) fn tier(&self) -> Option<Tier> {
        self.members.iter().filter_map(|change| tier(change)).max()
    }

    /// Whether its members have other permissions than each other.
    pub(crate) fn is_mixed(&self) -> bool {
        is_of_a_set(self.lead) && self.members.iter().any(|one| one.fields != self.lead.fields)
    }

    /// Its members by what they have: what is most dangerous first, then what most have.
    pub(crate) fn sets(&self) -> Vec<(&'a [FieldChange], Vec<&'a Change>)> {
        let mut sets: BTreeMap<&'a [FieldChange], Vec<&'a Change>> = BTreeMap::new();
        for member in &self.members {
            sets.entry(&member.fields).or_default().push(member);
        }
        let mut sets: Vec<_> = sets.into_iter().collect();
        sets.sort_by_key(|(_, members)| {
            let worst = members.iter().filter_map(|change| tier(change)).max();
            (Reverse(worst), Reverse(members.len()))
        });
        sets
    }
}

/// One block of the drawing.
#[derive(Debug, Clone)]
pub(crate) struct Picture<'a> {
    /// Label of the app, or `tenant`.
    pub(crate) owner: &'a str,
    /// The word beside the sign.
    pub(crate) verb: Verb,
    pub(crate) shape: Form<'a>,
}

#[derive(Debug, Clone)]
pub(crate) enum Form<'a> {
    Alone(Alike<'a>),
    /// What `given` gives replaces what `taken` takes, so that there is no gap.
    Replacement {
        given: Vec<Alike<'a>>,
        taken: Vec<Alike<'a>>,
        moved: ReallyMoved,
    },
}

impl<'a> Picture<'a> {
    /// All groups, what gives first.
    pub(crate) fn groups(&self) -> Vec<&Alike<'a>> {
        match &self.shape {
            Form::Alone(group) => vec![group],
            Form::Replacement { given, taken, .. } => given.iter().chain(taken).collect(),
        }
    }

    /// Whom its changes cut off.
    pub(crate) fn outage(&self) -> Option<Outage> {
        outage::together(self.groups().iter().filter_map(|group| group.outage.clone()))
    }

    /// The highest risk of what its changes give.
    pub(crate) fn tier(&self) -> Option<Tier> {
        self.groups().iter().filter_map(|group| group.tier()).max()
    }

    /// Objects it concerns.
    pub(crate) fn objects(&self) -> usize {
        self.groups().iter().map(|group| group.members.len()).sum()
    }

    /// Somebody can do less afterwards, or an object goes.
    pub(crate) fn removes(&self) -> bool {
        self.groups().iter().any(|group| group.takes())
    }
}

/// Whether a change is one item of a list that is an object for each: permissions of one resource, say.
/// Together they read as the list.
fn is_item(change: &Change) -> bool {
    let alike = matches!(change.verb, Verb::Grant | Verb::Revoke)
        && change.subject.audience == Audience::Tenant
        && change.subject.target.is_some();
    alike && change.fields.len() == 1
}

/// Whether a change is one of many that come or go alike, person by person: each may have other permissions.
fn is_of_a_set(change: &Change) -> bool {
    matches!(change.verb, Verb::Grant | Verb::Revoke)
        && matches!(change.subject.audience, Audience::One(_))
}

/// The fields of items, as those of one change.
fn united(members: &[&Change]) -> Vec<FieldChange> {
    let mut united: Option<FieldChange> = None;
    for field in members.iter().flat_map(|change| &change.fields) {
        match &mut united {
            None => united = Some(field.clone()),
            Some(all) => {
                all.kept.extend(field.kept.iter().cloned());
                all.gained.extend(field.gained.iter().cloned());
                all.lost.extend(field.lost.iter().cloned());
            }
        }
    }
    united.into_iter().collect()
}

/// What all members of a group share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness<'a> {
    place: Common<'a>,
    verb: Verb,
    gives: bool,
    takes: bool,
    /// Not of items, which differ in nothing else, and not of what people have each for themselves.
    fields: &'a [FieldChange],
    tier: Option<Tier>,
    why: &'a [Why],
    crowd: AudienceSort,
    /// It alters nobody's access.
    idle: bool,
}

/// What a replacement and what it replaces share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Common<'a> {
    owner: &'a str,
    kind: &'a str,
    what: &'a str,
    target: Option<&'a Untrusted>,
}

/// The audience without the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AudienceSort {
    Everyone,
    One,
    Group,
    Tenant,
}

fn crowd(change: &Change) -> AudienceSort {
    match change.subject.audience {
        Audience::Everyone => AudienceSort::Everyone,
        Audience::One(_) => AudienceSort::One,
        Audience::Group(_) => AudienceSort::Group,
        Audience::Tenant => AudienceSort::Tenant,
    }
}

fn tier(change: &Change) -> Option<Tier> {
    change.risk.as_ref().map(|risk| risk.tier)
}

fn place(change: &Change) -> Common<'_> {
    Common {
        owner: &change.address.owner,
        kind: &change.address.kind,
        what: &change.subject.what,
        target: change.subject.target.as_ref(),
    }
}

fn likeness<'a>(plan: &Plan, change: &'a Change) -> Likeness<'a> {
    Likeness {
        place: place(change),
        verb: change.verb,
        gives: change.gives,
        takes: change.takes,
        fields: if is_item(change) || is_of_a_set(change) { &[] } else { &change.fields },
        tier: tier(change).filter(|_| !is_of_a_set(change)),
        why: &change.why,
        crowd: crowd(change),
        idle: is_about_access(change) && plan.access.of(change).is_empty(),
    }
}

/// All pictures of a plan: the tenant's settings first, then app by app as the plan lists them,
/// each in the plan's order.
pub(crate) fn pictures(plan: &Plan) -> Vec<Picture<'_>> {
    let changes = &plan.changes;
    let mut replaced = BTreeSet::new();
    let mut found: Vec<(usize, Picture<'_>)> = Vec::new();
    for block in replacements(changes) {
        replaced.extend(block.given.iter().chain(&block.taken).copied());
        let first = block.given.iter().chain(&block.taken).min().copied().unwrap_or_default();
        let pick = |at: &BTreeSet<usize>| groups(plan, at.iter().filter_map(|at| changes.get(*at)));
        found.push((
            first,
            Picture {
                owner: block.place.owner,
                verb: block.verb,
                shape: Form::Replacement {
                    given: pick(&block.given),
                    taken: pick(&block.taken),
                    moved: ReallyMoved::of(plan, block.given.iter().chain(&block.taken).take(1)),
                },
            },
        ));
    }
    let mut alike: BTreeMap<Likeness<'_>, (usize, Vec<&Change>)> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate().filter(|(at, _)| !replaced.contains(at)) {
        alike.entry(likeness(plan, change)).or_insert((at, Vec::new())).1.push(change);
    }
    for (first, members) in alike.into_values() {
        found.extend(Alike::of(plan, members).map(|group| (first, alone(group))));
    }
    by_weight(plan, found)
}

/// App by app, the heaviest first, and so within each app.
fn by_weight<'a>(plan: &Plan, found: Vec<(usize, Picture<'a>)>) -> Vec<Picture<'a>> {
    let rank: BTreeMap<&str, usize> =
        plan.apps.iter().enumerate().map(|(at, app)| (app.label.as_str(), at)).collect();
    let mut weighed: Vec<(Weight, usize, Picture<'a>)> =
        found.into_iter().map(|(first, picture)| (picture.weight(), first, picture)).collect();
    let mut heaviest: BTreeMap<&str, Weight> = BTreeMap::new();
    for (weight, _, picture) in &weighed {
        let most = heaviest.entry(picture.owner).or_insert(*weight);
        *most = (*most).min(*weight);
    }
    weighed.sort_by_cached_key(|(weight, first, picture)| {
        let owner = picture.owner;
        let app = rank.get(owner).copied().unwrap_or(usize::MAX);
        (heaviest.get(owner).copied(), owner != TENANT, app, owner, *weight, *first)
    });
    weighed.into_iter().map(|(_, _, picture)| picture).collect()
}

fn alone(group: Alike<'_>) -> Picture<'_> {
    let Alike { lead, .. } = group;
    Picture { owner: &lead.address.owner, verb: lead.verb, shape: Form::Alone(group) }
}

/// The same with each item of a list, and each set of permissions, by itself: where a picture has one line
/// only, a list would hide what is on it.
pub(crate) fn apart<'a>(plan: &Plan, pictures: Vec<Picture<'a>>) -> Vec<Picture<'a>> {
    let mut single = Vec::with_capacity(pictures.len());
    for picture in pictures {
        match picture.shape {
            Form::Alone(group) if group.listed().is_some() => {
                let items =
                    group.members.into_iter().filter_map(|item| Alike::of(plan, vec![item]));
                single.extend(items.map(alone));
            }
            Form::Alone(group) if group.is_mixed() => {
                let sets = group.sets().into_iter();
                single.extend(sets.filter_map(|(_, of)| Alike::of(plan, of)).map(alone));
            }
            _ => single.push(picture),
        }
    }
    single
}

fn groups<'a>(plan: &Plan, changes: impl Iterator<Item = &'a Change>) -> Vec<Alike<'a>> {
    let mut groups: Vec<Vec<&'a Change>> = Vec::new();
    let mut at: BTreeMap<Likeness<'a>, usize> = BTreeMap::new();
    for change in changes {
        let next = groups.len();
        let at = *at.entry(likeness(plan, change)).or_insert(next);
        match groups.get_mut(at) {
            Some(members) => members.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups.into_iter().filter_map(|members| Alike::of(plan, members)).collect()
}

/// Positions in the plan of what is drawn as one replacement.
struct Block<'a> {
    place: Common<'a>,
    verb: Verb,
    given: BTreeSet<usize>,
    taken: BTreeSet<usize>,
}

/// Changes that only take and wait for changes that only give, where one side is everybody and the
/// other is people.
fn replacements(changes: &[Change]) -> Vec<Block<'_>> {
    let at: BTreeMap<&Address, usize> =
        changes.iter().enumerate().map(|(at, change)| (&change.address, at)).collect();
    let mut blocks: BTreeMap<(Common<'_>, AudienceSort), Block<'_>> = BTreeMap::new();
    for (taking, change) in changes.iter().enumerate() {
        let verb = match (change.gives, change.verb, crowd(change)) {
            (false, Verb::Revoke | Verb::Unassign | Verb::Narrow, AudienceSort::Everyone) => {
                Verb::Narrow
            }
            (false, Verb::Revoke | Verb::Unassign | Verb::Narrow, AudienceSort::One) => Verb::Widen,
            _ => continue,
        };
        let other = if verb == Verb::Narrow { AudienceSort::One } else { AudienceSort::Everyone };
        let needed = change.needs.iter().filter_map(|need| at.get(need).copied());
        for giving in needed {
            let fits = changes.get(giving).is_some_and(|giver| {
                giver.gives
                    && !giver.takes
                    && crowd(giver) == other
                    && place(giver) == place(change)
            });
            if fits {
                let block = blocks.entry((place(change), other)).or_insert_with(|| Block {
                    place: place(change),
                    verb,
                    given: BTreeSet::new(),
                    taken: BTreeSet::new(),
                });
                block.given.insert(giving);
                block.taken.insert(taking);
            }
        }
    }
    blocks.into_values().collect()
}
