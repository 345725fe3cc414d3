//! What people approve: the same for the same plan, another for any other.

use proptest::prelude::*;
use serde_json::json;

use super::{lifted, planned};
use crate::kinds::Names;
use crate::kinds::world::{NEW_APP, World, explorer, grant, person};
use crate::model::cloud::Cloud;
use crate::model::digest::sha256_hex;
use crate::model::id::TenantId;
use crate::model::risk::{Risk, Tier};
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::{Check, Extent, Lifted, Plan, effect};

fn world() -> World {
    let table = grant("[\"User.Read\", \"Mail.Read\"]", "{ groups = [\"GX\"] }");
    World::new(explorer("exact") + &table)
        .has("everyone", "User.Read")
        .has("alice", "User.Read")
        .has("frank", "openid")
}

fn risk(tier: Tier, reason: &str) -> Option<Risk> {
    Some(Risk { tier, reasons: vec![reason.to_owned().into()] })
}

/// The plan of that world, in which the first change is rated.
fn plan() -> Plan {
    let mut plan = planned(&world());
    plan.changes[0].risk = risk(Tier::High, "P205: mail");
    plan
}

fn digest(change: impl FnOnce(&mut Plan)) -> String {
    let mut plan = plan();
    change(&mut plan);
    effect::of(&plan).digest
}

fn text(plan: &Plan) -> String {
    effect::of(plan).text.to_string()
}

#[test]
fn it_can_be_read_and_checked_with_sha256sum() {
    let effect = effect::of(&plan());
    assert_eq!(effect.digest, format!("sha256:{}", sha256_hex(effect.text.as_bytes())));
    let lines: Vec<&str> = effect.text.lines().collect();
    let tenant = "tenant 8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7";
    assert_eq!(lines[..4], ["consent effect 3", tenant, "cloud global", "extent whole"]);
    assert!(lines[4..].is_sorted(), "{lines:#?}");
    let everyone = "delegated_grant/ge/9a000000-0000-4000-8000-000000000001/everyone";
    let of = |word: &str| lines.iter().any(|line| line.starts_with(&format!("{everyone} {word}")));
    assert!(of("revoke: delegated, all users") && of("becomes: nothing"), "{lines:#?}");
    assert!(of("must be: {\"id\":") && of("waits for: ") && of("request 1: DELETE "), "{lines:#?}");
    assert!(lines.iter().any(|line| line.ends_with(" risk: high \"P205: mail\"")), "{lines:#?}");
    let raised =
        r#"lifted "revoke": to 412, until "2026-12-31", "end of the pilot", "consent.toml:60""#;
    assert!(lines.contains(&raised), "{lines:#?}");
    assert!(lines.contains(&r#"blocked by "revoke_limit": "too many""#), "{lines:#?}");
}

#[test]
fn the_order_of_changes_is_their_needs() {
    assert_eq!(digest(|_| {}), digest(|plan| plan.changes.reverse()));
}

#[test]
fn any_other_request_state_rule_or_tenant_is_another_effect() {
    let plain = digest(|_| {});
    let raised = |other: Lifted| digest(|plan| plan.lifted = vec![other]);
    let first =
        |change: fn(&mut crate::model::change::Change)| digest(|plan| change(&mut plan.changes[0]));
    let labels = |all: &[&str]| Extent::Partial(all.iter().map(|one| (*one).to_owned()).collect());
    let others = [
        digest(|plan| plan.tenant.id = TenantId::from_u128(8)),
        digest(|plan| plan.cloud = Cloud::UsGov),
        digest(|plan| plan.cloud = Cloud::UsGovDod),
        digest(|plan| plan.cloud = Cloud::China),
        digest(|plan| plan.extent = labels(&[])),
        digest(|plan| plan.extent = labels(&["ge"])),
        digest(|plan| plan.extent = labels(&["ge", "other"])),
        digest(|plan| plan.extent = labels(&["ge\nextent part other"])),
        digest(|plan| drop(plan.changes.pop())),
        digest(|plan| plan.changes.iter_mut().for_each(|change| change.needs.clear())),
        first(|change| change.steps[0].request.path.push('x')),
        first(|change| change.steps[0].request.body = None),
        first(|change| change.steps.clear()),
        first(|change| change.before = json!({ "id": "x" }).into()),
        first(|change| change.after = json!({ "id": "x" }).into()),
        first(|change| change.risk = None),
        first(|change| change.risk = risk(Tier::Critical, "P205: mail")),
        first(|change| change.risk = risk(Tier::High, "P204: mail")),
        first(|change| change.risk = Some(Risk { tier: Tier::High, reasons: Vec::new() })),
        first(|change| change.risk.as_mut().unwrap().reasons.push("G1".to_owned().into())),
        digest(|plan| plan.lifted.clear()),
        raised(Lifted { rail: "principals".to_owned(), ..lifted() }),
        raised(Lifted { max: 413, ..lifted() }),
        raised(Lifted { until: "2027-12-31".to_owned(), ..lifted() }),
        raised(Lifted { reason: "another".to_owned(), ..lifted() }),
        raised(Lifted { place: "consent.toml:61".to_owned(), ..lifted() }),
        digest(|plan| plan.checks.clear()),
        digest(|plan| plan.checks[0].rule.push('x')),
        digest(|plan| plan.checks[0].text.push('x')),
    ];
    for (at, other) in others.iter().enumerate() {
        assert_ne!(plain, *other, "number {at}");
        assert!(!others[..at].contains(other), "number {at} is one before it");
    }
}

/// Whoever plans again an hour later, from another folder, comes to the same digest; and so does whoever
/// reads names that were given since.
#[test]
fn what_decides_nothing_is_no_part_of_it() {
    let plain = digest(|_| {});
    let change = |change: fn(&mut crate::model::change::Change)| {
        digest(|plan| plan.changes.iter_mut().for_each(change))
    };
    let others = [
        digest(|plan| plan.made_at += time::Duration::hours(1)),
        digest(|plan| plan.live.read_at += time::Duration::hours(1)),
        digest(|plan| plan.live.milliseconds += 1),
        digest(|plan| plan.live.objects.clear()),
        digest(|plan| plan.manifest.files[0].path = "elsewhere/consent.toml".to_owned()),
        digest(|plan| plan.manifest.files[0].sha256.push('0')),
        digest(|plan| plan.tenant.name = Untrusted::new("Renamed")),
        digest(|plan| plan.tenant.domains.clear()),
        digest(|plan| plan.apps[0].name = Untrusted::new("Renamed")),
        digest(|plan| plan.names = Names::default()),
        digest(|plan| plan.unchanged += 1),
        digest(|plan| plan.warnings.clear()),
        digest(|plan| plan.unmanaged.clear()),
        digest(|plan| plan.identity_checks = plan.checks.clone()),
        digest(|plan| plan.checks[0].help.push('x')),
        change(|change| change.subject.person = Some(Untrusted::new("renamed@contoso.com"))),
        change(|change| change.subject.target = None),
        change(|change| change.why.clear()),
        change(|change| change.notes.push("a note".to_owned())),
    ];
    for (at, other) in others.iter().enumerate() {
        assert_eq!(plain, *other, "number {at}");
    }
}

/// What an app must be called and whose it must be decide who gets its permissions.
#[test]
fn every_pin_of_a_new_app_is_part_of_it() {
    let app = |pins: &str| {
        let head = format!("[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\n");
        let world = World::new(head + "provision = true\ngrants = \"none\"\n" + pins);
        effect::of(&planned(&world))
    };
    let (name, other_name) = ("name = \"Tasks\"\n", "name = \"Tusks\"\n");
    let publisher = |digit: char| {
        format!("publisher_tenant = \"f8cdef31-a31e-4b4a-93e4-5f571e91255{digit}\"\n")
    };
    let all = [
        app(""),
        app(name),
        app(other_name),
        app(&publisher('a')),
        app(&publisher('b')),
        app(&format!("{name}{}", publisher('a'))),
    ];
    let digests: std::collections::BTreeSet<&str> =
        all.iter().map(|effect| effect.digest.as_str()).collect();
    assert_eq!(digests.len(), all.len());
    let text = &all[5].text;
    let pins = ["/displayName \"Tasks\"", "/appOwnerOrganizationId \"f8cdef31-"];
    for pin in pins.map(|pin| format!("service_principal/new pins 1: {pin}")) {
        assert!(text.contains(&pin), "{text}");
    }
}

#[test]
fn a_name_cannot_write_a_line_of_its_own() {
    let evil = |evil: &str| {
        let mut plan = plan();
        plan.changes[0].subject.person = Some(Untrusted::new(evil));
        plan.lifted[0].reason = evil.to_owned();
        plan.extent = Extent::Partial(vec![evil.to_owned()]);
        plan.changes[0].steps[0].request.path.push_str(evil);
        text(&plan)
    };
    let long = evil("x\ndelegated_grant/ge/y/everyone grant: delegated\r\u{2028}");
    assert_eq!(long.lines().count(), evil("x").lines().count());
    assert!(!long.contains(['\r', '\u{2028}']));
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
    let mut plan = plan();
    let lines = text(&plan).lines().count();
    plan.checks.push(Check { rule: evil.clone(), text: evil.clone(), help: evil.clone() });
    plan.changes[0].steps[0].request.body = Some(json!({ "clientId": evil }));
    plan.changes[0].before = json!({ "id": evil }).into();
    let text = text(&plan);
    assert_eq!(text.lines().count(), lines + 1);
    assert!(text.split('\n').all(|line| shown(line) == line), "{text:?}");
    assert!(text.contains("blocked by \"x\\u202e"), "{text}");
    assert!(!text.contains(&person("erin").to_string()));
}
