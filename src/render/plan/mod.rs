//! A plan, and what changed under it.

mod block;
mod body;
mod by_app;
mod by_person;
mod by_sort;
mod condensed;
mod entry;
mod foot;
pub(crate) mod head;
pub(crate) mod html;
pub mod json;
pub(crate) mod markdown;
pub(crate) mod marks;
pub(crate) mod moves;
mod replacement;
mod sections;
pub mod stale;
pub mod text;

#[cfg(test)]
mod condensed_tests;
#[cfg(test)]
mod counts_tests;
#[cfg(test)]
mod entry_tests;
#[cfg(test)]
mod outage_tests;
#[cfg(test)]
mod readiness_tests;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
pub(crate) mod shapes;
#[cfg(test)]
mod size_tests;
#[cfg(test)]
mod tests;
