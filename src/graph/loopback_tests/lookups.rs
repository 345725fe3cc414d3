//! What a survey asks for, and what it makes of the answers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::stub::{Seen, Stub, reply};
use crate::graph::survey::{names, survey};
use crate::model::directory::{Lookup, Mentions};
use crate::model::id::ObjectId;

const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";
const APP: &str = "99da6bf4-4525-4bfa-b39f-b6a35789c240";

fn id(text: &str) -> ObjectId {
    text.parse().unwrap()
}

/// Answers one item of a batch.
fn directory(url: &str) -> (u16, Value) {
    let denied = json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}});
    let member = |id: &str| json!({"id": id, "userPrincipalName": "m@contoso.com"});
    match url {
        _ if url.starts_with("/servicePrincipals(") => (
            200,
            json!({"id": ONE, "appId": APP, "displayName": "App", "oauth2PermissionScopes": []}),
        ),
        _ if url.starts_with("/users/adele%40contoso.com?") => (200, member(ONE)),
        _ if url.starts_with("/users/") => (404, json!({"error": {"code": "x"}})),
        _ if url.contains("%27Makers%27") => (200, json!({"value": [{"id": ONE}]})),
        _ if url.contains("%27Hidden%27") => (200, json!({"value": [{"id": TWO}]})),
        _ if url.contains("%27Twins%27") => (
            200,
            json!({"value": [{"id": TWO, "mail": "b@x"}, {"id": ONE, "description": "first"}]}),
        ),
        _ if url.contains("%27Nobody%27") => (200, json!({"value": []})),
        _ if url.contains(&format!("/groups/{ONE}/transitiveMembers")) => {
            (200, json!({"value": [member(ONE), member(TWO)], "@odata.count": 2}))
        }
        _ if url.contains(&format!("/groups/{ONE}/members/microsoft.graph.user?")) => {
            (200, json!({"value": [member(TWO)], "@odata.count": 1}))
        }
        _ => (403, denied),
    }
}

fn batch(seen: &Seen) -> Value {
    let items = seen.body["requests"].as_array().unwrap();
    let answer = |item: &Value| {
        let (status, body) = directory(item["url"].as_str().unwrap());
        json!({"id": item["id"], "status": status, "body": body})
    };
    json!({"responses": items.iter().map(answer).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_survey_is_a_few_requests_and_an_unreadable_group_is_not_empty() {
    let stub = Stub::start(|seen, _| reply(200, &batch(seen))).await;
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    let mentions = Mentions {
        apps: BTreeSet::from([APP.parse().unwrap()]),
        users: words(&["adele@contoso.com", "gone@contoso.com", "no user"]),
        groups: words(&["Makers", "Hidden", "Twins", "Nobody", "Refused"]),
        whole_groups: words(&["Makers"]),
    };
    let found = survey(&stub.graph().0.reader(), &mentions).await.unwrap();
    // The third asks for names that begin as the lost ones do.
    assert_eq!(stub.seen().len(), 3);
    assert_eq!(found.service_principals.len(), 1);
    assert_eq!(found.user_names["adele@contoso.com"], Lookup::One(id(ONE)));
    assert_eq!(found.user_names["gone@contoso.com"], Lookup::None);
    assert_eq!(found.user_names["no user"], Lookup::None);
    assert_eq!(found.group_names["Makers"], Lookup::One(id(ONE)));
    assert_eq!(found.group_names["Hidden"], Lookup::One(id(TWO)));
    assert_eq!(found.group_names["Refused"], Lookup::Forbidden);
    assert_eq!(found.group_names["Nobody"], Lookup::None);
    let Lookup::Several(twins) = &found.group_names["Twins"] else { panic!("not told apart") };
    let labels: Vec<&str> = twins.iter().map(|(_, label)| label.raw()).collect();
    assert_eq!(labels, ["first", "b@x"]);
    assert_eq!(found.groups[&id(ONE)].members, Some(vec![id(ONE), id(TWO)]));
    assert_eq!(found.groups[&id(ONE)].direct, Some(vec![id(TWO)]));
    // Not known, which is not empty.
    assert_eq!(found.groups[&id(TWO)].members, None);
}

#[tokio::test]
async fn names_come_a_thousand_at_a_time() {
    let stub = Stub::start(|seen, _| {
        let ids = seen.body["ids"].as_array().unwrap();
        assert!(ids.len() <= 1_000 && seen.target == "/v1.0/directoryObjects/getByIds");
        let name = |id: &Value| json!({"id": id, "displayName": "N"});
        reply(200, &json!({"value": ids.iter().skip(1).map(name).collect::<Vec<_>>()}))
    })
    .await;
    let ids: BTreeSet<ObjectId> = (1..=1_500).map(ObjectId::from_u128).collect();
    let found = names(&stub.graph().0.reader(), &ids).await.unwrap();
    assert_eq!((stub.seen().len(), found.len()), (2, 1_498));
}
