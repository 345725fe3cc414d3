//! The simulated tenant between two runs: `.consent/sandbox/<seed>-<digest>.json`.

use std::path::{Path, PathBuf};

use super::error::{StoreError, folder};
use super::opened::{self, Reach};
use super::{atomic, lock, private};
use crate::model::digest::sha256_hex;

/// Longest state that is read, in bytes: a tenant of 100,000 users and grants takes about 100 MB.
pub(crate) const LONGEST: u64 = 512 * 1024 * 1024;

/// Where the state of the tenant that began as this seed lives. The seed's own bytes are part of
/// the name: whoever edits the seed begins with a fresh tenant.
pub(crate) fn path(consent_dir: &Path, seed: &Path, seed_bytes: &[u8]) -> PathBuf {
    let stem = seed.file_stem().and_then(|stem| stem.to_str()).unwrap_or("tenant");
    let digest: String = sha256_hex(seed_bytes).chars().take(12).collect();
    consent_dir.join("sandbox").join(format!("{}-{digest}.json", super::file_part(stem)))
}

/// Keeps the root certificate of a server that listens on this port: `.consent/sandbox/root-<port>.pem`.
/// A later one on the same port replaces it. The path is one that is good in every folder.
///
/// # Errors
/// When a folder is a symbolic link, or the file cannot be written.
pub(crate) fn keep_root(consent_dir: &Path, port: u16, pem: &str) -> Result<PathBuf, StoreError> {
    let dir = consent_dir.join("sandbox");
    atomic::create_private_dir(consent_dir)?;
    atomic::create_private_dir(&dir)?;
    let path = dir.join(format!("root-{port}.pem"));
    atomic::write(&path, pem.as_bytes())?;
    std::path::absolute(&path).map_err(|source| StoreError::Write { path, source })
}

/// The file of a saved tenant, as one run found it.
#[derive(Debug)]
pub(crate) struct SavedTenant {
    path: PathBuf,
    /// SHA-256 of what was there; `None` when nothing was.
    found: Option<String>,
}

/// The saved tenant, `None` when there is none yet, and the place to save it to.
///
/// # Errors
/// When the file is there and cannot be read, is longer than [`LONGEST`], or is no text.
pub(crate) fn load(path: PathBuf) -> Result<(SavedTenant, Option<String>), StoreError> {
    let Some(bytes) = bytes(&path)? else { return Ok((SavedTenant { path, found: None }, None)) };
    let found = Some(sha256_hex(&bytes));
    match String::from_utf8(bytes) {
        Ok(text) => Ok((SavedTenant { path, found }, Some(text))),
        Err(error) => Err(StoreError::Content { path, because: error.utf8_error().to_string() }),
    }
}

impl SavedTenant {
    /// Whether [`SavedTenant::save`] will have a folder of our own to save to.
    ///
    /// # Errors
    /// As [`private::check`].
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let dir = folder(&self.path);
        private::check(folder(dir))?;
        private::check(dir).map(drop)
    }

    /// Saves the tenant, making the folders that are missing. What another run saved meanwhile stays:
    /// this one began with an older tenant and would undo it.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when the file is not what was loaded; when a folder is a symbolic link,
    /// or the file cannot be written.
    pub(crate) fn save(&self, bytes: &[u8]) -> Result<(), StoreError> {
        let Self { path, found } = self;
        let dir = folder(path);
        atomic::create_private_dir(folder(dir))?;
        atomic::create_private_dir(dir)?;
        // Of two runs that end at the same moment, the second sees what the first one saved.
        let _turn = lock::turn(dir);
        if self::bytes(path)?.map(|bytes| sha256_hex(&bytes)) != *found {
            return Err(StoreError::Changed { path: path.clone() });
        }
        atomic::write(path, bytes)
    }
}

fn bytes(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match opened::read(path, Reach::Itself, LONGEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StoreError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_seed_is_another_tenant() {
        let dir = Path::new(".consent");
        let first = path(dir, Path::new("a/tenant.toml"), b"one");
        assert_ne!(first, path(dir, Path::new("a/tenant.toml"), b"two"));
        assert!(first.starts_with(".consent/sandbox"), "{first:?}");
    }

    fn place(home: &Path) -> (SavedTenant, Option<String>) {
        load(path(&home.join(".consent"), Path::new("seed.toml"), b"")).unwrap()
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let home = tempfile::tempdir().unwrap();
        let (first, none) = place(home.path());
        assert_eq!(none, None);
        first.save(b"{}").unwrap();
        let (second, empty) = place(home.path());
        assert_eq!(empty.as_deref(), Some("{}"));
        second.save(b"{\"users\":1}").unwrap();
        assert_eq!(place(home.path()).1.as_deref(), Some("{\"users\":1}"));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "somebody removes the file")]
    fn what_another_run_did_meanwhile_is_not_undone() {
        let home = tempfile::tempdir().unwrap();
        let ((early, _), (late, _)) = (place(home.path()), place(home.path()));
        late.save(b"{\"users\":1}").unwrap();
        let refused = early.save(b"{}").unwrap_err();
        assert!(matches!(refused, StoreError::Changed { .. }), "{refused}");
        let (again, kept) = place(home.path());
        assert_eq!(kept.as_deref(), Some("{\"users\":1}"));
        // Whoever removed it wanted to start over.
        std::fs::remove_file(&again.path).unwrap();
        assert!(matches!(again.save(b"{}").unwrap_err(), StoreError::Changed { .. }));
    }

    #[test]
    fn a_damaged_state_is_no_fresh_tenant() {
        let home = tempfile::tempdir().unwrap();
        let (first, _) = place(home.path());
        first.save(b"\xff").unwrap();
        assert_eq!(load(first.path).unwrap_err().code(), "file_damaged");
    }
}
