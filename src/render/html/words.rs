//! Small pieces that stand in several parts of a page.

use maud::{Markup, html};

use crate::model::risk::Tier;
use crate::render::page::grouped;

/// One row of a list of facts.
pub(crate) fn fact(what: &str, value: &Markup) -> Markup {
    html! { div { dt { (what) } dd { (value) } } }
}

/// `1 person`, `24 people`.
pub(crate) fn people(number: usize) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", grouped(number)) }
}

/// How risky it is what is given, as a word with a form of its own.
pub(crate) fn tier_mark(tier: Tier) -> Markup {
    html! { span class={ "tier " (tier.word()) } { (tier.word()) } }
}
