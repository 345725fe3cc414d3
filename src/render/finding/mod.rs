//! Mistakes and warnings, and that there are none.

pub mod json;
pub mod quote;
pub mod text;
