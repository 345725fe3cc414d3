use serde_json::{Value, json};

use super::*;
use crate::kinds::world::{EXPLORER, GRAPH, NEW_APP, World, explorer, object};
use crate::model::id::PermissionId;
use crate::model::request::{Expect, Known, later};

fn role(number: u128) -> Spec {
    Spec {
        client: object(EXPLORER).to_string(),
        resource: object(GRAPH),
        role: PermissionId::from_u128(number),
        app_id: None,
        name: None,
    }
}

/// The list of what the client has on the resource proves both ways, whatever else it shows.
#[test]
fn a_short_list_proves_what_came_and_what_went() {
    let have = Found { id: "an-id".parse().unwrap(), spec: role(7) };
    let row = |id: &str, number: u128| {
        let Spec { client, resource, role, .. } = role(number);
        json!({"id": id, "principalId": client, "resourceId": resource, "appRoleId": role})
    };
    let (made, gone) = (held(&role(7)).give().proof, held(&have.spec).take(&have.id).proof);
    assert_eq!(made.read, gone.read);
    let path = format!(
        "/servicePrincipals/{}/appRoleAssignments?$filter=resourceId%20eq%20{}&$top=999",
        object(EXPLORER),
        object(GRAPH)
    );
    assert_eq!(made.read.path, path);
    let met = |expect: &Expect, rows: &[Value]| expect.met_by(rows, &Known::new());
    assert!(met(&made.expect, &[row("other", 8), row("an-id", 7)]));
    assert!(!met(&made.expect, &[row("other", 8)]) && !met(&made.expect, &[]));
    assert!(met(&gone.expect, &[row("other", 8)]) && met(&gone.expect, &[]));
    assert!(!met(&gone.expect, &[row("an-id", 7)]));
}

/// What goes waits for everything new on the same resource.
#[test]
fn a_role_goes_only_when_the_new_one_was_read_back() {
    let table =
        "[[app_role]]\napp = \"ge\"\nresource = \"Microsoft Graph\"\nroles = [\"Mail.Read\"]\n";
    let world = World::new(explorer("exact") + table)
        .assigned("ServicePrincipal", object(EXPLORER), GRAPH, 71)
        .assigned("ServicePrincipal", object(EXPLORER), 0xfeed, 1);
    let changes = world.clean();
    let find = |takes: bool, resource: u128| {
        let at = object(resource).to_string();
        changes.iter().find(|one| one.takes == takes && one.address.parts[0] == at).unwrap()
    };
    let given = find(false, GRAPH).address.clone();
    assert_eq!(find(true, GRAPH).needs, [given]);
    assert_eq!(find(true, 0xfeed).needs, []);
}

#[test]
fn a_new_client_is_named_by_its_placeholder() {
    let world = World::new(format!(
        "[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\nprovision = true\n[[app_role]]\napp = \
         \"new\"\nresource = \"Microsoft Graph\"\nroles = [\"Mail.Read\"]\n"
    ));
    let changes = world.clean();
    let placeholder = later(&changes[0].address);
    let body = changes[1].steps[0].request.body.clone().unwrap();
    assert_eq!(body["principalId"], placeholder.as_str());
}
