//! The effect: what people approve. Plain text, sorted, one line per fact, and its SHA-256.
//!
//! It holds the state that every object must have and every request that would be sent, so that two
//! plans with the same digest do exactly the same thing.

use crate::model::audience::Audience;
use crate::model::change::{Change, Rest};
use crate::model::digest::sha256_hex;
use crate::model::id::TenantId;
use crate::model::untrusted::{harmless_json, shown};
use crate::plan::{Check, Effect};

/// `checks` are part of it: a rule that stops apply cannot be taken out of a saved plan without
/// changing the digest. What only stops whoever is signed in is not: a read-only identity that plans
/// and another one that applies must come to the same digest.
pub fn effect(tenant: TenantId, changes: &[Change], checks: &[Check]) -> Effect {
    // A saved plan's words are whoever's who saved it: none of them may pass for a line of its own.
    // A change's lines begin with its address and a blank, and no address holds a blank: sorted by
    // address and then within it, all lines are sorted, and those of ten thousand changes never stand
    // in memory twice.
    let rule = |check: &Check| format!("blocked by {}: {}", shown(&check.rule), shown(&check.text));
    let mut starts: Vec<(String, Option<&Change>)> = changes
        .iter()
        .map(|change| (change.address.to_string(), Some(change)))
        .chain(checks.iter().map(|check| (rule(check), None)))
        .collect();
    starts.sort_by(|a, b| a.0.cmp(&b.0));
    let mut text = format!("consent effect 1\ntenant {tenant}\n");
    for same in starts.chunk_by(|a, b| a.0 == b.0) {
        let facts = |(start, change): &(String, Option<&Change>)| match change {
            Some(change) => facts(change),
            None => vec![start.clone()],
        };
        let mut lines: Vec<String> = same.iter().flat_map(facts).collect();
        lines.sort();
        for line in lines {
            text.push_str(&harmless_json(&line));
            text.push('\n');
        }
    }
    let digest = format!("sha256:{}", sha256_hex(text.as_bytes()));
    Effect { text: text.into(), digest }
}

fn facts(change: &Change) -> Vec<String> {
    let at = &change.address;
    let mut facts = vec![format!("{at} {}: {}", change.verb.word(), meaning(change))];
    let state = match &change.before {
        nothing if nothing.is_absent() => "nothing".to_owned(),
        state => state.to_string(),
    };
    facts.push(format!("{at} must be: {state}"));
    for (turn, step) in change.steps.iter().enumerate() {
        facts.push(format!("{at} request {}: {}", turn + 1, step.request));
    }
    let rests = |rest: &Rest| format!("{at} rests on: {} {}", rest.address, rest.state);
    facts.extend(change.rests_on.iter().map(rests));
    facts.extend(change.needs.iter().map(|needed| format!("{at} waits for: {needed}")));
    facts
}

fn meaning(change: &Change) -> String {
    let subject = &change.subject;
    let mut words = vec![subject.what.clone()];
    match (subject.audience, &subject.person) {
        (Audience::Everyone, _) => words.push("all users".to_owned()),
        (_, Some(person)) => words.push(person.shown()),
        _ => {}
    }
    words.extend(subject.target.as_ref().map(|target| target.shown()));
    for field in &change.fields {
        let list = |sign: char, some: &[crate::model::untrusted::Untrusted]| {
            some.iter().map(|one| format!("{sign}{}", one.shown())).collect::<Vec<_>>()
        };
        words.extend(list('+', &field.gained));
        words.extend(list('-', &field.lost));
    }
    words.join(", ")
}
