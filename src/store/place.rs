//! Where the records of a manifest are kept.

use std::fmt;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::manifest_file;
use super::opened::real_folder;
use super::records::Records;
use crate::model::untrusted::shown;

/// A place for records, and the folder that the names of files in them start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordPlace {
    /// `.consent`.
    folder: PathBuf,
}

impl RecordPlace {
    /// Beside the first manifest file, or in the manifest's folder.
    pub(crate) fn of_manifest(files: &[PathBuf]) -> Self {
        match files.first() {
            Some(path) if manifest_file::is_folder(path) => {
                Self { folder: real_folder(path).join(".consent") }
            }
            Some(path) => Self::beside(path),
            None => Self { folder: PathBuf::from(".consent") },
        }
    }

    /// In the folder of a file, whatever way it was named: two names of one folder share its records and
    /// its lock, and a message tells where they really are.
    pub(crate) fn beside(path: &Path) -> Self {
        Self { folder: real_folder(path.parent().unwrap_or(Path::new(""))).join(".consent") }
    }

    /// The records themselves.
    pub(crate) fn records(&self) -> Box<dyn Records> {
        Box::new(Folder::new(&self.folder))
    }

    /// The folder that `.consent` is in.
    pub(crate) fn home(&self) -> &Path {
        let parent = self.folder.parent().filter(|folder| !folder.as_os_str().is_empty());
        parent.unwrap_or(Path::new("."))
    }

    /// `.consent` itself, which keeps more than records.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Safe to show.
impl fmt::Display for RecordPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.folder.display().to_string()))
    }
}
