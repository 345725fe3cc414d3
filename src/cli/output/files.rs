//! A file that could not be read or written, for people.

use crate::cli::output::failure::{Exit, Failure};
use crate::model::untrusted::shown;
use crate::store::StoreError;

/// A file or folder of our own.
pub(crate) fn stored(error: StoreError) -> Failure {
    Failure::new(Exit::Unexpected, error.code(), format!("failed to {error}")).help(error.help())
}

/// A file of the command line that could not be read. One that is not there is a slip, as with a manifest.
pub(crate) fn named(error: StoreError, help: String) -> Failure {
    match error.missing() {
        Some(path) => {
            let title = format!("there is no file {}", shown(&path.display().to_string()));
            Failure::new(Exit::Invalid, "file_not_found", title).help(help)
        }
        None => stored(error),
    }
}
