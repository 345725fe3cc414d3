//! Pages of plans of any size and with any names.

use std::collections::BTreeSet;

use crate::model::change::{Change, Verb};
use crate::model::risk::Tier;
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::{Check, Lifted, Plan, Unmanaged};
use crate::render::html::reading::ReadPage;
use crate::render::html::{BEGINS, content_security_policy};
use crate::render::plan::samples::{app, change, field, named, narrowing, plan, rated, setting};

fn drawn(plan: &Plan) -> String {
    let mut out = Vec::new();
    super::plan(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// So many grants to as many people, each thing of the plan with its own name.
fn grants(count: usize) -> Plan {
    let one = |at: usize| {
        let scopes = [field("scopes", &[], &[&format!("Scope{}.Read", at % 40)], &[])];
        let change =
            change(&format!("app-{}", at % 60), Verb::Grant, Some(at as u128 + 1), scopes.into());
        let mut change = named(change, &format!("user{at}@contoso.com"));
        change.address.parts.push(at.to_string());
        match at % 50 {
            0 => rated(change, Tier::Critical, "P101: everything (RoleManagement.ReadWrite)"),
            _ => change,
        }
    };
    plan((0..count).map(one).collect())
}

#[test]
fn plans_of_all_sizes_are_whole() {
    for count in [0, 1, 200, 10_000] {
        let plan = grants(count);
        let page = drawn(&plan);
        assert!(page.starts_with(BEGINS));
        let read = ReadPage::of(&page);
        let text: BTreeSet<&str> = read.text.split_whitespace().collect();
        for at in 0..count {
            assert!(text.contains(&*format!("user{at}@contoso.com")), "{count}: {at}");
            assert!(text.contains(&*format!("app-{}", at % 60)), "{count}: {at}");
            assert!(text.contains(&*format!("Scope{}.Read", at % 40)), "{count}: {at}");
        }
        let rows = read.tags.iter().filter(|tag| {
            tag.name == "tr" && tag.attributes.iter().any(|(name, _)| name == "data-risk")
        });
        assert_eq!(rows.count(), count);
        let verdict = if count == 0 { "No changes." } else { "Ready to apply." };
        assert!(read.text.contains(verdict));
    }
}

/// Without the script, rows behind the page are not seen.
#[test]
fn what_must_not_be_overlooked_stands_in_the_page_itself() {
    let mut plan = grants(10_000);
    plan.changes.push(change(
        "app-7",
        Verb::Revoke,
        None,
        vec![field("scopes", &[], &[], &["Mail.Send"])],
    ));
    plan.access = crate::plan::access::AccessChanges::alone(&plan.changes);
    let page = drawn(&plan);
    let (seen, behind) = page.split_once("<template").unwrap();
    for must in ["cuts off all", "Mail.Send", "user9950@contoso.com"] {
        assert!(seen.contains(must), "{must}");
    }
    assert!(!behind.contains("critical\""));
}

#[test]
fn nothing_of_the_page_may_load_or_run_but_what_is_in_it() {
    let read = ReadPage::of(&drawn(&narrowing()));
    let policy = content_security_policy(&read.style, &read.script);
    assert_eq!(read.value("meta", "content"), Some(policy.as_str()));
    assert_eq!(read.value("meta", "http-equiv"), Some("Content-Security-Policy"));
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
}

const EVIL: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</style></title></template><b>",
    "--> ]]> {{7*7}} ${7*7}",
    "a\u{202e}b\u{200b}c\u{0}d\u{1b}[31m",
    "' onmouseover='alert(1)",
    "javascript:alert(1)&lt;i&gt;",
];

/// The same text wherever somebody else may have chosen one.
fn hostile(evil: &str) -> Plan {
    let text = Untrusted::new(evil);
    let grant = change(evil, Verb::Widen, Some(1), vec![field("scopes", &[evil], &[evil], &[])]);
    let mut grant = rated(named(grant, evil), Tier::High, &format!("P1: {evil}"));
    grant.subject.target = Some(text.clone());
    grant.notes = vec![evil.to_owned()];
    for why in &mut grant.why {
        why.line = evil.to_owned();
        for word in [&mut why.reason, &mut why.owner, &mut why.until] {
            *word = Some(evil.to_owned());
        }
    }
    let revoke = change(evil, Verb::Revoke, None, vec![field("scopes", &[], &[], &[evil, "B"])]);
    let other = setting("tenant", evil, Verb::Set, vec![field(evil, &[], &[evil], &[evil])]);
    let mut plan = plan(vec![grant, revoke.clone(), other]);
    plan.apps = vec![app(evil, evil)];
    plan.tenant.name = text.clone();
    plan.tenant.domains = vec![text.clone()];
    plan.manifest.files[0].path = evil.to_owned();
    plan.warnings = vec![evil.to_owned()];
    let three = || [evil.to_owned(), evil.to_owned(), evil.to_owned()];
    let [rule, what, help] = three();
    plan.checks = vec![Check { rule, text: what, help }];
    let [rail, reason, place] = three();
    plan.lifted = vec![Lifted { rail, max: 1, until: evil.to_owned(), reason, place }];
    let mut left = Unmanaged::new(revoke.address, text);
    left.risk = Some(Tier::High);
    plan.unmanaged = vec![left];
    plan
}

#[test]
fn names_are_text_wherever_they_stand() {
    let plain = ReadPage::of(&drawn(&hostile("plain")));
    let names = |read: &ReadPage| -> Vec<String> {
        let tags = read.tags.iter();
        tags.map(|tag| {
            let attributes: Vec<&str> =
                tag.attributes.iter().map(|(name, _)| name.as_str()).collect();
            format!("{} {}", tag.name, attributes.join(" "))
        })
        .collect()
    };
    let elements: BTreeSet<String> = names(&plain).into_iter().collect();
    for evil in EVIL {
        let page = drawn(&hostile(evil));
        assert!(
            page.chars().all(|c| c == '\n' || shown(&c.to_string()) == c.to_string()),
            "{evil:?}"
        );
        let read = ReadPage::of(&page);
        let own: BTreeSet<String> = names(&read).into_iter().collect();
        assert!(own.is_subset(&elements), "{:?}", own.difference(&elements));
        let words: Vec<String> = shown(evil).split_whitespace().map(str::to_owned).collect();
        let times = read.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(times.matches(&words.join(" ")).count() > 15, "{evil:?} is told: {times}");
    }
}

#[test]
fn no_element_has_a_style_or_a_handler_and_no_link_leads_away() {
    let read = ReadPage::of(&drawn(&grants(200)));
    for tag in &read.tags {
        for (name, value) in &tag.attributes {
            assert!(name != "style" && name != "src" && !name.starts_with("on"), "{tag:?}");
            assert!(name != "href" || value.starts_with('#'), "{tag:?}");
        }
    }
    let ids: Vec<&str> = read
        .tags
        .iter()
        .flat_map(|tag| &tag.attributes)
        .filter(|(name, _)| name == "id")
        .map(|(_, id)| id.as_str())
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

#[test]
fn numbers_are_those_of_the_drawing() {
    let mut plan = narrowing();
    plan.unchanged = 1_204;
    let text = ReadPage::of(&drawn(&plan)).text;
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("3 to add 0 to change 1 to remove 1,204 unchanged 0 unmanaged"),
        "{told}"
    );
    assert!(told.contains("highest risk given: medium; cuts off all others in 1 app."), "{told}");
    assert!(told.contains(&plan.effect.digest), "the whole digest");
    let whom = |change: &Change| change.subject.person.as_ref().map(Untrusted::shown);
    for name in plan.changes.iter().filter_map(whom) {
        assert!(told.contains(&name));
    }
}
