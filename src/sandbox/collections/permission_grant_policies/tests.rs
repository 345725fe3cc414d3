use super::*;

fn tenant() -> Tenant {
    let mut tenant = Tenant::new("t", Policies.tables());
    for (id, name, includes, excludes) in built_in() {
        for (table, row) in rows(id, name, None, &includes, &excludes) {
            tenant.insert(table, row);
        }
    }
    tenant
}

fn ask(tenant: &mut Tenant, method: HttpMethod, rest: &str, body: Option<Value>) -> (u16, Value) {
    let path = format!("/policies/permissionGrantPolicies{rest}");
    match Policies.answer(&Call { body, ..Call::new(method, &path) }, tenant) {
        Answered::Object(status, _, row) => (status, row),
        Answered::Refused(refused) => (refused.status, json!(refused.message)),
        Answered::Done => (204, Value::Null),
        Answered::List(_) => (200, Value::Null),
        Answered::Count(_) => panic!("nobody counts policies"),
    }
}

fn mine() -> Option<Value> {
    Some(json!({"id": "mine", "displayName": "Mine"}))
}

#[test]
fn a_policy_is_made_without_sets_and_shows_them_later() {
    let mut t = tenant();
    assert_eq!(ask(&mut t, HttpMethod::Post, "", mine()).0, 201);
    assert_eq!(ask(&mut t, HttpMethod::Post, "", mine()).0, 409);
    let set =
        json!({"permissionType": "delegated", "clientApplicationsFromVerifiedPublisherOnly": true});
    let (status, made) = ask(&mut t, HttpMethod::Post, "/mine/includes", Some(set));
    assert_eq!(status, 201);
    let documented = json!({
        "id": made["id"],
        "permissionClassification": "all",
        "permissionType": "delegated",
        "resourceApplication": "any",
        "permissions": ["all"],
        "clientApplicationIds": ["all"],
        "clientApplicationTenantIds": ["all"],
        "clientApplicationPublisherIds": ["all"],
        "clientApplicationsFromVerifiedPublisherOnly": true,
    });
    assert_eq!(made, documented);
    let (_, row) = ask(&mut t, HttpMethod::Get, "/mine", None);
    assert_eq!((&row["includes"], &row["excludes"]), (&json!([documented]), &json!([])));
    let (_, all) = ask(&mut t, HttpMethod::Get, "", None);
    assert!(all["value"].as_array().unwrap().contains(&row));
    let one = format!("/mine/includes/{}", made["id"].as_str().unwrap());
    assert_eq!(ask(&mut t, HttpMethod::Patch, &one, Some(json!({}))).0, 405);
    assert_eq!(ask(&mut t, HttpMethod::Delete, &one.replace("includes", "excludes"), None).0, 404);
    assert_eq!(ask(&mut t, HttpMethod::Delete, &one, None).0, 204);
    assert_eq!(ask(&mut t, HttpMethod::Get, &one, None).0, 404);
}

#[test]
fn a_policy_goes_with_its_sets() {
    let mut t = tenant();
    ask(&mut t, HttpMethod::Post, "", mine());
    let set = Some(json!({"permissionType": "application"}));
    ask(&mut t, HttpMethod::Post, "/mine/excludes", set);
    let before = t.table(SETS).unwrap().rows().count();
    assert_eq!(ask(&mut t, HttpMethod::Patch, "/mine", Some(json!({"description": "x"}))).0, 204);
    assert_eq!(ask(&mut t, HttpMethod::Patch, "/mine", Some(json!({"id": "other"}))).0, 400);
    assert_eq!(ask(&mut t, HttpMethod::Delete, "/mine", None).0, 204);
    assert_eq!(t.table(SETS).unwrap().rows().count(), before - 1);
    assert_eq!(ask(&mut t, HttpMethod::Delete, "/mine", None).0, 404);
}

#[test]
fn microsofts_own_policies_are_read_only() {
    let mut t = tenant();
    let id = "/microsoft-user-default-low";
    assert_eq!(ask(&mut t, HttpMethod::Get, id, None).0, 200);
    let set = json!({"permissionType": "delegated"});
    for (method, rest, body) in [
        (HttpMethod::Patch, id.to_owned(), Some(json!({"displayName": "x"}))),
        (HttpMethod::Delete, id.to_owned(), None),
        (HttpMethod::Post, format!("{id}/includes"), Some(set)),
    ] {
        assert_eq!(ask(&mut t, method, &rest, body).0, 400);
    }
}

#[test]
fn what_is_wrong_is_refused() {
    let mut t = tenant();
    for body in [
        json!({"displayName": "x"}),
        json!({"id": "microsoft-x"}),
        json!({"id": "a b"}),
        json!({"id": "a", "includes": []}),
    ] {
        assert_eq!(ask(&mut t, HttpMethod::Post, "", Some(body)).0, 400);
    }
    ask(&mut t, HttpMethod::Post, "", mine());
    for body in [
        json!({}),
        json!({"permissionType": "delegatedUserConsentable"}),
        json!({"permissionType": "delegated", "permissions": []}),
        json!({"permissionType": "delegated", "permissionClassification": "some"}),
        json!({"permissionType": "delegated", "id": "x"}),
    ] {
        assert_eq!(ask(&mut t, HttpMethod::Post, "/mine/includes", Some(body)).0, 400);
    }
    let set = Some(json!({"permissionType": "delegated"}));
    assert_eq!(ask(&mut t, HttpMethod::Post, "/other/includes", set).0, 404);
}
