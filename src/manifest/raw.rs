//! One TOML value with the byte range of each of its parts, owned, so that a kind may read it later.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;
use toml::value::Datetime;

/// Mirrors `toml::de::DeValue`, which cannot outlive the text it was read from.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    Text(String),
    /// As written, without underscores: TOML's integers and floats.
    Number(String),
    Bool(bool),
    Datetime(Datetime),
    List(Vec<Spanned<Raw>>),
    Table(Vec<(Spanned<String>, Spanned<Raw>)>),
}

/// The keys and values of one table.
pub(super) type RawTable = Vec<(Spanned<String>, Spanned<Raw>)>;

/// What [`remove`] took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Removed {
    /// A key with its value, named.
    Key(String),
    /// An element of a list.
    Element,
}

impl Raw {
    pub(super) fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.clone().into_owned()),
            DeValue::Integer(number) => Self::Number(number.to_string()),
            DeValue::Float(number) => Self::Number(number.to_string()),
            DeValue::Boolean(value) => Self::Bool(*value),
            DeValue::Datetime(value) => Self::Datetime(*value),
            DeValue::Array(list) => Self::List(
                list.iter()
                    .map(|one| Spanned::new(one.span(), Self::from_toml(one.get_ref())))
                    .collect(),
            ),
            DeValue::Table(table) => Self::Table(table_from(table)),
        }
    }

    /// Back to what the TOML library deserializes from.
    pub(super) fn to_toml(&self) -> DeValue<'_> {
        match self {
            Self::Text(text) => DeValue::String(text.as_str().into()),
            // The text came from a parsed number; should it ever not read again, it is only a text
            // of the wrong type, which is reported like any other.
            Self::Number(text) => DeValue::parse(text)
                .map_or_else(|_| DeValue::String(text.as_str().into()), Spanned::into_inner),
            Self::Bool(value) => DeValue::Boolean(*value),
            Self::Datetime(value) => DeValue::Datetime(*value),
            Self::List(list) => DeValue::Array(
                list.iter().map(|one| Spanned::new(one.span(), one.get_ref().to_toml())).collect(),
            ),
            Self::Table(table) => DeValue::Table(
                table
                    .iter()
                    .map(|(key, value)| {
                        let name = Spanned::new(key.span(), key.get_ref().as_str().into());
                        (name, Spanned::new(value.span(), value.get_ref().to_toml()))
                    })
                    .collect(),
            ),
        }
    }

    /// In the words of the reference: "a text", "a list", …
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Datetime(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

pub(super) fn table_from(table: &toml::de::DeTable<'_>) -> RawTable {
    let mut rows: RawTable = table
        .iter()
        .map(|(key, value)| {
            let name = Spanned::new(key.span(), key.get_ref().clone().into_owned());
            (name, Spanned::new(value.span(), Raw::from_toml(value.get_ref())))
        })
        .collect();
    rows.sort_by_key(|(key, _)| key.span().start);
    rows
}

/// Takes away the key or element that stands exactly at `span`, however deep.
pub(super) fn remove(table: &mut RawTable, span: &Range<usize>) -> Option<Removed> {
    let here = table.iter().position(|(key, value)| key.span() == *span || value.span() == *span);
    if let Some(index) = here {
        return Some(Removed::Key(table.remove(index).0.into_inner()));
    }
    table.iter_mut().find_map(|(_, value)| remove_below(value.get_mut(), span))
}

/// Takes away the values that hold one of the syntax errors at `spans`: what was recovered of them is
/// nobody's intention, and is not judged a second time.
pub(super) fn remove_torn(table: &mut RawTable, spans: &[Range<usize>]) {
    table.retain_mut(|(_, value)| keeps(value, spans));
}

fn keeps(value: &mut Spanned<Raw>, spans: &[Range<usize>]) -> bool {
    let own = value.span();
    match value.get_mut() {
        Raw::Table(table) => remove_torn(table, spans),
        // Half a list would be called empty, or too short.
        Raw::List(list) => {
            let all = list.len();
            list.retain_mut(|one| keeps(one, spans));
            return list.len() == all;
        }
        _ => return !spans.iter().any(|at| own.start <= at.start && at.end <= own.end),
    }
    true
}

fn remove_below(value: &mut Raw, span: &Range<usize>) -> Option<Removed> {
    match value {
        Raw::Table(table) => remove(table, span),
        Raw::List(list) => match list.iter().position(|one| one.span() == *span) {
            Some(index) => {
                list.remove(index);
                Some(Removed::Element)
            }
            None => list.iter_mut().find_map(|one| remove_below(one.get_mut(), span)),
        },
        _ => None,
    }
}
