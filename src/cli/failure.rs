//! How a run can end, and what people read when it ends badly.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::model::safe::Safe;
use crate::render::style::{self, Ink};

/// The exit codes, one meaning each. 1 to 8: no write request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
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
    pub fn tenant(self) -> &'static str {
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
pub struct Failure {
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
    pub fn new(exit: Exit, id: &'static str, title: impl Into<Safe>) -> Self {
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
    pub fn drawn(exit: Exit, title: impl Into<Safe>) -> Self {
        Self::new(exit, "", title)
    }

    /// A paragraph between title and help: its lines are short enough.
    #[must_use]
    pub fn detail(mut self, lines: Vec<impl Into<Safe>>) -> Self {
        self.details.push(lines.into_iter().map(Into::into).collect());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<Safe>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The results are told already, and with them what became of the tenant; what failed is only
    /// their record.
    #[must_use]
    pub fn as_saved_too_late(mut self) -> Self {
        self.exit = Exit::Unsaved;
        self
    }

    pub fn title(&self) -> &Safe {
        &self.title
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The reader of stdout has gone (`| head`): not an error.
    pub fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }

    /// # Errors
    /// When the stream cannot be written.
    pub fn draw(&self, err: &mut dyn Write, colour: bool) -> io::Result<()> {
        let head = match self.id {
            "" => "error".to_owned(),
            id => format!("error[{id}]"),
        };
        style::set_colour(colour);
        style::write(err, Ink::Take, &head)?;
        writeln!(err, ": {}", self.title)?;
        writeln!(err, "  = tenant: {}", self.exit.tenant())?;
        for paragraph in &self.details {
            for (at, line) in paragraph.iter().enumerate() {
                let lead = if at == 0 { "  = " } else { "    " };
                writeln!(err, "{lead}{line}")?;
            }
        }
        for help in &self.help {
            writeln!(err, "  = help: {help}")?;
        }
        Ok(())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let closed_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let failure = Self::new(Exit::Unexpected, "output", format!("failed to write: {error}"))
            .help("run it again with an output that stays open");
        Self { closed_pipe, ..failure }
    }
}
