//! The journal of one run: one line on disk before a request goes out, one after its answer.
//! `.consent/journal/<time>-<run>.ndjson`, one JSON object a line.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::atomic;
use super::error::StoreError;
use super::opened::{self, Opened, Reach};
use crate::model::address::Address;
use crate::model::clock::{Moment, stamp};
use crate::model::id::TenantId;
use crate::model::json::write_line;
use crate::model::outcome::{Outcome, Refusal, Stopped};
use crate::model::request::Request;
use crate::model::schema::{JsonSchema, Schema, SchemaGenerator, document, json_schema};
use crate::model::secret;

const FORMAT: &str = "consent.journal";
const VERSION: u32 = 1;

/// Longest journal that is read, in bytes. 100,000 requests take about 100 MB.
pub const LONGEST: u64 = 512 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    #[schemars(extend("const" = FORMAT))]
    pub format: String,
    #[schemars(extend("const" = VERSION))]
    pub format_version: u32,
    /// Id of the run.
    pub run: String,
    pub tenant: TenantId,
    /// Digest of the approved effect, with its `sha256:`.
    pub effect: String,
    /// UTC, whole seconds.
    #[schemars(with = "Moment")]
    pub started: String,
}

/// One later line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// UTC, whole seconds.
    #[schemars(with = "Moment")]
    pub at: String,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// About to go out. Whoever finds this as the last word about an address must read the tenant.
    Sending { address: Address, step: usize, request: Request },
    /// What came back: `accepted`, or a word for the error, which then follows; its status is 0
    /// when no answer came.
    Answer {
        address: Address,
        step: usize,
        meaning: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Refusal>,
        /// The id of the object that was made, when the answer told one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// What became of a change.
    Outcome { address: Address, outcome: Outcome },
    /// The run ended in good order, perhaps early.
    End { stopped: Option<Stopped>, writes_sent: usize },
}

/// Any line of a journal, for its schema.
struct AnyLine;

impl JsonSchema for AnyLine {
    fn schema_name() -> Cow<'static, str> {
        "AnyLine".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One line of a journal: the first one is a header.",
            "anyOf": [generator.subschema_for::<Header>(), generator.subschema_for::<Record>()],
        })
    }
}

/// The schema of each line.
pub fn schema() -> Schema {
    document::<AnyLine>("journal", VERSION)
}

/// An open journal. After the first failed write it takes no more lines.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    broken: bool,
}

impl Journal {
    /// Begins the journal of a run below `consent_dir` (`.consent`), header on disk.
    ///
    /// # Errors
    /// When the folder is a symbolic link, the run has a journal already, or writing fails.
    pub fn create(
        consent_dir: &Path,
        run: &str,
        tenant: TenantId,
        effect: &str,
        at: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let dir = folder(consent_dir);
        atomic::create_private_dir(consent_dir)?;
        atomic::create_private_dir(&dir)?;
        let name = format!("{}-{}.ndjson", super::file_stamp(at), super::file_part(run));
        let path = dir.join(name);
        let file = atomic::create_for_append(&path)?;
        // Who reads it meanwhile sees that this run is not over. Nothing depends on it, so a file
        // system without locks does not matter. Elsewhere than on Unix it would keep readers out.
        if cfg!(unix) {
            drop(file.try_lock());
        }
        let mut journal = Self { path, file, broken: false };
        journal.add(&[Header {
            format: FORMAT.into(),
            format_version: VERSION,
            run: run.to_owned(),
            tenant,
            effect: effect.to_owned(),
            started: stamp(at),
        }])?;
        Ok(journal)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds the events, one line each, and returns once they are on disk.
    ///
    /// # Errors
    /// When they cannot be written; from then on every call fails, because nobody knows how the
    /// file ends.
    pub fn write(&mut self, at: OffsetDateTime, events: Vec<Event>) -> Result<(), StoreError> {
        let records: Vec<Record> =
            events.into_iter().map(|event| Record { at: stamp(at), event }).collect();
        self.add(&records)
    }

    /// As after a failed write.
    #[cfg(test)]
    pub(crate) fn fail(&mut self) {
        self.broken = true;
    }

    fn add<T: Serialize>(&mut self, lines: &[T]) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError::Broken { path: self.path.clone() });
        }
        if lines.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let written = lines
            .iter()
            .try_for_each(|line| write_line(line, &mut bytes))
            .and_then(|()| self.file.write_all(&secret::veiled(&bytes)))
            .and_then(|()| self.file.sync_data())
            .and_then(|()| still_there(&self.file));
        written.map_err(|source| {
            self.broken = true;
            StoreError::Write { path: self.path.clone(), source }
        })
    }
}

/// What is written to a file that somebody has removed is on no disk.
///
/// # Errors
/// When it has no name any more. Only Unix tells.
fn still_there(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&file.metadata()?) == 0 {
        let removed = "it was removed while it was written";
        return Err(std::io::Error::new(std::io::ErrorKind::NotFound, removed));
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Whether the process that writes this journal is still there.
pub fn under_way(path: &Path) -> bool {
    let locked = |it: Opened| matches!(it.file.try_lock_shared(), Err(TryLockError::WouldBlock));
    cfg!(unix) && opened::open(path, Reach::Itself).is_ok_and(locked)
}

/// What could be read of a journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recovered {
    /// `None` when the run was cut off before its first line was on disk.
    pub header: Option<Header>,
    pub records: Vec<Record>,
    /// The last line was cut off in the middle.
    pub torn: bool,
}

impl Recovered {
    /// Whether the run ended in good order; if not, it was killed, and only the tenant knows.
    pub fn ended(&self) -> bool {
        matches!(self.records.last(), Some(Record { event: Event::End { .. }, .. }))
    }

    /// Requests that were written down as about to go out.
    pub fn sent(&self) -> usize {
        let sending = |record: &&Record| matches!(record.event, Event::Sending { .. });
        self.records.iter().filter(sending).count()
    }

    /// What those of them were about that have no answer here, in the order of their addresses.
    pub fn open(&self) -> Vec<Address> {
        let mut open = BTreeSet::new();
        for record in &self.records {
            match &record.event {
                Event::Sending { address, step, .. } => drop(open.insert((address, step))),
                Event::Answer { address, step, .. } => drop(open.remove(&(address, step))),
                Event::Outcome { .. } | Event::End { .. } => {}
            }
        }
        open.into_iter().map(|(address, _)| address.clone()).collect()
    }
}

/// Longest last line that is looked at, in bytes: it holds one error text at most.
const LONGEST_END: u64 = 64 * 1024;

/// Whether a journal ends in good order, by its last line alone: the others may be many.
///
/// # Errors
/// When the file cannot be read.
pub fn ended(path: &Path) -> Result<bool, StoreError> {
    let tail = atomic::tail(path, LONGEST_END)?;
    let line =
        tail.strip_suffix(b"\n").and_then(|lines| lines.rsplit(|byte| *byte == b'\n').next());
    let record = line.and_then(|line| serde_json::from_slice::<Record>(line).ok());
    Ok(matches!(record, Some(Record { event: Event::End { .. }, .. })))
}

/// Reads a journal, also one whose last line was cut off by a crash.
///
/// # Errors
/// When the file cannot be read, is no journal, is too new, or is damaged before its last line.
pub fn read(path: &Path) -> Result<Recovered, StoreError> {
    parse(path, &opened::read(path, Reach::Itself, LONGEST)?)
}

/// The same for a journal whose bytes are at hand. `path` is only named.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recovered, StoreError> {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    // After the last line break there is nothing, or a line that was cut off.
    let tail = lines.pop().unwrap_or_default();
    let mut recovered = Recovered { header: None, records: Vec::new(), torn: !tail.is_empty() };
    let last = lines.len().saturating_sub(1);
    for (number, line) in lines.into_iter().enumerate() {
        let parsed = if number == 0 {
            header(path, line)?.map(|header| recovered.header = Some(header))
        } else {
            serde_json::from_slice(line).ok().map(|record| recovered.records.push(record))
        };
        match parsed {
            Some(()) => {}
            // A file system may bring back a file with its full length and without its last bytes.
            None if number == last => recovered.torn = true,
            None => {
                let because = format!("line {} is damaged", number + 1);
                return Err(StoreError::Content { path: path.to_owned(), because });
            }
        }
    }
    Ok(recovered)
}

/// Paths of all journals below `consent_dir`, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(consent_dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let dir = folder(consent_dir);
    let names = atomic::names(&dir, ".ndjson")?.into_iter();
    Ok(names.filter(|name| super::is_record(name, ".ndjson")).map(|name| dir.join(name)).collect())
}

/// The journal of a run, if it has one.
///
/// # Errors
/// When the folder cannot be read.
pub fn of_run(consent_dir: &Path, run: &str) -> Result<Option<PathBuf>, StoreError> {
    let end = format!("-{}.ndjson", super::file_part(run));
    let mut names = atomic::names(&folder(consent_dir), &end)?;
    Ok(names.pop().map(|name| folder(consent_dir).join(name)))
}

/// The first line; `None` when it is no JSON object at all.
fn header(path: &Path, line: &[u8]) -> Result<Option<Header>, StoreError> {
    if serde_json::from_slice::<IgnoredAny>(line).is_err() {
        return Ok(None);
    }
    super::expect_format(path, line, FORMAT, VERSION)?;
    serde_json::from_slice(line)
        .map(Some)
        .map_err(|error| StoreError::Content { path: path.to_owned(), because: error.to_string() })
}

fn folder(consent_dir: &Path) -> PathBuf {
    consent_dir.join("journal")
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
