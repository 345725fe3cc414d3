//! Rows of one collection, found by id or by an indexed field without looking at all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

/// A table and the string fields it is indexed by.
#[derive(Debug, PartialEq, Eq)]
pub struct TableShape {
    pub(crate) name: &'static str,
    pub(crate) indexed: &'static [&'static str],
}

/// Rows in the order they were made. Each has a number that is never used again, so that a page
/// can go on after the last row of the page before, whatever happened meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: BTreeMap<u64, Value>,
    by_id: BTreeMap<String, u64>,
    indexed: &'static [&'static str],
    index: BTreeMap<(&'static str, String), BTreeSet<u64>>,
    next: u64,
}

impl Table {
    pub(crate) fn new(indexed: &'static [&'static str]) -> Self {
        Self { indexed, ..Self::default() }
    }

    /// Adds a row; one with the same id is replaced.
    pub(crate) fn insert(&mut self, row: Value) {
        let id = canonical(row.get("id").and_then(Value::as_str).unwrap_or_default());
        self.remove(&id);
        let number = self.next;
        self.next += 1;
        for field in self.indexed {
            if let Some(value) = row.get(*field).and_then(Value::as_str) {
                self.index.entry((field, value.to_lowercase())).or_default().insert(number);
            }
        }
        self.by_id.insert(id, number);
        self.rows.insert(number, row);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.rows.get(self.by_id.get(&canonical(id))?)
    }

    /// Sets members of a row. Indexed fields and the id never change.
    pub(crate) fn update(&mut self, id: &str, name: &str, value: Value) {
        if let Some(row) = self.by_id.get(&canonical(id)).and_then(|n| self.rows.get_mut(n))
            && !self.indexed.contains(&name)
            && name != "id"
            && let Some(members) = row.as_object_mut()
        {
            members.insert(name.to_owned(), value);
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Value> {
        let number = self.by_id.remove(&canonical(id))?;
        let row = self.rows.remove(&number)?;
        for field in self.indexed {
            if let Some(value) = row.get(*field).and_then(Value::as_str) {
                let key = (*field, value.to_lowercase());
                if let Some(numbers) = self.index.get_mut(&key) {
                    numbers.remove(&number);
                    if numbers.is_empty() {
                        self.index.remove(&key);
                    }
                }
            }
        }
        Some(row)
    }

    /// Rows whose number is `from` or higher.
    pub(crate) fn rows_from(&self, from: u64) -> impl Iterator<Item = (u64, &Value)> {
        self.rows.range(from..).map(|(number, row)| (*number, row))
    }

    /// The same for rows with this value in an indexed field, letter case ignored.
    pub(crate) fn matching_from(
        &self,
        field: &'static str,
        value: &str,
        from: u64,
    ) -> impl Iterator<Item = (u64, &Value)> {
        self.index
            .get(&(field, value.to_lowercase()))
            .into_iter()
            .flat_map(move |numbers| numbers.range(from..))
            .filter_map(|number| Some((*number, self.rows.get(number)?)))
    }

    /// How many rows have this value in an indexed field, letter case ignored.
    pub(crate) fn matching(&self, field: &'static str, value: &str) -> usize {
        self.index.get(&(field, value.to_lowercase())).map_or(0, BTreeSet::len)
    }

    pub(crate) fn indexed(&self) -> &'static [&'static str] {
        self.indexed
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &Value> {
        self.rows.values()
    }
}

/// GUIDs are the same in either letter case; other ids (those of grants) are not.
fn canonical(id: &str) -> String {
    if id.len() == 36 && Uuid::try_parse(id).is_ok() {
        id.to_ascii_lowercase()
    } else {
        id.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_index_follows_its_rows() {
        let mut table = Table::new(&["appId"]);
        table.insert(json!({"id": "a", "appId": "X"}));
        table.insert(json!({"id": "b", "appId": "x"}));
        assert_eq!(table.matching_from("appId", "x", 0).count(), 2);
        assert_eq!(table.matching("appId", "X"), 2);
        table.remove("a");
        assert_eq!(table.matching_from("appId", "X", 0).count(), 1);
        assert_eq!(table.matching_from("appId", "X", 2).count(), 0);
        assert_eq!(table.get("a"), None);
    }
}
