use serde_json::json;

use super::*;

const ADELE: &str = "5d7be94f-6b01-4f0a-9c1d-3a1b2c3d4e5f";

fn hiding() -> WithoutPeople {
    let name = Untrusted::new("Adele@contoso.com");
    let found = BTreeMap::from([(ADELE.parse().unwrap(), Some(&name))]);
    WithoutPeople::with(&found)
}

#[test]
fn names_and_ids_go_wherever_they_stand() {
    let hidden = hiding();
    let told = hidden.text(&format!("grant to adele@CONTOSO.com ({ADELE}), owner it@contoso.com."));
    let nobody = "68696464-656e-0000-0000-000000000001";
    assert_eq!(told, format!("grant to person 1 ({nobody}), owner (hidden)"));
    assert_eq!(hidden.text("a@b and x @ y"), "a@b and x @ y", "no address of mail");
}

#[test]
fn ids_that_hold_the_id_of_a_person_hold_it_no_more() {
    let ids =
        ["99da6bf4-4525-4bfa-b39f-b6a35789c240", "00000003-0000-0000-c000-000000000000", ADELE];
    let bytes: Vec<u8> =
        ids.iter().flat_map(|id| <[u8; 16]>::from(id.parse::<ObjectId>().unwrap())).collect();
    let grant = URL_SAFE_NO_PAD.encode(&bytes);
    let hidden = hiding();
    let mut request = Request {
        method: crate::model::request::Method::Delete,
        path: format!("/oauth2PermissionGrants/{grant}"),
        body: Some(json!({"id": grant, "list": [{"principalId": ADELE}]})),
    };
    hidden.request(&mut request);
    let (_, id) = request.path.rsplit_once('/').unwrap();
    let left = URL_SAFE_NO_PAD.decode(id).unwrap();
    assert_eq!(left[..32], bytes[..32], "the app and the API stay");
    assert_ne!(left[32..], bytes[32..]);
    assert!(!request.to_string().contains(ADELE) && !request.to_string().contains(&grant));
}
