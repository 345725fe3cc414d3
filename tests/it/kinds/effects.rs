//! Two plans that could do different things never have one digest, for every kind: every member of every
//! state of every specimen, changed one at a time.

use std::collections::BTreeSet;

use consent::kinds::REGISTRY;
use consent::plan::{Plan, build, effect, file};
use serde_json::Value;

use super::STAGES;

/// The effect of these states, if their kinds take them.
fn digest(plan: &Plan) -> Option<String> {
    let changes = build::changes(&plan.pairs, &plan.rests, &plan.names).ok()?;
    Some(effect::of(&Plan { changes, ..plan.clone() }).digest)
}

#[test]
fn another_member_of_a_state_is_another_effect() {
    let mut tried = BTreeSet::new();
    for stage in STAGES.iter() {
        let plan = file::read(&stage.plan).unwrap();
        let plain = digest(&plan).unwrap();
        for (at, pair) in plan.pairs.iter().enumerate() {
            for after in [false, true] {
                let state = if after { &pair.after } else { &pair.before };
                for (place, altered) in altered(&state.value()) {
                    let mut other = plan.clone();
                    let changed = &mut other.pairs[at];
                    let side = if after { &mut changed.after } else { &mut changed.before };
                    *side = altered.into();
                    let Some(other) = digest(&other) else { continue };
                    assert_ne!(other, plain, "{}, after: {after}, {place}", pair.address);
                    tried.insert((pair.address.kind.clone(), place));
                }
            }
        }
    }
    for kind in REGISTRY {
        let own = tried.iter().filter(|(name, _)| name == kind.name());
        assert!(own.count() > 1, "{}: {tried:#?}", kind.name());
    }
    // Those that are easily left out: they are for people, or proven only by reading back.
    for (kind, member) in [
        ("service_principal", "/name"),
        ("service_principal", "/publisher_tenant"),
        ("app_role", "/name"),
        ("app_role", "/app_id"),
        ("assignment", "/name"),
        ("classification", "/name"),
        ("consent_policy", "/description"),
        ("consent_requests", "/days"),
    ] {
        let has = |(name, place): &(String, String)| name == kind && place.contains(member);
        assert!(tried.iter().any(has), "{kind}{member}: {tried:#?}");
    }
}

/// The same value with one place of it changed, each way that it can be.
pub fn altered(value: &Value) -> Vec<(String, Value)> {
    let mut places = Vec::new();
    collect(value, String::new(), &mut places);
    let mut all = Vec::new();
    for place in &places {
        let Some(old) = value.pointer(place) else { continue };
        for new in others(old) {
            let mut changed = value.clone();
            if let Some(slot) = changed.pointer_mut(place) {
                *slot = new;
            }
            all.push((place.clone(), changed));
        }
        let mut without = value.clone();
        if let Some((parent, name)) = place.rsplit_once('/') {
            match without.pointer_mut(parent) {
                Some(Value::Object(members)) => drop(members.remove(&name.replace("~1", "/"))),
                Some(Value::Array(items)) => drop(items.remove(name.parse().unwrap())),
                _ => {}
            }
            all.push((place.clone(), without));
        }
    }
    all
}

fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(member, format!("{place}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{place}/{at}"), places);
            }
        }
        _ => {}
    }
    places.push(place);
}

/// Other values of the same sort, and none.
fn others(value: &Value) -> Vec<Value> {
    let same_sort = match value {
        Value::Null => vec!["x".into(), true.into()],
        Value::Bool(is) => vec![(!is).into()],
        Value::Number(number) => vec![(number.as_i64().unwrap_or_default() + 1).into()],
        Value::String(text) => {
            let digit = |c: char| if c == '0' { '1' } else { '0' };
            let end = text.chars().next_back().map(digit).map(String::from).unwrap_or_default();
            let start: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
            vec![format!("{start}{end}").into(), format!("{text}x").into(), "".into()]
        }
        Value::Array(items) => {
            let twice = items.iter().chain(items.last()).cloned().collect();
            let turned = items.iter().rev().cloned().collect();
            vec![Value::Array(twice), Value::Array(turned), Value::Array(Vec::new())]
        }
        Value::Object(_) => Vec::new(),
    };
    let none = [Value::Null].into_iter();
    none.chain(same_sort).filter(|other| other != value).collect()
}
