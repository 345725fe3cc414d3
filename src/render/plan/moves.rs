//! Who gets and who loses what by a plan, a line for each: what a comment, a summary or a page begins with.
//! Told by what people really have before and after, and not by the objects that are sent.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::audience::Audience;
use crate::model::change::{Change, PermissionSort};
use crate::model::id::ObjectId;
use crate::model::risk::Tier;
use crate::plan::Plan;
use crate::plan::access::{AccessEntry, AccessHolder, is_about_access};
use crate::render::plan::by_person::{Named, PersonTiers, resources};

/// All of a plan, what matters most first.
pub(crate) struct Moves<'p> {
    pub(crate) takes: Vec<Move<'p>>,
    pub(crate) gives: Vec<Move<'p>>,
    /// What lets people consent, or otherwise gives or takes nothing at once.
    pub(crate) settings: Vec<&'p Change>,
    /// What alters nobody's access.
    pub(crate) idle: Vec<&'p Change>,
}

/// The same permissions of one resource, through one app, for the same reason of risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move<'p> {
    /// Its label.
    pub(crate) app: &'p str,
    /// What people call the resource. Safe text; of a sign-in nothing.
    pub(crate) resource: String,
    pub(crate) sort: PermissionSort,
    /// Safe text, sorted.
    pub(crate) names: Vec<String>,
    pub(crate) whom: Whom,
    pub(crate) side: Side,
    /// How risky it is what is given, where anything makes it so.
    pub(crate) tier: Option<Tier>,
}

/// Who gets or loses it. Names are safe text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whom {
    /// All users of the tenant, but for these: they have a line of their own, or keep what they have.
    Everybody { but: Vec<String> },
    /// The app by itself.
    App,
    /// Users and groups.
    Some { people: Vec<String>, groups: Vec<String> },
}

impl Move<'_> {
    /// Whether it must be seen at every size: what is dangerous to give, and what all users or an app lose.
    pub(crate) fn must_be_seen(&self) -> bool {
        match self.side {
            Side::Gives => self.tier >= Some(Tier::High),
            Side::Takes => matches!(self.whom, Whom::Everybody { .. } | Whom::App),
        }
    }

    fn rank(&self) -> impl Ord + use<> {
        let (who, people) = match &self.whom {
            Whom::Everybody { .. } => (0, 0),
            Whom::App => (1, 0),
            Whom::Some { people, groups } => (2, people.len() + groups.len()),
        };
        let danger = self.tier.filter(|tier| *tier >= Tier::High);
        (Reverse(danger), who, Reverse(people), self.app.to_owned(), self.resource.clone())
    }
}

/// What entries have in common that stand on one line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    holder: Holder,
    names: Vec<String>,
    tier: Option<Tier>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Everybody,
    App,
    Some,
}

impl<'p> Moves<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        let teller = Teller {
            resources: resources(plan),
            tiers: PersonTiers::of(plan),
            named: Named::of(plan),
            groups: groups(plan),
        };
        let (mut takes, mut gives) = (Vec::new(), Vec::new());
        let entries = plan.access.entries();
        let place = |one: &AccessEntry| (one.app.clone(), one.resource.clone(), one.sort);
        for of_place in entries.chunk_by(|one, next| place(one) == place(next)) {
            takes.extend(teller.lines(of_place, Side::Takes));
            gives.extend(teller.lines(of_place, Side::Gives));
        }
        takes.sort_by_cached_key(Move::rank);
        gives.sort_by_cached_key(Move::rank);
        let (access, mut settings): (Vec<&Change>, Vec<&Change>) =
            plan.changes.iter().partition(|change| is_about_access(change));
        settings.sort_by_key(|change| Reverse(change.risk.as_ref().map(|risk| risk.tier)));
        let idle = access.into_iter().filter(|change| plan.access.of(change).is_empty());
        Self { takes, gives, settings, idle: idle.collect() }
    }
}

/// Whether it comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Gives,
    Takes,
}

/// What entries are told with.
struct Teller<'p> {
    resources: BTreeMap<String, String>,
    tiers: PersonTiers,
    named: Named<'p>,
    groups: BTreeSet<ObjectId>,
}

impl<'p> Teller<'p> {
    /// All lines of one app, resource and sort.
    fn lines(&self, entries: &'p [AccessEntry], side: Side) -> Vec<Move<'p>> {
        let mut lines: BTreeMap<Line, Vec<ObjectId>> = BTreeMap::new();
        let mut own = Vec::new();
        for entry in entries {
            let (holder, id) = match entry.who {
                AccessHolder::Everybody => (Holder::Everybody, None),
                AccessHolder::App => (Holder::App, None),
                AccessHolder::One(id) => (Holder::Some, Some(id)),
            };
            own.extend(id);
            let moved = match side {
                Side::Gives => &entry.gets,
                Side::Takes => &entry.loses,
            };
            if moved.is_empty() {
                continue;
            }
            let names = crate::render::plan::body::sorted(moved.iter());
            let tier = (side == Side::Gives).then(|| self.tiers.of_entry(entry)).flatten();
            lines.entry(Line { holder, names, tier }).or_default().extend(id);
        }
        let Some(first) = entries.first() else { return Vec::new() };
        let told = |(line, ids): (Line, Vec<ObjectId>)| {
            let whom = match line.holder {
                Holder::Everybody => Whom::Everybody { but: self.names(&own) },
                Holder::App => Whom::App,
                Holder::Some => {
                    let (groups, people) = ids.iter().partition(|id| self.groups.contains(id));
                    let groups: Vec<ObjectId> = groups;
                    Whom::Some { people: self.names(&people), groups: self.names(&groups) }
                }
            };
            Move {
                app: &first.app,
                resource: self.resource(first),
                sort: first.sort,
                names: line.names,
                whom,
                side,
                tier: line.tier,
            }
        };
        lines.into_iter().map(told).collect()
    }

    fn resource(&self, entry: &AccessEntry) -> String {
        match entry.sort {
            PermissionSort::SignIn => String::new(),
            PermissionSort::Delegated | PermissionSort::Application => {
                let known = self.resources.get(&*entry.resource).cloned();
                known.unwrap_or_else(|| entry.resource.to_string())
            }
        }
    }

    /// In people's order.
    fn names(&self, ids: &[ObjectId]) -> Vec<String> {
        let mut names: Vec<String> = ids.iter().map(|id| self.named.name(*id)).collect();
        names.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
        names
    }
}

fn groups(plan: &Plan) -> BTreeSet<ObjectId> {
    let of = |change: &Change| match change.subject.audience {
        Audience::Group(id) => Some(id),
        Audience::Everyone | Audience::One(_) | Audience::Tenant => None,
    };
    plan.changes.iter().filter_map(of).collect()
}
