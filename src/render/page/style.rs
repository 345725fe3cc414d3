//! Which words have which colour. The only place of `colored`: everybody else names an [`Ink`].

use std::io::{self, Write};

use colored::{ColoredString, Colorize};

use crate::model::change::Verb;
use crate::model::risk::Tier;

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    /// Heads and counts.
    Strong,
    /// Somebody gets access.
    Give,
    /// Something changes.
    Change,
    /// Somebody loses access, or something failed.
    Take,
    /// A risk label that must be seen.
    Alarm,
    /// Changed outside consent.
    #[cfg_attr(not(test), expect(dead_code, reason = "no command tells of it yet"))]
    Drift,
}

/// Whether escape sequences for colour are written. Whoever owns the terminal decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Plain,
    Styled,
}

/// The colour of a verb's sign and word.
pub(crate) fn verb_ink(verb: Verb) -> Ink {
    match verb.sign() {
        '+' => Ink::Give,
        '-' => Ink::Take,
        _ => Ink::Change,
    }
}

/// `[HIGH]`.
pub(crate) fn risk_label(tier: Tier) -> &'static str {
    match tier {
        Tier::Low => "[LOW]",
        Tier::Medium => "[MEDIUM]",
        Tier::High => "[HIGH]",
        Tier::Critical => "[CRITICAL]",
    }
}

pub(crate) fn risk_ink(tier: Tier) -> Ink {
    match tier {
        Tier::Low | Tier::Medium => Ink::Plain,
        Tier::High | Tier::Critical => Ink::Alarm,
    }
}

/// Writes text in the colour of its ink. The words are the same with and without.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Painter {
    colour: Colour,
}

impl Painter {
    pub(crate) fn new(colour: Colour) -> Self {
        if colour == Colour::Styled {
            // The library would look at the environment by itself; it has been looked at.
            colored::control::set_override(true);
        }
        Self { colour }
    }

    /// # Errors
    /// When the writer fails.
    pub(crate) fn write(self, ink: Ink, text: &str, out: &mut dyn Write) -> io::Result<()> {
        match self.colour {
            Colour::Styled if ink != Ink::Plain => write!(out, "{}", paint(ink, text)),
            Colour::Styled | Colour::Plain => out.write_all(text.as_bytes()),
        }
    }
}

fn paint(ink: Ink, text: &str) -> ColoredString {
    match ink {
        Ink::Plain => text.normal(),
        Ink::Strong => text.bold(),
        Ink::Give => text.green(),
        Ink::Change => text.yellow(),
        Ink::Take => text.red(),
        Ink::Alarm => text.white().on_red().bold(),
        Ink::Drift => text.magenta(),
    }
}

#[cfg(test)]
mod tests {
    use colored::Color;

    use super::*;

    #[test]
    fn each_word_has_the_documented_colour() {
        let colour = |verb| paint(verb_ink(verb), "x").fgcolor;
        for verb in [Verb::Grant, Verb::Assign, Verb::Create] {
            assert_eq!(colour(verb), Some(Color::Green), "{}", verb.word());
        }
        for verb in [Verb::Widen, Verb::Narrow, Verb::Set] {
            assert_eq!(colour(verb), Some(Color::Yellow), "{}", verb.word());
        }
        for verb in [Verb::Revoke, Verb::Unassign] {
            assert_eq!(colour(verb), Some(Color::Red), "{}", verb.word());
        }
        for tier in [Tier::High, Tier::Critical] {
            let label = paint(risk_ink(tier), risk_label(tier));
            assert_eq!((label.fgcolor, label.bgcolor), (Some(Color::White), Some(Color::Red)));
        }
        assert_eq!(paint(Ink::Drift, "[DRIFT]").fgcolor, Some(Color::Magenta));
    }
}
