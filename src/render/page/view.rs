//! How a page is looked at.

use crate::render::page::style::Colour;

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View<'a> {
    /// Everything, however much: every change, every person.
    pub full: bool,
    /// What each person gets and loses, instead of what happens to each app.
    pub by_person: bool,
    /// What to run next, for the last line; nothing is said without it. A command is broken only
    /// between its words, so a path wider than a line stays whole.
    pub next: Option<&'a str>,
    pub colour: Colour,
}
