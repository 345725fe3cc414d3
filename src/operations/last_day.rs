//! What the runs of the last day took away: a big removal that is cut into small ones counts as one.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};

use crate::model::address::Address;
use crate::model::outcome::{Line, Outcome};
use crate::plan::{Extent, Plan};
use crate::policy::limits::{self, Earlier};
use crate::store::place::RecordPlace;
use crate::store::records::{RecordName, RecordSort, Records};
use crate::store::snapshot::Snapshot;
use crate::store::{StoreError, chain, manifest_file};

/// So far back a removal counts.
const DAY: Duration = Duration::hours(24);

/// Stops the plan where it and the last day's runs of its manifest together take more than one day may. A
/// plan without removals asks no record. `is_here`: whether the manifest is found from here, and by that its
/// records.
pub(crate) fn judge(plan: &mut Plan, place: &RecordPlace, is_here: bool, now: OffsetDateTime) {
    let ours: BTreeSet<&Address> = plan
        .changes
        .iter()
        .filter(|change| change.is_removal())
        .map(|change| &change.address)
        .collect();
    if ours.is_empty() {
        return;
    }
    let whole = plan.extent == Extent::Whole;
    let counted = |snapshot: &Snapshot| counts(snapshot, plan, place);
    let check = match earlier(&*place.records(), now, counted, &ours) {
        // Elsewhere there may be no records, and all of a big removal would be small.
        _ if !whole && !is_here => {
            Some(limits::uncounted("the manifest that it was made of is not found from here"))
        }
        Ok(earlier) => limits::of_day(plan, earlier),
        // By records of whole plans nothing is decided.
        Err(_) if whole => None,
        Err(error) => Some(limits::uncounted(&format!("failed to {error}"))),
    };
    plan.identity_checks.extend(check);
}

/// What the last day's runs took, without what the plan still takes: that was not taken then, or is there
/// again. A snapshot holds all that a manifest manages, so one is held at a time.
fn earlier(
    records: &dyn Records,
    now: OffsetDateTime,
    counted: impl Fn(&Snapshot) -> bool,
    ours: &BTreeSet<&Address>,
) -> Result<Earlier, StoreError> {
    // Several runs of one part are about the same objects.
    let mut managed: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for name in of_last_day(records, now)? {
        let snapshot = chain::read(records, &name)?;
        if counted(&snapshot) {
            let most = managed.entry(snapshot.part.clone()).or_default();
            *most = snapshot.managed.max(*most);
            all.extend(taken(snapshot).filter(|address| !ours.contains(address)));
        }
    }
    Ok(Earlier { taken: all.len(), managed: managed.into_values().sum() })
}

/// The last day's snapshots, the newest first.
fn of_last_day(records: &dyn Records, now: OffsetDateTime) -> Result<Vec<RecordName>, StoreError> {
    // Nothing is taken from a place that others may write to: a run would stop there, too.
    if records.check().is_err() {
        return Ok(Vec::new());
    }
    let since = now.checked_sub(DAY).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let names = records.list(RecordSort::Snapshot)?;
    Ok(names.into_iter().rev().take_while(|name| !name.is_before(since)).collect())
}

/// Whole plans in a row are each judged by themselves, as ever.
fn counts(snapshot: &Snapshot, plan: &Plan, place: &RecordPlace) -> bool {
    let cut = !snapshot.part.is_empty() || plan.extent != Extent::Whole;
    let files = manifest_file::names_from(place.home(), &plan.manifest.files);
    let same = |recorded| manifest_file::is_of(place.home(), recorded, &files);
    cut && snapshot.tenant.id == plan.tenant.id && snapshot.manifest.as_deref().is_none_or(same)
}

/// What the run took from, or may have: of one that was killed, all that it was to take.
fn taken(snapshot: Snapshot) -> impl Iterator<Item = Address> {
    let lines = snapshot.report.map(|report| report.lines).unwrap_or_default();
    let left: BTreeSet<Address> = lines
        .into_iter()
        .filter(|Line { outcome, .. }| {
            matches!(
                outcome,
                Outcome::Failed { .. }
                    | Outcome::Skipped { .. }
                    | Outcome::NotStarted
                    | Outcome::Already
            )
        })
        .map(|line| line.address)
        .collect();
    snapshot.removals.into_iter().filter(move |address| !left.contains(address))
}
