//! The plan for programs: `consent.plan_report`, one JSON document with keys in a fixed order. The
//! same plan is always the same bytes.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::address::Address;
use crate::model::change::{Change, FieldChange, Permission, PermissionSort, Subject, Verb, Why};
use crate::model::clock::{Moment, stamp};
use crate::model::cloud::Cloud;
use crate::model::directory::Organization;
use crate::model::id::AppId;
use crate::model::json::write_pretty;
use crate::model::object_state::ObjectState;
use crate::model::request::Request;
use crate::model::risk::{Reason, Risk, Tier};
use crate::model::schema::{JsonSchema, Schema};
use crate::plan::access::AccessChanges;
use crate::plan::offline::Offline;
use crate::plan::outage::{self, CutOff};
use crate::plan::outside::Outside;
use crate::plan::pictures::Counts;
use crate::plan::published::{document, states_by_address};
use crate::plan::readiness::{Readiness, stopped_by};
use crate::plan::{
    AppHead, Check, Effect, Extent, Lifted, LiveSummary, ManifestSummary, Plan, Unmanaged,
};

/// What the document calls itself.
pub(crate) const FORMAT: &str = "consent.plan_report";
/// Rises when a reader of the older version would go wrong. New keys alone do not raise it.
pub(crate) const FORMAT_VERSION: u32 = 2;

#[derive(Serialize, JsonSchema)]
struct PlanReport<'a> {
    #[schemars(extend("const" = FORMAT))]
    format: &'static str,
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: u32,
    #[schemars(with = "Moment")]
    made_at: String,
    verdict: VerdictRow<'a>,
    tenant: &'a Organization,
    /// Whether the tenant is a simulated one.
    simulated: bool,
    /// The snapshot that the plan was made of in place of the tenant: it is never applied. Null of the tenant.
    offline: &'a Option<Offline>,
    cloud: Cloud,
    manifest: &'a ManifestSummary,
    live: &'a LiveSummary,
    summary: Summary,
    apps: &'a [AppHead],
    /// In the order of apply.
    changes: Vec<Row<'a>>,
    /// Who really gets and loses what, given all that is left alone.
    access: &'a AccessChanges,
    unmanaged: &'a [Unmanaged],
    /// What the plan did not look at; null of a part.
    outside: &'a Option<Outside>,
    warnings: &'a [String],
    /// Rules that stop apply.
    checks: &'a [Check],
    /// Rules that stop apply by whoever is signed in now, or after what the last day's runs took.
    identity_checks: &'a [Check],
    /// Rails that the manifest lifts for this plan.
    lifted: &'a [Lifted],
    extent: &'a Extent,
    effect: EffectRow<'a>,
}

/// Whether the plan can be applied.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Verdict")]
struct VerdictRow<'a> {
    word: Readiness,
    /// The rules that stop apply, in their order.
    by: Vec<&'a str>,
}

/// Objects, as in the last line of the drawing: each entry of `changes` is one of `add`, `change`, `remove`.
#[derive(Serialize, JsonSchema)]
struct Summary {
    add: usize,
    change: usize,
    remove: usize,
    unchanged: usize,
    unmanaged: usize,
}

/// How risky it is what a change gives.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Risk")]
struct RiskRow<'a> {
    tier: Tier,
    reasons: Vec<ReasonRow<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reason")]
struct ReasonRow<'a> {
    /// Its stable number, such as `P205`.
    rule: Option<&'a str>,
    says: &'a str,
    /// Names of the permissions that it is about.
    about: &'a [String],
}

/// Whom a change takes something from.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Outage")]
struct OutageRow {
    who: CutOff,
    /// How many, where `who` is `people`.
    people: usize,
    /// Groups whose members lose something, where `who` is `people`; nobody has counted them.
    groups: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change", transform = states_by_address)]
struct Row<'a> {
    address: &'a Address,
    verb: Verb,
    gives: bool,
    takes: bool,
    subject: &'a Subject,
    fields: &'a [FieldChange],
    /// As found; null where nothing was there.
    before: &'a ObjectState,
    /// As it shall be; null where nothing shall be.
    after: &'a ObjectState,
    /// In the order they are sent: their lines and those of the tenant's write log are the same.
    requests: Vec<&'a Request>,
    needs: &'a [Address],
    why: &'a [Why],
    notes: &'a [String],
    permissions: Vec<PermissionRow<'a>>,
    /// Null where nothing is given.
    risk: Option<RiskRow<'a>>,
    /// Null where nothing is taken.
    outage: Option<OutageRow>,
}

/// A permission that the change gives or takes, for the rules.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Permission")]
struct PermissionRow<'a> {
    resource: AppId,
    sort: PermissionSort,
    name: &'a str,
    /// The live resource says that only an administrator can consent to it; nothing where it does not
    /// publish the name.
    admin_only: Option<bool>,
    gained: bool,
    lost: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Effect")]
struct EffectRow<'a> {
    text: &'a str,
    /// `sha256:` and 64 hexadecimal digits: what is given to `--approve`.
    sha256: &'a str,
}

/// The schema of the report.
pub(crate) fn schema() -> Schema {
    document::<PlanReport<'static>>("plan_report", FORMAT_VERSION)
}

/// Writes the report.
///
/// # Errors
/// When the writer fails.
pub fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let Plan {
        tenant,
        simulated,
        offline,
        cloud,
        manifest,
        live,
        made_at,
        apps,
        changes,
        access,
        unchanged: _,
        unmanaged,
        outside,
        warnings,
        checks,
        identity_checks,
        lifted,
        extent,
        // Whoever makes a report has made the plan.
        source: _,
        // States and names stand in the changes.
        pairs: _,
        names: _,
        resources: _,
        rests: _,
        // Stands in the effect.
        removals_a_day: _,
        effect: Effect { text, digest },
    } = plan;
    let report = PlanReport {
        format: FORMAT,
        format_version: FORMAT_VERSION,
        made_at: stamp(*made_at),
        verdict: VerdictRow { word: Readiness::of(plan), by: stopped_by(plan) },
        tenant,
        simulated: *simulated,
        offline,
        cloud: *cloud,
        manifest,
        live,
        summary: summary(plan),
        apps,
        changes: changes.iter().map(|change| row(plan, change)).collect(),
        access,
        unmanaged,
        outside,
        warnings,
        checks,
        identity_checks,
        lifted,
        extent,
        effect: EffectRow { text, sha256: digest },
    };
    write_pretty(&report, out)
}

fn summary(plan: &Plan) -> Summary {
    let Counts { add, change, remove } = Counts::of(&plan.changes);
    let (unchanged, unmanaged) = (plan.unchanged, plan.unmanaged.len());
    Summary { add, change, remove, unchanged, unmanaged }
}

fn row<'a>(plan: &Plan, change: &'a Change) -> Row<'a> {
    let Change {
        address,
        // Stands in the address.
        part: _,
        verb,
        gives,
        takes,
        subject,
        fields,
        before,
        after,
        steps,
        needs,
        // Stands in the effect, object by object.
        rests_on: _,
        why,
        notes,
        permissions,
        // Stands in the reasons of the risk, and in the states.
        consent: _,
        risk,
    } = change;
    Row {
        address,
        verb: *verb,
        gives: *gives,
        takes: *takes,
        subject,
        fields,
        before,
        after,
        requests: steps.iter().map(|step| &step.request).collect(),
        needs,
        why,
        notes,
        permissions: permissions.iter().map(permission).collect(),
        risk: risk.as_ref().map(rated),
        outage: outage::of(plan, change).map(|outage| OutageRow {
            who: outage.who(),
            people: outage.people(),
            groups: outage.groups(),
        }),
    }
}

fn rated(risk: &Risk) -> RiskRow<'_> {
    let Risk { tier, reasons } = risk;
    RiskRow { tier: *tier, reasons: reasons.iter().map(reason).collect() }
}

fn reason(reason: &Reason) -> ReasonRow<'_> {
    ReasonRow { rule: reason.rule, says: &reason.says, about: reason.permissions() }
}

fn permission(permission: &Permission) -> PermissionRow<'_> {
    let Permission { by: _, resource, sort, name, admin_only, gained, lost } = permission;
    PermissionRow {
        resource: resource.unwrap_or(AppId::from_u128(0)),
        sort: *sort,
        name,
        admin_only: *admin_only,
        gained: *gained,
        lost: *lost,
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
