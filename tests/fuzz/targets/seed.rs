//! The file that a simulated tenant starts from.

use consent::model::untrusted::shown;
use consent::sandbox::collections;
use consent::sandbox::seed;
use consent::sandbox::weather::{self, Weather};
use consent::sandbox::world::World;

use super::{Target, judge, requests};

pub(crate) const TARGET: Target = Target {
    name: "seed",
    run,
    words: "[tenant]\n id·=· domain·=· name·=· operator·=· [[service_principal]]\n app_id·=· \
            publishes·=· scopes·=·[ roles·=·[ {·value·=· [[application]]\n [[user]]\n upn·=· \
            guest·=·true\n [[people]]\n prefix·=·\"w\"\n count·=·3\n group·=· [[group]]\n \
            members·=·[ forbidden·=·true\n [[grant]]\n client·=· resource·=· user·=· scope·=· \
            [[bulk_grant]]\n people·=· [user_consent]\n policies·=·[ [[identity]]\n certificate·=· \
            -----BEGIN·CERTIFICATE-----\n -----END·CERTIFICATE----- secret·=· [weather]\n \
            lag·=·2\n [[weather.refuse]]\n [[weather.phase]]\n from-request·=·2\n to-request·=·3\n lost·=·\"5%\"\n latency·=·\"1ms..2s\"\n status·=· [[weather.meanwhile]]\n before-request·=·1\n \
            link-host·=· duplicate·=·",
};

const ASKED: &str = "GET /organization\nGET /users?$top=2\nGET /groups\nGET /servicePrincipals\n\
                     GET /oauth2PermissionGrants\nGET /policies/authorizationPolicy\n";

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if crowded(&text) {
        return;
    }
    if let Err(error) = weather::file::parse("weather.toml", &text) {
        judge::draws_nothing(&shown(&error.to_string()));
    }
    match seed::file::parse("seed.toml", &text) {
        Ok(mut seed) => {
            // Links that lead away are what this one is for.
            let phases = seed.weather.phase.iter_mut().map(|phase| &mut phase.weather);
            phases.for_each(|weather| weather.link_host = None);
            seed.weather.link_host = None;
            let mut world = World::new(seed, &collections::all(), Weather::default());
            requests::ask(&mut world, ASKED);
            requests::kept(&world);
        }
        Err(error) => {
            judge::draws_nothing(&shown(&error.to_string()));
            assert!(error.line >= 1 && error.line <= text.matches('\n').count() + 1, "{error:?}");
            assert!(error.column >= 1, "{error:?}");
        }
    }
}

/// Large tenants are right, and take their time.
fn crowded(text: &str) -> bool {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return false };
    let people = table.get("people").and_then(toml::Value::as_array);
    let counts = people.into_iter().flatten().filter_map(|crowd| crowd.get("count")?.as_integer());
    counts.fold(0_i64, |all, one| all.saturating_add(one.max(0))) > 200
}
