use crate::kinds::world::{NEW_APP, World, explorer, grant};
use crate::model::change::Verb;
use crate::model::id::TenantId;
use crate::model::untrusted::Untrusted;

fn app(id: &str, rest: &str) -> World {
    let table = grant("[\"User.Read\"]", "\"all-users\"").replace("\"ge\"", "\"new\"");
    World::new(format!("[app.new]\napp_id = \"{id}\"\nmode = \"exact\"\n{rest}\n{table}"))
}

#[test]
fn an_app_that_is_not_in_the_tenant_is_an_error_that_names_the_way_out() {
    let found = app(NEW_APP, "").findings();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0],
        format!(
            "app_not_in_tenant 5: the tenant has no service principal for {NEW_APP} / check that it \
             is the application (client) id; if it is, and the app is new to this tenant, add \
             provision = true to [app.new] to create it"
        )
    );
}

#[test]
fn provision_makes_the_service_principal_with_its_app_id_and_nothing_else() {
    let changes = app(NEW_APP, "provision = true").clean();
    assert_eq!(changes[0].verb, Verb::Create);
    assert_eq!((changes[0].gives, changes[0].takes), (false, false));
    assert_eq!(
        changes[0].steps[0].request.to_string(),
        format!("POST /servicePrincipals {{\"appId\":\"{NEW_APP}\"}}")
    );
    assert_eq!(
        changes[0].steps[0].proof.read.path,
        format!(
            "/servicePrincipals(appId='{NEW_APP}')?$select=id,appId,displayName,appOwnerOrganizationId"
        )
    );
    assert_eq!(changes[0].why[0].line, "consent.toml:4");
}

#[test]
fn a_service_principal_that_is_there_is_neither_made_again_nor_removed() {
    for mode in ["exact", "additive"] {
        let table = grant("[\"User.Read\"]", "\"all-users\"");
        let there = |rest: &str| {
            World::new(explorer(mode) + rest + &table).has("everyone", "User.Read").requests()
        };
        assert_eq!(there(""), Vec::<String>::new());
        assert_eq!(there("provision = true\n"), Vec::<String>::new());
    }
}

#[test]
fn microsofts_own_apps_are_never_made() {
    let found = app("00000003-0000-0ff1-ce00-000000000000", "provision = true").findings();
    assert!(found[0].starts_with("microsoft_app 5: "), "{found:?}");
}

#[test]
fn another_name_in_the_tenant_is_an_error_that_shows_both_harmlessly() {
    let table = grant("[\"User.Read\"]", "\"all-users\"");
    let mut world = World::new(explorer("exact") + "name = \"Graph Explorer\"\n" + &table);
    assert_eq!(world.requests().len(), 1);
    for sp in world.directory.service_principals.values_mut() {
        sp.name = Untrusted::new("Graph Expl\u{200b}orer");
    }
    let found = world.findings();
    assert!(found[0].starts_with("name_mismatch 7: "), "{found:?}");
    assert!(found[0].contains("\"Graph Expl<U+200B>orer\" in the tenant, not \"Graph Explorer\""));
}

#[test]
fn another_publisher_than_the_pinned_one_is_an_error() {
    let pinned = "publisher_tenant = \"72f988bf-86f1-41af-91ab-2d7cd011db47\"\n";
    let mut world =
        World::new(explorer("exact") + pinned + &grant("[\"User.Read\"]", "\"all-users\""));
    assert!(world.findings()[0].contains("is published by an unknown tenant, not by 72f988bf"));
    for sp in world.directory.service_principals.values_mut() {
        sp.publisher_tenant = Some(TenantId::from_u128(7));
    }
    assert!(world.findings()[0].starts_with("publisher_mismatch 7: "), "{:?}", world.findings());
    for sp in world.directory.service_principals.values_mut() {
        sp.publisher_tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47".parse().ok();
    }
    assert_eq!(world.requests().len(), 1);
}
