//! What a request costs in resource units.
//! <https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits>

use crate::sandbox::call::{Call, HttpMethod};

/// Resource units of a call, at least 1.
pub(crate) fn units(call: &Call, expands: bool) -> u32 {
    let route = call.route();
    let route: Vec<&str> = route.iter().map(String::as_str).collect();
    let base: u32 = match (call.method, &route[..]) {
        (HttpMethod::Post, ["directoryobjects", by_ids]) if by_ids.ends_with("getbyids") => 3,
        (HttpMethod::Post | HttpMethod::Patch | HttpMethod::Put | HttpMethod::Delete, _) => 1,
        (HttpMethod::Get, ["oauth2permissiongrants", ..]) => 2,
        (HttpMethod::Get, [_, _, "oauth2permissiongrants" | "approleassignments", ..]) => 2,
        (HttpMethod::Get, ["me", "oauth2permissiongrants"] | ["users"]) => 2,
        (HttpMethod::Get, ["groups", _, "members", ..]) => 3,
        (HttpMethod::Get, ["groups", _, "transitivemembers", ..]) => 5,
        (HttpMethod::Get, _) => 1,
    };
    let select = u32::from(!call.select.is_empty());
    let small = u32::from(call.top.is_some_and(|top| top < 20));
    (base + u32::from(expands)).saturating_sub(select + small).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_documentation() {
        let get = |path: &str| Call::new(HttpMethod::Get, path);
        assert_eq!(units(&get("/oauth2PermissionGrants"), false), 2);
        assert_eq!(units(&get("/servicePrincipals/x/oauth2PermissionGrants"), false), 2);
        assert_eq!(units(&get("/servicePrincipals/x"), false), 1);
        assert_eq!(units(&get("/groups/x/transitiveMembers/microsoft.graph.user"), false), 5);
        assert_eq!(units(&Call::new(HttpMethod::Post, "/directoryObjects/getByIds"), false), 3);
        assert_eq!(units(&Call::new(HttpMethod::Post, "/oauth2PermissionGrants"), false), 1);
        let narrow = Call { select: vec!["id".into()], top: Some(5), ..get("/groups/x/members") };
        assert_eq!(units(&narrow, false), 1);
        let whole = Call { select: vec!["id".into()], ..get("/groups/x/members") };
        assert_eq!((units(&whole, false), units(&whole, true)), (2, 3));
    }
}
