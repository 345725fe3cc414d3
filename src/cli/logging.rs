//! The diagnostic log of `-v` and `--log-file`: what was asked and answered, never a token, a
//! header or a body.

use std::fs::File;
use std::path::Path;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::cli::args::Global;
use crate::cli::failure::{Exit, Failure};
use crate::cli::outlet::Remarks;
use crate::cli::session::stored;
use crate::model::untrusted::shown;
use crate::store::StoreError;
use crate::store::report_file;

/// Starts the log, once per process.
///
/// # Errors
/// When the log file cannot be created. An existing one is never overwritten.
pub fn start(global: &Global) -> Result<(), Failure> {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    // Only our own events: those of the HTTP libraries may hold headers.
    let ours = |level| Targets::new().with_target("consent", level);
    let people = fmt::layer()
        .with_writer(Remarks::stderr)
        .without_time()
        .with_target(false)
        .with_ansi(false)
        // Its own complaints would go to stderr in a way that panics where nobody listens.
        .log_internal_errors(false)
        .with_filter(ours(level));
    let file = global.log_file.as_deref().map(open).transpose()?;
    let file = file.map(|file| {
        let layer = fmt::layer().json().with_writer(file).log_internal_errors(false);
        layer.with_filter(ours(LevelFilter::DEBUG))
    });
    // The only error is a log that was started before.
    drop(tracing_subscriber::registry().with(people).with(file).try_init());
    Ok(())
}

fn open(path: &Path) -> Result<std::sync::Mutex<File>, Failure> {
    if path == Path::new("-") {
        let title = "--log-file - names no file";
        return Err(Failure::new(Exit::Invalid, "usage", title)
            .help("name a file; with -v the log stands on stderr"));
    }
    report_file::log(path).map(std::sync::Mutex::new).map_err(|error| match error {
        StoreError::Exists { path } => {
            let path = shown(&path.display().to_string());
            Failure::new(Exit::Invalid, "no_log", format!("{path} is no log of an earlier run"))
                .help("--log-file adds to such a log, and to nothing else: name another file")
        }
        error => stored(error),
    })
}
