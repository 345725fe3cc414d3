//! What cannot be read, and what has no clear answer: one object is no reason to stop, many are, and
//! the words are true.

use serde_json::Value;

use crate::lanes::waiting;
use crate::scenarios::{ALICE, app, has, wants};
use crate::survival::flat;
use crate::world::{Run, World};

/// Reads of one person's new grant fail: the grant is unsure, the removal that needs it is not sent,
/// and the clean-up of another app is done.
#[test]
fn one_grant_that_cannot_be_read_back_holds_back_only_what_needs_it() {
    let seed = has("Graph Explorer", None, "User.Read") + &has("Acme Sign", None, "User.Read");
    let mut world = World::with(&seed);
    let people = r#"{ users = ["alice@contoso.com", "bob@contoso.com"] }"#;
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, people)
            + &app("sign", "exact")
            + "grants = \"none\"\n"),
    );
    let digest = world.digest();
    let sick = format!(
        "[[weather.refuse]]\nmethod = \"GET\"\npath = \"principalId eq '{ALICE}'\"\nstatus = 500\n"
    );
    world.later(&format!("{seed}{sick}"), |_| {});
    let run = world.run(&["apply", "--approve", &digest, "--json"]).assert_code(9);
    let report: Value = run.json();
    let count = |word: &str| report["counts"][word].as_u64().unwrap();
    let counts = ["done", "unsure", "skipped", "failed", "not_started"].map(count);
    assert_eq!(counts, [2, 1, 1, 0, 0], "{report:#}");
    assert_eq!(report["stopped"], Value::Null, "{report:#}");
    let deletes = world.sent().iter().filter(|line| line.starts_with("DELETE")).count();
    assert_eq!(deletes, 1, "only the other app's: {:?}", world.sent());
    // Once it can be read, the rest is done.
    world.later(&seed, |_| {});
    world.apply().assert_code(0).quietly();
}

/// Every write is answered 500, and none is made. Whether few or many: it may have changed something,
/// and nobody says that anything was accepted.
#[test]
fn writes_that_are_all_answered_500_end_in_doubt() {
    waiting(&[3, 45], |count| {
        let crowd = format!(
            "[[group]]\nname = \"G\"\n[[people]]\nprefix = \"w\"\ncount = {count}\ngroup = \"G\"\n"
        );
        let mut world = World::with(&crowd);
        let whom = r#"{ groups = ["G"] }"#;
        world.manifest(&(app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, whom)));
        let digest = world.digest();
        let storm = "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\n\
                     status = 500\ncode = \"UnknownError\"\n";
        world.later(&format!("{crowd}{storm}"), |_| {});
        let args = ["apply", "--approve", &digest, "--report", "json=report.json"];
        let run: Run = world.run(&args).assert_code(9);
        let text = std::fs::read_to_string(world.folder().join("report.json")).unwrap();
        let report: Value = serde_json::from_str(&text).unwrap();
        let unsure = count.min(20);
        assert_eq!(report["counts"]["unsure"], unsure, "{report:#}");
        assert_eq!(report["counts"]["not_started"], count - unsure, "{report:#}");
        let (changes, sent) = (report["changes"].as_array().unwrap(), 3 * unsure);
        assert_eq!(changes[0]["accepted"], false, "{report:#}");
        assert_eq!(
            (report["writes_sent"].as_u64(), world.writes().len()),
            (Some(sent), sent as usize)
        );
        let told = flat(&run.stdout);
        for words in [
            format!(
                "Tenant SIMULATED, may have changed; {sent} write requests sent, none known to have"
            ),
            format!("Check a fresh plan has {count} objects left."),
            "no clear answer (500 UnknownError".to_owned(),
            "Next consent apply".to_owned(),
        ] {
            assert!(told.contains(&words), "{words}: {run:#?}");
        }
        let stopped = told.contains("Stopped after 20 changes in a row had no clear answer");
        assert_eq!(stopped, count > 20, "{run:#?}");
        let long = |line: &str| line.chars().count() > 80 && !line.starts_with("Record");
        assert!(!run.stdout.lines().any(long), "{run:#?}");
        world.later(&crowd, |_| {});
        world.apply().assert_code(0).quietly();
    });
}

/// One object that cannot be read after everything was done: nobody says that all is as planned, and
/// the reader learns why.
#[test]
fn a_last_look_that_fails_says_what_could_not_be_read() {
    let applied = |weather: &str| {
        let mut world = World::with("");
        let whom = r#"{ users = ["alice@contoso.com"] }"#;
        world.manifest(&(app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, whom)));
        let digest = world.digest();
        world.later(weather, |_| {});
        let run = world.run(&["apply", "--approve", &digest]);
        (run, world.counts())
    };
    let (run, counts) = applied("");
    run.assert_code(0).quietly();
    // The last thing that is read, those within batches counted.
    let from = counts.reads + counts.writes;
    let sick = format!(
        "[[weather.phase]]\nfrom-request = {from}\n[[weather.phase.refuse]]\nmethod = \"GET\"\n\
         status = 500\n"
    );
    let run = applied(&sick).0.assert_code(10);
    let told = flat(&run.stdout);
    assert!(told.contains("1 done."), "{run:#?}");
    assert!(told.contains("Check not made: failed to read /"), "{run:#?}");
    assert!(told.contains("run plan to see where the tenant stands."), "{run:#?}");
}
