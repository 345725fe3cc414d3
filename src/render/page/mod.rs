//! Lines of at most 80 columns, made of pieces with ink. All text passes [`shown`] here, so nothing
//! reaches a terminal that draws.

pub(crate) mod measure;
pub(crate) mod shares;
pub mod style;
pub mod view;

use std::io::{self, Write};

use crate::model::shell;
use crate::model::untrusted::shown;
pub(crate) use crate::render::page::measure::{
    Depth, Flow, called, counted, grouped, has_comma, in_full, is_sentence, shorten, width, wrap,
};
use crate::render::page::measure::{rows, take};
use crate::render::page::style::{Colour, Ink, Painter};

/// Columns of a line. Source: the reference, "What a plan looks like".
pub(crate) const COLUMNS: usize = 80;
/// Columns of a sentence: eyes like shorter lines for prose.
pub(crate) const PROSE: usize = 72;

/// How much further in a name goes on.
const NAME_INDENT: usize = 6;

/// A page that grows line by line.
#[derive(Debug, Default)]
pub(crate) struct Page {
    lines: Vec<Vec<(Ink, String)>>,
}

impl Page {
    pub(crate) fn blank(&mut self) {
        self.lines.push(Vec::new());
    }

    /// One line; what is too wide goes on in the next, two columns further in.
    pub(crate) fn line(&mut self, ink: Ink, text: &str) {
        if width(&shown(text)) <= COLUMNS {
            self.lines.push(vec![(ink, shown(text))]);
            return;
        }
        let indent = text.chars().take_while(|c| *c == ' ').count();
        let rows = wrap(text, COLUMNS - indent.min(COLUMNS / 2) - 2);
        for (at, row) in rows.into_iter().enumerate() {
            let lead = " ".repeat(indent.min(COLUMNS / 2) + if at == 0 { 0 } else { 2 });
            self.lines.push(vec![(Ink::Plain, lead), (ink, row)]);
        }
    }

    /// One line of several pieces. The caller has measured them.
    pub(crate) fn pieces(&mut self, pieces: Vec<(Ink, String)>) {
        self.lines.push(pieces.into_iter().map(|(ink, text)| (ink, shown(&text))).collect());
    }

    /// Words over as many lines as they need; all but the first begin under the end of `lead`.
    pub(crate) fn wrapped(&mut self, ink: Ink, lead: &str, text: &str, columns: usize) {
        self.wrapped_within(ink, lead, text, columns, usize::MAX);
    }

    /// A name below a title, in rows of their own: those that follow stand further in, so that no name looks like
    /// several lines.
    pub(crate) fn name(&mut self, lead: &str, name: &str, columns: usize) {
        let indent = width(lead);
        let rows = wrap(name, columns.saturating_sub(indent + NAME_INDENT));
        for (at, row) in rows.into_iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(indent + NAME_INDENT) };
            self.lines.push(vec![(Ink::Plain, lead), (Ink::Plain, row)]);
        }
    }

    /// The same over at most so many lines; of a longer text the end is missing, and `...` says so.
    pub(crate) fn wrapped_within(
        &mut self,
        ink: Ink,
        lead: &str,
        text: &str,
        columns: usize,
        lines: usize,
    ) {
        let indent = width(lead);
        let room = columns.saturating_sub(indent);
        let mut rows = wrap(text, room);
        if rows.len() > lines {
            rows.truncate(lines);
            if let Some(last) = rows.last_mut() {
                let kept: String = take(last.chars(), room.saturating_sub(3)).into_iter().collect();
                *last = format!("{}...", kept.trim_end());
            }
        }
        for (at, row) in rows.into_iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            self.lines.push(vec![(Ink::Plain, lead), (ink, row)]);
        }
    }

    /// Phrases that are never broken, over as many lines as they need.
    pub(crate) fn phrases(&mut self, ink: Ink, lead: &str, phrases: &[String]) {
        let mut row = lead.trim_end().to_owned();
        for phrase in phrases {
            if width(&row) + 1 + width(phrase) > COLUMNS {
                let next = " ".repeat(width(lead).saturating_sub(1));
                self.line(ink, &std::mem::replace(&mut row, next));
            }
            row.push(' ');
            row.push_str(phrase);
        }
        self.line(ink, &row);
    }

    /// Items with commas between them over several lines, under the end of `lead`.
    pub(crate) fn list(&mut self, ink: Ink, lead: &str, items: &[String], depth: Depth) {
        let indent = width(lead);
        let (rows, left) = rows(items, COLUMNS.saturating_sub(indent), depth);
        for (at, row) in rows.into_iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            self.lines.push(vec![(ink, format!("{lead}{row}"))]);
        }
        if left > 0 {
            self.lines.push(vec![(
                Ink::Plain,
                format!("{}and {} more (--full lists all)", " ".repeat(indent), grouped(left)),
            )]);
        }
    }

    /// A command over several lines stays one that can be pasted.
    pub(crate) fn command(&mut self, lead: &str, text: &str) {
        let room = COLUMNS - width(lead) - 2;
        let mut rows: Vec<String> = Vec::new();
        for word in shell::words(text) {
            match rows.last_mut() {
                Some(row) if width(row) + 1 + width(word) <= room => {
                    row.push(' ');
                    row.push_str(word);
                }
                _ => rows.push(word.to_owned()),
            }
        }
        let last = rows.len().saturating_sub(1);
        for (at, row) in rows.into_iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(width(lead)) };
            let tail = if at == last { "" } else { " \\" };
            self.pieces(vec![(Ink::Plain, format!("{lead}{row}{tail}"))]);
        }
    }

    /// Puts the lines of another page below these.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.lines.append(&mut other.lines);
    }

    /// The lines without colour, each with the sign of what it tells in front: `+` of what is given, `-` of
    /// what is taken, `!` of what changes. Two columns of every line are blank and make room for it.
    pub(crate) fn difference(&self) -> String {
        let sign = |line: &Vec<(Ink, String)>| {
            let told = line.iter().find(|(_, text)| !text.trim().is_empty());
            match told.map(|(ink, _)| *ink) {
                Some(Ink::Give) => '+',
                Some(Ink::Take | Ink::Alarm) => '-',
                Some(Ink::Change | Ink::Drift) => '!',
                Some(Ink::Plain | Ink::Strong) | None => ' ',
            }
        };
        let mut out = String::new();
        for line in &self.lines {
            let text: String = line.iter().map(|(_, text)| text.as_str()).collect();
            let text = text.strip_prefix("  ").unwrap_or(&text);
            let sign = sign(line);
            // A sign that the line begins with goes to the front.
            let rest = text.strip_prefix(['+', '-', '~']).filter(|_| sign != ' ').unwrap_or(text);
            out.push_str(format!("{sign}{rest}").trim_end());
            out.push('\n');
        }
        out.trim_start_matches('\n').to_owned()
    }

    /// The lines without colour.
    pub(crate) fn plain(&self) -> String {
        let text = |line: &Vec<(Ink, String)>| {
            let text: String = line.iter().map(|(_, text)| text.as_str()).collect();
            format!("{}\n", text.trim_end())
        };
        self.lines.iter().map(text).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// # Errors
    /// When the writer fails.
    pub(crate) fn write(&self, colour: Colour, out: &mut dyn Write) -> io::Result<()> {
        let painter = Painter::new(colour);
        let mut out = io::BufWriter::new(out);
        for line in &self.lines {
            for (ink, text) in line {
                painter.write(*ink, text, &mut out)?;
            }
            out.write_all(b"\n")?;
        }
        out.flush()
    }
}
