//! Mistakes and warnings, and that there are none.

pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod quote;
pub mod text;
