//! Why a file could not be read or written, with its path and the way out.

use std::io;
use std::path::{Path, PathBuf};

use crate::model::shell::word;
use crate::model::untrusted::shown;

/// Fits "failed to ...". Paths are made safe to show.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("read {}: {source}", text(.path))]
    Read { path: PathBuf, source: io::Error },
    #[error("write {}: {source}", text(.path))]
    Write { path: PathBuf, source: io::Error },
    /// A link could lead anywhere, also to a file of somebody else.
    #[error("write {}: it is a symbolic link", text(.path))]
    Symlink { path: PathBuf },
    /// A folder, a device or a pipe: replacing it would destroy it.
    #[error("write {}: it is no ordinary file", text(.path))]
    NotAFile { path: PathBuf },
    #[error("use {}: it belongs to somebody else, user {owner}", text(.path))]
    Foreign { path: PathBuf, owner: u32 },
    /// What lies in it could be swapped at any moment.
    #[error("use {}: others may write to it, its mode is {mode:04o}", text(.path))]
    Shared { path: PathBuf, mode: u32 },
    /// Reading a pipe could wait for ever.
    #[error("read {}: it is no ordinary file", text(.path))]
    NoFile { path: PathBuf },
    /// What lies in a folder does not choose which files of the machine are read.
    #[error("read {}: it is a link that leads out of its folder, or into a hidden one", text(.path))]
    LeadsOut { path: PathBuf },
    /// What was judged is not what would be read.
    #[error("read {}: it was replaced while it was opened", text(.path))]
    Replaced { path: PathBuf },
    /// The environment of a process stands there, with all its secrets.
    #[error("read {}: it leads to the system's own files (/proc, /sys, /dev)", text(.path))]
    Systems { path: PathBuf },
    #[error("create {}: it exists already", text(.path))]
    Exists { path: PathBuf },
    /// Replacing it would undo what another run saved.
    #[error("write {}: another process wrote or removed it since it was read", text(.path))]
    Changed { path: PathBuf },
    #[error("read {}: it is longer than {limit} bytes", text(.path))]
    TooLong { path: PathBuf, limit: u64 },
    #[error("read {}: {because}", text(.path))]
    Content { path: PathBuf, because: String },
    /// Written by a later version of consent.
    #[error("read {}: its format version {version} is newer than this program", text(.path))]
    Newer { path: PathBuf, version: u32 },
    /// After a failed write nobody knows how the file ends, so nothing more is added to it.
    #[error("write {}: an earlier write to it failed", text(.path))]
    Broken { path: PathBuf },
}

impl StoreError {
    /// Stable id of the kind, in snake case.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file_not_readable",
            Self::Write { .. } | Self::Broken { .. } => "file_not_writable",
            Self::Symlink { .. } => "file_is_a_link",
            Self::NotAFile { .. } | Self::NoFile { .. } => "not_an_ordinary_file",
            Self::Foreign { .. } | Self::Shared { .. } => "folder_not_private",
            Self::LeadsOut { .. } => "link_leads_out",
            Self::Systems { .. } => "file_of_the_system",
            Self::Exists { .. } => "file_exists",
            Self::Changed { .. } | Self::Replaced { .. } => "file_changed",
            Self::TooLong { .. } => "file_too_long",
            Self::Content { .. } => "file_damaged",
            Self::Newer { .. } => "file_too_new",
        }
    }

    /// The path, where it is all that is wrong that nothing is there.
    pub(crate) fn missing(&self) -> Option<&Path> {
        match self {
            Self::Read { path, source } if source.kind() == io::ErrorKind::NotFound => Some(path),
            _ => None,
        }
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::Read { path, source } if source.kind() == io::ErrorKind::NotFound => {
                format!("there is no {}; check the name and the folder", text(path))
            }
            Self::Read { path, .. } => {
                format!("check who may read it: `ls -ld {}`", word(path))
            }
            Self::Write { path, source } if source.kind() == io::ErrorKind::FileTooLarge => {
                let folder = text(folder(path));
                format!("see how long a file may become: `ulimit -f; df {folder}`")
            }
            Self::Write { path, .. } | Self::Broken { path } => {
                format!("check free space and rights: `df {0}; ls -ld {0}`", word(folder(path)))
            }
            Self::Symlink { path } | Self::NotAFile { path } => {
                format!("look where it leads with `ls -ld {}`, and name another file", word(path))
            }
            Self::LeadsOut { path } => {
                format!("see where it leads: `ls -l {}`; then name that file itself", text(path))
            }
            Self::NoFile { .. } | Self::Systems { .. } => {
                "save it to a file first, and name that one".into()
            }
            Self::Foreign { path, .. } => {
                format!("see what is in it, then make it yours: `chown -R $(id -u) {}`", word(path))
            }
            Self::Shared { path, .. } => {
                format!("see what others put there, then: `chmod -R go-w {}`", word(path))
            }
            Self::Exists { .. } => "run again: a new run uses a new name".into(),
            Self::Changed { .. } | Self::Replaced { .. } => {
                "run again: it begins with what is there now".into()
            }
            Self::TooLong { .. } => "check that this is the file you mean".into(),
            Self::Content { .. } => {
                "restore it from a backup, or leave it out: the tenant itself is what counts".into()
            }
            Self::Newer { .. } => "use the version of consent that wrote it, or a later one".into(),
        }
    }
}

fn text(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

/// The folder a file is in, `.` for a bare name.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
