//! JSON Schema, draft-07: how it is made from the types, so that it can say nothing else than the
//! code does. Comments of fields become the descriptions that editors show.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, RestrictFormats};
pub use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

/// What people write as `T`: complete in itself, without references, because editors show what
/// stands in the place. People write no `null`: what is optional is left out.
pub fn written<T: JsonSchema>() -> Schema {
    alone::<T>(settings().for_deserialize().with_transform(RecursiveTransform(without_null)))
}

/// A state that is stored as `T`, complete in itself.
pub(crate) fn state<T: JsonSchema>() -> Schema {
    alone::<T>(settings().for_serialize())
}

/// A whole document that is stored as `T`. Name and version are those of its format.
pub(crate) fn document<T: JsonSchema>(name: &str, version: u32) -> Schema {
    let mut schema = settings().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id(name, version).into());
    schema.insert("title".to_owned(), format!("consent.{name}").into());
    schema
}

/// By what a published schema is known. It is no address: nothing is ever fetched from it.
pub(crate) fn id(name: &str, version: u32) -> String {
    format!("urn:consent:schema:{name}:{version}")
}

fn alone<T: JsonSchema>(settings: SchemaSettings) -> Schema {
    let settings = settings.with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("$schema");
    schema.remove("title");
    schema
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft07()
        .with_transform(RecursiveTransform(unwrapped))
        // What Rust calls its numbers is no format of JSON Schema.
        .with_transform(RestrictFormats::default())
}

/// Comments are wrapped for the source. A number that has an end says so.
fn unwrapped(schema: &mut Schema) {
    let text = schema.get("description").and_then(Value::as_str);
    if let Some(text) = text.map(|text| text.replace("\n\n", "\0").replace('\n', " ")) {
        schema.insert("description".to_owned(), text.replace('\0', "\n\n").into());
    }
    if schema.get("format").is_some_and(|format| format == "uint32") {
        schema.ensure_object().entry("maximum").or_insert(u32::MAX.into());
    }
}

/// Takes `null` out of every choice.
fn without_null(schema: &mut Schema) {
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(words)) = members.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    if let Some(Value::Array(forms)) = members.get_mut("anyOf") {
        forms.retain(|form| *form != json!({ "type": "null" }));
        if let [Value::Object(only)] = forms.as_slice() {
            let only = only.clone();
            members.remove("anyOf");
            for (key, value) in only {
                members.entry(key).or_insert(value);
            }
        }
    }
}

/// The schema of a type that stands as one value of a fixed form.
macro_rules! form {
    ($name:ident, $schema:tt) => {
        impl $crate::model::schema::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(
                _: &mut $crate::model::schema::SchemaGenerator,
            ) -> $crate::model::schema::Schema {
                $crate::model::schema::json_schema!($schema)
            }
        }
    };
}
pub(crate) use form;

/// A text that is not blank.
#[derive(Debug)]
pub(crate) struct SomeText;

form!(SomeText, { "type": "string", "pattern": r"\S" });
