//! S6: wrong permissions stop at the plan, all of them at once.

use super::*;
use crate::world::{HEAD, World};

/// Where a text stands in a manifest, as `:line:column`, counted from 1.
fn place(text: &str, part: &str) -> String {
    let at = text.find(part).unwrap();
    let line = text[..at].matches('\n').count() + 1;
    let column = at - text[..at].rfind('\n').map_or(0, |newline| newline + 1) + 1;
    format!("consent.toml:{line}:{column}")
}

#[test]
fn s6_four_mistakes_have_a_place_and_help_each() {
    let world = World::with("");
    let user_read = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
    let scopes = format!("[\"user.read\", \"Mail.Raed\", \"{user_read}\"]");
    let body = app("explorer", "exact")
        + &wants("explorer", &scopes, "\"all-users\"")
        + "[resource.orders]\napp_id = \"5e000000-0000-4000-8000-000000000003\"\n[[grant]]\napp = \
           \"explorer\"\nresource = \"orders\"\nscopes = [\"Orders.Admin\"]\nfor = \"all-users\"\n";
    world.manifest(&body);
    let text = format!("{HEAD}{body}");
    for args in [&["plan"][..], &["plan", "--json"], &["apply"]] {
        let run = world.run(args).assert_code(3);
        let told = &run.stderr;
        for (code, part, help) in [
            ("unknown_scope", "\"user.read\"", "did you mean \"User.Read\"?"),
            ("unknown_scope", "\"Mail.Raed\"", "did you mean \"Mail.Read\"?"),
            ("permission_id", "\"e1fe6dd8", "that id is \"User.Read\""),
            ("role_for_scope", "\"Orders.Admin\"", "application role"),
        ] {
            assert!(told.contains(&format!("error[{code}]")), "{code} is missing in\n{told}");
            let place = place(&text, part);
            assert!(told.contains(&place), "{place} ({part}) is missing in\n{told}");
            assert!(told.contains(help), "{help} is missing in\n{told}");
        }
        assert_eq!(told.matches("error[").count(), 4, "nothing else is wrong\n{told}");
        assert!(told.contains("error: 4 mistakes to mend in the manifest"), "{told}");
        assert!(run.stdout.is_empty(), "no plan is drawn: {run:#?}");
    }
    assert_eq!(world.sent(), [] as [&str; 0]);
}

/// 107 permissions: of 35 characters each they are 3,851 with their blanks.
fn many(last: usize) -> World {
    let names: Vec<String> = (1..=107)
        .map(|number| {
            let length = if number == 107 { last } else { 35 };
            format!("{}{number:03}", "x".repeat(length - 3))
        })
        .collect();
    let list = format!("{names:?}");
    let world = World::with(&format!(
        "[[service_principal]]\napp_id = \"5e000000-0000-4000-8000-0000000000aa\"\nname = \
         \"Many\"\nscopes = {list}\n"
    ));
    world.manifest(
        &(app("explorer", "exact")
            + &format!(
                "[resource.many]\napp_id = \"5e000000-0000-4000-8000-0000000000aa\"\n[[grant]]\napp \
                 = \"explorer\"\nresource = \"many\"\nscopes = {list}\nfor = \"all-users\"\n"
            )),
    );
    world
}

#[test]
fn s6_a_list_that_the_service_would_cut_off_is_an_error() {
    let world = many(35);
    let run = world.run(&["plan"]).assert_code(3);
    assert!(run.stderr.contains("error[scopes_too_long]"), "{run:#?}");
    assert!(run.stderr.contains("3851") && run.stderr.contains("3850"), "{run:#?}");
    assert_eq!(world.sent(), [] as [&str; 0]);
}

#[test]
fn s6_the_longest_list_goes_through() {
    let world = many(34);
    world.apply_as_announced();
    assert_eq!(world.writes()[0].body["scope"].as_str().unwrap().len(), 3850);
}
