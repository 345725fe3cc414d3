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
    /// What was answered, or would have been where the answer was lost.
    pub status: u16,
}

/// How many requests came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// HTTP requests to Graph routes; a batch is one.
    pub http: u64,
    /// Reads, those inside batches included.
    pub reads: u64,
    /// Writes, those inside batches included.
    pub writes: u64,
    pub batches: u64,
    /// Requests for tokens.
    pub tokens: u64,
}

#[derive(Debug, Clone, Default)]
pub struct Log {
    pub counts: Counts,
    pub writes: Vec<WriteLine>,
}
