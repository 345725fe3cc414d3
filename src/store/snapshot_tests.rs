#![expect(clippy::disallowed_methods, reason = "these tests damage files on purpose")]

use super::*;
use crate::model::id::TenantId;
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
        tenant: Organization {
            id: TenantId::from_u128(0x8f2c),
            name: Untrusted::new("Contoso"),
            domains: vec![Untrusted::new("contoso.onmicrosoft.com")],
        },
        apps: Vec::new(),
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
    let mut open = begin(home.path(), AT, beginning("r1")).unwrap();
    let found = read(open.path()).unwrap();
    assert_eq!((found.state, found.after, found.report), (State::Started, None, None));
    assert_eq!(found.before[&grant()], json!({"scopes": ["Tasks.ReadWrite"]}).into());

    open.finish(AT, &report(None), Some(Objects::new())).unwrap();
    let (path, found) = latest(home.path()).unwrap().unwrap();
    assert_eq!(path, open.path());
    assert_eq!((found.state, found.after), (State::Complete, Some(Objects::new())));
    assert_eq!(list(home.path()).unwrap(), [path]);

    open.finish(AT, &report(Some(Stopped::Interrupted)), None).unwrap();
    assert_eq!(read(open.path()).unwrap().state, State::Stopped);
}

#[test]
fn each_carries_the_hash_of_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let mut first = begin(home.path(), AT, beginning("r1")).unwrap();
    first.finish(AT, &report(None), None).unwrap();
    let bytes = std::fs::read(first.path()).unwrap();
    begin(home.path(), AT + time::Duration::HOUR, beginning("r2")).unwrap();
    let (_, second) = latest(home.path()).unwrap().unwrap();
    let previous = second.previous.unwrap();
    assert_eq!(previous.file, "20261123T200324Z-r1.json");
    assert_eq!(previous.sha256, sha256_hex(&bytes));
    assert_eq!(broken_link(home.path()).unwrap(), None);

    std::fs::write(first.path(), [bytes.as_slice(), b" "].concat()).unwrap();
    assert_eq!(broken_link(home.path()).unwrap().as_deref(), Some(first.path()));
    std::fs::remove_file(first.path()).unwrap();
    assert_eq!(broken_link(home.path()).unwrap().as_deref(), Some(first.path()));
}

/// Run ids do not sort in time, and a clock may stand still or go back.
#[test]
fn the_chain_does_not_fork_when_time_stands_still_or_goes_back() {
    let home = tempfile::tempdir().unwrap();
    for (run, at) in [("m", AT), ("z", AT), ("a", AT), ("k", AT - time::Duration::DAY), ("c", AT)] {
        begin(home.path(), at, beginning(run)).unwrap();
        assert_eq!(latest(home.path()).unwrap().unwrap().1.run, run);
    }
    let mut chain = Vec::new();
    let mut at = latest(home.path()).unwrap().map(|(_, snapshot)| snapshot);
    while let Some(snapshot) = at {
        at = snapshot.previous.map(|p| read(&home.path().join("snapshots").join(p.file)).unwrap());
        chain.push(snapshot.run);
    }
    assert_eq!(chain, ["c", "k", "a", "z", "m"]);
    assert_eq!(broken_link(home.path()).unwrap(), None);
}

#[test]
fn an_old_one_is_never_overwritten() {
    let home = tempfile::tempdir().unwrap();
    begin(home.path(), AT, beginning("r1")).unwrap();
    assert!(matches!(begin(home.path(), AT, beginning("r1")), Err(StoreError::Exists { .. })));
    assert_eq!(list(home.path()).unwrap().len(), 1);
}

/// Somebody's notes do not name snapshots, date them, or break their chain.
#[test]
fn what_else_lies_in_the_folder_is_in_nobodys_way() {
    let home = tempfile::tempdir().unwrap();
    let first = begin(home.path(), AT, beginning("r1")).unwrap();
    let other = "{\"format\":\"consent.plan\",\"format_version\":1}";
    for (name, text) in [
        ("notes.json", "{}"),
        ("99991231T000000Z-a.json", "{}"),
        ("99991231T000000Z-b.json", "hello"),
        ("99991231T000001Z-c.json", other),
    ] {
        std::fs::write(home.path().join("snapshots").join(name), text).unwrap();
    }
    let second = begin(home.path(), AT + time::Duration::HOUR, beginning("r2")).unwrap();
    assert!(second.path().ends_with("20261123T210324Z-r2.json"), "{:?}", second.path());
    let (path, latest) = latest(home.path()).unwrap().unwrap();
    assert_eq!(path, second.path());
    let named = latest.previous.unwrap().file;
    assert_eq!(Path::new(&named), Path::new(first.path().file_name().unwrap()));
    assert_eq!(broken_link(home.path()).unwrap(), None);

    // A damaged one may have been the last; its time is not taken over.
    let damaged = home.path().join("snapshots/99991231T000000Z-d.json");
    std::fs::write(damaged, "{\"format\":").unwrap();
    let third = begin(home.path(), AT + time::Duration::DAY, beginning("r3")).unwrap();
    assert!(third.path().ends_with("20261124T200324Z-r3.json"), "{:?}", third.path());
}

/// Decisions come from the tenant: a damaged history does not keep a run from beginning.
#[test]
fn a_damaged_one_before_is_hashed_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let open = begin(home.path(), AT, beginning("r1")).unwrap();
    std::fs::write(open.path(), b"{\"format\":").unwrap();
    begin(home.path(), AT + time::Duration::HOUR, beginning("r2")).unwrap();
    let (_, second) = latest(home.path()).unwrap().unwrap();
    assert_eq!(second.previous.unwrap().sha256, sha256_hex(b"{\"format\":"));
}

#[test]
fn a_later_format_is_not_guessed_at() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x.json");
    std::fs::write(&path, "{\"format\":\"consent.snapshot\",\"format_version\":9}").unwrap();
    assert!(matches!(read(&path), Err(StoreError::Newer { version: 9, .. })));
}
