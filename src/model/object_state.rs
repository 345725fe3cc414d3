//! One object as its kind saves it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::model::request::{Known, LATER, fill};
use crate::model::schema::{JsonSchema, Schema, SchemaGenerator};

/// An object in its kind's own form, or nothing where none is there. Cheap to clone.
///
/// It is kept as the text of its JSON: a plan holds two of them for each of its objects, and a tree
/// of values takes five times the room. Keys stand in order, so that equal states are equal texts.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectState(Option<Arc<str>>);

impl ObjectState {
    /// States are plain data: maps with string keys, texts, lists.
    pub(crate) fn of(object: &impl Serialize) -> Self {
        Self::from(serde_json::to_value(object).unwrap_or_default())
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    /// The object in the form of its kind; `None` where nothing is there.
    ///
    /// # Errors
    /// When the state is not of this form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, serde_json::Error> {
        let Some(text) = &self.0 else { return Ok(None) };
        // The tree has no lines and columns: those of a text that nobody sees would help nobody.
        serde_json::from_str(text).or_else(|_| T::deserialize(self.value())).map(Some)
    }

    /// The object as a tree; `Null` where nothing is there.
    pub fn value(&self) -> Value {
        self.0.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// With every id in its place that became known.
    #[must_use]
    pub(crate) fn filled(&self, known: &Known) -> Self {
        if !self.0.as_deref().is_some_and(|text| text.contains(LATER)) {
            return self.clone();
        }
        let mut value = self.value();
        fill(&mut value, known);
        value.into()
    }
}

impl From<Value> for ObjectState {
    fn from(value: Value) -> Self {
        Self((!value.is_null()).then(|| value.to_string().into()))
    }
}

/// One line of JSON; `null` where nothing is there.
impl fmt::Display for ObjectState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("null"))
    }
}

impl fmt::Debug for ObjectState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ObjectState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ObjectState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

/// Any JSON: the forms of the kinds are put in its place.
impl JsonSchema for ObjectState {
    fn inline_schema() -> bool {
        Value::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Value::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Value::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_objects_are_equal_whatever_order_they_were_written_in() {
        let read = |text| serde_json::from_str::<ObjectState>(text).unwrap();
        assert_eq!(read(r#"{"b": 1, "a": [2]}"#), read("{ \"a\":[2],\"b\":1 }"));
        assert_eq!(read(r#"{"b": 1, "a": [2]}"#).to_string(), r#"{"a":[2],"b":1}"#);
        assert_ne!(read("[1]"), read("[2]"));
    }

    #[test]
    fn nothing_is_null() {
        let nothing: ObjectState = serde_json::from_str("null").unwrap();
        assert!(nothing.is_absent());
        assert_eq!((nothing.value(), nothing.to_string()), (Value::Null, "null".to_owned()));
        assert_eq!(nothing.read::<String>().unwrap(), None);
        assert_eq!(ObjectState::of(&None::<u8>), nothing);
    }

    #[test]
    fn what_is_not_of_the_form_is_told_without_a_place() {
        let told = ObjectState::of(&json!({"a": 1})).read::<String>().unwrap_err().to_string();
        assert!(!told.contains("line"), "{told}");
    }

    #[test]
    fn ids_that_became_known_take_their_place() {
        let state = ObjectState::of(&json!({"id": format!("{LATER}x"), "other": "y"}));
        let known = Known::from([(format!("{LATER}x"), "1".to_owned())]);
        assert_eq!(state.filled(&known), ObjectState::of(&json!({"id": "1", "other": "y"})));
        assert_eq!(state.filled(&Known::new()), state);
    }
}
