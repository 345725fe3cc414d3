//! The simulated tenant between two runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::id_of;
use crate::sandbox::tenant::replica::SavedBehind;
use crate::sandbox::tenant::table::Table;

/// The tenant as it is saved.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptTenant {
    pub(crate) format: String,
    pub(crate) format_version: u32,
    pub(crate) tenant: String,
    pub(crate) minted: u64,
    pub(crate) tables: BTreeMap<String, Vec<Value>>,
    pub(crate) members: BTreeMap<String, Vec<(String, String)>>,
    #[serde(default)]
    pub(crate) behind: Vec<SavedBehind>,
    pub(crate) fresh: BTreeMap<String, u8>,
}

impl Tenant {
    /// Everything that lasts, as it is now.
    pub fn saved(&self) -> KeptTenant {
        KeptTenant {
            format: "consent.sandbox".to_owned(),
            format_version: 1,
            tenant: self.id.clone(),
            minted: self.minted,
            tables: self
                .tables
                .iter()
                .map(|(name, table)| {
                    let there = |row: &&Value| !self.replicas.is_gone(name, id_of(row));
                    (name.clone(), table.rows().filter(there).cloned().collect())
                })
                .collect(),
            members: self.members.clone(),
            behind: self.replicas.saved(),
            fresh: self.fresh.clone(),
        }
    }

    /// Puts a saved tenant in the place of this one's rows. Tables must be defined before.
    pub(crate) fn restore(&mut self, saved: KeptTenant) {
        let KeptTenant {
            format: _,
            format_version: _,
            tenant,
            minted,
            tables,
            members,
            behind,
            fresh,
        } = saved;
        self.id = tenant;
        self.minted = minted;
        self.members = members;
        self.fresh = fresh;
        for table in self.tables.values_mut() {
            *table = Table::new(table.indexed());
        }
        for (name, rows) in tables {
            rows.into_iter().for_each(|row| self.insert(&name, row));
        }
        for entry in behind {
            // Tables are saved without what was deleted; lists show it at their end from now on.
            if let Some(row) = entry.seen.as_ref().filter(|_| entry.gone) {
                self.insert(&entry.table, row.clone());
            }
            self.replicas.restore(entry);
        }
    }
}
