//! The simulated tenant: tables of rows, who is a member of what, and the trouble that sits in the
//! directory itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::kinds::simulated::table::{Shape, Table};

/// Trouble of the directory: replication and its consequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// How many reads of a new object do not see it yet.
    pub lag: u32,
    /// A new service principal cannot be referred to at once: the first grant for it is refused
    /// with 404, the second with 400.
    pub fresh_service_principals: bool,
    /// Status of "Permission entry already exists.": 409 or 400, both have been seen.
    pub duplicate: u16,
}

impl Default for Trouble {
    fn default() -> Self {
        Self { lag: 0, fresh_service_principals: false, duplicate: 409 }
    }
}

#[derive(Debug, Default)]
pub struct Tenant {
    pub id: String,
    pub trouble: Trouble,
    tables: BTreeMap<String, Table>,
    /// Direct members of groups: tables and ids.
    members: BTreeMap<String, Vec<(String, String)>>,
    /// Reads that will still miss an object.
    unseen: BTreeMap<(String, String), u32>,
    /// New service principals: how often a reference to one was refused.
    fresh: BTreeMap<String, u8>,
    minted: u64,
}

/// The tenant as it is saved.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    pub format: String,
    pub format_version: u32,
    pub tenant: String,
    pub minted: u64,
    pub tables: BTreeMap<String, Vec<Value>>,
    pub members: BTreeMap<String, Vec<(String, String)>>,
    pub unseen: Vec<(String, String, u32)>,
    pub fresh: BTreeMap<String, u8>,
}

impl Tenant {
    pub fn new(id: &str, shapes: &[Shape]) -> Self {
        let mut tenant = Self { id: id.to_owned(), ..Self::default() };
        tenant.define(shapes);
        tenant
    }

    /// Makes room for tables. Before the first row.
    pub fn define(&mut self, shapes: &[Shape]) {
        for shape in shapes {
            self.tables.entry(shape.name.to_owned()).or_insert_with(|| Table::new(shape.indexed));
        }
    }

    /// An id that the same tenant mints at the same moment of every run.
    pub fn mint(&mut self) -> String {
        self.minted = self.minted.wrapping_add(1);
        guid_of(&format!("{}/minted/{}", self.id, self.minted))
    }

    /// Adds a row that everybody sees at once.
    pub fn insert(&mut self, table: &str, row: Value) {
        self.tables.entry(table.to_owned()).or_default().insert(row);
    }

    /// Adds a row as a write does: reads may miss it for a while.
    pub fn create(&mut self, table: &str, row: Value) {
        let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.trouble.lag > 0 {
            self.unseen.insert((table.to_owned(), id), self.trouble.lag);
        }
        self.insert(table, row);
    }

    /// The row as the service itself knows it, whatever readers see.
    pub fn row(&self, table: &str, id: &str) -> Option<&Value> {
        self.tables.get(table)?.get(id)
    }

    /// The row as a reader sees it: nothing while it is not replicated.
    pub fn read(&mut self, table: &str, id: &str) -> Option<&Value> {
        let id = self.row(table, id)?.get("id")?.as_str()?.to_owned();
        if self.misses(table, &id) { None } else { self.row(table, &id) }
    }

    /// Whether a read of this object still misses it. Counts as one such read.
    pub fn misses(&mut self, table: &str, id: &str) -> bool {
        if self.unseen.is_empty() {
            return false;
        }
        let key = (table.to_owned(), id.to_owned());
        match self.unseen.get_mut(&key) {
            Some(left) if *left > 1 => {
                *left -= 1;
                true
            }
            Some(_) => self.unseen.remove(&key).is_some(),
            None => false,
        }
    }

    /// Whether readers miss this object, without counting as a read.
    pub fn is_unseen(&self, table: &str, id: &str) -> bool {
        !self.unseen.is_empty() && self.unseen.contains_key(&(table.to_owned(), id.to_owned()))
    }

    /// The id of the object that a key segment means: its id, `field='value'`, or a value of one
    /// of the `alternate` fields.
    pub fn resolve(&self, table: &str, key: &str, alternate: &[&'static str]) -> Option<String> {
        let table = self.tables.get(table)?;
        let id = |row: &Value| row.get("id").and_then(Value::as_str).map(str::to_owned);
        if let Some(row) = table.get(key) {
            return id(row);
        }
        let (name, value) = match key.split_once('=') {
            Some((name, literal)) => {
                (Some(name), crate::kinds::simulated::call::unquoted(literal)?)
            }
            None => (None, key.to_owned()),
        };
        alternate
            .iter()
            .filter(|field| name.is_none_or(|name| name.eq_ignore_ascii_case(field)))
            .find_map(|field| table.matching_from(field, &value, 0).next())
            .and_then(|(_, row)| id(row))
    }

    pub fn update(&mut self, table: &str, id: &str, name: &str, value: Value) {
        if let Some(table) = self.tables.get_mut(table) {
            table.update(id, name, value);
        }
    }

    pub fn remove(&mut self, table: &str, id: &str) -> Option<Value> {
        let row = self.tables.get_mut(table)?.remove(id)?;
        self.unseen.remove(&(table.to_owned(), id.to_owned()));
        Some(row)
    }

    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Notes that a service principal is new.
    pub fn note_fresh(&mut self, id: &str) {
        if self.trouble.fresh_service_principals {
            self.fresh.insert(id.to_owned(), 0);
        }
    }

    /// How often a reference to this object was refused because it is new; `None` once it settled.
    /// Counts as one such reference.
    pub fn refusals_as_fresh(&mut self, id: &str) -> Option<u8> {
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
    pub fn add_member(&mut self, group: &str, table: &str, id: String) {
        self.members.entry(group.to_owned()).or_default().push((table.to_owned(), id));
    }

    /// Direct members: tables and ids.
    pub fn members(&self, group: &str) -> &[(String, String)] {
        self.members.get(group).map_or(&[], Vec::as_slice)
    }

    /// Members of the group and of the groups in it, each once.
    pub fn transitive_members(&self, group: &str) -> Vec<(String, String)> {
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        let mut waiting = vec![group.to_owned()];
        let mut entered = BTreeSet::from([group.to_owned()]);
        while let Some(group) = waiting.pop() {
            for member in self.members(&group) {
                if seen.insert(member.clone()) {
                    out.push(member.clone());
                }
                if member.0 == crate::kinds::simulated::tables::GROUPS
                    && entered.insert(member.1.clone())
                {
                    waiting.push(member.1.clone());
                }
            }
        }
        out
    }

    pub fn saved(&self) -> Saved {
        Saved {
            format: "consent.sandbox".to_owned(),
            format_version: 1,
            tenant: self.id.clone(),
            minted: self.minted,
            tables: self
                .tables
                .iter()
                .map(|(name, table)| (name.clone(), table.rows().cloned().collect()))
                .collect(),
            members: self.members.clone(),
            unseen: self.unseen.iter().map(|((t, id), n)| (t.clone(), id.clone(), *n)).collect(),
            fresh: self.fresh.clone(),
        }
    }

    /// Puts a saved tenant in the place of this one's rows. Tables must be defined before.
    pub fn restore(&mut self, saved: Saved) {
        let Saved { format: _, format_version: _, tenant, minted, tables, members, unseen, fresh } =
            saved;
        self.id = tenant;
        self.minted = minted;
        self.members = members;
        self.fresh = fresh;
        self.unseen = unseen.into_iter().map(|(t, id, n)| ((t, id), n)).collect();
        for table in self.tables.values_mut() {
            *table = Table::new(table.indexed());
        }
        for (name, rows) in tables {
            rows.into_iter().for_each(|row| self.insert(&name, row));
        }
    }
}

/// A GUID made from a text: the same text is always the same GUID.
pub fn guid_of(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string()
}

/// Sixteen bytes of a GUID in the order Windows keeps them; `None` for other texts.
pub fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    Uuid::try_parse(text).ok().map(|guid| guid.to_bytes_le())
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
