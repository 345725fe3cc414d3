//! The effect: what people approve. Plain text, sorted, one line per fact, and its SHA-256.
//!
//! It holds the whole state that every object must have and the whole state that it gets, what is sent
//! and what a read must show, so that two plans that could do different things never have one digest.

use crate::model::audience::Audience;
use crate::model::change::{Change, Rest};
use crate::model::digest::sha256_hex;
use crate::model::object_state::ObjectState;
use crate::model::untrusted::harmless_json;
use crate::plan::offline::Offline;
use crate::plan::{Check, DayLimit, Effect, Extent, Lifted, Plan};

/// The form of the text. Another one makes other digests of the same plans.
pub(crate) const FORMAT: u32 = 3;

/// Every part of a plan is in it, or is said here not to matter.
///
/// The rules that stop apply are part of it: they cannot be taken out of a saved plan without changing
/// the digest. What only stops whoever is signed in is not: a read-only identity that plans and
/// another one that applies must come to the same digest.
pub fn of(plan: &Plan) -> Effect {
    let Plan {
        tenant,
        cloud,
        extent,
        changes,
        lifted,
        checks,
        removals_a_day,
        offline,
        // The changes are made of these.
        pairs: _,
        rests: _,
        // So far as it is not the changes' own, it stands in their risk.
        access: _,
        // By ids it is decided. Names are compared with the tenant's before anything is drawn.
        apps: _,
        names: _,
        resources: _,
        // Who answers there shows by the tenant.
        simulated: _,
        // When, from which files, and what else there is.
        manifest: _,
        live: _,
        made_at: _,
        unchanged: _,
        unmanaged: _,
        outside: _,
        warnings: _,
        identity_checks: _,
        source: _,
        effect: _,
    } = plan;
    // Waivers and the digest of a policy have their place here.
    let takes = changes.iter().any(Change::is_removal);
    let a_day = takes.then(|| a_day(*removals_a_day));
    let rules = checks.iter().map(blocked).chain(lifted.iter().map(raised)).chain(a_day);
    // A change's lines begin with its address and a blank, no address holds a blank, and no two changes
    // have one address: sorted by address and then within it, all lines are sorted, and those of ten
    // thousand changes never stand in memory twice.
    let mut starts: Vec<(String, Option<&Change>)> = changes
        .iter()
        .map(|change| (change.address.to_string(), Some(change)))
        .chain(rules.map(|line| (line, None)))
        .collect();
    starts.sort_by(|a, b| a.0.cmp(&b.0));
    let mut text =
        format!("consent effect {FORMAT}\ntenant {}\ncloud {}\n", tenant.id, cloud.name());
    push(&mut text, offline.iter().map(Offline::line).collect());
    push(&mut text, extents(extent));
    for (start, change) in starts {
        push(&mut text, change.map_or_else(|| vec![start], facts));
    }
    let digest = format!("sha256:{}", sha256_hex(text.as_bytes()));
    Effect { text: text.into(), digest }
}

/// A saved plan's words are whoever's who saved it: none of them may pass for a line of its own. What is
/// not an id or a word of ours stands in the form of JSON, so that different texts stay different.
fn push(text: &mut String, mut lines: Vec<String>) {
    lines.sort();
    for line in lines {
        for c in harmless_json(&line).chars() {
            match c {
                '\0'..' ' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => text.push(c),
            }
        }
        text.push('\n');
    }
}

fn a_day(limit: DayLimit) -> String {
    let DayLimit { objects, percent } = limit;
    let share = percent.map(|percent| format!(", {percent} %")).unwrap_or_default();
    format!("removals a day: {objects}{share}")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn extents(extent: &Extent) -> Vec<String> {
    match extent {
        Extent::Whole => vec!["extent whole".to_owned()],
        Extent::Partial(labels) => {
            let part = "extent part".to_owned();
            let labels = labels.iter().map(|label| format!("extent part {}", quoted(label)));
            [part].into_iter().chain(labels).collect()
        }
    }
}

fn blocked(check: &Check) -> String {
    format!("blocked by {}: {}", quoted(&check.rule), quoted(&check.text))
}

fn raised(lifted: &Lifted) -> String {
    let Lifted { rail, max, until, reason, place } = lifted;
    let (rail, until) = (quoted(rail), quoted(until));
    format!("lifted {rail}: to {max}, until {until}, {}, {}", quoted(reason), quoted(place))
}

fn facts(change: &Change) -> Vec<String> {
    let at = &change.address;
    let Change {
        address: _,
        // Stands in the address.
        part: _,
        verb,
        subject,
        before,
        after,
        steps,
        needs,
        rests_on,
        risk,
        // Derived from the states, like the requests.
        gives: _,
        takes: _,
        fields: _,
        permissions: _,
        consent: _,
        // For people.
        why: _,
        notes: _,
    } = change;
    let mut facts = vec![
        format!("{at} {}: {}{}", verb.word(), subject.what, whom(subject.audience)),
        format!("{at} must be: {}", state(before)),
        format!("{at} becomes: {}", state(after)),
    ];
    for (turn, step) in steps.iter().enumerate() {
        let turn = turn + 1;
        facts.push(format!("{at} request {turn}: {}", step.request));
        let pins = step.proof.expect.pins();
        facts.extend(pins.map(|(member, value)| format!("{at} pins {turn}: {member} {value}")));
    }
    facts.extend(needs.iter().map(|needed| format!("{at} waits for: {needed}")));
    if let Some(risk) = risk {
        let tier = risk.tier.word();
        facts.push(format!("{at} risk: {tier}"));
        let reasons = risk.reasons.iter().map(ToString::to_string);
        facts.extend(reasons.map(|reason| format!("{at} risk: {tier} {}", quoted(&reason))));
    }
    let rests = |rest: &Rest| format!("{at} rests on: {} {}", rest.address, rest.state);
    facts.extend(rests_on.iter().map(rests));
    facts
}

fn state(state: &ObjectState) -> String {
    if state.is_absent() { "nothing".to_owned() } else { state.to_string() }
}

fn whom(audience: Audience) -> &'static str {
    match audience {
        Audience::Everyone => ", all users",
        Audience::One(_) => ", one user",
        Audience::Group(_) => ", one group",
        Audience::Tenant => "",
    }
}
