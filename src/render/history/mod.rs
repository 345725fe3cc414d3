//! What earlier runs left.

pub(crate) mod unfinished;
