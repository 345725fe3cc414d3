use serde_json::{Value, json};

use crate::kinds::world::{World, explorer, odd_answer};
use crate::model::change::{Change, Consent, Lets, Verb};
use crate::model::request::Known;
use crate::model::untrusted::Untrusted;

const PATH: &str = "/policies/permissionGrantPolicies";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// A set as the service shows it, with these members in place of its defaults.
fn set(id: &str, members: Value) -> Value {
    let mut set = json!({
        "permissionClassification": "all",
        "permissionType": "delegated",
        "resourceApplication": "any",
        "permissions": ["all"],
        "clientApplicationIds": ["all"],
        "clientApplicationTenantIds": ["all"],
        "clientApplicationPublisherIds": ["all"],
        "clientApplicationsFromVerifiedPublisherOnly": false,
    });
    for (name, value) in members.as_object().unwrap() {
        set[name] = value.clone();
    }
    if !id.is_empty() {
        set["id"] = json!(id);
    }
    set
}

fn low() -> Value {
    json!({"permissionClassification": "low"})
}

fn verified() -> Value {
    json!({"clientApplicationsFromVerifiedPublisherOnly": true})
}

/// `id` of Mail.Read in these tests.
fn mail() -> Value {
    json!({"resourceApplication": GRAPH, "permissions": ["00000000-0000-0000-0000-000000000002"]})
}

fn policy(includes: Value, excludes: Value) -> Value {
    json!({
        "id": "mine",
        "displayName": "Mine",
        "description": "kept",
        "includes": includes,
        "excludes": excludes,
    })
}

fn world(sets: &str, live: &[Value]) -> World {
    let built_in = json!({"id": "microsoft-user-default-low", "includes": [], "excludes": []});
    let foreign = json!({"id": "theirs", "displayName": null, "includes": [], "excludes": []});
    let all: Vec<Value> = [built_in, foreign].into_iter().chain(live.iter().cloned()).collect();
    World::new(format!("[[consent_policy]]\nid = \"mine\"\nname = \"Mine\"\n{sets}\n"))
        .answering(PATH, json!(all))
}

fn only(world: &World) -> Change {
    let mut changes = world.clean();
    assert_eq!(changes.len(), 1, "{changes:#?}");
    changes.remove(0)
}

fn add(list: &str, members: Value) -> String {
    format!("POST {PATH}/mine/{list} {}", set("", members))
}

fn remove(list: &str, id: &str) -> String {
    format!("DELETE {PATH}/mine/{list}/{id}")
}

#[test]
fn a_new_policy_comes_first_then_what_it_excludes_then_what_it_includes() {
    let sets = "description = \"why\"\ninclude = [{ permission_classification = \"low\" }]\n\
                exclude = [{ resource = \"Microsoft Graph\", permissions = [\"Mail.Read\"] }]";
    let world = world(sets, &[]);
    let made = json!({"id": "mine", "displayName": "Mine", "description": "why"});
    assert_eq!(
        world.requests(),
        [format!("POST {PATH} {made}"), add("excludes", mail()), add("includes", low())]
    );
    let change = only(&world);
    assert_eq!((change.verb, change.gives, change.takes), (Verb::Create, false, false));
    let fields: Vec<&str> = change.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["name", "description", "includes", "excludes"]);
    assert_eq!(change.fields[3].gained[0].raw(), "delegated Mail.Read of \"Microsoft Graph\"");
}

/// Nothing is allowed in between that is not allowed before or after, and nothing is missing in
/// between that is allowed before and after.
#[test]
fn sets_change_in_the_order_that_never_allows_too_much() {
    let live = policy(json!([set("i", low())]), json!([set("e", mail())]));
    let sets = "include = [{ verified_publisher_only = true }]\n\
                exclude = [{ permission_classification = \"high\" }]";
    let world = world(sets, &[live]);
    let high = json!({"permissionClassification": "high"});
    let sequence = [
        add("excludes", high),
        add("includes", verified()),
        remove("includes", "i"),
        remove("excludes", "e"),
    ];
    assert_eq!(world.requests(), sequence);
    let change = only(&world);
    assert_eq!((change.verb, change.gives, change.takes), (Verb::Set, true, true));
}

#[test]
fn more_gives_and_less_takes() {
    let flags = |sets: &str, live: Value| {
        let change = only(&world(sets, &[live]));
        (change.gives, change.takes)
    };
    let low_only = || json!([set("i", low())]);
    let include = "include = [{ permission_classification = \"low\" }]";
    let both =
        "include = [{ permission_classification = \"low\" }, { verified_publisher_only = true }]";
    assert_eq!(flags(both, policy(low_only(), json!([]))), (true, false));
    assert_eq!(flags("include = []", policy(low_only(), json!([]))), (false, true));
    assert_eq!(flags(include, policy(low_only(), json!([set("e", mail())]))), (true, false));
    let exclude = format!("{include}\nexclude = [{{ permission_type = \"application\" }}]");
    assert_eq!(flags(&exclude, policy(low_only(), json!([]))), (false, true));
}

#[test]
fn equal_sets_are_no_difference() {
    let short =
        json!({"id": "i", "permissionType": "DELEGATED", "permissionClassification": "Low"});
    let twin = set("j", low());
    for includes in [json!([short]), json!([twin, short])] {
        let world = world(
            "include = [{ permission_type = \"delegated\", permission_classification = \"low\", \
             resource = \"any\", permissions = \"all\", client_applications = \"all\" }]",
            &[policy(includes, json!([]))],
        );
        assert_eq!(world.requests(), Vec::<String>::new());
    }
}

#[test]
fn name_and_description_are_one_patch_of_what_differs() {
    let sets = "include = [{ permission_classification = \"low\" }]";
    let mut live = policy(json!([set("i", low())]), json!([]));
    live["displayName"] = json!("Old");
    let patch = json!({"displayName": "Mine"});
    assert_eq!(world(sets, &[live.clone()]).requests(), [format!("PATCH {PATH}/mine {patch}")]);
    let patch = json!({"description": "new", "displayName": "Mine"});
    let described = world(&format!("description = \"new\"\n{sets}"), &[live]);
    assert_eq!(described.requests(), [format!("PATCH {PATH}/mine {patch}")]);
}

/// A policy is as it is written, so an empty text is one; only what is not written stays.
#[test]
fn a_description_that_is_declared_empty_goes() {
    let sets = "include = [{ permission_classification = \"low\" }]";
    let empty = format!("description = \"\"\n{sets}");
    let live = policy(json!([set("i", low())]), json!([]));
    assert_eq!(world(sets, std::slice::from_ref(&live)).requests(), Vec::<String>::new());
    let emptied = world(&empty, std::slice::from_ref(&live));
    let patch = json!({ "description": null });
    assert_eq!(emptied.requests(), [format!("PATCH {PATH}/mine {patch}")]);
    let change = only(&emptied);
    assert_eq!(change.fields.len(), 1, "{change:#?}");
    assert_eq!(change.fields[0].lost, [Untrusted::new("kept")]);
    // Both answers are the same state: before, in the proof and after.
    let proof = &change.steps[0].proof.expect;
    assert!(!proof.met_by(std::slice::from_ref(&live), &Known::new()));
    for none in [json!(null), json!("")] {
        let mut live = live.clone();
        live["description"] = none;
        assert!(proof.met_by(std::slice::from_ref(&live), &Known::new()), "{live}");
        assert_eq!(world(&empty, std::slice::from_ref(&live)).requests(), Vec::<String>::new());
        assert_eq!(world(sets, &[live]).requests(), Vec::<String>::new());
    }
    let made = json!({"id": "mine", "displayName": "Mine"});
    assert_eq!(world(&empty, &[]).requests()[0], format!("POST {PATH} {made}"));
}

#[test]
fn every_condition_is_sent() {
    let sets = "include = [{ permission_type = \"application\", resource = \"orders\", \
                permissions = [\"Orders.Admin\"], client_applications = [\"ge\", \
                \"5C1E0000-0000-4000-8000-00000000000F\"], client_tenants = \
                [\"AC000000-0000-4000-8000-000000000001\"], client_publishers = [\"1234\"], \
                verified_publisher_only = true }]\n[resource.orders]\n\
                app_id = \"0a9a0000-0000-4000-8000-0000000000a3\"";
    let mut world = world(sets, &[]);
    world.manifest.push_str(&explorer("additive"));
    let members = json!({
        "permissionType": "application",
        "resourceApplication": "0a9a0000-0000-4000-8000-0000000000a3",
        "permissions": ["00000000-0000-0000-0000-000000000063"],
        "clientApplicationIds": [
            "5c1e0000-0000-4000-8000-00000000000f",
            "de8bc8b5-d9f9-48b1-a8ad-b748da725064",
        ],
        "clientApplicationTenantIds": ["ac000000-0000-4000-8000-000000000001"],
        "clientApplicationPublisherIds": ["1234"],
        "clientApplicationsFromVerifiedPublisherOnly": true,
    });
    assert_eq!(world.requests()[1], add("includes", members));
    let shown = only(&world).fields[1].gained[0].shown();
    let expected = "application Orders.Admin of \"Orders\", verified publishers only, for \
                    5c1e0000-0000-4000-8000-00000000000f and \"Graph Explorer\", from tenant \
                    ac000000-0000-4000-8000-000000000001, from publisher 1234";
    assert_eq!(shown, expected);
}

#[test]
fn a_set_without_conditions_is_called_everything() {
    let change = only(&world("include = [{}]", &[]));
    assert!(change.fields[1].gained[0].raw().starts_with("everything: any delegated"));
    assert!(change.notes.iter().any(|note| note.contains("includes everything")), "{change:#?}");
    let change = only(&world("include = []", &[]));
    assert!(change.notes.iter().any(|note| note.contains("includes nothing")), "{change:#?}");
}

/// What rules ask of a change, told by the sets and not by their words.
#[test]
fn what_a_policy_lets_through_from_now_on_is_told() {
    let low_set = || json!([set("i", low())]);
    let everything = || json!([set("i", json!({}))]);
    for (sets, live, was_open, lets) in [
        ("include = [{}]", None, false, Some(Lets::Everything)),
        ("include = [{}]", Some((low_set(), json!([]))), false, Some(Lets::Everything)),
        ("include = []", Some((everything(), json!([]))), true, None),
        ("include = [{ permission_classification = \"low\" }]", None, false, Some(Lets::More)),
        (
            "include = [{ permission_classification = \"low\" }]",
            Some((everything(), json!([]))),
            true,
            Some(Lets::More),
        ),
        ("include = [{}]\nexclude = [{}]", Some((everything(), json!([]))), true, None),
        ("include = [{}]", Some((everything(), low_set())), true, Some(Lets::More)),
    ] {
        let live = live.map(|(include, exclude)| policy(include, exclude));
        let change = only(&world(sets, live.as_slice()));
        let id = "mine".to_owned();
        assert_eq!(change.consent, Some(Consent::Policy { id, was_open, lets }), "{sets}");
    }
    let mut renamed = policy(low_set(), json!([]));
    renamed["displayName"] = json!("everything");
    let table = "include = [{ permission_classification = \"low\" }]";
    let change = only(&world(table, &[renamed]));
    assert!(matches!(change.consent, Some(Consent::Policy { lets: None, .. })), "{change:#?}");
}

#[test]
fn a_policy_goes_only_when_it_is_told_to() {
    let live = policy(json!([set("i", low())]), json!([]));
    let removed = world("remove = true", std::slice::from_ref(&live));
    assert_eq!(removed.requests(), [format!("DELETE {PATH}/mine")]);
    let change = only(&removed);
    assert_eq!((change.verb, change.takes), (Verb::Revoke, true));
    let gone = world("remove = true", &[]);
    assert_eq!(gone.requests(), Vec::<String>::new());
    // The same tenant, and a manifest that does not speak of it.
    let forgotten = World::new("").answering(PATH, json!([live]));
    assert_eq!(forgotten.requests(), Vec::<String>::new());
}

#[test]
fn a_policy_by_which_users_consent_does_not_go() {
    let live = policy(json!([]), json!([]));
    let mut world = world("remove = true", &[live]);
    world.policies = json!(["managepermissiongrantsforself.Mine"]);
    let found = world.findings();
    assert!(found.len() == 1 && found[0].starts_with("policy_in_use 7: \"mine\""), "{found:?}");
    world.policies = json!(["ManagePermissionGrantsForSelf.other"]);
    assert_eq!(only(&world).notes, Vec::<String>::new());
}

#[test]
fn mistakes_are_told_with_their_place() {
    let codes = |manifest: &str| {
        let world = World::new(manifest).answering(PATH, json!([]));
        let found = world.findings();
        found.iter().map(|one| one.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let table =
        |rest: &str| format!("[[consent_policy]]\nname = \"N\"\ninclude = [{{}}]\n{rest}\n");
    assert_eq!(codes(&table("id = \"microsoft-mine\"")), ["reserved_policy_id 7"]);
    assert_eq!(codes(&table("id = \"a b\"")), ["invalid_policy_id 7"]);
    assert_eq!(codes("[[consent_policy]]\n"), ["missing_key 4"; 3]);
    for name in ["", "  "] {
        let nameless = format!("[[consent_policy]]\nid = \"a\"\nname = \"{name}\"\n");
        assert_eq!(codes(&format!("{nameless}include = []\n")), ["empty_name 6"]);
        assert_eq!(codes(&format!("{nameless}remove = true\n")), ["empty_name 6"]);
    }
    let twice = format!("{}{}", table("id = \"a\""), table("id = \"A\""));
    assert_eq!(codes(&twice), ["policy_twice 11"]);
    let set = |conditions: &str| {
        codes(&format!(
            "[[consent_policy]]\nid = \"a\"\nname = \"N\"\ninclude = [{{ {conditions} }}]\n"
        ))
    };
    assert_eq!(set("permission_type = \"delegate\""), ["unknown_condition_word 7"]);
    assert_eq!(set("permission_classification = \"lo\""), ["unknown_condition_word 7"]);
    let application = "permission_type = \"application\", permission_classification";
    assert_eq!(set(&format!("{application} = \"low\"")), ["class_of_application 7"]);
    assert_eq!(set(&format!("{application} = \"all\"")), <[&str; 0]>::default());
    assert_eq!(set("permissions = [\"User.Read\"]"), ["permissions_without_resource 7"]);
    assert_eq!(set("client_publishers = []"), ["empty_condition 7"]);
    assert_eq!(set("client_tenants = [\"contoso.com\"]"), ["invalid_client_tenant 7"]);
    // The word for all of them, in a list: no form of it gets through as a condition.
    for word in ["all", "All", "ALL"] {
        assert_eq!(set(&format!("client_publishers = [\"{word}\"]")), ["unknown_condition_word 7"]);
        let beside = format!("client_publishers = [\"1234567\", \"{word}\"]");
        assert_eq!(set(&beside), ["unknown_condition_word 7"]);
        assert_eq!(set(&format!("client_tenants = [\"{word}\"]")), ["invalid_client_tenant 7"]);
        assert_eq!(set(&format!("client_applications = [\"{word}\"]")), ["unknown_app 7"]);
        let names = format!("resource = \"Microsoft Graph\", permissions = [\"{word}\"]");
        assert_eq!(set(&names), ["unknown_scope 7"]);
    }
    for id in ["", " ", " all ", "123 456"] {
        assert_eq!(set(&format!("client_publishers = [\"{id}\"]")), ["unknown_condition_word 7"]);
    }
    assert_eq!(set("client_publishers = \"All\""), ["invalid_value 7"]);
    assert_eq!(set("client_applications = [\"explorer\"]"), ["unknown_app 7"]);
    assert_eq!(set("client_applications = \"some\""), ["invalid_value 7"]);
    assert_eq!(set("resource = \"Graph\""), ["unknown_resource 7"]);
    let graph = "resource = \"Microsoft Graph\", permissions";
    assert_eq!(set(&format!("{graph} = [\"Mail.Raed\"]")), ["unknown_scope 7"]);
    assert_eq!(
        set(&format!("permission_type = \"application\", {graph} = [\"Mail.Raed\"]")),
        ["unknown_role 7"]
    );
    assert_eq!(set("verified_publisher = true"), ["unknown_key 7"]);
}

#[test]
fn a_policy_cannot_go_while_users_shall_consent_by_it() {
    let manifest = "[user_consent]\nallow = { policies = [\"Mine\"] }\n\
                    [[consent_policy]]\nid = \"mine\"\nremove = true\n";
    let live = policy(json!([]), json!([]));
    let found = World::new(manifest).answering(PATH, json!([live])).findings();
    assert!(found.len() == 1 && found[0].starts_with("policy_in_use 5: "), "{found:?}");
}

#[test]
fn an_answer_without_the_sets_is_an_error() {
    let mut live = policy(json!([]), json!([]));
    live.as_object_mut().unwrap().remove("excludes");
    let told = odd_answer(&world("include = []", &[live])).unwrap();
    assert!(told.contains("excludes"), "{told}");
    let mut live = policy(json!([]), json!([]));
    live["id"] = json!("a/../b");
    let told = odd_answer(&world("include = []", &[live])).unwrap();
    assert!(told.contains("\"a/../b\" is no id that can stand in a path"), "{told}");
    let stray = set("..", low());
    let told = odd_answer(&world("include = []", &[policy(json!([stray]), json!([]))])).unwrap();
    assert!(told.contains("\"..\" is no id that can stand in a path"), "{told}");
    let nameless = set("", low());
    let told = odd_answer(&world("include = []", &[policy(json!([nameless]), json!([]))])).unwrap();
    assert!(told.contains("without an id"), "{told}");
}
