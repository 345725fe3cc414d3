//! Values of a weather as they are written.

use serde::Deserialize;

/// A value before anybody knows what it measures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a number or a text")]
pub(crate) enum Written {
    Flag(bool),
    Number(i64),
    Text(String),
}
