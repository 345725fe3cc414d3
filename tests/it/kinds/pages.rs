//! The page of each kind against what really went out: the requests that it names are those that the
//! specimens sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use consent::kinds::REGISTRY;
use serde_json::Value;

use super::{STAGES, Stage};
use crate::lanes::side_by_side;
use crate::recorder::Recorder;
use crate::world::Run;

/// `METHOD path`, with `{id}` for every id and name.
type Shapes = BTreeSet<String>;

/// Collections and ids take turns in a path, behind which a body may stand. An id that is not known yet
/// is some words in parentheses.
fn shape(method: &str, path: &str) -> String {
    let known = path
        .split_once("(known after ")
        .and_then(|(start, rest)| Some(format!("{start}(new){}", rest.split_once(')')?.1)));
    let path = known.as_deref().unwrap_or(path).split(['?', ' ']).next().unwrap();
    let (start, rest) = match path.strip_prefix("/policies") {
        Some(rest) => ("/policies", rest),
        None => ("", path),
    };
    // A collection with the key in it stands for two parts.
    let keyed = usize::from(rest.contains("(appId='"));
    let part = |(at, part): (usize, &str)| match part.split_once("(appId='") {
        Some((collection, _)) => format!("{collection}(appId='{{id}}')"),
        None if (at + keyed) % 2 == 1 && !part.starts_with("microsoft.graph.") => "{id}".to_owned(),
        None => part.to_owned(),
    };
    let parts: Vec<String> = rest[1..].split('/').enumerate().map(part).collect();
    format!("{method} {start}/{}", parts.join("/"))
}

/// What stands between back quotes in one section of a page.
fn quoted(kind: &str, section: &str) -> Vec<String> {
    let file = format!("docs/reference/kinds/{}.md", kind.replace('_', "-"));
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let page = std::fs::read_to_string(file).unwrap();
    let text = page.split(&format!("\n## {section}\n")).nth(1).unwrap();
    let text = text.split("\n## ").next().unwrap();
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The requests that a page's sections name.
fn named(kind: &str, sections: &[&str]) -> Shapes {
    let words = sections.iter().flat_map(|section| quoted(kind, section)).collect::<Vec<_>>();
    let requests = words.iter().filter_map(|word| word.split_once(' '));
    let requests = requests.filter(|(_, path)| path.starts_with('/'));
    requests.map(|(method, path)| format!("{method} {}", unnamed(path))).collect()
}

/// `{resource}` and the like say whose id it is.
fn unnamed(path: &str) -> String {
    let parts = path.split('{').enumerate().map(|(at, part)| match part.split_once('}') {
        Some((_, rest)) if at > 0 => format!("{{id}}{rest}"),
        _ => part.to_owned(),
    });
    parts.collect()
}

/// What a stage announced for its changes of each kind, all of which was sent.
fn announced(stage: &Stage) -> BTreeMap<String, Shapes> {
    let all: Shapes = stage.sent.iter().map(|(method, path, _)| shape(method, path)).collect();
    let plan: Value = serde_json::from_str(&stage.plan).unwrap();
    let mut of: BTreeMap<String, Shapes> = BTreeMap::new();
    for change in plan["changes"].as_array().unwrap() {
        let kind = change["address"].as_str().unwrap().split('/').next().unwrap();
        for request in change["requests"].as_array().unwrap() {
            let (method, rest) = request.as_str().unwrap().split_once(' ').unwrap();
            let shape = shape(method, rest);
            assert!(all.contains(&shape), "{shape} was not sent: {}", stage.what());
            of.entry(kind.to_owned()).or_default().insert(shape);
        }
    }
    of
}

#[test]
fn a_kinds_page_names_every_write_of_its_specimens_and_no_other() {
    let mut sent: BTreeMap<String, Shapes> = BTreeMap::new();
    for (kind, shapes) in STAGES.iter().flat_map(announced) {
        sent.entry(kind).or_default().extend(shapes);
    }
    for kind in REGISTRY.iter().map(|kind| kind.name()) {
        assert_eq!(named(kind, &["Writes"]), sent[kind], "{kind}: its page, and what was sent");
    }
}

/// Whether an address has the form that a page shows: `<…>` is any part, and what stands for an app's
/// label is any but the tenant.
fn has_form(address: &str, form: &str) -> bool {
    let (address, form): (Vec<_>, Vec<_>) =
        (address.split('/').collect(), form.split('/').collect());
    let fits = |(at, (own, shown)): (usize, (&&str, &&str))| match at {
        1 => (*own == "tenant") == (*shown == "tenant"),
        _ => own == shown || shown.starts_with('<'),
    };
    address.len() == form.len() && address.iter().zip(&form).enumerate().all(fits)
}

#[test]
fn a_kinds_page_shows_how_its_addresses_look() {
    for stage in STAGES.iter() {
        let plan: Value = serde_json::from_str(&stage.plan).unwrap();
        for change in plan["changes"].as_array().unwrap() {
            let address = change["address"].as_str().unwrap();
            let kind = address.split('/').next().unwrap();
            let forms = quoted(kind, "Address");
            assert!(forms.iter().any(|form| has_form(address, form)), "{address}: {forms:?}");
        }
    }
}

/// What is read for no kind: which tenant it is, and what is outside the manifest.
const HOUSE: [&str; 2] =
    ["GET /organization", "GET /servicePrincipals(appId='{id}')/appRoleAssignedTo"];

#[test]
fn a_kinds_page_names_what_is_read_for_it_and_no_other() {
    let read: Mutex<BTreeMap<&str, Shapes>> = Mutex::default();
    side_by_side(&STAGES.iter().collect::<Vec<_>>(), |stage| {
        let seen = reads(stage);
        read.lock().unwrap().entry(stage.specimen.kind).or_default().extend(seen);
    });
    let read = read.into_inner().unwrap();
    let mut pages = Shapes::from(HOUSE.map(str::to_owned));
    for kind in REGISTRY.iter().map(|kind| kind.name()) {
        let named = named(kind, &["Reads", "Proof"]);
        let never: Vec<_> = named.difference(&read[kind]).collect();
        assert!(never.is_empty(), "{kind}: its page names {never:?}, which was not sent");
        pages.extend(named);
    }
    let all: Shapes = read.into_values().flatten().collect();
    assert_eq!(all.difference(&pages).collect::<Vec<_>>(), Vec::<&String>::new(), "on no page");
}

/// Everything that a run of this stage reads, before and after its writes.
fn reads(stage: &Stage) -> Shapes {
    let world = stage.world("");
    let recorder = Recorder::before(&world);
    let mut command = world.command(&["apply", "--approve", &stage.digest]);
    command.env("CONSENT_GRAPH_URL", recorder.url());
    Run::of(command.output().unwrap()).assert_code(0).quietly();
    let exchanges = recorder.exchanges();
    let reads = exchanges.iter().filter(|exchange| exchange.method == "GET");
    reads.map(|exchange| shape("GET", &exchange.path)).collect()
}
