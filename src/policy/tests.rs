//! Rules over whole plans.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use time::Date;
use time::macros::date;

use crate::kinds::Pair;
use crate::model::audience::Audience;
use crate::model::change::PermissionSort::Delegated;
use crate::model::change::{Change, Permission, Verb};
use crate::model::directory::{Directory, MICROSOFT_TENANTS, ServicePrincipal};
use crate::model::finding::{Finding, Findings};
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::object_state::ObjectState;
use crate::model::risk::{Risk, Tier};
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessChanges;
use crate::plan::{AppHead, LiveSummary, ManifestSummary, Plan};
use crate::policy::limits::{Acceptance, RemovalLimit, managed, removals};
use crate::policy::risk::assess;
use crate::policy::{Case, RULES, lifted, of_plan};

const GRAPH: AppId = AppId::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);
const CLIENT: AppId = AppId::from_u128(7);

pub(crate) fn change(verb: Verb, user: Option<u128>, name: &str) -> Change {
    let gained = matches!(verb, Verb::Grant);
    let change: serde_json::Value = serde_json::json!({"scope": name});
    Change {
        address: crate::model::address::Address::new(
            "delegated_grant",
            "crm",
            [name.to_owned(), format!("{user:?}")],
        ),
        part: None,
        verb,
        gives: gained,
        takes: !gained,
        subject: crate::model::change::Subject {
            what: "delegated".to_owned(),
            target: Some(Untrusted::new("Microsoft Graph")),
            audience: user.map_or(Audience::Everyone, |id| Audience::One(ObjectId::from_u128(id))),
            person: None,
        },
        fields: Vec::new(),
        before: if gained { ObjectState::default() } else { change.clone().into() },
        after: if gained { change.into() } else { ObjectState::default() },
        steps: Vec::new(),
        needs: Vec::new(),
        rests_on: Vec::new(),
        why: Vec::new(),
        notes: Vec::new(),
        permissions: vec![Permission {
            by: ObjectId::from_u128(3),
            resource: Some(GRAPH),
            sort: Delegated,
            name: name.to_owned(),
            admin_only: Some(false),
            gained,
            lost: !gained,
        }],
        consent: None,
        risk: None,
    }
}

/// One for each object.
fn pairs(changes: &[Change]) -> Vec<Pair> {
    let pair = |change: &Change| {
        let Change { address, before, after, .. } = change.clone();
        Pair { address, before, after, why: Arc::default(), notes: Arc::default() }
    };
    let by_address: BTreeMap<_, _> =
        changes.iter().map(|change| (change.address.clone(), pair(change))).collect();
    by_address.into_values().collect()
}

pub(crate) fn plan(changes: Vec<Change>) -> Plan {
    let at = time::macros::datetime!(2026-11-23 14:02:11 UTC);
    Plan {
        simulated: false,
        offline: None,
        tenant: crate::model::directory::Organization {
            id: TenantId::from_u128(1),
            name: Untrusted::new("Contoso"),
            domains: Vec::new(),
        },
        cloud: crate::model::cloud::Cloud::Global,
        manifest: ManifestSummary { files: Vec::new(), apps: 1 },
        live: LiveSummary { read_at: at, apps: 1, objects: Vec::new(), milliseconds: 1 },
        made_at: at,
        apps: vec![AppHead {
            label: "crm".to_owned(),
            name: Untrusted::new("CRM"),
            app_id: CLIENT,
        }],
        rests: Default::default(),
        access: AccessChanges::alone(&changes),
        pairs: pairs(&changes),
        names: crate::kinds::Names::default(),
        resources: Default::default(),
        changes,
        unchanged: 0,
        outside: None,
        unmanaged: Vec::new(),
        warnings: Vec::new(),
        checks: Vec::new(),
        identity_checks: Vec::new(),
        extent: crate::plan::Extent::Whole,
        removals_a_day: crate::plan::DayLimit { objects: 25, percent: Some(10) },
        lifted: Vec::new(),
        source: crate::plan::SaidBy::Tenant,
        effect: crate::plan::Effect { text: "".into(), digest: String::new() },
    }
}

/// A client that belongs to `tenant`, with or without a verified publisher.
pub(crate) fn directory(tenant: TenantId, verified: bool) -> Directory {
    let client = ServicePrincipal {
        id: ObjectId::from_u128(1),
        app_id: CLIENT,
        name: Untrusted::new("CRM"),
        publisher_tenant: Some(tenant),
        account_enabled: true,
        assignment_required: false,
        verified_publisher: verified.then(|| Untrusted::new("CRM Ltd")),
        scopes: Vec::new(),
        roles: Vec::new(),
    };
    let mut directory = Directory::default();
    directory.service_principals.insert(CLIENT, client);
    directory
}

fn tiers(changes: Vec<Change>, directory: &Directory) -> (Option<Tier>, String) {
    let mut plan = plan(changes);
    assess(&mut plan, directory);
    let risk = plan.changes.into_iter().next().and_then(|change| change.risk);
    let Some(Risk { tier, reasons }) = risk else { return (None, String::new()) };
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    (Some(tier), reasons.join("; "))
}

fn grants(name: &str, people: u128) -> Vec<Change> {
    (0..people).map(|id| change(Verb::Grant, Some(id), name)).collect()
}

/// A change of what an app may do by itself.
fn role(verb: Verb, resource: AppId, name: &str) -> Change {
    let mut change = change(verb, None, name);
    change.subject.audience = Audience::Tenant;
    for permission in &mut change.permissions {
        permission.resource = Some(resource);
        permission.sort = crate::model::change::PermissionSort::Application;
        permission.admin_only = Some(true);
    }
    change
}

#[test]
fn what_an_app_does_by_itself_is_rated_as_such() {
    let api = AppId::from_u128(9);
    let mut directory = directory(MICROSOFT_TENANTS[0], true);
    let sharepoint = ServicePrincipal {
        app_id: api,
        ..directory.service_principals.values().next().unwrap().clone()
    };
    directory.service_principals.insert(api, sharepoint);
    let rated = |resource, name: &str| tiers(vec![role(Verb::Grant, resource, name)], &directory);
    assert_eq!(rated(GRAPH, "AppRoleAssignment.ReadWrite.All").0, Some(Tier::Critical));
    assert_eq!(rated(GRAPH, "Mail.Read").0, Some(Tier::High));
    assert_eq!(rated(GRAPH, "User.Read.All").0, Some(Tier::Medium));
    let (tier, reasons) = rated(api, "Sites.FullControl.All");
    assert!(tier == Some(Tier::High) && reasons.starts_with("P405"), "{reasons}");
    assert_eq!(rated(api, "full_access_as_app").0, Some(Tier::Critical));
    assert_eq!(rated(AppId::from_u128(10), "Orders.Admin").0, Some(Tier::Medium));
}

/// The same name as a permission of the app itself does not make it everybody's on behalf of users.
#[test]
fn a_role_does_not_widen_who_gets_the_scope_of_its_name() {
    let directory = directory(TenantId::from_u128(1), false);
    let name = "Mail.ReadWrite";
    let both = vec![change(Verb::Grant, Some(1), name), role(Verb::Grant, GRAPH, name)];
    assert_eq!(tiers(both, &directory).0, Some(Tier::Medium), "one person");
}

#[test]
fn assignments_that_go_are_removals() {
    let gone: Vec<Change> = (0..26).map(|id| change(Verb::Unassign, Some(id), "x")).collect();
    let limit = RemovalLimit { revoke: 25, revoke_percent: 100, accept: None };
    assert!(removal_limit(&plan(gone), &limit, date!(2026 - 11 - 23)).is_some());
}

#[test]
fn the_documented_cases_hold() {
    let stranger = directory(TenantId::from_u128(9), false);
    let known = directory(TenantId::from_u128(9), true);
    let everyone = |name| vec![change(Verb::Grant, None, name)];
    let (tier, why) = tiers(everyone("Mail.ReadWrite"), &stranger);
    assert!(tier == Some(Tier::High) && why.starts_with("P205"), "{why}");
    let (tier, why) = tiers(everyone("Mail.Read"), &stranger);
    assert!(tier == Some(Tier::High) && why.contains("P300") && why.contains("G3"), "{why}");
    assert_eq!(tiers(everyone("Mail.Read"), &known).0, Some(Tier::Medium));
    let (tier, why) = tiers(grants("Mail.ReadWrite", 3), &known);
    assert!(tier == Some(Tier::Medium) && why.contains("P205") && why.contains("G1"), "{why}");
    assert_eq!(tiers(everyone("User.Read"), &known).0, Some(Tier::Low));
}

#[test]
fn few_means_few_and_nobody_else() {
    let known = directory(TenantId::from_u128(9), true);
    assert_eq!(tiers(grants("Mail.Send", 25), &known).0, Some(Tier::Medium));
    assert_eq!(tiers(grants("Mail.Send", 26), &known).0, Some(Tier::High));
    let mut both = grants("Mail.Send", 3);
    both.push(change(Verb::Grant, None, "Mail.Send"));
    assert_eq!(tiers(both, &known).0, Some(Tier::High));
}

#[test]
fn critical_is_never_lowered_nor_reached_by_context() {
    let stranger = directory(TenantId::from_u128(9), false);
    assert_eq!(tiers(grants("Directory.AccessAsUser.All", 1), &stranger).0, Some(Tier::Critical));
    assert_eq!(tiers(grants("Mail.Send", 30), &stranger).0, Some(Tier::High));
}

#[test]
fn own_apps_and_microsofts_need_no_verified_publisher() {
    for tenant in [TenantId::from_u128(1), MICROSOFT_TENANTS[0]] {
        let directory = directory(tenant, false);
        assert_eq!(tiers(grants("Mail.Read", 1), &directory).0, Some(Tier::Medium));
    }
}

#[test]
fn what_is_only_taken_has_no_risk() {
    let known = directory(TenantId::from_u128(9), true);
    let name = "Directory.AccessAsUser.All";
    for audience in [None, Some(1)] {
        assert_eq!(tiers(vec![change(Verb::Revoke, audience, name)], &known).0, None);
    }
    let mut unassigned = change(Verb::Unassign, None, "x");
    unassigned.subject.audience = Audience::Group(ObjectId::from_u128(6));
    unassigned.permissions.clear();
    assert_eq!(tiers(vec![unassigned], &known).0, None);
    // What is given beside it is rated as if nothing were taken.
    let mut both = change(Verb::Grant, Some(1), "User.Read");
    both.takes = true;
    let lost = change(Verb::Revoke, Some(1), name).permissions;
    both.permissions.extend(lost);
    assert_eq!(tiers(vec![both], &known).0, Some(Tier::Low));
}

#[test]
fn removals_stop_apply_by_number_and_by_share() {
    let limit = RemovalLimit { revoke: 25, revoke_percent: 10, accept: None };
    let today = date!(2026 - 12 - 31);
    let blocked = |removed: u128, unchanged, limit: &RemovalLimit| {
        let mut plan = plan((0..removed).map(|id| change(Verb::Revoke, Some(id), "A")).collect());
        plan.unchanged = unchanged;
        assert_eq!(managed(&plan), unchanged + plan.changes.len());
        removal_limit(&plan, limit, today)
    };
    assert_eq!(blocked(25, 1_000, &limit), None);
    assert!(blocked(26, 1_000, &limit).is_some());
    // Few entries: the share says nothing.
    assert_eq!(blocked(10, 0, &limit), None);
    assert!(blocked(2, 9, &limit).is_some());
    assert_eq!(blocked(2, 18, &limit), None);
    let accept = |max, until| RemovalLimit {
        accept: Some(Acceptance {
            max,
            until,
            reason: "end of the pilot".to_owned(),
            place: "consent.toml:9".to_owned(),
        }),
        ..limit.clone()
    };
    assert_eq!(blocked(412, 0, &accept(412, today)), None);
    assert!(blocked(413, 0, &accept(412, today)).is_some_and(|text| text.contains("412 only")));
    let passed = accept(412, date!(2026 - 12 - 30));
    assert!(blocked(412, 0, &passed).is_some_and(|text| text.contains("2026-12-30")));
    // What would have stopped it is told as lifted, and nothing else is.
    for (removed, limit, told) in [
        (412, accept(412, today), Some(412)),
        (411, accept(412, date!(2027 - 01 - 01)), Some(412)),
        (413, accept(412, today), None),
        (412, passed, None),
        (3, accept(412, today), None),
        (412, limit.clone(), None),
    ] {
        let mut plan = plan((0..removed).map(|id| change(Verb::Revoke, Some(id), "A")).collect());
        plan.unchanged = 1_000;
        let (protected, findings) = (BTreeSet::new(), Findings::default());
        let case =
            Case { plan: &plan, limit: &limit, protected: &protected, findings: &findings, today };
        let found: Vec<_> = lifted(&case).into_iter().map(|one| (one.rail, one.max)).collect();
        let expected: Vec<_> = told.map(|max| ("revoke".to_owned(), max)).into_iter().collect();
        assert_eq!(found, expected, "{removed} {limit:?}");
    }
}

#[test]
fn a_removal_that_takes_nothing_from_anybody_is_no_removal() {
    let limit = RemovalLimit { revoke: 0, revoke_percent: 0, accept: None };
    let mut replaced = change(Verb::Revoke, Some(1), "A");
    replaced.takes = false;
    assert_eq!(removal_limit(&plan(vec![replaced]), &limit, date!(2026 - 12 - 31)), None);
}

/// Who loses a permission loses it, whether his grant is deleted or narrowed.
#[test]
fn permissions_that_go_are_removals() {
    let limit = RemovalLimit { revoke: 25, revoke_percent: 100, accept: None };
    let today = date!(2026 - 12 - 31);
    let narrowed = |count: u128| -> Vec<Change> {
        (0..count).map(|id| change(Verb::Narrow, Some(id), "A")).collect()
    };
    let stop = |changes| removal_limit(&plan(changes), &limit, today);
    assert_eq!(stop(narrowed(25)), None);
    let text = stop(narrowed(26)).unwrap();
    assert_eq!(text, "the plan takes permissions out of 26 objects, and 25 are allowed");
    let mut both = narrowed(25);
    both.push(change(Verb::Revoke, Some(99), "A"));
    let text = stop(both).unwrap();
    let words =
        "the plan removes 1 object and takes permissions out of 25 more, and 25 are allowed";
    assert_eq!(text, words);
    let mut replaced = narrowed(26);
    replaced.iter_mut().for_each(|change| change.takes = false);
    assert_eq!(stop(replaced), None, "another grant gives the same");
    let settings = (0..26).map(|id| {
        let mut change = change(Verb::Set, Some(id), "A");
        change.permissions.clear();
        change
    });
    assert_eq!(stop(settings.collect()), None, "a setting is no permission of anybody");
}

/// A share of the objects, not of the changes: two changes of one object make it no two.
#[test]
fn an_object_of_two_changes_is_one_object() {
    let narrow = change(Verb::Narrow, Some(1), "A");
    let widen = Change { verb: Verb::Widen, takes: false, ..narrow.clone() };
    let both = plan(vec![widen, narrow]);
    assert_eq!((managed(&both), removals(&both.changes)), (1, 1));
}

/// What the only rule that speaks says.
fn removal_limit(plan: &Plan, limit: &RemovalLimit, today: Date) -> Option<String> {
    let (protected, findings) = (BTreeSet::new(), Findings::default());
    let checks = of_plan(&Case { plan, limit, protected: &protected, findings: &findings, today });
    assert!(checks.iter().all(|check| check.rule == "removal_limit") && checks.len() < 2);
    checks.into_iter().next().map(|check| check.text)
}

#[test]
fn every_rule_speaks_for_itself() {
    let limit = RemovalLimit { revoke: 0, revoke_percent: 100, accept: None };
    let protected = BTreeSet::from(["crm".to_owned(), "erp".to_owned()]);
    let mut findings = Findings::default();
    findings.push(Finding::warning("principals_limit", "too many people").help("raise it"));
    findings.push(Finding::warning("scope_twice", "something else"));
    let plan = plan(vec![change(Verb::Revoke, Some(1), "A"), change(Verb::Revoke, None, "B")]);
    let today = date!(2026 - 12 - 31);
    let case =
        Case { plan: &plan, limit: &limit, protected: &protected, findings: &findings, today };
    let checks = of_plan(&case);
    let rules: Vec<&str> = checks.iter().map(|check| check.rule.as_str()).collect();
    assert_eq!(rules, ["removal_limit", "protected_app", "principals_limit"]);
    assert!(checks[0].text.starts_with("the plan removes 2 objects"), "{checks:?}");
    assert!(checks[1].text.starts_with("crm is protected"), "erp loses nothing: {checks:?}");
    assert_eq!((checks[2].text.as_str(), checks[2].help.as_str()), ("too many people", "raise it"));
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name()).collect();
    assert_eq!(names.len(), RULES.len(), "two rules of one name");
}
