//! Apply under bad weather: whatever the tenant does, the end is the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scenarios::{ALICE, EXPLORER, GRAPH, app, wants};
use crate::world::World;

const MAKERS: &str =
    "[[group]]\nname = \"Makers\"\n[[people]]\nprefix = \"w\"\ncount = 25\ngroup = \"Makers\"\n";

/// 25 new grants to make in this weather.
fn makers(weather: &str) -> World {
    let world = World::with(&format!("{MAKERS}{weather}"));
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["Makers"] }"#)),
    );
    world
}

/// Ends with exactly 25 grants, each made once, whatever happened on the way. `made`: answers that
/// say, or hide, that a grant was made.
#[track_caller]
fn ends_well(weather: &str, made: &[u16]) -> World {
    let world = makers(&format!("[weather]\n{weather}\n"));
    let plan = world.plan();
    world.apply().assert_code(0);
    assert_eq!(world.grants().len(), 25);
    let writes = world.writes();
    assert!(writes.iter().all(|line| line.method == "POST"), "{:#?}", world.sent());
    let creates: Vec<_> = writes.iter().filter(|line| made.contains(&line.status)).collect();
    assert_eq!(
        creates.len(),
        25,
        "{:?}",
        writes.iter().map(|line| line.status).collect::<Vec<_>>()
    );
    let people: BTreeSet<&str> =
        creates.iter().map(|line| line.body["principalId"].as_str().unwrap()).collect();
    assert_eq!(people.len(), 25, "nobody twice");
    let announced: BTreeSet<String> =
        world.announced(&plan).iter().map(|(_, _, body)| body.to_string()).collect();
    let sent: BTreeSet<String> = writes.iter().map(|line| line.body.to_string()).collect();
    assert_eq!(sent, announced, "nothing but what was announced");
    world.assert_converged();
    world
}

#[test]
fn fine_weather_sends_each_request_once() {
    let world = ends_well("", &[201]);
    assert_eq!(world.counts().writes, 25);
}

#[test]
fn every_third_request_throttled_also_inside_batches() {
    let world = ends_well("throttle = 3\nretry-after = 1", &[201]);
    assert!(world.writes().iter().any(|line| line.status == 429));
}

#[test]
fn every_second_write_throttled_without_a_pause_named() {
    ends_well("throttle-writes = 2\nretry-after = 0", &[201]);
}

#[test]
fn every_fifth_request_unavailable() {
    let world = ends_well("unavailable = 5\nretry-after = 1", &[201]);
    assert!(world.writes().iter().any(|line| line.status == 503));
}

#[test]
fn every_second_answer_lost() {
    ends_well("lost = 2", &[201]);
}

#[test]
fn every_second_success_answered_as_not_found() {
    ends_well("denied = 2", &[201, 404]);
}

#[test]
fn two_reads_behind() {
    ends_well("lag = 2", &[201]);
}

#[test]
fn duplicates_answered_400_after_lost_answers() {
    ends_well("lost = 2\nlag = 2\nduplicate = 400", &[201]);
}

#[test]
fn all_of_it_at_once() {
    ends_well("throttle = 7\nunavailable = 11\nretry-after = 1\nlost = 12\nlag = 1", &[201]);
}

#[test]
fn three_refusals_in_a_row_stop_the_run() {
    let world = makers(
        "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\nstatus = 400\n",
    );
    let digest = world.digest();
    let run = world.run(&["apply", "--approve", &digest, "--json"]).assert_code(9);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["counts"]["failed"], 20, "the batch that was under way");
    assert_eq!(report["counts"]["not_started"], 5);
    assert_eq!(report["stopped"]["stopped"], "failures_in_a_row");
    assert_eq!((report["writes_sent"].as_u64(), world.writes().len()), (Some(20), 20));
    assert!(world.grants().is_empty());
}

/// Two refusals with a success between them stop nothing.
#[test]
fn scattered_refusals_stop_nothing() {
    let refuse = |user: usize| {
        let upn = format!("w{user:05}@contoso.onmicrosoft.com");
        let users = World::with(MAKERS).rows("users");
        let id = users.iter().find(|row| row["userPrincipalName"] == upn.as_str()).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        format!(
            "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\nbody = \"{id}\"\nstatus = 400\n"
        )
    };
    let world = makers(&(refuse(3) + &refuse(9)));
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("23 done, 2 failed"), "{run:#?}");
    assert_eq!(world.grants().len(), 23);
    assert_eq!(world.plan()["summary"]["add"], 2);
}

/// Somebody else makes one of the planned grants at this moment of the run. Returns exit code and
/// results.
fn overtaken(before_request: u64, scope: &str) -> (World, i32, Value) {
    let body = format!(
        "{{ clientId = \"{EXPLORER}\", consentType = \"Principal\", principalId = \"{ALICE}\", \
         resourceId = \"{GRAPH}\", scope = \"{scope}\" }}"
    );
    let mut world = World::with("");
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#)),
    );
    let digest = world.digest();
    world.later(
        &format!(
            "[[weather.meanwhile]]\nbefore-request = {before_request}\nmethod = \"POST\"\npath = \
             \"/oauth2PermissionGrants\"\nbody = {body}\n"
        ),
        |_| {},
    );
    let run = world.run(&["apply", "--approve", &digest, "--json"]);
    let report = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    (world, run.code, report)
}

/// Whenever it happens: the grant is there once, and the run either sees it in time, or counts it
/// as already made, or made it first.
#[test]
fn somebody_else_makes_the_same_grant_at_any_moment() {
    let mut endings = BTreeSet::new();
    for moment in 1..=16 {
        let (world, code, report) = overtaken(moment, "User.Read");
        match code {
            6 => assert_eq!(world.writes().len(), 0, "moment {moment}"),
            0 => {
                assert_eq!(world.grants().len(), 3, "moment {moment}");
                world.assert_converged();
                endings.insert(format!("{} already", report["counts"]["already"]));
                continue;
            }
            other => panic!("exit {other} at moment {moment}: {report}"),
        }
        endings.insert("seen in time".to_owned());
    }
    let all = ["0 already", "1 already", "seen in time"].map(str::to_owned);
    assert_eq!(endings, BTreeSet::from(all));
}

/// What somebody else made is not what the plan would make: it is not overwritten, and the run says
/// so.
#[test]
fn somebody_elses_other_grant_is_not_overwritten() {
    let mut failed = 0;
    for moment in 1..=16 {
        let (world, code, report) = overtaken(moment, "Mail.Read");
        let scopes: Vec<Value> = world
            .rows("oauth2PermissionGrants")
            .iter()
            .filter(|row| row["principalId"] == ALICE)
            .map(|row| row["scope"].clone())
            .collect();
        if code == 9 {
            failed += 1;
            assert_eq!(report["counts"]["failed"], 1, "moment {moment}: {report}");
            assert_eq!(scopes, [json!("Mail.Read")], "moment {moment}");
        }
        assert!([0, 6, 9].contains(&code), "exit {code} at moment {moment}: {report}");
        assert!(world.sent().iter().all(|line| line.starts_with("POST")), "moment {moment}");
    }
    assert!(failed > 0);
}
