//! The state of the simulated tenant: tables of rows, who is a member of what, and the trouble that sits in the
//! directory itself.

pub(crate) mod names;
pub(crate) mod replica;
pub(crate) mod saved;
pub(crate) mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::call::unquoted;
use crate::sandbox::guid::guid_of;
use crate::sandbox::tenant::names::GROUPS;
use crate::sandbox::tenant::replica::{Lag, Replicas};
use crate::sandbox::tenant::table::{Table, TableShape};

/// Trouble of the directory: replication and its consequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DirectoryTrouble {
    /// How long readers do not see a new object yet.
    pub(crate) lag: Lag,
    /// How long they see a changed object as it was.
    pub(crate) lag_changes: Lag,
    /// How long they still see a deleted object.
    pub(crate) lag_deletes: Lag,
    /// A new service principal cannot be referred to at once: the first grant for it is refused
    /// with 404, the second with 400.
    pub(crate) fresh_service_principals: bool,
    /// Status of "Permission entry already exists.": 409 or 400, both have been seen.
    pub(crate) duplicate: u16,
}

impl Default for DirectoryTrouble {
    fn default() -> Self {
        Self {
            lag: Lag::default(),
            lag_changes: Lag::default(),
            lag_deletes: Lag::default(),
            fresh_service_principals: false,
            duplicate: 409,
        }
    }
}

#[derive(Debug, Default)]
pub struct Tenant {
    pub id: String,
    pub(crate) trouble: DirectoryTrouble,
    tables: BTreeMap<String, Table>,
    /// Direct members of groups: tables and ids.
    members: BTreeMap<String, Vec<(String, String)>>,
    /// Objects that readers are behind on.
    replicas: Replicas,
    /// New service principals: how often a reference to one was refused.
    fresh: BTreeMap<String, u8>,
    minted: u64,
}

impl Tenant {
    pub(crate) fn new(id: &str, shapes: &[TableShape]) -> Self {
        let mut tenant = Self { id: id.to_owned(), ..Self::default() };
        tenant.define(shapes);
        tenant
    }

    /// Makes room for tables. Before the first row.
    pub(crate) fn define(&mut self, shapes: &[TableShape]) {
        for shape in shapes {
            self.tables.entry(shape.name.to_owned()).or_insert_with(|| Table::new(shape.indexed));
        }
    }

    /// An id that the same tenant mints at the same moment of every run.
    pub(crate) fn mint(&mut self) -> String {
        self.minted = self.minted.wrapping_add(1);
        guid_of(&format!("{}/minted/{}", self.id, self.minted))
    }

    /// Adds a row that everybody sees at once.
    pub(crate) fn insert(&mut self, table: &str, row: Value) {
        self.replicas.forget(table, id_of(&row));
        self.tables.entry(table.to_owned()).or_default().insert(row);
    }

    /// Adds a row as a write does: readers may miss it for a while.
    pub(crate) fn create(&mut self, table: &str, row: Value) {
        let lag = self.trouble.lag;
        self.replicas.fall_behind(table, id_of(&row), lag, || None, false);
        self.tables.entry(table.to_owned()).or_default().insert(row);
    }

    /// The row as the service itself knows it, whatever readers see.
    pub(crate) fn row(&self, table: &str, id: &str) -> Option<&Value> {
        let row = self.tables.get(table)?.get(id)?;
        (!self.replicas.is_gone(table, id_of(row))).then_some(row)
    }

    /// The row as a reader sees it: nothing, or as it was, while replicas are behind. Counts as one
    /// read of the object.
    pub(crate) fn read(&mut self, table: &str, id: &str) -> Option<&Value> {
        let Self { tables, replicas, .. } = self;
        let row = tables.get(table)?.get(id)?;
        if replicas.is_empty() {
            return Some(row);
        }
        let id = id_of(row);
        let gone = replicas.is_gone(table, id);
        match replicas.read(table, id) {
            Some(seen) => seen,
            None => (!gone).then_some(row),
        }
    }

    /// A row of a table as readers see it, without counting as a read.
    pub(crate) fn view<'t>(&'t self, table: &str, row: &'t Value) -> Option<&'t Value> {
        if self.replicas.is_empty() {
            return Some(row);
        }
        let id = id_of(row);
        match self.replicas.sight(table, id) {
            Some(seen) => seen,
            None => (!self.replicas.is_gone(table, id)).then_some(row),
        }
    }

    /// Whether readers see another state of this row than the service itself.
    pub(crate) fn is_behind(&self, table: &str, row: &Value) -> bool {
        !self.replicas.is_empty() && self.replicas.sight(table, id_of(row)).is_some()
    }

    /// Counts one read of an object by a list that would have shown it.
    pub(crate) fn count_read(&mut self, table: &str, id: &str) {
        self.replicas.read(table, id);
    }

    /// Time goes on to this moment since the start: readers catch up.
    pub(crate) fn advance(&mut self, now: Duration) {
        for (table, id) in self.replicas.advance(now) {
            if let Some(table) = self.tables.get_mut(&table) {
                table.remove(&id);
            }
        }
    }

    /// The id of the object that a key segment means: its id, `field='value'`, or a value of one
    /// of the `alternate` fields.
    pub(crate) fn resolve(
        &self,
        table: &str,
        key: &str,
        alternate: &[&'static str],
    ) -> Option<String> {
        self.resolve_among(table, key, alternate, |row| {
            self.replicas.is_empty() || !self.replicas.is_gone(table, id_of(row))
        })
    }

    /// The same for readers, who may still see what was deleted.
    pub(crate) fn resolve_seen(
        &self,
        table: &str,
        key: &str,
        alternate: &[&'static str],
    ) -> Option<String> {
        self.resolve_among(table, key, alternate, |_| true)
    }

    fn resolve_among(
        &self,
        table: &str,
        key: &str,
        alternate: &[&'static str],
        among: impl Fn(&Value) -> bool,
    ) -> Option<String> {
        let table = self.tables.get(table)?;
        if let Some(row) = table.get(key).filter(|row| among(row)) {
            return Some(id_of(row).to_owned());
        }
        let (name, value) = match key.split_once('=') {
            Some((name, literal)) => (Some(name), unquoted(literal)?),
            None => (None, key.to_owned()),
        };
        alternate
            .iter()
            .filter(|field| name.is_none_or(|name| name.eq_ignore_ascii_case(field)))
            .find_map(|field| table.matching_from(field, &value, 0).find(|(_, row)| among(row)))
            .map(|(_, row)| id_of(row).to_owned())
    }

    /// Sets a member of a row, if there is one: readers may see the old one for a while.
    pub(crate) fn update(&mut self, table: &str, id: &str, name: &str, value: Value) {
        let Some(row) = self.row(table, id) else { return };
        let lag = self.trouble.lag_changes;
        if !lag.is_none() {
            let (id, row) = (id_of(row).to_owned(), row.clone());
            self.replicas.fall_behind(table, &id, lag, || Some(row), false);
        }
        if let Some(table) = self.tables.get_mut(table) {
            table.update(id, name, value);
        }
    }

    /// Takes a row away: readers may see it for a while.
    pub(crate) fn remove(&mut self, table: &str, id: &str) -> Option<Value> {
        let row = self.row(table, id)?;
        let id = id_of(row).to_owned();
        let lag = self.trouble.lag_deletes;
        let never_seen = matches!(self.replicas.sight(table, &id), Some(None));
        if lag.is_none() || never_seen {
            self.replicas.forget(table, &id);
            return self.tables.get_mut(table)?.remove(&id);
        }
        let row = row.clone();
        self.replicas.fall_behind(table, &id, lag, || Some(row.clone()), true);
        Some(row)
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Notes that a service principal is new.
    pub(crate) fn note_fresh(&mut self, id: &str) {
        if self.trouble.fresh_service_principals {
            self.fresh.insert(id.to_owned(), 0);
        }
    }

    /// How often a reference to this object was refused because it is new; `None` once it settled.
    /// Counts as one such reference.
    pub(crate) fn refusals_as_fresh(&mut self, id: &str) -> Option<u8> {
        let times = self.fresh.get_mut(id)?;
        let before = *times;
        *times = times.saturating_add(1);
        if before >= 2 {
            self.fresh.remove(id);
            return None;
        }
        Some(before)
    }

    /// Adds a direct member. The caller sees to it that none is added twice.
    pub(crate) fn add_member(&mut self, group: &str, table: &str, id: String) {
        self.members.entry(group.to_owned()).or_default().push((table.to_owned(), id));
    }

    /// Direct members: tables and ids.
    pub(crate) fn members(&self, group: &str) -> &[(String, String)] {
        self.members.get(group).map_or(&[], Vec::as_slice)
    }

    /// Members of the group and of the groups in it, each once.
    pub(crate) fn transitive_members(&self, group: &str) -> Vec<(String, String)> {
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        let mut waiting = vec![group.to_owned()];
        let mut entered = BTreeSet::from([group.to_owned()]);
        while let Some(group) = waiting.pop() {
            for member in self.members(&group) {
                if seen.insert(member.clone()) {
                    out.push(member.clone());
                }
                if member.0 == GROUPS && entered.insert(member.1.clone()) {
                    waiting.push(member.1.clone());
                }
            }
        }
        out
    }
}

/// The id of a row.
pub(super) fn id_of(row: &Value) -> &str {
    row.get("id").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_of_a_saved_tenant_may_stand_at_their_end() {
        let mut tenant = Tenant { minted: u64::MAX, ..Tenant::new("t", &[]) };
        tenant.fresh.insert("new".to_owned(), u8::MAX);
        assert_ne!(tenant.mint(), tenant.mint());
        assert_eq!(tenant.refusals_as_fresh("new"), None);
    }
}
