//! What a reviewer sees as one change: many Graph objects that differ alike are one picture, and a
//! grant that replaces another is drawn together with what it replaces. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::address::{Address, TENANT};
use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Tier, Verb, Why};
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;

/// Changes that are the same but for the person they concern. Never empty.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The first in the plan's order; it stands for all.
    pub lead: &'a Change,
    /// All, the lead included, in the plan's order.
    pub members: Vec<&'a Change>,
}

impl Group<'_> {
    /// Somebody can do less afterwards, or an object goes.
    pub fn takes(&self) -> bool {
        self.lead.takes || self.lead.verb.removes()
    }

    /// The risk that all members have.
    pub fn tier(&self) -> Option<Tier> {
        tier(self.lead)
    }
}

/// One block of the drawing.
#[derive(Debug, Clone)]
pub struct Picture<'a> {
    /// Label of the app, or `tenant`.
    pub owner: &'a str,
    /// The word beside the sign.
    pub verb: Verb,
    pub shape: Shape<'a>,
}

#[derive(Debug, Clone)]
pub enum Shape<'a> {
    Alone(Group<'a>),
    /// What `given` gives replaces what `taken` takes, so that there is no gap.
    Replacement {
        given: Vec<Group<'a>>,
        taken: Vec<Group<'a>>,
    },
}

impl<'a> Picture<'a> {
    /// All groups, what gives first.
    pub fn groups(&self) -> Vec<&Group<'a>> {
        match &self.shape {
            Shape::Alone(group) => vec![group],
            Shape::Replacement { given, taken } => given.iter().chain(taken).collect(),
        }
    }

    /// The highest risk of its changes.
    pub fn tier(&self) -> Option<Tier> {
        self.groups().iter().filter_map(|group| group.tier()).max()
    }

    /// Objects it concerns.
    pub fn objects(&self) -> usize {
        self.groups().iter().map(|group| group.members.len()).sum()
    }

    /// Somebody can do less afterwards, or an object goes.
    pub fn removes(&self) -> bool {
        self.groups().iter().any(|group| group.takes())
    }
}

/// How many changes, as a reviewer counts them: objects that differ alike are one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub changes: usize,
    pub gives: usize,
    pub takes: usize,
    /// Neither gives nor takes anything.
    pub neither: usize,
}

impl Tally {
    pub fn of(pictures: &[Picture<'_>]) -> Self {
        let mut tally = Self::default();
        for group in pictures.iter().flat_map(Picture::groups) {
            let Change { gives, takes, .. } = group.lead;
            tally.changes += 1;
            tally.gives += usize::from(*gives);
            tally.takes += usize::from(*takes);
            tally.neither += usize::from(!gives && !takes);
        }
        tally
    }
}

/// How many objects of each word, for the plan's last line. Assignments count as grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub create: usize,
    pub grant: usize,
    pub widen: usize,
    pub narrow: usize,
    pub set: usize,
    pub revoke: usize,
}

impl Counts {
    /// A permission entry that both gains and loses counts as widened and as narrowed.
    pub fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut counts = Self::default();
        counts.add(changes);
        counts
    }

    pub fn add<'c>(&mut self, changes: impl IntoIterator<Item = &'c Change>) {
        for change in changes {
            match change.verb {
                Verb::Create => self.create += 1,
                Verb::Grant | Verb::Assign => self.grant += 1,
                Verb::Widen => self.widen += 1,
                Verb::Narrow => self.narrow += 1,
                Verb::Revoke | Verb::Unassign => self.revoke += 1,
                Verb::Set => self.add_set(change),
            }
        }
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let Self { create, grant, widen, narrow, set, revoke } = other;
        Self {
            create: self.create + create,
            grant: self.grant + grant,
            widen: self.widen + widen,
            narrow: self.narrow + narrow,
            set: self.set + set,
            revoke: self.revoke + revoke,
        }
    }

    /// Each number with its word: the four that every plan tells, then those that are rare.
    pub fn words(self) -> [(usize, &'static str); 6] {
        let Self { create, grant, widen, narrow, set, revoke } = self;
        [
            (grant, "grant"),
            (widen, "widen"),
            (narrow, "narrow"),
            (revoke, "revoke"),
            (create, "create"),
            (set, "set"),
        ]
    }

    fn add_set(&mut self, change: &Change) {
        let entry = change.subject.audience != Audience::Tenant;
        if entry && (change.gives || change.takes) {
            self.widen += usize::from(change.gives);
            self.narrow += usize::from(change.takes);
        } else {
            self.set += 1;
        }
    }
}

/// What all members of a group share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness<'a> {
    place: Place<'a>,
    verb: Verb,
    gives: bool,
    takes: bool,
    fields: &'a [FieldChange],
    tier: Option<Tier>,
    why: &'a [Why],
    crowd: Crowd,
}

/// What a replacement and what it replaces share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    owner: &'a str,
    kind: &'a str,
    what: &'a str,
    target: Option<&'a Untrusted>,
}

/// The audience without the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Crowd {
    Everyone,
    One,
    Group,
    Tenant,
}

fn crowd(change: &Change) -> Crowd {
    match change.subject.audience {
        Audience::Everyone => Crowd::Everyone,
        Audience::One(_) => Crowd::One,
        Audience::Group(_) => Crowd::Group,
        Audience::Tenant => Crowd::Tenant,
    }
}

fn tier(change: &Change) -> Option<Tier> {
    change.risk.as_ref().map(|risk| risk.tier)
}

fn place(change: &Change) -> Place<'_> {
    Place {
        owner: &change.address.owner,
        kind: &change.address.kind,
        what: &change.subject.what,
        target: change.subject.target.as_ref(),
    }
}

fn likeness(change: &Change) -> Likeness<'_> {
    Likeness {
        place: place(change),
        verb: change.verb,
        gives: change.gives,
        takes: change.takes,
        fields: &change.fields,
        tier: tier(change),
        why: &change.why,
        crowd: crowd(change),
    }
}

/// All pictures of a plan: the tenant's settings first, then app by app as the plan lists them,
/// each in the plan's order.
pub fn pictures(plan: &Plan) -> Vec<Picture<'_>> {
    let changes = &plan.changes;
    let mut replaced = BTreeSet::new();
    let mut found: Vec<(usize, Picture<'_>)> = Vec::new();
    for block in replacements(changes) {
        replaced.extend(block.given.iter().chain(&block.taken).copied());
        let first = block.given.iter().chain(&block.taken).min().copied().unwrap_or_default();
        let pick = |at: &BTreeSet<usize>| groups(at.iter().filter_map(|at| changes.get(*at)));
        found.push((
            first,
            Picture {
                owner: block.place.owner,
                verb: block.verb,
                shape: Shape::Replacement { given: pick(&block.given), taken: pick(&block.taken) },
            },
        ));
    }
    let mut alone: BTreeMap<Likeness<'_>, (usize, Vec<&Change>)> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate().filter(|(at, _)| !replaced.contains(at)) {
        alone.entry(likeness(change)).or_insert((at, Vec::new())).1.push(change);
    }
    for (first, members) in alone.into_values() {
        if let Some(lead) = members.first().copied() {
            let shape = Shape::Alone(Group { lead, members });
            found.push((first, Picture { owner: &lead.address.owner, verb: lead.verb, shape }));
        }
    }
    let rank: BTreeMap<&str, usize> =
        plan.apps.iter().enumerate().map(|(at, app)| (app.label.as_str(), at)).collect();
    found.sort_by_cached_key(|(first, picture)| {
        let app = rank.get(picture.owner).copied().unwrap_or(usize::MAX);
        (picture.owner != TENANT, app, picture.owner, *first)
    });
    found.into_iter().map(|(_, picture)| picture).collect()
}

fn groups<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut at: BTreeMap<Likeness<'a>, usize> = BTreeMap::new();
    for change in changes {
        let next = groups.len();
        let at = *at.entry(likeness(change)).or_insert(next);
        match groups.get_mut(at) {
            Some(group) => group.members.push(change),
            None => groups.push(Group { lead: change, members: vec![change] }),
        }
    }
    groups
}

/// Positions in the plan of what is drawn as one replacement.
struct Block<'a> {
    place: Place<'a>,
    verb: Verb,
    given: BTreeSet<usize>,
    taken: BTreeSet<usize>,
}

/// Changes that only take and wait for changes that only give, where one side is everybody and the
/// other is people.
fn replacements(changes: &[Change]) -> Vec<Block<'_>> {
    let at: BTreeMap<&Address, usize> =
        changes.iter().enumerate().map(|(at, change)| (&change.address, at)).collect();
    let mut blocks: BTreeMap<(Place<'_>, Crowd), Block<'_>> = BTreeMap::new();
    for (taking, change) in changes.iter().enumerate() {
        let verb = match (change.gives, change.verb, crowd(change)) {
            (false, Verb::Revoke | Verb::Unassign | Verb::Narrow, Crowd::Everyone) => Verb::Narrow,
            (false, Verb::Revoke | Verb::Unassign | Verb::Narrow, Crowd::One) => Verb::Widen,
            _ => continue,
        };
        let other = if verb == Verb::Narrow { Crowd::One } else { Crowd::Everyone };
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
