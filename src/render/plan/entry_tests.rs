//! What a list of many changes says of each: nobody approves a permission that was not told.

use crate::model::change::{Change, Verb};
use crate::model::risk::Tier;
use crate::render::plan::samples::{app, change, field, plan, rated, setting};
use crate::render::plan::tests::{SHORT, draw};

const SIX: [&str; 6] = [
    "Calendars.Read",
    "Directory.AccessAsUser.All",
    "User.Read",
    "email",
    "offline_access",
    "openid",
];

fn others(count: usize) -> Vec<Change> {
    let one = |at: usize| {
        let scopes = vec![field("scope", &[], &["Tasks.Read"], &[])];
        change(&format!("app-{at:05}"), Verb::Grant, None, scopes)
    };
    (0..count).map(one).collect()
}

fn drawn(mut changes: Vec<Change>, others_too: usize) -> String {
    changes.extend(others(others_too));
    let mut plan = plan(changes);
    plan.apps = vec![app("crm", "Contoso CRM")];
    let text = draw(&plan, SHORT);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    text
}

/// The lines of the picture that begins with these words.
fn picture(text: &str, begins: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.contains(begins));
    let first = lines.next().unwrap_or_default();
    let below = lines.take_while(|line| line.starts_with("               "));
    std::iter::once(first).chain(below).collect::<Vec<_>>().join("\n")
}

fn critical() -> Change {
    let grant = change("crm", Verb::Grant, None, vec![field("scope", &[], &SIX, &[])]);
    let reason = "P105: changes objects that decide access (Directory.AccessAsUser.All)";
    rated(grant, Tier::Critical, reason)
}

#[test]
fn what_is_dangerous_names_all_it_gives() {
    let text = drawn(vec![critical()], 45);
    insta::assert_snapshot!(picture(&text, "[CRITICAL]"), @"
    + grant    delegated, all users, Microsoft Graph /                  [CRITICAL]
                 Directory.AccessAsUser.All, Calendars.Read, email,
                 offline_access, openid, User.Read
    ");
    for many in [250, 9_999] {
        let text = drawn(vec![critical()], many);
        let told = picture(&text, "+ grant    crm");
        assert!(SIX.iter().all(|name| told.contains(name)), "{text}");
        assert!(text.contains("\nMore    --full "), "{text}");
        assert!(text.lines().count() <= 60, "{text}");
    }
}

#[test]
fn what_gains_and_loses_tells_both() {
    let scopes = vec![field("scope", &[], &SIX, &["Mail.Read", "Mail.Send"])];
    let text = drawn(vec![change("crm", Verb::Set, None, scopes)], 45);
    insta::assert_snapshot!(picture(&text, "~ set"), @"
    ~ set      delegated, Microsoft Graph / +Calendars.Read,    cuts off all users
                 +Directory.AccessAsUser.All, +User.Read, +email, +offline_access,
                 +openid, -Mail.Read, -Mail.Send
    ");
}

#[test]
fn what_is_not_dangerous_counts_what_it_has_no_room_for() {
    let grant = change("crm", Verb::Grant, None, vec![field("scope", &[], &SIX, &[])]);
    let text = drawn(vec![rated(grant, Tier::Medium, "P301: other (Calendars.Read)")], 45);
    insta::assert_snapshot!(picture(&text, "[MEDIUM]"), @"
    + grant    delegated, all users, Microsoft Graph / Calendars.Read,  [MEDIUM]
                 Directory.AccessAsUser.All, email, offline_access, openid,
                 User.Read
    ");
}

/// Too much for a page: what makes the risk stays, the others are counted.
#[test]
fn where_there_is_no_room_for_all_what_is_high_stays() {
    let changes = (0..12u8).map(|at| {
        let names: Vec<String> = (0..30).map(|name| format!("Custom{at}.Read.{name:02}")).collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.push("Mail.Send");
        let grant =
            change(&format!("crm-{at}"), Verb::Grant, None, vec![field("scope", &[], &names, &[])]);
        rated(grant, Tier::High, "P205: mail or every file, as the user (Mail.Send)")
    });
    let text = drawn(changes.collect(), 1_000);
    assert!(text.lines().count() <= 60, "{text}");
    assert_eq!(text.matches("Mail.Send").count(), 12, "{text}");
    assert_eq!(text.matches(" more permissions (--full)").count(), 12, "{text}");
}

#[test]
fn a_setting_of_several_parts_is_told_part_by_part() {
    let sets =
        ["any delegated permission of any API, for \"Acme\"", "delegated User.Read of \"G\""];
    let fields = |gained: &[&str], lost: &[&str]| {
        vec![field("includes", &[], gained, &[]), field("excludes", &[], &[], lost)]
    };
    let widened = setting("tenant", "consent policy", Verb::Set, fields(&sets, &sets[..1]));
    let text = drawn(vec![rated(widened, Tier::High, "S4: everything")], 45);
    insta::assert_snapshot!(picture(&text, "[HIGH]"), @r#"
    ~ set      consent policy                                           [HIGH]
                 includes: +any delegated permission of any API, for "Acme"
                 includes: +delegated User.Read of "G"
                 excludes: -any delegated permission of any API, for "Acme"
    "#);
    let mut widened = setting("tenant", "consent policy", Verb::Create, fields(&sets, &[]));
    widened.fields.truncate(1);
    let text = drawn(vec![rated(widened, Tier::Medium, "S5: more")], 45);
    insta::assert_snapshot!(picture(&text, "[MEDIUM]"), @"  + create   consent policy, includes (2)                             [MEDIUM]");
}
