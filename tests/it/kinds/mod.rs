//! Laws that hold for every kind, tried on one specimen of each. A new kind is covered by one more
//! specimen: its name, and what a manifest says before, after and at the end.

mod app_role;
mod assignment;
mod classification;
mod compose;
mod consent_policy;
mod consent_requests;
pub mod effects;
mod laws;
mod pages;
mod specimens;
#[cfg(unix)]
mod survival;
mod ways;
mod weather;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use consent::kinds::REGISTRY;
use serde_json::{Value, json};

pub use specimens::SPECIMENS;

use crate::ledger::{Sent, sent};
use crate::world::{Run, SEED, World};

/// One managed object, or a few, from nothing to something else and back. Everything is TOML, and
/// each manifest is whole but for its head.
pub struct Specimen {
    /// The kind's name in the registry.
    pub kind: &'static str,
    /// What the tenant has besides the fixture of the scenarios: also things that are not the
    /// manifest's, which must be there in the end as they were.
    pub seed: &'static str,
    /// Makes it.
    pub create: &'static str,
    /// Makes something else of it, where that can be.
    pub change: Option<&'static str>,
    /// Removes it, or sets it back. Where it can, the tenant is then as it was before `create`.
    pub delete: Option<&'static str>,
}

impl Specimen {
    /// The manifests one after the other.
    pub fn stages(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.create), self.change, self.delete].into_iter().flatten()
    }

    /// The tenant before the first stage.
    pub fn world(&self) -> World {
        World::new(&format!("{}\n{}", small_seed(), self.seed))
    }
}

/// The fixture of the scenarios, where Microsoft Graph publishes no more than the specimens name: it is
/// read some hundred times here.
pub fn small_seed() -> String {
    let publishes = r#"publishes = "microsoft-graph""#;
    assert!(SEED.contains(publishes));
    let few = r#"scopes = [
  "openid", "profile", "offline_access", "email", "User.Read", "Mail.Read", "Calendars.Read",
  { value = "Group.Read.All", type = "Admin" },
]
roles = ["User.Read.All", "Mail.Read", "Calendars.Read"]"#;
    SEED.replace(publishes, few)
}

/// One stage of a specimen, as it went in fine weather.
pub struct Stage {
    pub specimen: &'static Specimen,
    pub manifest: &'static str,
    /// The tenant before it, as the sandbox saves it.
    start: String,
    /// The tenant after it.
    pub end: Vec<String>,
    /// What it sent.
    pub sent: Vec<Sent>,
    /// So many HTTP requests carried them.
    pub requests: usize,
    pub digest: String,
    /// The plan, as `plan --out` saved it.
    plan: String,
}

impl Stage {
    /// The tenant right before this stage, in this weather, with manifest and saved plan.
    pub fn world(&self, weather: &str) -> World {
        let mut world = World::new(&small_seed());
        world.later(weather, |state| *state = serde_json::from_str(&self.start).unwrap());
        world.manifest(self.manifest);
        world.file("saved.plan", &self.plan);
        world
    }

    /// Applies what was approved in fine weather.
    #[must_use = "a run has an exit code to assert"]
    pub fn apply(&self, world: &World) -> Run {
        world.run(&["apply", "--approve", &self.digest])
    }

    #[track_caller]
    pub fn assert_ended(&self, world: &World, why: &str) {
        assert_eq!(everything(world), self.end, "{why}: {}", self.what());
    }

    /// Names it where something went wrong.
    pub fn what(&self) -> String {
        format!("{}, {}", self.specimen.kind, self.manifest.trim())
    }
}

/// All stages of all specimens. Each sent what it announced and left nothing to do, or this panics.
pub static STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| {
    let stages = |specimen: &'static Specimen| {
        let world = specimen.world();
        let stage = move |manifest| stage(specimen, manifest, &world);
        specimen.stages().map(stage).collect::<Vec<_>>()
    };
    SPECIMENS.iter().flat_map(stages).collect()
});

fn stage(specimen: &'static Specimen, manifest: &'static str, world: &World) -> Stage {
    let start = world.tenant.state();
    world.manifest(manifest);
    world.run(&["plan", "--out", "saved.plan"]).assert_code(0).quietly();
    let earlier = world.writes().len();
    let (plan, _) = world.apply_as_announced();
    let own = of_kind(&plan, specimen.kind);
    assert!(!own.is_empty(), "{}: nothing of it in {plan:#}", specimen.kind);
    let writes = &world.writes()[earlier..];
    Stage {
        specimen,
        manifest,
        start,
        end: everything(world),
        sent: writes.iter().map(sent).collect(),
        requests: writes.iter().map(|line| line.arrived).collect::<BTreeSet<_>>().len(),
        digest: plan["effect"]["sha256"].as_str().unwrap().to_owned(),
        plan: std::fs::read_to_string(world.folder().join("saved.plan")).unwrap(),
    }
}

/// The changes of one kind in a plan's report.
pub fn of_kind<'p>(plan: &'p Value, kind: &str) -> Vec<&'p Value> {
    let own = format!("{kind}/");
    let changes = plan["changes"].as_array().unwrap().iter();
    changes.filter(|change| change["address"].as_str().unwrap().starts_with(&own)).collect()
}

/// Every row of the tenant, in an order that does not depend on when it was made, without the ids
/// and times that the service makes up.
pub fn everything(world: &World) -> Vec<String> {
    let state: Value = serde_json::from_str(&world.tenant.state()).unwrap();
    let mut rows = Vec::new();
    for (table, all) in state["tables"].as_object().unwrap() {
        for row in all.as_array().unwrap() {
            let mut row = row.clone();
            for made_up in ["id", "createdDateTime"] {
                row[made_up] = json!(null);
            }
            rows.push(format!("{table} {row}"));
        }
    }
    rows.sort();
    rows
}

/// A run of somebody with these permissions only.
pub fn run_as(world: &World, permissions: &[&str], args: &[&str]) -> Run {
    let token = world.tenant.token_with(permissions);
    Run::of(world.command(args).env("CONSENT_TOKEN", token).output().unwrap())
}

/// Refuses one request of a plan, once.
pub fn refuse(request: &Sent) -> String {
    answer(request, "status = 403\ntimes = 1")
}

/// Answers one request of a plan so, given in TOML.
pub fn answer((method, path, body): &Sent, so: &str) -> String {
    let body = match body {
        Value::Null => String::new(),
        body => format!("body = {}\n", toml_text(&body.to_string())),
    };
    format!(
        "[[weather.refuse]]\nmethod = \"{method}\"\npath = {}\n{body}{so}\n",
        toml_text(path.split('?').next().unwrap())
    )
}

fn toml_text(text: &str) -> String {
    json!(text).to_string()
}

#[test]
fn every_kind_has_a_specimen() {
    for kind in REGISTRY {
        let own = SPECIMENS.iter().filter(|specimen| specimen.kind == kind.name());
        assert!(own.count() > 0, "tests/it/kinds/specimens.rs has none of {}", kind.name());
    }
}
