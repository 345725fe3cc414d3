//! Floor 4: what is known, as people and programs read it. A folder for each subject, and in it a file for
//! each format; what goes on a page is in `page`.
//!
//! Imports floors 0 to 3. Effects: none; every renderer writes to the writer it is given. All text
//! from outside passes `Untrusted::shown` or an escape of its format.

mod budget;
mod change;
pub(crate) mod escape;
pub(crate) mod events;
pub mod finding;
pub(crate) mod formats;
pub(crate) mod history;
mod html;
mod outputs;
pub mod page;
pub mod plan;
pub(crate) mod remarks;
pub(crate) mod repository;
pub(crate) mod run;
mod suites;

#[cfg(test)]
mod reports_tests;
