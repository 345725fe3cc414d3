//! Where records are kept, apart from what they hold: one trait, so that a store that a team shares becomes
//! a file beside `folder.rs`.
//!
//! The methods wait until it is done, and are called from where waiting is allowed; see
//! `docs/decisions/0004-records-block.md`.

use std::fmt;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::atomic::Content;
use super::error::StoreError;
use super::lock::LockError;
use super::{file_part, file_stamp, is_record};

/// A sort of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordSort {
    /// What a run found and what it left: written whole, and once more when the run ends.
    Snapshot,
    /// What a run sent and what came back: grows line by line.
    Journal,
    /// What was read without a run: written whole. No run is told by it.
    Taken,
}

impl RecordSort {
    /// What the names of its records end in.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Snapshot => ".json",
            Self::Journal => ".ndjson",
            // Of this ending no name of a snapshot is: they hold no full stop before theirs.
            Self::Taken => ".taken.json",
        }
    }
}

/// The name of a record: `20261123T200324Z-<run>` and the ending of its sort. Nothing else is one, so that
/// a name can never lead anywhere else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordName {
    sort: RecordSort,
    file: String,
}

impl RecordName {
    /// Of a run that began then.
    pub(crate) fn new(sort: RecordSort, at: OffsetDateTime, run: &str) -> Self {
        Self::at(sort, &file_stamp(at), run)
    }

    /// The same, with the time as it stands in names.
    pub(super) fn at(sort: RecordSort, time: &str, run: &str) -> Self {
        Self { sort, file: format!("{time}-{}{}", file_part(run), sort.ending()) }
    }

    /// `None` where a record of this sort has no such name.
    pub(crate) fn parse(sort: RecordSort, file: &str) -> Option<Self> {
        is_record(file, sort.ending()).then(|| Self { sort, file: file.to_owned() })
    }

    pub(crate) fn sort(&self) -> RecordSort {
        self.sort
    }

    /// With its ending.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Without it.
    pub(crate) fn stem(&self) -> &str {
        self.file.strip_suffix(self.sort.ending()).unwrap_or(&self.file)
    }

    /// The part that tells the time: names of one sort stand in its order.
    pub(crate) fn time(&self) -> &str {
        self.file.split('-').next().unwrap_or_default()
    }

    /// Whether it is of a run that began before this moment.
    pub(crate) fn is_before(&self, at: OffsetDateTime) -> bool {
        self.time() < file_stamp(at).as_str()
    }

    /// Whether it is the record of this run.
    pub(crate) fn is_of(&self, run: &str) -> bool {
        self.file.ends_with(&format!("-{}{}", file_part(run), self.sort.ending()))
    }
}

/// What a record held when it was read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(pub String);

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecord {
    pub(crate) bytes: Vec<u8>,
    pub(crate) tag: Tag,
}

/// Where snapshots and journals are kept, and the lock of those who add to them. What is known to be secret
/// is in none of them.
pub trait Records: fmt::Debug + Send + Sync {
    /// Whether it is ours alone: only then is what it says believed, and something added to it.
    ///
    /// # Errors
    /// When others may write to it.
    fn check(&self) -> Result<(), StoreError>;

    /// All records of a sort, in the order of their names. What else lies there is none.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn list(&self, sort: RecordSort) -> Result<Vec<RecordName>, StoreError>;

    /// The whole record.
    ///
    /// # Errors
    /// When it cannot be read, or is longer than `limit` bytes.
    fn read(&self, name: &RecordName, limit: u64) -> Result<KeptRecord, StoreError>;

    /// At most so many of its last bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    fn tail(&self, name: &RecordName, most: u64) -> Result<Vec<u8>, StoreError>;

    /// Makes a record, whole or not at all. It lasts once this returns. For who has the lock.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is one of this name, or when it cannot be written.
    fn create(&self, name: &RecordName, content: Content<'_>) -> Result<Tag, StoreError>;

    /// Replaces a record, whole or not at all, as long as it holds what the tag says.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when it holds something else or is gone, or when it cannot be written.
    fn replace(
        &self,
        name: &RecordName,
        tag: &Tag,
        content: Content<'_>,
    ) -> Result<Tag, StoreError>;

    /// Begins a record that grows. For who has the lock.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is one of this name, or when it cannot be made.
    fn begin(&self, name: &RecordName) -> Result<Box<dyn RecordLines>, StoreError>;

    /// Whether somebody still adds lines to it.
    fn under_way(&self, name: &RecordName) -> bool;

    /// Takes the lock for a run, and says there who has it.
    ///
    /// # Errors
    /// When another run has it, or it cannot be taken.
    fn lock(&self, holder: &str) -> Result<Box<dyn HeldLock>, LockError>;

    /// What the last one who took the lock said of himself, safe to show. Whether he still has it, it does
    /// not tell.
    fn holder(&self) -> Option<String>;

    /// Where a record is, as people call it, and errors.
    fn path(&self, name: &RecordName) -> PathBuf;
}

/// A record that grows by whole lines. As long as it is there, it is [under way](Records::under_way).
pub trait RecordLines: fmt::Debug + Send {
    /// Adds lines at the end. They last once this returns: what they announce may be done then.
    ///
    /// # Errors
    /// When they cannot be written: then nobody knows how it ends, and nothing may be added to it.
    fn append(&mut self, lines: &[u8]) -> Result<(), StoreError>;
}

/// A lock that is held until this is dropped, or its process ends.
pub trait HeldLock: fmt::Debug + Send {}
