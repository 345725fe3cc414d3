//! Approvals of a saved plan: small files in a folder beside it, `PLAN.approvals/<key>.json` and the signature
//! `<key>.json.sig`. They travel as text, so nothing depends on who may write there.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::atomic;
use super::error::StoreError;
use super::opened::{self, Reach};

/// Most signatures that are read of one plan.
pub(crate) const MOST: usize = 200;

const STATEMENT: &str = ".json";
const SIGNATURE: &str = ".json.sig";

/// One approval as it lies there; either half may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApprovalFile {
    /// Of the statement's file.
    pub(crate) name: String,
    pub(crate) statement: Option<Vec<u8>>,
    pub(crate) signature: Option<Vec<u8>>,
}

/// `my.plan.approvals` for `my.plan`.
pub(crate) fn folder_of(plan: &Path) -> PathBuf {
    let mut name = plan.file_name().map(OsString::from).unwrap_or_default();
    name.push(".approvals");
    plan.with_file_name(name)
}

/// All of them, sorted by name; none where there is no folder. What else lies there is none.
///
/// # Errors
/// When the folder or a file is a link, cannot be read, is longer than `limit` bytes, or there are more than
/// [`MOST`].
pub(crate) fn read(folder: &Path, limit: u64) -> Result<Vec<ApprovalFile>, StoreError> {
    if !is_there(folder)? {
        return Ok(Vec::new());
    }
    let stems = |ending: &str| -> Result<BTreeSet<String>, StoreError> {
        let names = atomic::names(folder, ending)?;
        Ok(names.iter().filter_map(|name| name.strip_suffix(ending)).map(str::to_owned).collect())
    };
    let (statements, signatures) = (stems(STATEMENT)?, stems(SIGNATURE)?);
    let all: BTreeSet<&String> = statements.union(&signatures).collect();
    if all.len() > MOST {
        let because = format!("more than {MOST} approvals lie there");
        return Err(StoreError::Content { path: folder.to_owned(), because });
    }
    let bytes = |there: bool, name: String| {
        there.then(|| opened::read(&folder.join(name), Reach::Itself, limit)).transpose()
    };
    all.into_iter()
        .map(|stem| {
            let name = format!("{stem}{STATEMENT}");
            let statement = bytes(statements.contains(stem), name.clone())?;
            let signature = bytes(signatures.contains(stem), format!("{stem}{SIGNATURE}"))?;
            Ok(ApprovalFile { name, statement, signature })
        })
        .collect()
}

/// Writes both files, in the place of an earlier approval by the same key. The signature comes last: without
/// it the statement says nothing. Returns where the statement is.
///
/// # Errors
/// When the folder is a link or cannot be made, or a file cannot be written.
pub(crate) fn write(
    folder: &Path,
    stem: &str,
    statement: &[u8],
    signature: &[u8],
) -> Result<PathBuf, StoreError> {
    if !is_there(folder)? {
        fs::DirBuilder::new()
            .create(folder)
            .map_err(|source| StoreError::Write { path: folder.to_owned(), source })?;
    }
    let path = folder.join(format!("{stem}{STATEMENT}"));
    atomic::write(&path, statement)?;
    atomic::write(&folder.join(format!("{stem}{SIGNATURE}")), signature)?;
    Ok(path)
}

/// The text of who may approve.
///
/// # Errors
/// When it cannot be read, leads elsewhere, is longer than `limit` bytes, or is no UTF-8.
pub(crate) fn read_approvers(path: &Path, limit: u64) -> Result<String, StoreError> {
    let bytes = opened::read(path, Reach::Folder, limit)?;
    String::from_utf8(bytes).map_err(|error| StoreError::Content {
        path: path.to_owned(),
        because: error.utf8_error().to_string(),
    })
}

/// A public key in a file of its own, which is removed when this is dropped: `ssh-keygen` takes only files.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn public_key(line: &str) -> Result<NamedTempFile, StoreError> {
    let failed = |source| StoreError::Write { path: std::env::temp_dir(), source };
    let mut file =
        tempfile::Builder::new().prefix("consent-").suffix(".pub").tempfile().map_err(failed)?;
    io::Write::write_all(&mut file, line.as_bytes()).map_err(failed)?;
    Ok(file)
}

/// Whether the folder is there. A link could lead anywhere.
fn is_there(folder: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_symlink() => Err(StoreError::Symlink { path: folder.to_owned() }),
        Ok(found) if !found.is_dir() => Err(StoreError::NotAFile { path: folder.to_owned() }),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Read { path: folder.to_owned(), source }),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "puts files there as others do")]
mod tests {
    use super::*;

    #[test]
    fn both_halves_are_found_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder_of(&home.path().join("my.plan"));
        assert!(folder.ends_with("my.plan.approvals"));
        assert_eq!(read(&folder, 100).unwrap(), []);
        let at = write(&folder, "aa", b"said", b"signed").unwrap();
        assert_eq!(at, folder.join("aa.json"));
        fs::write(folder.join("bb.json"), b"alone").unwrap();
        fs::write(folder.join("cc.json.sig"), b"lonely").unwrap();
        fs::write(folder.join("notes.txt"), b"x").unwrap();
        let found = read(&folder, 100).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|one| (&*one.name, one.statement.as_deref(), one.signature.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("aa.json", Some(&b"said"[..]), Some(&b"signed"[..])),
                ("bb.json", Some(b"alone"), None),
                ("cc.json", None, Some(b"lonely")),
            ]
        );
        assert!(matches!(read(&folder, 3), Err(StoreError::TooLong { .. })));
        write(&folder, "aa", b"changed", b"anew").unwrap();
        assert_eq!(read(&folder, 100).unwrap()[0].statement.as_deref(), Some(&b"changed"[..]));
        for number in 0..MOST {
            fs::write(folder.join(format!("{number}.json")), b"").unwrap();
        }
        assert!(matches!(read(&folder, 100), Err(StoreError::Content { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        let home = tempfile::tempdir().unwrap();
        let (folder, real) = (home.path().join("p.approvals"), home.path().join("real"));
        write(&real, "aa", b"said", b"signed").unwrap();
        std::os::unix::fs::symlink(&real, &folder).unwrap();
        assert!(matches!(read(&folder, 100), Err(StoreError::Symlink { .. })));
        let written = write(&folder, "bb", b"said", b"signed");
        assert!(matches!(written, Err(StoreError::Symlink { .. })));
        assert!(!real.join("bb.json").exists());
        // A link is no ordinary file, so it is not even listed, and nothing is written through it.
        std::os::unix::fs::symlink(real.join("aa.json"), real.join("cc.json")).unwrap();
        assert_eq!(read(&real, 100).unwrap().len(), 1);
        assert!(write(&real, "cc", b"said", b"signed").is_err());
        assert_eq!(fs::read(real.join("aa.json")).unwrap(), b"said");
    }
}
