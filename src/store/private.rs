//! Whether a folder is ours alone: what others may write to could be swapped under a run.

use std::fs::{self, Metadata};
use std::io;
use std::iter::once;
use std::path::Path;

use super::error::StoreError;

/// What runs write to inside of `.consent`.
const FOLDERS: [&str; 3] = ["snapshots", "journal", "sandbox"];

/// Looks at a `.consent` and at its folders, as far as they are there.
///
/// # Errors
/// As [`check`], for the first of them.
pub(crate) fn check_all(consent_dir: &Path) -> Result<(), StoreError> {
    let folders = FOLDERS.iter().map(|name| consent_dir.join(name));
    once(consent_dir.to_owned()).chain(folders).try_for_each(|path| check(&path).map(drop))
}

/// Whether the folder is there. On Windows its rights are those of the folder it is in.
///
/// # Errors
/// When it is a symbolic link or no folder, when it is somebody else's, or when others may write to it.
pub(crate) fn check(path: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(StoreError::Symlink { path: path.to_owned() }),
        Ok(found) if !found.is_dir() => Err(StoreError::NotAFile { path: path.to_owned() }),
        Ok(found) => ours(path, &found).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Write { path: path.to_owned(), source }),
    }
}

#[cfg(unix)]
fn ours(path: &Path, found: &Metadata) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt;

    const GROUP_AND_OTHERS: u32 = 0o022;
    let path = || path.to_owned();
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(StoreError::Foreign { path: path(), owner: found.uid() });
    }
    match found.mode() & 0o7777 {
        mode if mode & GROUP_AND_OTHERS != 0 => Err(StoreError::Shared { path: path(), mode }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn ours(_: &Path, _: &Metadata) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_others_may_write_to_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join(".consent");
        check_all(&dir).unwrap();
        fs::DirBuilder::new().recursive(true).create(dir.join("journal")).unwrap();
        let rights = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        for path in [dir.join("journal"), dir.clone()] {
            for (mode, fine) in [(0o777, false), (0o770, false), (0o702, false), (0o755, true)] {
                rights(&dir, 0o700);
                rights(&dir.join("journal"), 0o700);
                rights(&path, mode);
                let checked = check_all(&dir);
                assert_eq!(checked.is_ok(), fine, "{path:?} {mode:o}: {checked:?}");
            }
        }
    }

    /// The root of the file system is nobody's own but the superuser's, who can give a folder away.
    #[test]
    fn what_belongs_to_somebody_else_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let given = std::os::unix::fs::chown(home.path(), Some(65_534), None).is_ok();
        let path = if given { home.path() } else { Path::new("/") };
        assert!(matches!(check(path), Err(StoreError::Foreign { .. })), "{path:?}");
    }
}
