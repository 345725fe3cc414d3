//! Floor 4: the only room that touches files. Whole files or none, mode 0600, never through a
//! symbolic link.
//!
//! Imports floors 0 to 3. Effects: reads and writes files where it is told to. Times and ids are
//! handed down: no clock and no randomness, except the names of temporary files.

pub(crate) mod approval_files;
pub(crate) mod atomic;
pub mod chain;
pub(crate) mod error;
pub mod folder;
pub mod journal;
pub mod lock;
pub mod manifest_file;
mod nameless;
pub(crate) mod opened;
pub(crate) mod place;
pub(crate) mod plan_file;
pub(crate) mod private;
pub(crate) mod records;
pub(crate) mod report_file;
pub(crate) mod sandbox_state;
pub mod snapshot;
pub(crate) mod taken;
pub(crate) mod unfinished;

pub use error::StoreError;

#[cfg(test)]
pub(crate) mod memory_tests;
#[cfg(test)]
mod records_tests;

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

/// `20261123T200324Z`: a time that sorts as text and that every file system accepts in a name.
pub(crate) fn file_stamp(at: OffsetDateTime) -> String {
    crate::model::clock::utc(at)
        .format(format_description!("[year][month][day]T[hour][minute][second]Z"))
        .unwrap_or_default()
}

/// A run id as part of a file name: letters, digits and hyphens stay, so that an id from outside
/// can never lead out of the folder.
fn file_part(run: &str) -> String {
    let part: String =
        run.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    if part.is_empty() { String::from("run") } else { part }
}

/// Whether a file has the name of a record, `20261123T200324Z-<run>` and the ending: what else lies in a
/// folder of records is none.
fn is_record(name: &str, ending: &str) -> bool {
    let Some((time, run)) = name.strip_suffix(ending).and_then(|name| name.split_once('-')) else {
        return false;
    };
    let form = "00000000T000000Z";
    let fits = |(byte, form): (u8, u8)| byte == form || (form == b'0' && byte.is_ascii_digit());
    time.len() == form.len()
        && time.bytes().zip(form.bytes()).all(fits)
        && !run.is_empty()
        && run.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The two members that every stored document begins with. Whatever else it holds is not kept.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: Value,
    #[serde(default)]
    format_version: Value,
}

/// Checks what a stored document says of itself, before anything is made of the rest.
fn expect_format(path: &Path, bytes: &[u8], format: &str, newest: u32) -> Result<(), StoreError> {
    let content = |because: String| StoreError::Content { path: path.to_owned(), because };
    let head = serde_json::from_slice::<Head>(bytes);
    let head = head.map_err(|error| match error.is_data() {
        true => content(format!("it is no {format}")),
        false => content(error.to_string()),
    })?;
    // A list of the right members in the right order would do for the parser.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    if !is_object || head.format.as_str() != Some(format) {
        return Err(content(format!("it is no {format}")));
    }
    let version = head.format_version.as_u64();
    match version.and_then(|version| u32::try_from(version).ok()) {
        Some(version) if version > newest => {
            Err(StoreError::Newer { path: path.to_owned(), version })
        }
        Some(version) if version > 0 => Ok(()),
        _ => Err(content(String::from("it has no format version"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_sort_as_text() {
        let at = time::macros::datetime!(2026-11-23 21:03:24.9 +1);
        assert_eq!(file_stamp(at), "20261123T200324Z");
    }

    #[test]
    fn records_are_known_by_their_names() {
        for name in ["20261123T200324Z-r1.json", "20261123T200324Z-01a2-b.json"] {
            assert!(is_record(name, ".json"), "{name}");
        }
        for name in [
            "notes.json",
            "notes.json-r1.json",
            "20261123T200324Z.json",
            "20261123T200324Z-.json",
            "20261123T200324Z-r1.json.json",
            "20261123T20032Z-r1.json",
            "2026112aT200324Z-r1.json",
            "20261123T200324Z-r1.ndjson",
        ] {
            assert!(!is_record(name, ".json"), "{name}");
        }
    }

    #[test]
    fn a_run_id_cannot_leave_the_folder() {
        assert_eq!(file_part("../../etc/passwd"), "etcpasswd");
        assert_eq!(file_part("//"), "run");
    }
}
