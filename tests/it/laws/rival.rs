//! Another administrator at work during a run, at moments drawn from a seed: nobody who had access, and
//! shall have it, is without it by a request of the run; and every run ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use consent::sandbox::log::WriteLine;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};

use super::tenant::{Key, State, case};
use crate::lanes::waiting;
use crate::ledger::grant_id;
use crate::scenarios::{ALICE, EXPLORER_ALICE, EXPLORER_ALL, app, has, wants};
use crate::world::World;

/// How long a run may rely on what it was answered.
const RELIED_ON: u64 = 10_000;
/// Nothing here is tried or looked for longer than two minutes; the rest is for a machine that is busy.
const LONGEST: Duration = Duration::from_secs(300);

/// Who may what, by whatever grant.
type Access = (usize, usize, usize, String);

/// What a write makes of the grants: what it is about, and the scopes that are left.
type Effect = (Key, Option<BTreeSet<String>>);

struct Scene {
    seed: String,
    manifest: String,
}

impl Scene {
    /// Everybody has something that shall go, and that some have by themselves; others get their own.
    fn narrowing() -> Self {
        let mut seed = has("Graph Explorer", None, "User.Read Mail.Read");
        for user in ["alice@contoso.com", "carol@contoso.com"] {
            seed += &has("Graph Explorer", Some(user), "User.Read Mail.Read");
        }
        let whom = r#"{ users = ["alice@contoso.com", "bob@contoso.com", "carol@contoso.com", "frank@contoso.com"] }"#;
        let grants = wants("explorer", r#"["User.Read", "Mail.Read"]"#, whom);
        Self { seed, manifest: app("explorer", "exact") + &grants }
    }

    /// One of those of the other laws.
    fn drawn(seed: u64) -> Self {
        let config = Config { rng_seed: RngSeed::Fixed(seed), ..Config::default() };
        let case = case().new_tree(&mut TestRunner::new(config)).unwrap().current();
        Self { seed: case.seed(), manifest: case.manifest() }
    }

    fn world(&self) -> World {
        let world = World::with(&self.seed);
        world.manifest(&self.manifest);
        world
    }

    /// What the manifest makes of the tenant when nobody else does anything.
    fn goal(&self) -> State {
        let world = self.world();
        world.apply().assert_code(0).quietly();
        State::read(&world.rows("oauth2PermissionGrants"))
    }
}

/// What happened, from the tenant's own log.
struct History {
    before: BTreeMap<String, Value>,
    /// With whether it was the run's.
    lines: Vec<(bool, WriteLine)>,
    goal: State,
}

impl History {
    fn of(rows: &[Value], world: &World, goal: State) -> Self {
        let own = world.writes().into_iter().map(|line| (true, line));
        let others = world.tenant.meanwhile().into_iter().map(|line| (false, line));
        let mut lines: Vec<(bool, WriteLine)> = own.chain(others).collect();
        lines.sort_by_key(|(_, line)| line.turn);
        let before =
            rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row.clone())).collect();
        Self { before, lines, goal }
    }

    /// What of the grants each line changed, if it took effect.
    fn effects(&self) -> Vec<Option<Effect>> {
        let key =
            |row: &Value| State::read(std::slice::from_ref(row)).0.into_keys().next().unwrap();
        let mut known: BTreeMap<String, Key> =
            self.before.iter().map(|(id, row)| (id.clone(), key(row))).collect();
        let effect = |(_, line): &(bool, WriteLine)| {
            let rest = line.path.strip_prefix("/oauth2PermissionGrants")?;
            let scopes = |body: &Value| -> BTreeSet<String> {
                let text = body["scope"].as_str().unwrap_or_default();
                text.split_whitespace().map(str::to_owned).collect()
            };
            if line.method == "POST" {
                let key = key(&line.body);
                known.insert(id_of(&line.body), key);
                return line.took_effect.then(|| (key, Some(scopes(&line.body))));
            }
            let key = *known.get(rest.trim_start_matches('/'))?;
            let left = (line.method == "PATCH").then(|| scopes(&line.body));
            line.took_effect.then_some((key, left))
        };
        self.lines.iter().map(effect).collect()
    }

    /// The state in the end, as the log has it.
    fn after(&self) -> State {
        let rows: Vec<Value> = self.before.values().cloned().collect();
        let mut state = State::read(&rows);
        self.effects().iter().flatten().for_each(|effect| put(&mut state, effect));
        state
    }

    /// Requests of the run by which somebody is without what he had and shall have, although the run
    /// could know.
    fn violations(&self) -> Vec<String> {
        let rows: Vec<Value> = self.before.values().cloned().collect();
        let mut state = State::read(&rows);
        let kept: BTreeSet<Access> =
            access(&state).intersection(&access(&self.goal)).cloned().collect();
        let effects = self.effects();
        let mut taken: BTreeMap<Access, usize> = BTreeMap::new();
        let mut out = Vec::new();
        for (at, effect) in effects.iter().enumerate() {
            let Some(effect) = effect else { continue };
            let (had, own) = (access(&state), self.lines[at].0);
            let own_before = held(&state, effect.0);
            put(&mut state, effect);
            if !own {
                // What he took of a grant, whether or not another one gives the same.
                let left = held(&state, effect.0);
                taken.extend(own_before.difference(&left).map(|one| (one.clone(), at)));
                continue;
            }
            let has = access(&state);
            for lost in had.difference(&has).filter(|lost| kept.contains(*lost)) {
                if self.could_know(at, taken.get(lost).copied(), effect.0, &effects) {
                    let line = &self.lines[at].1;
                    out.push(format!("{lost:?} by {} {}", line.method, line.path));
                }
            }
        }
        out
    }

    /// Whether the run could know what the other administrator did: before something that it waited for
    /// had its result, or long before. Where he did nothing, it knew.
    fn could_know(
        &self,
        at: usize,
        his: Option<usize>,
        key: Key,
        effects: &[Option<Effect>],
    ) -> bool {
        let Some(his) = his else { return true };
        let (own, other) = (&self.lines[at].1, &self.lines[his].1);
        let gives = |at: usize| {
            let (own_line, line) = &self.lines[at];
            let same = effects[at].as_ref().is_some_and(|((client, resource, _), left)| {
                (*client, *resource) == (key.0, key.1) && left.is_some()
            });
            *own_line && same && line.arrived != own.arrived
        };
        own.arrived_ms.saturating_sub(other.arrived_ms) >= RELIED_ON || (his..at).any(gives)
    }
}

/// The id of a grant, as the service makes it.
fn id_of(body: &Value) -> String {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let person = body["principalId"].as_str();
    grant_id(&text("clientId"), &text("resourceId"), person)
}

fn put(state: &mut State, (key, left): &Effect) {
    match left {
        Some(scopes) => drop(state.0.insert(*key, scopes.clone())),
        None => drop(state.0.remove(key)),
    }
}

fn held(state: &State, key: Key) -> BTreeSet<Access> {
    let scopes = state.0.get(&key).into_iter().flatten();
    let (client, resource, whom) = key;
    scopes
        .flat_map(|scope| {
            let people = whom.map_or(0..6, |user| user..user + 1);
            people.map(move |user| (user, client, resource, scope.clone()))
        })
        .collect()
}

fn access(state: &State) -> BTreeSet<Access> {
    state.0.keys().flat_map(|key| held(state, *key)).collect()
}

/// One run, with the other administrator at work as soon as it has read the tenant.
fn run(scene: &Scene, seed: u64, often: &str) -> (usize, Vec<String>) {
    let goal = scene.goal();
    let mut world = scene.world();
    let plan = world.run(&["plan", "--out", "plan.json", "--json"]).assert_code(0).json();
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    let read = world.counts().reads;
    let weather = format!(
        "[weather]\nseed = {seed}\n[[weather.phase]]\nfrom-request = {}\nadministrator = \"{often}\"\n",
        read + 1
    );
    world.later(&format!("{}\n{weather}", scene.seed), |_| {});
    let rows = world.rows("oauth2PermissionGrants");
    let begun = Instant::now();
    let run = world.run(&["apply", "plan.json", "--approve", digest]);
    let took = begun.elapsed();
    let mut faults = Vec::new();
    if !matches!(run.code, 0 | 6 | 9 | 10) {
        faults.push(format!("exit {}", run.code));
    }
    if took > LONGEST {
        faults.push(format!("{took:?} and this was told: {}", run.stderr));
    }
    let history = History::of(&rows, &world, goal);
    let now = State::read(&world.rows("oauth2PermissionGrants"));
    assert_eq!(history.after(), now, "the log is not what happened");
    faults.extend(history.violations());
    for fault in &mut faults {
        *fault = format!("seed {seed}, exit {}: {fault}", run.code);
    }
    if !faults.is_empty() {
        for (own, line) in &history.lines {
            let who = if *own { "run" } else { "other" };
            let WriteLine { turn, method, path, body, status, arrived, arrived_ms, .. } = line;
            faults.push(format!(
                "  {turn} {who} #{arrived} +{arrived_ms}ms {method} {path} {body} {status}"
            ));
        }
    }
    (world.tenant.meanwhile().iter().filter(|line| line.took_effect).count(), faults)
}

fn must_hold(scene: impl Fn(u64) -> Scene + Sync, seeds: std::ops::Range<u64>, often: &str) {
    let seeds: Vec<u64> = seeds.collect();
    let all = std::sync::Mutex::new((0, Vec::new()));
    waiting(&seeds, |seed| {
        let (moves, found) = run(&scene(seed), seed, often);
        let mut all = all.lock().unwrap();
        all.0 += moves;
        all.1.extend(found);
    });
    let (moves, faults) = all.into_inner().unwrap();
    assert!(moves >= seeds.len() / 2, "he hardly did anything: {moves}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `RIVAL_SEEDS=200` tries so many.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let asked = std::env::var("RIVAL_SEEDS").ok().and_then(|text| text.parse().ok());
    0..asked.unwrap_or(usual)
}

#[test]
fn nobody_loses_what_others_have_narrowed_meanwhile() {
    must_hold(|_| Scene::narrowing(), seeds(16), "20%");
}

#[test]
fn nobody_loses_anything_whatever_the_manifest() {
    must_hold(Scene::drawn, seeds(12), "20%");
}

/// Everybody's grant goes; Alice has her own, Bob gets his.
fn told(lines: &[(bool, u64, &str, &str)]) -> History {
    const EXPLORER: &str = "c1000000-0000-4000-8000-000000000001";
    const GRAPH: &str = "9a000000-0000-4000-8000-000000000001";
    let row = |id: &str, whom: Option<&str>| {
        let kind = if whom.is_some() { "Principal" } else { "AllPrincipals" };
        json!({"id": id, "clientId": EXPLORER, "resourceId": GRAPH, "consentType": kind,
               "principalId": whom, "scope": "User.Read"})
    };
    let bob = "0a000000-0000-4000-8000-000000000002";
    let line = |(at, (own, ms, method, id)): (usize, &(bool, u64, &str, &str))| {
        let slash = if id.is_empty() { "" } else { "/" };
        let line = WriteLine {
            turn: at + 1,
            method: (*method).to_owned(),
            path: format!("/oauth2PermissionGrants{slash}{id}"),
            body: if *method == "POST" { row("", Some(bob)) } else { Value::Null },
            status: 204,
            took_effect: true,
            arrived: at as u64 + 1,
            arrived_ms: *ms,
        };
        (*own, line)
    };
    let rows = [row(EXPLORER_ALL, None), row(EXPLORER_ALICE, Some(ALICE))];
    let goal = State::read(&[row("", Some(ALICE)), row("", Some(bob))]);
    let before = rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row.clone()));
    History { before: before.collect(), lines: lines.iter().enumerate().map(line).collect(), goal }
}

/// The judge would see it.
#[test]
fn what_the_run_could_know_is_held_against_it() {
    let (give, take) = ((true, 20, "POST", ""), (true, 40, "DELETE", EXPLORER_ALL));
    let his = |ms| (false, ms, "DELETE", EXPLORER_ALICE);
    let count = |lines: &[(bool, u64, &str, &str)]| told(lines).violations().len();
    assert_eq!(count(&[give, take]), 0, "nobody else did anything");
    assert_eq!(count(&[take, give]), 1, "Bob is without it for a moment");
    assert_eq!(count(&[his(10), give, take]), 1, "Alice's own went before Bob's had its result");
    assert_eq!(count(&[give, his(30), take]), 0, "the last look was before");
    assert_eq!(count(&[give, his(30), (true, 10_030, "DELETE", EXPLORER_ALL)]), 1, "long before");
}
