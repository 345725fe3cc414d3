//! Signed approvals of a saved plan: what is to be signed, what lies beside the plan, and whether it was used
//! already.

use std::path::{Path, PathBuf};

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::approval::approvers::{self, Approvers, LineMistake};
use crate::approval::examine::{Approvable, SignedFile};
use crate::approval::signature::{self, Signature};
use crate::approval::statement::{self, Decision, Statement};
use crate::model::id::TenantId;
use crate::model::outcome::RunReport;
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::operations::failed::PlanProblem;
use crate::operations::{Failed, history, saved_plan, shown};
use crate::plan::{Plan, file};
use crate::store::approval_files::{self, ApprovalFile};
use crate::store::records::{RecordSort, Records};
use crate::store::{StoreError, chain, plan_file};

/// A plan that can still be applied, to be drawn and signed.
///
/// # Errors
/// When the file is no plan, was altered, or has expired.
pub(crate) fn to_sign(path: &Path, now: OffsetDateTime) -> Result<Plan, Failed> {
    shown::drawable(path, saved_plan::read(path, now)?)
}

/// A plan whose approvals are looked at, however old.
///
/// # Errors
/// When the file is no plan, or was altered.
pub(crate) fn to_verify(path: &Path) -> Result<Plan, Failed> {
    let problem = |problem| Failed::PlanFile { path: path.to_owned(), problem };
    let bytes = plan_file::read(path).map_err(PlanProblem::Unread).map_err(problem)?;
    saved_plan::parse(bytes).map_err(problem)
}

/// What is said of a plan by signing.
pub(crate) fn statement(
    plan: &Plan,
    decision: Decision,
    note: Option<&str>,
    now: OffsetDateTime,
) -> Statement {
    Statement {
        format: statement::FORMAT.to_owned(),
        format_version: statement::VERSION,
        tenant: plan.tenant.id,
        effect: plan.effect.digest.clone(),
        policy: None,
        expires_at: file::expiry(plan),
        decision,
        note: note.map(Untrusted::new),
        signed_at: now.replace_nanosecond(0).unwrap_or(now),
    }
}

/// Keeps a statement and its signature beside the plan. Returns where.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn keep(
    plan: &Path,
    statement: &[u8],
    signature: &Signature,
) -> Result<PathBuf, StoreError> {
    let folder = approval_files::folder_of(plan);
    let stem = signature.key.file_stem();
    approval_files::write(&folder, &stem, statement, signature.armored().as_bytes())
}

/// What has to be approved. `used`: by [`last_use`].
pub(crate) fn approvable(plan: &Plan, used: Option<OffsetDateTime>) -> Approvable<'_> {
    Approvable {
        tenant: plan.tenant.id,
        effect: &plan.effect.digest,
        policy: None,
        expires_at: file::expiry(plan),
        used,
    }
}

/// The highest risk of what a plan gives: by it, more people have to approve.
pub(crate) fn highest(plan: &Plan) -> Option<Tier> {
    plan.changes.iter().filter_map(|change| Some(change.risk.as_ref()?.tier)).max()
}

/// The signatures that lie beside a plan.
///
/// # Errors
/// When they cannot be read, or are none that this program takes.
pub(crate) fn beside(plan: &Path) -> Result<Vec<SignedFile>, StoreError> {
    let longest = statement::LONGEST.max(signature::LONGEST);
    let longest = u64::try_from(longest).unwrap_or(u64::MAX);
    let found = approval_files::read(&approval_files::folder_of(plan), longest)?;
    let signed =
        |ApprovalFile { name, statement, signature }| SignedFile { name, statement, signature };
    Ok(found.into_iter().map(signed).collect())
}

/// Why nobody knows who may approve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoApprovers {
    #[error(transparent)]
    Unread(StoreError),
    #[error("use a list of approvers with mistakes")]
    Mistakes(Vec<LineMistake>),
    #[error("use a list of approvers that names nobody")]
    Nobody,
}

/// Who may approve.
///
/// # Errors
/// When the file cannot be read, or a line of it names nobody for certain.
pub(crate) fn approvers(path: &Path) -> Result<Approvers, NoApprovers> {
    let text = approval_files::read_approvers(path, approvers::LONGEST);
    let text = text.map_err(NoApprovers::Unread)?;
    let approvers = Approvers::parse(&text).map_err(NoApprovers::Mistakes)?;
    if approvers.len() == 0 { Err(NoApprovers::Nobody) } else { Ok(approvers) }
}

/// When the last run with the plan's effect began, of those that may have sent something: an approval is good
/// once. Runs that are on record where those of this plan are.
///
/// # Errors
/// When the records cannot be read: then nobody knows.
pub(crate) fn last_use(path: &Path, plan: &Plan) -> Result<Option<OffsetDateTime>, StoreError> {
    let records = history::of_plan(path, &plan.manifest).records();
    used(&*records, plan.tenant.id, &plan.effect.digest, plan.made_at)
}

/// The same of any records. What was signed is younger than its plan, so nothing before that matters.
pub(crate) fn used(
    records: &dyn Records,
    tenant: TenantId,
    effect: &str,
    made_at: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, StoreError> {
    records.check()?;
    let since = made_at.checked_sub(Duration::DAY).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let names = records.list(RecordSort::Snapshot)?;
    for name in names.into_iter().rev().take_while(|name| !name.is_before(since)) {
        let snapshot = chain::read(records, &name)?;
        let sent = |report: &RunReport| report.writes_sent > 0;
        let is_it = snapshot.tenant.id == tenant && snapshot.effect.digest == effect;
        // A run without an end may have sent anything.
        if is_it && snapshot.report.as_ref().is_none_or(sent) {
            let began = OffsetDateTime::parse(&snapshot.started, &Rfc3339);
            // Whoever cannot say when has used whatever was signed.
            return Ok(Some(began.unwrap_or(made_at.saturating_add(file::LIFETIME))));
        }
    }
    Ok(None)
}
