//! Microsoft's OpenAPI description as a checker of single requests and answers.
//!
//! OpenAPI 3.0 is not quite JSON Schema: `nullable` becomes a type of its own. And Microsoft's
//! description demands almost nothing, so that a misspelt member would pass; here an object may
//! only have members that its type describes.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

const DOCUMENT: &str = include_str!("graph-openapi.json");

/// Types that stand in lists of directory objects. Devices are not described.
const DERIVED: [&str; 3] = ["user", "group", "servicePrincipal"];

pub struct Contract {
    paths: Map<String, Value>,
    responses: Value,
    /// Translated.
    components: Value,
}

/// What does not fit, for a person.
pub type Verdict = Result<(), String>;

impl Contract {
    pub fn read() -> Self {
        let mut document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let mut schemas = Map::new();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            schemas.insert(name.clone(), translated(schema));
        }
        // The service's own dates of errors have no offset, against the description.
        schemas["microsoft.graph.ODataErrors.InnerError"]["properties"]["date"] =
            json!({"type": ["string", "null"]});
        // Objects in mixed lists say what they are, and have the members of that.
        schemas.insert("consent.anyObject".into(), any_object());
        Self {
            paths: document["paths"].as_object().unwrap().clone(),
            responses: document["components"]["responses"].take(),
            components: json!({"schemas": schemas}),
        }
    }

    /// Template and operation of a path below the version root, with or without a query.
    pub fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let path = path.split('?').next().unwrap();
        let fitting = self.paths.iter().filter(|(template, _)| fits(template, path));
        // A template with fewer places to fill in says more.
        let (template, item) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
        Some((template, item.get(method.to_lowercase())?))
    }

    /// Checks a request: the operation exists, and takes this body.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Verdict {
        let (template, operation) =
            self.operation(method, path).ok_or_else(|| format!("no operation {method} {path}"))?;
        let described = operation.get("requestBody");
        match (described, body) {
            (None, None) => Ok(()),
            (None, Some(body)) => Err(format!("{method} {template} takes no body: {body}")),
            (Some(described), None) if described["required"] == true => {
                Err(format!("{method} {template} needs a body"))
            }
            (Some(_), None) => Ok(()),
            (Some(described), Some(body)) => {
                let schema = &described["content"]["application/json"]["schema"];
                self.check(schema, body, &format!("request {method} {path}"))
            }
        }
    }

    /// Checks an answer: the status is foreseen, and has this body.
    pub fn response(&self, method: &str, path: &str, status: u16, body: Option<&Value>) -> Verdict {
        let (template, operation) =
            self.operation(method, path).ok_or_else(|| format!("no operation {method} {path}"))?;
        let all = operation["responses"].as_object().unwrap();
        let class = format!("{}XX", status / 100);
        let described = [status.to_string(), class]
            .iter()
            .find_map(|key| all.get(key))
            .ok_or_else(|| format!("{method} {template} does not answer {status}"))?;
        let described = match described.get("$ref").and_then(Value::as_str) {
            Some(place) => &self.responses[place.rsplit('/').next().unwrap()],
            None => described,
        };
        let Some(body) = body else {
            return match status {
                204 => Ok(()),
                _ => Err(format!("{method} {template} answers {status} without a body")),
            };
        };
        if status == 204 {
            return Err(format!("{method} {template} answers 204 with a body: {body}"));
        }
        let content = described["content"].as_object().ok_or("no content is described")?;
        let schema = &content.values().next().unwrap()["schema"];
        self.check(schema, body, &format!("answer {status} to {method} {path}"))
    }

    fn check(&self, schema: &Value, body: &Value, what: &str) -> Verdict {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [translated(schema)],
            "patternProperties": {"@odata\\.": true},
            "unevaluatedProperties": false,
            "components": self.components,
        });
        let faults: Vec<String> = validator(&schema)
            .iter_errors(body)
            .map(|fault| format!("{} at {:?}", fault, fault.instance_path().to_string()))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(format!("{what}: {}", faults.join("; "))) }
    }
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

/// Whether a path has the form of a template: `{name}` stands for anything but a slash.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) => match wanted.split_once('{') {
                None if wanted == given => {}
                None => return false,
                Some((before, rest)) => {
                    let after = rest.split_once('}').map_or("", |(_, after)| after);
                    let filled = given
                        .strip_prefix(before)
                        .and_then(|rest| rest.strip_suffix(after))
                        // `/things/{id}` is not meant by `/things/$count`.
                        .is_some_and(|id| !id.is_empty() && !id.starts_with('$'));
                    if !filled {
                        return false;
                    }
                }
            },
            _ => return false,
        }
    }
}

fn any_object() -> Value {
    let mut rest = vec![closed("microsoft.graph.directoryObject")];
    let mut known: Vec<Value> = Vec::new();
    for name in DERIVED {
        let kind = json!(format!("#microsoft.graph.{name}"));
        rest.push(json!({"allOf": [
            {"properties": {"@odata.type": {"const": kind}}, "required": ["@odata.type"]},
            closed(&format!("microsoft.graph.{name}")),
        ]}));
        known.push(kind);
    }
    rest.push(json!({
        "properties": {"@odata.type": {"type": "string", "not": {"enum": known}}},
        "required": ["@odata.type"],
    }));
    json!({"anyOf": rest})
}

/// A reference to a type whose members are all there is.
fn closed(name: &str) -> Value {
    json!({
        "$ref": format!("#/components/schemas/{name}"),
        "patternProperties": {"@odata\\.": true},
        "unevaluatedProperties": false,
    })
}

fn translated(schema: &Value) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    if let Some(place) = members.get("$ref").and_then(Value::as_str) {
        return match place.rsplit('/').next().unwrap() {
            "microsoft.graph.directoryObject" => {
                json!({"$ref": "#/components/schemas/consent.anyObject"})
            }
            name => closed(name),
        };
    }
    let mut out = Map::new();
    for (name, value) in members {
        let value = match name.as_str() {
            "nullable" => continue,
            "properties" => value
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, schema)| (name.clone(), translated(schema)))
                .collect(),
            "items" | "additionalProperties" => translated(value),
            // Parts of one object: none of them knows the members of the others.
            "allOf" => value.as_array().unwrap().iter().map(part).collect(),
            "anyOf" => value.as_array().unwrap().iter().map(choice).collect(),
            _ => value.clone(),
        };
        out.insert(name.clone(), value);
    }
    if members.get("nullable") == Some(&json!(true)) {
        match out.get("type").cloned() {
            Some(kind) => out.insert("type".into(), json!([kind, "null"])),
            None => return json!({"anyOf": [out, {"type": "null"}]}),
        };
        if let Some(Value::Array(values)) = out.get_mut("enum") {
            values.push(Value::Null);
        }
    }
    Value::Object(out)
}

fn part(schema: &Value) -> Value {
    match schema.get("$ref") {
        Some(place) => json!({"$ref": place}),
        None => translated(schema),
    }
}

/// "Nullable" of a reference is written as a choice between it and an object that may be null:
/// taken at its word, any object would do.
fn choice(schema: &Value) -> Value {
    if *schema == json!({"type": "object", "nullable": true}) {
        return json!({"type": "null"});
    }
    translated(schema)
}
