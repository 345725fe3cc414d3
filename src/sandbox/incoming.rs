//! What came over HTTP, read without looking at the tenant.

use serde_json::Value;

use crate::sandbox::answer::Trace;
use crate::sandbox::call::Caller;
use crate::sandbox::call::decode;
use crate::sandbox::refused::Refused;
use crate::sandbox::weather::chance::fingerprint;
use crate::sandbox::weather::rule::Said;

/// One request for Graph, outside or inside a batch.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub method: String,
    /// Below the version root, encoded, without the query.
    pub path: String,
    pub query: String,
    /// `ConsistencyLevel: eventual`.
    pub eventual: bool,
    pub body: Payload,
    /// Scheme, host and version as the caller wrote them.
    pub root: String,
    pub trace: Trace,
}

/// What came as a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    Nothing,
    Json(Value),
    /// There is one, but it is no JSON.
    Unreadable,
    /// There is one, but nobody says that it is JSON.
    Undeclared,
}

/// A request, and what the weather wants to know of it.
#[derive(Debug)]
pub struct AskedRequest {
    pub(crate) incoming: Incoming,
    pub(crate) said: Said,
    /// The same for the same method, path, query and body.
    pub(crate) fingerprint: u64,
    /// Whether it changes the tenant. `getByIds` is a read in spite of its method.
    pub(crate) write: bool,
}

impl From<Incoming> for AskedRequest {
    fn from(incoming: Incoming) -> Self {
        let Incoming { method, path, query, body, .. } = &incoming;
        let body = match body {
            Payload::Json(body) => body.to_string(),
            _ => String::new(),
        };
        let target = match query.as_str() {
            "" => decode(path),
            query => format!("{}?{}", decode(path), decode(&query.replace('+', " "))),
        };
        let write = method != "GET"
            && !path.trim_end_matches('/').to_ascii_lowercase().ends_with("getbyids");
        let fingerprint = fingerprint(&[method, path, query, &body]);
        let said = Said {
            method: method.to_lowercase(),
            path: target.to_lowercase(),
            body: body.to_lowercase(),
        };
        Self { incoming, said, fingerprint, write }
    }
}

/// One request of a batch.
#[derive(Debug)]
pub struct BatchItem {
    pub(crate) id: String,
    pub(crate) asked: AskedRequest,
    /// What makes the item wrong by itself.
    pub(crate) fault: Option<Refused>,
    /// Ids in lower case.
    pub(crate) depends_on: Vec<String>,
}

/// One HTTP request for Graph.
#[derive(Debug)]
pub enum Errand {
    One(Box<AskedRequest>),
    /// Its items, or why it is none.
    Batch(Box<AskedRequest>, Result<Vec<BatchItem>, Refused>),
}

impl Errand {
    /// The HTTP request itself.
    pub(crate) fn outer(&self) -> &AskedRequest {
        match self {
            Self::One(asked) | Self::Batch(asked, _) => asked,
        }
    }
}

/// Whose token came with it.
#[derive(Debug, Clone, Default)]
pub struct Bearer {
    pub caller: Caller,
    /// App id that the token was issued to.
    pub app_id: String,
    /// How often all tokens had expired when it was issued.
    pub generation: u32,
}
