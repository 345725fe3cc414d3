//! What may be written: one request, as people approve it, as the journal holds it and as it goes out.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::address::Address;
use crate::model::query::Query;
use crate::model::schema::JsonSchema;
use crate::model::scope::ScopeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Post,
    Patch,
    Put,
    Delete,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// One write, below the version root. Path and body may hold ids that an earlier change of the
/// same plan will create: `(known after ADDRESS)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
}

/// `POST /oauth2PermissionGrants {"clientId":…}`: the same bytes everywhere.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)?;
        match &self.body {
            Some(body) => write!(f, " {body}"),
            None => Ok(()),
        }
    }
}

/// How every placeholder begins. No id and no path of Microsoft Graph holds a blank.
pub const LATER: &str = "(known after ";

/// The id of an object that the change at `address` will create: people read "known after apply",
/// the executor puts the real id in its place.
pub fn later(address: &Address) -> String {
    format!("{LATER}{address})")
}

/// Ids that became known while a plan was applied, by placeholder.
pub type Known = BTreeMap<String, String>;

impl Request {
    /// The request with every known id in its place.
    pub fn filled(&self, known: &Known) -> Self {
        let mut filled = self.clone();
        for (placeholder, id) in known {
            filled.path = filled.path.replace(placeholder.as_str(), id);
        }
        if let Some(body) = &mut filled.body {
            fill(body, known);
        }
        filled
    }
}

impl Query {
    /// The query with every known id in its place.
    pub fn filled(&self, known: &Known) -> Self {
        let mut filled = self.clone();
        for (placeholder, id) in known {
            filled.path = filled.path.replace(placeholder.as_str(), id);
        }
        filled
    }
}

/// Replaces whole strings only: a placeholder is always a value of its own.
pub fn fill(value: &mut Value, known: &Known) {
    match value {
        Value::String(text) => {
            if let Some(id) = known.get(text) {
                id.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, known)),
        Value::Object(fields) => fields.values_mut().for_each(|item| fill(item, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How a read shows that a write took effect (or that it has not yet).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Reads the object. A list answers with the rows that could be it.
    pub read: Query,
    pub expect: Expect,
}

/// What the object must look like. Rows are matched by their fields, so that a list may be read
/// where no id is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// No such object.
    Gone,
    /// An object whose members, by JSON pointer, are these.
    Fields(BTreeMap<String, Expected>),
}

/// How one member is compared. Values may be placeholders, see [`later`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// The same JSON value. Strings that are GUIDs in either letter case are the same.
    Value(Value),
    /// A string of blank-separated words, as a set.
    Words(ScopeSet),
    /// A list of strings in any order, letter case ignored.
    Items(Vec<String>),
}

impl Expect {
    /// Whether the rows that a read brought show what is expected.
    pub fn met_by(&self, rows: &[Value], known: &Known) -> bool {
        match self {
            Self::Gone => rows.is_empty(),
            Self::Fields(fields) => rows.iter().any(|row| {
                fields.iter().all(|(at, expected)| expected.holds(row.pointer(at), known))
            }),
        }
    }
}

impl Expected {
    fn holds(&self, found: Option<&Value>, known: &Known) -> bool {
        match self {
            Self::Value(want) => {
                let mut want = want.clone();
                fill(&mut want, known);
                match (&want, found.unwrap_or(&Value::Null)) {
                    (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
                    (a, b) => a == b,
                }
            }
            Self::Words(want) => {
                let text = found.and_then(Value::as_str).unwrap_or_default();
                ScopeSet::from_wire(text) == *want
            }
            Self::Items(want) => {
                let lower = |text: &str| text.to_ascii_lowercase();
                let mut have: Vec<String> = found
                    .and_then(Value::as_array)
                    .map(|items| items.iter().filter_map(Value::as_str).map(lower).collect())
                    .unwrap_or_default();
                let mut want: Vec<String> = want.iter().map(|item| lower(item)).collect();
                have.sort();
                want.sort();
                have == want
            }
        }
    }
}
