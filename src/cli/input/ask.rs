//! The question before anything is written. Only a person at a terminal is asked.

use std::io::{self, BufRead, Write};

use crate::operations::stop::Stop;

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Yes,
    /// Something else than what was asked for, safe to show.
    Other(String),
    /// End of input, or Ctrl-C at the question.
    None,
}

/// Asks for one word; `yes` says which. Leading and trailing blanks do not count.
///
/// # Errors
/// When the question cannot be written.
pub(crate) async fn word(
    err: &mut dyn Write,
    question: &str,
    yes: &(dyn Fn(&str) -> bool + Sync),
    stop: &Stop,
) -> io::Result<Reply> {
    write!(err, "{question}")?;
    err.flush()?;
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        let count = io::stdin().lock().read_line(&mut line);
        count.map(|count| (count > 0).then_some(line))
    });
    let line = match stop.unless(read).await {
        Some(Ok(Ok(Some(line)))) => line,
        // Interrupted, unreadable or ended: all of them are no.
        _ => {
            writeln!(err)?;
            return Ok(Reply::None);
        }
    };
    if yes(line.trim()) {
        Ok(Reply::Yes)
    } else {
        Ok(Reply::Other(crate::model::untrusted::shown(line.trim())))
    }
}
