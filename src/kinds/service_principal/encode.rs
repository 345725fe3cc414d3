//! One POST with the app id, nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::{Found, Spec};
use crate::kinds::Names;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Step, Subject, Verb};
use crate::model::query::{Missing, Query};
use crate::model::request::{Expect, Expected, Method, Proof, Request, later};
use crate::model::untrusted::Untrusted;

pub(super) fn change(
    address: &Address,
    want: Option<&Spec>,
    _have: Option<&Found>,
    _names: &Names,
) -> Change {
    Change {
        address: address.clone(),
        verb: Verb::Create,
        // By itself it lets nobody do anything; what follows does, and says so.
        gives: false,
        takes: false,
        subject: Subject {
            what: "service principal".to_owned(),
            target: None,
            audience: Audience::Tenant,
            person: None,
        },
        fields: want.map(field).into_iter().collect(),
        before: Arc::default(),
        after: Arc::default(),
        steps: want.map(|want| create(address, want)).into_iter().collect(),
        needs: Vec::new(),
        why: Vec::new(),
        notes: vec!["Its object id is known after apply.".to_owned()],
        permissions: Vec::new(),
        risk: None,
    }
}

fn field(want: &Spec) -> FieldChange {
    FieldChange {
        name: "app id".to_owned(),
        kept: Vec::new(),
        gained: vec![Untrusted::new(want.app_id.to_string())],
        lost: Vec::new(),
    }
}

fn create(address: &Address, want: &Spec) -> Step {
    let app_id = want.app_id.to_string();
    Step {
        proof: Proof {
            read: Query::object(
                format!("/servicePrincipals(appId='{app_id}')?$select=id,appId"),
                Missing::Nothing,
            ),
            expect: Expect::Fields(BTreeMap::from([(
                "/appId".to_owned(),
                Expected::Value(json!(app_id)),
            )])),
        },
        request: Request {
            method: Method::Post,
            path: "/servicePrincipals".to_owned(),
            body: Some(json!({ "appId": app_id })),
        },
        creates: Some(later(address)),
    }
}
