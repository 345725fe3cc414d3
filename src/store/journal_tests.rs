#![expect(clippy::disallowed_methods, reason = "these tests damage files on purpose")]

use super::*;
use crate::model::request::Method;
use crate::store::folder::Folder;
use time::macros::datetime;

const AT: OffsetDateTime = datetime!(2026-11-23 20:03:24 UTC);
const TENANT: TenantId = TenantId::from_u128(0x8f2c);

fn sending(label: &str) -> JournalEvent {
    let address = Address::new("delegated_grant", label, [String::from("everyone")]);
    let request = Request { method: Method::Delete, path: format!("/o/{label}"), body: None };
    JournalEvent::Sending { address, step: 0, request }
}

fn end() -> JournalEvent {
    JournalEvent::End { stopped: Some(Stopped::FailuresInARow { count: 3 }), writes_sent: 7 }
}

fn journal(records: &Folder) -> Journal {
    Journal::create(records, "r-1", TENANT, "sha256:00", AT).unwrap()
}

/// The journal as a file.
fn file(records: &Folder, journal: &Journal) -> PathBuf {
    records.path(journal.name())
}

#[test]
fn what_was_written_is_read() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut journal = journal(&records);
    let text = |text: &str| crate::model::untrusted::Untrusted::new(text);
    let error = Refusal { status: 409, code: text("C"), message: text("m"), request_id: None };
    let address = Address::new("delegated_grant", "b", []);
    let answer = |error, id: Option<&str>| JournalEvent::Answer {
        address: address.clone(),
        step: 1,
        meaning: "word".into(),
        error,
        id: id.map(str::to_owned),
    };
    let events = vec![
        sending("a"),
        answer(None, Some("Yax6")),
        answer(Some(error.clone()), None),
        JournalEvent::Outcome { address: address.clone(), outcome: Outcome::Failed { error } },
        JournalEvent::Outcome { address: address.clone(), outcome: Outcome::Done },
    ];
    journal.write(AT, events.clone()).unwrap();
    assert!(!read(&records, journal.name()).unwrap().ended());
    journal.write(AT, vec![end()]).unwrap();
    let found = read(&records, journal.name()).unwrap();
    assert_eq!(found.header.as_ref().unwrap().tenant, TENANT);
    let read_events: Vec<JournalEvent> = found.records.iter().map(|r| r.event.clone()).collect();
    assert_eq!(read_events, [events, vec![end()]].concat());
    assert!(found.ended() && !found.torn);
    assert_eq!(records.list(RecordSort::Journal).unwrap(), [journal.name().clone()]);
    assert!(file(&records, &journal).ends_with("journal/20261123T200324Z-r-1.ndjson"));
}

/// What went out and has no answer, however often it was sent.
#[test]
fn requests_without_an_answer_are_known() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut journal = journal(&records);
    let answer = |label: &str, meaning: &str| {
        let JournalEvent::Sending { address, step, .. } = sending(label) else { unreachable!() };
        JournalEvent::Answer { address, step, meaning: meaning.into(), error: None, id: None }
    };
    let events = ["a", "b", "c"].map(sending).to_vec();
    journal.write(AT, events).unwrap();
    journal.write(AT, vec![answer("a", "accepted"), answer("b", "wait"), sending("b")]).unwrap();
    let found = read(&records, journal.name()).unwrap();
    let open: Vec<String> = found.open().iter().map(|address| address.owner.clone()).collect();
    assert_eq!((found.sent(), open), (4, vec!["b".to_owned(), "c".to_owned()]));
}

/// By the last line alone, so a damaged one before it does not matter.
#[test]
fn the_end_is_seen_without_reading_everything() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut journal = journal(&records);
    assert!(!ended(&records, journal.name()).unwrap(), "a header is no end");
    journal.write(AT, vec![sending(&"x".repeat(100_000))]).unwrap();
    assert!(!ended(&records, journal.name()).unwrap());
    journal.write(AT, vec![end()]).unwrap();
    assert!(ended(&records, journal.name()).unwrap());
    let whole = std::fs::read(file(&records, &journal)).unwrap();
    std::fs::write(file(&records, &journal), &whole[..whole.len() - 1]).unwrap();
    assert!(!ended(&records, journal.name()).unwrap(), "cut off by a single byte");
    std::fs::write(file(&records, &journal), b"").unwrap();
    assert!(!ended(&records, journal.name()).unwrap());
    assert!(ended(&records, &RecordName::new(RecordSort::Journal, AT, "none")).is_err());
}

#[cfg(unix)]
#[test]
fn a_journal_is_under_way_as_long_as_somebody_writes_it() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let journal = journal(&records);
    let name = journal.name().clone();
    assert!(records.under_way(&name));
    drop(journal);
    let none = RecordName::new(RecordSort::Journal, AT, "none");
    assert!(!records.under_way(&name) && !records.under_way(&none));
    assert_eq!(of_run(&records, "r-1").unwrap(), Some(name));
    assert_eq!(of_run(&records, "r-2").unwrap(), None);
}

#[test]
fn a_run_has_one_journal() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let first = journal(&records);
    let second = Journal::create(&records, "r-1", TENANT, "sha256:00", AT);
    assert!(matches!(second, Err(StoreError::Exists { .. })));
    assert!(read(&records, first.name()).unwrap().header.is_some());
}

/// A crash may cut the file at any byte: every complete line before it still counts.
#[test]
fn cut_anywhere_the_whole_lines_remain() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut journal = journal(&records);
    journal.write(AT, vec![sending("a"), end()]).unwrap();
    let whole = std::fs::read(file(&records, &journal)).unwrap();
    for length in 0..=whole.len() {
        std::fs::write(file(&records, &journal), &whole[..length]).unwrap();
        let found = read(&records, journal.name()).unwrap();
        let breaks = whole[..length].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(found.header.is_some(), breaks > 0, "cut at {length}");
        assert_eq!(found.records.len(), breaks.saturating_sub(1), "cut at {length}");
        assert_eq!(found.torn, length > 0 && whole[length - 1] != b'\n', "cut at {length}");
    }
}

#[test]
fn zeros_at_the_end_are_a_torn_line() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut journal = journal(&records);
    journal.write(AT, vec![sending("a")]).unwrap();
    let mut bytes = std::fs::read(file(&records, &journal)).unwrap();
    bytes.extend([0; 40]);
    std::fs::write(file(&records, &journal), &bytes).unwrap();
    let found = read(&records, journal.name()).unwrap();
    assert_eq!((found.records.len(), found.torn), (1, true));
}

#[test]
fn damage_in_the_middle_is_told_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut journal = journal(&records);
    journal.write(AT, vec![sending("a"), sending("b")]).unwrap();
    let text = std::fs::read_to_string(file(&records, &journal)).unwrap();
    let text = text.replacen("\"sending\"", "\"sen\nding\"", 1);
    std::fs::write(file(&records, &journal), text).unwrap();
    let error = read(&records, journal.name()).unwrap_err();
    assert!(error.to_string().ends_with("line 2 is damaged"), "{error}");
}

#[test]
fn other_files_and_later_versions_are_told_apart() {
    let read = |text: &str| parse(Path::new("x.ndjson"), text.as_bytes());
    let other = read("{\"format\":\"consent.plan\",\"format_version\":1}\n");
    assert!(matches!(other, Err(StoreError::Content { .. })));
    let later = read("{\"format\":\"consent.journal\",\"format_version\":2}\n");
    assert!(matches!(later, Err(StoreError::Newer { version: 2, .. })));
}

/// A disk without room.
#[derive(Debug)]
struct Full;

impl RecordLines for Full {
    fn append(&mut self, _: &[u8]) -> Result<(), StoreError> {
        let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
        Err(StoreError::Write { path: PathBuf::new(), source })
    }
}

#[test]
fn after_a_failed_write_nothing_is_added() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut journal = journal(&records);
    let good = std::mem::replace(&mut journal.lines, Box::new(Full));
    assert!(matches!(journal.write(AT, vec![sending("a")]), Err(StoreError::Write { .. })));
    journal.lines = good;
    assert!(matches!(journal.write(AT, vec![sending("b")]), Err(StoreError::Broken { .. })));
    assert!(read(&records, journal.name()).unwrap().records.is_empty());
}
