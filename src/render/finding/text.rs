//! Draws findings as compilers do: the file, the line, the text underlined, the way out.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use unicode_width::UnicodeWidthStr;

use crate::manifest::source::{BOM, Source, Sources, floor};
use crate::model::finding::{Finding, Findings, Place, Severity, TOO_MANY};
use crate::model::untrusted::{self, shown};
use crate::render::finding::quote::{self, Redact};
use crate::render::page::style::Colour;

/// Columns that a drawing takes at most, where its words allow it.
const WIDTH: usize = 80;

/// Findings drawn at most: nobody reads more of them at once.
const MOST: usize = 200;

/// Longest line that is drawn, in bytes. A longer one is no line that somebody wrote by hand: its
/// number and column must do.
const LONGEST: usize = 4_096;

/// What "  = help: " and the number of a line take at the left.
const MARGIN: usize = 14;

/// Draws all findings by file and line, each followed by an empty line. `known` takes secrets out.
///
/// # Errors
/// Those of the writer.
pub fn draw(
    findings: &Findings,
    sources: &Sources,
    colour: Colour,
    known: Redact<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    draw_first(MOST, findings, sources, colour, known, out)
}

/// The same of at most so many.
///
/// # Errors
/// Those of the writer.
pub(crate) fn draw_first(
    most: usize,
    findings: &Findings,
    sources: &Sources,
    colour: Colour,
    known: Redact<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    // That there are even more comes last, and is told whatever is not drawn before it.
    let (end, all): (Vec<&Finding>, Vec<&Finding>) =
        findings.sorted().into_iter().partition(|finding| finding.code == TOO_MANY);
    let alone = findings.is_one_mistake();
    for finding in all.iter().take(most).chain(&end) {
        writeln!(out, "{}\n", one(finding, alone, sources, colour, known))?;
    }
    match all.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(out, "{more} more are not drawn: these come first.\n"),
    }
}

/// One finding, without a line end after it. `alone` where nothing else is wrong.
fn one(
    finding: &Finding,
    alone: bool,
    sources: &Sources,
    colour: Colour,
    known: Redact<'_>,
) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let words = wrapped(
        &safe(&quote::safe(&finding.title, known)),
        WIDTH - "warning[]: ".len() - finding.code.len(),
    );
    let title = level.primary_title(words).id(finding.code);
    let mut group = Group::with_title(title);
    if let Some((place, source)) =
        finding.place.as_ref().and_then(|p| Some((p, sources.get(p.file)?)))
    {
        let label = finding.label.as_deref().map(|label| safe(&quote::safe(label, known)));
        group = match Cut::new(source, &place.span, known) {
            Some(cut) => group.element(
                Snippet::source(cut.text)
                    .path(shown(&source.path))
                    .line_start(cut.line)
                    .annotation(AnnotationKind::Primary.span(cut.span).label(label)),
            ),
            None => group.element(origin(place, source, sources)),
        };
    }
    if let Some(help) = finding.advice(alone) {
        group = group.element(Level::HELP.message(wrapped(&safe(&known(&help)), WIDTH - MARGIN)));
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Styled => Renderer::styled(),
    };
    renderer.term_width(WIDTH).render(&[group])
}

fn origin<'a>(place: &Place, source: &Source, sources: &Sources) -> Origin<'a> {
    let (line, column) = sources.position(place);
    Origin::path(shown(&source.path)).line(line).char_column(column)
}

/// The line that a place begins on, made safe, with the place within it.
struct Cut {
    /// Counted from 1.
    line: usize,
    text: String,
    span: Range<usize>,
}

impl Cut {
    /// `None` when the line is too long to draw, or may be of anybody's file.
    fn new(source: &Source, span: &Range<usize>, known: Redact<'_>) -> Option<Self> {
        if !source.says_schema() {
            return None;
        }
        let text = source.text.as_str();
        let start = floor(text, span.start);
        let (line, first) = source.line_at(start);
        let last = text[start..].find('\n').map_or(text.len(), |at| start + at);
        if last - first > LONGEST {
            return None;
        }
        let whole = &text[first..last];
        let quoted = quote::safe(whole, known);
        if quoted != whole {
            // Where the place was in what is left, nobody knows: all of it is marked.
            let text = quoted.trim();
            let text = masked(text, 0..text.len());
            return Some(Self { line, span: 0..text.len(), text });
        }
        let end = floor(text, span.end).clamp(start, last);
        let row = |from: usize, to: usize| masked(whole, from - first..to - first);
        let (before, marked, after) = (row(first, start), row(start, end), row(end, last));
        let drawn = format!("{before}{marked}{after}");
        let text = drawn.trim_end().to_owned();
        // What pointed at blanks of the end points behind the last character.
        let at = |at: usize| at.min(text.len());
        let span = at(before.len())..at(before.len() + marked.len());
        Some(Self { line, text, span })
    }
}

/// One character for each, so that columns stay true: what would draw, hide or reorder on a terminal, or be
/// a command in the log of a job, becomes a replacement character.
fn masked(text: &str, range: Range<usize>) -> String {
    let mask = |(at, c): (usize, char)| match c {
        '\t' => '\t',
        _ if untrusted::commands(text, at) => char::REPLACEMENT_CHARACTER,
        c if shown(c.encode_utf8(&mut [0; 4])).chars().nth(1).is_some() => {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    };
    let within = |(at, c): &(usize, char)| range.contains(at) && *c != BOM && *c != '\r';
    text.char_indices().filter(within).map(mask).collect()
}

/// Findings are made of safe text; this is the second fence, which keeps line ends out of titles.
fn safe(text: &str) -> String {
    shown(text)
}

/// Broken at blanks into lines of at most `room` columns.
fn wrapped(text: &str, room: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "schema = 1\n\n[[grant]]\n  scopes   = [\"offline_access\", \"Tasks.ReadWrit\"]\n";

    fn drawn(text: &str, at: &str, finding: Finding) -> String {
        let start = text.find(at).unwrap();
        let place = Place { file: 0, span: start..start + at.len() };
        let sources = Sources::one("consent.toml", text);
        one(&finding.at(&place), true, &sources, Colour::Plain, &str::to_owned)
    }

    #[test]
    fn the_line_is_underlined_and_help_follows() {
        let finding = Finding::error("unknown_scope", "Microsoft Graph has no \"Tasks.ReadWrit\"")
            .help("did you mean \"Tasks.ReadWrite\"?");
        let expected = r#"error[unknown_scope]: Microsoft Graph has no "Tasks.ReadWrit"
 --> consent.toml:4:33
  |
4 |   scopes   = ["offline_access", "Tasks.ReadWrit"]
  |                                 ^^^^^^^^^^^^^^^^
  |
  = help: did you mean "Tasks.ReadWrite"?"#;
        assert_eq!(drawn(TEXT, "\"Tasks.ReadWrit\"", finding), expected);
    }

    #[test]
    fn a_warning_without_a_place_is_a_line_and_its_help() {
        let mut findings = Findings::default();
        findings.push(Finding::warning("accept_expired", "it is over").help("remove it"));
        let mut out = Vec::new();
        draw(&findings, &Sources::default(), Colour::Plain, &str::to_owned, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "warning[accept_expired]: it is over\n |\n = help: remove it\n\n");
    }

    #[test]
    fn of_a_crowd_of_mistakes_the_first_are_drawn_and_that_there_are_more() {
        let mut findings = Findings::default();
        for start in 0..1_000 {
            let place = Place { file: 0, span: start..start + 1 };
            findings.push(Finding::error("syntax", "bad").at(&place));
        }
        let sources = Sources::one("consent.toml", &format!("schema = 1\n{}", "x".repeat(1_000)));
        let mut out = Vec::new();
        draw(&findings, &sources, Colour::Plain, &str::to_owned, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches("error[syntax]").count(), MOST);
        assert!(text.contains("error[too_many_mistakes]: more than 500 mistakes"), "{text}");
        assert!(text.contains("300 more are not drawn"), "{text}");
    }

    #[test]
    fn hostile_text_draws_nothing_and_columns_stay_true() {
        let evil = "schema = 1\nx = \"\u{1b}[31m\u{9b}\u{202e}\u{2066}\u{200d}\u{e0041}\u{7}\" \u{fe0f}wrong\r\n";
        let finding =
            Finding::error("syntax", "bad \u{1b}[2J").help("\u{202e}\nso").label("\u{9b}");
        let text = drawn(evil, "wrong", finding);
        let bad = |c: char| c != '\n' && shown(c.encode_utf8(&mut [0; 4])).chars().count() > 1;
        assert!(!text.chars().any(bad), "{text:?}");
        assert!(text.contains("consent.toml:2:20"), "{text}");
        assert!(text.contains("^^^^^"), "{text}");
    }

    #[test]
    fn no_flood() {
        let mut findings = Findings::default();
        (0..250).for_each(|i| findings.push(Finding::error("x", format!("number {i}"))));
        let mut out = Vec::new();
        draw(&findings, &Sources::default(), Colour::Plain, &str::to_owned, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches("error[x]").count(), 200);
        assert!(text.ends_with("\n50 more are not drawn: these come first.\n\n"), "{text}");
    }

    #[test]
    fn colour_only_when_asked_for() {
        let finding = Finding::error("x", "y");
        let drawn = |colour| one(&finding, true, &Sources::default(), colour, &str::to_owned);
        assert!(!drawn(Colour::Plain).contains('\u{1b}'));
        assert!(drawn(Colour::Styled).contains('\u{1b}'));
    }

    #[test]
    fn tabs_marks_ends_and_long_lines() {
        let finding = || Finding::error("x", "y");
        assert!(drawn("\u{feff}schema = 1", "schema", finding()).contains("consent.toml:1:1\n"));
        let drawn = |text: &str| drawn(&format!("schema = 1\n{text}"), "abc", finding());
        assert!(drawn("\t\tabc = 1\r\n").contains("consent.toml:2:3\n"));
        assert!(drawn("n = \"東京\" abc").contains("consent.toml:2:10\n"));
        let long = format!("x = \"{}\" abc", "y ".repeat(1_000));
        let text = drawn(&long);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        let huge = format!("x = \"{}\" abc", "y".repeat(1_000_000));
        assert!(drawn(&huge).ends_with("consent.toml:2:1000008"));
    }

    #[test]
    fn nothing_is_quoted_of_a_file_that_shows_no_schema_and_no_secret_of_any() {
        let finding = || Finding::error("x", "y");
        let environment = "HOME=/root\0TOKEN=hush\0PATH=/bin";
        let text = drawn(environment, "TOKEN", finding());
        assert!(text.contains("consent.toml:1:12") && !text.contains("hush"), "{text}");
        let secret = "0123456789abcdef0123456789abcdef";
        let text = drawn(&format!("schema = 1\n  key = \"{secret}\""), &secret[..9], finding());
        assert!(text.contains("2 | key = \"[removed]\""), "{text}");
        assert!(text.contains("  | ^^^^^^^^^^^^^^^^^") && !text.contains("0123"), "{text}");
        let finding = Finding::error("x", format!("\"{secret}\" is not a GUID")).help("or opaque");
        let known = |text: &str| text.replace("opaque", "[removed]");
        let text = one(&finding, true, &Sources::default(), Colour::Plain, &known);
        assert!(!text.contains("0123") && !text.contains("opaque"), "{text}");
    }

    #[test]
    fn the_end_of_the_file_and_places_across_lines_are_drawn() {
        let sources = Sources::one("consent.toml", "schema = 1\na = [\n1\n");
        for span in [13..19, 19..19, 18..20, 16..16, 14..99, 99..120] {
            let place = Place { file: 0, span: span.clone() };
            let finding = Finding::error("x", "y").at(&place);
            let text = one(&finding, true, &sources, Colour::Plain, &str::to_owned);
            assert!(text.contains("consent.toml:") && text.contains('^'), "{span:?}\n{text}");
        }
    }

    #[test]
    fn long_help_is_wrapped() {
        let finding = Finding::error("x", "y").help("word ".repeat(60).trim().to_owned());
        let text = drawn(TEXT, "schema", finding);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(text.matches("word").count(), 60);
    }
}
