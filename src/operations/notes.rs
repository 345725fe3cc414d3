//! What a reviewer should know about a plan as a whole.

use std::collections::BTreeMap;

use time::Date;

use crate::kinds::REGISTRY;
use crate::manifest::note;
use crate::model::address::Address;
use crate::model::finding::Findings;
use crate::model::object_state::ObjectState;
use crate::model::untrusted::shown;
use crate::operations::manifest::Loaded;
use crate::store::snapshot::Snapshot;

/// How long before its end a declaration is spoken of, in days.
const SOON: i64 = 30;

/// Sentences for the plan, safe to show.
pub(crate) fn of(loaded: &Loaded, past: Option<&Snapshot>, today: Date) -> Vec<String> {
    let mut warnings = forgotten(loaded, past);
    warnings.extend(ending(loaded, today));
    warnings.extend(loaded.manifest.accept.expired_on(today).map(|finding| {
        let place = finding.place.as_ref().map(|place| loaded.sources.line(place));
        format!("{}: [accept] {}", place.unwrap_or_default(), finding.title)
    }));
    warnings
}

/// Apps of the last run that have left the manifest: what they have stays, and somebody must know.
fn forgotten(loaded: &Loaded, past: Option<&Snapshot>) -> Vec<String> {
    let Some(past) = past else { return Vec::new() };
    if past.tenant.id != loaded.manifest.tenant.id.value {
        return Vec::new();
    }
    let known = |app_id| loaded.manifest.apps.values().any(|app| app.app_id.value == app_id);
    let objects = past.after.as_ref().unwrap_or(&past.before);
    let gone = past.apps.iter().filter(|head| !known(head.app_id));
    gone.filter_map(|head| {
        let held = held(objects, &head.label)?;
        // Of an old record nobody knows whether it is of this manifest, or of another one beside it.
        let how = match past.manifest {
            Some(_) => "has left the manifest",
            None => "is not in this manifest, unlike in the last one that was applied here,",
        };
        Some(format!(
            "{label} ({id}) {how} and keeps what it had in the last run: {held}. \
             To revoke it, put [app.{label}] back with app_id = \"{id}\", mode = \"exact\" and \
             grants = \"none\"; to unassign people, add an [[assignment]] with users = [].",
            label = shown(&head.label),
            id = head.app_id,
        ))
    })
    .collect()
}

/// `None` where there is nothing that somebody could take away.
fn held(objects: &BTreeMap<Address, ObjectState>, label: &str) -> Option<String> {
    let of = |name: &str| objects.keys().filter(|at| at.kind == name && at.owner == label).count();
    let counts = REGISTRY.iter().filter_map(|kind| {
        let (noun, count) = (kind.noun()?, of(kind.name()));
        match count {
            0 => None,
            1 => Some(format!("1 {noun}")),
            count => Some(format!("{count} {noun}s")),
        }
    });
    let counts: Vec<String> = counts.collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}

/// What ends soon, and what has ended: the plan itself shows neither.
fn ending(loaded: &Loaded, today: Date) -> Vec<String> {
    let mut warnings = Vec::new();
    for entry in loaded.manifest.entries.values().flatten() {
        let Some(until) = note::last_day(entry).map(|until| until.value) else { continue };
        let days = (until - today).whole_days();
        if (0..=SOON).contains(&days) {
            let line = loaded.sources.line(&entry.place);
            let when = when(days);
            warnings.push(format!("{line}: ends on {until}, {when}; past it, a plan removes it"));
        }
    }
    warnings.extend(past(loaded, today).iter().map(|finding| {
        let place = finding.place.as_ref().map(|place| loaded.sources.line(place));
        let help = finding.help.as_deref().unwrap_or_default();
        format!("{}: {}; {help}", place.unwrap_or_default(), finding.title)
    }));
    warnings
}

/// Tables whose last day has passed.
pub(crate) fn past(loaded: &Loaded, today: Date) -> Findings {
    let mut findings = Findings::default();
    let entries = loaded.manifest.entries.values().flatten();
    entries.filter_map(|entry| note::past(entry, today)).for_each(|one| findings.push(one));
    findings
}

fn when(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_near_is_called_by_its_name() {
        assert_eq!([0, 1, 11].map(when), ["today", "tomorrow", "in 11 days"]);
    }
}
