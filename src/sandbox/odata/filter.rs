//! `$filter` as a tree, and what a list may be filtered by.

use serde_json::Value;

/// A parsed `$filter`.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Test(Test),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub(crate) field: String,
    pub(crate) op: Op,
    /// One value, several for `in`.
    pub values: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    In,
    StartsWith,
    /// `field/any(x:x eq 'value')`.
    Any,
}

/// A property that a list may be filtered by.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub ops: &'static [Op],
    /// Whether letter case matters when strings are compared.
    pub exact: bool,
}

impl Field {
    pub const fn new(name: &'static str, ops: &'static [Op]) -> Self {
        Self { name, ops, exact: false }
    }
}

impl Filter {
    /// The string that every match must have in this field, if the filter says so.
    pub fn required(&self, field: &str) -> Option<&str> {
        match self {
            Self::And(parts) => parts.iter().find_map(|part| part.required(field)),
            Self::Test(test) if test.op == Op::Eq && test.field.eq_ignore_ascii_case(field) => {
                test.values.first().and_then(Value::as_str)
            }
            _ => None,
        }
    }

    /// Whether the row is a match. Fields the list does not know never match.
    pub fn holds(&self, row: &Value, fields: &[Field]) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(row, fields)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(row, fields)),
            Self::Not(part) => !part.holds(row, fields),
            Self::Test(test) => test.holds(row, fields),
        }
    }

    /// All tests of the tree.
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Test(test) => vec![test],
        }
    }
}

impl Test {
    fn holds(&self, row: &Value, fields: &[Field]) -> bool {
        let Some(field) = fields.iter().find(|f| f.name.eq_ignore_ascii_case(&self.field)) else {
            return false;
        };
        let found = row.get(field.name).unwrap_or(&Value::Null);
        let same = |want: &Value| equal(found, want, field.exact);
        match self.op {
            Op::Eq | Op::In => self.values.iter().any(same),
            Op::Ne => !self.values.iter().any(same),
            Op::StartsWith => match (found.as_str(), self.values.first().and_then(Value::as_str)) {
                (Some(text), Some(start)) => text.to_lowercase().starts_with(&start.to_lowercase()),
                _ => false,
            },
            Op::Any => found.as_array().is_some_and(|items| {
                items
                    .iter()
                    .any(|item| self.values.iter().any(|want| equal(item, want, field.exact)))
            }),
        }
    }
}

fn equal(found: &Value, want: &Value, exact: bool) -> bool {
    match (found, want) {
        (Value::String(a), Value::String(b)) if exact => a == b,
        (Value::String(a), Value::String(b)) => a.to_lowercase() == b.to_lowercase(),
        (a, b) => a == b,
    }
}
