//! Ids that are not known yet, in requests and queries. Pure.

use serde_json::Value;

use crate::model::outcome::Refusal;
use crate::model::query::Query;
use crate::model::request::{LATER, Request};
use crate::model::untrusted::Untrusted;

/// A request that still has one must not go out: the service would look for an object of that name.
pub(crate) fn in_request(request: &Request) -> bool {
    request.path.contains(LATER) || request.body.as_ref().is_some_and(in_value)
}

pub(crate) fn in_query(query: &Query) -> bool {
    query.path.contains(LATER)
}

/// Why such a request was not sent.
pub(crate) fn id_unknown() -> Refusal {
    Refusal {
        status: 0,
        code: Untrusted::new("id_unknown"),
        message: Untrusted::new("not sent: the id of an object it refers to did not become known"),
        request_id: None,
    }
}

fn in_value(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(LATER),
        Value::Array(items) => items.iter().any(in_value),
        Value::Object(fields) => fields.values().any(in_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;
    use crate::model::query::Missing;
    use crate::model::request::{Method, later};
    use serde_json::json;

    #[test]
    fn finds_what_is_not_filled_in() {
        let id = later(&Address::new("service_principal", "flow", []));
        let request = |path: &str, body| Request { method: Method::Post, path: path.into(), body };
        assert!(in_request(&request("/o", Some(json!({"a": [{"clientId": id}]})))));
        assert!(in_request(&request(&format!("/servicePrincipals/{id}"), None)));
        assert!(!in_request(&request("/o", Some(json!({"clientId": "9a"})))));
        let query = |path: &str| Query::object(path, Missing::Nothing);
        assert!(in_query(&query(&format!("/servicePrincipals/{id}"))));
        assert!(!in_query(&query("/servicePrincipals/9a")));
    }
}
