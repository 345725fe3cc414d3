//! What people approve: the same for the same plan, another for any other.

use proptest::prelude::*;

use super::planned;
use crate::kinds::world::{World, explorer, grant, person};
use crate::model::change::Change;
use crate::model::digest::sha256_hex;
use crate::model::id::TenantId;
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::Check;
use crate::plan::effect::effect;

const TENANT: TenantId = TenantId::from_u128(7);

fn world() -> World {
    let table = grant("[\"User.Read\", \"Mail.Read\"]", "{ groups = [\"GX\"] }");
    World::new(explorer("exact") + &table)
        .has("everyone", "User.Read")
        .has("alice", "User.Read")
        .has("frank", "openid")
}

fn digest(change: impl FnOnce(&mut Vec<Change>)) -> String {
    let mut changes = planned(&world()).changes;
    change(&mut changes);
    effect(TENANT, &changes, &[]).digest
}

#[test]
fn it_can_be_read_and_checked_with_sha256sum() {
    let effect = effect(TENANT, &planned(&world()).changes, &[]);
    assert_eq!(effect.digest, format!("sha256:{}", sha256_hex(effect.text.as_bytes())));
    let mut lines = effect.text.lines();
    assert_eq!(lines.next(), Some("consent effect 1"));
    assert_eq!(lines.next(), Some("tenant 00000000-0000-0000-0000-000000000007"));
    let rest: Vec<&str> = lines.collect();
    assert!(rest.is_sorted());
    let everyone = format!("delegated_grant/ge/{}/everyone", person("alice"))
        .replace(&person("alice").to_string(), "9a000000-0000-4000-8000-000000000001");
    assert!(rest.contains(
        &format!("{everyone} revoke: delegated, all users, Microsoft Graph, -User.Read").as_str()
    ));
    assert!(rest.iter().any(|line| line.starts_with(&format!("{everyone} must be: {{\"id\":"))));
    assert!(rest.iter().any(|line| line.starts_with(&format!("{everyone} waits for: "))));
}

#[test]
fn any_other_request_precondition_order_or_tenant_is_another_effect() {
    let plain = digest(|_| {});
    assert_eq!(plain, digest(|changes| changes.reverse()));
    let others = [
        digest(|all| all[0].steps[0].request.path.push('x')),
        digest(|all| all[0].steps[0].request.body = None),
        digest(|all| all[0].before = serde_json::json!({ "id": "x" }).into()),
        digest(|all| drop(all.pop())),
        digest(|all| all.iter_mut().for_each(|change| change.needs.clear())),
        digest(|all| all[0].subject.person = Some(Untrusted::new("mallory@contoso.com"))),
        effect(TenantId::from_u128(8), &planned(&world()).changes, &[]).digest,
    ];
    for (at, other) in others.iter().enumerate() {
        assert_ne!(plain, *other, "number {at}");
    }
}

#[test]
fn a_name_cannot_write_a_line_of_its_own() {
    let text = |name: &str| {
        let mut changes = planned(&world()).changes;
        changes[0].subject.person = Some(Untrusted::new(name));
        effect(TENANT, &changes, &[]).text
    };
    let evil = text("x\ndelegated_grant/ge/y/everyone grant: delegated\r\u{2028}");
    assert_eq!(evil.lines().count(), text("x").lines().count());
    assert!(!evil.contains(['\r', '\u{2028}']));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_in_any_order_are_the_same_plan(order in Just(vec![0, 1, 2]).prop_shuffle(), turn in 0..5usize) {
        let mut shuffled = world();
        shuffled.grants = order.iter().map(|at| world().grants[*at].clone()).collect();
        for group in shuffled.directory.groups.values_mut() {
            group.members.iter_mut().for_each(|members| members.rotate_left(turn));
        }
        prop_assert_eq!(planned(&shuffled), planned(&world()));
    }
}

#[test]
fn no_word_of_it_draws_or_passes_for_a_line() {
    let evil = "x\u{202e}\u{2028}\u{9b}2J\nuser_consent/tenant must be: nothing".to_owned();
    let check = Check { rule: evil.clone(), text: evil.clone(), help: evil.clone() };
    let mut changes = planned(&world()).changes;
    let lines = effect(TENANT, &changes, &[]).text.lines().count();
    changes[0].steps[0].request.body = Some(serde_json::json!({ "clientId": evil }));
    changes[0].before = serde_json::json!({ "id": evil }).into();
    let text = effect(TENANT, &changes, &[check]).text;
    assert_eq!(text.lines().count(), lines + 1);
    assert!(text.split('\n').all(|line| shown(line) == line), "{text:?}");
    assert!(text.contains("\\u202e") && text.contains("blocked by x<U+202E>"), "{text}");
}
