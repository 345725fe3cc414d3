//! How a run can end, and what people read when it ends badly.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::model::safe::Safe;
use crate::render::page::style::{Colour, Ink, Painter};
use crate::render::page::{COLUMNS, width};

/// The exit codes, one meaning each. 1 to 8: no write request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Unexpected = 1,
    Differences = 2,
    Invalid = 3,
    NoRight = 4,
    Rail = 5,
    NotAcceptable = 6,
    Locked = 7,
    Declined = 8,
    Partly = 9,
    Unconfirmed = 10,
    Unsaved = 11,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// Whether the tenant may have changed.
    pub(crate) fn tenant(self) -> &'static str {
        match self {
            // A record can fail although nothing was sent.
            Self::Unsaved => "as the results above say",
            Self::Partly | Self::Unconfirmed => "changed: see the results above",
            _ => "unchanged: no write request was sent",
        }
    }
}

/// An end that is not the one asked for: what happened, whether the tenant changed, what to do.
/// What it says is safe by type: nothing that anybody named a file, a variable or an object can draw.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// Stable, in snake case; empty when findings were drawn already.
    id: &'static str,
    /// No full stop.
    title: Safe,
    /// What there is to say beyond the title: paragraphs of lines.
    details: Vec<Vec<Safe>>,
    help: Vec<Safe>,
    closed_pipe: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, id: &'static str, title: impl Into<Safe>) -> Self {
        Self {
            exit,
            id,
            title: title.into(),
            details: Vec::new(),
            help: Vec::new(),
            closed_pipe: false,
        }
    }

    /// The findings were drawn already; only the last line is missing.
    pub(crate) fn drawn(exit: Exit, title: impl Into<Safe>) -> Self {
        Self::new(exit, "", title)
    }

    /// A paragraph between title and help. Several lines are short enough, and stay as they are.
    #[must_use]
    pub(crate) fn detail(mut self, lines: Vec<impl Into<Safe>>) -> Self {
        self.details.push(lines.into_iter().map(Into::into).collect());
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<Safe>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The results are told already, and with them what became of the tenant; what failed is only
    /// their record.
    #[must_use]
    pub(crate) fn saved_too_late(mut self) -> Self {
        self.exit = Exit::Unsaved;
        self
    }

    pub(crate) fn title(&self) -> &Safe {
        &self.title
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The reader of stdout has gone (`| head`): not an error.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }

    /// # Errors
    /// When the stream cannot be written.
    pub(crate) fn draw(&self, err: &mut dyn Write, colour: Colour) -> io::Result<()> {
        let head = match self.id {
            "" => "error".to_owned(),
            id => format!("error[{id}]"),
        };

        Painter::new(colour).write(Ink::Take, &head, err)?;
        told(err, ": ", &self.title, head.len(), UNDER_TITLE)?;
        writeln!(err, "  = tenant: {}", self.exit.tenant())?;
        for paragraph in &self.details {
            if let [only] = &paragraph[..] {
                told(err, "  = ", only, 0, UNDER_HELP)?;
                continue;
            }
            for (at, line) in paragraph.iter().enumerate() {
                let lead = if at == 0 { "  = " } else { "    " };
                writeln!(err, "{lead}{line}")?;
            }
        }
        for help in &self.help {
            told(err, "  = help: ", help, 0, UNDER_HELP)?;
        }
        Ok(())
    }
}

/// Where what follows of a title, and of help, begins.
const UNDER_TITLE: usize = "error: ".len();
const UNDER_HELP: usize = "  = help: ".len();

/// A text over as many lines as it needs, behind what stands on its first line already. What somebody
/// will copy is never broken.
fn told(
    err: &mut dyn Write,
    lead: &str,
    text: &str,
    column: usize,
    indent: usize,
) -> io::Result<()> {
    let mut row = lead.to_owned();
    let mut at = column + width(lead);
    let mut is_first = true;
    for phrase in phrases(text) {
        if !is_first && at + 1 + width(phrase) > COLUMNS {
            writeln!(err, "{row}")?;
            row = " ".repeat(indent);
            at = indent;
            is_first = true;
        }
        if !is_first {
            row.push(' ');
            at += 1;
        }
        row.push_str(phrase);
        at += width(phrase);
        is_first = false;
    }
    writeln!(err, "{row}")
}

/// The words of a text; a command of ours, and what stands in back quotes, is one.
fn phrases(text: &str) -> Vec<&str> {
    let command = match text.starts_with("consent ") {
        true => 0,
        false => text.find(": consent ").map_or(text.len(), |colon| colon + 2),
    };
    let (prose, command) = text.split_at(command);
    let mut quoted = false;
    let between = |c: char| {
        quoted ^= c == '`';
        c == ' ' && !quoted
    };
    let words = prose.split(between).filter(|word| !word.is_empty());
    words.chain((!command.is_empty()).then_some(command)).collect()
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let closed_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let failure = Self::new(Exit::Unexpected, "output", format!("failed to write: {error}"))
            .help("run it again with an output that stays open");
        Self { closed_pipe, ..failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_what_is_copied_is_whole() {
        let long = "word ".repeat(30);
        let command =
            format!("consent apply --approve sha256:{} -f some/manifest.toml", "0".repeat(64));
        let failure = Failure::new(Exit::Unexpected, "output", long.trim())
            .detail(vec![long.trim().to_owned()])
            .detail(vec!["a".to_owned(), "    b  c".to_owned()])
            .help(format!("{long}`ls -ld a b c` and then run: {command}"))
            .help(command.clone());
        let mut out = Vec::new();
        failure.draw(&mut out, Colour::Plain).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.lines().all(|line| line.len() <= COLUMNS || line.contains("consent apply")),
            "{text}"
        );
        assert_eq!(text.matches(&command).count(), 2, "{text}");
        assert!(
            text.contains("`ls -ld a b c`") && text.contains("  = a\n        b  c\n"),
            "{text}"
        );
        assert_eq!(text.matches("word").count(), 90);
    }
}
