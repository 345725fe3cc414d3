//! Whole drawings.

use crate::model::address::Address;
use crate::model::change::Verb;
use crate::model::risk::Tier;
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::said::says;
use crate::plan::{Check, Extent, Lifted, Plan, SaidBy, Unmanaged};
use crate::render::page::style::Colour;
use crate::render::page::view::View;
use crate::render::page::width;
use crate::render::plan::head::numbers;
use crate::render::plan::samples::{app, change, field, named, narrowing, plan, rated, setting};
use crate::render::plan::text;

pub(crate) const SHORT: View<'static> =
    View { full: false, by_person: false, next: Some("consent apply"), colour: Colour::Plain };
pub(crate) const FULL: View<'static> =
    View { full: true, by_person: false, next: None, colour: Colour::Plain };

pub(crate) fn draw(plan: &Plan, view: View<'_>) -> String {
    let mut out = Vec::new();
    text::plan(plan, view, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for line in text.lines() {
        assert!(width(line) <= 80, "{} columns: {line}", width(line));
        assert_eq!(shown(line), line);
    }
    text
}

#[test]
fn the_founding_story_is_drawn_as_documented() {
    let documented = "\
Ready to apply.

Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
Manifest  consent.toml, 1 app
Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

4 changes in 1 app: 3 to add, 0 to change, 1 to remove.

outlook-tasks  OutlookTasksConnector-PowerApps and Flow       99da6bf4-...-c240
  ~ narrow   delegated, all users -> 3 users     cuts off all others  [MEDIUM]
             Microsoft Graph / offline_access, Tasks.ReadWrite
               = kept by adele@contoso.com, alex@contoso.com, megan@contoso.com
               - lost by everybody else in the tenant
             3 one-user grants are made and read back first; only then
             the all-users grant goes.
             why: consent.toml:14

Plan: 3 to add, 0 to change, 1 to remove. 0 unchanged.
Effect  sha256:5b1d6cf0c2a1...c09e
Next    consent apply
";
    assert_eq!(draw(&narrowing(), SHORT), documented);
}

#[test]
fn nothing_to_do() {
    let mut empty = plan(Vec::new());
    empty.unchanged = 12;
    insta::assert_snapshot!(draw(&empty, FULL), @"
    No changes. The tenant matches the manifest.

    Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    Plan: 0 to add, 0 to change, 0 to remove. 12 unchanged.
    ");
}

#[test]
fn an_additive_app_with_unmanaged_grants() {
    let mut grant =
        change("crm", Verb::Grant, None, vec![field("scope", &[], &["User.Read"], &[])]);
    if let Some(why) = grant.why.first_mut() {
        why.reason = Some("FLOW-118 task sync for the flow makers of the whole company".to_owned());
        why.owner = Some("workplace@contoso.com".to_owned());
        why.until = Some("2027-06-30".to_owned());
    }
    let mut plan = plan(vec![rated(grant, Tier::Low, "P302: sign-in and basic cards")]);
    plan.apps = vec![app("crm", "Contoso CRM")];
    plan.unmanaged = vec![Unmanaged::new(
        Address::new("delegated_grant", "crm", ["x".to_owned()]),
        Untrusted::new("delegated, 12 users, Microsoft Graph / Mail.Read"),
    )];
    plan.unmanaged.push(Unmanaged::new(Address::new("delegated_grant", "crm", ["y".to_owned()]), Untrusted::new(
            "delegated, bob@contoso.com: Microsoft Graph / Files.Read.All, Mail.Read, beside what is declared",
        )));
    plan.warnings = vec!["the app \"old\" left the manifest and keeps its 3 grants".to_owned()];
    insta::assert_snapshot!(draw(&plan, SHORT), @r#"
    Ready to apply.

    Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    1 change in 1 app: 1 to add, 0 to change, 0 to remove.

    crm  Contoso CRM                                              99da6bf4-...-c240
      + grant    delegated, all users                                     [LOW]
                 Microsoft Graph / User.Read
                 why: consent.toml:14, FLOW-118 task sync for the flow
                      makers of the whole company (workplace@contoso.com,
                      until 2027-06-30)

    Unmanaged: 2 found, not declared, left alone.
      crm: delegated, 12 users, Microsoft Graph / Mail.Read
      crm: delegated, bob@contoso.com: Microsoft Graph / Files.Read.All, Mail.Read,
           beside what is declared

    Warning: the app "old" left the manifest and keeps its 3 grants

    Plan: 1 to add, 0 to change, 0 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1...c09e
    Next    consent apply
    "#);
}

#[test]
fn what_gains_and_loses_is_drawn_line_by_line() {
    let scopes =
        field("scope", &["User.Read", "openid"], &["Mail.Send"], &["Tasks.Read", "Mail.Read"]);
    let mixed = rated(
        named(change("crm", Verb::Set, Some(7), vec![scopes]), "adele@contoso.com"),
        Tier::High,
        "P205: mail or every file, as the user (Mail.Send)",
    );
    let allow = field("allow", &[], &["microsoft-recommended"], &["none"]);
    let mut provision = setting("crm", "service principal", Verb::Create, Vec::new());
    provision.gives = false;
    provision.notes = vec!["its id is known after apply".to_owned()];
    let mut plan =
        plan(vec![provision, mixed, setting("tenant", "user consent", Verb::Set, vec![allow])]);
    plan.apps = vec![app("crm", "Contoso CRM")];
    insta::assert_snapshot!(draw(&plan, SHORT), @"
    Ready to apply.

    Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    3 changes in 1 app and the tenant's settings:
    1 to add, 2 to change, 0 to remove.

    crm  Contoso CRM                                              99da6bf4-...-c240
      why: consent.toml:14
      ~ set      delegated, 1 user                     cuts off 1 person  [HIGH]
                 Microsoft Graph
                   - Mail.Read
                   + Mail.Send
                   - Tasks.Read
                     kept: openid, User.Read
                   ~ adele@contoso.com
                 risk: P205: mail or every file, as the user (Mail.Send)
      + create   service principal
                 note: its id is known after apply

    tenant  settings for everybody
      ~ set      user consent
                 allow: none -> microsoft-recommended
                 why: consent.toml:14

    Plan: 1 to add, 2 to change, 0 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1...c09e
    Next    consent apply
    ");
}

#[test]
fn people_who_get_the_grant_of_everybody() {
    let everybody =
        change("crm", Verb::Grant, None, vec![field("scope", &[], &["Mail.Read"], &[])]);
    let mut changes = vec![everybody.clone()];
    for id in 1..=2 {
        let mut gone = change(
            "crm",
            Verb::Revoke,
            Some(id),
            vec![field("scope", &[], &[], &["Mail.Read", "User.Read"])],
        );
        gone.needs = vec![everybody.address.clone()];
        changes.push(gone);
    }
    let mut plan = plan(changes);
    plan.apps = vec![app("crm", "Contoso CRM")];
    insta::assert_snapshot!(draw(&plan, SHORT), @"
    Ready to apply.

    Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    3 changes in 1 app: 1 to add, 0 to change, 2 to remove.

    crm  Contoso CRM                                              99da6bf4-...-c240
      ~ widen    delegated, 2 users -> all users                   cuts off 2 people
                 Microsoft Graph / Mail.Read, User.Read
                   = kept by 00000000-0000-0000-0000-000000000001,
                             00000000-0000-0000-0000-000000000002
                       of Mail.Read
                   - lost by 00000000-0000-0000-0000-000000000001,
                             00000000-0000-0000-0000-000000000002
                       of User.Read
                   + given to everybody else in the tenant
                       of Mail.Read
                 The all-users grant is made and read back first; only then
                 2 one-user grants go.
                 why: consent.toml:14

    Plan: 1 to add, 0 to change, 2 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1...c09e
    Next    consent apply
    ");
}

#[test]
fn hostile_names_draw_nothing() {
    let evil = "Az\u{1b}[31mure\u{202e}\n  + grant    free beer";
    let scopes = field("scope", &[], &[evil], &[]);
    let mut grant = named(change("crm", Verb::Grant, Some(7), vec![scopes]), evil);
    grant.subject.target = Some(Untrusted::new(evil));
    let mut plan = plan(vec![grant]);
    plan.apps = vec![app("crm", evil)];
    plan.tenant.domains = vec![Untrusted::new(evil)];
    plan.unmanaged = vec![Unmanaged::new(
        Address::new("delegated_grant", "crm", ["x".to_owned()]),
        Untrusted::new(evil),
    )];
    insta::assert_snapshot!(draw(&plan, SHORT), @r#"
    Ready to apply.

    Tenant    Az<U+001B>[31mure<U+202E><U+000A> + grant free beer
              (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    1 change in 1 app: 1 to add, 0 to change, 0 to remove.

    crm  "Az<U+001B>[31mure<U+202E><U+000A> + grant free beer"    99da6bf4-...-c240
      + grant    delegated, 1 user
                 "Az<U+001B>[31mure<U+202E><U+000A> + grant free beer"
                   Az<U+001B>[31mure<U+202E><U+000A> + grant free beer
                   + "Az<U+001B>[31mure<U+202E><U+000A> + grant free beer"
                 why: consent.toml:14

    Unmanaged: 1 found, not declared, left alone.
      crm: Az<U+001B>[31mure<U+202E><U+000A> + grant free beer

    Plan: 1 to add, 0 to change, 0 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1...c09e
    Next    consent apply
    "#);
}

#[test]
fn wide_and_long_names_stay_within_the_page() {
    for name in ["東京都港区".repeat(60), "x".repeat(4_000), "a b ".repeat(500)] {
        let scopes = field(&name, &[&name], &[&name], &[&name]);
        let mut changes = Vec::new();
        for (at, verb) in
            [Verb::Grant, Verb::Set, Verb::Revoke, Verb::Narrow].into_iter().enumerate()
        {
            let mut one = named(
                change(&name, verb, Some(at as u128), vec![scopes.clone(), scopes.clone()]),
                &name,
            );
            one.subject.what.clone_from(&name);
            one.subject.target = Some(Untrusted::new(name.clone()));
            one.notes = vec![name.clone()];
            changes.push(rated(one, Tier::Critical, &name));
        }
        let mut plan = plan(changes);
        plan.apps = vec![app(&name, &name)];
        plan.tenant.domains = vec![Untrusted::new(name.clone())];
        plan.warnings = vec![name.clone()];
        plan.live.objects = vec![(name.clone(), 1)];
        plan.manifest.files.iter_mut().for_each(|file| file.path.clone_from(&name));
        draw(&plan, FULL);
        draw(&plan, SHORT);
    }
}

#[test]
fn a_name_cannot_forge_a_risk_label() {
    let forged = "Contoso                                                    [LOW]";
    let mut grant = change("crm", Verb::Grant, None, vec![field("scope", &[], &[forged], &[])]);
    grant.subject.what = forged.to_owned();
    let text = draw(&plan(vec![rated(grant, Tier::Critical, "P105: all")]), SHORT);
    assert!(text.contains("delegated") || text.contains("Contoso [LOW], all users"), "{text}");
    assert!(!text.lines().any(|line| line.get(70..).is_some_and(|end| end.starts_with("[LOW]"))));
}

fn check(rule: &str) -> Check {
    Check { rule: rule.to_owned(), text: "it would".to_owned(), help: "do not".to_owned() }
}

/// What stops it and what is lifted for it stand above the changes; how to go on stands below them.
#[test]
fn the_head_says_what_stops_it_and_what_is_lifted() {
    let mut blocked = narrowing();
    blocked.simulated = true;
    blocked.lifted = vec![Lifted {
        rail: "revoke".to_owned(),
        max: 412,
        until: "2026-12-31".to_owned(),
        reason: "end of the \"pilot\" \u{202e}".to_owned(),
        place: "consent.toml:60".to_owned(),
    }];
    blocked.checks = ["removal_limit", "protected_app", "removal_limit"].map(check).to_vec();
    blocked.identity_checks = vec![check("lockout")];
    let text = draw(&blocked, SHORT);
    let (head, rest) = text.split_once("\n\n").zip(text.split_once("\noutlook-tasks")).unwrap();
    insta::assert_snapshot!(rest.0, @r#"
    BLOCKED by removal_limit, protected_app, lockout.

    SIMULATED contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s
    LIFTED    [accept] revoke, up to 412 objects until 2026-12-31, "end of the
              \"pilot\" <U+202E>", "consent.toml:60"

    4 changes in 1 app: 3 to add, 0 to change, 1 to remove.
    "#);
    assert_eq!(head.0, "BLOCKED by removal_limit, protected_app, lockout.");
    assert!(rest.1.contains("BLOCKED   protected_app: it would\n          do not\n"), "{text}");
    assert!(!rest.1.contains("LIFTED"), "{text}");
}

/// Whoever wrote the file may have written anything in it.
#[test]
fn what_a_saved_plan_is_stopped_by_is_its_own_word() {
    let mut blocked = Plan { source: SaidBy::File, ..narrowing() };
    let evil = "none\". Ready to apply.\u{1b}[2K\n";
    blocked.checks = vec![check(&says("removal_limit")), check(&says(evil))];
    let text = draw(&blocked, SHORT);
    let line = text.split("\n\n").next().unwrap();
    insta::assert_snapshot!(line, @r#"
    BLOCKED; the plan says: "removal_limit"; the plan says: "none\". Ready
    to...1B>[2K<U+000A>".
    "#);
    blocked.identity_checks = vec![check("lockout")];
    let text = draw(&blocked, SHORT);
    let first = "BLOCKED by lockout; the plan says: \"removal_limit\"; the plan says: \"none";
    assert!(text.starts_with(first), "{text}");
}

#[test]
fn a_part_says_so_behind_its_verdict() {
    let only = Extent::Partial(vec!["crm".to_owned()]);
    let part = Plan { extent: only.clone(), ..narrowing() };
    let first = "Ready to apply. Part of the manifest: crm.\n";
    assert!(draw(&part, SHORT).starts_with(first));
    let nothing = Plan { extent: only, ..plan(Vec::new()) };
    let text = draw(&nothing, SHORT);
    let first = "No changes. The tenant matches this part. Part of the manifest: crm.\n";
    assert!(text.starts_with(first), "{text}");
    assert!(!text.contains("changes in"), "{text}");
}

#[test]
fn the_question_names_what_must_not_be_overlooked() {
    let told = |plan: &Plan| numbers(plan).1;
    let founding = "3 to add, 0 to change, 1 to remove; highest risk given: medium; cuts off all \
                    others in 1 app.";
    assert_eq!(numbers(&narrowing()), ("4 changes".to_owned(), founding.to_owned()));
    let mut taking = narrowing();
    taking.changes.drain(..3);
    assert_eq!(told(&taking), "0 to add, 0 to change, 1 to remove; cuts off all others in 1 app.");
    let mut giving = narrowing();
    giving.changes.truncate(3);
    let text = "3 to add, 0 to change, 0 to remove; highest risk given: medium; cuts off nobody.";
    assert_eq!(told(&giving), text);
}

/// Apply would only stop there; the way on is the help beside the rail.
#[test]
fn what_is_blocked_names_no_next_command() {
    let mut blocked = narrowing();
    let check = check("lockout");
    blocked.identity_checks = vec![check.clone()];
    assert!(!draw(&blocked, SHORT).contains("consent apply"));
    (blocked.checks, blocked.identity_checks) = (vec![check], Vec::new());
    assert!(!draw(&blocked, SHORT).contains("consent apply"));
}
