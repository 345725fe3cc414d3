//! Single steps of the rating: bases, publishers, consent settings.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{base, consent, open_policies, without_publisher};
use crate::kinds::service_principal::{self, Spec};
use crate::kinds::world::World;
use crate::model::change::PermissionSort::{Application, Delegated};
use crate::model::change::{Change, Consent, Lets, Permission, Verb};
use crate::model::directory::{Directory, MICROSOFT_TENANTS};
use crate::model::id::{AppId, TenantId};
use crate::model::object_state::ObjectState;
use crate::model::risk::{Reason, Tier};
use crate::policy::tests::{change, directory, plan};

const OWN: TenantId = TenantId::from_u128(1);
const THEIRS: TenantId = TenantId::from_u128(9);

/// The rule's number and the tier.
fn rated((tier, reason): (Tier, Reason)) -> (&'static str, Tier) {
    (reason.rule.unwrap(), tier)
}

#[test]
fn permissions_of_other_resources_are_rated_by_whose_they_are() {
    let resource = Some(AppId::from_u128(7));
    let of = |tenant, sort, name: &str| {
        let permission = Permission { resource, sort, ..permission(name) };
        let (tier, base) = base(&permission, &directory(tenant, false));
        (base.rule, tier)
    };
    let microsoft = MICROSOFT_TENANTS[0];
    for (tenant, sort, names, rule, tier) in [
        (THEIRS, Delegated, "openid profile email offline_access", "P302", Tier::Low),
        (microsoft, Delegated, "openid profile email offline_access", "P302", Tier::Low),
        (THEIRS, Application, "full_access_as_app Exchange.ManageAsApp", "P401", Tier::Critical),
        (microsoft, Delegated, "full_access_as_user", "P401", Tier::Critical),
        (microsoft, Delegated, "user_impersonation", "P402", Tier::High),
        (microsoft, Application, "user_impersonation", "P402", Tier::High),
        (microsoft, Application, "Sites.Read.All", "P405", Tier::High),
        (microsoft, Delegated, "Sites.Read.All", "P403", Tier::Medium),
        (THEIRS, Delegated, "user_impersonation orders.read", "P404", Tier::Medium),
        (THEIRS, Application, "Orders.Read.All", "P404", Tier::Medium),
    ] {
        for name in names.split(' ') {
            assert_eq!(of(tenant, sort, name), (rule, tier), "{name} of {tenant}");
        }
    }
}

fn permission(name: &str) -> Permission {
    change(Verb::Grant, None, name).permissions.remove(0)
}

/// The plan makes the app `crm`, or changes it.
fn made(before: Value, publisher_tenant: Option<TenantId>) -> Change {
    let spec = Spec {
        app_id: AppId::from_u128(7),
        assignment_required: None,
        name: None,
        publisher_tenant,
    };
    let (before, after) = (before.into(), ObjectState::of(&spec));
    let address = service_principal::address("crm");
    Change { address, before, after, ..change(Verb::Grant, None, "A") }
}

#[test]
fn a_publisher_is_known_by_what_is_there_or_by_what_must_be_made() {
    let (nobody, stranger, own) =
        (Directory::default(), directory(THEIRS, false), directory(OWN, false));
    let grant = || change(Verb::Grant, None, "A");
    let unknown = Some("an app whose publisher is not known before it is there");
    let theirs = Some("an app of another organisation without a verified publisher");
    for (change, directory, expected) in [
        (grant(), &stranger, theirs),
        (grant(), &own, None),
        (grant(), &directory(THEIRS, true), None),
        (grant(), &nobody, unknown),
        (made(Value::Null, None), &nobody, unknown),
        (made(Value::Null, Some(THEIRS)), &nobody, unknown),
        (made(Value::Null, Some(OWN)), &nobody, None),
        (made(Value::Null, Some(MICROSOFT_TENANTS[0])), &nobody, None),
        // Of an app that is there its own word counts; of one that was made since, the plan's.
        (made(json!({"id": "x"}), Some(OWN)), &stranger, theirs),
        (made(Value::Null, Some(OWN)), &stranger, None),
    ] {
        let plan = plan(vec![grant(), change]);
        let found = without_publisher(&plan.apps[0], &plan, directory);
        assert_eq!(found, expected, "{:?}", plan.pairs);
    }
}

fn of_users(allow: &str, used: &[&str]) -> Change {
    let known = ["mine", "theirs"].map(|id| json!({ "id": id, "includes": [], "excludes": [] }));
    let mut world = World::new(format!("[user_consent]\nallow = {allow}\n"))
        .answering("/policies/permissionGrantPolicies", json!(known));
    let entries = used.iter().map(|id| format!("ManagePermissionGrantsForSelf.{id}"));
    world.policies = json!(entries.collect::<Vec<_>>());
    world.clean().remove(0)
}

#[test]
fn what_users_may_consent_to_is_rated_by_the_widest_policy() {
    let legacy = "microsoft-user-default-legacy";
    let open = BTreeSet::from(["mine".to_owned()]);
    for (allow, used, expected) in [
        ("\"any\"", &[][..], Some(("S1", Tier::High))),
        ("\"low-risk\"", &[], Some(("S3", Tier::Low))),
        ("\"microsoft-recommended\"", &[], Some(("S2", Tier::Medium))),
        ("{ policies = [\"mine\"] }", &[], Some(("S4", Tier::High))),
        ("{ policies = [\"theirs\"] }", &[], Some(("S2", Tier::Medium))),
        ("{ policies = [\"mine\", \"theirs\"] }", &["mine"], Some(("S2", Tier::Medium))),
        // Less than before, although by another policy.
        ("\"low-risk\"", &[legacy], None),
        ("\"none\"", &[legacy], None),
    ] {
        let found = consent(&of_users(allow, used), &open).map(rated);
        assert_eq!(found, expected, "{allow} after {used:?}");
    }
    assert_eq!(consent(&change(Verb::Grant, None, "A"), &open), None, "no setting");
}

#[test]
fn a_policy_is_rated_by_what_it_lets_through_from_now_on() {
    for (lets, expected) in [
        (Some(Lets::Everything), Some(("S4", Tier::High))),
        (Some(Lets::More), Some(("S5", Tier::Medium))),
        (None, None),
    ] {
        let mut change = change(Verb::Set, None, "A");
        change.consent = Some(Consent::Policy { id: "mine".to_owned(), was_open: true, lets });
        assert_eq!(consent(&change, &BTreeSet::new()).map(rated), expected, "{lets:?}");
    }
}

/// What is there counts, not what the plan makes of it.
#[test]
fn a_policy_is_open_as_it_was_before() {
    let change = |class: &str| {
        let set =
            json!({"id": "1", "permissionType": "delegated", "permissionClassification": class});
        let there = json!([{"id": "mine", "displayName": "N", "includes": [set], "excludes": []}]);
        let table = "[[consent_policy]]\nid = \"mine\"\nname = \"N\"\n\
                     include = [{ permission_classification = \"high\" }]\n";
        let world = World::new(table).answering("/policies/permissionGrantPolicies", there);
        world.clean().remove(0)
    };
    let known = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    for (class, told, expected) in
        [("all", &["other"][..], &["mine", "other"][..]), ("low", &["mine", "other"], &["other"])]
    {
        let directory = Directory { open_policies: known(told), ..Directory::default() };
        let found = open_policies(&plan(vec![change(class)]), &directory);
        assert_eq!(found, known(expected), "{class}");
    }
}
