#![expect(clippy::disallowed_methods, reason = "these tests damage files on purpose")]

use super::*;
use crate::model::address::Address;
use crate::model::directory::Organization;
use crate::model::id::TenantId;
use crate::model::untrusted::Untrusted;
use crate::plan::Effect;
use crate::store::folder::Folder;
use crate::store::snapshot::{Actor, Approval, ApprovedBy};
use serde_json::json;
use time::macros::datetime;

const AT: OffsetDateTime = datetime!(2026-11-23 20:03:24 UTC);

fn grant() -> Address {
    Address::new("delegated_grant", "outlook-tasks", [String::from("everyone")])
}

fn beginning(run: &str) -> Beginning {
    Beginning {
        run: run.into(),
        manifest: vec!["consent.toml".into()],
        simulated: true,
        tenant: Organization {
            id: TenantId::from_u128(0x8f2c),
            name: Untrusted::new("Contoso"),
            domains: vec![Untrusted::new("contoso.onmicrosoft.com")],
        },
        apps: Vec::new(),
        part: Vec::new(),
        managed: 0,
        removals: Vec::new(),
        effect: Effect { text: "revoke x\n".into(), digest: "sha256:00".into() },
        approval: Approval { how: ApprovedBy::Digest, who: None },
        actor: Actor { app_id: Some(Untrusted::new("app")), object_id: None },
        before: [(grant(), json!({"scopes": ["Tasks.ReadWrite"]}).into())].into(),
    }
}

fn report(stopped: Option<Stopped>) -> RunReport {
    RunReport { lines: Vec::new(), stopped, writes_sent: 1, remaining: None }
}

#[test]
fn begins_started_and_ends_in_the_same_file() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut open = begin(&records, AT, beginning("r1")).unwrap();
    let found = read(&records, open.name()).unwrap();
    assert_eq!((found.state, found.after, found.report), (State::Started, None, None));
    assert_eq!(found.before[&grant()], json!({"scopes": ["Tasks.ReadWrite"]}).into());

    open.finish(AT, &report(None), Some(Objects::new())).unwrap();
    let (path, found) = latest(&records).unwrap().unwrap();
    assert_eq!(&path, open.name());
    assert_eq!((found.state, found.after), (State::Complete, Some(Objects::new())));
    assert_eq!(records.list(RecordSort::Snapshot).unwrap(), [path]);

    open.finish(AT, &report(Some(Stopped::Interrupted)), None).unwrap();
    assert_eq!(read(&records, open.name()).unwrap().state, State::Stopped);
}

#[test]
fn each_carries_the_hash_of_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut first = begin(&records, AT, beginning("r1")).unwrap();
    first.finish(AT, &report(None), None).unwrap();
    let bytes = std::fs::read(records.path(first.name())).unwrap();
    begin(&records, AT + time::Duration::HOUR, beginning("r2")).unwrap();
    let (_, second) = latest(&records).unwrap().unwrap();
    let previous = second.previous.unwrap();
    assert_eq!(previous.file, "20261123T200324Z-r1.json");
    assert_eq!(previous.sha256, sha256_hex(&bytes));
    assert_eq!(broken_link(&records).unwrap(), None);

    std::fs::write(records.path(first.name()), [bytes.as_slice(), b" "].concat()).unwrap();
    assert_eq!(broken_link(&records).unwrap().as_deref(), Some(first.name().file()));
    std::fs::remove_file(records.path(first.name())).unwrap();
    assert_eq!(broken_link(&records).unwrap().as_deref(), Some(first.name().file()));
}

/// Run ids do not sort in time, and a clock may stand still or go back.
#[test]
fn the_chain_does_not_fork_when_time_stands_still_or_goes_back() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    for (run, at) in [("m", AT), ("z", AT), ("a", AT), ("k", AT - time::Duration::DAY), ("c", AT)] {
        begin(&records, at, beginning(run)).unwrap();
        assert_eq!(latest(&records).unwrap().unwrap().1.run, run);
    }
    let mut chain = Vec::new();
    let mut at = latest(&records).unwrap().map(|(_, snapshot)| snapshot);
    while let Some(snapshot) = at {
        at = snapshot.previous.map(|previous| {
            let name = RecordName::parse(RecordSort::Snapshot, &previous.file).unwrap();
            read(&records, &name).unwrap()
        });
        chain.push(snapshot.run);
    }
    assert_eq!(chain, ["c", "k", "a", "z", "m"]);
    assert_eq!(broken_link(&records).unwrap(), None);
}

#[test]
fn an_old_one_is_never_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    begin(&records, AT, beginning("r1")).unwrap();
    assert!(matches!(begin(&records, AT, beginning("r1")), Err(StoreError::Exists { .. })));
    assert_eq!(records.list(RecordSort::Snapshot).unwrap().len(), 1);
}

/// Somebody's notes do not name snapshots, date them, or break their chain.
#[test]
fn what_else_lies_in_the_folder_is_in_nobodys_way() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let first = begin(&records, AT, beginning("r1")).unwrap();
    let other = "{\"format\":\"consent.plan\",\"format_version\":1}";
    for (name, text) in [
        ("notes.json", "{}"),
        ("99991231T000000Z-a.json", "{}"),
        ("99991231T000000Z-b.json", "hello"),
        ("99991231T000001Z-c.json", other),
    ] {
        std::fs::write(home.path().join("snapshots").join(name), text).unwrap();
    }
    let second = begin(&records, AT + time::Duration::HOUR, beginning("r2")).unwrap();
    assert_eq!(second.name().file(), "20261123T210324Z-r2.json");
    let (path, latest) = latest(&records).unwrap().unwrap();
    assert_eq!(&path, second.name());
    let named = latest.previous.unwrap().file;
    assert_eq!(named, first.name().file());
    assert_eq!(broken_link(&records).unwrap(), None);

    // A damaged one may have been the last; its time is not taken over.
    let damaged = home.path().join("snapshots/99991231T000000Z-d.json");
    std::fs::write(damaged, "{\"format\":").unwrap();
    let third = begin(&records, AT + time::Duration::DAY, beginning("r3")).unwrap();
    assert_eq!(third.name().file(), "20261124T200324Z-r3.json");
}

/// Decisions come from the tenant: a damaged history does not keep a run from beginning.
#[test]
fn a_damaged_one_before_is_hashed_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let open = begin(&records, AT, beginning("r1")).unwrap();
    std::fs::write(records.path(open.name()), b"{\"format\":").unwrap();
    begin(&records, AT + time::Duration::HOUR, beginning("r2")).unwrap();
    let (_, second) = latest(&records).unwrap().unwrap();
    assert_eq!(second.previous.unwrap().sha256, sha256_hex(b"{\"format\":"));
}

#[test]
fn a_later_format_is_not_guessed_at() {
    let later = b"{\"format\":\"consent.snapshot\",\"format_version\":9}";
    let read = parse(std::path::Path::new("x"), later);
    assert!(matches!(read, Err(StoreError::Newer { version: 9, .. })));
}

/// What somebody did to the record of a run is told, and not lost without a word.
#[test]
fn what_was_changed_meanwhile_is_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let records = Folder::new(home.path());
    let mut open = begin(&records, AT, beginning("r1")).unwrap();
    let path = records.path(open.name());
    std::fs::remove_file(&path).unwrap();
    open.finish(AT, &report(None), None).unwrap();
    assert_eq!(read(&records, open.name()).unwrap().state, State::Complete);
    std::fs::write(&path, b"somebody's").unwrap();
    let changed = open.finish(AT, &report(None), None);
    assert!(matches!(changed, Err(StoreError::Changed { .. })), "{changed:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"somebody's");
}
