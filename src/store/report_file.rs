//! Reports for programs, and other small files that people name on the command line.

use std::path::{Path, PathBuf};

use super::atomic::{self, Content};
use super::error::StoreError;
use super::opened::{self, Reach};

/// A certificate with its key takes a few kilobytes; a seed of a large tenant some megabytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Writes a report whole or not at all, mode 0600: it says who may do what.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, content: Content<'_>) -> Result<(), StoreError> {
    atomic::write_with(path, content)
}

/// Reads a text that somebody named: a seed, a certificate.
///
/// # Errors
/// When it cannot be read, is not where a path of this reach may lead, is longer than 64 MiB, or is no
/// UTF-8.
pub fn read_text(path: &Path, reach: Reach) -> Result<String, StoreError> {
    let bytes = opened::read(path, reach, LONGEST)?;
    String::from_utf8(bytes).map_err(|error| StoreError::Content {
        path: path.to_owned(),
        because: error.utf8_error().to_string(),
    })
}

/// How every line of a log begins.
const LOG: &[u8] = b"{\"timestamp\":";

/// A log to be written line by line: a new file, mode 0600, or one that has lines of earlier runs.
///
/// # Errors
/// When something else is there, or it cannot be written.
pub fn log(path: &Path) -> Result<std::fs::File, StoreError> {
    match atomic::create_for_append(path) {
        Err(StoreError::Exists { path }) if atomic::begins_with(&path, LOG)? => {
            atomic::open_for_append(&path)
        }
        opened => opened,
    }
}

/// Where a path of the command line leads: two that are equal are one file, whether it is there yet or
/// not. `None` where its folder is not there.
pub fn place(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    })
}
