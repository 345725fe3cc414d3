//! What keeps records: one contract for all implementations.

use time::OffsetDateTime;
use time::macros::datetime;

use crate::model::secret;
use crate::store::StoreError;
use crate::store::folder::Folder;
use crate::store::lock::LockError;
use crate::store::memory_tests::Memory;
use crate::store::records::{RecordName, RecordSort, Records};

const AT: OffsetDateTime = datetime!(2026-11-23 20:03:24 UTC);

/// What every store promises. `records` has none yet.
fn contract(records: &dyn Records) {
    records.check().unwrap();
    for sort in [RecordSort::Snapshot, RecordSort::Journal] {
        assert_eq!(records.list(sort).unwrap(), []);
    }
    created_once_and_replaced_by_tag(records);
    grows_by_lines(records);
    is_locked_by_one(records);
    keeps_no_secret(records);
}

fn name(sort: RecordSort, run: &str) -> RecordName {
    RecordName::new(sort, AT, run)
}

fn read(records: &dyn Records, name: &RecordName) -> String {
    String::from_utf8(records.read(name, 1_000).unwrap().bytes).unwrap()
}

fn created_once_and_replaced_by_tag(records: &dyn Records) {
    let [first, second] = ["a", "b"].map(|run| name(RecordSort::Snapshot, run));
    let gone = records.read(&first, 1_000).unwrap_err();
    assert!(gone.missing().is_some(), "{gone}");
    let tag = records.create(&second, &|out| out.write_all(b"one")).unwrap();
    let again = records.create(&second, &|out| out.write_all(b"two"));
    assert!(matches!(again, Err(StoreError::Exists { .. })), "{again:?}");
    assert_eq!(records.read(&second, 3).unwrap().tag, tag);
    assert!(matches!(records.read(&second, 2), Err(StoreError::TooLong { .. })));

    // Half a record is none, and what was there stays.
    let half = |out: &mut dyn std::io::Write| {
        out.write_all(b"half")?;
        Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
    };
    assert!(
        records.create(&first, &half).is_err() && records.replace(&second, &tag, &half).is_err()
    );
    assert_eq!(read(records, &second), "one");
    let new = records.replace(&second, &tag, &|out| out.write_all(b"three")).unwrap();
    let late = records.replace(&second, &tag, &|out| out.write_all(b"four"));
    assert!(matches!(late, Err(StoreError::Changed { .. })), "{late:?}");
    let absent = records.replace(&first, &tag, &|out| out.write_all(b"five"));
    assert!(matches!(absent, Err(StoreError::Changed { .. })), "{absent:?}");
    assert_eq!(records.read(&second, 1_000).unwrap().tag, new);
    assert_eq!(read(records, &second), "three");
    assert_eq!(records.tail(&second, 2).unwrap(), b"ee");

    records.create(&first, &|_| Ok(())).unwrap();
    assert_eq!(records.list(RecordSort::Snapshot).unwrap(), [first, second]);
}

fn grows_by_lines(records: &dyn Records) {
    let name = name(RecordSort::Journal, "a");
    let mut lines = records.begin(&name).unwrap();
    assert!(matches!(records.begin(&name), Err(StoreError::Exists { .. })));
    for line in [&b"1\n"[..], b"2\n3\n"] {
        lines.append(line).unwrap();
    }
    assert_eq!(read(records, &name), "1\n2\n3\n");
    assert_eq!(records.tail(&name, 2).unwrap(), b"3\n");
    assert_eq!(records.under_way(&name), cfg!(unix));
    drop(lines);
    assert!(!records.under_way(&name));
    assert_eq!(records.list(RecordSort::Journal).unwrap(), [name]);
}

fn is_locked_by_one(records: &dyn Records) {
    let held = records.lock("process 7").unwrap();
    match records.lock("process 8") {
        Err(LockError::Held { by }) => assert!(by.contains("process 7") || !cfg!(unix), "{by}"),
        other => panic!("{other:?}"),
    }
    drop(held);
    drop(records.lock("process 9").unwrap());
    assert_eq!(records.holder().as_deref(), Some("process 9"));
}

fn keeps_no_secret(records: &dyn Records) {
    let word = "kept-by-nobody-Zq8opaque7731";
    secret::learn(word);
    let (whole, grows) = (name(RecordSort::Snapshot, "s"), name(RecordSort::Journal, "s"));
    let tag = records.create(&whole, &|out| out.write_all(word.as_bytes())).unwrap();
    assert!(!read(records, &whole).contains(word));
    records.replace(&whole, &tag, &|out| write!(out, "again {word}")).unwrap();
    assert!(!read(records, &whole).contains(word));
    records.begin(&grows).unwrap().append(format!("{word}\n").as_bytes()).unwrap();
    assert!(!read(records, &grows).contains(word));
}

#[test]
fn a_folder_keeps_its_promises() {
    let home = tempfile::tempdir().unwrap();
    contract(&Folder::new(home.path().join(".consent")));
}

#[test]
fn memory_keeps_its_promises() {
    contract(&Memory::default());
}
