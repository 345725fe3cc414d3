//! Whoever runs it says which cloud gets the secret: neither a manifest nor a plan does, and no token of
//! another cloud, tenant or service is sent anywhere.

use consent::model::cloud::Cloud;
use consent::sandbox::access::{self, TokenClaims};
use time::{Duration, OffsetDateTime};

use crate::sample::ONE;
use crate::world::{Run, TENANT, World};

const CLIENT: &str = "c1c1c1c1-0000-4000-8000-00000000c1c1";
const SECRET: &str = "hush~Q8x.not-for-anybodys-eyes";

fn world(cloud: &str) -> World {
    let world = World::with(&format!(
        "[[identity]]\napp_id = \"{CLIENT}\"\nsecret = \"{SECRET}\"\npermissions = \
         [\"Directory.Read.All\", \"DelegatedPermissionGrant.ReadWrite.All\"]\n"
    ));
    world.manifest(&format!("{cloud}{ONE}"));
    world
}

fn named(cloud: Cloud) -> World {
    world(&format!("cloud = \"{}\"\n", cloud.name()))
}

/// With a client secret for the simulated tenant's own sign-in.
fn with_secret(world: &World, args: &[&str]) -> Run {
    let mut command = world.command(args);
    command
        .env_remove("CONSENT_TOKEN")
        .env("AZURE_AUTHORITY_HOST", world.tenant.url())
        .envs([("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT)])
        .env("AZURE_CLIENT_SECRET", SECRET);
    Run::of(command.output().unwrap())
}

fn with_token(world: &World, token: &str, args: &[&str]) -> Run {
    Run::of(world.command(args).env("CONSENT_TOKEN", token).output().unwrap())
}

fn token(tenant: &str, audience: &str) -> String {
    access::mint(&TokenClaims {
        tenant,
        app_id: CLIENT,
        object_id: CLIENT,
        user: None,
        audience,
        permissions: &["Directory.Read.All"],
        now: OffsetDateTime::now_utc(),
        lifetime: Duration::hours(1),
    })
}

/// Nothing was asked of anybody, and the message has these words.
#[track_caller]
fn assert_silent(world: &World, run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, code, "{run:#?}");
    assert_eq!((world.counts().http, world.counts().tokens), (0, 0), "{run:#?}");
    for word in words.iter().copied().chain(["help:", "unchanged"]) {
        assert!(run.stderr.contains(word), "no {word:?} in {run:#?}");
    }
}

#[test]
fn in_every_cloud_the_flag_decides_and_the_manifest_agrees() {
    for cloud in Cloud::ALL {
        let world = named(cloud);
        for other in Cloud::ALL.into_iter().filter(|other| *other != cloud) {
            let run = with_secret(&world, &["plan", "--cloud", other.name()]);
            let ours = format!("this run about \"{}\"", other.name());
            let flag = format!("consent plan --cloud {}", cloud.name());
            assert_silent(&world, &run, 3, &["error[other_cloud]", "consent.toml:5", &ours, &flag]);
            let run = with_secret(&world, &["apply", "--cloud", other.name()]);
            assert_silent(&world, &run, 3, &["error[other_cloud]", &flag.replace("plan", "apply")]);
        }
        let name = cloud.name();
        let run = with_secret(&world, &["plan", "--cloud", name, "--out", "saved.plan"]);
        assert_eq!((run.code, world.counts().tokens), (0, 1), "{run:#?}");
        let next = "consent apply saved.plan --graph-url";
        assert!(run.all().contains(next), "{run:#?}");
        let words = run.all().replace(" \\\n", " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.contains(&format!("--cloud {name}")), cloud != Cloud::Global, "{run:#?}");
    }
}

#[test]
fn the_manifest_does_not_send_a_secret_to_another_cloud() {
    for cloud in [Cloud::UsGov, Cloud::UsGovDod, Cloud::China] {
        let world = named(cloud);
        let run = with_secret(&world, &["plan"]);
        assert_silent(&world, &run, 3, &["error[other_cloud]", "\"global\"", cloud.name()]);
    }
    // Where it says nothing it is about the global cloud.
    let world = world("");
    let run = with_secret(&world, &["plan", "--cloud", "china"]);
    assert_silent(&world, &run, 3, &["error[other_cloud]", "consent.toml:2", "--cloud global"]);
    let mut command = world.command(&["plan"]);
    let run = Run::of(command.env("CONSENT_CLOUD", "china").output().unwrap());
    assert_silent(&world, &run, 3, &["error[other_cloud]"]);
    let run = Run::of(world.command(&["plan"]).env("CONSENT_CLOUD", "").output().unwrap());
    assert_eq!(run.code, 0, "{run:#?}");
    let run = world.run(&["plan", "--cloud", "moon"]).assert_code(3);
    assert!(run.stderr.contains("us-gov-dod"), "{run:#?}");
}

#[test]
fn a_saved_plan_does_not_choose_the_cloud() {
    for cloud in [Cloud::UsGov, Cloud::China] {
        let world = named(cloud);
        let name = cloud.name();
        let plan = ["plan", "--cloud", name, "--out", "saved.plan", "--json"];
        let plan = with_secret(&world, &plan).assert_code(0).json();
        let digest = plan["effect"]["sha256"].as_str().unwrap();
        let before = world.counts();
        let apply = ["apply", "saved.plan", "--approve", digest];
        let run = with_secret(&world, &apply).assert_code(6);
        assert_eq!(world.counts(), before, "{run:#?}");
        let flag = format!("consent apply saved.plan --cloud {name}");
        assert!(run.stderr.contains("other_cloud") && run.stderr.contains(&flag), "{run:#?}");
        let run = with_secret(&world, &[&apply[..], &["--cloud", name]].concat());
        assert_eq!((run.code, world.sent().len()), (0, 1), "{run:#?}");
    }
}

#[test]
fn a_rehearsal_is_in_the_cloud_of_the_manifest() {
    for cloud in Cloud::ALL {
        let world = named(cloud);
        world.file("tenant.toml", crate::world::SEED);
        let plan = |more: &[&str]| {
            let args = [&["plan", "--sandbox", "tenant.toml"], more].concat();
            let mut command = world.command(&args);
            Run::of(command.env_remove("CONSENT_GRAPH_URL").output().unwrap())
        };
        let run = plan(&["--cloud", cloud.name()]).assert_code(0);
        assert_eq!(run.all().contains("--cloud"), cloud != Cloud::Global, "{run:#?}");
        assert_eq!(plan(&[]).code == 0, cloud == Cloud::Global);
    }
}

#[test]
fn a_token_of_another_cloud_tenant_or_service_is_sent_nowhere() {
    for cloud in Cloud::ALL {
        let world = named(cloud);
        let plan = ["plan", "--cloud", cloud.name(), "-v"];
        for other in Cloud::ALL.into_iter().filter(|other| *other != cloud) {
            let token = token(TENANT, other.graph());
            let words = ["error[sign_in_failed]", "the access token"];
            assert_silent(&world, &with_token(&world, &token, &plan), 4, &words);
        }
        let elsewhere = token("77777777-7f0e-4d1b-9c55-0f3b2f6ae1b7", cloud.graph());
        let run = with_token(&world, &elsewhere, &plan);
        assert_silent(&world, &run, 6, &["error[wrong_tenant]", "77777777", "az login --tenant"]);
        let run = with_token(&world, &token(TENANT, cloud.graph()), &plan);
        assert_eq!(run.code, 0, "{run:#?}");
    }
}

#[test]
fn an_opaque_token_is_used_and_told_to_be_one() {
    let world = world("");
    let run = with_token(&world, "opaque-token-of-nobody", &["plan", "-v"]);
    assert!(run.stderr.contains("the access token is opaque"), "{run:#?}");
    assert_eq!((run.code, world.counts().http > 0), (4, true), "{run:#?}");
}

/// The addresses of one cloud and the flag of another.
#[test]
fn an_address_of_another_cloud_is_refused() {
    for (cloud, other) in Cloud::ALL.into_iter().flat_map(|one| Cloud::ALL.map(|two| (one, two))) {
        let world = named(cloud);
        let plan = ["plan", "--cloud", cloud.name()];
        if cloud != other {
            let run = world.run(&[&plan[..], &["--graph-url", other.graph()]].concat());
            let flag = format!("--cloud {}", other.name());
            assert_silent(&world, &run, 3, &["error[other_cloud]", "--graph-url", &flag]);
        }
        if cloud.login() != other.login() {
            let mut command = world.command(&plan);
            command
                .env_remove("CONSENT_TOKEN")
                .envs([("AZURE_CLIENT_ID", CLIENT), ("AZURE_CLIENT_SECRET", SECRET)])
                .env("AZURE_AUTHORITY_HOST", other.login());
            let run = Run::of(command.output().unwrap());
            assert_silent(
                &world,
                &run,
                4,
                &["AZURE_AUTHORITY_HOST is of another cloud", "--cloud"],
            );
        }
    }
}
