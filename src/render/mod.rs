//! Floor 4: what is known, as people and programs read it. One file per format.
//!
//! Imports floors 0 to 3. Effects: none; every renderer writes to the writer it is given. All text
//! from outside passes `Untrusted::shown` or an escape of its format.

pub mod block;
mod body;
mod by_app;
mod by_sort;
pub mod crowd;
mod entry;
pub mod finding;
mod foot;
pub mod formats;
pub mod json;
pub mod lines;
pub mod outcome;
pub mod quote;
mod replacement;
mod shares;
pub mod stale;
pub mod style;
pub mod text;
pub mod unfinished;
pub mod validation;
pub mod view;

#[cfg(test)]
mod crowd_tests;
#[cfg(test)]
mod entry_tests;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod size_tests;
#[cfg(test)]
mod tests;
