//! Drawings of very many changes.

use crate::model::change::{Change, FieldChange, Verb};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::render::plan::samples::{app, change, field, named, plan, rated};
use crate::render::plan::tests::{FULL, SHORT, draw};

/// Short drawings fit 60 lines; full ones name every person.
fn crowded(changes: Vec<Change>, apps: usize) -> String {
    let mut plan = plan(changes);
    plan.apps = (0..apps).map(|at| app(&format!("app-{at:05}"), "Contoso CRM")).collect();
    let text = draw(&plan, SHORT);
    assert!(text.lines().count() <= 60, "{text}");
    let full = draw(&plan, FULL);
    for change in plan.changes.iter().step_by(997) {
        let name = change.subject.person.as_ref().map(Untrusted::shown).unwrap_or_default();
        assert!(full.contains(&name), "{name}");
    }
    text
}

fn scope(gained: &[&str], lost: &[&str]) -> Vec<FieldChange> {
    vec![field("scope", &[], gained, lost)]
}

#[test]
fn ten_thousand_people_of_one_app() {
    let grants = (0..10_000).map(|id| {
        let grant = change("app-00000", Verb::Grant, Some(id), scope(&["Tasks.Read"], &[]));
        rated(named(grant, &format!("user{id:05}@contoso.com")), Tier::Medium, "P300: own tasks")
    });
    insta::assert_snapshot!(crowded(grants.collect(), 1), @"
    Ready to apply.

    Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    10,000 changes in 1 app: 10,000 to add, 0 to change, 0 to remove.

    app-00000  Contoso CRM                                        99da6bf4-...-c240
      + grant    delegated, 10,000 users                                  [MEDIUM]
                 Microsoft Graph / Tasks.Read
                   + user00000@contoso.com, user00001@contoso.com,
                     user00002@contoso.com, user00003@contoso.com,
                     user00004@contoso.com, user00005@contoso.com,
                     and 9,994 more (--full lists all)
                 why: consent.toml:14

    Plan: 10,000 to add, 0 to change, 0 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1...c09e
    More    --full tells each change in full: permissions, people, risk and why
    Next    consent apply
    ");
}

#[test]
fn ten_thousand_apps_with_one_grant_each() {
    let grants = (0..10_000).map(|at| {
        let grant = change(&format!("app-{at:05}"), Verb::Grant, None, scope(&["Tasks.Read"], &[]));
        rated(grant, Tier::Medium, "P300: own tasks")
    });
    let text = crowded(grants.collect(), 10_000);
    insta::assert_snapshot!(text, @"
    Ready to apply.

    Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    10,000 changes in 10,000 apps: 10,000 to add, 0 to change, 0 to remove.

    By app
                                add change remove
      app-00000                   1      0      0  [MEDIUM]
      app-00001                   1      0      0  [MEDIUM]
      app-00002                   1      0      0  [MEDIUM]
      app-00003                   1      0      0  [MEDIUM]
      app-00004                   1      0      0  [MEDIUM]
      app-00005                   1      0      0  [MEDIUM]
      app-00006                   1      0      0  [MEDIUM]
      app-00007                   1      0      0  [MEDIUM]
      app-00008                   1      0      0  [MEDIUM]
      app-00009                   1      0      0  [MEDIUM]
      and 9,990 other apps    9,990      0      0  [MEDIUM]

    Changes, by sort
      + grant    delegated, all users, Microsoft Graph / Tasks.Read       [MEDIUM]
                 10,000 objects in 10,000 apps

    Plan: 10,000 to add, 0 to change, 0 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1...c09e
    More    --full tells each change in full: permissions, people, risk and why
    Next    consent apply
    ");
}

#[test]
fn ten_thousand_removals_everywhere() {
    let removals = (0..10_000u32).map(|at| {
        let name = format!("Custom.Read.{at}");
        let owner = format!("app-{:05}", at % 100);
        named(change(&owner, Verb::Revoke, Some(u128::from(at)), scope(&[], &[&name])), &name)
    });
    let text = crowded(removals.collect(), 100);
    assert!(text.lines().count() <= 60, "{text}");
    let told = text.lines().skip_while(|line| *line != "By app");
    let told: Vec<&str> = told
        .filter(|line| !line.starts_with("  app-000") || line.contains("app-00000"))
        .filter(|line| !line.starts_with("  - revoke") || line.contains(".Read.0,"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    By app
                                add change remove
      app-00000                   0      0    100  cuts off 100 people
      and 86 other apps           0      0  8,600  cuts off 8,600 people

    Changes, by sort
      - revoke   app-00000: delegated, Custom.Read.0, Microsoft    cuts off 1 person
                   Graph / Custom.Read.0
                   Graph / Custom.Read.1
                   Graph / Custom.Read.10
                   Graph / Custom.Read.100
                   Graph / Custom.Read.1000
                   Graph / Custom.Read.1001
                   Graph / Custom.Read.1002
                   Graph / Custom.Read.1003
                   Graph / Custom.Read.1004
                   Graph / Custom.Read.1005
                   Graph / Custom.Read.1006
                   Graph / Custom.Read.1007
                   Graph / Custom.Read.1008
      and 9,987 objects of 9,987 other sorts (--full lists all)

    Plan: 0 to add, 0 to change, 10,000 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1...c09e
    More    --full tells each change in full: permissions, people, risk and why
    Next    consent apply
    ");
}

#[test]
fn each_removal_and_each_danger_is_listed_among_many_while_there_is_room() {
    let mut changes: Vec<_> = (0..1_000)
        .map(|at| change(&format!("app-{at:05}"), Verb::Grant, None, scope(&["Tasks.Read"], &[])))
        .collect();
    for at in 0..8u32 {
        let danger = change(
            &format!("app-{at:05}"),
            Verb::Grant,
            Some(7),
            scope(&[&format!("Danger.{at}.")], &[]),
        );
        let danger = named(danger, "adele@contoso.com");
        changes.push(rated(danger, Tier::Critical, "P105: changes objects that decide access"));
        changes.push(change(
            &format!("app-{at:05}"),
            Verb::Revoke,
            None,
            scope(&[], &[&format!("Gone.{at}.")]),
        ));
    }
    let mut plan = plan(changes);
    plan.apps = (0..1_000).map(|at| app(&format!("app-{at:05}"), "Contoso CRM")).collect();
    let text = draw(&plan, SHORT);
    for at in 0..8 {
        assert!(
            text.contains(&format!("Danger.{at}.")) && text.contains(&format!("Gone.{at}.")),
            "{at}: {text}"
        );
    }
    assert_eq!(text.matches("Danger.").count(), 8);
    assert!(text.contains("1,000 objects in 1,000 apps"), "{text}");
}

#[test]
fn above_forty_pictures_each_has_one_line() {
    let changes = (0..50u32).map(|at| {
        let grant = change(
            "crm",
            Verb::Grant,
            Some(u128::from(at)),
            scope(&[&format!("Custom.{at}.")], &[]),
        );
        named(grant, &format!("u{at}@contoso.com"))
    });
    let mut plan = plan(changes.collect());
    plan.apps = vec![app("crm", "Contoso CRM")];
    let text = draw(&plan, SHORT);
    assert_eq!(text.lines().filter(|line| line.starts_with("  + grant    ")).count(), 50);
    assert!(text.contains("delegated, u7@contoso.com, Microsoft Graph / Custom.7."), "{text}");
}
