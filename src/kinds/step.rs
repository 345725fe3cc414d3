//! One request with the read that proves it.

use serde_json::Value;

use crate::model::change::Step;
use crate::model::query::Query;
use crate::model::request::{Expect, Method, Proof, Request};

/// A request that makes nothing whose id anybody waits for.
pub(super) fn step(
    method: Method,
    path: impl Into<String>,
    body: Option<Value>,
    proof: Proof,
) -> Step {
    Step { request: Request { method, path: path.into(), body }, proof, creates: None }
}

/// That this read shows this; how it was before makes no difference.
pub(super) fn proof(read: Query, expect: Expect) -> Proof {
    Proof { read, expect, before: None, among: None }
}
