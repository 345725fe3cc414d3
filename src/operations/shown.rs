//! What a file of ours holds, to be drawn again: a saved plan, or the record of a run. Nobody is asked, and
//! nothing is compared: what is drawn is what the file says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::kinds::{Names, Pair};
use crate::model::address::Address;
use crate::model::cloud::Cloud;
use crate::model::object_state::ObjectState;
use crate::model::outcome::RunReport;
use crate::operations::failed::PlanProblem;
use crate::operations::{Failed, saved_plan};
use crate::plan::access::AccessChanges;
use crate::plan::{
    DayLimit, Extent, LiveSummary, ManifestHash, ManifestSummary, Plan, SaidBy, build, file, said,
};
use crate::store::plan_file;
use crate::store::snapshot::{self, Objects, Snapshot};
use crate::store::taken;

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Shown {
    Plan(Plan),
    Run(RunReport, Plan),
}

/// What every document of ours begins with.
#[derive(Deserialize)]
struct FormatHead {
    #[serde(default)]
    format: Value,
}

/// # Errors
/// When the file cannot be read, is none of these, or was altered.
pub(crate) fn read(path: &Path) -> Result<Shown, Failed> {
    let problem = |problem| Failed::PlanFile { path: path.to_owned(), problem };
    let bytes = plan_file::read(path).map_err(PlanProblem::Unread).map_err(problem)?;
    let head = serde_json::from_slice::<FormatHead>(&bytes).map(|head| head.format);
    match head.as_ref().ok().and_then(Value::as_str) {
        Some(snapshot::FORMAT) if taken::is_taken(&bytes) => {
            Err(Failed::NotShown { path: path.to_owned(), format: "taken snapshot".to_owned() })
        }
        Some(snapshot::FORMAT) => run(path, &snapshot::parse(path, &bytes)?),
        Some(format) if format != file::FORMAT && format.starts_with("consent.") => {
            Err(Failed::NotShown { path: path.to_owned(), format: format.to_owned() })
        }
        _ => {
            let mut plan = saved_plan::parse(bytes).map_err(problem)?;
            said::mark_all(&mut plan)?;
            Ok(Shown::Plan(plan))
        }
    }
}

/// The result of the run that this is the record of.
fn run(path: &Path, record: &Snapshot) -> Result<Shown, Failed> {
    let Some(report) = record.report.clone() else {
        return Err(Failed::NoResult { path: path.to_owned() });
    };
    let pairs = pairs(record, &report);
    let names = Names::default();
    let touched: BTreeSet<&Address> = report.lines.iter().map(|line| &line.address).collect();
    let mut changes = build::changes(&pairs, &BTreeMap::new(), &names)?;
    changes.retain(|change| touched.contains(&change.address));
    let at = OffsetDateTime::parse(&record.started, &Rfc3339);
    let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let files = record.manifest.iter().flatten();
    let files = files.map(|path| ManifestHash { path: path.clone(), sha256: String::new() });
    let plan = Plan {
        tenant: record.tenant.clone(),
        simulated: record.simulated,
        cloud: Cloud::Global,
        manifest: ManifestSummary { files: files.collect(), apps: record.apps.len() },
        live: LiveSummary { read_at: at, apps: 0, objects: Vec::new(), milliseconds: 0 },
        made_at: at,
        apps: record.apps.clone(),
        pairs,
        names,
        resources: BTreeMap::new(),
        rests: Default::default(),
        changes,
        access: AccessChanges::default(),
        unchanged: 0,
        unmanaged: Vec::new(),
        outside: None,
        offline: None,
        warnings: Vec::new(),
        checks: Vec::new(),
        identity_checks: Vec::new(),
        lifted: Vec::new(),
        extent: match &*record.part {
            [] => Extent::Whole,
            labels => Extent::Partial(labels.to_vec()),
        },
        removals_a_day: DayLimit { objects: 0, percent: None },
        source: SaidBy::File,
        effect: record.effect.clone(),
    };
    Ok(Shown::Run(report, plan))
}

/// What the run found and what it left of each object that it was about.
fn pairs(record: &Snapshot, report: &RunReport) -> Vec<Pair> {
    let none = Objects::new();
    let after = record.after.as_ref().unwrap_or(&none);
    let state = |objects: &Objects, address| objects.get(address).cloned().unwrap_or_default();
    let addresses: BTreeSet<&Address> = record.before.keys().chain(after.keys()).collect();
    let touched = |address: &Address| report.lines.iter().any(|line| line.address == *address);
    let changed = addresses.into_iter().filter(|address| touched(address)).filter_map(|address| {
        let (before, after): (ObjectState, ObjectState) =
            (state(&record.before, address), state(after, address));
        (before != after).then(|| Pair {
            address: address.clone(),
            before,
            after,
            why: Vec::new().into(),
            notes: Vec::new().into(),
        })
    });
    changed.collect()
}
