use std::collections::BTreeMap;

use serde_json::json;

use super::{Basis, ConsentWay, Waiter, stays, waits};
use crate::kinds::consent_policy::ConsentPolicies;
use crate::kinds::world::{GRAPH, World, explorer, object, staying};
use crate::kinds::{Kind, Names, REGISTRY, Staying};
use crate::model::change::Change;

/// `c`: classes, `o`: anything else.
fn basis(letters: &str) -> Basis {
    Basis { classes: letters.contains('c'), otherwise: letters.contains('o') }
}

fn way(before: &str, after: &str, does: &str) -> ConsentWay {
    ConsentWay {
        before: basis(before),
        after: basis(after),
        drops_classes: does.contains("drops"),
        gives: does.contains("gives"),
        takes: does.contains("takes"),
    }
}

fn other(kind: &str, does: &str) -> Change {
    let mut change = World::new(explorer("exact")).has("alice", "openid").clean().remove(0);
    kind.clone_into(&mut change.address.kind);
    (change.gives, change.takes) = (does.contains("gives"), does.contains("takes"));
    change
}

#[test]
fn a_setting_goes_by_what_its_policies_go_by() {
    let low = "Microsoft-User-Default-Low";
    for (policies, expected) in [
        (&[][..], ""),
        (&[low][..], "c"),
        (&["microsoft-user-default-recommended"], "o"),
        (&["microsoft-user-default-legacy"], "o"),
        (&[low, "microsoft-user-default-legacy"], "co"),
        (&["the-tenants-own"], "co"),
    ] {
        let policies: Vec<String> = policies.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(super::basis(&policies), basis(expected), "{policies:?}");
    }
}

#[test]
fn a_class_and_a_way_wait_for_each_other_by_the_table() {
    let table = [
        // What was free goes by classes from now on: they are said first.
        ("o", "c", "takes", "gives", Waiter::Way),
        ("o", "c", "", "gives", Waiter::Neither),
        ("o", "o", "takes", "gives", Waiter::Neither),
        ("c", "c", "takes", "gives", Waiter::Neither),
        // In its last moment nothing lets the new class through.
        ("c", "", "drops takes", "gives", Waiter::Other),
        ("co", "o", "drops takes", "gives", Waiter::Other),
        ("c", "", "drops takes", "takes", Waiter::Neither),
        // Nor in its first one that which goes.
        ("", "c", "gives", "takes", Waiter::Way),
        ("o", "co", "gives", "takes", Waiter::Way),
        ("", "c", "gives", "gives", Waiter::Neither),
        ("", "o", "gives", "takes", Waiter::Neither),
        ("c", "c", "", "takes", Waiter::Neither),
        // What gives more is there before the class goes.
        ("c", "co", "gives", "takes", Waiter::Other),
        ("c", "co", "gives", "gives", Waiter::Neither),
        ("c", "c", "takes", "takes", Waiter::Neither),
        ("o", "o", "gives takes", "takes", Waiter::Neither),
    ];
    for (before, after, does, class, expected) in table {
        let found = waits(way(before, after, does), &other("classification", class));
        assert_eq!(found, expected, "{before:?} to {after:?} {does}, a class that {class}");
    }
}

#[test]
fn whoever_can_no_longer_consent_can_ask_by_then() {
    let table = [
        ("takes", "gives", Waiter::Way),
        ("takes", "takes", Waiter::Neither),
        ("gives", "gives", Waiter::Neither),
        ("gives", "takes", Waiter::Other),
        ("", "gives", Waiter::Neither),
        ("", "takes", Waiter::Neither),
        ("gives", "", Waiter::Neither),
        ("takes", "", Waiter::Neither),
    ];
    for (does, requests, expected) in table {
        let found = waits(way("o", "o", does), &other("consent_requests", requests));
        assert_eq!(found, expected, "{does:?}, and to ask {requests:?}");
    }
    let all = way("co", "c", "drops gives takes");
    for kind in ["delegated_grant", ConsentPolicies::NAME, "user_consent"] {
        assert_eq!(waits(all, &other(kind, "gives takes")), Waiter::Neither, "{kind}");
    }
}

/// Kinds of what a way rests on, where one class stays and admin consent requests are so.
fn rested_on(way: ConsentWay, enabled: bool) -> Vec<String> {
    let classes =
        format!("/servicePrincipals/{}/delegatedPermissionClassifications", object(GRAPH));
    let class = json!([{
        "id": "1", "permissionId": "00000000-0000-0000-0000-000000000001",
        "permissionName": "User.Read", "classification": "low",
    }]);
    let requests = json!({
        "isEnabled": enabled, "notifyReviewers": true, "remindersEnabled": true,
        "requestDurationInDays": 30, "version": 1,
        "reviewers": [{"query": "/users/x", "queryType": "MicrosoftGraph", "queryRoot": null}],
    });
    let manifest = format!(
        "[[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"User.Read\"]\n\
         [admin_consent_requests]\nenabled = {enabled}\n"
    );
    let world = World::new(manifest)
        .answering(&classes, class)
        .answering("/policies/adminConsentRequestPolicy", requests);
    let (found, _) = world.with_inputs(|inputs, pages, _| -> BTreeMap<_, _> {
        REGISTRY.iter().flat_map(|kind| staying::found(*kind, inputs, pages)).collect()
    });
    let names = Names::default();
    let rests = stays(way, Staying { found: &found, names: &names });
    rests.into_iter().map(|rest| rest.address.kind).collect()
}

#[test]
fn what_is_left_to_those_who_lose_something_is_rested_on() {
    let nothing: [&str; 0] = [];
    assert_eq!(rested_on(way("o", "c", "takes"), true), ["classification", "consent_requests"]);
    assert_eq!(rested_on(way("o", "c", "gives"), true), nothing, "nobody loses anything");
    for (before, after) in [("o", "o"), ("c", "c"), ("co", "o")] {
        let way = way(before, after, "takes");
        assert_eq!(rested_on(way, true), ["consent_requests"], "{before} to {after}");
        assert_eq!(rested_on(way, false), nothing, "nobody can ask");
    }
}
