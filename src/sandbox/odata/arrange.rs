//! A list in another order, or with less in it: `$orderby` and `$search`.

use serde_json::Value;

use crate::sandbox::collection::{Listing, Within};
use crate::sandbox::odata::pages::{candidates, table_of};
use crate::sandbox::odata::{OrderBy, QueryOptions};
use crate::sandbox::tenant::Tenant;

/// The same list as rows, searched and sorted. Without both it stays as it is.
pub(crate) fn arranged(list: Listing, tenant: &Tenant, options: &QueryOptions) -> Listing {
    if options.order.is_empty() && options.search.is_none() {
        return list;
    }
    let mut rows: Vec<(Vec<String>, &'static str, String)> = Vec::new();
    for (_, table, row) in candidates(&list, None, tenant, 0) {
        let Some(seen) = tenant.view(table, row) else { continue };
        if options.search.as_ref().is_some_and(|search| !search.holds(seen)) {
            continue;
        }
        let keys = options.order.iter().map(|sort| text(seen, &sort.property));
        let id = seen.get("id").and_then(Value::as_str).unwrap_or_default();
        rows.push((keys.collect(), table_of(&list, table), id.to_owned()));
    }
    rows.sort_by(|(a, ..), (b, ..)| {
        let pairs = options.order.iter().zip(a.iter().zip(b));
        let order = |(sort, (a, b)): (&OrderBy, (&String, &String))| {
            if sort.descending { b.cmp(a) } else { a.cmp(b) }
        };
        pairs.map(order).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    let rows = rows.into_iter().map(|(_, table, id)| (table, id)).collect();
    Listing { within: Within::Rows(rows), ..list }
}

/// A member as it is compared, whatever its letter case.
fn text(row: &Value, name: &str) -> String {
    let members = row.as_object().into_iter().flatten();
    let mut named = members.filter(|(member, _)| member.eq_ignore_ascii_case(name));
    let value = named.next().and_then(|(_, value)| value.as_str()).unwrap_or_default();
    value.to_lowercase()
}
