//! Errors as the service words them.

/// An error of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub code: String,
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// 400 with the code most refusals of the directory have.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// 400 for a query that the service understands and does not serve.
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    pub(crate) fn missing_property(name: &str) -> Self {
        Self::bad(format!("Missing property: {name}"))
    }

    pub(crate) fn fixed_property(name: &str) -> Self {
        Self::bad(format!("Property cannot be updated: {name}"))
    }

    pub(crate) fn unknown_property(name: &str) -> Self {
        Self::bad(format!("Invalid property '{name}'."))
    }

    pub(crate) fn invalid_value(name: &str, resource: &str) -> Self {
        Self::bad(format!(
            "Invalid value specified for property '{name}' of resource '{resource}'."
        ))
    }

    /// 404: no such object, or not replicated yet.
    pub(crate) fn not_found(id: &str) -> Self {
        Self::new(404, "Request_ResourceNotFound", absent(id))
    }

    pub(crate) fn denied() -> Self {
        Self::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// A path of which nothing is known.
    pub(crate) fn no_such_segment(segment: &str) -> Self {
        Self::new(400, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// A method that the route does not have.
    pub(crate) fn no_such_method() -> Self {
        Self::new(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        )
    }
}

/// The sentence for an object that is not there, or whose parts are not there yet.
pub(crate) fn absent(id: &str) -> String {
    format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not \
         present."
    )
}
