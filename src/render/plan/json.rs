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
use crate::model::risk::Risk;
use crate::model::schema::{JsonSchema, Schema};
use crate::plan::access::AccessChanges;
use crate::plan::pictures::Counts;
use crate::plan::published::{document, states_by_address};
use crate::plan::{
    AppHead, Check, Effect, Extent, Lifted, LiveSummary, ManifestSummary, Plan, Unmanaged,
};

/// What the document calls itself.
pub(crate) const FORMAT: &str = "consent.plan_report";
/// Rises when a reader of the older version would go wrong. New keys alone do not raise it.
pub(crate) const FORMAT_VERSION: u32 = 1;

#[derive(Serialize, JsonSchema)]
struct PlanReport<'a> {
    #[schemars(extend("const" = FORMAT))]
    format: &'static str,
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: u32,
    #[schemars(with = "Moment")]
    made_at: String,
    tenant: &'a Organization,
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
    warnings: &'a [String],
    /// Rules that stop apply.
    checks: &'a [Check],
    /// Rules that stop apply by whoever is signed in now.
    identity_checks: &'a [Check],
    /// Rails that the manifest lifts for this plan.
    lifted: &'a [Lifted],
    extent: &'a Extent,
    effect: EffectRow<'a>,
}

/// Objects by word, as in the last line of the drawing.
#[derive(Serialize, JsonSchema)]
struct Summary {
    changes: usize,
    gives: usize,
    takes: usize,
    create: usize,
    grant: usize,
    widen: usize,
    narrow: usize,
    set: usize,
    revoke: usize,
    unchanged: usize,
    unmanaged: usize,
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
    risk: &'a Option<Risk>,
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
        cloud,
        manifest,
        live,
        made_at,
        apps,
        changes,
        access,
        unchanged: _,
        unmanaged,
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
        rests: _,
        effect: Effect { text, digest },
    } = plan;
    let report = PlanReport {
        format: FORMAT,
        format_version: FORMAT_VERSION,
        made_at: stamp(*made_at),
        tenant,
        cloud: *cloud,
        manifest,
        live,
        summary: summary(plan),
        apps,
        changes: changes.iter().map(row).collect(),
        access,
        unmanaged,
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
    let Counts { create, grant, widen, narrow, set, revoke } = Counts::of(&plan.changes);
    Summary {
        changes: plan.changes.len(),
        gives: plan.changes.iter().filter(|change| change.gives).count(),
        takes: plan.changes.iter().filter(|change| change.takes).count(),
        create,
        grant,
        widen,
        narrow,
        set,
        revoke,
        unchanged: plan.unchanged,
        unmanaged: plan.unmanaged.len(),
    }
}

fn row(change: &Change) -> Row<'_> {
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
        risk,
    }
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
mod tests {
    use super::*;
    use crate::render::plan::samples::{change, field, named, narrowing, plan as sample};

    fn written(of: &Plan) -> String {
        let mut out = Vec::new();
        plan(of, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_founding_story_for_programs() {
        let text = written(&narrowing());
        assert_eq!(text, written(&narrowing()));
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["format"], FORMAT);
        assert_eq!(report["summary"]["grant"], 3);
        assert_eq!(report["summary"]["revoke"], 1);
        assert_eq!(report["changes"][3]["needs"].as_array().unwrap().len(), 3);
        assert_eq!(report["changes"][0]["requests"][0]["method"], "POST");
        assert_eq!(report["changes"][0]["risk"]["tier"], "medium");
        assert_eq!(report["live"]["read_at"], "2026-11-23T14:02:11Z");
    }

    #[test]
    fn keys_stand_in_the_documented_order() {
        let text = written(&narrowing());
        let keys = [
            "format",
            "format_version",
            "made_at",
            "tenant",
            "manifest",
            "live",
            "summary",
            "apps",
            "changes",
            "unmanaged",
            "warnings",
            "checks",
            "identity_checks",
            "extent",
            "effect",
        ];
        let at: Vec<usize> =
            keys.iter().filter_map(|key| text.find(&format!("\n  \"{key}\": "))).collect();
        assert_eq!(at.len(), keys.len());
        assert!(at.is_sorted());
    }

    #[test]
    fn hostile_names_arrive_whole_and_draw_nothing() {
        let evil = "Az\u{202e}\u{9b}2J\u{1b}[31m";
        let grant =
            change("crm", Verb::Grant, Some(7), vec![field("scope", &[], &["User.Read"], &[])]);
        let text = written(&sample(vec![named(grant, evil)]));
        assert!(!text.contains(['\u{202e}', '\u{9b}', '\u{1b}']));
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["changes"][0]["subject"]["person"], evil);
    }
}
