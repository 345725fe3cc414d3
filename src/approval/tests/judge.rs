//! Whose approvals count, and how many they are.

use std::collections::BTreeSet;

use proptest::prelude::*;
use time::macros::datetime;

use super::samples::{EFFECT, NOW, SampleKey, plan, statement};
use crate::approval::approvers::Approvers;
use crate::approval::examine::{
    Approvable, Examined, SignedDecision, SignedFile, Unaccepted, examine,
};
use crate::approval::judge::{ApprovalRules, Shortage, enough, judge};
use crate::approval::statement::{Decision, Statement};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;

fn approvers() -> Approvers {
    let (alice, bob) = (SampleKey::ed25519(1), SampleKey::ed25519(2));
    let second = SampleKey::ed25519(3);
    let text = alice.line("alice@contoso.com") + &bob.line("bob@contoso.com");
    Approvers::parse(&(text + &second.line("Alice@Contoso.com,alice.smith"))).unwrap()
}

fn verdict(plan: &Approvable<'_>, file: &SignedFile) -> Result<SignedDecision, Unaccepted> {
    examine(plan, file, &approvers(), NOW).result
}

fn signed(change: impl FnOnce(&mut Statement)) -> SignedFile {
    let mut said = statement();
    change(&mut said);
    SampleKey::ed25519(1).file("alice.json", &said)
}

#[test]
fn an_approval_says_who_and_what() {
    let decision = verdict(&plan(), &signed(|_| {})).unwrap();
    let names: Vec<&str> = decision.by.iter().map(Untrusted::raw).collect();
    assert_eq!(names, ["alice@contoso.com"]);
    assert_eq!(decision.decision, Decision::Approve);
    assert_eq!(decision.note.unwrap().raw(), "looked at it with Bob");
}

#[test]
fn what_is_about_something_else_is_refused_with_its_reason() {
    let other = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b8";
    let policy = || Some("sha256:00".to_owned());
    let later = datetime!(2026-11-24 12:05:01 UTC);
    for (file, wanted) in [
        (signed(|said| said.tenant = other.parse().unwrap()), "other_tenant"),
        (signed(|said| said.effect = EFFECT.replace('9', "8")), "other_effect"),
        (signed(|said| said.policy = policy()), "other_policy"),
        (signed(|said| said.expires_at = NOW - time::Duration::SECOND), "expired"),
        (signed(|said| said.expires_at += time::Duration::SECOND), "outlives_plan"),
        (signed(|said| said.signed_at = later), "to_come"),
        (signed(|said| said.format = "consent.plan".to_owned()), "statement_unusable"),
        (signed(|said| said.format_version = 2), "statement_unusable"),
        (signed(|said| said.format_version = 0), "statement_unusable"),
        (signed(|said| said.note = Some(Untrusted::new("x".repeat(1001)))), "statement_unusable"),
    ] {
        assert_eq!(verdict(&plan(), &file).unwrap_err().word(), wanted);
    }
    for (at, wanted) in [("2026-11-23T22:00:00Z", true), ("2026-11-23T20:59:59Z", false)] {
        let format = &time::format_description::well_known::Rfc3339;
        let used = Some(time::OffsetDateTime::parse(at, format).unwrap());
        let said = verdict(&Approvable { used, ..plan() }, &signed(|_| {}));
        assert_eq!(matches!(said, Err(Unaccepted::Used(_))), wanted, "{at}");
        // Whoever rejected it does so still.
        let reject = signed(|said| said.decision = Decision::Reject);
        assert!(verdict(&Approvable { used, ..plan() }, &reject).is_ok());
    }
    let with_policy = Approvable { policy: Some("sha256:00"), ..plan() };
    assert_eq!(verdict(&with_policy, &signed(|_| {})).unwrap_err().word(), "other_policy");
    assert!(verdict(&with_policy, &signed(|said| said.policy = policy())).is_ok());
    let expired = Approvable { expires_at: NOW - time::Duration::SECOND, ..plan() };
    assert_eq!(verdict(&expired, &signed(|_| {})).unwrap_err().word(), "expired");
}

#[test]
fn a_stranger_and_an_altered_statement_are_refused() {
    let bytes = statement().to_bytes();
    let stranger = SampleKey::ed25519(7).file("x.json", &statement());
    assert_eq!(verdict(&plan(), &stranger), Err(Unaccepted::UnknownKey));
    let git = SampleKey::ed25519(1).signs_for("git", &bytes).armored().into_bytes();
    let git = SignedFile { signature: Some(git), ..stranger.clone() };
    assert_eq!(verdict(&plan(), &git), Err(Unaccepted::OtherNamespace("git".to_owned())));
    let approve = String::from_utf8(bytes).unwrap();
    let reject = approve.replace("looked at it", "read all of it");
    let altered = SignedFile { statement: Some(reject.into_bytes()), ..signed(|_| {}) };
    assert_eq!(verdict(&plan(), &altered).unwrap_err().word(), "altered");
    for (file, wanted) in [
        (SignedFile { statement: None, ..signed(|_| {}) }, "no_statement"),
        (SignedFile { signature: None, ..signed(|_| {}) }, "no_signature"),
        (SignedFile { signature: Some(vec![0xff]), ..signed(|_| {}) }, "signature_unusable"),
    ] {
        assert_eq!(verdict(&plan(), &file).unwrap_err().word(), wanted);
    }
}

/// What somebody signed by other means in another form says the same to a program and something else to a
/// reader.
#[test]
fn a_statement_has_one_form() {
    let text = String::from_utf8(statement().to_bytes()).unwrap();
    let key = SampleKey::ed25519(1);
    for other in [
        text.replace("  ", " "),
        text.replace("\"approve\"", "\"reject\",\n  \"decision\": \"approve\""),
        text.replace("\"policy\": null,\n  ", ""),
        text.replace("8f2c", "8F2C"),
        text.replace("\"signed_at\"", "\"because\": \"x\",\n  \"signed_at\""),
        text.clone() + "\n",
        text.trim_end().to_owned(),
    ] {
        assert_ne!(other, text);
        let signature = key.signs(other.as_bytes()).armored().into_bytes();
        let (statement, signature) = (Some(other.into_bytes()), Some(signature));
        let file = SignedFile { name: "x".to_owned(), statement, signature };
        assert_eq!(verdict(&plan(), &file).unwrap_err().word(), "statement_unusable");
    }
    for length in 0..text.len() {
        assert!(Statement::parse(&text.as_bytes()[..length]).is_err(), "{length}");
    }
}

fn rules(required: usize, high: usize, critical: usize) -> ApprovalRules {
    ApprovalRules { required, high, critical, not_author: None }
}

fn count(files: &[SignedFile], rules: &ApprovalRules) -> Result<usize, Shortage> {
    judge(&plan(), files, &approvers(), rules, None, NOW).1.map(|evidence| evidence.people)
}

#[test]
fn one_person_counts_once_and_a_rejection_stops() {
    let file = |seed, change: fn(&mut Statement)| {
        let mut said = statement();
        change(&mut said);
        SampleKey::ed25519(seed).file(&format!("{seed}.json"), &said)
    };
    let yes: fn(&mut Statement) = |_| {};
    let no: fn(&mut Statement) = |said| said.decision = Decision::Reject;
    let (alice, bob, again) = (file(1, yes), file(2, yes), file(3, yes));
    let stranger = file(7, no);
    assert_eq!(count(&[alice.clone(), again.clone()], &rules(1, 1, 1)), Ok(1));
    assert_eq!(count(&[alice.clone(), again.clone(), bob.clone()], &rules(2, 1, 1)), Ok(2));
    let few = count(&[alice.clone(), again, alice.clone()], &rules(2, 1, 1));
    assert!(matches!(few, Err(Shortage::TooFew { wanted: 2, people: 1, .. })), "{few:?}");
    assert_eq!(
        count(&[alice.clone(), stranger], &rules(1, 1, 1)),
        Ok(1),
        "a stranger stops nobody"
    );
    let rejected = count(&[alice.clone(), file(2, no)], &rules(1, 1, 1));
    assert!(matches!(rejected, Err(Shortage::Rejected(by)) if by.len() == 1));
    for author in ["ALICE@contoso.com", "alice@contoso.com"] {
        let rules = ApprovalRules { not_author: Some(author.to_owned()), ..rules(1, 1, 1) };
        let few = count(std::slice::from_ref(&alice), &rules);
        let told = matches!(&few, Err(Shortage::TooFew { people: 0, of_author, .. }) if of_author.len() == 1);
        assert!(told, "{few:?}");
        assert_eq!(count(&[alice.clone(), bob.clone()], &rules), Ok(1));
    }
    assert!(count(&[], &rules(0, 1, 1)).is_ok(), "nobody has to");
}

#[test]
fn more_risk_never_wants_fewer_people() {
    let of = |rules: ApprovalRules| {
        [None, Some(Tier::Low), Some(Tier::Medium), Some(Tier::High), Some(Tier::Critical)]
            .map(|tier| rules.wanted(tier))
    };
    assert_eq!(of(rules(1, 2, 2)), [1, 1, 1, 2, 2]);
    assert_eq!(of(rules(1, 2, 3)), [1, 1, 1, 2, 3]);
    assert_eq!(of(rules(3, 2, 1)), [3, 3, 3, 3, 3]);
    assert_eq!(of(rules(1, 4, 2)), [1, 1, 1, 4, 4]);
}

fn approval(names: &BTreeSet<u8>) -> Examined {
    let result = verdict(&plan(), &signed(|_| {})).map(|decision| SignedDecision {
        by: names.iter().map(|name| Untrusted::new(format!("p{name}"))).collect(),
        ..decision
    });
    Examined { name: "x".to_owned(), key: None, result }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// People are what is left when those with a name in common are put together, until none are.
    #[test]
    fn people_are_told_apart_by_names(
        keys in prop::collection::vec(prop::collection::btree_set(0_u8..8, 1..3), 0..7)
    ) {
        let mut groups: Vec<BTreeSet<u8>> = keys.clone();
        'again: loop {
            for one in 0..groups.len() {
                for other in one + 1..groups.len() {
                    if !groups[one].is_disjoint(&groups[other]) {
                        let other = groups.remove(other);
                        groups[one].extend(other);
                        continue 'again;
                    }
                }
            }
            break;
        }
        let examined: Vec<Examined> = keys.iter().map(approval).collect();
        let people = enough(&examined, &rules(0, 0, 0), None).unwrap().people;
        prop_assert_eq!(people, groups.len());
    }
}
