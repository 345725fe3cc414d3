//! The value of `for`: everybody, or the people who are named.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Value, json};
use toml::Spanned;

use crate::manifest::suggest::did_you_mean;
use crate::model::schema::{JsonSchema, Schema, SchemaGenerator, json_schema};
use crate::model::untrusted::shown;

/// For whom something is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whom {
    /// `"all-users"`: everybody in the tenant.
    Everyone,
    /// A table of users and groups.
    Named(NamedPeople),
}

/// People by name. Never empty: it names at least one user or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPeople {
    /// User principal names or object ids.
    pub(crate) users: Vec<Spanned<String>>,
    /// Names or object ids; expanded to their transitive user members.
    pub(crate) groups: Vec<Spanned<String>>,
    /// Users who are left out although a group holds them.
    pub(crate) except: Vec<Spanned<String>>,
    pub(crate) guests: Guests,
    pub(crate) disabled: Disabled,
    pub(crate) assign: Assign,
}

/// Whether a grant also assigns its people to the client, as consent of their own would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assign {
    No,
    Yes,
}

/// What becomes of the guests in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guests {
    LeftOut,
    Included,
}

/// What becomes of the disabled users in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disabled {
    LeftOut,
    Included,
}

/// The one text that `for` takes.
pub(crate) const ALL_USERS: &str = "all-users";

/// People by name: at least one user or group.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [some("users"), some("groups")]))]
struct Written {
    /// User principal names or object ids: `["adele@contoso.com"]`. They are taken whether they are
    /// guests, disabled or not.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    users: Vec<Spanned<String>>,
    /// Display names or object ids: `["Flow makers"]`. Expanded to their user members, with all
    /// groups inside.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    groups: Vec<Spanned<String>>,
    /// Users who are left out, whatever names them.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    except: Vec<Spanned<String>>,
    /// Take guests of groups along.
    #[serde(default)]
    guests: bool,
    /// Take disabled users of groups along.
    #[serde(default)]
    disabled: bool,
    /// Also assign these people to the app, as their own consent would, so that it is in their My Apps.
    #[serde(default)]
    assign: bool,
}

/// That a list is there and not empty.
fn some(name: &str) -> Value {
    json!({ "required": [name], "properties": { name: { "minItems": 1 } } })
}

struct WhomVisitor;

impl<'de> Visitor<'de> for WhomVisitor {
    type Value = Whom;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{ALL_USERS}\" or a table of users and groups")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Whom, E> {
        if text == ALL_USERS {
            return Ok(Whom::Everyone);
        }
        let safe = shown(text);
        let help = match text.to_lowercase().replace([' ', '_', '-'], "").as_str() {
            "everyone" | "everybody" | "all" | "allusers" | "allprincipals" => {
                format!("for everybody in the tenant write \"{ALL_USERS}\"")
            }
            _ if text.contains('@') => {
                format!("name people in a table: {{ users = [\"{safe}\"] }}")
            }
            _ => did_you_mean(text, [ALL_USERS]).unwrap_or_else(|| {
                format!(
                    "name people in a table: {{ groups = [\"{safe}\"] }} or {{ users = [...] }}; \
                     everybody in the tenant is \"{ALL_USERS}\""
                )
            }),
        };
        Err(E::custom(format!("\"{}\" is no audience\nhelp: {help}", shown(text))))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Whom, A::Error> {
        let Written { users, groups, except, guests, disabled, assign } =
            Written::deserialize(MapAccessDeserializer::new(map))?;
        if users.is_empty() && groups.is_empty() {
            return Err(A::Error::custom(
                "this audience names no user and no group\nhelp: name at least one in `users` or \
                 `groups`; a forgotten list can never mean everybody",
            ));
        }
        Ok(Whom::Named(NamedPeople {
            users,
            groups,
            except,
            guests: if guests { Guests::Included } else { Guests::LeftOut },
            disabled: if disabled { Disabled::Included } else { Disabled::LeftOut },
            assign: if assign { Assign::Yes } else { Assign::No },
        }))
    }
}

impl<'de> Deserialize<'de> for Whom {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WhomVisitor)
    }
}

impl JsonSchema for Whom {
    fn schema_name() -> Cow<'static, str> {
        "Whom".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let everyone = json!({ "type": "string", "enum": [ALL_USERS] });
        json_schema!({ "anyOf": [everyone, Written::json_schema(generator)] })
    }
}
