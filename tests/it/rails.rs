//! Safety rails: they stop apply with exit 5, never plan. One file for each rule.

mod audience;
mod escalation;
mod lockout;
mod protected;
mod reads;
mod removals;
mod rights;

use consent::sandbox::access::{self, TokenClaims};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::world::{Run, TENANT, World};

/// Who runs the binary. The tenant's operator signs in with Microsoft's own command line tools.
pub struct Who {
    token: String,
}

/// App id of the tools that the tenant's operator signs in with.
pub const TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// What writing grants takes.
pub const WRITE: &str = "DelegatedPermissionGrant.ReadWrite.All";
/// What reading them takes.
pub const READ: &str = "Directory.Read.All";

impl Who {
    pub fn operator(world: &World) -> Self {
        Self { token: world.tenant.token() }
    }

    /// A user who signed in with an app.
    pub fn user(app_id: &str, object_id: &str, permissions: &[&str]) -> Self {
        Self::of(app_id, object_id, Some("somebody@contoso.com"), permissions)
    }

    /// An application that signed in as itself.
    pub fn application(app_id: &str, object_id: &str, permissions: &[&str]) -> Self {
        Self::of(app_id, object_id, None, permissions)
    }

    fn of(app_id: &str, object_id: &str, user: Option<&str>, permissions: &[&str]) -> Self {
        let token = access::mint(&TokenClaims {
            tenant: TENANT,
            app_id,
            object_id,
            user,
            audience: "https://graph.microsoft.com",
            permissions,
            now: OffsetDateTime::now_utc(),
            lifetime: Duration::hours(1),
        });
        Self { token }
    }

    #[must_use = "a run has an exit code to assert"]
    pub fn run(&self, world: &World, args: &[&str]) -> Run {
        Run::of(world.command(args).env("CONSENT_TOKEN", &self.token).output().unwrap())
    }

    pub fn plan(&self, world: &World) -> Value {
        self.run(world, &["plan", "--json"]).assert_code(0).json()
    }

    #[must_use = "a run has an exit code to assert"]
    pub fn apply(&self, world: &World) -> Run {
        let plan = self.plan(world);
        self.run(world, &["apply", "--approve", digest(&plan)])
    }
}

pub fn digest(plan: &Value) -> &str {
    plan["effect"]["sha256"].as_str().unwrap()
}

/// The rules that stop this plan: for everybody, and for whoever planned.
pub fn rules(plan: &Value) -> Vec<&str> {
    let of = |key: &str| plan[key].as_array().unwrap().iter();
    of("checks").chain(of("identity_checks")).map(|check| check["rule"].as_str().unwrap()).collect()
}

/// See [`stopped_for`]; the tenant's operator runs it.
#[track_caller]
pub fn stopped(world: &World, changes: usize, rule: &str) -> (Value, Run) {
    stopped_for(&Who::operator(world), world, changes, &[rule])
}

/// The plan exits with 0, or with 5 where that is asked for, draws everything and says first what stops it. Apply stops at these rules and sends
/// nothing: by digest, without one, from a saved plan, and at a terminal before anybody is asked.
#[track_caller]
pub fn stopped_for(who: &Who, world: &World, changes: usize, stops: &[&str]) -> (Value, Run) {
    let plan = who.plan(world);
    let rows = plan["changes"].as_array().unwrap();
    assert_eq!(rows.len(), changes);
    assert_eq!(rules(&plan), stops);
    let drawn = who.run(world, &["plan", "--full", "--out", "stopped.json"]).assert_code(0).stdout;
    for rule in stops {
        assert!(drawn.contains(&format!("BLOCKED   {rule}: ")), "{drawn}");
    }
    let verdict = format!("BLOCKED by {}.", stops.join(", "));
    assert_eq!(drawn.lines().next(), Some(verdict.as_str()));
    assert_eq!(plan["verdict"], json!({ "word": "blocked", "by": stops }));
    who.run(world, &["plan", "--detailed-exitcode"]).assert_code(5).quietly();
    for name in rows.iter().filter_map(|row| row["subject"]["person"].as_str()) {
        assert!(drawn.contains(name), "{name} is not in\n{drawn}");
    }
    let first = stops[0];
    let run = who.run(world, &["apply", "--approve", digest(&plan)]).assert_code(5);
    assert!(run.stderr.contains(&format!("error[safety_rail]: {first}: ")), "{run:#?}");
    for rule in &stops[1..] {
        assert!(run.stderr.contains(&format!("also {rule}: ")), "{run:#?}");
    }
    // No digest lifts a rail, so none is advised.
    for args in [&["apply"][..], &["apply", "stopped.json"]] {
        let run = who.run(world, args).assert_code(5);
        assert!(!run.stderr.contains("--approve"), "{run:#?}");
    }
    who.run(world, &["apply", "stopped.json", "--approve", digest(&plan)]).assert_code(5).quietly();
    #[cfg(unix)]
    for args in [&["apply"][..], &["apply", "stopped.json"]] {
        let env = [("CONSENT_TOKEN", who.token.as_str())];
        let (text, code) = crate::terminal::end(crate::terminal::open(world, args, &env));
        assert_eq!(code, 5, "{text}");
        assert!(text.contains(first) && !text.contains("Type "), "{text}");
    }
    world.assert_untouched();
    assert!(!world.folder().join(".consent/snapshots").exists(), "no record of a run");
    (plan, run)
}
