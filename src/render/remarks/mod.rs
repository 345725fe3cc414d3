//! What reports point at, line by line, for places where code is reviewed: whatever stops a plan, is dangerous in
//! it or cuts somebody off; what did not go well in a run; mistakes in a manifest. A file for each of these
//! subjects, and one for each format that shows remarks.

pub(crate) mod azure;
pub(crate) mod code_quality;
pub(crate) mod github;
pub(crate) mod mistakes;
pub(crate) mod plan;
pub(crate) mod remark;
mod rules;
pub(crate) mod run;
pub(crate) mod sarif;
mod sarif_log;
pub(crate) mod suites;

/// RemarkList that a report holds. Source: GitHub keeps 5,000 results of a file, and which ones is not ours to say
/// (github/docs, "SARIF results exceed one or more limits").
pub(crate) const MOST: usize = 5_000;
