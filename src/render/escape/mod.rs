//! One escape for each target that reads text as more than text. What comes from outside reaches a report
//! only through one of them.

pub(crate) mod markdown;
