//! What may be written: one request, as people approve it, as the journal holds it and as it goes out.

use std::borrow::{Borrow, Cow};
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
    pub(crate) fn as_str(self) -> &'static str {
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
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
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
pub(crate) const LATER: &str = "(known after ";

/// The id of an object that the change at `address` will create: people read "known after apply",
/// the executor puts the real id in its place.
pub(crate) fn later(address: &Address) -> String {
    format!("{LATER}{address})")
}

/// Ids that became known while a plan was applied, by placeholder.
pub type Known = BTreeMap<String, String>;

impl Request {
    /// The request with every known id in its place.
    pub(crate) fn filled(&self, known: &Known) -> Self {
        let mut filled = self.clone();
        filled.fill(known);
        filled
    }

    /// Puts every known id in its place.
    pub(crate) fn fill(&mut self, known: &Known) {
        fill_path(&mut self.path, known);
        if let Some(body) = &mut self.body {
            fill(body, known);
        }
    }
}

impl Query {
    /// The query with every known id in its place.
    pub(crate) fn filled(&self, known: &Known) -> Self {
        let mut filled = self.clone();
        filled.fill(known);
        filled
    }

    /// Puts every known id in its place.
    pub(crate) fn fill(&mut self, known: &Known) {
        fill_path(&mut self.path, known);
    }
}

fn fill_path(path: &mut String, known: &Known) {
    if path.contains(LATER) {
        for (placeholder, id) in known {
            *path = path.replace(placeholder.as_str(), id);
        }
    }
}

/// Replaces whole strings only: a placeholder is always a value of its own.
pub(crate) fn fill(value: &mut Value, known: &Known) {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Reads the object. A list answers with the rows that could be it.
    pub(crate) read: Query,
    pub expect: Expect,
    /// How the same read shows the object as the change found it, where the request replaces or removes
    /// all of it: while it looks otherwise, somebody else has changed it, and that shall not be lost.
    pub(crate) before: Option<Expect>,
    /// A list that shows the object as well, among others: where many are to be read at once, it takes
    /// fewer requests.
    pub(crate) among: Option<Query>,
}

/// What the object must look like. Rows are matched by their fields, so that a list may be read
/// where no id is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// No object at all.
    Gone,
    /// No object whose members are these.
    Absent(Members),
    /// An object whose members are these.
    Fields(Members),
}

/// Members of an object by JSON pointer, and what each must be. A plan holds such a list or two for each
/// of its objects: it takes no more room than it must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members(Box<[(Cow<'static, str>, Expected)]>);

impl Members {
    pub(crate) fn of<const N: usize>(members: [(&'static str, Expected); N]) -> Self {
        members.into_iter().collect()
    }

    /// What the member at this place must be, for changing it.
    pub(crate) fn get_mut(&mut self, at: &str) -> Option<&mut Expected> {
        self.0.iter_mut().find(|(place, _)| place == at).map(|(_, expected)| expected)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Expected> {
        self.0.iter_mut().map(|(_, expected)| expected)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &Expected)> {
        self.0.iter().map(|(at, expected)| (&**at, expected))
    }
}

impl<P: Into<Cow<'static, str>>> FromIterator<(P, Expected)> for Members {
    fn from_iter<I: IntoIterator<Item = (P, Expected)>>(members: I) -> Self {
        Self(members.into_iter().map(|(at, expected)| (at.into(), expected)).collect())
    }
}

/// How one member is compared. Values may be placeholders, see [`later`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The same JSON value. Strings that are GUIDs in either letter case are the same.
    Value(Value),
    /// A value that the object has from its first moment and keeps: another one is no lag, but another
    /// object than was meant. Compared like [`Self::Value`].
    Pinned(Value),
    /// A string of blank-separated words, as a set.
    Words(ScopeSet),
    /// A list of strings in any order, letter case ignored.
    Items(Vec<String>),
    /// A list of as many objects, in any order, where what each has at `member` ends with one of
    /// these, letter case ignored: the service may write more in front of a path.
    Endings { member: String, endings: Vec<String> },
}

impl Expect {
    /// Whether the rows that a read brought show what is expected.
    pub(crate) fn met_by(&self, rows: &[Value], known: &Known) -> bool {
        self.shown_by(rows, known, Measure::Exactly)
    }

    /// Whether the rows show at least what is expected: a list of words may be longer.
    pub(crate) fn held_by(&self, rows: &[&Value], known: &Known) -> bool {
        self.shown_by(rows, known, Measure::AtLeast)
    }

    fn shown_by<V: Borrow<Value>>(&self, rows: &[V], known: &Known, measure: Measure) -> bool {
        let mut rows = rows.iter().map(Borrow::borrow);
        let mut any = |fields| rows.any(|row| is_like(row, fields, known, measure));
        match self {
            Self::Gone => rows.next().is_none(),
            Self::Absent(fields) => !any(fields),
            Self::Fields(fields) => any(fields),
        }
    }

    /// Members that the object has from its first moment, by place, and what each must be.
    pub fn pins(&self) -> impl Iterator<Item = (&str, &Value)> {
        let members = match self {
            Self::Fields(members) => Some(members),
            Self::Gone | Self::Absent(_) => None,
        };
        members.into_iter().flat_map(Members::iter).filter_map(|(at, expected)| match expected {
            Expected::Pinned(value) => Some((at, value)),
            _ => None,
        })
    }

    /// The members by which one object is told from others of its list, each with its text, in lower
    /// case. Nothing where it is not there that is expected.
    pub(crate) fn key(&self, known: &Known) -> Vec<(&str, String)> {
        let Self::Fields(fields) = self else { return Vec::new() };
        let text = |(at, expected): (_, &Expected)| match expected {
            Expected::Value(Value::String(text)) => {
                Some((at, known.get(text).unwrap_or(text).to_ascii_lowercase()))
            }
            _ => None,
        };
        fields.iter().filter_map(text).collect()
    }

    /// What a read shows to be another object than was meant, in words: the first member that is not as
    /// it always was.
    pub(crate) fn contradicted_by(&self, rows: &[Value], known: &Known) -> Option<String> {
        let Self::Fields(fields) = self else { return None };
        let (at, found, want) = rows.iter().find_map(|row| {
            fields.iter().find_map(|(at, expected)| match expected {
                Expected::Pinned(want)
                    if !expected.holds(row.pointer(at), known, Measure::Exactly) =>
                {
                    Some((at, row.pointer(at).unwrap_or(&Value::Null), want))
                }
                _ => None,
            })
        })?;
        Some(format!("{} is {found}, not {want}", at.trim_start_matches('/')))
    }
}

/// How closely an object is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Exactly,
    /// More words than expected do no harm.
    AtLeast,
}

fn is_like(row: &Value, members: &Members, known: &Known, measure: Measure) -> bool {
    members.iter().all(|(at, expected)| expected.holds(row.pointer(at), known, measure))
}

impl Expected {
    fn holds(&self, found: Option<&Value>, known: &Known, measure: Measure) -> bool {
        match self {
            Self::Value(want) | Self::Pinned(want) => {
                let mut want = want.clone();
                fill(&mut want, known);
                match (&want, found.unwrap_or(&Value::Null)) {
                    (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
                    (a, b) => a == b,
                }
            }
            Self::Words(want) => {
                let text = found.and_then(Value::as_str).unwrap_or_default();
                let have = ScopeSet::from_wire(text);
                match measure {
                    Measure::Exactly => have == *want,
                    Measure::AtLeast => want.without(&have).is_empty(),
                }
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
            Self::Endings { member, endings } => {
                let text = |item: &Value| Some(item.get(member)?.as_str()?.to_ascii_lowercase());
                let items = found.and_then(Value::as_array).into_iter().flatten();
                let mut open: Vec<Option<String>> = items.map(text).collect();
                let mut met = endings.iter().map(|ending| ending.to_ascii_lowercase());
                let all = met.all(|ending| {
                    let ends = |item: &Option<String>| {
                        item.as_ref().is_some_and(|text| text.ends_with(&ending))
                    };
                    open.iter().position(ends).map(|at| open.remove(at)).is_some()
                });
                all && open.is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(at: &'static str, expected: Expected) -> Members {
        Members::of([(at, expected)])
    }

    #[test]
    fn absent_is_about_one_object_of_a_list() {
        let gone = Expect::Absent(fields("/id", Expected::Value(json!("b"))));
        let met = |rows: &[Value]| gone.met_by(rows, &Known::new());
        assert!(met(&[]) && met(&[json!({"id": "a"}), json!({"ID": "b"})]));
        assert!(!met(&[json!({"id": "a"}), json!({"id": "B"})]));
    }

    #[test]
    fn endings_are_counted_and_may_have_something_in_front() {
        let endings = vec!["/users/A".to_owned(), "/users/b".to_owned()];
        let expected = Expected::Endings { member: "query".to_owned(), endings };
        let expect = Expect::Fields(fields("/reviewers", expected));
        let met = |queries: &[&str]| {
            let list: Vec<_> = queries.iter().map(|query| json!({ "query": query })).collect();
            expect.met_by(&[json!({ "reviewers": list })], &Known::new())
        };
        assert!(met(&["/v1.0/users/b", "/users/a"]));
        for wrong in [&["/users/a"][..], &["/users/a", "/users/a"], &["/users/a", "/users/b", "/c"]]
        {
            assert!(!met(wrong), "{wrong:?}");
        }
        assert!(!expect.met_by(&[json!({ "reviewers": null })], &Known::new()));
        assert!(!expect.met_by(&[json!({ "reviewers": [{}, {"query": 1}] })], &Known::new()));
    }
}
