//! The files in `schemas/`, and that they are draft-07.

use std::collections::BTreeSet;

use consent::cli::input::published::PUBLISHED;
use serde_json::{Map, Value};

use super::{printed, root};

#[test]
fn the_committed_files_are_what_the_command_prints() {
    let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
    let mut stale = Vec::new();
    for one in PUBLISHED {
        let path = root().join(format!("schemas/{}.schema.json", one.name));
        let text = one.text().unwrap();
        if std::fs::read_to_string(&path).is_ok_and(|committed| committed == text) {
            continue;
        }
        if update {
            std::fs::write(&path, text).unwrap();
        } else {
            stale.push(one.name);
        }
    }
    assert!(
        stale.is_empty(),
        "not as printed: {stale:?}\nIf the schemas are right: UPDATE_SCHEMAS=1 cargo test --test it schemas"
    );
    let named: BTreeSet<_> =
        PUBLISHED.iter().map(|one| format!("{}.schema.json", one.name)).collect();
    let there: BTreeSet<_> = std::fs::read_dir(root().join("schemas"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, named);
}

/// All keywords of draft-07; those that hold schemas are in [`visit`].
const KEYWORDS: [&str; 46] = [
    "$comment",
    "$id",
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "default",
    "definitions",
    "dependencies",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];

const FORMATS: [&str; 2] = ["date", "date-time"];

/// Hands every schema within a schema over, itself included.
fn visit(schema: &Value, see: &mut dyn FnMut(&Map<String, Value>)) {
    let Some(members) = schema.as_object() else { return };
    see(members);
    for (keyword, value) in members {
        match keyword.as_str() {
            "properties" | "patternProperties" | "definitions" | "dependencies" => {
                value.as_object().unwrap().values().for_each(|one| visit(one, see));
            }
            "allOf" | "anyOf" | "oneOf" => {
                value.as_array().unwrap().iter().for_each(|one| visit(one, see));
            }
            "items" if value.is_array() => {
                value.as_array().unwrap().iter().for_each(|one| visit(one, see));
            }
            "additionalItems"
            | "additionalProperties"
            | "contains"
            | "else"
            | "if"
            | "items"
            | "not"
            | "propertyNames"
            | "then" => visit(value, see),
            _ => {}
        }
    }
}

#[test]
fn they_are_draft_07_and_nothing_else() {
    for one in PUBLISHED {
        let name = one.name;
        let schema: Value = serde_json::from_str(&printed(name)).unwrap();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#", "{name}");
        assert!(schema["$id"].as_str().unwrap().starts_with("urn:consent:schema:"), "{name}");
        if let Err(fault) = jsonschema::draft7::meta::validate(&schema) {
            panic!("{name}: {fault} at {}", fault.instance_path());
        }
        visit(&schema, &mut |members| {
            for keyword in members.keys() {
                assert!(KEYWORDS.contains(&keyword.as_str()), "{name}: {keyword} in {members:?}");
            }
            if let Some(format) = members.get("format") {
                assert!(FORMATS.contains(&format.as_str().unwrap()), "{name}: {format}");
            }
            if let Some(to) = members.get("$ref") {
                let to = to.as_str().unwrap().strip_prefix('#').unwrap();
                assert!(schema.pointer(to).is_some(), "{name}: nothing at {to}");
            }
        });
    }
}

/// Editors show these to people who know no Rust.
#[test]
fn descriptions_are_for_people() {
    for one in PUBLISHED {
        let schema: Value = serde_json::from_str(&printed(one.name)).unwrap();
        visit(&schema, &mut |members| {
            let Some(text) = members.get("description") else { return };
            let text = text.as_str().unwrap();
            for inside in ["[`", "None`", "Some(", "\n"] {
                assert!(!text.contains(inside), "{}: {text}", one.name);
            }
        });
    }
}

/// Every table and every key of the manifest says what it is for.
#[test]
fn every_key_of_the_manifest_is_described() {
    let schema: Value = serde_json::from_str(&printed("manifest")).unwrap();
    let mut count = 0;
    visit(&schema, &mut |members| {
        // What only tells more of a key that is described elsewhere has no type.
        let Some(keys) = members.get("properties").filter(|_| members.contains_key("type")) else {
            return;
        };
        for (key, schema) in keys.as_object().unwrap() {
            let text = schema["description"].as_str().unwrap_or_default();
            assert!(text.len() > 10, "{key} is not described: {schema}");
            count += 1;
        }
    });
    assert!(count >= 35, "{count}");
}
