//! What earlier runs left.

pub mod unfinished;
