//! What keeps records: one contract for all implementations, and a run that needs nothing but the trait.

#![expect(clippy::unwrap_used, reason = "a test that cannot read what was kept fails")]

#[path = "store/memory.rs"]
mod memory;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use consent::cli::process::env::Env;
use consent::graph::Options;
use consent::graph::quota::WRITES;
use consent::model::secret;
use consent::operations::approved::Approved;
use consent::operations::failed::NotBegun;
use consent::operations::session::Session;
use consent::operations::{Event, manifest, plan, run, stop};
use consent::store::folder::Folder;
use consent::store::lock::LockError;
use consent::store::records::{RecordName, RecordSort, Records};
use consent::store::snapshot::{ApprovedBy, State};
use consent::store::{StoreError, chain, journal};
use memory::Memory;
use time::OffsetDateTime;
use time::macros::datetime;

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

/// The manifest and the seed of an example, in a folder of their own.
fn example() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/outlook-tasks");
    let [manifest, seed] = ["some-users.toml", "tenant.toml"].map(|name| {
        std::fs::copy(from.join(name), home.path().join(name)).unwrap();
        home.path().join(name)
    });
    (home, manifest, seed)
}

/// From the manifest to the last look, with nothing of the disk but what was read.
#[tokio::test]
async fn a_run_needs_nothing_but_the_trait() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let (home, file, seed) = example();
    let clock = Arc::new(Env::from_process());
    let patience = Duration::from_secs(120);
    let options = Options { parallelism: 4, write_quota: WRITES, patience, clock: clock.clone() };
    let quiet = |_: Event<'_>| {};
    let loaded = manifest::load(&[file], &quiet).unwrap();
    let cloud = loaded.manifest.tenant.cloud.value;
    let session = Session::rehearse(&seed, cloud, options).await.unwrap();
    let planned = plan::make(&session.graph, &loaded, &[], None, &*clock, &quiet).await;
    let mut planned = planned.unwrap();
    assert!(!planned.changes.is_empty());

    let records = Memory::default();
    let (_stopper, stop) = stop::pair();
    let approved = Approved {
        session: &session,
        manifest: Some(&loaded),
        records: &records,
        home: home.path(),
        approval: ApprovedBy::Digest,
        clock: &*clock,
        stop: &stop,
    };
    let done = run::run(&approved, &mut planned, &quiet).await.unwrap();
    assert_eq!((done.report.remaining, done.saved.is_ok()), (Some(0), true), "{:?}", done.report);
    // Until it is told, nobody else begins.
    let second = run::run(&approved, &mut planned, &quiet).await;
    assert!(matches!(second, Err(NotBegun::Held { .. })), "{second:?}");
    drop(done);

    let (_, snapshot) = chain::latest(&records).unwrap().unwrap();
    assert_eq!((snapshot.state, &snapshot.effect), (State::Complete, &planned.effect));
    let [journal] = &records.list(RecordSort::Journal).unwrap()[..] else { panic!("one journal") };
    assert!(journal.is_of(&snapshot.run) && journal::ended(&records, journal).unwrap());
    let recovered = journal::read(&records, journal).unwrap();
    assert!(recovered.sent() >= planned.changes.len() && recovered.open().is_empty());
    assert!(!home.path().join(".consent").exists(), "nothing of it is on the disk");
}
