use serde_json::{Value, json};

use crate::kinds::world::{GRAPH, World, object, odd_answer, scope, set_graph};
use crate::model::change::Change;
use crate::model::id::PermissionId;

fn path() -> String {
    format!("/servicePrincipals/{}/delegatedPermissionClassifications", object(GRAPH))
}

/// The permission's id in these tests.
fn id(name: &str) -> String {
    let number = crate::kinds::world::GRAPH_SCOPES.iter().position(|one| *one == name).unwrap() + 1;
    PermissionId::from_u128(u128::try_from(number).unwrap()).to_string()
}

/// The id of its class.
fn own(name: &str, class: &str) -> String {
    format!("{}-{class}", name.replace('.', "_"))
}

fn row(name: &str, class: &str) -> Value {
    json!({
        "id": own(name, class),
        "permissionId": id(name),
        "permissionName": name,
        "classification": class,
    })
}

fn world(lists: &str, live: &[Value]) -> World {
    let manifest = format!("[[classification]]\nresource = \"Microsoft Graph\"\n{lists}\n");
    World::new(manifest).answering(&path(), json!(live))
}

fn post(name: &str, class: &str) -> String {
    let body = json!({"permissionId": id(name), "permissionName": name, "classification": class});
    format!("POST {} {body}", path())
}

fn delete(name: &str, class: &str) -> String {
    format!("DELETE {}/{}", path(), own(name, class))
}

fn flags(change: &Change) -> (bool, bool) {
    (change.gives, change.takes)
}

#[test]
fn a_class_is_one_post_and_its_end_one_delete() {
    let lists = "low = [\"User.Read\", \"openid\"]";
    let live = [row("openid", "low"), row("Mail.Read", "low")];
    let world = world(lists, &live);
    assert_eq!(world.requests(), [post("User.Read", "low"), delete("Mail.Read", "low")]);
    let changes = world.clean();
    assert_eq!((flags(&changes[0]), flags(&changes[1])), ((true, false), (false, true)));
    assert!(changes[0].permissions[0].gained && changes[1].permissions[0].lost);
}

#[test]
fn another_class_is_a_delete_and_then_a_post() {
    for (from, to) in [("low", "medium"), ("medium", "low"), ("high", "low")] {
        let world = world(&format!("{to} = [\"User.Read\"]"), &[row("User.Read", from)]);
        assert_eq!(world.requests(), [delete("User.Read", from), post("User.Read", to)]);
        let changes = world.clean();
        assert_eq!((changes.len(), flags(&changes[0])), (1, (true, true)));
    }
}

#[test]
fn what_is_there_is_no_difference() {
    let mut nameless = row("User.Read", "low");
    nameless["permissionName"] = Value::Null;
    let world = world(
        "low = [\"User.Read\"]\nhigh = [\"Mail.Read\"]",
        &[row("Mail.Read", "high"), nameless],
    );
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn tables_of_one_resource_are_one() {
    let second = "low = [\"User.Read\"]\n[[classification]]\n\
                  resource = \"00000003-0000-0000-c000-000000000000\"\nlow = [\"User.Read\", \"openid\"]";
    let world = world(second, &[]);
    assert_eq!(world.requests(), [post("User.Read", "low"), post("openid", "low")]);
    let found = self::world("low = [\"openid\", \"openid\"]", &[]).findings();
    assert!(found.len() == 1 && found[0].starts_with("scope_twice 6: "), "{found:?}");
}

#[test]
fn a_resource_without_a_table_is_nobodys_business() {
    let world = World::new("").answering(&path(), json!("not even readable"));
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(odd_answer(&world), None);
}

#[test]
fn an_empty_list_takes_every_class_and_no_list_is_a_mistake() {
    let live = [row("User.Read", "low")];
    assert_eq!(world("low = []", &live).requests(), [delete("User.Read", "low")]);
    let found = world("reason = \"none\"", &live).findings();
    assert!(found[0].starts_with("no_classes 4: "), "{found:?}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    let lists = "low = [\"User.Read\", \"Files.Read.All\", \"Mail.Raed\"]\nhigh = [\"User.Read\"]";
    let found = world(lists, &[]).findings();
    let codes: Vec<_> = found.iter().map(|one| one.split(':').next().unwrap()).collect();
    assert_eq!(codes, ["admin_only_classified 6", "unknown_scope 6", "two_classes 7"], "{found:?}");
    assert!(found[2].contains("in the list low already"), "{found:?}");
}

#[test]
fn a_name_that_is_not_the_tenants_is_noticed_in_a_saved_state() {
    use super::{Class, Classifications, Spec};
    use crate::kinds::Prove;
    let disagreement = |name: &str, world: &World| {
        world.with_inputs(|inputs, _, _| {
            let app_id = "00000003-0000-0000-c000-000000000000".parse().unwrap();
            let permission = id("Mail.Read").parse().unwrap();
            let (resource, name) = (object(GRAPH), name.to_owned());
            let spec = Spec { resource, app_id, permission, name, class: Class::Low };
            let address = super::address(resource, permission);
            Classifications.disagreement(&spec, &address, inputs.scene)
        })
    };
    let mut world = world("low = []", &[]);
    assert_eq!(disagreement("Mail.Read", &world).0, None);
    let told = disagreement("openid", &world).0.unwrap();
    assert!(
        told.ends_with("is called \"Mail.Read\" in the tenant, and \"openid\" in the plan"),
        "{told}"
    );
    set_graph(&mut world, |graph| graph.scopes = vec![scope(1, "User.Read")]);
    // What the resource has dropped since has no name any more: nobody could tell a true one from a false.
    let told = disagreement("openid", &world).0.unwrap();
    assert!(told.ends_with("and \"openid\" in the plan"), "{told}");
    assert_eq!(disagreement(&id("Mail.Read"), &world).0, None);
    world.directory.service_principals.clear();
    let told = disagreement("Mail.Read", &world).0.unwrap();
    assert!(told.ends_with("and the tenant has none"), "{told}");
}

#[test]
fn an_answer_of_another_shape_is_an_error() {
    let told = odd_answer(&world("low = []", &[row("User.Read", "unknownFutureValue")])).unwrap();
    assert!(told.contains("unknownFutureValue"), "{told}");
    let mut stray = row("User.Read", "low");
    stray["id"] = json!("..");
    let told = odd_answer(&world("low = []", &[stray])).unwrap();
    assert!(told.contains("\"..\" is no id that can stand in a path"), "{told}");
    let twice = [row("User.Read", "low"), row("User.Read", "high")];
    let told = odd_answer(&world("low = []", &twice)).unwrap();
    assert!(told.contains("two objects"), "{told}");
}
