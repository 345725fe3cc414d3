//! OData query options. What the service does not know, or does not serve here, it refuses.
//! <https://learn.microsoft.com/graph/query-parameters>

pub(crate) mod arrange;
pub(crate) mod entity;
pub mod filter;
pub mod filter_text;
pub(crate) mod pages;
mod search;

use std::collections::BTreeSet;

use url::form_urlencoded;

use crate::sandbox::call::Call;
use crate::sandbox::odata::entity::Entity;
use crate::sandbox::odata::filter::Filter;
use crate::sandbox::refused::Refused;
pub(crate) use search::Search;

/// Largest page of a directory collection.
const LARGEST_PAGE: usize = 999;

/// Query options of one request.
#[derive(Debug, Default)]
pub struct QueryOptions {
    pub filter: Option<Filter>,
    pub(crate) select: Vec<String>,
    pub(crate) top: Option<usize>,
    pub(crate) count: bool,
    pub(crate) skiptoken: Option<String>,
    pub(crate) order: Vec<OrderBy>,
    pub(crate) search: Option<Search>,
    pub(crate) expand: Vec<Expand>,
}

/// One property of `$orderby`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderBy {
    pub(crate) property: String,
    pub(crate) descending: bool,
}

/// One relationship of `$expand`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expand {
    pub(crate) relationship: String,
    /// Of what is related.
    pub(crate) select: Vec<String>,
}

/// Reads a query string.
///
/// # Errors
/// With the service's own answer.
pub fn options(query: &str) -> Result<QueryOptions, Refused> {
    let mut out = QueryOptions::default();
    let mut seen = BTreeSet::new();
    for (given, value) in form_urlencoded::parse(query.as_bytes()) {
        // The dollar is optional.
        let name = given.strip_prefix('$').unwrap_or(&given).to_ascii_lowercase();
        match name.as_str() {
            "filter" => out.filter = Some(filter_text::parse_filter(&value)?),
            "select" => out.select = names(&value),
            "top" => out.top = Some(page_size(&value)?),
            "count" => out.count = yes_or_no(&value)?,
            "skiptoken" => out.skiptoken = Some(value.into_owned()),
            "orderby" => out.order = sorts(&value)?,
            "search" => out.search = Some(search::parse(&value)?),
            "expand" => out.expand = expands(&value)?,
            "format" if value.to_ascii_lowercase().contains("json") => {}
            "skip" => return Err(Refused::bad("'$skip' is not supported by the service.")),
            _ => {
                let message = format!("Unrecognized query argument specified: '{given}'.");
                return Err(Refused::bad(message));
            }
        }
        if !seen.insert(name.clone()) {
            return Err(invalid(format!(
                "Query option '${name}' was specified more than once, but it must be specified at \
                 most once."
            )));
        }
    }
    Ok(out)
}

/// 400 for a query that is none.
fn invalid(message: impl Into<String>) -> Refused {
    Refused::new(400, "BadRequest", message)
}

fn names(text: &str) -> Vec<String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn page_size(text: &str) -> Result<usize, Refused> {
    match text.parse() {
        Ok(size) if (1..=LARGEST_PAGE).contains(&size) => Ok(size),
        _ => Err(Refused::bad(format!(
            "Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive."
        ))),
    }
}

fn yes_or_no(text: &str) -> Result<bool, Refused> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(format!(
            "Invalid value '{text}' for $count query option found. Valid values are 'true' and \
             'false'."
        ))),
    }
}

/// `displayName desc,id`.
fn sorts(text: &str) -> Result<Vec<OrderBy>, Refused> {
    let one = |part: &str| {
        let words: Vec<&str> = part.split_whitespace().collect();
        let (property, descending) = match words[..] {
            [property] => (property, false),
            [property, way] if way.eq_ignore_ascii_case("asc") => (property, false),
            [property, way] if way.eq_ignore_ascii_case("desc") => (property, true),
            _ => return Err(invalid(format!("Syntax error in the $orderby clause '{text}'."))),
        };
        Ok(OrderBy { property: property.to_owned(), descending })
    };
    text.split(',').map(one).collect()
}

/// `members,appRoleAssignments($select=id)`.
fn expands(text: &str) -> Result<Vec<Expand>, Refused> {
    let broken = || invalid(format!("Syntax error in the $expand clause '{text}'."));
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find([',', '(']).unwrap_or(rest.len());
        let mut expand = Expand { relationship: rest[..end].trim().to_owned(), select: Vec::new() };
        rest = &rest[end..];
        if let Some(inside) = rest.strip_prefix('(') {
            let (inner, after) = inside.split_once(')').ok_or_else(broken)?;
            let (option, value) = inner.split_once('=').ok_or_else(broken)?;
            if !option.trim().eq_ignore_ascii_case("$select") {
                return Err(Refused::unsupported(format!(
                    "Query option '{}' is not supported inside $expand.",
                    option.trim()
                )));
            }
            expand.select = names(value);
            rest = after.trim_start();
        }
        if expand.relationship.is_empty() || !(rest.is_empty() || rest.starts_with(',')) {
            return Err(broken());
        }
        out.push(expand);
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    if out.is_empty() { Err(broken()) } else { Ok(out) }
}

impl QueryOptions {
    /// Whether one object can be asked like this.
    ///
    /// # Errors
    /// With the service's own answer.
    pub(crate) fn check_object(&self, entity: &Entity) -> Result<(), Refused> {
        let list_only = self.filter.is_some() || self.top.is_some() || self.count;
        if list_only || !self.order.is_empty() || self.search.is_some() || self.skiptoken.is_some()
        {
            return Err(invalid(
                "The requested resource is not a collection. Query options $filter, $orderby, \
                 $count, $skip, and $top can be applied only on collections.",
            ));
        }
        self.check_members(entity)
    }

    /// Whether a list of such objects can be asked like this.
    ///
    /// # Errors
    /// With the service's own answer.
    pub(crate) fn check_list(&self, entity: &Entity, call: &Call) -> Result<(), Refused> {
        self.check_members(entity)?;
        if let Some(search) = &self.search {
            if !call.eventual {
                return Err(Refused::unsupported(
                    "Request with $search query parameter only works through MSGraph with a \
                     special request header: 'ConsistencyLevel: eventual'",
                ));
            }
            if !search.properties().all(|property| entity.can_search(property)) {
                return Err(Refused::unsupported("An unsupported property was specified."));
            }
        }
        let plain = self.filter.is_none() && self.search.is_none() && call.segments.len() == 1;
        for sort in &self.order {
            if !entity.can_sort(&sort.property) {
                return Err(Refused::unsupported(format!(
                    "Unsupported sort property '{}' for '{}'.",
                    sort.property,
                    entity.short_name()
                )));
            }
            if !plain && !call.advanced() {
                return Err(Refused::unsupported("Sorting not supported for current query."));
            }
        }
        Ok(())
    }

    /// `$select` and `$expand` name members of the type.
    fn check_members(&self, entity: &Entity) -> Result<(), Refused> {
        let unknown = |name: &str| {
            invalid(format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' \
                 on type '{}'.",
                entity.name
            ))
        };
        if let Some(name) = self.select.iter().find(|name| !entity.has(name)) {
            return Err(unknown(name));
        }
        let expands = self.expand.iter().map(|expand| expand.relationship.as_str());
        match expands.into_iter().find(|name| entity.relationship(name).is_none()) {
            None => Ok(()),
            Some(name) if entity.has(name) => Err(invalid(format!(
                "Parsing OData Select and Expand failed: Property '{name}' on type '{}' is not a \
                 navigation property or complex property. Only navigation properties can be \
                 expanded.",
                entity.name
            ))),
            Some(name) => Err(unknown(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_sizes_end_at_999() {
        assert_eq!(options("%24top=999&$select=id,%20name").unwrap().top, Some(999));
        for top in ["0", "1000", "-1", "x"] {
            assert!(options(&format!("$top={top}")).is_err(), "{top}");
        }
    }

    #[test]
    fn what_the_service_does_not_know_is_refused() {
        for (query, code, message) in [
            ("$skip=3", "Request_BadRequest", "'$skip' is not supported by the service."),
            ("page=2", "Request_BadRequest", "Unrecognized query argument specified: 'page'."),
            (
                "$fliter=x",
                "Request_BadRequest",
                "Unrecognized query argument specified: '$fliter'.",
            ),
            ("=x", "Request_BadRequest", "Unrecognized query argument specified: ''."),
            ("$count=1", "BadRequest", "Invalid value '1' for $count query option found."),
            ("$top=1&top=2", "BadRequest", "Query option '$top' was specified more than once"),
            ("$orderby=a%20up", "BadRequest", "Syntax error in the $orderby clause 'a up'."),
            ("$expand=a(b", "BadRequest", "Syntax error in the $expand clause 'a(b'."),
            ("$expand=", "BadRequest", "Syntax error in the $expand clause ''."),
            ("$expand=a($top=1)", "Request_UnsupportedQuery", "Query option '$top' is not"),
            ("$format=atom", "Request_BadRequest", "Unrecognized query argument"),
        ] {
            let refused = options(query).unwrap_err();
            assert_eq!((refused.status, refused.code.as_str()), (400, code), "{query}");
            assert!(refused.message.starts_with(message), "{query}: {}", refused.message);
        }
    }

    #[test]
    fn sorts_and_expansions_are_read() {
        let options = options("orderby=a,b%20desc&$expand=m,n($select=x,y)&$format=json").unwrap();
        let sort = |property: &str, descending| OrderBy { property: property.into(), descending };
        assert_eq!(options.order, [sort("a", false), sort("b", true)]);
        let names: Vec<(&str, usize)> =
            options.expand.iter().map(|e| (e.relationship.as_str(), e.select.len())).collect();
        assert_eq!(names, [("m", 0), ("n", 2)]);
    }
}
