//! The saved plan: one readable JSON document, `consent.plan`.
//!
//! It holds states, not requests to replay: reading it derives the changes anew, and the effect of
//! what was derived must be, byte for byte, the effect that was saved.

pub(crate) mod difference;
mod resting;
mod saved;
mod seal;
mod whole;

pub(crate) use whole::last_day;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use self::resting::SavedRest;
use self::saved::{SavedEffect, SavedObject, SavedSummary};
use self::seal::Sealed;
use crate::kinds::{Names, Pair, Unreadable};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::clock::Moment;
use crate::model::cloud::Cloud;
use crate::model::digest::sha256_hex;
use crate::model::directory::Organization;
use crate::model::id::{AppId, ObjectId};
use crate::model::json::write_pretty;
use crate::model::risk::Risk;
use crate::model::schema::{JsonSchema, Schema};
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::access::AccessChanges;
use crate::plan::outside::Outside;
use crate::plan::published::document;
use crate::plan::{
    AppHead, Check, DayLimit, Effect, Extent, Lifted, LiveSummary, ManifestSummary, Plan, SaidBy,
    Unmanaged, build, effect, rests,
};

pub(crate) const FORMAT: &str = "consent.plan";

/// Raised when an old version could no longer read the file.
pub(crate) const FORMAT_VERSION: u32 = 3;

/// A plan is good for a working day: longer, and a reviewer approves a tenant nobody remembers.
pub(crate) const LIFETIME: Duration = Duration::hours(24);

/// What every such file begins with, whatever its version.
#[derive(Deserialize)]
struct FormatHead {
    #[serde(default)]
    format: Value,
    #[serde(default)]
    format_version: Value,
}

/// What `consent apply PLAN` reads. It holds states: requests are derived from them again, and the file
/// must be, byte for byte, what would be written for them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    #[schemars(extend("const" = FORMAT))]
    format: String,
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: u32,
    /// Program and version.
    made_by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    made_at: OffsetDateTime,
    /// 24 hours later. After it, the plan is refused.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    expires_at: OffsetDateTime,
    tenant: Organization,
    cloud: Cloud,
    manifest: ManifestSummary,
    live: LiveSummary,
    /// The apps of the manifest.
    apps: Vec<AppHead>,
    extent: Extent,
    /// What the runs of one day may take from.
    removals_a_day: DayLimit,
    summary: SavedSummary,
    /// Rules that stop apply.
    checks: Vec<Check>,
    /// Rails that the manifest lifts for this plan.
    lifted: Vec<Lifted>,
    /// Sentences about the whole plan.
    warnings: Vec<String>,
    changes: Vec<SavedObject>,
    /// Who really gets and loses what, as it was when the plan was made.
    #[serde(default, skip_serializing_if = "AccessChanges::is_empty")]
    access: AccessChanges,
    /// As found, and left as they are: without them something must not be taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rests: Vec<SavedRest>,
    /// Found, not declared, and left alone.
    unmanaged: Vec<Unmanaged>,
    /// What the plan did not look at.
    outside: Option<Outside>,
    /// Display names of those the plan is about, by object id.
    names: BTreeMap<ObjectId, Untrusted>,
    /// Application ids of what publishes its permissions, by object id. Absent in older files: what these say
    /// of access cannot be told without the tenant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    resources: BTreeMap<ObjectId, AppId>,
    effect: SavedEffect,
    /// SHA-256 of every byte before this line: finds what was edited by hand or damaged. Who means
    /// harm can compute it anew; against that stands the approval of the effect.
    checksum: String,
}

/// The schema of a saved plan.
pub(crate) fn schema() -> Schema {
    document::<PlanFile>("plan", FORMAT_VERSION)
}

/// Why a file is no plan to apply.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    #[error("it is not a complete JSON document of a plan: {0}")]
    NotAPlan(String),
    #[error("its end is missing: it was cut short in line {line}")]
    CutShort { line: usize },
    #[error("its format is \"{0}\", not \"consent.plan\"")]
    OtherFormat(String),
    #[error(
        "it was written by a newer version (format {found}; this version reads up to {FORMAT_VERSION})"
    )]
    Newer { found: u64 },
    #[error(
        "it was written by an older version (format {found}; this version applies format \
         {FORMAT_VERSION}, in which all that is approved stands)"
    )]
    Older { found: u64 },
    #[error("a program that copied it wrote it anew: {how}")]
    Rewritten { how: &'static str },
    #[error("its state of {0}")]
    State(#[from] Unreadable),
    #[error("it was altered after it was made: {first}")]
    Altered { first: String },
}

/// The file's text. The same plan is always the same bytes.
pub fn write(plan: &Plan) -> String {
    // Into memory nothing fails to be written, and JSON is text.
    let mut bytes = Vec::new();
    drop(write_to(plan, &mut bytes));
    String::from_utf8(bytes).unwrap_or_default()
}

/// The same, bit by bit.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_to(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let by_pair = by_pair(plan);
    let file = PlanFile {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        made_by: format!("consent {}", env!("CARGO_PKG_VERSION")),
        made_at: plan.made_at,
        expires_at: expiry(plan),
        tenant: plan.tenant.clone(),
        cloud: plan.cloud,
        manifest: plan.manifest.clone(),
        live: plan.live.clone(),
        apps: plan.apps.clone(),
        extent: plan.extent.clone(),
        removals_a_day: plan.removals_a_day,
        summary: summary(plan),
        checks: plan.checks.clone(),
        lifted: plan.lifted.clone(),
        warnings: plan.warnings.clone(),
        changes: plan.pairs.iter().map(|pair| saved(pair, &by_pair)).collect(),
        access: plan.access.clone(),
        rests: resting::saved(plan),
        unmanaged: plan.unmanaged.clone(),
        outside: plan.outside,
        names: plan.names.0.clone(),
        resources: plan.resources.clone(),
        effect: SavedEffect { text: plan.effect.text.clone(), sha256: plan.effect.digest.clone() },
        checksum: String::new(),
    };
    let mut sealed = Sealed::new(out);
    write_pretty(&file, &mut sealed)?;
    sealed.seal()
}

/// When the plan is no longer good. A file that claims to be of the last day of time must not
/// panic.
pub(crate) fn expiry(plan: &Plan) -> OffsetDateTime {
    plan.made_at.saturating_add(LIFETIME)
}

fn summary(plan: &Plan) -> SavedSummary {
    SavedSummary {
        changes: plan.changes.len(),
        requests: plan.changes.iter().map(|change| change.steps.len()).sum(),
        unchanged: plan.unchanged,
    }
}

/// The changes of each pair: one, or two where one request would have cut somebody off.
fn by_pair(plan: &Plan) -> BTreeMap<Address, Vec<&Change>> {
    let mut changes: BTreeMap<Address, Vec<&Change>> = BTreeMap::new();
    for change in &plan.changes {
        changes.entry(change.object().clone()).or_default().push(change);
    }
    changes
}

fn saved(pair: &Pair, changes: &BTreeMap<Address, Vec<&Change>>) -> SavedObject {
    let mine = || changes.get(&pair.address).into_iter().flatten();
    SavedObject {
        address: pair.address.clone(),
        before: pair.before.clone(),
        after: pair.after.clone(),
        why: pair.why.to_vec(),
        notes: pair.notes.to_vec(),
        risks: mine()
            .filter_map(|change| Some((change.address.clone(), change.risk.clone()?)))
            .collect(),
        requests: mine()
            .flat_map(|change| change.steps.iter().map(|step| step.request.to_string()))
            .collect(),
    }
}

/// Reads and proves a saved plan.
///
/// # Errors
/// When it is no plan, of a newer format, or not the plan that was made.
pub fn read(text: &str) -> Result<Plan, PlanFileError> {
    if text.starts_with('\u{feff}') {
        return Err(PlanFileError::Rewritten { how: "it begins with a byte order mark" });
    }
    if text.contains("\r\n") {
        return Err(PlanFileError::Rewritten { how: "its lines end with CR LF instead of LF" });
    }
    let head: FormatHead = serde_json::from_str(text).map_err(unreadable)?;
    match head.format.as_str() {
        Some(FORMAT) => {}
        Some(other) => return Err(PlanFileError::OtherFormat(Untrusted::new(other).shown())),
        None => return Err(PlanFileError::NotAPlan("it names no format".to_owned())),
    }
    match head.format_version.as_u64() {
        Some(found) if found > u64::from(FORMAT_VERSION) => {
            return Err(PlanFileError::Newer { found });
        }
        Some(found @ 1..) if found < u64::from(FORMAT_VERSION) => {
            return Err(PlanFileError::Older { found });
        }
        Some(_) => {}
        None => {
            let what = "it names no format version that this version knows";
            return Err(PlanFileError::NotAPlan(what.to_owned()));
        }
    }
    let file: PlanFile = serde_json::from_str(text).map_err(unreadable)?;
    let plan = plan(file)?;
    unaltered(text, &plan)?;
    let (head, end) = seal::parted(text);
    let sealed = seal::end(&sha256_hex(head.as_bytes()));
    if sealed.strip_suffix('\n') == Some(end) {
        return Err(PlanFileError::CutShort { line: text.lines().count() });
    }
    if sealed != end {
        let line = head.lines().count() + 1;
        let first = format!("line {line}, its checksum, is not that of the lines before it");
        return Err(PlanFileError::Altered { first });
    }
    Ok(plan)
}

fn unreadable(error: serde_json::Error) -> PlanFileError {
    if error.is_eof() {
        PlanFileError::CutShort { line: error.line() }
    } else {
        PlanFileError::NotAPlan(shown(&error.to_string()))
    }
}

/// The plan of a file, with its changes derived. What it says of risk is the file's word: whoever has a
/// directory derives that, too.
fn plan(mut file: PlanFile) -> Result<Plan, PlanFileError> {
    let names = Names(file.names);
    let mut risks: BTreeMap<Address, Risk> = BTreeMap::new();
    for saved in &mut file.changes {
        risks.append(&mut saved.risks);
    }
    let pairs: Vec<Pair> = file.changes.into_iter().map(pair).collect();
    let rests = resting::read(file.rests)?;
    let mut changes = build::changes(&pairs, &rests, &names)?;
    let rests = rests::used(&changes, rests);
    for change in &mut changes {
        change.risk = risks.remove(&change.address);
        for permission in &mut change.permissions {
            permission.resource = file.resources.get(&permission.by).copied();
        }
    }
    let plan = Plan {
        tenant: file.tenant,
        simulated: false,
        offline: None,
        cloud: file.cloud,
        manifest: file.manifest,
        live: file.live,
        made_at: file.made_at,
        apps: file.apps,
        pairs,
        names,
        resources: file.resources,
        rests,
        changes,
        access: file.access,
        unchanged: file.summary.unchanged,
        unmanaged: file.unmanaged,
        outside: file.outside,
        warnings: file.warnings,
        checks: file.checks,
        // Of whoever planned; whoever applies is judged by himself.
        identity_checks: Vec::new(),
        lifted: file.lifted,
        extent: file.extent,
        removals_a_day: file.removals_a_day,
        source: SaidBy::File,
        effect: Effect { text: file.effect.text, digest: file.effect.sha256 },
    };
    let effect = effect::of(&plan);
    if effect != plan.effect {
        let first = difference::first(&plan.effect.text, &effect.text);
        return Err(PlanFileError::Altered { first: format!("in its effect, {first}") });
    }
    match whole::fault(&plan)? {
        Some(first) => Err(PlanFileError::Altered { first }),
        None => Ok(plan),
    }
}

fn pair(saved: SavedObject) -> Pair {
    let SavedObject { address, before, after, why, notes, risks: _, requests: _ } = saved;
    Pair { address, before, after, why: why.into(), notes: notes.into() }
}

/// Written again it is the same text: nothing stands in it twice or beside what is read. Who made it
/// may be another version, and so its checksum another one.
fn unaltered(text: &str, plan: &Plan) -> Result<(), PlanFileError> {
    let again = write(plan);
    let own = |(_, line): &(usize, &str)| {
        !line.starts_with("  \"made_by\": ") && !line.starts_with(seal::CHECKSUM)
    };
    let mut expected = again.lines().enumerate().filter(own);
    let mut found = text.lines().enumerate().filter(own);
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return Ok(()),
            (Some(found), Some(expected)) if found == expected => {}
            (Some((at, line)), expected) => {
                let expected = expected.map_or("", |(_, line)| line);
                return Err(PlanFileError::Altered {
                    first: difference::differs(at, line, expected),
                });
            }
            (None, Some((line, _))) => return Err(PlanFileError::CutShort { line }),
        }
    }
}
