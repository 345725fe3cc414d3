//! What a token says of itself: to us, and to the simulated tenant. Text that begins with `{` is the
//! middle part of a token; any other is a whole one, or the form of a sign-in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use consent::graph::auth::Claims;
use consent::graph::endpoint::Endpoint;
use consent::sandbox::access;
use consent::sandbox::answer::{AnswerBody, Trace};
use consent::sandbox::token::{self, Application, Federated};

use super::scene::NOW;
use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "token",
    run,
    words: "{\"tid\":\" \"exp\": \"nbf\": 9223372036854775807 -9223372036854775808 253402300799 \
            253402300800 \"aud\":\" https://graph.microsoft.com \"scp\":\" \"roles\":[ \"oid\":\" \
            \"appid\":\" \"upn\":\" \"iss\":\" \"sub\":\" e30. .sig grant_type=client_credentials& \
            client_id=app& scope=x/.default& client_secret= client_assertion= %2B \
            eyJhbGciOiJub25lIn0.eyJ4Ijox.x",
};

const TENANT: &str = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7";

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let token = if text.starts_with('{') {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(text.as_bytes()))
    } else {
        text.clone().into_owned()
    };
    for home in ["https://graph.microsoft.com", "http://127.0.0.1:1"] {
        let claims = Claims::of(&token);
        if let Err(error) = claims.check(&Endpoint::parse(home).unwrap(), NOW) {
            let told = format!("{error} {}", error.help);
            judge::draws_nothing(&told);
            judge::holds_no_token(&told);
        }
    }
    let header = format!("Bearer {token}");
    match access::bearer(Some(&header), TENANT, NOW) {
        Ok(bearer) => assert!(token.split('.').count() >= 3, "{bearer:?}"),
        Err(refused) => assert_eq!(refused.status, 401),
    }
    signs_in(&text);
    let fields = "grant_type=client_credentials&client_id=app&scope=x/.default&client_assertion=";
    signs_in(&format!("{fields}{token}"));
}

/// At the simulated sign-in service.
fn signs_in(form: &str) {
    let trace = Trace { request_id: "r".into(), client_request_id: "c".into(), at: NOW };
    let federated = Federated { issuer: "i".into(), subject: "s".into(), audience: "a".into() };
    let identities = [Application {
        app_id: "app".into(),
        object_id: "me".into(),
        secret: Some("right".into()),
        federated: Some(federated),
        ..Application::default()
    }];
    let request =
        token::TokenRequest { tenant: TENANT, address: "h/t".into(), form, trace: &trace };
    let issuer = token::Issuer {
        tenant: TENANT,
        domain: "c.example",
        identities: &identities,
        generation: 0,
    };
    let sent = token::answer(&request, &issuer);
    let AnswerBody::Json(body) = &sent.body else { panic!("no JSON: {sent:?}") };
    assert_eq!(sent.status == 200, body.get("access_token").is_some(), "{body}");
    assert_eq!(sent.status != 200, body.get("error").is_some(), "{body}");
}
