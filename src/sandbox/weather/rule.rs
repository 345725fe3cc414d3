//! Trouble for one sort of request: refused, slow, or overtaken by somebody else.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::sandbox::weather::chance::Often;
use crate::sandbox::weather::measure::Latency;

/// A request as rules look at it, all in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) method: String,
    /// Decoded, with its query.
    pub(crate) path: String,
    /// JSON text; empty without a body.
    pub(crate) body: String,
}

/// Which requests are meant: those for which all that is given holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Which {
    /// `POST`; absent: any.
    pub(crate) method: Option<String>,
    /// The path, decoded and with its query, holds this text; absent: any.
    pub(crate) path: Option<String>,
    /// The body as JSON text holds this text; absent: any.
    pub(crate) body: Option<String>,
}

/// One sort of request that is refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RefusalRule {
    /// These three as in [`Which`].
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) status: u16,
    /// Error code; the usual one of the status when absent.
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// At most so many times; absent: always.
    pub(crate) times: Option<u32>,
    /// Of such requests; absent: every one.
    pub(crate) often: Option<Often>,
}

/// One sort of request that takes another time than the rest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slow {
    /// These three as in [`Which`].
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) latency: Latency,
}

/// A change somebody else makes while a client works, right before one of its requests is processed.
/// Everybody sees it at once.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Meanwhile {
    /// Not before this request, counted from 1 over reads and writes.
    #[serde(default)]
    pub(crate) before_request: u64,
    /// Only before such a request; absent: before any.
    #[serde(default)]
    pub(crate) before: Which,
    /// How many times; absent: once.
    #[serde(default = "once")]
    pub(crate) times: u32,
    pub(crate) method: String,
    /// Below the version root.
    pub(crate) path: String,
    /// A table, or JSON as text.
    #[serde(default, deserialize_with = "json")]
    pub(crate) body: Option<Value>,
}

fn json<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    match Value::deserialize(from)? {
        Value::String(text) => serde_json::from_str(&text).map(Some).map_err(|error| {
            D::Error::custom(format!("body takes a table, or JSON as text: {error}"))
        }),
        body => Ok(Some(body)),
    }
}

fn once() -> u32 {
    1
}

impl Which {
    pub(crate) fn means(&self, said: &Said) -> bool {
        means(&self.method, &self.path, &self.body, said)
    }
}

impl RefusalRule {
    /// Whether this request is one of that sort.
    pub(crate) fn means(&self, said: &Said) -> bool {
        means(&self.method, &self.path, &self.body, said)
    }
}

impl Slow {
    /// Whether this request is one of that sort.
    pub(crate) fn means(&self, said: &Said) -> bool {
        means(&self.method, &self.path, &self.body, said)
    }
}

fn means(
    method: &Option<String>,
    path: &Option<String>,
    body: &Option<String>,
    said: &Said,
) -> bool {
    let holds = |part: &Option<String>, text: &str| {
        part.as_ref().is_none_or(|part| text.contains(&part.to_lowercase()))
    };
    method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&said.method))
        && holds(path, &said.path)
        && holds(body, &said.body)
}
