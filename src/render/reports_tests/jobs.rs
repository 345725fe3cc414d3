//! What the runner of a job makes of a report.

use super::{HOSTILE, crowd, each, each_small, part, runners, whole, with};
use crate::plan::{Lifted, Plan};
use crate::render::formats::{PartTo, Reported};

#[test]
fn a_runner_finds_our_commands_and_no_others() {
    each(|reported| {
        let printed = whole("github", reported);
        let found = runners::github(&printed);
        assert_eq!(found.len(), printed.lines().count(), "{printed}");
        for word in ["error", "warning", "notice"] {
            assert!(found.iter().filter(|one| one.word == word).count() <= 10);
        }
        for one in &found {
            assert_eq!(one.properties["file"], "consent.toml");
            assert!(one.properties["line"].parse::<usize>().unwrap() >= 1);
            assert!(!one.message.is_empty() && !one.message.contains(['\r', '\n']));
        }
        let printed = whole("azure", reported);
        let found = runners::azure(&printed);
        assert_eq!(found.len(), printed.lines().count(), "{printed}");
        for one in found {
            match one.word.as_str() {
                "task.logissue" => assert_eq!(one.properties["sourcepath"], "consent.toml"),
                "task.setvariable" => assert_eq!(one.properties["isOutput"], "true"),
                other => panic!("{other}"),
            }
        }
    });
}

#[test]
fn whoever_prints_another_report_meets_no_command_in_it() {
    each_small(&|reported: &Reported<'_>| {
        for format in ["json", "markdown", "sarif", "gitlab", "junit"] {
            let text = whole(format, reported);
            let found = (runners::github(&text), runners::azure(&text));
            assert_eq!(found, (vec![], vec![]), "{format}");
        }
    });
}

#[test]
fn outputs_are_counts_and_words_of_ours() {
    each(|reported| {
        let lines = part("github", reported, |to| matches!(to, PartTo::Appended("GITHUB_OUTPUT")));
        for line in lines.lines() {
            let (name, value) = line.split_once('=').unwrap();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
            assert!(
                value.chars().all(|c| c.is_ascii_alphanumeric() || "_:,-".contains(c)),
                "{line}"
            );
        }
    });
    let mut plan = crowd(10, "x");
    plan.checks[0].rule = format!("a\ndigest=sha256:{HOSTILE}");
    let lines = part("github", &Reported::Plan(&plan), |to| {
        matches!(to, PartTo::Appended("GITHUB_OUTPUT"))
    });
    assert!(lines.contains("blocked_by=other\n") && lines.contains("verdict=blocked\n"), "{lines}");
    assert!(lines.contains("add=8\n") && lines.contains("remove=2\n"), "{lines}");
    assert!(
        lines.contains("highest_risk=critical\n") && lines.contains("cuts_off=people\n"),
        "{lines}"
    );
}

#[test]
fn a_lifted_rail_is_told_at_its_line() {
    let lifted = Lifted {
        rail: "revoke".to_owned(),
        max: 412,
        until: "2026-12-31".to_owned(),
        reason: "clean-up".to_owned(),
        place: "consent.toml:60".to_owned(),
    };
    let plan = Plan { lifted: vec![lifted], ..with(Vec::new()) };
    let printed = whole("github", &Reported::Plan(&plan));
    assert_eq!(
        printed,
        "::warning file=consent.toml,line=60,endLine=60,title=lifted-revoke::The rail revoke is lifted up to 412 \
         until 2026-12-31: clean-up.\n"
    );
}
