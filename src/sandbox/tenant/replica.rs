//! Replicas that are behind: what readers see of an object that was written a moment ago.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long readers are behind after a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lag {
    /// So many reads of the object; a list that shows it is one.
    Reads(u32),
    Time(Duration),
}

impl Default for Lag {
    fn default() -> Self {
        Self::Reads(0)
    }
}

impl Lag {
    /// Readers see every write at once.
    pub(crate) fn is_none(self) -> bool {
        matches!(self, Self::Reads(0) | Self::Time(Duration::ZERO))
    }
}

/// One object as readers see it for now.
#[derive(Debug)]
struct Behind {
    /// The row they see; `None`: they see nothing.
    seen: Option<Value>,
    /// It was deleted. Its row stays in the table until readers catch up, so that lists keep its
    /// place.
    gone: bool,
    left: LeftBehind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeftBehind {
    Reads(u32),
    /// Until this moment of [`Replicas::advance`].
    Until(Duration),
}

impl LeftBehind {
    fn is_over(self, now: Duration) -> bool {
        match self {
            Self::Reads(reads) => reads == 0,
            Self::Until(end) => end <= now,
        }
    }
}

/// All objects that readers are behind on. Empty as a rule, and then it costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Replicas {
    behind: BTreeMap<String, BTreeMap<String, Behind>>,
    /// Those that end by time.
    ends: BTreeSet<(Duration, String, String)>,
    /// Those whose last read was.
    over: Vec<(String, String)>,
    now: Duration,
}

/// One of them as it is saved.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedBehind {
    pub(crate) table: String,
    pub(crate) id: String,
    pub(crate) seen: Option<Value>,
    /// The object does not exist any more.
    pub(crate) gone: bool,
    /// Reads left, or none where time counts.
    pub(crate) reads: Option<u32>,
    /// Milliseconds left.
    pub(crate) milliseconds: Option<u64>,
}

impl Replicas {
    pub(crate) fn is_empty(&self) -> bool {
        self.behind.is_empty()
    }

    fn entry(&self, table: &str, id: &str) -> Option<&Behind> {
        self.behind.get(table)?.get(id)
    }

    /// Readers see this instead of the object: a row, or nothing. `None` when they see what is there.
    pub(crate) fn sight(&self, table: &str, id: &str) -> Option<Option<&Value>> {
        let entry = self.entry(table, id)?;
        (!entry.left.is_over(self.now)).then_some(entry.seen.as_ref())
    }

    /// Whether the object was deleted and its row is only kept for readers.
    pub(crate) fn is_gone(&self, table: &str, id: &str) -> bool {
        self.entry(table, id).is_some_and(|entry| entry.gone)
    }

    /// From now on readers see `seen` until the lag is over. What they saw before, if that was behind
    /// already, they go on seeing.
    pub(crate) fn fall_behind(
        &mut self,
        table: &str,
        id: &str,
        lag: Lag,
        seen: impl FnOnce() -> Option<Value>,
        gone: bool,
    ) {
        let before = self.catch_up(table, id);
        let still = before.filter(|entry| !entry.left.is_over(self.now));
        if lag.is_none() {
            return;
        }
        let left = match lag {
            Lag::Reads(reads) => LeftBehind::Reads(reads),
            Lag::Time(time) => LeftBehind::Until(self.now + time),
        };
        let seen = still.map_or_else(seen, |entry| entry.seen);
        self.put(table, id, Behind { seen, gone, left });
    }

    fn put(&mut self, table: &str, id: &str, entry: Behind) {
        if let LeftBehind::Until(end) = entry.left {
            self.ends.insert((end, table.to_owned(), id.to_owned()));
        }
        self.behind.entry(table.to_owned()).or_default().insert(id.to_owned(), entry);
    }

    /// Readers see what is there.
    fn catch_up(&mut self, table: &str, id: &str) -> Option<Behind> {
        let entries = self.behind.get_mut(table)?;
        let entry = entries.remove(id)?;
        if entries.is_empty() {
            self.behind.remove(table);
        }
        if let LeftBehind::Until(end) = entry.left {
            self.ends.remove(&(end, table.to_owned(), id.to_owned()));
        }
        Some(entry)
    }

    /// Forgets what readers saw of this object.
    pub(crate) fn forget(&mut self, table: &str, id: &str) {
        self.catch_up(table, id);
    }

    /// What one read of the object sees, as in [`Replicas::sight`], and counts it.
    pub(crate) fn read(&mut self, table: &str, id: &str) -> Option<Option<&Value>> {
        let entry = self.behind.get_mut(table)?.get_mut(id)?;
        if entry.left.is_over(self.now) {
            return None;
        }
        if let LeftBehind::Reads(left) = &mut entry.left {
            *left -= 1;
            if *left == 0 {
                self.over.push((table.to_owned(), id.to_owned()));
            }
        }
        Some(entry.seen.as_ref())
    }

    /// Time goes on to this moment since the start. Returns the deleted objects that nobody sees any
    /// more.
    pub(crate) fn advance(&mut self, now: Duration) -> Vec<(String, String)> {
        self.now = self.now.max(now);
        let mut over = std::mem::take(&mut self.over);
        while let Some(first) = self.ends.first().filter(|(end, ..)| *end <= self.now).cloned() {
            self.ends.remove(&first);
            over.push((first.1, first.2));
        }
        over.retain(|(table, id)| {
            let now = self.now;
            let is_over = self.entry(table, id).is_some_and(|entry| entry.left.is_over(now));
            is_over && self.catch_up(table, id).is_some_and(|entry| entry.gone)
        });
        over
    }

    pub(crate) fn saved(&self) -> Vec<SavedBehind> {
        let all = self.behind.iter().flat_map(|(table, ids)| ids.iter().map(move |e| (table, e)));
        let open = all.filter(|(_, (_, entry))| !entry.left.is_over(self.now));
        open.map(|(table, (id, Behind { seen, gone, left }))| {
            let (reads, until) = match left {
                LeftBehind::Reads(reads) => (Some(*reads), None),
                LeftBehind::Until(end) => (None, Some(end.saturating_sub(self.now).as_millis())),
            };
            SavedBehind {
                table: table.clone(),
                id: id.clone(),
                seen: seen.clone(),
                gone: *gone,
                reads,
                milliseconds: until.map(|left| u64::try_from(left).unwrap_or(u64::MAX)),
            }
        })
        .collect()
    }

    pub(crate) fn restore(&mut self, saved: SavedBehind) {
        let SavedBehind { table, id, seen, gone, reads, milliseconds } = saved;
        let left = match (reads, milliseconds) {
            (_, Some(left)) => LeftBehind::Until(self.now + Duration::from_millis(left)),
            (reads, None) => LeftBehind::Reads(reads.unwrap_or(0)),
        };
        self.put(&table, &id, Behind { seen, gone, left });
    }
}
