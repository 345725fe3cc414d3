//! A stranger's client at the simulated tenant. Each line is a request, `METHOD URL BODY`; a method in
//! small letters asks for advanced queries. A line that begins with `!` is a word of weather.

use std::collections::BTreeSet;
use std::time::Duration;

use consent::model::untrusted::shown;
use consent::sandbox::access::ADMINISTRATOR;
use consent::sandbox::answer::{AnswerBody, Sent, Trace};
use consent::sandbox::batch;
use consent::sandbox::call::Caller;
use consent::sandbox::collections;
use consent::sandbox::incoming::{Bearer, Errand, Incoming, Payload};
use consent::sandbox::seed::{self, Seed};
use consent::sandbox::server::saved;
use consent::sandbox::weather::Weather;
use consent::sandbox::world::World;
use serde_json::Value;

use super::scene::NOW;
use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "requests",
    run,
    words: "GET· get· POST· PATCH· DELETE· PUT· \n /users /groups /organization /me \
            /servicePrincipals /oauth2PermissionGrants /policies/authorizationPolicy \
            /directoryObjects/getByIds /$batch· /transitiveMembers /microsoft.graph.user /$count \
            (appId=' ?$top=1 &$count=true &$skiptoken= RFNwdAoAAQ. ?$filter= $select=id \
            UkZOd2RBb0FBUS4xODQ0Njc0NDA3MzcwOTU1MTYxNS4w {\"requests\":[ \
            {\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users\"} \"dependsOn\":[\"1\"] \
            \"headers\":{\"content-type\":\"application/json\"} \"body\":{ {\"appId\":\" \
            {\"scope\":\"x\"} \
            {\"defaultUserRolePermissions\":{\"permissionGrantPoliciesAssigned\":[]}} {\"ids\":[\" \
            % %+1 %00 !lag=2\n !429=2\n !lossy\n !empty-pages\n !lost=1\n !fresh\n !cut\n \
            !broken-page=2\n",
};

const ROOT: &str = "http://127.0.0.1:1/v1.0";
const SEED: &str = include_str!("../corpus/seed/small.toml");

pub(crate) fn world(weather: Weather) -> World {
    World::new(seed::file::parse("seed.toml", SEED).unwrap(), &collections::all(), weather)
}

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut weather = Weather::default();
    for word in text.lines().filter_map(|line| line.strip_prefix('!')) {
        // Links that lead away are what this one is for.
        if word.starts_with("link-host") {
            continue;
        }
        if let Err(error) = weather.add(word) {
            judge::draws_nothing(&shown(&error.to_string()));
        }
    }
    let mut world = world(weather);
    ask(&mut world, &text);
    kept(&world);
}

/// Sends each line.
pub(crate) fn ask(world: &mut World, text: &str) {
    let caller = Caller {
        permissions: ADMINISTRATOR.iter().map(|name| (*name).to_owned()).collect(),
        object_id: "0a000000-0000-4000-8000-000000000001".to_owned(),
        app_only: false,
    };
    let bearer = Bearer { caller, app_id: "app".to_owned(), generation: 0 };
    for line in text.lines().filter(|line| !line.starts_with('!')).take(64) {
        let mut words = line.splitn(3, ' ');
        let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let body = match words.next() {
            None | Some("") => Payload::Nothing,
            Some(body) => serde_json::from_str(body).map_or(Payload::Unreadable, Payload::Json),
        };
        let eventual = method.chars().all(|c| c.is_ascii_lowercase());
        follow(world, &method.to_ascii_uppercase(), url, body, eventual, &bearer);
    }
}

/// Sends one request and, where the answer is a page, asks for the next ones.
fn follow(
    world: &mut World,
    method: &str,
    url: &str,
    body: Payload,
    eventual: bool,
    bearer: &Bearer,
) {
    let mut seen = BTreeSet::new();
    let mut next = Some(url.to_owned());
    while let Some(url) = next.take() {
        let below = url.strip_prefix(ROOT).unwrap_or(&url);
        let (path, query) = below.split_once('?').unwrap_or((below, ""));
        let number = world.log.counts.http + 1;
        let incoming = Incoming {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            eventual,
            body: body.clone(),
            root: ROOT.to_owned(),
            trace: Trace::new("t", number, None, NOW),
        };
        let errand = if path.eq_ignore_ascii_case("/$batch") {
            let items = batch::items(&incoming);
            Errand::Batch(Box::new(incoming.into()), items)
        } else {
            Errand::One(Box::new(incoming.into()))
        };
        let arrival = world.arrive(&errand, number, Duration::from_millis(300 * number));
        let sent = world.attend(&errand, bearer, &arrival);
        judged(&sent);
        if let AnswerBody::Json(page) = &sent.body
            && let Some(link) = page.get("@odata.nextLink").and_then(Value::as_str)
        {
            assert!(link.starts_with(ROOT), "{link} leads elsewhere");
            assert!(seen.insert(link.to_owned()), "{link} leads back");
            next = (seen.len() < 5).then(|| link.to_owned());
        }
    }
}

fn judged(sent: &Sent) {
    assert!((200..600).contains(&sent.status), "{sent:?}");
    if sent.status >= 400 {
        let AnswerBody::Json(body) = &sent.body else {
            panic!("an error without a body: {sent:?}")
        };
        let said =
            |at: &str| body.pointer(at).and_then(Value::as_str).is_some_and(|t| !t.is_empty());
        assert!(said("/error/code") && said("/error/message"), "{body}");
    }
}

/// What the tenant went through is the same after it was saved and read again.
pub(crate) fn kept(before: &World) {
    let text = serde_json::to_string(&before.tenant.saved()).unwrap();
    let seed = Seed { tenant_id: before.tenant.id.clone(), ..Seed::default() };
    let mut after = World::new(seed, &collections::all(), Weather::default());
    after.restore(saved(&text, &before.tenant.id).expect("what was saved is read"));
    assert_eq!(serde_json::to_string(&after.tenant.saved()).unwrap(), text);
}
