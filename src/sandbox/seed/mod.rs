//! What a simulated tenant starts from. `file` reads it, `tables` is its form, `rows` makes rows of it.

pub mod file;
mod names;
pub(crate) mod published;
mod rows;
mod tables;

use serde_json::Value;

use crate::sandbox::token::Application;
use crate::sandbox::weather::Weather;

/// A tenant ready to be served.
#[derive(Debug, Default)]
pub struct Seed {
    pub tenant_id: String,
    pub domain: String,
    pub name: String,
    /// Object id and user principal name of whoever [`crate::sandbox::server::Running::token`]
    /// signs in as.
    pub operator: (String, String),
    /// Rows by table.
    pub rows: Vec<(&'static str, Value)>,
    /// Group, table of the member, id of the member.
    pub members: Vec<(String, &'static str, String)>,
    pub identities: Vec<Application>,
    pub weather: Weather,
}

/// What is wrong with a seed file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct SeedError {
    pub(crate) path: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    pub(crate) message: String,
    pub(crate) mistake: Mistake,
}

/// What sort of mistake it is, for who has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A table of the file itself that no seed has.
    UnknownTable(String),
    Other,
}

impl SeedError {
    /// At a byte of the text.
    pub(crate) fn at(path: &str, text: &str, byte: usize, message: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or("").chars().count() + 1,
            message: message.into(),
            mistake: Mistake::Other,
        }
    }
}
