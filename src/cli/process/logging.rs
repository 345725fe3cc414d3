//! The diagnostic log of `-v` and `--log-file`: what was asked and answered, never a token, a
//! header or a body. Every line of it passes [`LogLine`], whatever an event holds.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::cli::input::args::Global;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::process::streams::Remarks;
use crate::model::secret::redact;
use crate::model::untrusted::{harmless_json, shown};
use crate::store::StoreError;
use crate::store::report_file;

/// Starts the log, once per process.
///
/// # Errors
/// When the log file cannot be created. An existing one is never overwritten.
pub(crate) fn start(global: &Global) -> Result<(), Failure> {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    // Only our own events: those of the HTTP libraries may hold headers.
    let ours = |level| Targets::new().with_target("consent", level);
    let people = fmt::layer()
        .with_writer(|| LogLine { to: Remarks::stderr(), form: shown })
        .without_time()
        .with_target(false)
        .with_ansi(false)
        // Its own complaints would go to stderr in a way that panics where nobody listens.
        .log_internal_errors(false)
        .with_filter(ours(level));
    let file = global.log_file.as_deref().map(open).transpose()?;
    let file = file.map(|file| {
        let file = Arc::new(file);
        let line = move || LogLine { to: file.clone(), form: harmless_json };
        let layer = fmt::layer().json().with_writer(line).log_internal_errors(false);
        layer.with_filter(ours(LevelFilter::DEBUG))
    });
    // The only error is a log that was started before.
    drop(tracing_subscriber::registry().with(people).with(file).try_init());
    Ok(())
}

/// One line of the log: without secrets, and made so that nothing draws.
struct LogLine<W> {
    to: W,
    form: fn(&str) -> String,
}

impl<W: Write> Write for LogLine<W> {
    /// An event comes as a whole, with its line end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = (self.form)(&redact(text.trim_end_matches('\n')));
        self.to.write_all(format!("{line}\n").as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    if path == Path::new("-") {
        let title = "--log-file - names no file";
        return Err(Failure::new(Exit::Invalid, "usage", title)
            .help("name a file; with -v the log stands on stderr"));
    }
    report_file::log(path).map_err(|error| match error {
        StoreError::Exists { path } => {
            let path = shown(&path.display().to_string());
            Failure::new(Exit::Invalid, "no_log", format!("{path} is no log of an earlier run"))
                .help("--log-file adds to such a log, and to nothing else: name another file")
        }
        error => stored(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_draws_nothing_and_tells_no_token() {
        let text = "Az\u{202e}\u{9b}\u{1b}[2J eyJhbGciOiJub25lIn0.eyJ4Ijox.x\nforged\n";
        let written = |form: fn(&str) -> String, text: &str| {
            let mut to = Vec::new();
            LogLine { to: &mut to, form }.write_all(text.as_bytes()).unwrap();
            String::from_utf8(to).unwrap()
        };
        let line = written(shown, text);
        assert_eq!(line, "Az<U+202E><U+009B><U+001B>[2J [removed]<U+000A>forged\n");
        let json = format!("{}\n", serde_json::json!({ "a": text }));
        let line = written(harmless_json, &json);
        assert!(line.is_ascii() && line.lines().count() == 1, "{line}");
        let back: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(back["a"].as_str().unwrap().starts_with("Az\u{202e}\u{9b}\u{1b}[2J [removed]"));
    }
}
