use serde_json::{Value, json};

use crate::kinds::any_kind::AnyReconcile;
use crate::kinds::delegated_grant::DelegatedGrants;
use crate::kinds::world::{EXPLORER, SIGN, World, explorer, grant, object, odd_answer};
use crate::kinds::{Observe, Read};
use crate::model::query::{Pages, Rows};

fn world() -> World {
    World::new(explorer("exact") + &grant("[\"User.Read\", \"Calendars.Read\"]", "\"all-users\""))
}

/// A world whose one grant has another member than usual.
fn with(member: &str, value: Value) -> World {
    let mut world = world().has("everyone", "User.Read Calendars.Read");
    world.grants[0][member] = value;
    world
}

#[test]
fn one_list_per_client_is_read_in_the_largest_pages() {
    let (paths, _) = world().with_inputs(|inputs, _, _| {
        DelegatedGrants
            .reads(inputs.scene)
            .iter()
            .map(|query| query.path.clone())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        paths,
        [
            "/oauth2PermissionGrants?$filter=clientId%20eq%20%27c1000000-0000-4000-8000-000000000001%27&$top=999"
        ]
    );
}

#[test]
fn odd_spacing_and_order_are_adopted_without_a_change() {
    for scope in
        [" Calendars.Read  User.Read ", "User.Read Calendars.Read", "User.Read\tCalendars.Read"]
    {
        assert_eq!(with("scope", json!(scope)).requests(), Vec::<String>::new(), "{scope:?}");
    }
}

#[test]
fn a_grant_without_scopes_is_read_as_an_empty_one() {
    for scope in [json!(null), json!(""), json!(" ")] {
        let sent = with("scope", scope).requests();
        assert!(sent[0].starts_with("PATCH "), "{sent:?}");
    }
}

#[test]
fn members_that_nobody_documented_are_no_trouble() {
    assert_eq!(with("resourceAppId", json!("x")).requests(), Vec::<String>::new());
}

#[test]
fn an_answer_of_another_shape_is_an_error_and_never_an_absent_grant() {
    for (member, value, problem) in [
        ("consentType", json!("principal"), "has the consent type \"principal\""),
        ("consentType", json!("a\u{202e}b"), "has the consent type \"a<U+202E>b\""),
        ("consentType", json!("Principal"), "has a Principal grant without principalId"),
        ("scope", json!(7), "invalid type"),
        ("resourceId", json!("Microsoft Graph"), "UUID"),
        ("id", json!(null), "invalid type"),
        ("id", json!(""), "\"\" is no id that can stand in a path"),
        ("id", json!(".."), "\"..\" is no id that can stand in a path"),
        ("id", json!("a/b"), "\"a/b\" is no id that can stand in a path"),
        ("id", json!("a?b\u{202e}"), "\"a?b<U+202E>\" is no id that can stand in a path"),
    ] {
        let told = odd_answer(&with(member, value)).unwrap();
        assert!(told.starts_with("the list of delegated grants: "), "{told}");
        assert!(told.contains(problem), "{told}");
    }
}

#[test]
fn a_grant_of_another_client_in_the_answer_is_an_error() {
    let (result, _) = world().has("everyone", "openid").with_inputs(|inputs, pages, _| {
        let query = DelegatedGrants.reads(inputs.scene).remove(0);
        let mut row = pages.rows(&query).unwrap().first().unwrap();
        row["clientId"] = json!(object(SIGN));
        let mut pages = pages.clone();
        pages.insert(query, Rows::from_iter([row]));
        DelegatedGrants.observe(&pages, inputs.scene, &mut |_, _, _| {})
    });
    assert!(result.unwrap_err().to_string().ends_with("holds a grant of another client"));
}

/// The service keeps one grant per client, resource and audience; a list that shows two is no
/// reason to remove one of them.
#[test]
fn two_grants_of_one_key_are_an_error_and_never_a_removal() {
    for whom in ["everyone", "frank"] {
        let mut world = world().has(whom, "User.Read").has(whom, "Calendars.Read");
        world.grants[1]["id"] = json!("another-id");
        let told = odd_answer(&world).unwrap();
        assert!(told.contains("has two objects at delegated_grant/ge/9a000000-"), "{told}");
        let (pairs, _) = world.with_inputs(|inputs, pages, findings| {
            let goals = DelegatedGrants.declared(*inputs, pages, findings);
            goals.compare(pages, inputs.scene, findings)
        });
        assert_eq!(pairs.unwrap_err().to_string(), told);
    }
}

#[test]
fn a_list_that_was_not_read_is_an_error() {
    let (result, _) = world().with_inputs(|inputs, _, _| {
        DelegatedGrants
            .observe(&Pages::default(), inputs.scene, &mut |_, _, _| panic!("found in nothing"))
    });
    assert!(result.unwrap_err().to_string().ends_with("was not read"));
}

#[test]
fn a_client_that_is_not_there_is_not_asked_for() {
    let mut world = world();
    world.directory.service_principals.retain(|_, sp| sp.id != object(EXPLORER));
    let (count, _) = world.with_inputs(|inputs, _, _| DelegatedGrants.reads(inputs.scene).len());
    assert_eq!(count, 0);
}
