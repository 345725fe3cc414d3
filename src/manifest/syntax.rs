//! Text that is no TOML, in words that help: the parser's errors without those that only follow from
//! others, with what was probably meant.

use std::ops::Range;

use crate::manifest::note;
use crate::model::finding::Finding;
use crate::model::untrusted::shown;

/// One thing that the parser could not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) message: String,
    pub(super) span: Range<usize>,
}

/// Words that the manifest's keys take, so that one of them without its quotes is known.
const WORDS: &[&str] = &[
    "exact",
    "additive",
    "none",
    "all-users",
    "low-risk",
    "microsoft-recommended",
    "any",
    "low",
    "global",
    "us-gov",
    "us-gov-dod",
    "china",
    "delegated",
    "application",
];

const QUOTES: &str = "a text stands in quotes; a list in [ ], a date and a number stand bare";

/// Leaves out what only follows from something before: a second error on one line, and the lines that a
/// list without its end takes for more of itself.
pub(super) fn causes(text: &str, mut slips: Vec<Slip>) -> Vec<Slip> {
    // The parser tells what a value is wrong with after all that is wrong around values.
    slips.sort_by_key(|slip| slip.span.start);
    let list = swallowing(&slips);
    let mut kept: Vec<(usize, Slip)> = Vec::new();
    let (mut line, mut counted) = (0, 0);
    for (at, slip) in slips.into_iter().enumerate() {
        line += text.get(counted..slip.span.start).map_or(0, |more| more.matches('\n').count());
        counted = counted.max(slip.span.start);
        let inside = list.as_ref().is_some_and(|list| list.contains(&at));
        // A list has no end where a text in it has none: that was told on the line before.
        let torn_text =
            |(before, slip): &(usize, Slip)| is_open_text(&slip.message) && before + 1 == line;
        let first_inside = list.as_ref().is_some_and(|list| list.start == at);
        let follows = match kept.last() {
            Some(last) if first_inside => torn_text(last),
            _ => inside && !first_inside,
        };
        let same_line = kept.last().is_some_and(|(before, _)| *before == line);
        if !same_line && !follows {
            kept.push((line, slip));
        }
    }
    kept.into_iter().map(|(_, slip)| slip).collect()
}

/// Which of the errors, in the order of the text, are about a list that goes on over the lines below it.
fn swallowing(slips: &[Slip]) -> Option<Range<usize>> {
    let in_list =
        |slip: &Slip| slip.message.contains("array element") || slip.message.contains("in array");
    let goes_on = slips.iter().any(|slip| slip.message.starts_with("unexpected `=` in array"));
    let first = slips.iter().position(in_list).filter(|_| goes_on)?;
    let last =
        slips.iter().rposition(|slip| in_list(slip) || slip.message.contains("unclosed array"))?;
    Some(first..last + 1)
}

fn is_open_text(message: &str) -> bool {
    message.starts_with("invalid basic string, expected `\"`")
        || message.starts_with("invalid literal string, expected `'`")
}

/// The finding without its place.
pub(super) fn finding(text: &str, slip: &Slip) -> Finding {
    let message = slip.message.as_str();
    let word = word_at(text, slip.span.start);
    let named = |title: &str, help: String| Finding::error("syntax", title).help(help);
    if let Some(day) = note::meant(word) {
        return named("this is no value", format!("write a day as {day}, without quotes"));
    }
    if is_open_text(message) {
        return named("this text has no end", "put a quote behind its last letter".to_owned());
    }
    if message.starts_with("invalid date") {
        let because = message.split_once(", ").map_or("", |(_, expected)| expected);
        let help = format!("write a day as 2027-06-30, without quotes: {}", shown(because));
        return named("this is no day", help);
    }
    let value = message.starts_with("string values must be quoted")
        || message.starts_with("invalid boolean")
        || message.starts_with("invalid float");
    if value {
        return named("this is no value", bare(word));
    }
    if text.get(slip.span.clone()) == Some(":") {
        return named("this is no key", "write KEY = VALUE, with = and not with :".to_owned());
    }
    let help = match message {
        _ if message.starts_with("duplicate key") => {
            "a key stands once, and so does a [table]; what may be repeated has two brackets: [[grant]]"
        }
        _ if message.contains("array elements") => {
            "put a comma between the elements of a list, and ] behind the last one, maybe of the list \
             above"
        }
        _ if message.contains("array table") || message.contains("table header") => {
            "a table stands alone on its line: [tenant], or with two brackets [[grant]]"
        }
        _ => "TOML is explained at https://toml.io; examples are in the manifest's reference",
    };
    named(&shown(message), help.to_owned())
}

/// What was meant by a word without quotes.
fn bare(word: &str) -> String {
    let lower = word.to_lowercase();
    match lower.as_str() {
        "true" | "yes" | "on" => {
            return "write true, in small letters and without quotes".to_owned();
        }
        "false" | "no" | "off" => {
            return "write false, in small letters and without quotes".to_owned();
        }
        _ => {}
    }
    if WORDS.contains(&lower.as_str()) {
        return format!("a text stands in quotes: \"{lower}\"");
    }
    if word.starts_with(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}']) {
        return "write straight quotes, \" and \", and not the curved ones of a text processor"
            .to_owned();
    }
    QUOTES.to_owned()
}

/// The value around this byte, as far as nothing that parts values comes before.
fn word_at(text: &str, at: usize) -> &str {
    let ends = |c: char| c.is_whitespace() || "=,#[]{}\"'".contains(c);
    let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) else { return "" };
    let start = before
        .rfind(ends)
        .map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
    let end = after.find(ends).map_or(text.len(), |next| at + next);
    text.get(start..end).unwrap_or_default()
}
