//! What a file of ours holds, to be drawn again: a saved plan, or the record of a run. Nobody is asked, and
//! nothing is compared: what is drawn is what the file says.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::kinds::Names;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, Subject, Verb};
use crate::model::cloud::Cloud;
use crate::model::outcome::RunReport;
use crate::model::untrusted::shown;
use crate::operations::failed::PlanProblem;
use crate::operations::{Failed, saved_plan};
use crate::plan::access::AccessChanges;
use crate::plan::{
    DayLimit, Extent, LiveSummary, ManifestHash, ManifestSummary, Plan, SaidBy, file, said,
};
use crate::store::plan_file;
use crate::store::snapshot::{self, Objects, Snapshot};
use crate::store::taken;

/// What a file holds.
#[derive(Debug)]
pub(crate) enum ShownDocument {
    Plan(Plan),
    Run(RunReport, Plan),
}

/// What every document of ours begins with.
#[derive(Deserialize)]
struct DocumentHead {
    #[serde(default)]
    format: Value,
}

/// # Errors
/// When the file cannot be read, is none of these, or was altered.
pub(crate) fn read(path: &Path) -> Result<ShownDocument, Failed> {
    let problem = |problem| Failed::PlanFile { path: path.to_owned(), problem };
    let bytes = plan_file::read(path).map_err(PlanProblem::Unread).map_err(problem)?;
    let head = serde_json::from_slice::<DocumentHead>(&bytes).map(|head| head.format);
    match head.as_ref().ok().and_then(Value::as_str) {
        Some(snapshot::FORMAT) if taken::is_taken(&bytes) => {
            Err(Failed::NotShown { path: path.to_owned(), format: "taken snapshot".to_owned() })
        }
        Some(snapshot::FORMAT) => run(path, &snapshot::parse(path, &bytes)?),
        Some(format) if format != file::FORMAT && format.starts_with("consent.") => {
            Err(Failed::NotShown { path: path.to_owned(), format: format.to_owned() })
        }
        _ => {
            let plan = saved_plan::parse(bytes).map_err(problem)?;
            Ok(ShownDocument::Plan(drawable(path, plan)?))
        }
    }
}

/// A plan of a file, with what only the file says as its words.
///
/// # Errors
/// When it does not say enough to be drawn.
pub(crate) fn drawable(path: &Path, mut plan: Plan) -> Result<Plan, Failed> {
    if lacks_resources(&plan) {
        let format = "plan of an older version of this program".to_owned();
        return Err(Failed::NotShown { path: path.to_owned(), format });
    }
    said::mark_all(&mut plan)?;
    Ok(plan)
}

/// Who gets and loses what cannot be told of a file that does not say what publishes its permissions.
fn lacks_resources(plan: &Plan) -> bool {
    let known = plan.access.is_empty() || !plan.resources.is_empty();
    !known && plan.changes.iter().any(|change| change.consented().next().is_some())
}

/// The result of the run that this is the record of.
fn run(path: &Path, record: &Snapshot) -> Result<ShownDocument, Failed> {
    let Some(report) = record.report.clone() else {
        return Err(Failed::NoResult { path: path.to_owned() });
    };
    let changes = report.lines.iter().map(|line| told(record, &line.address)).collect();
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
        pairs: Vec::new(),
        names: Names::default(),
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
    Ok(ShownDocument::Run(report, plan))
}

/// As much of a change as its record tells: which object came, went or became another one. Requests stand in
/// the journal, and what they gave and took in the effect.
fn told(record: &Snapshot, address: &Address) -> Change {
    let none = Objects::new();
    let after = record.after.as_ref().unwrap_or(&none);
    let state = |objects: &Objects| objects.get(address).cloned().unwrap_or_default();
    let (before, after) = (state(&record.before), state(after));
    let verb = match (before.is_absent(), after.is_absent()) {
        (true, false) => Verb::Grant,
        (false, true) => Verb::Revoke,
        (true, true) | (false, false) => Verb::Set,
    };
    let what = std::iter::once(&address.kind).chain(&address.parts);
    Change {
        address: address.clone(),
        part: None,
        verb,
        gives: false,
        takes: false,
        subject: Subject {
            what: what.map(|part| shown(part)).collect::<Vec<_>>().join(" "),
            target: None,
            audience: Audience::Tenant,
            person: None,
        },
        fields: Vec::new(),
        before,
        after,
        steps: Vec::new(),
        needs: Vec::new(),
        rests_on: Vec::new(),
        why: Vec::new(),
        notes: Vec::new(),
        permissions: Vec::new(),
        consent: None,
        risk: None,
    }
}
