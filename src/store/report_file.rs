//! Reports for programs, and other small files that people name on the command line.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::atomic::{self, Content};
use super::error::StoreError;
use super::opened::{self, Reach};
use super::snapshot;

/// A certificate with its key takes a few kilobytes; a seed of a large tenant some megabytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What a file that is there holds, as far as its first bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holds {
    /// No such file, or an empty one: nothing is lost with it.
    Nothing,
    /// A document of ours, by what it calls itself: `consent.plan`.
    Ours(String),
    /// Something else, by its beginning.
    Other(String),
}

/// What stands where something shall be written. What cannot be read is told when it is written to.
///
/// # Errors
/// When it is a link or no ordinary file, or cannot be read.
pub(crate) fn held(path: &Path) -> Result<Holds, StoreError> {
    let Some(start) = atomic::start(path, 256)? else { return Ok(Holds::Nothing) };
    Ok(match (start.is_empty(), format_of(&start)) {
        (true, _) => Holds::Nothing,
        (_, Some(format)) => Holds::Ours(format),
        (_, None) => Holds::Other(String::from_utf8_lossy(&start).into_owned()),
    })
}

/// The `format` of one of our documents: it is their first member.
fn format_of(start: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(start);
    let rest = text.trim_start().strip_prefix('{')?.trim_start().strip_prefix("\"format\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let (format, _) = rest.split_once('"')?;
    format.starts_with("consent.").then(|| format.to_owned())
}

/// Writes a report whole or not at all, mode 0600: it says who may do what.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(path: &Path, content: Content<'_>) -> Result<(), StoreError> {
    atomic::write_with(path, content)
}

/// A report that grows line by line, in the place of an earlier one: a new file, mode 0600.
///
/// # Errors
/// When something else than an ordinary file is there, or it cannot be made.
pub(crate) fn fresh(path: &Path) -> Result<std::fs::File, StoreError> {
    atomic::write(path, b"")?;
    atomic::open_for_append(path)
}

/// Adds to a file of the platform that a job runs on, which is there or is made: what stands in it stays.
///
/// # Errors
/// When it is a link or no ordinary file, or cannot be written.
pub(crate) fn append(path: &Path, content: Content<'_>) -> Result<(), StoreError> {
    let failed = |source| StoreError::Write { path: path.to_owned(), source };
    let mut file = match atomic::create_for_append(path) {
        Err(StoreError::Exists { path }) => atomic::open_for_append(&path)?,
        opened => opened?,
    };
    // At once, so that another step's lines never stand between these.
    let mut text = Vec::new();
    content(&mut text).and_then(|()| file.write_all(&text)).map_err(failed)
}

/// Reads a text that somebody named: a seed, a certificate.
///
/// # Errors
/// When it cannot be read, is not where a path of this reach may lead, is longer than 64 MiB, or is no
/// UTF-8.
pub(crate) fn read_text(path: &Path, reach: Reach) -> Result<String, StoreError> {
    let bytes = opened::read(path, reach, LONGEST)?;
    String::from_utf8(bytes).map_err(|error| StoreError::Content {
        path: path.to_owned(),
        because: error.utf8_error().to_string(),
    })
}

/// Reads a snapshot that somebody named.
///
/// # Errors
/// When it cannot be read, leads elsewhere, or is longer than any snapshot.
pub(crate) fn read_snapshot(path: &Path) -> Result<Vec<u8>, StoreError> {
    opened::read(path, Reach::Folder, snapshot::LONGEST)
}

/// How every line of a log begins.
const LOG: &[u8] = b"{\"timestamp\":";

/// A log to be written line by line: a new file, mode 0600, or one that has lines of earlier runs.
///
/// # Errors
/// When something else is there, or it cannot be written.
pub(crate) fn log(path: &Path) -> Result<std::fs::File, StoreError> {
    match atomic::create_for_append(path) {
        Err(StoreError::Exists { path }) => {
            let start = atomic::start(&path, LOG.len() as u64)?.unwrap_or_default();
            match start.is_empty() || start == LOG {
                true => atomic::open_for_append(&path),
                false => Err(StoreError::Exists { path }),
            }
        }
        opened => opened,
    }
}

/// Where a path of the command line leads: two that are equal are one file, whether it is there yet or
/// not. `None` where its folder is not there.
pub(crate) fn place(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_known_by_its_first_member() {
        let of = |text: &str| format_of(text.as_bytes());
        assert_eq!(of("{\n  \"format\": \"consent.plan\",").as_deref(), Some("consent.plan"));
        assert_eq!(
            of("{\"format\":\"consent.run_report\"}").as_deref(),
            Some("consent.run_report")
        );
        for other in
            ["", "{", "notes", "{\"format\": \"x\"}", "{\"a\": 1, \"format\": \"consent.plan\"}"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
