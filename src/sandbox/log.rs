//! What reached the simulated tenant, for tests and demonstrations.

use serde::Serialize;
use serde_json::Value;

/// One write, in the order of processing. Writes inside a batch have a line of their own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WriteLine {
    pub method: String,
    /// Below the version root, as it came, with its query.
    pub path: String,
    pub body: Value,
    /// What was answered, or would have been where the answer was lost; 503 where nothing was carried
    /// out and nothing was answered.
    pub status: u16,
    /// Whether the tenant was changed, whatever the answer said.
    pub took_effect: bool,
    /// Its place among all writes, those of somebody else included, counted from 1.
    pub turn: usize,
    /// Which HTTP request to Graph brought it, counted from 1 in order of arrival. Writes of one batch
    /// have the same number, that of its [`BatchLine`].
    pub arrived: u64,
    /// Milliseconds from the start of the server to that arrival.
    pub arrived_ms: u64,
}

/// One batch, in the order of processing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BatchLine {
    /// As in [`WriteLine`].
    pub arrived: u64,
    /// Requests in it.
    pub size: usize,
    /// Those of them that are writes.
    pub writes: usize,
    /// Of the batch as a whole.
    pub(crate) status: u16,
    /// The connection broke instead of bringing that answer.
    pub lost: bool,
}

/// How many requests came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RequestCounts {
    /// HTTP requests to Graph routes; a batch is one.
    pub http: u64,
    /// Reads, those inside batches included.
    pub reads: u64,
    /// Writes, those inside batches included.
    pub writes: u64,
    pub batches: u64,
    /// Requests for tokens.
    pub tokens: u64,
    /// Most HTTP requests to Graph routes that were under way at the same time.
    pub most_in_flight: u64,
}

#[derive(Debug, Clone, Default)]
pub struct Log {
    pub counts: RequestCounts,
    pub(crate) writes: Vec<WriteLine>,
    /// Well-formed batches.
    pub(crate) batches: Vec<BatchLine>,
    /// What somebody else did meanwhile, with the number of the HTTP request it went before.
    pub(crate) meanwhile: Vec<WriteLine>,
}

impl Log {
    /// The place of the next write.
    pub(crate) fn turn(&self) -> usize {
        self.writes.len() + self.meanwhile.len() + 1
    }
}
