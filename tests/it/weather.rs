//! Weather that begins when the plan is approved: by chance, by phase, by match; as the service limits
//! writes, and as rights and tokens end. The log says what took effect, whatever was answered.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use consent::sandbox::log::WriteLine;
use serde_json::Value;

use crate::scenarios::{EXPLORER, GRAPH, app, has, wants};
use crate::world::{Run, SEED, World};

fn crowd(count: usize) -> String {
    format!("[[group]]\nname = \"G\"\n[[people]]\nprefix = \"w\"\ncount = {count}\ngroup = \"G\"\n")
}

/// A grant for each of the crowd.
fn for_all() -> String {
    app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["G"] }"#)
}

/// Applies an approved plan for so many people in this weather. `more`: what else the tenant has.
fn applied(count: usize, more: &str, weather: &str) -> (World, Run) {
    let seed = format!("{}{more}", crowd(count));
    let mut world = World::with(&seed);
    world.manifest(&for_all());
    let digest = world.digest();
    world.later(&format!("{seed}{weather}"), |_| {});
    let run = world.run(&["apply", "--approve", &digest]);
    (world, run)
}

fn effects(world: &World) -> Vec<WriteLine> {
    world.writes().into_iter().filter(|line| line.took_effect).collect()
}

/// People whose grant was made, each of them once.
#[track_caller]
fn people(world: &World) -> usize {
    let effects = effects(world);
    let creates: Vec<&WriteLine> = effects.iter().filter(|line| line.method == "POST").collect();
    let people: BTreeSet<&str> =
        creates.iter().map(|line| line.body["principalId"].as_str().unwrap()).collect();
    assert_eq!(people.len(), creates.len(), "somebody twice");
    people.len()
}

/// All grants are there, each was made once, and nothing is left to do.
#[track_caller]
fn ends_well(weather: &str) {
    let (mut world, run) = applied(25, "", &format!("[weather]\n{weather}\n"));
    run.assert_code(0).quietly();
    assert_eq!((people(&world), world.grants().len()), (25, 25), "{weather}");
    world.later(&crowd(25), |_| {});
    world.assert_converged();
}

#[test]
fn faults_after_the_effect() {
    ends_well("500-after = 3");
    ends_well("500-after = \"20%\"");
}

#[test]
fn batches_that_are_lost_or_fail_when_all_was_done() {
    ends_well("batch-lost = 2");
    ends_well("batch-500-after = 2");
}

#[test]
fn batches_that_break_midway() {
    ends_well("batch-lost-midway = \"40%\"\nseed = 2");
}

#[test]
fn a_storm_by_chance() {
    for seed in [1, 3] {
        ends_well(&format!(
            "seed = {seed}\nlatency = \"1ms..20ms\"\nretry-after = 1\n429 = \"10%\"\n503 = \"5%\"\n\
             500 = \"3%\"\n500-after = \"5%\"\nlost = \"5%\"\nlag = 1\n"
        ));
    }
}

#[test]
fn seconds_behind() {
    ends_well("lag = \"2s\"\nlag-changes = \"1s\"");
}

/// Everybody's grant is replaced by one for each person, and readers see the old one for a while.
#[test]
fn a_deleted_grant_that_is_still_listed() {
    let all = has("Graph Explorer", None, "User.Read");
    for lag in ["2", "\"1s\""] {
        let (world, run) = applied(3, &all, &format!("[weather]\nlag-deletes = {lag}\n"));
        run.assert_code(0).quietly();
        let deletes = effects(&world).iter().filter(|line| line.method == "DELETE").count();
        assert_eq!((people(&world), deletes, world.grants().len()), (3, 1, 3), "{lag}");
    }
}

#[test]
fn a_changed_grant_that_is_seen_as_it_was() {
    let one = has("Graph Explorer", Some("w00001@contoso.onmicrosoft.com"), "Mail.Read");
    for lag in ["2", "\"1s\""] {
        let (world, run) = applied(1, &one, &format!("[weather]\nlag-changes = {lag}\n"));
        run.assert_code(0).quietly();
        let rows = world.rows("oauth2PermissionGrants");
        assert_eq!((effects(&world).len(), &rows[0]["scope"]), (1, &"User.Read".into()), "{lag}");
    }
}

/// Over the service's own limit it goes on as fast as the service says, and nothing is made twice.
#[test]
fn the_quota_of_writes() {
    let (world, run) = applied(105, "", "[weather]\nquota = 100\n");
    run.assert_code(0).quietly();
    assert_eq!((people(&world), world.grants().len()), (105, 105));
    let refused = world.writes().iter().filter(|line| line.status == 429).count();
    assert!((1..20).contains(&refused), "{refused} were refused");
}

/// A quota of one's own is kept to from the first write on, also where it is less than a batch: the
/// service, which allows one more, has nothing to refuse.
#[test]
fn a_quota_that_is_smaller_than_a_batch() {
    let mut world = World::with(&crowd(16));
    world.manifest(&for_all());
    let digest = world.digest();
    world.later(&format!("{}[weather]\nquota = 16\n", crowd(16)), |_| {});
    let args = ["apply", "--approve", &digest, "--write-quota", "15"];
    let run = world.run(&args).assert_code(0);
    // One write comes back after ten seconds, less what has passed; the whole quota after 150.
    let told = |seconds: u32| {
        format!("waiting {seconds} s: the quota of writes (--write-quota 15) is used up")
    };
    assert!((1..=10).any(|seconds| run.stderr.contains(&told(seconds))), "{run:#?}");
    assert_eq!((people(&world), world.writes().len()), (16, 16), "none was refused");
}

/// What was done is counted, what was not is named, and a later run does the rest.
#[track_caller]
fn ends_midway(weather: &str, counted: &str, said: &str) {
    let (mut world, run) = applied(25, "", &format!("[weather]\n{weather}\n"));
    let run = run.assert_code(9);
    let made = people(&world);
    assert!((1..25).contains(&made), "{made}");
    assert!(run.stdout.contains(&format!("{made} {counted}")), "{run:#?}");
    assert!(run.all().contains(said), "{run:#?}");
    world.later(&crowd(25), |_| {});
    world.apply().assert_code(0).quietly();
    assert_eq!((people(&world), world.grants().len()), (25 - made, 25), "{weather}");
}

#[test]
fn rights_that_are_withdrawn_in_mid_run() {
    ends_midway("rights-withdrawn = 25", "done", "403 Authorization_RequestDenied");
}

/// Nothing can be read back any more, so nothing is claimed.
#[test]
fn a_token_that_expires_in_mid_run() {
    ends_midway("token-expires = 25", "unsure", "401 InvalidAuthenticationToken");
    ends_midway("expired = 25", "unsure", "401 InvalidAuthenticationToken");
}

/// Whoever can sign in again goes on reading with a fresh token.
#[test]
fn a_token_that_expires_while_the_tenant_is_read() {
    let client = "c1000000-0000-4000-8000-0000000000aa";
    let seed = format!(
        "{}[[identity]]\napp_id = \"{client}\"\nsecret = \"x\"\npermissions = \
         [\"Directory.Read.All\", \"DelegatedPermissionGrant.ReadWrite.All\"]\n",
        crowd(25)
    );
    let mut world = World::with(&seed);
    world.manifest(&for_all());
    let digest = world.digest();
    world.later(&format!("{seed}[weather]\ntoken-expires = 5\n"), |_| {});
    let mut command = world.command(&["apply", "--approve", &digest]);
    command.env_remove("CONSENT_TOKEN").env("AZURE_AUTHORITY_HOST", world.tenant.url());
    command.env("AZURE_CLIENT_ID", client).env("AZURE_CLIENT_SECRET", "x");
    Run::of(command.output().unwrap()).assert_code(0).quietly();
    assert_eq!((people(&world), world.counts().tokens), (25, 2));
}

/// Right before the first new grant somebody else makes one of them.
#[test]
fn somebody_else_is_quicker_by_one_request() {
    let users = World::with(&crowd(25)).rows("users");
    let upn = "w00012@contoso.onmicrosoft.com";
    let user = users.iter().find(|row| row["userPrincipalName"] == upn).unwrap();
    let id = user["id"].as_str().unwrap();
    let weather = format!(
        "[[weather.meanwhile]]\nbefore = {{ method = \"POST\", path = \"/oauth2PermissionGrants\" }}\n\
         method = \"POST\"\npath = \"/oauth2PermissionGrants\"\nbody = {{ clientId = \"{EXPLORER}\", \
         resourceId = \"{GRAPH}\", consentType = \"Principal\", principalId = \"{id}\", scope = \
         \"User.Read\" }}\n"
    );
    let (world, run) = applied(25, "", &weather);
    let run = run.assert_code(0);
    assert!(run.stdout.contains("1 already"), "{run:#?}");
    assert_eq!((people(&world), world.grants().len()), (24, 25));
    let theirs = world.tenant.meanwhile();
    assert_eq!((theirs.len(), theirs[0].took_effect), (1, true));
}

/// The embedded tenant has the weather of its seed, with all that belongs to it.
#[test]
fn the_embedded_tenant_has_weather_too() {
    let world = World::with("");
    world.manifest(&for_all());
    let weather = "[weather]\nseed = 5\nlatency = \"1ms..5ms\"\n500-after = \"30%\"\nlag = \"1s\"\n\
                   quota = 3000\n[[weather.phase]]\nto-request = 3\n503 = 3\n\
                   [[weather.meanwhile]]\nbefore = { method = \"POST\", path = \"grants\" }\n\
                   method = \"PATCH\"\npath = \"/policies/authorizationPolicy\"\nbody = { \
                   defaultUserRolePermissions = { permissionGrantPoliciesAssigned = [] } }\n";
    world.file("tenant.toml", &format!("{SEED}\n{}{weather}", crowd(25)));
    let run = |args: &[&str]| {
        let mut command = world.command(args);
        command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
        Run::of(command.args(["--sandbox", "tenant.toml"]).output().unwrap())
    };
    let plan = run(&["plan", "--json"]).assert_code(0).json();
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    let applied = run(&["apply", "--approve", digest]).assert_code(0);
    assert!(applied.stdout.contains("25 done"), "{applied:#?}");
    run(&["plan", "--detailed-exitcode"]).assert_code(0).quietly();
    let state = std::fs::read_dir(world.folder().join(".consent/sandbox")).unwrap();
    let state = std::fs::read_to_string(state.last().unwrap().unwrap().path()).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let policy = &state["tables"]["policies/authorizationPolicy"][0];
    let assigned = &policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"];
    assert_eq!(assigned, &serde_json::json!([]), "somebody else was there");
}

/// `consent sandbox` takes a storm from a file, and words on top of it.
#[test]
fn a_storm_in_a_file() {
    let world = World::with("");
    world.file("tenant.toml", SEED);
    world.file("storm.toml", "[weather]\n503 = 1\n[[weather.phase]]\nto-request = 1\n503 = 0\n");
    world.file("wrong.toml", "[weather]\nlost = 1\nrain = 2\n");
    let with = |file: &str, word: &str| {
        let args = ["sandbox", "--seed", "tenant.toml", "--weather-file", file, "--weather", word];
        let mut command = world.command(&args);
        command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
        command
    };
    let wrong = Run::of(with("wrong.toml", "429=0").output().unwrap()).assert_code(3);
    assert!(wrong.stderr.contains("wrong.toml:3:1: unknown field `rain`"), "{wrong:#?}");
    let wrong = Run::of(with("nowhere.toml", "429=0").output().unwrap());
    assert!(wrong.stderr.contains("nowhere.toml"), "{wrong:#?}");

    let mut served = with("storm.toml", "duplicate=400");
    let mut child = served.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap();
    let token = lines.nth(1).unwrap().replace("export CONSENT_TOKEN=", "");
    let statuses: Vec<u16> = world.runtime().block_on(async {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let request = client.get(format!("{url}/v1.0/organization")).bearer_auth(&token);
            statuses.push(request.send().await.unwrap().status().as_u16());
        }
        statuses
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(statuses, [200, 503, 503]);
}

/// A slip in what somebody else shall do is told, and does not look like a tenant that forgets.
#[test]
fn somebody_else_who_is_refused_is_told() {
    let world = World::with("");
    let somebody_else = |body: &str| {
        let seed = format!(
            "{SEED}\n[[weather.meanwhile]]\nmethod = \"PATCH\"\npath = \
             \"/policies/authorizationPolicy\"\nbody = '{body}'\n"
        );
        world.file("tenant.toml", &seed);
        let mut command = world.command(&["sandbox", "--seed", "tenant.toml"]);
        command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let wrong = Run::of(somebody_else("no JSON").wait_with_output().unwrap()).assert_code(3);
    let place = format!("tenant.toml:{}:8: body takes a table, or JSON", SEED.lines().count() + 5);
    assert!(wrong.stderr.contains(&place), "{place} is not in {wrong:#?}");

    let mut child = somebody_else(r#"{"defaultUserRolePermissions": 7}"#);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap();
    let token = lines.nth(1).unwrap().replace("export CONSENT_TOKEN=", "");
    let (tell, told) = std::sync::mpsc::channel();
    let said = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || said.lines().try_for_each(|line| tell.send(line.unwrap())));
    world.runtime().block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get(format!("{url}/v1.0/organization")).bearer_auth(&token);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    });
    let line = std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(30)).ok())
        .find(|line| line.starts_with("Meanwhile"));
    child.kill().unwrap();
    child.wait().unwrap();
    let expected = "Meanwhile PATCH /policies/authorizationPolicy was refused: 400";
    assert_eq!(line.as_deref(), Some(expected));
}

/// Nobody should wonder why a plan takes long, and whoever wants results only is not told.
#[test]
fn a_pause_that_the_service_asks_for_is_told_while_a_plan_is_read() {
    let mut world = World::with("");
    world.manifest(&(app("explorer", "exact") + "grants = \"none\"\n"));
    let pause = "[weather]\nretry-after = 4\n[[weather.phase]]\nfrom-request = 2\n\
                 to-request = 2\n429 = 1\n";
    for (args, lines) in [(&["plan"][..], 1), (&["plan", "-q"], 0)] {
        world.later(pause, |_| {});
        let run = world.run(args).assert_code(0);
        let told = run.stderr.matches("Microsoft Graph asked for a pause of ").count();
        assert_eq!(told, lines, "{args:?}: {run:#?}");
    }
}

/// Somebody gives the app something while the run is on its way: the run says that more is left than
/// what it did, and a run of a saved plan claims nothing beyond its plan.
#[test]
fn what_somebody_else_does_meanwhile_is_told_at_the_end() {
    let stray = format!(
        "[[weather.meanwhile]]\nbefore = {{ method = \"POST\", path = \"/oauth2PermissionGrants\" }}\n\
         method = \"POST\"\npath = \"/oauth2PermissionGrants\"\nbody = {{ clientId = \"{EXPLORER}\", \
         resourceId = \"{GRAPH}\", consentType = \"AllPrincipals\", scope = \"Mail.Read\" }}\n"
    );
    let (world, run) = applied(5, "", &stray);
    let run = run.assert_code(10);
    assert!(run.stdout.contains("5 done."), "{run:#?}");
    assert!(run.stdout.contains("Check   a fresh plan has 1 object left."), "{run:#?}");
    world.run(&["plan", "--detailed-exitcode"]).assert_code(2).quietly();

    let mut world = World::with(&crowd(5));
    world.manifest(&for_all());
    let digest = world.digest();
    world.run(&["plan", "--out", "saved.plan"]).assert_code(0).quietly();
    world.later(&format!("{}{stray}", crowd(5)), |_| {});
    let run = world.run(&["apply", "saved.plan", "--approve", &digest]).assert_code(0);
    assert!(run.stdout.contains("Check   every object of the plan is as planned."), "{run:#?}");
}
