//! The published JSON Schemas: as printed and as committed, draft-07 and nothing else, of the same
//! opinion as the parser, and true of whatever the binary writes.
//!
//! `UPDATE_SCHEMAS=1 cargo test --test it schemas` writes the files.

mod agreement;
mod damage;
mod files;
mod names;
mod outputs;
mod taplo;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use consent::cli::input::published::PUBLISHED;
use consent::manifest::source::Sources;
use consent::model::finding::Severity;
use jsonschema::Validator;
use serde_json::Value;

pub use outputs::Watch;

static VALIDATORS: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| {
    let parsed = |name| serde_json::from_str(&printed(name)).unwrap();
    PUBLISHED.iter().map(|one| (one.name, validator(&parsed(one.name)))).collect()
});

/// What `consent schema NAME` prints.
fn printed(name: &str) -> String {
    PUBLISHED.iter().find(|one| one.name == name).unwrap().text().unwrap()
}

fn validator(schema: &Value) -> Validator {
    let draft = jsonschema::options().with_draft(jsonschema::Draft::Draft7);
    draft.should_validate_formats(true).build(schema).unwrap()
}

/// Where and why a document is not as the schema of this name asks.
fn faults(name: &str, document: &Value) -> Vec<String> {
    let validator = VALIDATORS.get(name).unwrap_or_else(|| panic!("no schema {name}"));
    let told = |fault: jsonschema::ValidationError<'_>| {
        format!("{}: {fault}", fault.instance_path().as_str())
    };
    validator.iter_errors(document).map(told).collect()
}

/// As editors hand TOML to a schema: a date is its text.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(value) => (*value).into(),
        toml::Value::Datetime(at) => at.to_string().into(),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => {
            table.iter().map(|(key, value)| (key.clone(), json(value))).collect()
        }
    }
}

/// Where and why a manifest is not as its schema asks.
fn faults_of_manifest(text: &str) -> Vec<String> {
    faults("manifest", &json(&toml::from_str(text).unwrap()))
}

/// The codes of the errors that `consent validate` tells.
fn errors(text: &str) -> BTreeSet<&'static str> {
    let sources = Sources::one("consent.toml", text);
    let (manifest, mut findings) = consent::manifest::parse(&sources, &consent::kinds::tables());
    for kind in consent::kinds::REGISTRY {
        kind.mentions(manifest.as_ref().unwrap(), &mut findings);
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder whose name ends so.
fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The manifests among the examples. The other TOML files there are seeds of simulated tenants.
fn examples() -> Vec<PathBuf> {
    let mut found = files("examples", ".toml");
    found.retain(|path| !std::fs::read_to_string(path).unwrap().contains("[[service_principal]]"));
    assert!(found.len() >= 9, "{found:?}");
    found
}

/// The manifest of the reference that has every table and every key.
fn all_of_it() -> String {
    let page = std::fs::read_to_string(root().join("docs/reference/manifest.md")).unwrap();
    let block = page.split("\n## All of it\n").nth(1).unwrap();
    let block = block.split("```toml\n").nth(1).unwrap().split("\n```").next().unwrap();
    format!("{block}\n")
}
