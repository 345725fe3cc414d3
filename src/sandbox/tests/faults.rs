//! Weather that strikes one request: throttling, the quota, faults, lost answers, rights and tokens.

use std::time::Duration;

use serde_json::json;

use super::{
    CROWD, GRANTS, all, ask, attend_as, batch_of, bearer, creates, get, grants, incoming, made,
    responses, send, sent, statuses, world,
};
use crate::sandbox::access::ADMINISTRATOR;
use crate::sandbox::answer::Sent;
use crate::sandbox::incoming::{Bearer, Errand};
use crate::sandbox::world::World;

fn header<'s>(sent: &'s Sent, name: &str) -> Option<&'s str> {
    sent.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// Creates these one by one: statuses.
fn created(world: &mut World, count: usize) -> Vec<u16> {
    let grants = grants(world, count);
    grants.into_iter().map(|grant| ask(world, "POST", GRANTS, Some(grant)).0).collect()
}

#[test]
fn trouble_of_lists() {
    let mut empty = world(CROWD, &["empty-pages"]);
    assert_eq!(all(&mut empty, "/users", false).0.len(), 275);
    let mut lossy = world(CROWD, &["lossy"]);
    assert!(all(&mut lossy, "/users", false).0.len() < 275);
    let (users, _) = all(&mut lossy, "/users?$top=999", false);
    assert_eq!(users.len(), 275);
    let ids: Vec<_> = users.iter().map(|user| &user["id"]).collect();
    let by_id = ask(&mut lossy, "POST", "/directoryObjects/getByIds", Some(json!({ "ids": ids })));
    assert_eq!(by_id.1["value"].as_array().unwrap().len(), 275, "an action has no pages");
    let mut broken = world(CROWD, &["broken-page=2"]);
    let next = get(&mut broken, "/users", false).1["@odata.nextLink"].as_str().unwrap().to_owned();
    assert_eq!(get(&mut broken, &next, false).0, 500);
    assert!(get(&mut world(CROWD, &["cut"]), "/users", false).1.is_string());
    let mut some = world("", &["cut=2"]);
    let cut: Vec<bool> = (0..4).map(|_| get(&mut some, "/users", false).1.is_string()).collect();
    assert_eq!(cut, [false, true, false, true]);
}

#[test]
fn throttling_and_refusals_strike_items_one_by_one() {
    let extra = "[weather]\nthrottle = 3\nretry-after = 7\n[[weather.refuse]]\nmethod = \"DELETE\"\n\
                 path = \"/servicePrincipals/\"\nstatus = 403\ntimes = 1\n";
    let mut world = world(extra, &[]);
    let item = |id: &str, method: &str, url: &str| json!({"id": id, "method": method, "url": url});
    let (_, answer) = send(
        &mut world,
        json!([
            item("1", "GET", "/organization"),
            item("2", "DELETE", "/servicePrincipals/x"),
            item("3", "GET", "/organization"),
            item("4", "DELETE", "/servicePrincipals/x"),
        ]),
    );
    assert_eq!(statuses(&answer), [200, 403, 429, 404]);
    assert_eq!(responses(&answer)[2]["headers"]["Retry-After"], "7");
    let logged: Vec<u16> = world.log.writes.iter().map(|line| line.status).collect();
    assert_eq!(logged, [403, 404]);
}

#[test]
fn a_refusal_may_strike_every_other_time_and_look_at_the_query() {
    let extra = "[[weather.refuse]]\npath = \"startswith(displayname, 'a')\"\nstatus = 400\n\
                 often = 2\ntimes = 2\n";
    let mut world = world(extra, &[]);
    let filtered = "/users?%24filter=startswith(displayName,%20'A')";
    let found: Vec<u16> = (0..6).map(|_| get(&mut world, filtered, false).0).collect();
    assert_eq!(found, [200, 400, 200, 400, 200, 200]);
    assert_eq!(get(&mut world, "/users", false).0, 200);
}

#[test]
fn faults_before_and_after_the_effect() {
    let mut before = world(CROWD, &["500=1"]);
    let statuses = created(&mut before, 30);
    assert!(statuses.iter().all(|status| [500, 502, 504].contains(status)), "{statuses:?}");
    assert!([500, 502, 504].iter().all(|status| statuses.contains(status)), "each now and then");
    assert_eq!(made(&before, &grants(&before, 30)), 0);
    assert!(before.log.writes.iter().all(|line| !line.took_effect));

    let mut after = world(CROWD, &["500-after=2"]);
    let statuses = created(&mut after, 4);
    assert_eq!((statuses[0], statuses[2]), (201, 201));
    assert!(statuses[1] >= 500 && statuses[3] >= 500, "{statuses:?}");
    assert_eq!(made(&after, &grants(&after, 4)), 4);
    assert!(after.log.writes.iter().all(|line| line.took_effect), "whatever was answered");
}

#[test]
fn answers_that_get_lost_before_and_after_the_effect() {
    for (word, effect) in [("lost-before=1", false), ("lost=1", true)] {
        let mut world = world(CROWD, &[word]);
        let grant = grants(&world, 1);
        assert!(sent(&mut world, "POST", GRANTS, Some(grant[0].clone())).lost, "{word}");
        assert_eq!(made(&world, &grant), usize::from(effect), "{word}");
        let line = &world.log.writes[0];
        assert_eq!((line.took_effect, line.status), (effect, if effect { 201 } else { 503 }));
    }
}

#[test]
fn the_quota_is_the_services_own() {
    let mut world = world(CROWD, &["quota=20"]);
    let all = grants(&world, 40);
    let (_, answer) = send(&mut world, creates(&all[..19]));
    let quiet = &responses(&answer)[15]["headers"];
    assert_eq!(
        (&quiet["x-ms-resource-unit"], quiet.get("x-ms-throttle-limit-percentage")),
        (&json!("1"), None)
    );
    assert_eq!(responses(&answer)[17]["headers"]["x-ms-throttle-limit-percentage"], "0.90");

    let (status, answer) = send(&mut world, creates(&all[19..24]));
    assert_eq!((status, statuses(&answer)), (200, vec![201, 429, 429, 429, 429]));
    // One write in 7.5 seconds; each that is refused is owed as well.
    let waits: Vec<&str> = responses(&answer)[1..]
        .iter()
        .map(|response| response["headers"]["Retry-After"].as_str().unwrap())
        .collect();
    assert_eq!(waits, ["15", "23", "30", "38"]);
    let refused = &responses(&answer)[4];
    assert_eq!(refused["body"]["error"]["code"], "TooManyRequests");
    assert_eq!(refused["headers"]["x-ms-throttle-information"], "WriteLimitExceeded");
    assert_eq!(refused["headers"]["x-ms-throttle-limit-percentage"], "1.20");
    let scope = refused["headers"]["x-ms-throttle-scope"].as_str().unwrap();
    assert_eq!(scope, format!("Tenant_Application/ReadWrite/app/{}", world.tenant.id));
    assert_eq!(get(&mut world, GRANTS, false).0, 200, "reads have limits of their own");

    let other = Bearer { app_id: "other".to_owned(), ..bearer(ADMINISTRATOR) };
    let create =
        |at: usize| Errand::One(Box::new(incoming("POST", GRANTS, Some(all[at].clone())).into()));
    let sent = attend_as(&mut world, &create(30), &other, Duration::ZERO);
    assert_eq!((sent.status, header(&sent, "x-ms-throttle-scope")), (201, None));
    let later = attend_as(&mut world, &create(20), &bearer(ADMINISTRATOR), Duration::from_secs(38));
    assert_eq!(later.status, 201, "as told");
    let effects = world.log.writes.iter().filter(|line| line.took_effect).count();
    assert_eq!((effects, made(&world, &all)), (22, 22));
}

#[test]
fn rights_can_be_withdrawn_for_writes_or_for_all() {
    let mut writes = world(CROWD, &["rights-withdrawn=3"]);
    assert_eq!(created(&mut writes, 4), [201, 201, 403, 403]);
    assert_eq!(get(&mut writes, GRANTS, false).0, 200);
    let mut everything = world(CROWD, &["all-rights-withdrawn=2"]);
    assert_eq!(get(&mut everything, GRANTS, false).0, 200);
    let (status, body) = get(&mut everything, GRANTS, false);
    assert_eq!((status, &body["error"]["code"]), (403, &json!("Authorization_RequestDenied")));
}

#[test]
fn a_token_expires_for_good_or_until_the_next_one() {
    let read = |world: &mut World, generation: u32| {
        let bearer = Bearer { generation, ..bearer(ADMINISTRATOR) };
        let errand = Errand::One(Box::new(incoming("GET", "/organization", None).into()));
        attend_as(world, &errand, &bearer, Duration::ZERO).status
    };
    let mut once = world("", &["token-expires=2"]);
    assert_eq!((read(&mut once, 0), once.generation), (200, 0));
    assert_eq!((read(&mut once, 0), once.generation), (401, 1));
    assert_eq!((read(&mut once, 0), read(&mut once, 1), read(&mut once, 1)), (401, 200, 200));
    let mut forever = world("", &["expired=2"]);
    assert_eq!(
        (read(&mut forever, 0), read(&mut forever, 0), read(&mut forever, 1)),
        (200, 401, 401)
    );
}

#[test]
fn latency_is_drawn_from_a_range_and_may_hang_on_the_path() {
    let extra = "[weather]\nlatency = \"20ms..200ms\"\n\
                 [[weather.slow]]\npath = \"/groups\"\nlatency = \"1s\"\n\
                 [[weather.slow]]\nmethod = \"post\"\npath = \"grants\"\nlatency = 3000\n";
    let mut world = world(&format!("{CROWD}{extra}"), &[]);
    let takes = |world: &mut World, errand: &Errand| {
        u64::try_from(world.arrive(errand, 1, Duration::ZERO).latency.as_millis()).unwrap()
    };
    let read = |url: &str| Errand::One(Box::new(incoming("GET", url, None).into()));
    let drawn: Vec<u64> = (0..50).map(|_| takes(&mut world, &read("/users"))).collect();
    assert!(drawn.iter().all(|ms| (20..=200).contains(ms)), "{drawn:?}");
    assert!(drawn.iter().any(|ms| *ms < 60) && drawn.iter().any(|ms| *ms > 160), "{drawn:?}");
    assert_eq!(takes(&mut world, &read("/groups?$top=1")), 1_000);
    let items = json!([
        {"id": "1", "method": "GET", "url": "/users"}, {"id": "2", "method": "GET", "url": "/groups"},
    ]);
    assert_eq!(takes(&mut world, &batch_of(items)), 1_000, "as long as its slowest part");
    let all = grants(&world, 3);
    assert_eq!(takes(&mut world, &batch_of(creates(&all))), 3_000);
}

#[test]
fn phases_follow_one_another_by_request_and_by_time() {
    let extra = "[weather]\nretry-after = 9\n429 = 1\n\
                 [[weather.phase]]\nto-request = 2\n429 = 0\n\
                 [[weather.phase]]\nfrom-request = 5\nto-request = 6\n429 = 0\nrights-withdrawn = 1\n\
                 [[weather.phase.refuse]]\nmethod = \"GET\"\nstatus = 400\n\
                 [[weather.phase]]\nfrom-second = 60\n429 = 0\n";
    let mut world = world(&format!("{CROWD}{extra}"), &[]);
    let mut statuses: Vec<u16> = (0..5).map(|_| get(&mut world, "/users", false).0).collect();
    statuses.extend(created(&mut world, 2));
    assert_eq!(statuses, [200, 200, 429, 429, 400, 403, 429]);
    let errand = Errand::One(Box::new(incoming("GET", "/users", None).into()));
    let at = |world: &mut World, seconds: u64| {
        let at = Duration::from_secs(seconds);
        attend_as(world, &errand, &bearer(ADMINISTRATOR), at).status
    };
    assert_eq!((at(&mut world, 59), at(&mut world, 60)), (429, 200));
}
