//! Plans that would mislead a reviewer if they told of objects alone. Each drawing answers, on its first screen:
//! who gets what, and how risky is it; who loses what; what happens on a yes.

#![expect(clippy::too_many_lines, reason = "what a drawing must be stands whole beside its test")]

use crate::scenarios::{app, has, wants};
use crate::world::World;

/// The drawing, without what differs from run to run.
fn drawn(world: &World, more: &[&str]) -> String {
    let told = world.run(&[&["plan"], more].concat()).assert_code(0).stdout;
    let mut lines: Vec<&str> = Vec::new();
    for line in told.lines() {
        let goes_on = line.starts_with("          ") && lines.last() == Some(&"Live      ...");
        match line {
            _ if goes_on => {}
            live if live.starts_with("Live ") => lines.push("Live      ..."),
            next if next.starts_with("Next ") => lines.push("Next    ..."),
            digest if digest.starts_with("Effect ") => lines.push("Effect  ..."),
            other => lines.push(other),
        }
    }
    lines.join("\n")
}

/// People with names of their own in the fixture, and more of them.
fn people(count: usize) -> String {
    format!(
        "[[people]]\nprefix = \"w\"\ncount = {count}\ngroup = \"Crowd\"\n[[group]]\nname = \"Crowd\"\n"
    )
}

/// The two who keep something lose two permissions of three, and everybody else loses all of them.
#[test]
fn a_narrowing_to_fewer_permissions_takes_from_those_who_are_named_too() {
    let world = World::with(&has("Graph Explorer", None, "Mail.Read User.Read Calendars.Read"));
    let two = r#"{ users = ["alice@contoso.com", "bob@contoso.com"] }"#;
    world.manifest(&(app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, two)));
    insta::assert_snapshot!(drawn(&world, &[]), @"
    Ready to apply.

    SIMULATED contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      ...

    3 changes in 1 app: 2 to add, 0 to change, 1 to remove.

    explorer  Graph Explorer                                      de8bc8b5-...-5064
      ~ narrow   delegated, all users -> 2 users                  cuts off all users
                 Microsoft Graph / Calendars.Read, Mail.Read, User.Read
                   = kept by alice@contoso.com, bob@contoso.com
                       of User.Read
                   - lost by alice@contoso.com, bob@contoso.com
                       of Calendars.Read, Mail.Read
                   - lost by everybody else in the tenant
                 2 one-user grants are made and read back first; only then
                 the all-users grant goes.
                 why: consent.toml:8
                      not declared, and explorer is exact (consent.toml:5)

    Outside this manifest: no grant, no application permission of Microsoft Graph.

    Plan: 2 to add, 0 to change, 1 to remove. 0 unchanged.
    Effect  ...
    Next    ...
    ");
}

/// Their names differ only in the middle, and are wider than a line.
#[test]
fn two_long_names_stay_two_people() {
    let long = |end: &str| {
        format!("somebody.with.a.rather.long.name.{end}.of.a.department.in.far.away@contoso.com")
    };
    let user = |name: &str| format!("[[user]]\nupn = \"{name}\"\nname = \"Somebody\"\n");
    let (one, other) = (long("first"), long("second"));
    let world = World::with(&(people(40) + &user(&one) + &user(&other)));
    let both = format!("{{ users = [\"{one}\", \"{other}\"] }}");
    let all = r#"{ groups = ["Crowd"] }"#;
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, all)
            + &app("sign", "exact")
            + &wants("sign", r#"["Mail.Read"]"#, &both)),
    );
    let told = drawn(&world, &[]);
    let joined: String = told.split_whitespace().collect();
    assert!(joined.contains(&one) && joined.contains(&other), "{told}");
    insta::assert_snapshot!(told, @"
    Ready to apply.

    SIMULATED contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 2 apps
    Live      ...

    42 changes in 2 apps: 42 to add, 0 to change, 0 to remove.

    explorer  Graph Explorer                                      de8bc8b5-...-5064
      + grant    delegated, 40 users                                      [LOW]
                 Microsoft Graph / User.Read
                   + w00001@contoso.onmicrosoft.com, w00002@contoso.onmicrosoft.com,
                     w00003@contoso.onmicrosoft.com, w00004@contoso.onmicrosoft.com,
                     w00005@contoso.onmicrosoft.com, w00006@contoso.onmicrosoft.com,
                     w00007@contoso.onmicrosoft.com, w00008@contoso.onmicrosoft.com,
                     w00009@contoso.onmicrosoft.com, w00010@contoso.onmicrosoft.com,
                     w00011@contoso.onmicrosoft.com, w00012@contoso.onmicrosoft.com,
                     w00013@contoso.onmicrosoft.com, w00014@contoso.onmicrosoft.com,
                     w00015@contoso.onmicrosoft.com, w00016@contoso.onmicrosoft.com,
                     w00017@contoso.onmicrosoft.com, w00018@contoso.onmicrosoft.com,
                     w00019@contoso.onmicrosoft.com, w00020@contoso.onmicrosoft.com,
                     w00021@contoso.onmicrosoft.com, w00022@contoso.onmicrosoft.com,
                     w00023@contoso.onmicrosoft.com, w00024@contoso.onmicrosoft.com,
                     w00025@contoso.onmicrosoft.com, w00026@contoso.onmicrosoft.com,
                     w00027@contoso.onmicrosoft.com, w00028@contoso.onmicrosoft.com,
                     w00029@contoso.onmicrosoft.com, w00030@contoso.onmicrosoft.com,
                     w00031@contoso.onmicrosoft.com, w00032@contoso.onmicrosoft.com,
                     w00033@contoso.onmicrosoft.com, w00034@contoso.onmicrosoft.com,
                     w00035@contoso.onmicrosoft.com, w00036@contoso.onmicrosoft.com,
                     w00037@contoso.onmicrosoft.com, w00038@contoso.onmicrosoft.com,
                     w00039@contoso.onmicrosoft.com, w00040@contoso.onmicrosoft.com
                 why: consent.toml:8

    sign  Acme Sign                                               5e000000-...-00c2
      + grant    delegated, 2 users                                       [MEDIUM]
                 Microsoft Graph / Mail.Read
                   + somebody.with.a.rather.long.name.first.of.a.department.in.far.a
                     way@contoso.com,
                     somebody.with.a.rather.long.name.second.of.a.department.in.far.
                     away@contoso.com
                 why: consent.toml:16

    Outside this manifest: no grant, no application permission of Microsoft Graph.

    Plan: 42 to add, 0 to change, 0 to remove. 0 unchanged.
    Effect  ...
    More    --full tells each change in full: permissions, people, risk and why
    Next    ...
    ");
}

/// One app loses a permission to everything among 405 grants that go.
#[test]
fn a_dangerous_role_is_seen_among_four_hundred_removals() {
    let role = "[[app_role_assignment]]\nprincipal = \"Acme Sign\"\nresource = \"Microsoft Graph\"\n\
                role = \"RoleManagement.ReadWrite.Directory\"\n";
    let grants = "[[bulk_grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
                  people = \"w\"\nscope = \"User.Read\"\n";
    let world = World::with(&(people(405) + grants + role));
    let gone = ["explorer", "sign"].map(|label| app(label, "exact") + "grants = \"none\"\n");
    let accept =
        "[accept]\nrevoke = { max = 406, until = 2099-12-31, reason = \"end of the pilot\" }\n";
    world.manifest(&(gone.concat() + accept));
    insta::assert_snapshot!(drawn(&world, &[]), @r#"
    Ready to apply.

    SIMULATED contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 2 apps
    Live      ...
    LIFTED    [accept] revoke, up to 406 objects until 2099-12-31, "end of the
              pilot", "consent.toml:14"

    406 changes in 2 apps: 0 to add, 0 to change, 406 to remove.

    sign  Acme Sign                                               5e000000-...-00c2
      - revoke   application                                        cuts off the app
                 Microsoft Graph / RoleManagement.ReadWrite.Directory
                 why: not declared, and sign is exact (consent.toml:9)

    explorer  Graph Explorer                                      de8bc8b5-...-5064
      - revoke   delegated, 405 users                            cuts off 405 people
                 Microsoft Graph / User.Read
                   - w00001@contoso.onmicrosoft.com, w00002@contoso.onmicrosoft.com,
                     w00003@contoso.onmicrosoft.com, w00004@contoso.onmicrosoft.com,
                     w00005@contoso.onmicrosoft.com, w00006@contoso.onmicrosoft.com,
                     and 399 more (--full lists all)
                 why: not declared, and explorer is exact (consent.toml:5)

    Outside this manifest: no grant, no application permission of Microsoft Graph.

    Plan: 0 to add, 0 to change, 406 to remove. 0 unchanged.
    Effect  ...
    More    --full tells each change in full: permissions, people, risk and why
    Next    ...
    "#);
}

/// All users get something; seven of them had something else, too, and lose that.
#[test]
fn a_widening_takes_other_things_from_seven_people() {
    let grants = "[[bulk_grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
                  people = \"w\"\nscope = \"User.Read Mail.Read\"\n";
    let world = World::with(&(people(7) + grants));
    world.manifest(
        &(app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, "\"all-users\"")),
    );
    insta::assert_snapshot!(drawn(&world, &[]), @"
    Ready to apply.

    SIMULATED contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      ...

    8 changes in 1 app: 1 to add, 0 to change, 7 to remove.

    explorer  Graph Explorer                                      de8bc8b5-...-5064
      ~ widen    delegated, 7 users -> all users       cuts off 7 people  [LOW]
                 Microsoft Graph / Mail.Read, User.Read
                   = kept by w00001@contoso.onmicrosoft.com,
                             w00002@contoso.onmicrosoft.com,
                             w00003@contoso.onmicrosoft.com,
                             w00004@contoso.onmicrosoft.com,
                             w00005@contoso.onmicrosoft.com,
                             w00006@contoso.onmicrosoft.com,
                             w00007@contoso.onmicrosoft.com
                       of User.Read
                   - lost by w00001@contoso.onmicrosoft.com,
                             w00002@contoso.onmicrosoft.com,
                             w00003@contoso.onmicrosoft.com,
                             w00004@contoso.onmicrosoft.com,
                             w00005@contoso.onmicrosoft.com,
                             w00006@contoso.onmicrosoft.com,
                             w00007@contoso.onmicrosoft.com
                       of Mail.Read
                   + given to everybody else in the tenant
                       of User.Read
                 The all-users grant is made and read back first; only then
                 7 one-user grants go.
                 note: Nobody loses User.Read by it: all users have it
                       anyway.
                 why: consent.toml:8
                      not declared, and explorer is exact (consent.toml:5)

    Outside this manifest: no grant, no application permission of Microsoft Graph.

    Plan: 1 to add, 0 to change, 7 to remove. 0 unchanged.
    Effect  ...
    Next    ...
    ");
    insta::assert_snapshot!(drawn(&world, &["--by", "person"]), @"
    Ready to apply.

    SIMULATED contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      ...

    8 changes in 1 app: 1 to add, 0 to change, 7 to remove.

    everybody else in the tenant
      + explorer: Microsoft Graph / User.Read [LOW]

    w00001@contoso.onmicrosoft.com, w00002@contoso.onmicrosoft.com,
    w00003@contoso.onmicrosoft.com, w00004@contoso.onmicrosoft.com,
    w00005@contoso.onmicrosoft.com, w00006@contoso.onmicrosoft.com,
    and 1 more (--full lists all)
      - explorer: Microsoft Graph / Mail.Read
      = explorer: Microsoft Graph / User.Read

    Outside this manifest: no grant, no application permission of Microsoft Graph.

    Plan: 1 to add, 0 to change, 7 to remove. 0 unchanged.
    Effect  ...
    More    --full tells each change in full: permissions, people, risk and why
    Next    ...
    ");
}

/// One-user grants beside a grant for all that nobody declared: they give nobody anything.
#[test]
fn an_additive_narrowing_beside_an_unmanaged_grant_is_told_as_pointless() {
    let world = World::with(&has("Graph Explorer", None, "Mail.Read User.Read"));
    let two = r#"{ users = ["alice@contoso.com", "bob@contoso.com"] }"#;
    world.manifest(
        &(app("explorer", "additive") + &wants("explorer", r#"["Mail.Read", "User.Read"]"#, two)),
    );
    insta::assert_snapshot!(drawn(&world, &[]), @r#"
    Ready to apply.

    SIMULATED contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      ...

    Warning: explorer: 2 grants to single users give nobody Mail.Read,
             User.Read of Microsoft Graph: all users have that by a grant
             that is not declared and stays. To take it from all others,
             write mode = "exact" in [app.explorer]; to keep it, declare it
             instead, with for = "all-users".

    2 changes in 1 app: 2 to add, 0 to change, 0 to remove.

    explorer  Graph Explorer                                      de8bc8b5-...-5064
      + grant    delegated, 2 users
                 Microsoft Graph / Mail.Read, User.Read
                   + alice@contoso.com, bob@contoso.com
                 note: Nobody's access changes: all users have it by the
                       grant that is left alone.
                 why: consent.toml:8

    Unmanaged: 1 found, not declared, left alone.
      explorer: [MEDIUM] delegated, all users: Microsoft Graph / Mail.Read,
                User.Read

    Outside this manifest: no grant, no application permission of Microsoft Graph.

    Plan: 2 to add, 0 to change, 0 to remove. 0 unchanged.
    Effect  ...
    Next    ...
    "#);
}
