use super::*;
use crate::kinds::world::{graph, role, scope};
use crate::model::finding::Severity;

fn orders() -> ServicePrincipal {
    let mut api = graph();
    api.roles = vec![
        role(1, "Orders.Admin", "app", true),
        role(2, "Approver", "person", true),
        role(3, "Reader", "person", true),
        role(4, "Clerk", "person", false),
        role(5, "Old.Admin", "app", false),
    ];
    api.scopes = vec![scope(9, "orders.read")];
    api
}

fn find(text: &str, holder: Holder) -> Result<PermissionId, (&'static str, String)> {
    let (api, place) = (orders(), Place { file: 0, span: 0..0 });
    let mut out = Findings::default();
    let found = named(text, holder, &api, &place, &mut out).map(|role| role.id);
    let finding = out.iter().next().map(|finding| {
        assert_eq!(finding.severity, Severity::Error);
        (finding.code, finding.help.clone().unwrap_or_default().into())
    });
    found.ok_or_else(|| finding.unwrap())
}

#[test]
fn a_role_is_found_by_its_exact_name_and_its_holder() {
    assert_eq!(find("Orders.Admin", Holder::App), Ok(PermissionId::from_u128(1)));
    assert_eq!(find("Approver", Holder::Person), Ok(PermissionId::from_u128(2)));
}

#[test]
fn what_was_meant_instead_is_said() {
    use Holder::{App, Person};
    let id = PermissionId::from_u128(1).to_string();
    for (text, holder, code, help) in [
        ("orders.admin", App, "unknown_role", "did you mean \"Orders.Admin\"?"),
        ("Orders.Admn", App, "unknown_role", "did you mean \"Orders.Admin\"?"),
        ("Aprover", Person, "unknown_role", "did you mean \"Approver\"?"),
        (" Orders.Admin", App, "unknown_role", "did you mean \"Orders.Admin\"?"),
        ("Nothing alike", App, "unknown_role", "one list item per role"),
        ("Nothing alike", Person, "unknown_role", "defines \"Approver\", \"Reader\""),
        ("orders.read", App, "scope_for_role", "[[grant]]"),
        ("Approver", App, "role_for_people", "[[assignment]]"),
        ("Orders.Admin", Person, "role_for_apps", "[[app_role]]"),
        ("Old.Admin", App, "disabled_role", "enables it again"),
        ("Clerk", Person, "disabled_role", "enables it again"),
        (id.as_str(), App, "role_id", "that id is \"Orders.Admin\""),
        ("00000000-0000-0000-0000-0000000000ff", App, "role_id", "write the name"),
        ("", Person, "unknown_role", "defines \"Approver\""),
    ] {
        let (found, told) = find(text, holder).unwrap_err();
        assert_eq!(found, code, "{text}: {told}");
        assert!(told.contains(help), "{text}: {told}");
    }
}

#[test]
fn many_roles_are_counted() {
    let mut api = orders();
    api.roles = (1..=9).map(|n| role(n, &format!("R{n}"), "person", true)).collect();
    let told = listed(&api, Holder::Person);
    assert!(told.starts_with("Microsoft Graph defines 9 of them: az ad sp show --id 0"), "{told}");
    assert_eq!(listed(&api, Holder::App), "Microsoft Graph defines none");
}
