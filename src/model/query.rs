//! What may be read. A [`Query`] is a different type from a [`crate::model::request::Request`], so
//! that what plans can never write.

use serde::{Deserialize, Serialize};

/// One thing to read from Microsoft Graph, below the version root: `/oauth2PermissionGrants?$top=999`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Query {
    /// Path and query string, percent-encoded, starting with `/`.
    pub path: String,
    pub shape: Shape,
    pub consistency: Consistency,
    pub missing: Missing,
}

/// One object, or a list that comes in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    Object,
    List,
}

/// Whether the `ConsistencyLevel: eventual` header goes along (on every page).
/// <https://learn.microsoft.com/graph/aad-advanced-queries>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    Default,
    Eventual,
}

/// What a 404 means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The object should be there: the read failed.
    Error,
    /// An answer like any other: nothing there.
    Nothing,
}

impl Query {
    pub fn object(path: impl Into<String>, missing: Missing) -> Self {
        Self { path: path.into(), shape: Shape::Object, consistency: Consistency::Default, missing }
    }

    pub fn list(path: impl Into<String>, consistency: Consistency, missing: Missing) -> Self {
        Self { path: path.into(), shape: Shape::List, consistency, missing }
    }
}

/// The answers to a set of queries, complete: an incomplete read never becomes `Pages`.
/// An object is a list of one; what was missing is an empty list.
#[derive(Debug, Clone, Default)]
pub struct Pages(std::collections::BTreeMap<Query, Vec<serde_json::Value>>);

impl Pages {
    pub fn insert(&mut self, query: Query, rows: Vec<serde_json::Value>) {
        self.0.insert(query, rows);
    }

    /// Rows of one query, in the service's order; `None` when it was never asked.
    pub fn rows(&self, query: &Query) -> Option<&[serde_json::Value]> {
        self.0.get(query).map(Vec::as_slice)
    }

    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// Percent-encodes a value for a path segment or a query string.
pub fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// An OData string literal, quoted and percent-encoded: `O'Brien` is `'O''Brien'`.
pub fn literal(value: &str) -> String {
    encode(&format!("'{}'", value.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_cannot_end_early() {
        assert_eq!(literal("O'Brien"), "%27O%27%27Brien%27");
        assert_eq!(encode("a#b@c/d e"), "a%23b%40c%2Fd%20e");
    }
}
