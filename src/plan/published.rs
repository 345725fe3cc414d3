//! JSON Schemas that take every kind: the manifest's, and those of states where they are stored.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::consts::meta_schemas::DRAFT07;
use serde_json::{Map, Value, json};

use crate::kinds::{AnyKind, REGISTRY};
use crate::manifest::{self, HowOften};
use crate::model::schema::{self, JsonSchema, Schema, SchemaGenerator, json_schema};

/// The schema of one manifest file, as a program sees it that reads TOML as JSON: dates are texts.
/// It demands no table: which of them stand in which file of a manifest is free.
pub(crate) fn manifest() -> Schema {
    let mut tables = BTreeMap::from(manifest::published::tables());
    for kind in REGISTRY {
        if let (Some(table), Some(schema)) = (kind.table(), kind.written()) {
            let schema = match table.times {
                HowOften::Once => schema,
                HowOften::Repeated => repeated(schema),
            };
            tables.insert(table.name, schema);
        }
    }
    json_schema!({
        "$schema": DRAFT07,
        "$id": schema::id("manifest", 1),
        "title": "consent manifest",
        "description": "Which apps may call which APIs, with which permissions, on behalf of whom.",
        "type": "object",
        "properties": tables,
        "additionalProperties": false,
    })
}

/// `[[grant]]`: any number of tables.
fn repeated(one: Schema) -> Schema {
    json_schema!({ "description": one.get("description"), "type": "array", "items": one })
}

/// A whole stored document that holds states of kinds, in `document`'s way.
pub(crate) fn document<T: JsonSchema>(name: &str, version: u32) -> Schema {
    let mut schema = schema::document::<T>(name, version);
    let definitions = schema.ensure_object().entry("definitions").or_insert_with(|| json!({}));
    for kind in REGISTRY {
        definitions[format!("{}.found", kind.name())] = kind.found_schema().to_value();
        definitions[format!("{}.spec", kind.name())] = kind.spec_schema().to_value();
    }
    schema
}

/// Gives a part of a [`document`] that has `address`, `before` and `after` the forms of both states:
/// those of the kind that the address begins with.
pub(crate) fn states_by_address(schema: &mut Schema) {
    let or_null = |form: Value| json!({ "anyOf": [{ "type": "null" }, form] });
    by_address(schema, |kind| {
        let (found, spec) = (reference(kind, "found"), reference(kind, "spec"));
        json!({ "before": or_null(found), "after": or_null(spec) })
    });
}

/// The same for a part that has `address` and `state`, as found.
pub(crate) fn state_by_address(schema: &mut Schema) {
    by_address(schema, |kind| json!({ "state": reference(kind, "found") }));
}

fn by_address(schema: &mut Schema, states: impl Fn(&dyn AnyKind) -> Value) {
    let cases = REGISTRY.map(|kind| {
        json!({
            "if": { "properties": { "address": { "pattern": begins_with(kind) } } },
            "then": { "properties": states(kind) },
        })
    });
    schema.insert("allOf".to_owned(), cases.into_iter().collect());
}

/// Objects as they were found, by address, in a [`document`].
#[derive(Debug)]
pub(crate) struct FoundByAddress;

impl JsonSchema for FoundByAddress {
    fn schema_name() -> Cow<'static, str> {
        "FoundByAddress".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let forms = REGISTRY.map(|kind| (begins_with(kind), reference(kind, "found")));
        json_schema!({
            "description": "Objects in the form of their kind, by address.",
            "type": "object",
            "patternProperties": Map::from_iter(forms),
        })
    }
}

fn begins_with(kind: &dyn AnyKind) -> String {
    format!("^{}/", kind.name())
}

fn reference(kind: &dyn AnyKind, state: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{}.{state}", kind.name()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_table_says_how_it_is_written() {
        for kind in REGISTRY {
            assert_eq!(kind.table().is_some(), kind.written().is_some(), "{}", kind.name());
        }
    }
}
