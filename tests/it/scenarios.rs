//! Real situations with their exact calls.

use serde_json::json;

use crate::world::World;

const GX_NARROW: &str = r#"
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"

[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["User.Read", "Mail.Read"]
for = { groups = ["GX"] }
"#;

/// S1: an all-users grant becomes one grant per member of a group, without a gap.
#[test]
fn s1_narrowing_makes_every_new_grant_before_it_deletes_the_old_one() {
    let world = World::with(
        "[[grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\nscope = \"User.Read Mail.Read\"\n",
    );
    world.manifest(GX_NARROW);
    let run = world.apply().assert_code(0);
    assert!(run.stdout.contains("4 done"), "{run:#?}");
    let person = |last: u8| {
        json!({
            "clientId": "c1000000-0000-4000-8000-000000000001",
            "consentType": "Principal",
            "principalId": format!("0a000000-0000-4000-8000-{last:012}"),
            "resourceId": "9a000000-0000-4000-8000-000000000001",
            "scope": "Mail.Read User.Read",
        })
    };
    let writes = world.writes();
    assert_eq!(
        world.sent(),
        [
            "POST /oauth2PermissionGrants",
            "POST /oauth2PermissionGrants",
            "POST /oauth2PermissionGrants",
            "DELETE /oauth2PermissionGrants/AAAAwQAAAECAAAAAAAAAAQAAAJoAAABAgAAAAAAAAAE",
        ]
    );
    for (at, last) in [1, 2, 3].into_iter().enumerate() {
        assert_eq!(writes[at].body, person(last));
    }
    world.assert_converged();
}
