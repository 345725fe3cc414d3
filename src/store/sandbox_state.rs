//! The simulated tenant between two runs: `.consent/sandbox/<seed>-<digest>.json`.

use std::path::{Path, PathBuf};

use super::atomic;
use super::error::{StoreError, folder};
use crate::model::digest::sha256_hex;

/// Longest state that is read, in bytes: a tenant of 100,000 users and grants takes about 100 MB.
pub const LONGEST: u64 = 512 * 1024 * 1024;

/// Where the state of the tenant that began as this seed lives. The seed's own bytes are part of
/// the name: whoever edits the seed begins with a fresh tenant.
pub fn path(consent_dir: &Path, seed: &Path, seed_bytes: &[u8]) -> PathBuf {
    let stem = seed.file_stem().and_then(|stem| stem.to_str()).unwrap_or("tenant");
    let digest: String = sha256_hex(seed_bytes).chars().take(12).collect();
    consent_dir.join("sandbox").join(format!("{}-{digest}.json", super::file_part(stem)))
}

/// Saves the tenant, making the folders that are missing.
///
/// # Errors
/// When a folder is a symbolic link, or the file cannot be written.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let dir = folder(path);
    atomic::create_private_dir(folder(dir))?;
    atomic::create_private_dir(dir)?;
    atomic::write(path, bytes)
}

/// The saved tenant, `None` when there is none yet.
///
/// # Errors
/// When the file is there and cannot be read, or is longer than [`LONGEST`].
pub fn load(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match atomic::read(path, LONGEST) {
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

    #[test]
    fn what_was_saved_is_loaded() {
        let home = tempfile::tempdir().unwrap();
        let at = path(&home.path().join(".consent"), Path::new("seed.toml"), b"");
        assert!(load(&at).unwrap().is_none());
        save(&at, b"{}").unwrap();
        save(&at, b"{\"users\":1}").unwrap();
        assert_eq!(load(&at).unwrap().unwrap(), b"{\"users\":1}");
    }
}
