//! What removals rest on, as the last reads showed it. Before a request goes out that takes something,
//! each of its grounds was seen less than [`LOOKS_LAST`] ago; a ground that is not there any more keeps
//! the request from going out. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::apply::in_flight::Ticket;
use crate::apply::next_batch::{LARGEST, Places};
use crate::apply::placeholder;
use crate::apply::proof::{CHECK, LOOKS_LAST, delay};
use crate::graph::patience::Trying;
use crate::model::address::Address;
use crate::model::change::{Change, Subject};
use crate::model::object_state::ObjectState;
use crate::model::query::{Query, Rows};
use crate::model::request::{Known, Proof};

/// So many that one list shows are not read one by one any more: these would be ten batches.
const MANY: usize = 10 * LARGEST;

/// All grounds of a run, each once, however many changes rest on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grounds<'a> {
    all: Vec<Ground<'a>>,
    /// By the place of a change in the plan, which of them it rests on.
    of: BTreeMap<usize, Vec<usize>>,
    /// What each read under way is about: of each of its queries, the grounds that it shows.
    asked: BTreeMap<Ticket, Vec<Vec<usize>>>,
    /// How the run tries again after faults.
    pub(crate) trying: Trying,
}

#[derive(Debug, Clone)]
struct Ground<'a> {
    subject: &'a Subject,
    proof: &'a Proof,
    /// When the service answered with it.
    shown: Option<Duration>,
    look: GroundLook,
    /// When it was begun.
    begun: Duration,
}

/// Where the present look at a ground stands. Reads that could be made and did not show it, and others,
/// have each their own patience, as everywhere.
#[derive(Debug, Clone, Copy, PartialEq)]
enum GroundLook {
    /// Nobody asked for one, or it is over.
    Over,
    Due {
        from: Duration,
        sightings: usize,
        unread: usize,
    },
    Aloft {
        sightings: usize,
        unread: usize,
    },
    /// Read until the patience was over, and not there.
    Missing,
    /// Not read until the patience was over, or not in time.
    Unread,
}

/// Whether a change may take what it takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Footing {
    /// All that it rests on was seen just now.
    Firm,
    /// It is being looked at.
    Open,
    /// Something is missing or cannot be read: a sentence that names it.
    Lost(String),
}

impl<'a> Grounds<'a> {
    /// Of every change that takes: what the plan says that it rests on, and what it waits for. That is
    /// read once more too, in case somebody removed it since it was made.
    pub(crate) fn of(changes: &'a [Change], places: &Places<'a>) -> Self {
        let mut grounds = Self::default();
        let mut rests: BTreeMap<(&Address, &ObjectState), usize> = BTreeMap::new();
        let mut made_of: BTreeMap<(&Address, usize), usize> = BTreeMap::new();
        for (place, change) in changes.iter().enumerate().filter(|(_, change)| change.takes) {
            let mut own = Vec::new();
            for rest in &change.rests_on {
                let at = rests.entry((&rest.address, &rest.state));
                own.push(*at.or_insert_with(|| grounds.add(&rest.subject, &rest.proof)));
            }
            let needs = change.needs.iter().filter_map(|need| changes.get(places.at(need)?));
            // What one change of an object leaves, the next one is about: it is looked at as what is
            // replaced.
            for made in needs.filter(|made| made.object() != change.object()) {
                for (turn, step) in made.steps.iter().enumerate() {
                    let at = made_of.entry((&made.address, turn));
                    own.push(*at.or_insert_with(|| grounds.add(&made.subject, &step.proof)));
                }
            }
            if !own.is_empty() {
                grounds.of.insert(place, own);
            }
        }
        grounds
    }

    fn add(&mut self, subject: &'a Subject, proof: &'a Proof) -> usize {
        self.all.push(Ground {
            subject,
            proof,
            shown: None,
            look: GroundLook::Over,
            begun: Duration::ZERO,
        });
        self.all.len() - 1
    }

    /// How the change at this place stands.
    pub(crate) fn footing(&self, place: usize, now: Duration) -> Footing {
        let own = || self.of.get(&place).into_iter().flatten().filter_map(|at| self.all.get(*at));
        let lost: Vec<&Ground<'_>> = own().filter(|ground| ground.is_lost()).collect();
        if let Some(first) = lost.first() {
            return Footing::Lost(told(first, lost.len() - 1));
        }
        if own().all(|ground| ground.is_firm(now)) { Footing::Firm } else { Footing::Open }
    }

    /// Asks for a look at all that the change rests on and that was not seen just now.
    pub(crate) fn ask(&mut self, place: usize, now: Duration) {
        for at in self.of.get(&place).into_iter().flatten() {
            let Some(ground) = self.all.get_mut(*at) else { continue };
            let idle =
                matches!(ground.look, GroundLook::Over | GroundLook::Missing | GroundLook::Unread);
            if idle && !ground.is_firm(now) {
                ground.look = GroundLook::Due { from: now, sightings: 0, unread: 0 };
                ground.begun = now;
            }
        }
    }

    /// Whether a look at something that the change rests on is still going on.
    pub(crate) fn is_looking(&self, place: usize) -> bool {
        let mut own = self.of.get(&place).into_iter().flatten();
        own.any(|at| {
            matches!(self.all[*at].look, GroundLook::Due { .. } | GroundLook::Aloft { .. })
        })
    }

    /// Nothing is under way.
    pub(crate) fn all_back(&self) -> bool {
        self.asked.is_empty()
    }

    /// When the next read is due.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        let due = |ground: &Ground<'_>| match ground.look {
            GroundLook::Due { from, .. } => Some(from),
            _ => None,
        };
        self.all.iter().filter_map(due).min()
    }

    /// The reads that are due, at most a batch of them, under way from now on. What many of them have
    /// in common is one list. An object whose id did not become known cannot be read.
    pub(crate) fn reads(&mut self, ticket: Ticket, now: Duration, known: &Known) -> Vec<Query> {
        let due = self.due(now);
        let mut in_list: BTreeMap<&Query, usize> = BTreeMap::new();
        for list in due.iter().filter_map(|at| self.all[*at].proof.among.as_ref()) {
            *in_list.entry(list).or_default() += 1;
        }
        let mut places: BTreeMap<Query, usize> = BTreeMap::new();
        let (mut queries, mut shows): (Vec<Query>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        let mut unread = Vec::new();
        for at in &due {
            let proof = self.all[*at].proof;
            let many = |list: &&Query| in_list.get(*list).is_some_and(|count| *count >= MANY);
            let query = proof.among.as_ref().filter(many).unwrap_or(&proof.read).filled(known);
            if placeholder::in_query(&query) {
                unread.push(*at);
            } else if let Some(place) = places.get(&query) {
                shows[*place].push(*at);
            } else if queries.len() < LARGEST {
                places.insert(query.clone(), queries.len());
                queries.push(query);
                shows.push(vec![*at]);
            }
        }
        for at in unread {
            self.all[at].look = GroundLook::Unread;
        }
        for at in shows.iter().flatten() {
            self.all[*at].depart();
        }
        if !queries.is_empty() {
            self.asked.insert(ticket, shows);
        }
        queries
    }

    /// Takes in what came of them; false where the ticket is none of these.
    pub(crate) fn seen(
        &mut self,
        ticket: Ticket,
        rows: &[Result<Rows, String>],
        now: Duration,
        known: &Known,
    ) -> bool {
        let Some(shows) = self.asked.remove(&ticket) else { return false };
        for (place, grounds) in shows.iter().enumerate() {
            match rows.get(place).and_then(|rows| rows.as_ref().ok()) {
                None => grounds.iter().for_each(|at| self.all[*at].failed(self.trying, now)),
                Some(rows) => {
                    let values: Vec<Value> = rows.iter().collect();
                    let mut index = Index::of(&values);
                    for at in grounds {
                        let ground = &mut self.all[*at];
                        let held = index.shows(ground.proof, known);
                        ground.seen(held, rows.answered(), now);
                    }
                }
            }
        }
        true
    }

    /// All that changes in it, to tell one moment from another.
    #[cfg(test)]
    pub(crate) fn still(&self) -> impl std::fmt::Debug + '_ {
        let looks = self.all.iter().map(|ground| (ground.shown, ground.look));
        (looks.collect::<Vec<_>>(), &self.asked)
    }

    fn due(&self, now: Duration) -> Vec<usize> {
        let is_due = |ground: &Ground<'_>| matches!(ground.look, GroundLook::Due { from, .. } if from <= now);
        (0..self.all.len()).filter(|at| is_due(&self.all[*at])).collect()
    }
}

impl Ground<'_> {
    fn is_firm(&self, now: Duration) -> bool {
        self.shown.is_some_and(|shown| now.saturating_sub(shown) < LOOKS_LAST)
    }

    fn is_lost(&self) -> bool {
        matches!(self.look, GroundLook::Missing | GroundLook::Unread)
    }

    fn depart(&mut self) {
        if let GroundLook::Due { sightings, unread, .. } = self.look {
            self.look = GroundLook::Aloft { sightings, unread };
        }
    }

    fn seen(&mut self, held: bool, answered: Duration, now: Duration) {
        if !held {
            let (sightings, unread) = self.tries();
            self.again(
                sightings + 1,
                GroundLook::Missing,
                |from| GroundLook::Due { from, sightings: sightings + 1, unread },
                now,
            );
            return;
        }
        self.shown = Some(answered);
        if self.is_firm(now) {
            self.look = GroundLook::Over;
        } else {
            // An answer that was long on its way says nothing about now.
            self.unread(now);
        }
    }

    /// A read that spent all of a question's patience is not made again.
    fn failed(&mut self, trying: Trying, now: Duration) {
        if trying.is_spent(now.saturating_sub(self.begun)) {
            self.look = GroundLook::Unread;
        } else {
            self.unread(now);
        }
    }

    fn unread(&mut self, now: Duration) {
        let (sightings, unread) = self.tries();
        let due = |from| GroundLook::Due { from, sightings, unread: unread + 1 };
        self.again(unread + 1, GroundLook::Unread, due, now);
    }

    fn tries(&self) -> (usize, usize) {
        match self.look {
            GroundLook::Due { sightings, unread, .. } | GroundLook::Aloft { sightings, unread } => {
                (sightings, unread)
            }
            GroundLook::Over | GroundLook::Missing | GroundLook::Unread => (0, 0),
        }
    }

    /// Once more after a while, or no more.
    fn again(
        &mut self,
        tries: usize,
        end: GroundLook,
        due: impl Fn(Duration) -> GroundLook,
        now: Duration,
    ) {
        self.look = delay(CHECK, tries).map_or(end, |time| due(now.saturating_add(time)));
    }
}

fn told(first: &Ground<'_>, others: usize) -> String {
    let what = first.subject.words();
    let more = match others {
        0 => String::new(),
        1 => " and 1 more object".to_owned(),
        _ => format!(" and {others} more objects"),
    };
    match first.look {
        GroundLook::Unread => format!("what it rests on could not be read in time: {what}{more}"),
        _ => format!("what it rests on is gone or less than it was: {what}{more}"),
    }
}

/// Rows of one answer, found by what tells objects apart: a list may show thousands, and as many grounds.
struct Index<'r> {
    rows: Vec<&'r Value>,
    /// By the names of members and their values.
    by: BTreeMap<Vec<String>, BTreeMap<Vec<String>, Vec<&'r Value>>>,
}

impl<'r> Index<'r> {
    fn of(rows: &'r [Value]) -> Self {
        Self { rows: rows.iter().collect(), by: BTreeMap::new() }
    }

    fn shows(&mut self, proof: &Proof, known: &Known) -> bool {
        if self.rows.len() <= LARGEST {
            return proof.expect.held_by(&self.rows, known);
        }
        let key = proof.expect.key(known);
        let (members, values): (Vec<&str>, Vec<String>) = key.into_iter().unzip();
        let members: Vec<String> = members.into_iter().map(str::to_owned).collect();
        let rows = &self.rows;
        let by = self.by.entry(members.clone()).or_insert_with(|| by_values(rows, &members));
        by.get(&values).is_some_and(|rows| proof.expect.held_by(rows, known))
    }
}

fn by_values<'r>(rows: &[&'r Value], members: &[String]) -> BTreeMap<Vec<String>, Vec<&'r Value>> {
    let mut by: BTreeMap<Vec<String>, Vec<&'r Value>> = BTreeMap::new();
    let text = |row: &Value, member: &String| {
        row.pointer(member).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase()
    };
    for row in rows {
        let values = members.iter().map(|member| text(row, member)).collect();
        by.entry(values).or_default().push(*row);
    }
    by
}

#[cfg(test)]
#[path = "grounds_tests.rs"]
mod tests;
