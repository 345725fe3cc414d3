//! The saved plan: one readable JSON document, `consent.plan`.
//!
//! It holds states, not requests to replay: reading it derives the changes anew, and the effect of
//! what was derived must be, byte for byte, the effect that was saved.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::kinds::{Names, Pair, Unreadable};
use crate::model::address::Address;
use crate::model::change::{Change, Risk, Why};
use crate::model::cloud::Cloud;
use crate::model::digest::sha256_hex;
use crate::model::directory::Organization;
use crate::model::id::ObjectId;
use crate::model::untrusted::{Untrusted, harmless_json};
use crate::plan::{
    AppHead, Check, Effect, Extent, LiveSummary, ManifestSummary, Plan, Unmanaged, build, effect,
};

pub const FORMAT: &str = "consent.plan";

/// Raised when an old version could no longer read the file.
pub const FORMAT_VERSION: u32 = 1;

/// A plan is good for a working day: longer, and a reviewer approves a tenant nobody remembers.
pub const LIFETIME: Duration = Duration::hours(24);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    format_version: u32,
    made_by: String,
    #[serde(with = "time::serde::rfc3339")]
    made_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    tenant: Organization,
    cloud: Cloud,
    manifest: ManifestSummary,
    live: LiveSummary,
    apps: Vec<AppHead>,
    extent: Extent,
    summary: Summary,
    checks: Vec<Check>,
    warnings: Vec<String>,
    changes: Vec<Saved>,
    unmanaged: Vec<Unmanaged>,
    names: BTreeMap<ObjectId, Untrusted>,
    effect: SavedEffect,
    /// SHA-256 of every byte before this line: finds what was edited by hand or damaged. Who means
    /// harm can compute it anew; against that stands the approval of the effect.
    checksum: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    changes: usize,
    requests: usize,
    unchanged: usize,
}

/// One object: what is, what shall be. The requests stand here for readers only.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    address: Address,
    before: Value,
    after: Value,
    why: Vec<Why>,
    notes: Vec<String>,
    risk: Option<Risk>,
    requests: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedEffect {
    text: String,
    sha256: String,
}

/// Why a file is no plan to apply.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    #[error("it is not a complete JSON document of a plan: {0}")]
    NotAPlan(String),
    #[error("its format is \"{0}\", not \"consent.plan\"")]
    OtherFormat(String),
    #[error(
        "it was written by a newer version (format {found}; this version reads up to {FORMAT_VERSION})"
    )]
    Newer { found: u64 },
    #[error("its state of {0}")]
    State(#[from] Unreadable),
    #[error("it was altered after it was made: {first}")]
    Altered { first: String },
}

/// When the plan is no longer good. A file can say that it was made at the end of time.
pub fn expires_at(plan: &Plan) -> OffsetDateTime {
    plan.made_at.saturating_add(LIFETIME)
}

/// The file's bytes. The same plan is always the same bytes.
pub fn write(plan: &Plan) -> String {
    let by_pair = by_pair(plan);
    let file = File {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        made_by: format!("consent {}", env!("CARGO_PKG_VERSION")),
        made_at: plan.made_at,
        expires_at: expires_at(plan),
        tenant: plan.tenant.clone(),
        cloud: plan.cloud,
        manifest: plan.manifest.clone(),
        live: plan.live.clone(),
        apps: plan.apps.clone(),
        extent: plan.extent.clone(),
        summary: summary(plan),
        checks: plan.checks.clone(),
        warnings: plan.warnings.clone(),
        changes: plan.pairs.iter().map(|pair| saved(pair, &by_pair)).collect(),
        unmanaged: plan.unmanaged.clone(),
        names: plan.names.0.clone(),
        effect: SavedEffect { text: plan.effect.text.clone(), sha256: plan.effect.digest.clone() },
        checksum: String::new(),
    };
    let text = serde_json::to_string_pretty(&file).unwrap_or_default();
    let text = harmless_json(&text);
    let head = text.rsplit_once(CHECKSUM).map_or("", |(head, _)| head);
    sealed(head)
}

/// Begins the last line but one.
const CHECKSUM: &str = "  \"checksum\": ";

fn sealed(head: &str) -> String {
    format!("{head}{CHECKSUM}\"sha256:{}\"\n}}\n", sha256_hex(head.as_bytes()))
}

fn summary(plan: &Plan) -> Summary {
    Summary {
        changes: plan.changes.len(),
        requests: plan.changes.iter().map(|change| change.steps.len()).sum(),
        unchanged: plan.unchanged,
    }
}

/// The changes of each pair: one, or two where one request would have cut somebody off.
fn by_pair(plan: &Plan) -> BTreeMap<Address, Vec<&Change>> {
    let pairs: BTreeSet<&Address> = plan.pairs.iter().map(|pair| &pair.address).collect();
    let mut changes: BTreeMap<Address, Vec<&Change>> = BTreeMap::new();
    for change in &plan.changes {
        let mut address = change.address.clone();
        if !pairs.contains(&address) {
            address.parts.pop();
        }
        changes.entry(address).or_default().push(change);
    }
    changes
}

fn saved(pair: &Pair, changes: &BTreeMap<Address, Vec<&Change>>) -> Saved {
    let mine = || changes.get(&pair.address).into_iter().flatten();
    Saved {
        address: pair.address.clone(),
        before: pair.before.clone(),
        after: pair.after.clone(),
        why: pair.why.clone(),
        notes: pair.notes.clone(),
        risk: mine().find_map(|change| change.risk.clone()),
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
    let head: Value =
        serde_json::from_str(text).map_err(|error| PlanFileError::NotAPlan(error.to_string()))?;
    match head.get("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(other) => return Err(PlanFileError::OtherFormat(Untrusted::new(other).shown())),
        None => return Err(PlanFileError::NotAPlan("it names no format".to_owned())),
    }
    match head.get("format_version").and_then(Value::as_u64) {
        Some(found) if found > u64::from(FORMAT_VERSION) => {
            return Err(PlanFileError::Newer { found });
        }
        Some(_) => {}
        None => return Err(PlanFileError::NotAPlan("it names no format version".to_owned())),
    }
    let file: File =
        serde_json::from_value(head).map_err(|error| PlanFileError::NotAPlan(error.to_string()))?;
    let plan = plan(file)?;
    unaltered(text, &plan)?;
    let head = text.rsplit_once(CHECKSUM).map_or("", |(head, _)| head);
    if sealed(head) != text {
        let first = "its checksum is not that of its lines".to_owned();
        return Err(PlanFileError::Altered { first });
    }
    Ok(plan)
}

fn plan(file: File) -> Result<Plan, PlanFileError> {
    let names = Names(file.names);
    let risks: BTreeMap<String, Risk> = file
        .changes
        .iter()
        .filter_map(|saved| Some((saved.address.to_string(), saved.risk.clone()?)))
        .collect();
    let pairs: Vec<Pair> = file
        .changes
        .into_iter()
        .map(|saved| Pair {
            address: saved.address,
            before: saved.before,
            after: saved.after,
            why: saved.why,
            notes: saved.notes,
        })
        .collect();
    let mut changes = build::changes(&pairs, &names)?;
    for change in &mut changes {
        let address = change.address.to_string();
        change.risk =
            risks.get(&address).or_else(|| risks.get(address.trim_end_matches("/narrow"))).cloned();
    }
    let Effect { text, digest } = effect::effect(file.tenant.id, &changes, &file.checks);
    if text != file.effect.text || digest != file.effect.sha256 {
        return Err(PlanFileError::Altered { first: first_difference(&file.effect.text, &text) });
    }
    Ok(Plan {
        tenant: file.tenant,
        cloud: file.cloud,
        manifest: file.manifest,
        live: file.live,
        made_at: file.made_at,
        apps: file.apps,
        pairs,
        names,
        changes,
        unchanged: file.summary.unchanged,
        unmanaged: file.unmanaged,
        warnings: file.warnings,
        checks: file.checks,
        extent: file.extent,
        effect: Effect { text, digest },
    })
}

/// Written again it is the same text: nothing stands in it twice or beside what is read. Who made it
/// may be another version.
fn unaltered(text: &str, plan: &Plan) -> Result<(), PlanFileError> {
    let again = write(plan);
    let made_by = |line: &&str| !line.trim_start().starts_with("\"made_by\"");
    let same = text.lines().filter(made_by).eq(again.lines().filter(made_by));
    if same {
        Ok(())
    } else {
        Err(PlanFileError::Altered { first: first_difference(text, &again) })
    }
}

/// The first line that is not as it would have been written.
fn first_difference(found: &str, expected: &str) -> String {
    let mut lines = expected.lines();
    for (at, line) in found.lines().enumerate() {
        if lines.next() != Some(line) {
            let line: String = line.trim().chars().take(120).collect();
            return format!("line {}: {}", at + 1, Untrusted::new(line).shown());
        }
    }
    "its end is missing".to_owned()
}
