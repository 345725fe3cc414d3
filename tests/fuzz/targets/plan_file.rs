//! A saved plan. First as it is; then as somebody would forge it who computes effect and checksum
//! anew: what such a file says may be anything, and still must not draw, and must be what is done.

use std::collections::BTreeMap;

use consent::kinds::{Names, Pair};
use consent::model::address::Address;
use consent::model::change::{Change, Why};
use consent::model::cloud::Cloud;
use consent::model::digest::sha256_hex;
use consent::model::object_state::ObjectState;
use consent::model::request::Known;
use consent::plan::{
    Effect, LiveSummary, ManifestSummary, Plan, SaidBy, build, effect, file, fresh, rests,
};
use consent::render::plan::stale::paragraph;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Target, judge, scene};

pub(crate) const TARGET: Target = Target {
    name: "plan_file",
    run,
    words: "\"address\":·\" delegated_grant/ user_consent/tenant service_principal/ /everyone \
            \"before\":·null \"after\":·null \"client\":· (known·after·service_principal/a) \
            \"audience\":·\"everyone\" {\"one\":· \"tenant\" \"scopes\":·\" \"assigned\":·[ \
            ManagePermissionGrantsForSelf. \"made_at\":· 9999-12-31T23:59:59Z 0000-01-01T00:00:00Z \
            9999-12-31T23:59:59-23:59 +23:59 \"milliseconds\":· \"objects\":·[[ \"extent\":· \
            {\"partial\":·[ \"checks\":·[ \"risk\":·{ \"why\":·[ \"notes\":·[ \"names\":·{ \
            \"unchanged\":· \"files\":·[ /narrow critical \"domains\":·[",
};

fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match file::read(text) {
        Ok(plan) => proven(text, &plan),
        Err(error) => judge::draws_nothing(&consent::model::untrusted::shown(&error.to_string())),
    }
    if let Some(plan) = serde_json::from_str(text).ok().and_then(|value: Value| forged(&value)) {
        let saved = file::write(&plan);
        judge::draws_nothing(&saved);
        if let Ok(read) = file::read(&saved) {
            proven(&saved, &read);
            scene::good(&read);
            compared(&read);
        }
    }
}

/// An accepted file holds nothing but the plan, and its effect is that of its changes. Another version
/// may have made it: then its name differs, and the checksum over it.
pub(crate) fn proven(text: &str, plan: &Plan) {
    let own = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with("\"made_by\"") && !line.starts_with("\"checksum\"")
    };
    let again = file::write(plan);
    assert!(text.lines().filter(own).eq(again.lines().filter(own)), "{text}\n{again}");
    let mut changes =
        build::changes(&plan.pairs, &plan.rests, &plan.names).expect("they were read");
    // Risk is the tenant's and no state's: a file says of it what it likes.
    for (change, read) in changes.iter_mut().zip(&plan.changes) {
        change.risk.clone_from(&read.risk);
    }
    let derived = effect::of(&Plan { changes, ..plan.clone() });
    assert_eq!(plan.effect, derived);
    assert_eq!(derived.digest, format!("sha256:{}", sha256_hex(derived.text.as_bytes())));
}

/// With a tenant that is as the plan saw it, and with an empty one.
fn compared(plan: &Plan) {
    let known = Known::default();
    let seen = plan.pairs.iter().map(|pair| (pair.address.clone(), pair.before.clone()));
    let Ok(fresh) = fresh::look(&plan.pairs, &seen.collect(), &known) else { return };
    assert!(fresh.stale.is_empty(), "stale, and nothing has changed: {:?}", fresh.stale);
    let empty = fresh::look(&plan.pairs, &BTreeMap::new(), &known).expect("it was read before");
    for stale in &empty.stale {
        let difference = stale.difference(&plan.names).expect("its states were read before");
        let own = |change: &&Change| *change.object() == stale.address;
        for change in plan.changes.iter().filter(own) {
            judge::fits_a_screen(&paragraph(change, &difference).join("\n"));
        }
    }
}

/// A plan of what the document says, as far as it says it in a plan's form.
fn forged(value: &Value) -> Option<Plan> {
    let names = Names(part(value, "names").unwrap_or_default());
    let pairs: Vec<Pair> = value.get("changes")?.as_array()?.iter().filter_map(pair).collect();
    let rests = rests_of(value);
    let mut changes = build::changes(&pairs, &rests, &names).ok()?;
    let risks: BTreeMap<String, Value> = value["changes"]
        .as_array()?
        .iter()
        .filter_map(|saved| saved.get("risks")?.as_object())
        .flatten()
        .map(|(address, risk)| (address.clone(), risk.clone()))
        .collect();
    for change in &mut changes {
        let risk = risks.get(&change.address.to_string());
        change.risk = risk.and_then(|risk| serde_json::from_value(risk.clone()).ok());
    }
    let tenant: consent::model::directory::Organization = part(value, "tenant")?;
    let checks: Vec<consent::plan::Check> = part(value, "checks").unwrap_or_default();
    let live: LiveSummary = part(value, "live")?;
    let manifest: ManifestSummary = part(value, "manifest")?;
    let mut plan = Plan {
        resources: Default::default(),
        simulated: false,
        offline: None,
        effect: Effect::default(),
        tenant,
        cloud: part(value, "cloud").unwrap_or(Cloud::default()),
        made_at: made_at(value).unwrap_or(live.read_at),
        live,
        manifest,
        apps: part(value, "apps").unwrap_or_default(),
        pairs,
        rests: rests::used(&changes, rests),
        names,
        changes,
        access: part(value, "access").unwrap_or_default(),
        unchanged: value.pointer("/summary/unchanged").and_then(Value::as_u64)? as usize,
        outside: None,
        unmanaged: part(value, "unmanaged").unwrap_or_default(),
        warnings: part(value, "warnings").unwrap_or_default(),
        checks,
        identity_checks: Vec::new(),
        lifted: part(value, "lifted").unwrap_or_default(),
        removals_a_day: consent::plan::DayLimit { objects: 25, percent: Some(10) },
        extent: part(value, "extent")?,
        source: SaidBy::File,
    };
    plan.effect = effect::of(&plan);
    Some(plan)
}

/// What the document says that something rests on.
fn rests_of(value: &Value) -> BTreeMap<Address, ObjectState> {
    let all = value.get("rests").and_then(Value::as_array);
    let one = |rest: &Value| {
        Some((part(rest, "address")?, rest.get("state").cloned().unwrap_or_default().into()))
    };
    all.into_iter().flatten().filter_map(one).collect()
}

fn part<T: DeserializeOwned>(value: &Value, name: &str) -> Option<T> {
    serde_json::from_value(value.get(name)?.clone()).ok()
}

/// A time, read where `live` holds one.
fn made_at(value: &Value) -> Option<time::OffsetDateTime> {
    let mut live = value.get("live")?.clone();
    live["read_at"] = value.get("made_at")?.clone();
    serde_json::from_value::<LiveSummary>(live).ok().map(|live| live.read_at)
}

fn pair(saved: &Value) -> Option<Pair> {
    let address: Address = part(saved, "address")?;
    Some(Pair {
        address,
        before: saved.get("before").cloned().unwrap_or_default().into(),
        after: saved.get("after").cloned().unwrap_or_default().into(),
        why: part::<Vec<Why>>(saved, "why").unwrap_or_default().into(),
        notes: part::<Vec<String>>(saved, "notes").unwrap_or_default().into(),
    })
}
