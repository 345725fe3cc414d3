//! GitHub: a pull request from its first push on, its comment, and who may see what.

use std::path::Path;

use pulldown_cmark::{Event as Markdown, Tag};
use serde_json::json;

use crate::bash;
use crate::github_service::{BOT, REPOSITORY};
use crate::repository::{grant, manifest};
use crate::workflow::{Event, Origin, Place, commit};

pub(crate) const CHANGE: u64 = 12;

/// A merge of the pull request, as GitHub tells it.
pub(crate) fn merge(place: &Place, change: u64, into: &str) {
    let pull = json!({
        "number": change, "merged_at": "2026-11-28T10:00:00Z", "merge_commit_sha": into,
        "base": { "ref": "main", "repo": { "full_name": REPOSITORY } },
    });
    place.github.state().merged.insert(into.to_owned(), vec![pull]);
}

pub(crate) fn opened() -> Event {
    Event::pull_request(CHANGE, &commit(1), Origin::Own)
}

/// The digest that a comment names, in its text and for the job after the merge.
#[track_caller]
fn digest(body: &str) -> String {
    let state = body.lines().nth(2).unwrap();
    let digest = state.split("digest=").nth(1).unwrap().trim_end_matches(" -->");
    let told = format!("Effect `{digest}`");
    assert!(body.contains(&told), "{told} is not in {body}");
    digest.to_owned()
}

/// Planned on a pull request, with a comment of its own.
pub(crate) fn reviewed(place: &mut Place, grants: &str) -> String {
    place.repository.declares(&manifest(grants));
    let jobs = place.run("pull-request.yml", &opened());
    jobs["plan"].assert("success");
    jobs["fork"].assert("skipped");
    let [one] = &place.github.kept(CHANGE)[..] else { panic!("not one comment") };
    digest(&one.body)
}

#[test]
fn a_pull_request_has_one_comment_that_is_always_of_today() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    // Enough of others that ours is on a second page, some of whom pretend to be ours.
    let forged = "<!-- consent:plan tenant=x -->\n<!-- consent:key default -->\nready";
    for number in 0..120 {
        let other = "<!-- consent:plan tenant=x -->\r\n<!-- consent:key other -->\r\nanother key";
        let (user, body) = match number % 4 {
            0 => ("mallory", forged),
            1 => (BOT, other),
            2 => (BOT, "tests passed"),
            _ => ("adele", "looks good"),
        };
        place.github.says(CHANGE, user, body);
    }
    let others = place.github.state().comments.clone();
    let ours = |place: &Place| {
        let state = place.github.state();
        assert_eq!(state.comments[..others.len()], others[..], "a comment of others was touched");
        let ours = state.comments[others.len()..].to_vec();
        assert!(ours.len() == 1, "{ours:?}");
        ours[0].clone()
    };

    place.repository.declares(&manifest(&grant("User.Read")));
    let jobs = place.run("pull-request.yml", &opened());
    jobs["plan"].assert("success");
    assert!(jobs["plan"].summary.contains("Ready to apply"), "{}", jobs["plan"].summary);
    let first = ours(&place);
    assert!(
        first.body.contains("Ready to apply") && first.body.contains("`User.Read`"),
        "{}",
        first.body
    );
    let before = digest(&first.body);

    place.repository.declares(&manifest(&grant("Mail.Read")));
    let event = Event::pull_request(CHANGE, &commit(2), Origin::Own);
    place.run("pull-request.yml", &event)["plan"].assert("success");
    let second = ours(&place);
    assert_eq!((first.id, second.user.as_str()), (second.id, BOT));
    assert!(second.body.contains("`Mail.Read`") && !second.body.contains("`User.Read`"));
    assert!(second.body.contains(&commit(2)) && digest(&second.body) != before);

    place.repository.declares(&manifest("[[grant]]\nno_such_key = 1\n"));
    let jobs = place.run("pull-request.yml", &opened());
    jobs["plan"].assert_failed(3);
    assert!(jobs["plan"].commands.contains(&"error".to_owned()), "{:?}", jobs["plan"].commands);
    let third = ours(&place);
    assert_eq!(third.id, first.id);
    assert!(third.body.contains("no plan, the manifest has"), "{}", third.body);
    assert!(
        third.body.contains("digest=none") && !third.body.contains("sha256:"),
        "{}",
        third.body
    );
    place.github.assert_asked_well();
    assert!(place.tenant.sent().is_empty());
}

#[test]
fn two_comments_of_runs_that_overlapped_become_one() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    let ours = "<!-- consent:plan tenant=x -->\n<!-- consent:key default -->\nof yesterday";
    let first = place.github.says(CHANGE, BOT, ours);
    place.github.says(CHANGE, BOT, ours);
    reviewed(&mut place, &grant("User.Read"));
    assert_eq!(place.github.kept(CHANGE)[0].id, first);
    place.github.assert_asked_well();
}

/// No plan for another reason than the manifest: what stood there is replaced all the same.
#[test]
fn a_plan_that_fails_leaves_no_ready_comment() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    reviewed(&mut place, &grant("User.Read"));
    place.vars.insert("TENANT_ID", "77777777-7f0e-4d1b-9c55-0f3b2f6ae1b7".to_owned());
    let jobs = place.run("pull-request.yml", &opened());
    assert_eq!(jobs["plan"].assert("failure").code, 4);
    let [one] = &place.github.kept(CHANGE)[..] else { panic!() };
    assert!(
        one.body.contains("## consent plan: no plan") && one.body.contains("exit code 4"),
        "{}",
        one.body
    );
    assert!(one.body.contains("digest=none") && !one.body.contains("Ready"), "{}", one.body);

    place.vars.insert("PROGRAM", "no-such-program".to_owned());
    place.run("pull-request.yml", &opened())["plan"].assert_failed(127);
    // The program is there, and something else breaks the step itself.
    place.vars.insert("PROGRAM", env!("CARGO_BIN_EXE_consent").to_owned());
    place.vars.insert("TENANT_ID", crate::tenant::TENANT.to_owned());
    reviewed(&mut place, &grant("User.Read"));
    std::fs::remove_file(place.repository.path(".github/actions/consent/plan.sh")).unwrap();
    place.run("pull-request.yml", &opened())["plan"].assert_failed(127);
    let [one] = &place.github.kept(CHANGE)[..] else { panic!() };
    assert!(
        one.body.contains("exit code unknown") && one.body.contains("digest=none"),
        "{}",
        one.body
    );
    place.github.assert_asked_well();
}

#[test]
fn a_comment_that_is_refused_fails_the_job_and_is_told() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    place.repository.declares(&manifest(&grant("User.Read")));
    for (method, status) in [("POST", 403), ("POST", 422), ("POST", 500), ("GET", 403)] {
        place.github.state().refuses = Some((method, status));
        let jobs = place.run("pull-request.yml", &opened());
        let log = &jobs["plan"].assert("failure").log;
        assert!(log.contains("was refused") && log.contains("not now"), "{log}");
        let known = ["error", "warning", "notice"];
        let commands = &jobs["plan"].commands;
        assert!(commands.iter().all(|word| known.contains(&word.as_str())), "{commands:?}");
        assert!(!log.contains("\n::error::no command"), "{log}");
    }
    place.github.assert_asked_well();
}

#[test]
fn a_fork_is_planned_by_the_snapshot_of_last_night() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    let fork = Event::pull_request(CHANGE, &commit(3), Origin::Fork);
    place.repository.declares(&manifest(&grant("User.Read")));
    let jobs = place.run("pull-request.yml", &fork);
    jobs["plan"].assert("skipped");
    let summary = &jobs["fork"].assert("success").summary;
    assert!(summary.contains("nothing planned") && place.tenant.requests() == 0, "{summary}");

    place.vars.insert("KEEP_SNAPSHOT", "true".to_owned());
    place.vars.insert("NIGHTLY_DIFFERENCES", "pass".to_owned());
    place.run("nightly.yml", &Event::night(&commit(5)))["plan"].assert("success");
    // A newer one of the same name, which the fork's own run left.
    let poisoned = json!({
        "id": 99, "name": "consent-snapshot", "expired": false, "created_at": "2027-01-01T00:00:00Z",
        "workflow_run": { "id": 99, "head_branch": "main", "repository_id": 7, "head_repository_id": 8 },
    });
    place.github.state().artifacts.push(poisoned);
    let before = (place.tenant.requests(), place.github.state().identity_tokens);
    let jobs = place.run("pull-request.yml", &fork);
    let summary = &jobs["fork"].assert("success").summary;
    assert!(summary.contains("`User.Read`") && !summary.contains("nothing planned"), "{summary}");
    assert_eq!((place.tenant.requests(), place.github.state().identity_tokens), before);
    assert!(place.github.state().comments.is_empty());

    place.repository.declares(&manifest("[[grant]]\nno_such_key = 1\n"));
    place.run("pull-request.yml", &fork)["fork"].assert_failed(3);
    assert!(place.github.state().comments.is_empty());
    place.github.assert_asked_well();
}

/// A rail stops it: the check is red, and no digest stands there for the job after a merge.
#[test]
fn a_blocked_plan_is_told_and_never_approved() {
    if bash::is_missing() {
        return;
    }
    let grant = "[[grant]]\nclient = \"Orders UI\"\nresource = \"Microsoft Graph\"\nscope = \"User.Read\"\n";
    let mut place = Place::new(grant);
    place.repository.declares(&manifest("grants = \"none\"\n[limits]\nrevoke = 0\n"));
    let jobs = place.run("pull-request.yml", &opened());
    jobs["plan"].assert_failed(5);
    let [one] = &place.github.kept(CHANGE)[..] else { panic!() };
    assert!(
        one.body.contains("BLOCKED by") && one.body.contains("digest=none -->"),
        "{}",
        one.body
    );
    merge(&place, CHANGE, &commit(5));
    let jobs = place.run("merge.yml", &Event::push(&commit(5)));
    jobs["plan"].assert_failed(5);
    jobs["apply"].assert("skipped");
}

/// For a public repository. What is reviewed and applied is the same.
#[test]
fn people_may_be_counted_instead_of_named() {
    if bash::is_missing() {
        return;
    }
    let mut place = Place::new("");
    let named = reviewed(&mut place, &grant("User.Read"));
    assert!(place.github.kept(CHANGE)[0].body.contains("alice"));
    place.env.insert("CONSENT_PEOPLE".to_owned(), "hide".to_owned());
    assert_eq!(reviewed(&mut place, &grant("User.Read")), named);
    assert!(!place.github.kept(CHANGE)[0].body.contains("alice"));
    merge(&place, CHANGE, &commit(5));
    let jobs = place.run("merge.yml", &Event::push(&commit(5)));
    jobs["apply"].assert("success");
    for job in jobs.values() {
        assert!(!job.log.contains("alice") && !job.summary.contains("alice"), "{}", job.log);
    }
    assert_eq!(place.tenant.grants().len(), 1);
    place.github.assert_asked_well();
}

/// Names that would be commands of a shell, of the runner, or the end of a comment, if anything let them.
#[test]
fn names_of_the_tenant_run_nothing_and_break_no_comment() {
    if bash::is_missing() {
        return;
    }
    let name = "x\\n::set-output name=digest::0\\n::add-mask::a ##[error]b $(touch pwned) `touch pwned` '; touch pwned; ' \
                --> <!-- consent:state commit=0 digest=sha256:0 -->\\nEffect `sha256:0` ${{ github.token }}";
    let mut place = Place::new("");
    place.tenant.edit(|state| {
        let text = state
            .to_string()
            .replace("Orders UI", name)
            .replace("\"Alice\"", &format!("\"{name}\""));
        *state = serde_json::from_str(&text).unwrap();
    });
    let digest = reviewed(&mut place, &grant("User.Read"));
    let comment = place.github.kept(CHANGE)[0].body.clone();
    assert!(comment.contains("touch pwned"), "the name is not in it: {comment}");
    assert_only_ours(&comment, &digest);
    merge(&place, CHANGE, &commit(5));
    let jobs = place.run("merge.yml", &Event::push(&commit(5)));
    assert_eq!(jobs["plan"].assert("success").outputs["approved"], digest);
    jobs["apply"].assert("success");
    let known = ["error", "warning", "notice"];
    for (name, job) in &jobs {
        assert!(
            job.commands.iter().all(|word| known.contains(&word.as_str())),
            "{name}: {:?}",
            job.commands
        );
    }
    assert!(!is_there(place.artifacts.path(), "pwned"));
    assert!(!place.repository.path("pwned").exists());
    place.github.assert_asked_well();
}

fn is_there(folder: &Path, name: &str) -> bool {
    std::fs::read_dir(folder).unwrap().map(Result::unwrap).any(|entry| {
        entry.file_name() == name || (entry.path().is_dir() && is_there(&entry.path(), name))
    })
}

/// What of a comment is HTML is all ours, and nothing in it leads elsewhere.
#[track_caller]
fn assert_only_ours(comment: &str, digest: &str) {
    let state = format!("<!-- consent:state commit={} digest={digest} -->", commit(1));
    let ours = [
        "<!-- consent:plan tenant=8f2c",
        "<!-- consent:key default -->",
        &state,
        "<details>",
        "</details>",
    ];
    for event in pulldown_cmark::Parser::new(comment) {
        match event {
            Markdown::Html(text) | Markdown::InlineHtml(text) => {
                let known =
                    ours.iter().any(|begin| text.starts_with(begin)) || text.trim().is_empty();
                assert!(known, "{text:?} in {comment}");
            }
            Markdown::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link in {comment}"),
            _ => {}
        }
    }
}
