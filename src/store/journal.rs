//! The journal of one run: one line is kept before a request goes out, one after its answer. One JSON object
//! a line.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::StoreError;
use super::records::{RecordLines, RecordName, RecordSort, Records};
use crate::model::address::Address;
use crate::model::clock::{Moment, stamp};
use crate::model::id::TenantId;
use crate::model::json::write_line;
use crate::model::outcome::{Outcome, Refusal, Stopped};
use crate::model::request::Request;
use crate::model::schema::{JsonSchema, Schema, SchemaGenerator, document, json_schema};

const FORMAT: &str = "consent.journal";
const VERSION: u32 = 1;

/// Longest journal that is read, in bytes. 100,000 requests take about 100 MB.
pub(crate) const LONGEST: u64 = 512 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    #[schemars(extend("const" = FORMAT))]
    pub(crate) format: String,
    #[schemars(extend("const" = VERSION))]
    pub(crate) format_version: u32,
    /// Id of the run.
    pub(crate) run: String,
    pub(crate) tenant: TenantId,
    /// Digest of the approved effect, with its `sha256:`.
    pub(crate) effect: String,
    /// UTC, whole seconds.
    #[schemars(with = "Moment")]
    pub(crate) started: String,
}

/// One later line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// UTC, whole seconds.
    #[schemars(with = "Moment")]
    pub(crate) at: String,
    #[serde(flatten)]
    pub(crate) event: JournalEvent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "event")]
#[schemars(rename = "Event")]
pub(crate) enum JournalEvent {
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
pub(crate) fn schema() -> Schema {
    document::<AnyLine>("journal", VERSION)
}

/// An open journal. After the first failed write it takes no more lines.
#[derive(Debug)]
pub(crate) struct Journal {
    #[cfg(test)]
    name: RecordName,
    path: PathBuf,
    lines: Box<dyn RecordLines>,
    broken: bool,
}

impl Journal {
    /// Begins the journal of a run; its header lasts.
    ///
    /// # Errors
    /// When the place is not ours alone, the run has a journal already, or writing fails.
    pub(crate) fn create(
        records: &dyn Records,
        run: &str,
        tenant: TenantId,
        effect: &str,
        at: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let name = RecordName::new(RecordSort::Journal, at, run);
        let (path, lines) = (records.path(&name), records.begin(&name)?);
        let mut journal = Self {
            #[cfg(test)]
            name,
            path,
            lines,
            broken: false,
        };
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

    #[cfg(test)]
    pub(crate) fn name(&self) -> &RecordName {
        &self.name
    }

    /// Adds the events, one line each, and returns once they last.
    ///
    /// # Errors
    /// When they cannot be written; from then on every call fails, because nobody knows how the
    /// journal ends.
    pub(crate) fn write(
        &mut self,
        at: OffsetDateTime,
        events: Vec<JournalEvent>,
    ) -> Result<(), StoreError> {
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
        let written = lines.iter().try_for_each(|line| write_line(line, &mut bytes));
        let written = written
            .map_err(|source| StoreError::Write { path: self.path.clone(), source })
            .and_then(|()| self.lines.append(&bytes));
        self.broken = written.is_err();
        written
    }
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
    #[cfg(test)]
    pub(crate) fn ended(&self) -> bool {
        matches!(self.records.last(), Some(Record { event: JournalEvent::End { .. }, .. }))
    }

    /// Requests that were written down as about to go out.
    pub fn sent(&self) -> usize {
        let sending = |record: &&Record| matches!(record.event, JournalEvent::Sending { .. });
        self.records.iter().filter(sending).count()
    }

    /// What those of them were about that have no answer here, in the order of their addresses.
    pub fn open(&self) -> Vec<Address> {
        let mut open = BTreeSet::new();
        for record in &self.records {
            match &record.event {
                JournalEvent::Sending { address, step, .. } => drop(open.insert((address, step))),
                JournalEvent::Answer { address, step, .. } => drop(open.remove(&(address, step))),
                JournalEvent::Outcome { .. } | JournalEvent::End { .. } => {}
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
/// When it cannot be read.
pub(crate) fn ended(records: &dyn Records, name: &RecordName) -> Result<bool, StoreError> {
    let tail = records.tail(name, LONGEST_END)?;
    let line =
        tail.strip_suffix(b"\n").and_then(|lines| lines.rsplit(|byte| *byte == b'\n').next());
    let record = line.and_then(|line| serde_json::from_slice::<Record>(line).ok());
    Ok(matches!(record, Some(Record { event: JournalEvent::End { .. }, .. })))
}

/// Reads a journal, also one whose last line was cut off by a crash.
///
/// # Errors
/// When it cannot be read, is no journal, is too new, or is damaged before its last line.
pub(crate) fn read(records: &dyn Records, name: &RecordName) -> Result<Recovered, StoreError> {
    parse(&records.path(name), &records.read(name, LONGEST)?.bytes)
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

/// The journal of a run, if it has one.
///
/// # Errors
/// When the journals cannot be listed.
pub(crate) fn of_run(records: &dyn Records, run: &str) -> Result<Option<RecordName>, StoreError> {
    let mut names = records.list(RecordSort::Journal)?;
    names.retain(|name| name.is_of(run));
    Ok(names.pop())
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

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
