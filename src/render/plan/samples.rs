//! Plans for the tests of this room.

use serde_json::json;
use time::macros::datetime;

use crate::kinds::Names;
use crate::model::address::{Address, TENANT};
use crate::model::audience::Audience;
use crate::model::change::{
    Change, FieldChange, Permission, PermissionSort, Step, Subject, Verb, Why,
};
use crate::model::cloud::Cloud;
use crate::model::directory::Organization;
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::object_state::ObjectState;
use crate::model::query::{Missing, Query};
use crate::model::request::{Expect, Method, Proof, Request};
use crate::model::risk::{About, Reason, Risk, Tier};
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessChanges;
use crate::plan::{AppHead, Effect, Extent, LiveSummary, ManifestHash, ManifestSummary, Plan};

pub(crate) const GRAPH: &str = "Microsoft Graph";
pub(crate) const SCOPES: [&str; 2] = ["Tasks.ReadWrite", "offline_access"];

pub(crate) fn plan(changes: Vec<Change>) -> Plan {
    Plan {
        simulated: false,
        offline: None,
        tenant: Organization {
            id: "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7".parse::<TenantId>().unwrap(),
            name: Untrusted::new("Contoso"),
            domains: vec![Untrusted::new("contoso.onmicrosoft.com")],
        },
        cloud: Cloud::Global,
        manifest: ManifestSummary {
            files: vec![ManifestHash { path: "consent.toml".to_owned(), sha256: "00".repeat(32) }],
            apps: 1,
        },
        live: LiveSummary {
            read_at: datetime!(2026-11-23 14:02:11 UTC),
            apps: 1,
            objects: vec![("grant".to_owned(), 1)],
            milliseconds: 312,
        },
        made_at: datetime!(2026-11-23 14:02:11 UTC),
        apps: vec![app("outlook-tasks", "OutlookTasksConnector-PowerApps and Flow")],
        pairs: Vec::new(),
        names: Names::default(),
        resources: Default::default(),
        rests: Default::default(),
        access: AccessChanges::alone(&changes),
        changes,
        unchanged: 0,
        outside: None,
        unmanaged: Vec::new(),
        warnings: Vec::new(),
        checks: Vec::new(),
        identity_checks: Vec::new(),
        extent: Extent::Whole,
        removals_a_day: crate::plan::DayLimit { objects: 25, percent: Some(10) },
        lifted: Vec::new(),
        source: crate::plan::SaidBy::Tenant,
        effect: Effect {
            text: "consent effect\n".into(),
            digest: format!("sha256:5b1d6cf0c2a1{}c09e", "0".repeat(48)),
        },
    }
}

pub(crate) fn app(label: &str, name: &str) -> AppHead {
    AppHead {
        label: label.to_owned(),
        name: Untrusted::new(name),
        app_id: "99da6bf4-4525-4bfa-b39f-b6a35789c240".parse::<AppId>().unwrap(),
    }
}

fn texts(names: &[&str]) -> Vec<Untrusted> {
    names.iter().map(|name| Untrusted::new(*name)).collect()
}

pub(crate) fn field(name: &str, kept: &[&str], gained: &[&str], lost: &[&str]) -> FieldChange {
    FieldChange {
        name: name.to_owned(),
        kept: texts(kept),
        gained: texts(gained),
        lost: texts(lost),
    }
}

/// A delegated grant of one user (`Some`) or of everybody, of the sample app.
pub(crate) fn change(
    owner: &str,
    verb: Verb,
    user: Option<u128>,
    fields: Vec<FieldChange>,
) -> Change {
    let audience = user.map_or(Audience::Everyone, |id| Audience::One(ObjectId::from_u128(id)));
    let who = user.map_or("everyone".to_owned(), |id| ObjectId::from_u128(id).to_string());
    let about = fields.iter().flat_map(|f| &f.gained).map(Untrusted::raw).collect::<String>();
    let read = Query::object("/oauth2PermissionGrants/x", Missing::Nothing);
    let state = || ObjectState::from(json!({"scope": "Tasks.ReadWrite offline_access"}));
    let held = fields.clone();
    let makes = matches!(verb, Verb::Create | Verb::Grant | Verb::Assign);
    Change {
        address: Address::new("delegated_grant", owner, [verb.word().to_owned(), about, who]),
        part: None,
        verb,
        gives: fields.iter().any(|field| !field.gained.is_empty()),
        takes: fields.iter().any(|field| !field.lost.is_empty()),
        subject: Subject {
            what: "delegated".to_owned(),
            target: Some(Untrusted::new(GRAPH)),
            audience,
            person: None,
        },
        fields,
        before: if makes { ObjectState::default() } else { state() },
        after: if verb.removes() { ObjectState::default() } else { state() },
        steps: vec![Step {
            request: Request {
                method: Method::Post,
                path: "/oauth2PermissionGrants".to_owned(),
                body: Some(json!({"scope": "Tasks.ReadWrite offline_access"})),
            },
            proof: Proof { read, expect: Expect::Gone, before: None, among: None },
            creates: None,
        }],
        needs: Vec::new(),
        rests_on: Vec::new(),
        why: vec![Why::because("consent.toml:14")],
        notes: Vec::new(),
        permissions: permissions(&held, PermissionSort::Delegated),
        consent: None,
        risk: None,
    }
}

/// What the fields of a change say, as permissions of the sample resource.
pub(crate) fn permissions(fields: &[FieldChange], sort: PermissionSort) -> Vec<Permission> {
    let one = |name: &Untrusted, gained: bool| Permission {
        by: ObjectId::from_u128(0xA0),
        resource: None,
        sort,
        name: name.raw().to_owned(),
        admin_only: None,
        gained,
        lost: !gained,
    };
    let of = |field: &FieldChange| {
        let gained = field.gained.iter().map(|name| one(name, true));
        gained.chain(field.lost.iter().map(|name| one(name, false))).collect::<Vec<_>>()
    };
    fields.iter().flat_map(of).collect()
}

pub(crate) fn named(mut change: Change, name: &str) -> Change {
    change.subject.person = Some(Untrusted::new(name));
    change
}

/// `reason` is a sentence as people read it, with the permissions that it is about in brackets.
pub(crate) fn rated(mut change: Change, tier: Tier, reason: &str) -> Change {
    let parts = reason.strip_suffix(')').and_then(|reason| reason.rsplit_once(" ("));
    let about = |names: &str| About::Permissions(names.split(", ").map(str::to_owned).collect());
    let reason = match parts {
        Some((says, names)) => Reason { rule: None, says: says.to_owned(), about: about(names) },
        None => reason.to_owned().into(),
    };
    change.risk = Some(Risk { tier, reasons: vec![reason] });
    change
}

pub(crate) fn setting(owner: &str, what: &str, verb: Verb, fields: Vec<FieldChange>) -> Change {
    let mut change = change(owner, verb, None, fields);
    change.subject.what = what.to_owned();
    change.subject.target = None;
    change.subject.audience = Audience::Tenant;
    change.permissions.clear();
    change.address = Address::new(what, TENANT, []);
    owner.clone_into(&mut change.address.owner);
    change
}

/// The founding story: three grants for people, then the end of the all-users grant.
pub(crate) fn narrowing() -> Plan {
    let risk = "P301: other writes, as the user (Tasks.ReadWrite)";
    let mut changes: Vec<Change> = ["megan@contoso.com", "adele@contoso.com", "alex@contoso.com"]
        .iter()
        .zip(1..)
        .map(|(name, id)| {
            let grant = change(
                "outlook-tasks",
                Verb::Grant,
                Some(id),
                vec![field("scope", &[], &SCOPES, &[])],
            );
            rated(named(grant, name), Tier::Medium, risk)
        })
        .collect();
    let mut revoke =
        change("outlook-tasks", Verb::Revoke, None, vec![field("scope", &[], &[], &SCOPES)]);
    revoke.needs = changes.iter().map(|change| change.address.clone()).collect();
    changes.push(revoke);
    plan(changes)
}
