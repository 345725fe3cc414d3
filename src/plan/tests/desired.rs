//! What shall be, said by states of before, or by a manifest made of them: the same plan.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::kinds::world::{
    EXPLORER, GRAPH, GROUP, World, explorer, grant, object, person, staying,
};
use crate::kinds::{Composed, Names, Ownership, REGISTRY, by_name, compose};
use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::finding::Severity;
use crate::model::id::PermissionId;
use crate::model::object_state::ObjectState;
use crate::plan::build::{self, Draft};
use crate::plan::desired::Desired;

type States = BTreeMap<Address, ObjectState>;

/// A tenant of which a manifest is about objects of every kind, without any of them.
fn bare() -> World {
    let manifest = explorer("exact")
        + "assignment_required = true\n"
        + &grant("[\"User.Read\"]", "\"all-users\"")
        + "[user_consent]\nallow = \"none\"\n[admin_consent_requests]\nenabled = true\n\
           [[classification]]\nresource = \"Microsoft Graph\"\nlow = []\n\
           [[consent_policy]]\nid = \"gone\"\nremove = true\n";
    let world = World::new(manifest);
    let world = policies(world, &[]);
    let world = classes(world, &[]);
    requests(world, false, 30, &[])
}

fn policies(world: World, rows: &[Value]) -> World {
    world.answering("/policies/permissionGrantPolicies", json!(rows))
}

fn classes(world: World, rows: &[(u128, &str)]) -> World {
    let path = format!("/servicePrincipals/{}/delegatedPermissionClassifications", object(GRAPH));
    let row = |(number, class): &(u128, &str)| {
        let id = format!("{number}-{class}");
        json!({"id": id, "permissionId": PermissionId::from_u128(*number), "classification": class})
    };
    world.answering(&path, rows.iter().map(row).collect())
}

fn requests(world: World, enabled: bool, days: i64, reviewers: &[String]) -> World {
    let scope = |query: &String| json!({"query": query, "queryType": "MicrosoftGraph"});
    let policy = json!({
        "isEnabled": enabled, "notifyReviewers": true, "remindersEnabled": false,
        "requestDurationInDays": days, "version": 1,
        "reviewers": reviewers.iter().map(scope).collect::<Vec<_>>(),
    });
    world.answering("/policies/adminConsentRequestPolicy", policy)
}

fn policy(id: &str, description: Option<&str>, include: &Value, exclude: &Value) -> Value {
    let sets = |sets: &Value| {
        let mut sets = sets.clone();
        for (at, set) in sets.as_array_mut().unwrap().iter_mut().enumerate() {
            set["id"] = json!(format!("{id}-{at}"));
        }
        sets
    };
    json!({
        "id": id, "displayName": format!("Policy \"{id}\""), "description": description,
        "includes": sets(include), "excludes": sets(exclude),
    })
}

/// Something of every kind.
fn one() -> World {
    let world = bare()
        .has("everyone", "User.Read openid")
        .has("alice", "Mail.Read")
        .assigned("ServicePrincipal", object(EXPLORER), GRAPH, 71)
        .assigned("User", person("alice"), EXPLORER, 0)
        .assigned("Group", object(GROUP), EXPLORER, 0);
    let reviewers = [
        format!("/users/{}", person("bob")),
        format!("/groups/{}/transitiveMembers/microsoft.graph.user", object(GROUP)),
    ];
    let world = classes(requests(world, true, 14, &reviewers), &[(1, "low"), (2, "high")]);
    let graph = "00000003-0000-0000-c000-000000000000";
    let wide = json!([{"permissionType": "delegated", "permissionClassification": "low"}]);
    let narrow = json!([
        {
            "permissionType": "delegated", "resourceApplication": graph,
            "permissions": [PermissionId::from_u128(2)],
            "clientApplicationIds": ["de8bc8b5-d9f9-48b1-a8ad-b748da725064"],
            "clientApplicationTenantIds": ["8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7"],
            "clientApplicationPublisherIds": ["1234567"],
            "clientApplicationsFromVerifiedPublisherOnly": true,
        },
        {
            "permissionType": "application", "resourceApplication": graph,
            "permissions": [PermissionId::from_u128(71)],
        },
    ]);
    let both =
        [policy("mine", None, &wide, &narrow), policy("Other", Some("Why"), &wide, &json!([]))];
    let mut world = policies(world, &both);
    world.policies =
        json!(["ManagePermissionGrantsForSelf.mine", "ManagePermissionGrantsForOwned.x"]);
    world
}

/// Something else of every kind.
fn another() -> World {
    let world = bare()
        .has("everyone", "User.Read Files.Read.All")
        .has("bob", "Mail.Read")
        .assigned("ServicePrincipal", object(EXPLORER), GRAPH, 72)
        .assigned("User", person("bob"), EXPLORER, 0);
    let world = classes(requests(world, false, 30, &[]), &[(1, "medium"), (3, "low")]);
    let wide = json!([{"permissionType": "delegated"}]);
    let own = policy("mine", Some("Before"), &wide, &json!([]));
    let mut world = policies(world, &[own, policy("new", None, &wide, &json!([]))]);
    world.policies = json!(["ManagePermissionGrantsForSelf.microsoft-user-default-low"]);
    let apps = world.directory.service_principals.values_mut();
    apps.for_each(|app| app.assignment_required |= app.id == object(EXPLORER));
    world
}

/// What a snapshot of this tenant holds.
fn states(world: &World) -> States {
    let all = world.with_inputs(|inputs, pages, _| {
        REGISTRY.iter().flat_map(|kind| staying::found(*kind, inputs, pages)).collect::<States>()
    });
    let kinds: BTreeSet<&str> = all.0.keys().map(|address| address.kind.as_str()).collect();
    assert_eq!(kinds.len(), REGISTRY.len(), "{kinds:?}");
    all.0
}

/// The plan back to these states.
fn back_to(states: &States, world: &World) -> Draft {
    let why = Why::because("as run 7 found it");
    let (draft, findings) = world.with_inputs(|inputs, pages, findings| {
        let owns = |_: &Address| Ownership::Exact;
        let desired = Desired::saved(states, inputs.scene, &owns, why.clone()).unwrap();
        let draft = build::draft(desired, pages, findings).unwrap();
        let names = Names::from_directory(&inputs.scene.directory);
        build::changes(&draft.pairs, &BTreeMap::new(), &names).unwrap();
        draft
    });
    assert!(findings.is_empty(), "{findings:#?}");
    assert!(draft.pairs.iter().all(|pair| pair.why[..] == [why.clone()]));
    draft
}

/// What a person would write of these states, none of which is left out.
fn written(states: &States, world: &World) -> World {
    let scene = world.with_inputs(|inputs, _, _| inputs.scene.clone()).0;
    let composed: Vec<(&Address, Composed)> = states
        .iter()
        .map(|(address, state)| {
            let kind = by_name(&address.kind).unwrap().1;
            (address, kind.compose(address, state, &scene).unwrap().unwrap())
        })
        .collect();
    assert!(composed.iter().all(|one| matches!(one.1, Composed::Whole(_))), "{composed:#?}");
    let manifest = compose::manifest(composed.iter().map(|(address, one)| (*address, one)));
    // The saved states are the whole truth of the other plan.
    let text = toml::to_string(&manifest).unwrap().replace("\"additive\"", "\"exact\"");
    World { manifest: World::new(text).manifest, ..world.clone() }
}

fn declared(world: &World) -> Draft {
    let (draft, findings) = world.with_inputs(|inputs, pages, findings| {
        build::draft(Desired::declared(inputs), pages, findings).unwrap()
    });
    let wrong: Vec<_> = findings.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", world.manifest);
    draft
}

/// Each object with what it is and what it shall be.
fn ends(draft: &Draft) -> BTreeMap<&Address, (&ObjectState, &ObjectState)> {
    draft.pairs.iter().map(|pair| (&pair.address, (&pair.before, &pair.after))).collect()
}

#[test]
fn a_tenant_as_it_was_has_an_empty_plan() {
    for world in [one(), another()] {
        let states = states(&world);
        let draft = back_to(&states, &world);
        assert_eq!((draft.pairs, draft.unchanged), (Vec::new(), states.len()));
        let draft = declared(&written(&states, &world));
        assert_eq!((draft.pairs, draft.unchanged), (Vec::new(), states.len()));
    }
}

#[test]
fn a_plan_leads_back_from_wherever_the_tenant_went() {
    for (before, now) in [(one(), another()), (another(), one())] {
        let (was, is) = (states(&before), states(&now));
        let draft = back_to(&was, &now);
        let pairs = ends(&draft);
        let kinds: BTreeSet<&str> = pairs.keys().map(|address| address.kind.as_str()).collect();
        assert_eq!(kinds.len(), REGISTRY.len(), "{kinds:?}");
        let none = ObjectState::default();
        for address in was.keys().chain(is.keys()) {
            let of = |states: &States| states.get(address).unwrap_or(&none).clone();
            let (_, kind) = by_name(&address.kind).unwrap();
            let after = match pairs.get(address) {
                Some((at, after)) => {
                    assert_eq!(**at, of(&is), "{address}");
                    kind.holds(address, after, &of(&was)).unwrap()
                }
                None => kind.holds(address, &of(&is), &of(&was)).unwrap(),
            };
            // Entries of the list that are not about users themselves are nobody's here.
            assert!(after || address.kind == "user_consent", "{address}");
        }
    }
}

/// `declare(compose(state)) == state`, whatever the tenant has by now.
#[test]
fn what_a_person_would_write_of_states_leads_back_to_them() {
    for (before, now) in [(one(), another()), (another(), one())] {
        let was = states(&before);
        let (saved, written) = (back_to(&was, &now), declared(&written(&was, &now)));
        let (mut saved, written) = (ends(&saved), ends(&written));
        // Policies that no table is about are not the manifest's.
        let goes = |(at, after): &(&Address, &ObjectState)| {
            at.kind == "consent_policy" && after.is_absent()
        };
        saved.retain(|address, (_, after)| !goes(&(*address, *after)));
        assert_eq!(saved, written);
    }
}

#[test]
fn a_state_that_does_not_read_is_no_wish() {
    let world = one();
    let mut states = states(&world);
    let why = Why::because("");
    let fails = |states: &States| {
        let owns = |_: &Address| Ownership::Exact;
        let scene = world.with_inputs(|inputs, _, _| inputs.scene.clone()).0;
        Desired::saved(states, &scene, &owns, why.clone()).err().map(|error| error.to_string())
    };
    assert_eq!(fails(&states), None);
    let first = states.keys().next().unwrap().clone();
    states.insert(first.clone(), json!({"odd": 1}).into());
    assert!(fails(&states).unwrap().starts_with(&format!("{first}: ")));
    let strange = Address::new("spell", "ge", []);
    let unknown = fails(&[(strange, json!({}).into())].into());
    assert_eq!(unknown.unwrap(), "spell/ge: no kind of this name in this version");
}
