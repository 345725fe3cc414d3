//! Where everything of a picture stands. Heights follow from what is written; text is measured in columns, and
//! wraps, so that no name is ever cut.

use super::classes::{ClassNames, HolderClass, PermissionClass};
use super::links::Becomes;
use super::named::{Named, manner};
use crate::model::change::PermissionSort;
use crate::render::html::people;
use crate::render::page::{counted, grouped, in_full, wrap};

pub(crate) const WIDTH: usize = 960;
/// Text on the left ends here, and lines begin a little behind it.
pub(crate) const LEFT: usize = 310;
/// Lines end here.
pub(crate) const RIGHT: usize = 606;
/// Text on the right begins here.
pub(crate) const BESIDE: usize = 640;
/// From one line of text to the next.
pub(crate) const LINE: usize = 18;
/// From one port to the next.
const PORT: usize = 20;
const GAP: usize = 18;
const ABOVE: usize = 12;
/// Columns of text on either side.
const COLUMNS: usize = 38;

/// Holders and names of permissions that a picture has room for.
const HOLDERS: usize = 18;
const NAMES: usize = 48;
/// Of one place.
const LISTED: usize = 12;
/// People who are named where they stand together.
const PEOPLE: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    Strong,
    Plain,
    /// What the program counts.
    Count,
}

/// Text and ports of one place.
#[derive(Debug)]
pub(crate) struct PicturePlace {
    pub(crate) top: usize,
    pub(crate) height: usize,
    pub(crate) text: Vec<(Letters, String)>,
    pub(crate) ports: Vec<Becomes>,
    /// Above it: what publishes its permissions.
    pub(crate) heading: Vec<String>,
}

impl PicturePlace {
    fn new(heading: Vec<String>, text: Vec<(Letters, String)>, mut ports: Vec<Becomes>) -> Self {
        ports.sort();
        ports.dedup();
        let height = (text.len() * LINE).max(ports.len() * PORT);
        Self { top: 0, height, text, ports, heading }
    }

    fn above(&self) -> usize {
        if self.heading.is_empty() { 0 } else { self.heading.len() * LINE + 8 }
    }

    /// How far down the port of this kind is.
    pub(crate) fn port(&self, becomes: Becomes) -> usize {
        let at = self.ports.iter().position(|port| *port == becomes).unwrap_or_default();
        let all = self.ports.len().saturating_sub(1) * PORT;
        self.top + self.height / 2 + at * PORT - all / 2
    }
}

/// One picture.
#[derive(Debug)]
pub(crate) struct PictureLayout {
    pub(crate) height: usize,
    pub(crate) left: Vec<PicturePlace>,
    pub(crate) right: Vec<PicturePlace>,
    /// From, to, and what becomes of it.
    pub(crate) lines: Vec<(usize, usize, Becomes)>,
    /// In words: what has no place in it.
    pub(crate) left_out: Option<String>,
}

pub(crate) fn lay_out(
    holders: &[HolderClass],
    permissions: &[PermissionClass],
    named: &Named<'_>,
) -> PictureLayout {
    let shown = &holders[..holders.len().min(HOLDERS)];
    let drawn = &permissions[..fitting(permissions)];
    let mut left: Vec<PicturePlace> = shown.iter().map(holder).collect();
    let mut before = None;
    let mut right: Vec<PicturePlace> = Vec::new();
    for class in drawn {
        let heading = if before == Some(&class.source) { Vec::new() } else { source(class, named) };
        before = Some(&class.source);
        right.push(permission(class, heading));
    }
    let height = place(&mut left).max(place(&mut right));
    spread(&mut left, height);
    spread(&mut right, height);
    let lines = drawn.iter().enumerate().flat_map(|(to, class)| {
        let of = class.held.iter().filter(|(from, _)| *from < shown.len());
        of.map(move |(from, becomes)| (*from, to, *becomes))
    });
    let lines = lines.collect();
    let left_out = left_out(&holders[shown.len()..], &permissions[drawn.len()..]);
    PictureLayout { height, left, right, lines, left_out }
}

/// So many of them have room.
fn fitting(permissions: &[PermissionClass]) -> usize {
    let mut room = NAMES;
    let mut fits = |class: &&PermissionClass| {
        let fits = room > 0;
        room = room.saturating_sub(class.names.len().min(LISTED));
        fits
    };
    permissions.iter().take_while(|class| fits(class)).count()
}

fn holder(class: &HolderClass) -> PicturePlace {
    let (title, names): (String, &[String]) = match &class.whom {
        ClassNames::Everybody { but_some: true } => ("Everybody else".to_owned(), &[]),
        ClassNames::Everybody { but_some: false } => ("Everybody".to_owned(), &[]),
        ClassNames::App => ("The app itself".to_owned(), &[]),
        ClassNames::Groups(names) => (counted(names.len(), "group"), names),
        ClassNames::People(names) => (people(names.len()), names),
    };
    let mut text = vec![(Letters::Strong, title)];
    if names.len() == 1 {
        text.clear();
    }
    let letters = if names.len() == 1 { Letters::Strong } else { Letters::Plain };
    let told = if names.len() <= PEOPLE { names } else { &names[..PEOPLE - 1] };
    for name in told {
        text.extend(wrap(&in_full(name), COLUMNS).into_iter().map(|line| (letters, line)));
    }
    if names.len() > told.len() {
        text.push((Letters::Count, format!("and {} more", grouped(names.len() - told.len()))));
    }
    PicturePlace::new(Vec::new(), text, class.links.values().copied().collect())
}

fn source(class: &PermissionClass, named: &Named<'_>) -> Vec<String> {
    let (resource, sort) = (named.resource(&class.source), class.source.1);
    let words = match sort {
        PermissionSort::SignIn => "Signing in".to_owned(),
        sort => format!("{}, {}", in_full(&resource), manner(sort)),
    };
    wrap(&words, COLUMNS)
}

fn permission(class: &PermissionClass, heading: Vec<String>) -> PicturePlace {
    let fits = class.names.len() <= LISTED;
    let told = if fits { class.names.len() } else { LISTED - 1 };
    let mut text: Vec<(Letters, String)> = Vec::new();
    for name in class.names.iter().take(told) {
        let lines = wrap(&in_full(name.raw()), COLUMNS);
        text.extend(lines.into_iter().map(|line| (Letters::Plain, line)));
    }
    if !fits {
        let more = grouped(class.names.len() - told);
        text.push((Letters::Count, format!("and {more} more that are held alike")));
    }
    PicturePlace::new(heading, text, class.held.iter().map(|(_, becomes)| *becomes).collect())
}

/// One below the other; how high they are together.
fn place(places: &mut [PicturePlace]) -> usize {
    let mut down = ABOVE;
    for place in places {
        down += place.above();
        place.top = down;
        down += place.height + GAP;
    }
    down
}

/// In the middle of what is higher beside them.
fn spread(places: &mut [PicturePlace], height: usize) {
    let end = places.last().map_or(0, |last| last.top + last.height + GAP);
    let free = height.saturating_sub(end);
    let each = (free / (places.len() + 1)).min(2 * LINE);
    let first = (free - each * places.len().saturating_sub(1)) / 2;
    for (at, place) in places.iter_mut().enumerate() {
        place.top += first + at * each;
    }
}

fn left_out(holders: &[HolderClass], permissions: &[PermissionClass]) -> Option<String> {
    let sets = holders.len();
    let whom: usize = holders.iter().map(|class| class.whom.size()).sum();
    let names: usize = permissions.iter().map(|class| class.names.len()).sum();
    let whom = (sets > 0).then(|| format!("{} with other lines", people(whom)));
    let names = (names > 0).then(|| counted(names, "permission"));
    let told: Vec<String> = whom.into_iter().chain(names).collect();
    (!told.is_empty()).then(|| format!("Not drawn: {}.", told.join(", and ")))
}
