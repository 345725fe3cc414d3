//! Records in a folder, `.consent`: `snapshots/<time>-<run>.json`, `journal/<time>-<run>.ndjson`, `lock`. All
//! of it is ours alone, mode 0600, and no link is followed.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::atomic::{self, Content};
use super::error::StoreError;
use super::lock::{self, Lock, LockError};
use super::opened::{self, Opened, Reach};
use super::private;
use super::records::{HeldLock, KeptRecord, RecordLines, RecordName, RecordSort, Records, Tag};
use crate::model::digest::{Sha256, sha256_hex};
use crate::model::secret;

/// Records in one folder.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder is made with the first record.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn dir(&self, sort: RecordSort) -> PathBuf {
        self.root.join(match sort {
            RecordSort::Snapshot | RecordSort::Taken => "snapshots",
            RecordSort::Journal => "journal",
        })
    }

    /// The folder for records of this sort, made where it is missing.
    fn private_dir(&self, sort: RecordSort) -> Result<PathBuf, StoreError> {
        let dir = self.dir(sort);
        atomic::create_private_dir(&self.root)?;
        atomic::create_private_dir(&dir)?;
        Ok(dir)
    }
}

impl Records for Folder {
    fn check(&self) -> Result<(), StoreError> {
        private::check_all(&self.root)
    }

    fn list(&self, sort: RecordSort) -> Result<Vec<RecordName>, StoreError> {
        let files = atomic::names(&self.dir(sort), sort.ending())?;
        Ok(files.iter().filter_map(|file| RecordName::parse(sort, file)).collect())
    }

    fn read(&self, name: &RecordName, limit: u64) -> Result<KeptRecord, StoreError> {
        let bytes = opened::read(&self.path(name), Reach::Itself, limit)?;
        let tag = Tag(sha256_hex(&bytes));
        Ok(KeptRecord { bytes, tag })
    }

    fn tail(&self, name: &RecordName, most: u64) -> Result<Vec<u8>, StoreError> {
        atomic::tail(&self.path(name), most)
    }

    fn create(&self, name: &RecordName, content: Content<'_>) -> Result<Tag, StoreError> {
        // Whoever has the lock is alone here.
        atomic::sweep(&self.private_dir(name.sort())?);
        let path = self.path(name);
        atomic::write_new(&path, content)?;
        tag(&path)
    }

    fn replace(
        &self,
        name: &RecordName,
        at: &Tag,
        content: Content<'_>,
    ) -> Result<Tag, StoreError> {
        let path = self.path(name);
        atomic::refuse_special(&path)?;
        // Of two that replace it at the same moment, the second sees what the first one wrote.
        let _turn = lock::turn(&self.dir(name.sort()));
        match tag(&path) {
            Ok(found) if found == *at => {}
            Err(error) if error.missing().is_none() => return Err(error),
            Ok(_) | Err(_) => return Err(StoreError::Changed { path }),
        }
        atomic::write_with(&path, content)?;
        tag(&path)
    }

    fn begin(&self, name: &RecordName) -> Result<Box<dyn RecordLines>, StoreError> {
        self.private_dir(name.sort())?;
        let path = self.path(name);
        let file = atomic::create_for_append(&path)?;
        // Who reads it meanwhile sees that this run is not over. Nothing depends on it, so a file
        // system without locks does not matter. Elsewhere than on Unix it would keep readers out.
        if cfg!(unix) {
            drop(file.try_lock());
        }
        Ok(Box::new(FileLines { path, file }))
    }

    fn under_way(&self, name: &RecordName) -> bool {
        let locked =
            |it: Opened| matches!(it.file.try_lock_shared(), Err(TryLockError::WouldBlock));
        cfg!(unix) && opened::open(&self.path(name), Reach::Itself).is_ok_and(locked)
    }

    fn lock(&self, holder: &str) -> Result<Box<dyn HeldLock>, LockError> {
        Ok(Box::new(lock::take(&self.root, holder)?))
    }

    fn holder(&self) -> Option<String> {
        lock::holder(&self.root)
    }

    fn path(&self, name: &RecordName) -> PathBuf {
        self.dir(name.sort()).join(name.file())
    }
}

impl HeldLock for Lock {}

/// The hash of what a file holds: whatever a copy or a backup does to its dates, it is the same.
fn tag(path: &Path) -> Result<Tag, StoreError> {
    let failed = |source| StoreError::Read { path: path.to_owned(), source };
    let mut file = opened::open(path, Reach::Itself)?.file;
    let (mut hash, mut part) = (Sha256::default(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut part).map_err(failed)? {
            0 => return Ok(Tag(hash.hex())),
            length => hash.update(&part[..length]),
        }
    }
}

/// The lines of one file.
#[derive(Debug)]
struct FileLines {
    path: PathBuf,
    file: File,
}

impl RecordLines for FileLines {
    fn append(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        let written = self
            .file
            .write_all(&secret::veiled(lines))
            .and_then(|()| self.file.sync_data())
            .and_then(|()| still_there(&self.file));
        written.map_err(|source| StoreError::Write { path: self.path.clone(), source })
    }
}

/// What is written to a file that somebody has removed is on no disk.
///
/// # Errors
/// When it has no name any more. Only Unix tells.
fn still_there(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&file.metadata()?) == 0 {
        let removed = "it was removed while it was written";
        return Err(io::Error::new(io::ErrorKind::NotFound, removed));
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// `/dev/full` takes no byte: a disk without room.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "opens a device on purpose")]
    fn a_full_disk_is_told() {
        let file = std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
        let mut lines = FileLines { path: PathBuf::from("x"), file };
        assert!(matches!(lines.append(b"{}\n"), Err(StoreError::Write { .. })));
    }
}
