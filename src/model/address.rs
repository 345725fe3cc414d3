//! Where a managed object stands in the house: stable, sortable, readable.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::schema::form;

/// `kind/owner/part/part`: `delegated_grant/outlook-tasks/00000003-…/everyone`.
///
/// Parts are labels and ids, never display names, so an address means the same in every run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Address {
    pub kind: String,
    /// The app's label, or `tenant` for what belongs to the tenant as such.
    pub(crate) owner: String,
    pub(crate) parts: Vec<String>,
}

form!(Address, { "type": "string", "pattern": "^[!-.0-~]+/[!-.0-~]+(/[!-.0-~]*)*$" });

/// The owner of tenant-wide objects. No app can be called so.
pub(crate) const TENANT: &str = "tenant";

impl Address {
    pub(crate) fn new(kind: &str, owner: &str, parts: impl IntoIterator<Item = String>) -> Self {
        Self { kind: kind.to_owned(), owner: owner.to_owned(), parts: parts.into_iter().collect() }
    }

    /// Behind this one: where a further change of the same object stands.
    #[must_use]
    pub(crate) fn part(&self, word: &str) -> Self {
        let mut part = self.clone();
        part.parts.push(word.to_owned());
        part
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.owner)?;
        for part in &self.parts {
            write!(f, "/{part}")?;
        }
        Ok(())
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an address of the form kind/owner/part")]
pub struct NotAnAddress;

impl TryFrom<String> for Address {
    type Error = NotAnAddress;

    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        // Labels and ids are plain: anything else could draw, or pass for a second line.
        if !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(NotAnAddress);
        }
        let mut parts = text.split('/').map(str::to_owned);
        match (parts.next(), parts.next()) {
            (Some(kind), Some(owner)) if !kind.is_empty() && !owner.is_empty() => {
                Ok(Self { kind, owner, parts: parts.collect() })
            }
            _ => Err(NotAnAddress),
        }
    }
}
