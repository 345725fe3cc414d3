//! The manifest, one file or several, on the way that `consent plan` takes it.

use consent::kinds::{self, REGISTRY};
use consent::manifest::source::{Source, Sources};
use consent::manifest::{self, Manifest};
use consent::model::directory::Mentions;
use consent::model::finding::Findings;
use consent::plan::ownership;
use consent::render::finding::text::draw;
use consent::render::page::style::Colour;

use super::{Target, judge, scene};

pub(crate) const TARGET: Target = Target {
    name: "manifest",
    run,
    words: "schema·=·1\n [tenant]\n id·=· domain·=· [app.a]\n [app. app_id·=· mode·=·\"exact\"\n \
            mode·=·\"additive\"\n name·=· grants·=·\"none\"\n provision·=·true\n [[grant]]\n \
            [grant]\n grant·=·[ resource·=· \"Microsoft·Graph\" scopes·=·[ for·=· \"all-users\" \
            {·users·=·[ groups·=·[ except·=·[ guests·=·true reason·=· owner·=· \
            until·=·2027-06-30\n 9999-12-31 [user_consent]\n allow·=· policies·=·[ [limits]\n \
            revoke·=· [accept]\n {·max·=·1,·until·=·2026-12-31,·reason·=·\"x\"·} [resource. \u{c} \
            \"\"\" ''' 0x 1_000 nan {·a.b.c·=· [[ a.a.a. # 99da6bf4-4525-4bfa-b39f-b6a35789c240",
};

/// What parts the files: no TOML holds it.
const NEXT_FILE: char = '\u{c}';

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let files = text.split(NEXT_FILE).enumerate();
    let sources =
        Sources(files.map(|(at, text)| Source::new(format!("{at}.toml"), text)).collect());
    let (manifest, findings) = read(&sources);
    places_are_inside(&findings, &sources);
    judge::draws_nothing(&drawn(&findings, &sources));
    assert!(findings.iter().eq(read(&sources).1.iter()), "the same text, other findings");
    let broken = sources.iter().any(|source| toml::from_str::<toml::Table>(&source.text).is_err());
    assert!(findings.has_errors() || !broken, "what is no TOML was taken for a manifest");
    if let Some(manifest) = manifest.filter(|_| !findings.has_errors()) {
        assert_ne!(manifest.tenant.id.value.to_string(), "00000000-0000-0000-0000-000000000000");
        planned(&manifest, &sources);
    }
}

fn read(sources: &Sources) -> (Option<Manifest>, Findings) {
    let (manifest, mut findings) = manifest::parse(sources, &kinds::tables());
    if let Some(manifest) = &manifest {
        let mut mentions = Mentions::default();
        for kind in REGISTRY {
            mentions.extend(kind.mentions(manifest, &mut findings));
        }
        ownership::check(manifest, &mut findings);
    }
    let findings = manifest::hushed(findings, sources);
    (manifest, findings)
}

fn drawn(findings: &Findings, sources: &Sources) -> String {
    let mut out = Vec::new();
    draw(findings, sources, Colour::Plain, &str::to_owned, &mut out).unwrap();
    draw(findings, sources, Colour::Styled, &str::to_owned, &mut Vec::new()).unwrap();
    String::from_utf8(out).unwrap()
}

fn places_are_inside(findings: &Findings, sources: &Sources) {
    for place in findings.iter().filter_map(|finding| finding.place.as_ref()) {
        let text = &sources.get(place.file).expect("a place of no file").text;
        assert!(text.get(place.span.clone()).is_some(), "{place:?} is no place of {text:?}");
    }
}

/// Against a tenant: more mistakes, or a plan.
fn planned(manifest: &Manifest, sources: &Sources) {
    let tenant = scene::Tenant::usual();
    let mut findings = Findings::default();
    let plan =
        scene::plan(manifest, sources, tenant, &mut findings).expect("the tenant is not odd");
    places_are_inside(&findings, sources);
    judge::draws_nothing(&drawn(&findings, sources));
    if !findings.has_errors() {
        scene::good(&plan);
    }
}
