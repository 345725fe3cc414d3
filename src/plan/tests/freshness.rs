//! Is the plan still true?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::planned;
use crate::kinds::REGISTRY;
use crate::kinds::world::{NEW_APP, World, explorer, grant, staying};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::object_state::ObjectState;
use crate::model::request::{Known, later};
use crate::plan::Plan;
use crate::plan::fresh::{Freshness, StateView, fill_in, look};

pub(super) fn now(world: &World) -> BTreeMap<Address, ObjectState> {
    let (found, _) = world.with_inputs(|inputs, pages, _| {
        REGISTRY.iter().flat_map(|kind| staying::found(*kind, inputs, pages)).collect()
    });
    found
}

fn seen(plan: &Plan, world: &World) -> Freshness {
    look(&plan.pairs, &now(world), &Known::new()).unwrap()
}

/// Everybody has User.Read and Alice Mail.Read; it shall be the other way round.
fn before(everyone: &str) -> World {
    let tables = grant("[\"Mail.Read\"]", "\"all-users\"")
        + &grant("[\"User.Read\"]", "{ users = [\"alice@contoso.com\"] }");
    World::new(explorer("exact") + &tables).has("everyone", everyone).has("alice", "Mail.Read")
}

#[test]
fn an_unchanged_tenant_is_fresh() {
    let world = before("User.Read");
    let fresh = seen(&planned(&world), &world);
    assert_eq!((fresh.stale.len(), fresh.reached.len()), (0, 0));
}

#[test]
fn other_spacing_and_objects_outside_the_plan_do_not_matter() {
    let plan = planned(&before("User.Read"));
    let world = before("  User.Read ").has("frank", "openid");
    assert_eq!(seen(&plan, &world).stale, Vec::new());
}

#[test]
fn what_somebody_did_already_is_reached() {
    let fresh = seen(&planned(&before("User.Read")), &before("Mail.Read"));
    assert_eq!(fresh.stale, Vec::new());
    assert_eq!(fresh.reached.iter().map(ToString::to_string).collect::<Vec<_>>().len(), 1);
}

#[test]
fn a_grant_in_the_middle_of_its_two_steps_can_go_on() {
    let fresh = seen(&planned(&before("User.Read")), &before("Mail.Read User.Read"));
    assert_eq!((fresh.stale.len(), fresh.reached.len()), (0, 0));
}

#[test]
fn anything_else_is_stale_with_all_three_states() {
    let plan = planned(&before("User.Read"));
    let stale = seen(&plan, &before("openid")).stale;
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0].seen.value()["spec"]["scopes"], json!(["User.Read"]));
    assert_eq!(stale[0].goal.value()["scopes"], json!(["Mail.Read"]));
    assert_eq!(stale[0].now.value()["spec"]["scopes"], json!(["openid"]));
    let mut gone = before("User.Read");
    gone.grants.remove(0);
    assert_eq!(seen(&plan, &gone).stale[0].now, ObjectState::default());
}

/// What is not the same in all three, in people's words.
#[test]
fn the_difference_is_told_by_the_properties_that_differ() {
    let told = |plan: &Plan, now: &World| {
        let difference = seen(plan, now).stale[0].difference(&plan.names).unwrap();
        format!("{difference:?}").replace("Untrusted", "")
    };
    let scopes = |name: &str| format!("Properties([(\"scopes\", [(\"{name}\")])])");
    let plan = planned(&before("User.Read"));
    let [old, new, other] = ["User.Read", "Mail.Read", "openid"].map(scopes);
    assert_eq!(
        told(&plan, &before("openid")),
        format!("Difference {{ seen: {old}, goal: {new}, now: {other} }}")
    );
    let mut gone = before("User.Read");
    gone.grants.remove(0);
    assert_eq!(
        told(&plan, &gone),
        format!("Difference {{ seen: {old}, goal: {new}, now: Absent }}")
    );
    let mut again = before("User.Read");
    again.grants[0]["id"] = json!("another");
    let whole = "Whole((\"delegated, all users: Microsoft Graph / User.Read\"))";
    assert_eq!(
        told(&plan, &again),
        format!("Difference {{ seen: {whole}, goal: {new}, now: {whole} }}")
    );
}

/// What is the same in all three is no news, and of what came everything is.
#[test]
fn a_property_that_is_the_same_everywhere_is_not_told() {
    let names = |plan: &Plan, now: &World| {
        let StateView::Properties(found) =
            seen(plan, now).stale[0].difference(&plan.names).unwrap().now
        else {
            panic!("it is there")
        };
        found.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let plan = planned(&policy(&["low"], &["low"]));
    assert_eq!(names(&plan, &policy(&["low", "all"], &["low"])), ["includes", "excludes"]);
    let plan = planned(&policy(&["low"], &["medium"]));
    assert_eq!(names(&plan, &policy(&["all"], &["medium"])), ["includes"]);
}

/// Entries of the list that are none of our business are no property of the setting, but they are
/// part of what is sent.
#[test]
fn a_difference_in_what_is_kept_shows_the_whole() {
    let world = |list: Value| {
        let mut world = World::new("[user_consent]\nallow = \"none\"\n");
        world.policies = list;
        world
    };
    let plan = planned(&world(json!(["ManagePermissionGrantsForSelf.a", "b.c"])));
    let now = world(json!(["ManagePermissionGrantsForSelf.a", "x.y"]));
    let difference = seen(&plan, &now).stale[0].difference(&plan.names).unwrap();
    let text = format!("{difference:?}");
    for words in ["b.c", "x.y", "none"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// An object that was left between its two requests goes on with the second.
#[test]
fn of_a_grant_in_between_only_the_rest_is_left() {
    let plan = planned(&before("User.Read"));
    let own: Vec<&Address> = plan
        .changes
        .iter()
        .map(|change| &change.address)
        .filter(|address| address.parts[1] == "everyone")
        .collect();
    assert_eq!(own.len(), 2, "one is split: {own:?}");
    let done = |everyone: &str| seen(&plan, &before(everyone)).done(&plan.changes);
    assert_eq!(done("User.Read").len(), 0);
    assert_eq!(done("Mail.Read User.Read").iter().collect::<Vec<_>>(), own[..1]);
    assert_eq!(done("Mail.Read").iter().collect::<Vec<_>>(), own, "both are at their goal");
}

#[test]
fn a_made_again_grant_of_the_same_scopes_but_another_id_is_stale() {
    let plan = planned(&before("User.Read"));
    let mut world = before("User.Read");
    world.grants[0]["id"] = json!("another");
    assert_eq!(seen(&plan, &world).stale.len(), 1);
}

#[test]
fn the_order_of_the_policy_list_is_no_change() {
    let world = |list: Value| {
        let mut world = World::new("[user_consent]\nallow = \"none\"\n");
        world.policies = list;
        world
    };
    let plan = planned(&world(json!(["ManagePermissionGrantsForSelf.a", "b.c", "d.e"])));
    let shuffled = world(json!(["d.e", "B.C", "managepermissiongrantsforself.a"]));
    let fresh = seen(&plan, &shuffled);
    assert_eq!((fresh.stale.len(), fresh.reached.len()), (0, 0));
    assert_eq!(seen(&plan, &world(json!(["d.e", "B.C"]))).reached.len(), 1);
    assert_eq!(seen(&plan, &world(json!(["b.c"]))).stale.len(), 1);
}

#[test]
fn ids_that_became_known_are_put_in_everywhere() {
    let app = format!("[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\nprovision = true\n");
    let table = grant("[\"User.Read\"]", "\"all-users\"").replace("\"ge\"", "\"new\"");
    let plan = planned(&World::new(app + &table));
    let id = "c1000000-0000-4000-8000-00000000000f";
    let known = Known::from([(later(&plan.changes[0].address), id.to_owned())]);
    let mut changes = plan.changes;
    fill_in(&mut changes, &known);
    let step = &changes[1].steps[0];
    assert_eq!(step.request.body.as_ref().unwrap()["clientId"], id);
    assert!(step.proof.read.path.contains(id));
    assert!(!format!("{step:?}").contains("known after"));
}

/// A policy of these sets, each by its class.
fn policies(include: &[&str], exclude: &[&str]) -> Value {
    let set = |class: &&str| {
        json!({
            "id": class, "permissionType": "delegated", "permissionClassification": class,
        })
    };
    let sets = |classes: &[&str]| classes.iter().map(set).collect::<Vec<_>>();
    json!([{
        "id": "mine", "displayName": "N",
        "includes": sets(include), "excludes": sets(exclude),
    }])
}

fn policy(include: &[&str], exclude: &[&str]) -> World {
    let table = "[[consent_policy]]\nid = \"mine\"\nname = \"N\"\n\
                 include = [{ permission_classification = \"high\" }]\n\
                 exclude = [{ permission_classification = \"medium\" }]\n";
    let path = "/policies/permissionGrantPolicies";
    World::new(table).answering(path, policies(include, exclude))
}

/// Of four requests, those that were not made yet.
#[test]
fn a_change_of_several_requests_goes_on_where_it_ended() {
    let plan = planned(&policy(&["low"], &["low"]));
    let all = &plan.changes[0].steps;
    assert_eq!(all.len(), 4);
    for (include, exclude, left) in [
        (&["low"][..], &["low", "medium"][..], &all[1..]),
        (&["low", "high"], &["low", "medium"], &all[2..]),
        (&["high"], &["low", "medium"], &all[3..]),
        // Somebody else made one of the requests.
        (&["low", "high"], &["low"], &[all[0].clone(), all[2].clone(), all[3].clone()]),
    ] {
        let fresh = seen(&plan, &policy(include, exclude));
        assert_eq!(fresh.stale, Vec::new(), "{include:?} {exclude:?}");
        let mut changes = plan.changes.clone();
        fresh.skip_taken(&mut changes);
        assert_eq!(changes[0].steps, left);
    }
    let fresh = seen(&plan, &policy(&["low"], &["low"]));
    let mut changes = plan.changes.clone();
    fresh.skip_taken(&mut changes);
    assert_eq!(changes, plan.changes);
}

/// One request says all that is left of it; of two the second one may be.
#[test]
fn a_change_of_two_requests_goes_on_with_the_second() {
    let plan = planned(&policy(&["high"], &["low"]));
    let all = &plan.changes[0].steps;
    assert_eq!(all.len(), 2);
    let fresh = seen(&plan, &policy(&["high"], &["low", "medium"]));
    assert_eq!((fresh.stale.len(), fresh.begun.values().next()), (0, Some(&all[1..].to_vec())));
}

/// A set that stays was made again: not as the plan saw it, and all of the approved requests are left.
#[test]
fn a_change_of_which_all_is_left_did_not_begin() {
    let (include, exclude) = (&["low", "high"], &["low"]);
    let plan = planned(&policy(include, exclude));
    assert_eq!(plan.changes[0].steps.len(), 3);
    let mut other = policies(include, exclude);
    other[0]["includes"][1]["id"] = json!("made-again");
    let now = policy(include, exclude).answering("/policies/permissionGrantPolicies", other);
    let fresh = seen(&plan, &now);
    assert_eq!((fresh.stale.len(), fresh.begun.len()), (1, 0));
}

#[test]
fn every_change_is_of_an_object_of_the_plan() {
    let tables = grant("[\"Mail.Read\"]", "\"all-users\"")
        + &grant("[\"User.Read\"]", "{ users = [\"alice@contoso.com\"] }");
    let world = World::new(explorer("exact") + &tables)
        .has("everyone", "User.Read")
        .has("alice", "Mail.Read");
    let plan = planned(&world);
    let objects: BTreeSet<_> = plan.pairs.iter().map(|pair| &pair.address).collect();
    assert!(plan.changes.iter().all(|change| objects.contains(change.object())));
    let parts: Vec<&Change> =
        plan.changes.iter().filter(|change| change.address != *change.object()).collect();
    assert_eq!(parts.len(), 1, "one is split: {:#?}", plan.changes);
    assert_eq!(parts[0].address, parts[0].object().part("narrow"));
}

/// What would take a request that nobody approved is stale.
#[test]
fn a_state_that_the_change_does_not_pass_through_is_stale() {
    let plan = planned(&policy(&["low"], &["low"]));
    for (include, exclude) in [
        (&["low"][..], &["low", "high"][..]),
        (&["low", "all"], &["low", "medium"]),
        (&["high", "medium"], &["low", "medium"]),
    ] {
        let fresh = seen(&plan, &policy(include, exclude));
        assert_eq!(fresh.stale.len(), 1, "{include:?} {exclude:?}");
        assert!(fresh.begun.is_empty());
    }
}
