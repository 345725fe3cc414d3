//! A plan person by person.

use crate::model::change::Verb;
use crate::render::page::style::Colour;
use crate::render::page::view::View;
use crate::render::plan::samples::{change, field, named, narrowing, plan};
use crate::render::plan::tests::draw;

/// Whoever is in an entry of access is told with what he gets and loses, and nobody draws anything.
#[test]
fn by_person_everybody_is_told_once() {
    const EACH: View<'static> =
        View { full: true, by_person: true, next: None, colour: Colour::Plain };
    insta::assert_snapshot!(draw(&narrowing(), EACH), @"
    Ready to apply.

    Tenant    contoso.onmicrosoft.com (8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7)
    Manifest  consent.toml, 1 app
    Live      read 14:02:11Z, complete: 1 app, 1 grant, 0.3 s

    4 changes in 1 app: 3 to add, 0 to change, 1 to remove.

    everybody else in the tenant
      - outlook-tasks: Microsoft Graph / offline_access, Tasks.ReadWrite

    adele@contoso.com, alex@contoso.com, megan@contoso.com
      = outlook-tasks: Microsoft Graph / offline_access, Tasks.ReadWrite

    3 other changes [MEDIUM]: settings, and what alters nobody's access (--by app
    tells them)

    Plan: 3 to add, 0 to change, 1 to remove. 0 unchanged.
    Effect  sha256:5b1d6cf0c2a1000000000000000000000000000000000000000000000000c09e
    ");
    let evil = "Az\u{1b}[31mure\u{202e}\n  + grant    free beer";
    let mut changes = narrowing().changes;
    let odd = change("crm", Verb::Grant, Some(9), vec![field("scope", &[], &[evil], &[])]);
    changes.push(named(odd, evil));
    let plan = plan(changes);
    let text = draw(&plan, EACH);
    assert!(text.contains("<U+001B>[31mure"), "{text}");
    let short = View { full: false, ..EACH };
    assert!(draw(&plan, short).lines().count() <= 100);
}
