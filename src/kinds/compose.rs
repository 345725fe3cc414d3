//! From a state back to the table that a person would write for it.

use toml::{Table, Value};

use crate::kinds::by_name;
use crate::manifest::HowOften;
use crate::model::address::Address;

/// What a manifest says of one object: the keys of its table, or why there is none. Reasons are safe text.
#[derive(Debug, Clone, PartialEq)]
pub enum Composed {
    Whole(Table),
    /// What is left out is kept as the tenant has it.
    Partly(Table, String),
    /// No manifest can say so.
    Never(String),
}

impl Composed {
    pub(crate) fn keys(&self) -> Option<&Table> {
        match self {
            Self::Whole(keys) | Self::Partly(keys, _) => Some(keys),
            Self::Never(_) => None,
        }
    }
}

/// A table with these keys.
pub(super) fn keys<const N: usize>(keys: [(&str, Value); N]) -> Table {
    keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// All these tables as one manifest, without its head.
pub fn manifest<'a>(tables: impl IntoIterator<Item = (&'a Address, &'a Composed)>) -> Table {
    let mut manifest = Table::new();
    for (address, composed) in tables {
        let table = by_name(&address.kind).map(|(_, kind)| kind.table());
        let (Some(table), Some(keys)) = (table, composed.keys().cloned()) else { continue };
        let (name, key) = match table {
            Some(table) if table.times == HowOften::Once => {
                manifest.insert(table.name.to_owned(), keys.into());
                continue;
            }
            Some(table) => (table.name, None),
            None => ("app", Some(address.owner.clone())),
        };
        let empty = || if key.is_some() { Table::new().into() } else { Vec::<Value>::new().into() };
        match (manifest.entry(name).or_insert_with(empty), key) {
            (Value::Array(tables), _) => tables.push(keys.into()),
            (Value::Table(tables), Some(label)) => drop(tables.insert(label, keys.into())),
            _ => {}
        }
    }
    manifest
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
