//! Another administrator, who changes things between two requests.

use serde_json::{Value, json};

use super::{CROWD, GRANTS, ask, creates, get, grants, made, send, statuses, world};
use crate::sandbox::world::World;

fn policies(world: &mut World) -> Vec<Value> {
    let (_, policy) = get(world, "/policies/authorizationPolicy", false);
    policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]
        .as_array()
        .unwrap()
        .clone()
}

const EMPTIES: &str = "method = \"PATCH\"\npath = \"/policies/authorizationPolicy\"\nbody = { \
                       defaultUserRolePermissions = { permissionGrantPoliciesAssigned = [] } }\n";

#[test]
fn before_a_request_by_its_number() {
    let extra = format!("[[weather.meanwhile]]\nbefore-request = 2\n{EMPTIES}");
    let mut world = world(&extra, &["lag-changes=5"]);
    assert_eq!((policies(&mut world).len(), policies(&mut world).len()), (3, 0), "seen at once");
    assert!(world.log.writes.is_empty(), "it is nobody's request");
    let line = &world.log.meanwhile[0];
    assert_eq!((line.status, line.took_effect, line.arrived), (204, true, 2));
}

#[test]
fn a_body_is_a_table_or_json_as_text() {
    let text = "method = \"PATCH\"\npath = \"/policies/authorizationPolicy\"\nbody =                 '{\"defaultUserRolePermissions\":{\"permissionGrantPoliciesAssigned\":[]}}'\n";
    for change in [EMPTIES, text] {
        let mut world = world(&format!("[[weather.meanwhile]]\n{change}"), &[]);
        assert_eq!(policies(&mut world), [] as [Value; 0], "{change}");
        assert!(world.log.meanwhile[0].took_effect);
    }
}

#[test]
fn before_a_request_by_what_it_is() {
    let all = grants(&world(CROWD, &[]), 4);
    let third = all[2]["principalId"].as_str().unwrap();
    let body = all[2].to_string().replace(':', " =").replace("User.Read", "Mail.Read");
    let extra = format!(
        "{CROWD}[[weather.meanwhile]]\nbefore = {{ method = \"POST\", path = \"grants\", body = \
         \"{third}\" }}\nmethod = \"POST\"\npath = \"{GRANTS}\"\nbody = {body}\n"
    );
    let mut world = world(&extra, &[]);
    let (_, answer) = send(&mut world, creates(&all));
    assert_eq!(statuses(&answer), [201, 201, 409, 201], "inside a batch as well");
    assert_eq!((made(&world, &all), world.log.meanwhile.len()), (4, 1));
    let rows = world.tenant.table("oauth2PermissionGrants").unwrap().rows();
    let others: Vec<&Value> = rows.filter(|row| row["principalId"] == third).collect();
    assert_eq!(others[0]["scope"], "Mail.Read");
}

#[test]
fn again_and_again_and_not_too_early() {
    let extra = format!(
        "[[weather.meanwhile]]\nbefore = {{ method = \"GET\" }}\nbefore-request = 3\ntimes = 2\n{EMPTIES}"
    );
    let mut world = world(&extra, &[]);
    let fill = |world: &mut World| {
        let list = json!({"defaultUserRolePermissions":
            {"permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.x"]}});
        assert_eq!(ask(world, "PATCH", "/policies/authorizationPolicy", Some(list)).0, 204);
    };
    let mut seen = Vec::new();
    for _ in 0..4 {
        fill(&mut world);
        seen.push(policies(&mut world).len());
    }
    assert_eq!(seen, [1, 0, 0, 1]);
}

#[test]
fn a_whole_app_may_go() {
    let app = get(
        &mut world("", &[]),
        "/servicePrincipals?$filter=displayName eq 'Graph Explorer'",
        false,
    )
    .1;
    let id = app["value"][0]["id"].as_str().unwrap();
    let extra = format!(
        "{CROWD}[[weather.meanwhile]]\nbefore = {{ method = \"POST\" }}\nmethod = \"DELETE\"\n\
         path = \"/servicePrincipals/{id}\"\n"
    );
    let mut world = world(&extra, &[]);
    let grant = grants(&world, 1).remove(0);
    assert_eq!(ask(&mut world, "POST", GRANTS, Some(grant)).0, 404);
    assert_eq!(get(&mut world, &format!("/servicePrincipals/{id}"), false).0, 404);
}

/// What somebody else wants may be refused, too, and is told.
#[test]
fn somebody_else_is_refused_like_everybody() {
    let deletes = format!("method = \"DELETE\"\npath = \"{GRANTS}/nothing\"\n");
    let nowhere = "method = \"DELETE\"\npath = \"/nowhere\"\n".to_owned();
    let no_method = format!("method = \"delete\"\npath = \"{GRANTS}/nothing\"\n");
    for (change, status) in [(deletes, 404), (nowhere, 400), (no_method, 405)] {
        let mut world = world(&format!("[[weather.meanwhile]]\n{change}"), &[]);
        get(&mut world, "/organization", false);
        let line = &world.log.meanwhile[0];
        assert_eq!((line.status, line.took_effect), (status, false), "{change}");
    }
}

/// What another administrator did before so many reads.
fn rivalry(seed: u64, reads: usize) -> Vec<String> {
    let mut world = world("", &[&format!("seed={seed}"), "administrator=2"]);
    let before = world.tenant.table("oauth2PermissionGrants").unwrap().rows().count();
    for _ in 0..reads {
        super::get(&mut world, "/organization", false);
    }
    let lines: Vec<String> = (world.log.meanwhile.iter())
        .map(|line| format!("{} {} {}", line.method, line.path, line.took_effect))
        .collect();
    let turns: Vec<usize> = world.log.meanwhile.iter().map(|line| line.turn).collect();
    assert_eq!(turns, (1..=turns.len()).collect::<Vec<_>>());
    assert!(lines.iter().all(|line| line.ends_with("true")), "{lines:#?}");
    let after = world.tenant.table("oauth2PermissionGrants").unwrap().rows().count();
    assert!(after <= before);
    lines
}

#[test]
fn another_administrator_removes_narrows_and_restores_at_random() {
    let lines = rivalry(7, 80);
    assert_eq!(lines.len(), 40);
    for method in ["DELETE /oauth2", "PATCH /oauth2", "POST /oauth2"] {
        assert!(lines.iter().any(|line| line.starts_with(method)), "{method}: {lines:#?}");
    }
    assert_eq!(rivalry(7, 80), lines);
    assert_ne!(rivalry(8, 80), lines);
}
