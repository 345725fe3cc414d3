//! One apply at a time per `.consent`. The operating system holds the lock and lets it go when the
//! process ends in whatever way, so there is never a stale one.
#![expect(clippy::disallowed_methods, reason = "this room is the one that touches files")]

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::atomic;
use super::error::StoreError;
use super::opened::{self, Reach};
use crate::model::untrusted::shown;

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it; who, in its own words, made safe to show.
    #[error("another run is under way: {by}")]
    Held { by: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Longest note of a holder that is read, in bytes.
const LONGEST: u64 = 1_000;

/// Takes the lock of a `.consent` folder, and says in it who has it.
///
/// # Errors
/// When another process has it, or the file cannot be made.
pub fn take(consent_dir: &Path, holder: &str) -> Result<Lock, LockError> {
    atomic::create_private_dir(consent_dir)?;
    let path = consent_dir.join("lock");
    let failed = |source| StoreError::Write { path: path.clone(), source };
    if path.is_symlink() {
        return Err(StoreError::Symlink { path }.into());
    }
    // What is said in a pipe is gone once it was read, and whoever asks next would wait for ever.
    if path.symlink_metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return Err(StoreError::NotAFile { path }.into());
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    opened::unhurried(&mut options, true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(LockError::Held { by: note(&mut file) }),
        Err(TryLockError::Error(source)) => return Err(failed(source).into()),
    }
    file.set_len(0).map_err(failed)?;
    file.rewind().map_err(failed)?;
    writeln!(file, "{holder}").map_err(failed)?;
    Ok(Lock { _file: file })
}

/// Waits until nobody else has the turn in this folder, and has it until the file is dropped: for as
/// long as it takes to compare a file and to replace it. Where folders cannot be locked, on Windows and
/// on some file systems, nobody waits.
pub(crate) fn turn(dir: &Path) -> Option<File> {
    let folder = File::open(dir).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// What the last one who took the lock said of himself. Whether he still has it, it does not tell.
pub(crate) fn holder(consent_dir: &Path) -> Option<String> {
    // A link could lead to anything, and its first words would be shown.
    let mut opened = opened::open(&consent_dir.join("lock"), Reach::Itself).ok()?;
    Some(note(&mut opened.file))
}

/// Only for people: nothing is decided by it.
fn note(file: &mut File) -> String {
    let mut bytes = Vec::new();
    // It is empty for the moment between the lock and the note.
    match file.take(LONGEST).read_to_end(&mut bytes) {
        Ok(length) if length > 0 => shown(String::from_utf8_lossy(&bytes).trim()),
        Ok(_) | Err(_) => "it does not say which".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_one_is_refused_and_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join(".consent");
        let first = take(&dir, "process 7, since 2026-11-23T20:03:24Z").unwrap();
        let Err(LockError::Held { by }) = take(&dir, "process 8") else { panic!("not held") };
        assert!(by.contains("process 7"), "{by}");
        assert_eq!(holder(&dir).as_deref(), Some("process 7, since 2026-11-23T20:03:24Z"));
        drop(first);
        assert!(take(&dir, "process 8").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn the_note_is_not_read_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join(".consent");
        drop(take(&dir, "process 7").unwrap());
        let (lock, secret) = (dir.join("lock"), folder.path().join("secret"));
        std::fs::rename(&lock, &secret).unwrap();
        std::os::unix::fs::symlink(&secret, &lock).unwrap();
        assert_eq!(holder(&dir), None);
        assert!(matches!(take(&dir, "process 8"), Err(LockError::Store(_))));
    }
}
