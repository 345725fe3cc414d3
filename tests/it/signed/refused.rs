//! Signatures that say nothing about this plan, each with its reason.

use super::{Desk, ED25519, NAMESPACE};

#[track_caller]
fn approved(desk: &Desk) -> Vec<u8> {
    desk.approve(&["--key", "alice"]).assert_code(0).quietly();
    assert_eq!(desk.verdicts(), ["alice@contoso.com: approve"]);
    std::fs::read(&desk.statements()[0]).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_is_signed_for_something_else_is_refused_with_its_reason() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    desk.key("bob", ED25519, "");
    let said = approved(&desk);
    let other_tenant =
        text(&said).replace(crate::world::TENANT, "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b8");
    let other_effect = text(&said).replace(&desk.digest, &format!("sha256:{}", "0".repeat(64)));
    let other_policy = text(&said).replace("\"policy\": null", "\"policy\": \"sha256:00\"");
    for (namespace, said, wanted) in [
        ("git", text(&said), "other_namespace"),
        (NAMESPACE, other_tenant, "other_tenant"),
        (NAMESPACE, other_effect, "other_effect"),
        (NAMESPACE, other_policy, "other_policy"),
        (NAMESPACE, text(&said).replace("\": ", "\":  "), "statement_unusable"),
        (NAMESPACE, "yes\n".to_owned(), "statement_unusable"),
    ] {
        desk.put("bob", namespace, "bob.json", said.as_bytes());
        assert_eq!(desk.verdicts(), ["alice@contoso.com: approve", wanted]);
        let run = desk.verify().assert_code(6);
        assert!(run.stderr.contains("error[signature_refused]: 1 of 2 signatures"), "{run:#?}");
        assert!(run.stdout.contains("refused   "), "{run:#?}");
    }
    desk.put("bob", NAMESPACE, "bob.json", &said);
    let sign = |file: &str| desk.path(&format!("my.plan.approvals/{file}"));
    let note = text(&said).replace("null,\n  \"signed_at", "\"x\",\n  \"signed_at");
    assert_ne!(note, text(&said));
    std::fs::write(sign("bob.json"), &note).unwrap();
    assert!(desk.verdicts().contains(&"altered".to_owned()));
    std::fs::remove_file(sign("bob.json")).unwrap();
    assert!(desk.verdicts().contains(&"no_statement".to_owned()));
    std::fs::write(sign("bob.json"), &said).unwrap();
    let whole = std::fs::read(sign("bob.json.sig")).unwrap();
    std::fs::write(sign("bob.json.sig"), &whole[..whole.len() - 1]).unwrap();
    assert!(desk.verdicts().contains(&"signature_unusable".to_owned()));
    std::fs::remove_file(sign("bob.json.sig")).unwrap();
    assert!(desk.verdicts().contains(&"no_signature".to_owned()));
    std::fs::write(sign("bob.json.sig"), vec![b'x'; 20_000]).unwrap();
    let run = desk.verify().assert_code(1);
    assert!(run.stderr.contains("error[file_too_long]"), "{run:#?}");
}

/// As OpenSSH itself decides of the same list.
#[test]
fn a_key_counts_for_whom_and_when_the_list_says() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    approved(&desk);
    for (options, wanted) in [
        ("valid-before=\"20200101Z\"", "key_past"),
        ("valid-after=\"20990101Z\"", "key_not_yet"),
        ("namespaces=\"git\"", "key_for_others"),
        ("namespaces=\"consent-*\",valid-after=\"20200101Z\"", "alice@contoso.com: approve"),
        ("namespaces=\"*,!consent-approval@v1\"", "key_for_others"),
    ] {
        desk.world.file("approvers", "");
        desk.approver("alice", options);
        assert_eq!(desk.verdicts(), [wanted], "{options}");
        let theirs = desk.openssh_verifies("alice", &desk.statements()[0]);
        assert_eq!(theirs, wanted.ends_with("approve"), "{options}");
    }
    desk.world.file("approvers", "# nobody\n");
    let run = desk.verify().assert_code(3);
    assert!(run.stderr.contains("error[approvers_invalid]"), "{run:#?}");
    desk.key("bob", ED25519, "");
    assert_eq!(desk.verdicts(), ["unknown_key"]);
    desk.approver("alice", "cert-authority");
    desk.world.file("more", "");
    let run = desk.verify().assert_code(3);
    assert!(run.stderr.contains("approvers:3: cert-authority"), "{run:#?}");
    let run = desk.world.run(&["verify", "my.plan", "--approvers", "not-there"]).assert_code(3);
    assert!(run.stderr.contains("error[file_not_found]"), "{run:#?}");
}

#[test]
fn a_rejection_stops_it() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    desk.key("bob", ED25519, "");
    approved(&desk);
    let run = desk.approve(&["--key", "bob", "--reject", "--note", "too much"]).assert_code(0);
    assert!(run.stdout.contains("Rejected."), "{run:#?}");
    let run = desk.verify().assert_code(6);
    assert!(run.stderr.contains("error[rejected]: my.plan was rejected by bob@"), "{run:#?}");
    assert!(run.stdout.contains("REJECTED  by bob@contoso.com"), "{run:#?}");
    assert!(run.stdout.contains("\"too much\""), "{run:#?}");
}

#[test]
fn an_approval_is_good_once() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    approved(&desk);
    let apply = ["apply", "my.plan", "--approve", &desk.digest];
    desk.world.run(&apply).assert_code(0).quietly();
    assert_eq!(desk.verdicts(), ["used"]);
    let run = desk.verify().assert_code(6);
    assert!(run.stdout.contains("it was used: a run with this effect began at 20"), "{run:#?}");
}

/// Whatever lies there is bounded, and no link is followed.
#[cfg(unix)]
#[test]
fn a_folder_of_a_stranger_does_no_harm() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    approved(&desk);
    let folder = desk.path("my.plan.approvals");
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link.json")).unwrap();
    std::fs::write(folder.join("\u{1b}[2J\u{202e}.json"), "x").unwrap();
    let run = desk.verify().assert_code(6);
    assert!(!run.all().contains("root:") && !run.all().contains('\u{1b}'), "{run:#?}");
    assert!(run.stdout.contains("<U+001B>[2J<U+202E>.json"), "{run:#?}");
    assert_eq!(desk.verdicts(), ["alice@contoso.com: approve", "no_signature"]);
    let elsewhere = desk.path("elsewhere");
    std::fs::rename(&folder, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
    let run = desk.verify().assert_code(1);
    assert!(run.stderr.contains("error[file_is_a_link]"), "{run:#?}");
    let before = std::fs::read_dir(&elsewhere).unwrap().count();
    desk.key("bob", ED25519, "");
    desk.approve(&["--key", "bob"]).assert_code(1).quietly();
    assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), before);
}
