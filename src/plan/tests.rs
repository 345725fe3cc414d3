//! Whole plans of the small tenant.

use time::macros::datetime;

use crate::kinds::Names;
use crate::kinds::world::World;
use crate::model::cloud::Cloud;
use crate::model::directory::Organization;
use crate::model::finding::{Finding, Severity};
use crate::model::untrusted::Untrusted;
use crate::plan::desired::Desired;
use crate::plan::{
    AppHead, Check, Effect, Extent, Lifted, LiveSummary, ManifestHash, ManifestSummary, Plan,
    SaidBy, access, build, effect, ownership,
};

mod desired;
mod edits;
mod facts;
mod freshness;
mod gaps;
mod rests;
mod scenarios;
mod settings;

/// The plan, and what was found wrong.
fn judged(world: &World) -> (Plan, Vec<Finding>) {
    world.with_inputs(|inputs, pages, findings| {
        ownership::check(inputs.manifest, findings);
        let mut draft = build::draft(Desired::declared(inputs), pages, findings).unwrap();
        let names = Names::from_directory(&inputs.scene.directory);
        let beside = crate::plan::rests::beside(&draft.pairs, pages, inputs.scene).unwrap();
        let access = access::of(&draft.pairs, pages, inputs.scene).unwrap();
        let mut changes = build::changes(&draft.pairs, &beside, &names).unwrap();
        let rests = crate::plan::rests::used(&changes, beside);
        build::annotate(&mut changes, &inputs.scene.directory);
        access::own_app(&mut changes, &inputs.scene.roster);
        let tenant = inputs.manifest.tenant.id.value;
        let at = datetime!(2026-11-23 14:02:11 UTC);
        let head = |(label, app_id): (&String, &_)| AppHead {
            label: label.clone(),
            name: Untrusted::new("Graph\u{202e}Explorer"),
            app_id: *app_id,
        };
        let mut plan = Plan {
            simulated: false,
            offline: None,
            tenant: Organization {
                id: tenant,
                name: Untrusted::new("Contoso"),
                domains: vec![Untrusted::new("contoso.onmicrosoft.com")],
            },
            cloud: Cloud::Global,
            manifest: ManifestSummary {
                files: vec![ManifestHash { path: "consent.toml".into(), sha256: "00".repeat(32) }],
                apps: inputs.manifest.apps.len(),
            },
            live: LiveSummary {
                read_at: at,
                apps: inputs.scene.roster.len(),
                objects: draft.objects.clone(),
                milliseconds: 312,
            },
            made_at: at,
            apps: inputs.scene.roster.iter().map(head).collect(),
            names: draft.names(&rests, &names),
            resources: build::resources(&changes),
            outside: None,
            unmanaged: draft.unmanaged(&names).0,
            pairs: draft.pairs,
            rests,
            effect: Effect::default(),
            changes,
            access,
            unchanged: draft.unchanged,
            warnings: vec!["a warning".to_owned()],
            checks: checks(),
            identity_checks: Vec::new(),
            lifted: vec![lifted()],
            extent: Extent::Whole,
            removals_a_day: crate::plan::DayLimit { objects: 25, percent: Some(10) },
            source: SaidBy::Tenant,
        };
        plan.effect = effect::of(&plan);
        plan
    })
}

/// One rule that stops apply.
fn checks() -> Vec<Check> {
    vec![Check {
        rule: "revoke_limit".to_owned(),
        text: "too many".to_owned(),
        help: "look again".to_owned(),
    }]
}

/// One that does not.
fn lifted() -> Lifted {
    Lifted {
        rail: "revoke".to_owned(),
        max: 412,
        until: "2026-12-31".to_owned(),
        reason: "end of the pilot".to_owned(),
        place: "consent.toml:60".to_owned(),
    }
}

/// The plan, where nothing is wrong.
pub(super) fn planned(world: &World) -> Plan {
    let (plan, findings) = judged(world);
    let errors: Vec<_> = findings.iter().filter(|f| f.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    plan
}

/// What is sent, in the order of apply.
fn sent(plan: &Plan) -> Vec<String> {
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    steps.map(|step| step.request.to_string()).collect()
}
