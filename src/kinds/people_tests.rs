use crate::kinds::world::{World, explorer, grant, person};
use crate::model::directory::Lookup;
use crate::model::untrusted::Untrusted;

/// Alice, Bob and Carol have what the manifest declares for the group.
fn settled() -> World {
    let table = grant("[\"User.Read\"]", "{ groups = [\"GX\"] }");
    ["alice", "bob", "carol"]
        .iter()
        .fold(World::new(explorer("exact") + &table), |world, name| world.has(name, "User.Read"))
}

/// The finding's code and line, and that there is nothing else.
#[track_caller]
fn only_finding(world: &World) -> String {
    let (_, findings) = world.changes();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].severity, crate::model::finding::Severity::Error);
    world.findings().remove(0)
}

#[test]
fn a_settled_group_plans_to_nothing() {
    assert_eq!(settled().requests(), Vec::<String>::new());
}

#[test]
fn a_joiner_gets_it_and_a_leaver_loses_it() {
    let sent = settled().group(&["alice", "carol", "frank"]).requests();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[0].starts_with("DELETE /oauth2PermissionGrants/"), "{sent:?}");
    assert!(sent[1].contains(&person("frank").to_string()), "{sent:?}");
}

#[test]
fn an_empty_group_is_an_error_and_no_removal() {
    assert!(only_finding(&settled().group(&[])).starts_with("empty_group 11: "));
}

#[test]
fn a_forbidden_group_is_an_error_that_names_the_right() {
    let found = only_finding(&settled().group_answers(Lookup::Forbidden));
    assert!(found.starts_with("group_forbidden 11: "), "{found}");
    assert!(found.contains("GroupMember.Read.All"), "{found}");
    // Itself it may be read, its members not.
    let mut hidden = settled();
    for group in hidden.directory.groups.values_mut() {
        group.members = None;
    }
    assert!(only_finding(&hidden).starts_with("group_forbidden 11: "));
}

#[test]
fn a_missing_group_is_an_error() {
    assert!(only_finding(&settled().group_answers(Lookup::None)).starts_with("unknown_group 11: "));
}

#[test]
fn a_name_of_several_groups_is_an_error_that_lists_their_ids() {
    let two = [("alice", "made 2024"), ("bob", "made\u{202e}2025")]
        .map(|(name, about)| (person(name), Untrusted::new(about)));
    let found = only_finding(&settled().group_answers(Lookup::Several(two.to_vec())));
    assert!(found.starts_with("ambiguous_group 11: 2 groups are called \"GX\""), "{found}");
    assert!(found.contains(&format!("{} (made<U+202E>2025)", person("bob"))), "{found}");
}

#[test]
fn a_group_that_was_not_read_whole_is_an_error() {
    let mut member_unknown = settled();
    member_unknown.directory.users.remove(&person("bob"));
    assert!(only_finding(&member_unknown).starts_with("group_incomplete 11: "));
    let mut group_unknown = settled();
    group_unknown.directory.groups.clear();
    assert!(only_finding(&group_unknown).starts_with("group_incomplete 11: "));
}

#[test]
fn a_group_of_guests_only_is_an_error_and_no_removal() {
    assert!(only_finding(&settled().group(&["dave"])).starts_with("empty_audience 11: "));
}

/// The help of an audience of whom nobody is left, and nothing about those who would stay out.
#[track_caller]
fn help_of_nobody(world: &World) -> String {
    assert!(only_finding(world).starts_with("empty_audience 11: "));
    world.changes().1.remove(0).help.unwrap().into()
}

#[test]
fn an_empty_audience_is_told_what_would_bring_somebody_back() {
    let world = |whom: &str, members: &[&str]| {
        World::new(explorer("exact") + &grant("[\"User.Read\"]", whom)).group(members)
    };
    let plain = "{ groups = [\"GX\"] }";
    let help = |whom: &str, members: &[&str]| help_of_nobody(&world(whom, members));
    assert!(help(plain, &["dave"]).starts_with("add guests = true, or name somebody"));
    assert!(help(plain, &["erin"]).starts_with("add disabled = true, or name somebody"));
    assert!(help(plain, &["dave", "erin"]).starts_with("add disabled = true or guests = true, "));
    let except = "{ groups = [\"GX\"], except = [\"alice@contoso.com\", \"dave@contoso.com\"] }";
    for members in [&["alice"][..], &["alice", "dave"]] {
        let help = help(except, members);
        assert!(help.contains("`except`") && !help.contains("= true"), "{help}");
    }
    let mut both = world(plain, &["dave"]);
    both.directory.users.get_mut(&person("dave")).unwrap().enabled = false;
    assert!(help_of_nobody(&both).starts_with("add guests = true and disabled = true, "));
}

#[test]
fn every_wrong_name_of_an_audience_is_told() {
    let whom = "{ users = [\"nobody@contoso.com\", \"eve@contoso.com\"], groups = [\"GY\"] }";
    let world = World::new(explorer("exact") + &grant("[\"User.Read\"]", whom));
    let codes: Vec<&str> = world.changes().1.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["unknown_user", "unknown_user", "unknown_group"]);
}

#[test]
fn an_unknown_exception_is_an_error_too() {
    let whom = "{ groups = [\"GX\"], except = [\"allice@contoso.com\"] }";
    let world = World::new(explorer("exact") + &grant("[\"User.Read\"]", whom));
    assert!(only_finding(&world).starts_with("unknown_user 11: "));
}

#[test]
fn who_is_named_and_in_the_group_is_one_person() {
    let whom = "{ users = [\"alice@contoso.com\"], groups = [\"GX\"] }";
    let world = World::new(explorer("exact") + &grant("[\"User.Read\"]", whom));
    assert_eq!(world.requests().len(), 3);
}

#[test]
fn the_expansion_limit_is_a_warning_and_lets_the_plan_be_read() {
    let limit = "[limits]\nprincipals = 2\n";
    let table = grant("[\"User.Read\"]", "{ groups = [\"GX\"] }");
    let (changes, findings) = World::new(explorer("exact") + &table + limit).changes();
    assert_eq!((changes.len(), findings[0].code), (3, "principals_limit"));
}

#[test]
fn a_crowd_that_is_left_out_is_counted_and_not_listed() {
    let mut world =
        World::new(explorer("exact") + &grant("[\"User.Read\"]", "{ groups = [\"GX\"] }"));
    for name in ["bob", "carol", "dave", "frank"] {
        world.directory.users.get_mut(&person(name)).unwrap().guest = true;
    }
    let members = ["alice", "bob", "carol", "dave", "frank"];
    let notes = world.group(&members).clean()[0].notes.clone();
    assert_eq!(notes.len(), 4);
    assert_eq!(notes[3], "1 more of GX left out: a guest.");
}

#[test]
fn a_guest_who_is_named_himself_is_in_and_not_said_to_be_left_out() {
    let whom = "{ users = [\"dave@contoso.com\"], groups = [\"GX\"] }";
    let world = World::new(explorer("exact") + &grant("[\"User.Read\"]", whom));
    let changes = world.group(&["alice", "dave"]).clean();
    assert_eq!((changes.len(), changes[0].notes.len()), (2, 0));
}
