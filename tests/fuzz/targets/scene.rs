//! A tenant as Graph's answers show it, and the way from it to a plan.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use consent::graph::error::GraphError;
use consent::graph::survey::rows;
use consent::kinds::{Inputs, Names, OddAnswer, REGISTRY, Scene};
use consent::manifest::Manifest;
use consent::manifest::source::Sources;
use consent::model::cloud::Cloud;
use consent::model::directory::{Directory, Group, Lookup, Organization};
use consent::model::finding::Findings;
use consent::model::id::AppId;
use consent::model::query::{Pages, Query, Rows};
use consent::model::untrusted::Untrusted;
use consent::plan::access;
use consent::plan::desired::Desired;
use consent::plan::{
    AppHead, Effect, Extent, LiveSummary, ManifestSummary, Plan, SaidBy, build, effect, file, rests,
};
use consent::policy;
use consent::render::page::style::Colour;
use consent::render::page::view::View;
use consent::render::plan::{json, text};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::judge;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-23 14:02:11 UTC);

/// What stands in the answers.
pub(crate) struct Tenant {
    pub(crate) directory: Directory,
    pub(crate) grants: Vec<Value>,
    /// Rows of every other query, by its path.
    pub(crate) answers: BTreeMap<String, Vec<Value>>,
    pub(crate) name: String,
}

impl Tenant {
    /// As in `corpus/tenant/usual.json`, which is read once.
    pub(crate) fn usual() -> &'static Self {
        static USUAL: OnceLock<Tenant> = OnceLock::new();
        USUAL.get_or_init(|| {
            let answers = serde_json::from_str(include_str!("../corpus/tenant/usual.json"));
            Self::read(&answers.unwrap()).expect("the usual tenant is read")
        })
    }

    /// `{"apps": [row], "users": [row], "groups": [{"row", "members": [row]}], "grants": [row],
    /// "answers": {path: [row]}, "name": text}`. What is absent is empty.
    pub(crate) fn read(answers: &Value) -> Result<Self, GraphError> {
        let list =
            |name: &str| answers.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut directory = Directory::default();
        for row in list("apps") {
            let found = rows::service_principal(&row)?;
            directory.service_principals.insert(found.app_id, found);
        }
        for row in list("users") {
            let user = rows::user(&row)?;
            let name = user.user_principal_name.raw().to_owned();
            directory.user_names.insert(name, Lookup::One(user.id));
            directory.users.insert(user.id, user);
        }
        for group in list("groups") {
            let row = group.get("row").unwrap_or(&Value::Null);
            let id = rows::object_id(row)?;
            let mut members = Vec::new();
            for member in group.get("members").and_then(Value::as_array).into_iter().flatten() {
                let user = rows::user(member)?;
                members.push(user.id);
                directory.users.entry(user.id).or_insert(user);
            }
            members.sort_unstable();
            members.dedup();
            let name = row.get("displayName").and_then(Value::as_str).unwrap_or_default();
            let lookup = match directory.group_names.get(name) {
                None => Lookup::One(id),
                Some(_) => Lookup::Several(vec![(id, rows::group_label(row))]),
            };
            directory.group_names.insert(name.to_owned(), lookup);
            directory.groups.insert(
                id,
                Group {
                    id,
                    name: Untrusted::new(name),
                    members: Some(members.clone()),
                    direct: Some(members),
                },
            );
        }
        let name = answers.get("name").and_then(Value::as_str).unwrap_or("Contoso").to_owned();
        let others = answers.get("answers").cloned().unwrap_or_default();
        let answers = serde_json::from_value(others).unwrap_or_default();
        Ok(Self { directory, grants: list("grants"), answers, name })
    }

    /// What each query of the kinds is answered.
    fn pages(&self, scene: &Scene) -> Pages {
        let mut pages = Pages::default();
        for query in REGISTRY.iter().flat_map(|kind| kind.reads(scene)) {
            let rows = self.rows(&query);
            pages.insert(query, rows);
        }
        pages
    }

    fn rows(&self, query: &Query) -> Rows {
        let path = query.path.split('?').next().unwrap_or_default();
        if let Some(rows) = self.answers.get(path) {
            return rows.iter().cloned().collect();
        }
        let of = |row: &&Value| match row.get("clientId").and_then(Value::as_str) {
            Some(client) => query.path.contains(&client.to_lowercase()),
            None => query.path.contains("count"),
        };
        match path {
            "/oauth2PermissionGrants" => self.grants.iter().filter(of).cloned().collect(),
            _ => Rows::default(),
        }
    }
}

/// What the tenant calls an app.
fn name(tenant: &Tenant, app_id: &AppId) -> Untrusted {
    let there = tenant.directory.service_principals.get(app_id);
    there.map_or_else(|| AppHead::not_there(None), |sp| sp.name.clone())
}

/// A plan for the manifest against the tenant, as `consent plan` makes it.
pub(crate) fn plan(
    manifest: &Manifest,
    sources: &Sources,
    tenant: &Tenant,
    findings: &mut Findings,
) -> Result<Plan, OddAnswer> {
    let roster = manifest.apps.iter().map(|(label, app)| (label.clone(), app.app_id.value));
    let directory = tenant.directory.clone();
    let settings = REGISTRY.iter().flat_map(|kind| kind.settings(manifest, &directory)).collect();
    let scene = Scene { roster: roster.collect(), settings, directory, apps_only: false };
    let pages = tenant.pages(&scene);
    let inputs = Inputs { manifest, sources, scene: &scene, today: NOW.date() };
    let mut draft = build::draft(Desired::declared(&inputs), &pages, findings)?;
    let names = Names::from_directory(&tenant.directory);
    let beside = rests::beside(&draft.pairs, &pages, &scene)?;
    let access = access::of(&draft.pairs, &pages, &scene).expect("a draft leads to its access");
    let mut changes =
        build::changes(&draft.pairs, &beside, &names).expect("a draft leads to changes");
    let rests = rests::used(&changes, beside);
    build::annotate(&mut changes, &tenant.directory);
    let head = |(label, app_id): (&String, &_)| AppHead {
        label: label.clone(),
        name: name(tenant, app_id),
        app_id: *app_id,
    };
    let mut plan = Plan {
        resources: Default::default(),
        simulated: false,
        offline: None,
        tenant: Organization {
            id: manifest.tenant.id.value,
            name: Untrusted::new(tenant.name.clone()),
            domains: vec![Untrusted::new(tenant.name.clone())],
        },
        cloud: Cloud::default(),
        manifest: ManifestSummary { files: Vec::new(), apps: manifest.apps.len() },
        live: LiveSummary {
            read_at: NOW,
            apps: scene.roster.len(),
            objects: draft.objects.clone(),
            milliseconds: 40,
        },
        made_at: NOW,
        apps: scene.roster.iter().map(head).collect(),
        names: draft.names(&rests, &names),
        outside: None,
        unmanaged: draft.unmanaged(&names).0,
        pairs: draft.pairs,
        rests,
        changes,
        access,
        unchanged: draft.unchanged,
        warnings: draft.remarks,
        checks: Vec::new(),
        identity_checks: Vec::new(),
        lifted: Vec::new(),
        extent: Extent::Whole,
        removals_a_day: consent::plan::DayLimit { objects: 25, percent: Some(10) },
        source: SaidBy::Tenant,
        effect: Effect::default(),
    };
    policy::risk::assess(&mut plan, &tenant.directory);
    plan.effect = effect::of(&plan);
    Ok(plan)
}

/// What holds for every plan: it draws nothing, fits a screen, and is read back as it was saved.
pub(crate) fn good(plan: &Plan) {
    judge::draws_nothing(&plan.effect.text);
    assert_eq!(
        plan.effect.text.lines().count(),
        3 + facts(plan),
        "a line of the effect is no fact of its own: {}",
        plan.effect.text
    );
    for (full, by_person) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut out = Vec::new();
        let view = View { full, by_person, next: None, colour: Colour::Plain };
        text::plan(plan, view, &mut out).unwrap();
        judge::fits_a_screen(&String::from_utf8(out).unwrap());
    }
    let mut out = Vec::new();
    json::plan(plan, &mut out).unwrap();
    judge::draws_nothing(std::str::from_utf8(&out).unwrap());
    let report: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(report["effect"], json!({"text": plan.effect.text, "sha256": plan.effect.digest}));
    let saved = file::write(plan);
    judge::draws_nothing(&saved);
    let read = file::read(&saved).unwrap_or_else(|error| panic!("a saved plan: {error}\n{saved}"));
    assert_eq!(file::write(&read), saved);
    assert_eq!(requests(&read), requests(plan), "a saved plan does something else");
}

fn facts(plan: &Plan) -> usize {
    let of = |change: &consent::model::change::Change| {
        let pins = change.steps.iter().map(|step| step.proof.expect.pins().count()).sum::<usize>();
        let risk = change.risk.as_ref().map_or(0, |risk| 1 + risk.reasons.len());
        3 + change.steps.len() + pins + change.needs.len() + change.rests_on.len() + risk
    };
    let extent = match &plan.extent {
        Extent::Whole => 1,
        Extent::Partial(labels) => 1 + labels.len(),
    };
    let a_day = usize::from(plan.effect.text.contains("\nremovals a day: "));
    let rules = plan.checks.len() + plan.lifted.len() + a_day;
    plan.changes.iter().map(of).sum::<usize>() + rules + extent
}

/// What would be sent, by address.
pub(crate) fn requests(plan: &Plan) -> BTreeMap<String, Vec<String>> {
    let sent = |change: &consent::model::change::Change| {
        change.steps.iter().map(|step| step.request.to_string()).collect()
    };
    plan.changes.iter().map(|change| (change.address.to_string(), sent(change))).collect()
}
