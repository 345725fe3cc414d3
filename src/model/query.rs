//! What may be read. A [`Query`] is a different type from a [`crate::model::request::Request`], so
//! that what plans can never write.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::json::write_line;
use crate::model::schema::form;

/// One thing to read from Microsoft Graph, below the version root: `/oauth2PermissionGrants?$top=999`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Query {
    /// Path and query string, percent-encoded, starting with `/`.
    pub path: String,
    pub(crate) shape: Shape,
    pub(crate) consistency: Consistency,
    pub(crate) missing: Missing,
}

/// One object, or a list that comes in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    Object,
    List,
}

/// Whether the `ConsistencyLevel: eventual` header goes along (on every page).
/// <https://learn.microsoft.com/graph/aad-advanced-queries>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Consistency {
    Default,
    Eventual,
}

/// What a 404 means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Missing {
    /// The object should be there: the read failed.
    Error,
    /// An answer like any other: nothing there.
    Nothing,
}

impl Query {
    pub(crate) fn object(path: impl Into<String>, missing: Missing) -> Self {
        Self { path: path.into(), shape: Shape::Object, consistency: Consistency::Default, missing }
    }

    pub(crate) fn list(
        path: impl Into<String>,
        consistency: Consistency,
        missing: Missing,
    ) -> Self {
        Self { path: path.into(), shape: Shape::List, consistency, missing }
    }
}

/// The rows of one answer, in the service's order. A hundred thousand of them are kept at a time, and
/// looked at one by one: each is its JSON text, a tenth of what its tree of values takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    texts: Vec<Box<str>>,
    answered: Duration,
}

/// What tells rows apart, read without the rest of them.
#[derive(Deserialize)]
struct RowName<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

impl Rows {
    /// Adds a row by its JSON text.
    pub(crate) fn push(&mut self, row: &str) {
        self.texts.push(row.into());
    }

    /// The same, answered at this time since the start of the clock.
    #[must_use]
    pub(crate) fn answered_at(mut self, time: Duration) -> Self {
        self.answered = time;
        self
    }

    /// When the service answered, as time since the start of the clock; of a list in pages, when the
    /// first page came. Where nobody noted it, it may be any time ago.
    pub(crate) fn answered(&self) -> Duration {
        self.answered
    }

    /// Leaves out every row whose `id` came before. Rows without one all stay.
    pub(crate) fn drop_doubles(&mut self) {
        let mut seen = BTreeSet::new();
        let ids = self.texts.iter().map(|text| serde_json::from_str::<RowName<'_>>(text));
        let firsts = ids.map(|named| named.map_or(true, |RowName { id }| seen.insert(id)));
        let firsts: Vec<bool> = firsts.collect();
        let mut firsts = firsts.into_iter();
        self.texts.retain(|_| firsts.next().unwrap_or(true));
    }

    /// Each row, read anew from its text.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        self.texts.iter().map(|text| value(text))
    }

    /// Each row as what it should be.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
    ) -> impl Iterator<Item = serde_json::Result<T>> + '_ {
        self.texts.iter().map(|text| serde_json::from_str(text))
    }

    /// Each row's JSON text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(AsRef::as_ref)
    }

    pub(crate) fn first(&self) -> Option<Value> {
        self.texts.first().map(|text| value(text))
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// A text that does not read, with letters that are no Unicode or nested too deeply, is `null`: that
/// is no row that anybody takes for another. It is refused, where a row left out could become a removal.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// Each row as one line, in which nothing draws.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let line = |text: &str| {
            let mut line = Vec::new();
            // Into memory nothing fails to be written.
            drop(write_line(&value(text), &mut line));
            let line = String::from_utf8(line).unwrap_or_default();
            RawValue::from_string(line.trim_end().to_owned()).map_err(S::Error::custom)
        };
        let mut list = serializer.serialize_seq(Some(self.texts.len()))?;
        for text in &self.texts {
            list.serialize_element(&line(text)?)?;
        }
        list.end()
    }
}

/// When they were answered is not kept.
impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<Box<RawValue>>::deserialize(deserializer)?;
        let texts = rows.into_iter().map(Box::<str>::from).collect();
        Ok(Self { texts, answered: Duration::ZERO })
    }
}

form!(Rows, { "type": "array", "items": { "type": ["object", "null"] } });

impl FromIterator<Value> for Rows {
    fn from_iter<I: IntoIterator<Item = Value>>(rows: I) -> Self {
        let mut all = Self::default();
        rows.into_iter().for_each(|row| all.push(&row.to_string()));
        all
    }
}

/// The answers to a set of queries, complete: an incomplete read never becomes `Pages`.
/// An object is a list of one; what was missing is an empty list.
#[derive(Debug, Clone, Default)]
pub struct Pages(std::collections::BTreeMap<Query, Rows>);

impl Pages {
    pub fn insert(&mut self, query: Query, rows: Rows) {
        self.0.insert(query, rows);
    }

    /// Rows of one query, in the service's order; `None` when it was never asked.
    pub(crate) fn rows(&self, query: &Query) -> Option<&Rows> {
        self.0.get(query)
    }

    /// How many rows were read of all queries whose path begins so.
    pub(crate) fn rows_below(&self, path: &str) -> usize {
        let below = self.0.iter().filter(|(query, _)| query.path.starts_with(path));
        below.map(|(_, rows)| rows.len()).sum()
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
pub(crate) fn literal(value: &str) -> String {
    encode(&format!("'{}'", value.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn literals_cannot_end_early() {
        assert_eq!(literal("O'Brien"), "%27O%27%27Brien%27");
        assert_eq!(encode("a#b@c/d e"), "a%23b%40c%2Fd%20e");
    }

    #[test]
    fn of_rows_with_one_id_the_first_stays() {
        let values = [
            json!({"id": "a", "n": 1}),
            json!({"n": 2, "id": "\u{1f600}\""}),
            json!({"id": 7}),
            json!(null),
            json!({"id": "a", "n": 3}),
            json!({"id": "\u{1f600}\"", "n": 4}),
            json!({"id": 7}),
            json!({"id": "A", "n": 5}),
        ];
        let mut rows: Rows = values.iter().cloned().collect();
        rows.drop_doubles();
        let kept: Vec<Value> = rows.iter().collect();
        assert_eq!(kept, [0, 1, 2, 3, 6, 7].map(|at: usize| values[at].clone()));
    }

    #[test]
    fn a_text_that_does_not_read_is_a_row_that_nobody_takes_for_another() {
        let mut rows = Rows::default();
        for text in [r#"{"id":"\ud800"}"#, "{", &("[".repeat(200) + &"]".repeat(200))] {
            rows.push(text);
        }
        rows.drop_doubles();
        assert_eq!(rows.iter().collect::<Vec<_>>(), [json!(null), json!(null), json!(null)]);
    }

    #[test]
    fn rows_come_back_as_they_were_put_in() {
        let values = vec![
            json!({"id": "b", "nested": {"list": [1, -2.5, 1e300, null, true]}}),
            json!({"id": "a", "text": "\u{0}\u{202e}\"\\ \u{1f600}"}),
            json!(null),
            json!({}),
        ];
        let rows: Rows = values.iter().cloned().collect();
        assert_eq!(rows.iter().collect::<Vec<_>>(), values, "same order, same values");
        assert_eq!((rows.len(), rows.is_empty()), (4, false));
        assert_eq!(rows.first().as_ref(), values.first());
        let none = Rows::default();
        assert_eq!((none.first(), none.len(), none.is_empty()), (None, 0, true));
    }
}
