//! A small tenant and a manifest for tests: a few people, one group, two resources, three clients.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::{Date, macros::date};

use crate::kinds::{self, AnyKind, Inputs, Names, REGISTRY, Scene, Staying};
use crate::manifest::source::Sources;
use crate::manifest::{self, Manifest};
use crate::model::change::Change;
use crate::model::directory::{
    Directory, Group, Lookup, PublishedRole, PublishedScope, ServicePrincipal, User,
};
use crate::model::finding::{Finding, Findings};
use crate::model::id::{ObjectId, PermissionId};
use crate::model::query::{Pages, Query};
use crate::model::request::Request;
use crate::model::untrusted::Untrusted;

pub(crate) mod staying;
pub(crate) const GRAPH: u128 = 0x9a000000_0000_4000_8000_000000000001;
pub(crate) const ORDERS: u128 = 0x9a000000_0000_4000_8000_000000000003;
pub(crate) const ORDERS_APP: &str = "0a9a0000-0000-4000-8000-0000000000a3";
pub(crate) const EXPLORER: u128 = 0xc1000000_0000_4000_8000_000000000001;
pub(crate) const SIGN: u128 = 0xc1000000_0000_4000_8000_000000000002;
/// Of a client that the tenant lacks.
pub(crate) const NEW_APP: &str = "5c1e0000-0000-4000-8000-00000000000f";
pub(crate) const GROUP: u128 = 0x6e000000_0000_4000_8000_000000000001;

/// In the order of their numbers, from 1. Dave is a guest, Erin is disabled.
pub(crate) const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

/// Three lines stand above every manifest of these tests.
const HEAD: &str = "schema = 1\n[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\n";

/// `[app.ge]`, lines 4 to 6.
pub(crate) fn explorer(mode: &str) -> String {
    format!("[app.ge]\napp_id = \"de8bc8b5-d9f9-48b1-a8ad-b748da725064\"\nmode = \"{mode}\"\n")
}

/// `[[grant]]` of Microsoft Graph: four lines.
pub(crate) fn grant(scopes: &str, whom: &str) -> String {
    format!(
        "[[grant]]\napp = \"ge\"\nresource = \"Microsoft Graph\"\nscopes = {scopes}\nfor = {whom}\n"
    )
}

pub(crate) fn object(id: u128) -> ObjectId {
    ObjectId::from_u128(id)
}

pub(crate) fn person(name: &str) -> ObjectId {
    let number = PEOPLE.iter().position(|one| *one == name).unwrap();
    object(0x0a000000_0000_4000_8000_000000000001 + u128::try_from(number).unwrap())
}

fn upn(name: &str) -> String {
    format!("{name}@contoso.com")
}

/// The id that the service makes of a grant's key.
pub(crate) fn grant_id(client: u128, resource: u128, whom: Option<ObjectId>) -> String {
    use base64::Engine as _;
    let mut bytes = <[u8; 16]>::from(object(client)).to_vec();
    bytes.extend(<[u8; 16]>::from(object(resource)));
    bytes.extend(whom.iter().flat_map(|id| <[u8; 16]>::from(*id)));
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// What is there, what is written, and which day it is.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) manifest: String,
    pub(crate) directory: Directory,
    pub(crate) grants: Vec<Value>,
    /// appRoleAssignments.
    pub(crate) assignments: Vec<Value>,
    /// The list of the authorization policy.
    pub(crate) policies: Value,
    /// Other answers, by path: an object, or the rows of a list.
    pub(crate) answers: BTreeMap<String, Value>,
    pub(crate) today: Date,
    /// Labels that the plan is about; all when empty.
    pub(crate) only: Vec<String>,
}

impl World {
    pub(crate) fn new(manifest: impl AsRef<str>) -> Self {
        Self {
            manifest: format!("{HEAD}{}", manifest.as_ref()),
            directory: directory(),
            grants: Vec::new(),
            assignments: Vec::new(),
            policies: json!([]),
            answers: BTreeMap::new(),
            today: date!(2026 - 11 - 23),
            only: Vec::new(),
        }
    }

    /// A grant of Graph Explorer on Microsoft Graph; `everyone`, or a person's name.
    pub(crate) fn has(self, whom: &str, scope: &str) -> Self {
        self.has_of(EXPLORER, whom, scope)
    }

    pub(crate) fn has_of(mut self, client: u128, whom: &str, scope: &str) -> Self {
        let one = (whom != "everyone").then(|| person(whom));
        self.grants.push(json!({
            "id": grant_id(client, GRAPH, one),
            "clientId": object(client),
            "consentType": if one.is_some() { "Principal" } else { "AllPrincipals" },
            "principalId": one,
            "resourceId": object(GRAPH),
            "scope": scope,
        }));
        self
    }

    /// What the tenant answers for this path.
    pub(crate) fn answering(mut self, path: &str, answer: Value) -> Self {
        self.answers.insert(path.to_owned(), answer);
        self
    }

    /// An appRoleAssignment; the number of its role, 0 for the default one.
    pub(crate) fn assigned(mut self, kind: &str, who: ObjectId, to: u128, role: u128) -> Self {
        let id = format!("{}-{}", self.assignments.len(), who);
        self.assignments.push(json!({
            "id": id,
            "principalType": kind,
            "principalId": who,
            "resourceId": object(to),
            "appRoleId": PermissionId::from_u128(role),
        }));
        self
    }

    /// The group's users, in place of alice to erin.
    pub(crate) fn group(mut self, members: &[&str]) -> Self {
        let members = members.iter().map(|name| person(name)).collect();
        self.directory.groups.get_mut(&object(GROUP)).unwrap().members = Some(members);
        self
    }

    /// Who of them is in the group itself, or that nobody may know.
    pub(crate) fn direct(mut self, members: Option<&[&str]>) -> Self {
        let group = self.directory.groups.get_mut(&object(GROUP)).unwrap();
        group.direct = members.map(|names| names.iter().map(|name| person(name)).collect());
        self
    }

    /// What the tenant says when it is asked for the group.
    pub(crate) fn group_answers(mut self, answer: Lookup) -> Self {
        self.directory.group_names.insert("GX".to_owned(), answer);
        self
    }

    pub(crate) fn on(mut self, today: Date) -> Self {
        self.today = today;
        self
    }

    /// Hands what kinds are given to `look`, with the findings made so far.
    pub(crate) fn with_inputs<R>(
        &self,
        look: impl FnOnce(&Inputs, &Pages, &mut Findings) -> R,
    ) -> (R, Vec<Finding>) {
        let sources = Sources::one("consent.toml", &self.manifest);
        let (manifest, mut findings) = manifest::parse(&sources, &kinds::tables());
        let manifest = manifest.unwrap();
        for kind in REGISTRY {
            kind.mentions(&manifest, &mut findings);
        }
        let scene = self.scene(&manifest);
        let pages = self.pages(&scene);
        let inputs =
            Inputs { manifest: &manifest, sources: &sources, scene: &scene, today: self.today };
        let seen = look(&inputs, &pages, &mut findings);
        (seen, findings.sorted().into_iter().cloned().collect())
    }

    fn scene(&self, manifest: &Manifest) -> Scene {
        let asked = |label: &String| self.only.is_empty() || self.only.contains(label);
        let apps = manifest.apps.iter().filter(|(label, _)| asked(label));
        let settings = REGISTRY.iter().flat_map(|kind| kind.settings(manifest, &self.directory));
        let roster = apps.map(|(label, app)| (label.clone(), app.app_id.value)).collect();
        let (directory, apps_only) = (self.directory.clone(), !self.only.is_empty());
        Scene { roster, settings: settings.collect(), directory, apps_only }
    }

    /// The answers of the tenant to everything that is read.
    pub(crate) fn pages(&self, scene: &Scene) -> Pages {
        let mut pages = Pages::default();
        for query in REGISTRY.iter().flat_map(|kind| kind.reads(scene)) {
            let rows = self.answer(&query);
            pages.insert(query, rows.into_iter().collect());
        }
        pages
    }

    fn answer(&self, query: &Query) -> Vec<Value> {
        match self.answers.get(&query.path) {
            Some(Value::Array(rows)) => return rows.clone(),
            Some(object) => return vec![object.clone()],
            None => {}
        }
        if query.path == "/policies/authorizationPolicy" {
            let list = json!({ "permissionGrantPoliciesAssigned": self.policies });
            return vec![
                json!({ "id": "authorizationPolicy", "defaultUserRolePermissions": list }),
            ];
        }
        if query.path.contains("$count=true") {
            return vec![json!({ "@odata.count": self.grants.len() })];
        }
        if let Some(rest) = query.path.strip_prefix("/servicePrincipals/") {
            let (id, list) = rest.split_once('/').unwrap();
            let end = match list {
                "appRoleAssignments?$top=999" => "principalId",
                "appRoleAssignedTo?$top=999" => "resourceId",
                other => panic!("{other}"),
            };
            return self.assignments.iter().filter(|row| row[end] == id).cloned().collect();
        }
        assert!(query.path.starts_with("/oauth2PermissionGrants?"), "{}", query.path);
        let asked =
            |row: &&Value| query.path.contains(row["clientId"].as_str().unwrap_or_default());
        self.grants.iter().filter(asked).cloned().collect()
    }

    /// The changes of all kinds, each kind's linked, and the findings.
    pub(crate) fn changes(&self) -> (Vec<Change>, Vec<Finding>) {
        self.with_inputs(|inputs, pages, findings| {
            let names = Names::from_directory(&inputs.scene.directory);
            let each = REGISTRY.map(|kind| -> Vec<Change> {
                let pairs = kind.declared(*inputs, pages, findings);
                let pairs = pairs.compare(pages, inputs.scene, findings).unwrap().changed;
                pairs.iter().map(|pair| kind.change(pair, &names).unwrap()).collect()
            });
            let found = staying::beside(&each.concat(), inputs, pages);
            let staying = Staying { found: &found, names: &names };
            let mut changes = Vec::new();
            for (kind, mut some) in REGISTRY.iter().zip(each) {
                kind.link(&mut some, staying);
                changes.extend(some);
            }
            REGISTRY.iter().for_each(|kind| kind.interlock(&mut changes, staying));
            changes
        })
    }

    /// The changes, where nothing is wrong.
    pub(crate) fn clean(&self) -> Vec<Change> {
        let (changes, findings) = self.changes();
        assert!(findings.is_empty(), "{findings:#?}");
        changes
    }

    /// What would be sent, as text.
    pub(crate) fn requests(&self) -> Vec<String> {
        let changes = self.clean();
        requests(&changes).iter().map(ToString::to_string).collect()
    }

    /// `code line: title / help` of each finding.
    pub(crate) fn findings(&self) -> Vec<String> {
        let sources = Sources::one("consent.toml", &self.manifest);
        let tell = |finding: &Finding| {
            let line = finding.place.as_ref().map_or(0, |place| sources.position(place).0);
            let help = finding.help.as_deref().unwrap_or_default();
            format!("{} {line}: {} / {help}", finding.code, finding.title)
        };
        self.changes().1.iter().map(tell).collect()
    }
}

pub(crate) fn requests(changes: &[Change]) -> Vec<&Request> {
    changes.iter().flat_map(|change| &change.steps).map(|step| &step.request).collect()
}

fn directory() -> Directory {
    let mut directory = Directory::default();
    for sp in [graph(), orders(), client(EXPLORER, "de8bc8b5-d9f9-48b1-a8ad-b748da725064")] {
        directory.service_principals.insert(sp.app_id, sp);
    }
    let sign = client(SIGN, "5161acce-0000-4000-8000-000000000002");
    directory.service_principals.insert(sign.app_id, sign);
    for name in PEOPLE {
        let id = person(name);
        let user = User {
            id,
            user_principal_name: Untrusted::new(upn(name)),
            guest: name == "dave",
            enabled: name != "erin",
        };
        directory.users.insert(id, user);
        directory.user_names.insert(upn(name), Lookup::One(id));
    }
    let members: Option<Vec<_>> = Some(PEOPLE[..5].iter().map(|name| person(name)).collect());
    let (id, name) = (object(GROUP), Untrusted::new("GX"));
    let group = Group { id, name, direct: members.clone(), members };
    directory.groups.insert(group.id, group);
    directory.group_names.insert("GX".to_owned(), Lookup::One(object(GROUP)));
    directory
}

pub(crate) fn client(id: u128, app_id: &str) -> ServicePrincipal {
    ServicePrincipal {
        id: object(id),
        app_id: app_id.parse().unwrap(),
        name: Untrusted::new("Graph Explorer"),
        publisher_tenant: None,
        account_enabled: true,
        assignment_required: false,
        verified_publisher: None,
        scopes: Vec::new(),
        roles: Vec::new(),
    }
}

/// The scope's id in these tests: its number among those of its resource.
pub(crate) fn scope(number: u128, value: &str) -> PublishedScope {
    PublishedScope {
        id: PermissionId::from_u128(number),
        value: value.to_owned(),
        admin_only: value.ends_with(".All"),
        enabled: true,
    }
}

pub(crate) const GRAPH_SCOPES: [&str; 8] = [
    "User.Read",
    "Mail.Read",
    "Calendars.Read",
    "Files.Read.All",
    "offline_access",
    "openid",
    "Tasks.ReadWrite",
    "Mail.ReadWrite",
];

/// An app role; its id is its number.
pub(crate) fn role(number: u128, value: &str, holder: &str, enabled: bool) -> PublishedRole {
    PublishedRole {
        id: PermissionId::from_u128(number),
        value: value.to_owned(),
        for_applications: holder == "app",
        for_users: holder == "person",
        enabled,
    }
}

pub(crate) fn graph() -> ServicePrincipal {
    let scopes = GRAPH_SCOPES.iter().zip(1..).map(|(value, number)| scope(number, value));
    ServicePrincipal {
        name: Untrusted::new("Microsoft Graph"),
        scopes: scopes.collect(),
        roles: vec![
            role(71, "User.Read.All", "app", true),
            role(72, "Mail.Read", "app", true),
            role(73, "Old.Read.All", "app", false),
        ],
        ..client(GRAPH, "00000003-0000-0000-c000-000000000000")
    }
}

fn orders() -> ServicePrincipal {
    ServicePrincipal {
        name: Untrusted::new("Orders"),
        scopes: vec![scope(1, "orders.read"), scope(2, "orders.write")],
        roles: vec![
            role(99, "Orders.Admin", "app", true),
            role(98, "Approver", "person", true),
            role(97, "Reader", "person", true),
            role(96, "Clerk", "person", false),
        ],
        ..client(ORDERS, ORDERS_APP)
    }
}

/// Replaces what the tenant knows of Microsoft Graph.
pub(crate) fn set_graph(world: &mut World, change: impl FnOnce(&mut ServicePrincipal)) {
    let mut all = world.directory.service_principals.values_mut();
    change(all.find(|app| app.id == object(GRAPH)).unwrap());
}

/// What a kind says of an answer that is not as documented.
pub(crate) fn odd_answer(world: &World) -> Option<String> {
    let odd = |inputs: &Inputs, pages: &Pages| {
        let odd = |kind: &&dyn AnyKind| kind.found(pages, inputs.scene, &mut |_, _, _| {}).err();
        REGISTRY.iter().find_map(odd).map(|error| error.to_string())
    };
    world.with_inputs(|inputs, pages, _| odd(inputs, pages)).0
}
