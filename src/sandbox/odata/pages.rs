//! One page of a list: filtered, counted, cut, with the link to the next one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Listing, Within};
use crate::sandbox::odata::filter::{Filter, Op};
use crate::sandbox::odata::filter_text::check_alternatives;
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::{Tenant, names};

/// Rows of a page when nobody says `$top`.
const DEFAULT_PAGE: usize = 100;

/// What a page needs to know of the request that asks for it.
pub(crate) struct PageRequest<'a> {
    /// Scheme, host and version as the caller wrote them: `http://127.0.0.1:4000/v1.0`.
    pub(crate) root: &'a str,
    /// Below the root, without the query.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) cursor: Cursor,
}

/// Trouble that pages can have.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PageTrouble<'a> {
    /// The second page is empty and still has a successor.
    pub(crate) empty_second: bool,
    /// Every seventh row is missing, unless the page size is 999 or the query is an advanced one.
    pub(crate) lossy: bool,
    /// Links lead to this host instead.
    pub(crate) link_host: Option<&'a str>,
}

/// Where a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Counted from 1.
    pub(crate) page: u64,
    /// First row number, or position in a list of rows.
    pub(crate) from: u64,
}

impl Cursor {
    /// # Errors
    /// When the token is not one of ours.
    pub(crate) fn of(skiptoken: Option<&str>) -> Result<Self, Refused> {
        let Some(token) = skiptoken else { return Ok(Self { page: 1, from: 0 }) };
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
            let (page, from) = text.strip_prefix("RFNwdAoAAQ.")?.split_once('.')?;
            // A number that has no successor is none of ours.
            let page = u64::from(page.parse::<u32>().ok()?);
            Some(Self { page, from: from.parse().ok()? })
        };
        read().ok_or_else(|| {
            Refused::new(
                400,
                "Directory_ExpiredPageToken",
                "The specified page token value has expired and can no longer be included in your \
                 request.",
            )
        })
    }

    fn token(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("RFNwdAoAAQ.{}.{}", self.page, self.from))
    }
}

/// Every test of the filter must be one that the list knows, by a property and operator it serves.
fn check(list: &Listing, call: &Call) -> Result<(), Refused> {
    let Some(filter) = &call.filter else { return Ok(()) };
    check_alternatives(filter, call.advanced())?;
    for test in filter.tests() {
        let field = list.fields.iter().find(|f| f.name.eq_ignore_ascii_case(&test.field));
        let Some(field) = field else {
            return Err(Refused::unsupported(format!(
                "Unsupported or invalid query filter clause specified for property '{}' of \
                 resource '{}'.",
                test.field, list.set
            )));
        };
        if !field.ops.contains(&test.op) {
            return Err(Refused::unsupported(format!(
                "Unsupported or invalid query filter clause specified for property '{}' of \
                 resource '{}'.",
                field.name, list.set
            )));
        }
        if test.op == Op::Ne && !call.advanced() {
            return Err(Refused::unsupported(
                "Operator 'NotEqualsMatch' is not supported because the required parameters might \
                 be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual \
                 header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
            ));
        }
    }
    if contains_not(filter) && !call.advanced() {
        return Err(Refused::unsupported(
            "Operator 'Not' is not supported because the required parameters might be missing. \
             Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer \
             to https://aka.ms/graph-docs/advanced-queries for more information",
        ));
    }
    Ok(())
}

fn contains_not(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(contains_not),
        Filter::Not(_) => true,
        Filter::Test(_) => false,
    }
}

/// Rows as `(number, table, row)`, from a number on, lazily.
pub(super) fn candidates<'t>(
    list: &'t Listing,
    filter: Option<&'t Filter>,
    tenant: &'t Tenant,
    from: u64,
) -> Box<dyn Iterator<Item = (u64, &'t str, &'t Value)> + 't> {
    match &list.within {
        Within::Table(name) => {
            let Some(table) = tenant.table(name) else { return Box::new(std::iter::empty()) };
            let required =
                table.indexed().iter().filter_map(|field| Some((*field, filter?.required(field)?)));
            match required.min_by_key(|(field, value)| table.matching(field, value)) {
                Some((field, value)) => Box::new(
                    table.matching_from(field, value, from).map(move |(n, r)| (n, *name, r)),
                ),
                None => Box::new(table.rows_from(from).map(move |(n, row)| (n, *name, row))),
            }
        }
        Within::Matching(name, field, value) => match tenant.table(name) {
            Some(table) => Box::new(
                table.matching_from(field, value, from).map(move |(n, row)| (n, *name, row)),
            ),
            None => Box::new(std::iter::empty()),
        },
        Within::Members(group, cast) => Box::new(
            tenant
                .members(group)
                .iter()
                .enumerate()
                .skip(usize::try_from(from).unwrap_or(usize::MAX))
                .filter(|(_, (table, _))| cast.is_none_or(|cast| cast == table))
                .filter_map(|(n, (table, id))| Some((n as u64, &**table, tenant.row(table, id)?))),
        ),
        Within::Rows(rows) => Box::new(
            rows.iter()
                .enumerate()
                .map(|(n, row)| (n as u64, row))
                .skip(usize::try_from(from).unwrap_or(usize::MAX))
                .filter_map(|(n, (table, id))| Some((n, *table, tenant.row(table, id)?))),
        ),
    }
}

/// How many rows the list has.
///
/// # Errors
/// When the filter is not one of the list.
pub(crate) fn count(list: &Listing, call: &Call, tenant: &Tenant) -> Result<usize, Refused> {
    check(list, call)?;
    let filter = call.filter.as_ref();
    Ok(candidates(list, filter, tenant, 0)
        .filter_map(|(_, table, row)| tenant.view(table, row))
        .filter(|row| filter.is_none_or(|filter| filter.holds(row, list.fields)))
        .count())
}

/// One page as a JSON body.
///
/// # Errors
/// When the filter or the skip token is not one of the list.
pub(crate) fn page(
    list: &Listing,
    call: &Call,
    tenant: &mut Tenant,
    request: &PageRequest<'_>,
    trouble: PageTrouble<'_>,
) -> Result<Value, Refused> {
    check(list, call)?;
    let cursor = request.cursor;
    // An action has no pages: `getByIds` answers for all the ids that it takes, and leaves none out.
    let action = call.method == HttpMethod::Post;
    let size = call.top.unwrap_or(if action { usize::MAX } else { DEFAULT_PAGE });
    let lossy = trouble.lossy && size != 999 && !call.advanced() && !action;
    let found = rows(
        list,
        call,
        tenant,
        cursor,
        if trouble.empty_second && cursor.page == 2 { 0 } else { size },
    );
    let mut value = Vec::with_capacity(found.rows.len());
    for (number, table, row) in found.rows {
        if !(lossy && number % 7 == 3) {
            value.push(projected(&row, table, list, call));
        }
    }
    let mut body = Map::new();
    body.insert("@odata.context".into(), json!(format!("{}/$metadata#{}", request.root, list.set)));
    if call.advanced() && cursor.page == 1 {
        body.insert("@odata.count".into(), json!(count(list, call, tenant)?));
    }
    if let Some(from) = found.next {
        let next = Cursor { page: cursor.page + 1, from };
        body.insert("@odata.nextLink".into(), json!(link(request, next, trouble.link_host)));
    }
    body.insert("value".into(), Value::Array(value));
    Ok(Value::Object(body))
}

struct Found<'a> {
    rows: Vec<(u64, &'a str, Value)>,
    /// Number of the first row of the next page.
    next: Option<u64>,
}

fn rows<'a>(
    list: &'a Listing,
    call: &Call,
    tenant: &mut Tenant,
    cursor: Cursor,
    size: usize,
) -> Found<'a> {
    let mut out = Vec::new();
    let mut behind = Vec::new();
    let mut next = None;
    let filter = call.filter.as_ref();
    for (number, table, row) in candidates(list, filter, tenant, cursor.from) {
        let seen = tenant.view(table, row);
        if filter.is_some_and(|filter| !filter.holds(seen.unwrap_or(row), list.fields)) {
            continue;
        }
        if out.len() == size {
            next = Some(number);
            break;
        }
        if tenant.is_behind(table, row) {
            let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
            behind.push((table.to_owned(), id.to_owned()));
        }
        if let Some(seen) = seen {
            out.push((number, table_of(list, table), seen.clone()));
        }
    }
    // A list that shows an object, or would have shown it, is a read of it.
    for (table, id) in behind {
        tenant.count_read(&table, &id);
    }
    Found { rows: out, next }
}

/// The same name, as a constant.
pub(super) fn table_of(list: &Listing, table: &str) -> &'static str {
    match &list.within {
        Within::Table(name) | Within::Matching(name, ..) => name,
        Within::Members(..) => {
            names::OF_MEMBERS.into_iter().find(|name| *name == table).unwrap_or("")
        }
        Within::Rows(rows) => rows.iter().map(|(t, _)| *t).find(|t| *t == table).unwrap_or(""),
    }
}

/// The members of a row that were asked for.
fn projected(row: &Value, table: &str, list: &Listing, call: &Call) -> Value {
    let mut out = selected(row, &call.select, list.default_select);
    if list.mixed
        && let (Some(members), Some(kind)) = (out.as_object_mut(), odata_type(table))
    {
        members.insert("@odata.type".into(), json!(kind));
    }
    out
}

/// `$select`, or the default members; an empty default means all.
pub(crate) fn selected(row: &Value, select: &[String], default: &[&str]) -> Value {
    let Value::Object(members) = row else { return row.clone() };
    let wanted = |name: &str| {
        if select.is_empty() {
            default.is_empty() || default.contains(&name)
        } else {
            select.iter().any(|want| want == "*" || want.eq_ignore_ascii_case(name))
        }
    };
    let kept = members.iter().filter(|(name, _)| wanted(name));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// What tells rows of several tables apart.
pub(crate) fn odata_type(table: &str) -> Option<&'static str> {
    Some(match table {
        names::USERS => "#microsoft.graph.user",
        names::GROUPS => "#microsoft.graph.group",
        names::DEVICES => "#microsoft.graph.device",
        names::SERVICE_PRINCIPALS => "#microsoft.graph.servicePrincipal",
        _ => return None,
    })
}

fn link(request: &PageRequest<'_>, next: Cursor, other_host: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(request.query.as_bytes()) {
        if !name.eq_ignore_ascii_case("$skiptoken") && !name.eq_ignore_ascii_case("skiptoken") {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("$skiptoken", &next.token());
    let query = query.finish();
    match other_host {
        Some(host) => format!("{host}/v1.0/{}?{query}", request.path.trim_start_matches('/')),
        None => format!("{}/{}?{query}", request.root, request.path.trim_start_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_cursor_is_refused_or_ends_the_list() {
        let of = |page: u64, from: u64| Cursor::of(Some(&Cursor { page, from }.token()));
        assert_eq!(of(7, u64::MAX), Ok(Cursor { page: 7, from: u64::MAX }));
        assert_eq!(of(u64::MAX, 0).unwrap_err().code, "Directory_ExpiredPageToken");
        assert!(Cursor::of(Some("UkZOd2RBb0FBUS4")).is_err());
    }
}
