//! The tables that concern every kind as JSON Schemas, for editors.

use serde_json::json;

use crate::manifest::app::{LABEL, WrittenApp, WrittenResource};
use crate::manifest::settings::{WrittenAccept, WrittenLimits, WrittenTenant};
use crate::model::address::TENANT;
use crate::model::schema::{JsonSchema, Schema, json_schema, written};

/// By the word that stands in the file.
pub(crate) fn tables() -> [(&'static str, Schema); 6] {
    let schema = json_schema!({
        "description": "The version of the manifest's form. Required in one of the files: `1`.",
        "type": "integer",
        "const": 1,
    });
    [
        ("schema", schema),
        ("tenant", written::<WrittenTenant>()),
        ("app", labelled::<WrittenApp>()),
        ("resource", labelled::<WrittenResource>()),
        ("limits", written::<WrittenLimits>()),
        ("accept", written::<WrittenAccept>()),
    ]
}

/// `[app.LABEL]`: tables under labels.
fn labelled<T: JsonSchema>() -> Schema {
    let one = written::<T>();
    json_schema!({
        "description": one.get("description"),
        "type": "object",
        "propertyNames": { "not": { "const": TENANT } },
        "patternProperties": json!({ LABEL: one }),
        "additionalProperties": false,
    })
}
