//! Generated tenants and manifests, and what each manifest asks of its tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

/// Name in the seed, label in the manifest, app id, object id. The last one is in no manifest.
const CLIENTS: [(&str, &str, &str, &str); 4] = [
    (
        "Orders UI",
        "ui",
        "5e000000-0000-4000-8000-0000000000c3",
        "c1000000-0000-4000-8000-000000000003",
    ),
    (
        "Acme Sign",
        "sign",
        "5e000000-0000-4000-8000-0000000000c2",
        "c1000000-0000-4000-8000-000000000002",
    ),
    (
        "Graph Explorer",
        "explorer",
        "de8bc8b5-d9f9-48b1-a8ad-b748da725064",
        "c1000000-0000-4000-8000-000000000001",
    ),
    (
        "Totally Fine App",
        "",
        "5e000000-0000-4000-8000-0000000000c9",
        "c1000000-0000-4000-8000-000000000009",
    ),
];
/// Clients that a manifest may have.
pub const MANAGED: usize = 3;

/// Name in the seed, name in the manifest, object id, what it publishes.
const RESOURCES: [(&str, &str, &str, [&str; 4]); 2] = [
    (
        "Microsoft Graph",
        "Microsoft Graph",
        "9a000000-0000-4000-8000-000000000001",
        ["User.Read", "Mail.Read", "Tasks.ReadWrite", "offline_access"],
    ),
    (
        "Orders API",
        "orders",
        "9a000000-0000-4000-8000-000000000003",
        ["orders.read", "orders.write", "orders.read", "orders.write"],
    ),
];

/// User principal names; the guest and the disabled user come last, and no manifest names them.
const USERS: [&str; 6] = [
    "alice@contoso.com",
    "bob@contoso.com",
    "carol@contoso.com",
    "frank@contoso.com",
    "dave_fabrikam.com#EXT#@contoso.onmicrosoft.com",
    "erin@contoso.com",
];
const USER_IDS: [u8; 6] = [1, 2, 3, 6, 4, 5];
const NAMED: usize = 4;

/// Groups and whom they stand for: members of members too, but no guests and nobody disabled.
const GROUPS: [(&str, &[usize]); 2] = [("GX", &[0, 1, 2]), ("GY", &[2])];

/// Client, resource, and the user if it is not for everybody.
pub type Key = (usize, usize, Option<usize>);

/// Who has what. Scopes are a set, however they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(pub BTreeMap<Key, BTreeSet<String>>);

#[derive(Debug, Clone)]
pub struct Case {
    existing: BTreeMap<Key, Text>,
    pub apps: Vec<Option<App>>,
}

/// A `scope` as the tenant holds it.
#[derive(Debug, Clone)]
struct Text {
    scopes: BTreeSet<String>,
    style: usize,
}

#[derive(Debug, Clone)]
pub struct App {
    pub exact: bool,
    grants: Vec<Declared>,
}

#[derive(Debug, Clone)]
struct Declared {
    resource: usize,
    whom: Whom,
    scopes: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum Whom {
    Everybody,
    Some { users: BTreeSet<usize>, groups: BTreeSet<usize> },
}

pub fn case() -> impl Strategy<Value = Case> {
    let key = (0..CLIENTS.len(), 0..RESOURCES.len(), option::of(0..USERS.len()));
    let existing = btree_map(key, (btree_set(0..5_usize, 1..4), 0..5_usize), 0..9);
    let apps = (app(), option::of(app()), option::of(app()));
    (existing, apps).prop_map(|(existing, (first, second, third))| Case {
        existing: existing
            .into_iter()
            .map(|(key, (numbers, style))| (key, Text { scopes: names(key.1, &numbers), style }))
            .collect(),
        apps: vec![Some(first), second, third],
    })
}

/// The fifth name is one that the resource published once.
fn names(resource: usize, numbers: &BTreeSet<usize>) -> BTreeSet<String> {
    let name = |at: &usize| RESOURCES[resource].3.get(*at).unwrap_or(&"Gone.Long.Ago");
    numbers.iter().map(|at| (*name(at)).to_owned()).collect()
}

fn app() -> impl Strategy<Value = App> {
    (any::<bool>(), vec(declared(), 0..4)).prop_map(|(exact, grants)| App { exact, grants })
}

fn declared() -> impl Strategy<Value = Declared> {
    let some = (btree_set(0..NAMED, 0..3), btree_set(0..GROUPS.len(), 0..2))
        .prop_filter("somebody", |(users, groups)| !users.is_empty() || !groups.is_empty())
        .prop_map(|(users, groups)| Whom::Some { users, groups });
    let whom = prop_oneof![1 => Just(Whom::Everybody), 2 => some];
    (0..RESOURCES.len(), whom, btree_set(0..4_usize, 1..4)).prop_map(|(resource, whom, numbers)| {
        Declared { resource, whom, scopes: names(resource, &numbers) }
    })
}

impl Text {
    fn written(&self) -> String {
        let mut names: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        match self.style {
            0 => names.join(" "),
            1 => format!(" {}", names.join(" ")),
            2 => names.join("  "),
            3 => {
                names.reverse();
                format!("{} ", names.join(" "))
            }
            _ => format!("{} {}", names.join(" "), names[0]),
        }
    }
}

impl Case {
    pub fn seed(&self) -> String {
        let mut text = String::new();
        for ((client, resource, user), scope) in &self.existing {
            let (client, resource) = (CLIENTS[*client].0, RESOURCES[*resource].0);
            write!(text, "[[grant]]\nclient = \"{client}\"\nresource = \"{resource}\"\n").unwrap();
            if let Some(user) = user {
                writeln!(text, "user = \"{}\"", USERS[*user]).unwrap();
            }
            writeln!(text, "scope = \"{}\"", scope.written()).unwrap();
        }
        text
    }

    pub fn manifest(&self) -> String {
        let mut text = "[resource.orders]\napp_id = \"5e000000-0000-4000-8000-000000000003\"\n\
                        [limits]\nrevoke = 1000\nrevoke_percent = 100\n"
            .to_owned();
        for (app, (_, label, app_id, _)) in self.apps.iter().zip(CLIENTS) {
            let Some(App { exact, grants }) = app else { continue };
            let mode = if *exact { "exact" } else { "additive" };
            write!(text, "[app.{label}]\napp_id = \"{app_id}\"\nmode = \"{mode}\"\n").unwrap();
            if *exact && grants.is_empty() {
                text.push_str("grants = \"none\"\n");
            }
            for grant in grants {
                grant.write(label, &mut text);
            }
        }
        text
    }

    pub fn before(&self) -> State {
        State(self.existing.iter().map(|(key, text)| (*key, text.scopes.clone())).collect())
    }

    /// What the manifest asks of this tenant.
    pub fn expected(&self) -> State {
        let mut after = self.before().0;
        for (client, app) in self.apps.iter().enumerate() {
            let Some(App { exact, grants }) = app else { continue };
            if *exact {
                after.retain(|key, _| key.0 != client);
            }
            for Declared { resource, whom, scopes } in grants {
                for user in whom.principals() {
                    let key = (client, *resource, user);
                    after.entry(key).or_default().extend(scopes.iter().cloned());
                }
            }
        }
        State(after)
    }

    /// The same manifest on a tenant that has already what it asks, in this spelling.
    pub fn settled(&self, style: usize) -> Self {
        let text = |scopes| Text { scopes, style };
        let existing = self.expected().0.into_iter().map(|(key, all)| (key, text(all))).collect();
        Self { existing, apps: self.apps.clone() }
    }

    /// What no run may do, however it ends: an app outside the manifest keeps what it had, and an
    /// additive one loses nothing.
    pub fn check_untouched(&self, now: &State) -> Result<(), String> {
        for ((client, resource, user), scopes) in &self.before().0 {
            let found = now.0.get(&(*client, *resource, *user));
            let app = self.apps.get(*client).and_then(Option::as_ref);
            let kept = match app {
                None => found == Some(scopes),
                Some(app) if !app.exact => found.is_some_and(|found| scopes.is_subset(found)),
                Some(_) => true,
            };
            if !kept {
                return Err(format!("{} lost {scopes:?}, and has {found:?}", CLIENTS[*client].0));
            }
        }
        Ok(())
    }

    /// Whether a row of the tenant is of an app in the manifest.
    pub fn manages(&self, row: &Value) -> bool {
        let apps = self.apps.iter().zip(CLIENTS).filter(|(app, _)| app.is_some());
        apps.into_iter().any(|(_, client)| row["clientId"] == client.3)
    }
}

impl Whom {
    fn principals(&self) -> BTreeSet<Option<usize>> {
        match self {
            Self::Everybody => BTreeSet::from([None]),
            Self::Some { users, groups } => {
                let members = groups.iter().flat_map(|group| GROUPS[*group].1);
                users.iter().chain(members).copied().map(Some).collect()
            }
        }
    }
}

impl Declared {
    fn write(&self, app: &str, text: &mut String) {
        let Self { resource, whom, scopes } = self;
        let quoted = |all: Vec<&str>| format!("{all:?}");
        let whom = match whom {
            Whom::Everybody => "\"all-users\"".to_owned(),
            Whom::Some { users, groups } => {
                let users = quoted(users.iter().map(|user| USERS[*user]).collect());
                let groups = quoted(groups.iter().map(|group| GROUPS[*group].0).collect());
                let mut parts = Vec::new();
                if users != "[]" {
                    parts.push(format!("users = {users}"));
                }
                if groups != "[]" {
                    parts.push(format!("groups = {groups}"));
                }
                format!("{{ {} }}", parts.join(", "))
            }
        };
        let scopes = quoted(scopes.iter().map(String::as_str).collect());
        let resource = RESOURCES[*resource].1;
        write!(
            text,
            "[[grant]]\napp = \"{app}\"\nresource = \"{resource}\"\nscopes = {scopes}\nfor = {whom}\n"
        )
        .unwrap();
    }
}

impl State {
    /// From the tenant's own rows. A row that is none of the case's is a fault.
    pub fn read(rows: &[Value]) -> Self {
        let at = |place: Option<usize>, row: &Value| place.unwrap_or_else(|| panic!("{row}"));
        let one = |row: &Value| {
            let id = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let client = CLIENTS.iter().position(|client| client.3 == id("clientId"));
            let resource = RESOURCES.iter().position(|resource| resource.2 == id("resourceId"));
            let user = (row["consentType"] == "Principal").then(|| {
                let fits = |n: &u8| id("principalId") == format!("0a000000-0000-4000-8000-{n:012}");
                at(USER_IDS.iter().position(fits), row)
            });
            let scopes = id("scope").split_whitespace().map(str::to_owned).collect();
            ((at(client, row), at(resource, row), user), scopes)
        };
        Self(rows.iter().map(one).collect())
    }

    /// In how many objects two states differ.
    pub fn differences(&self, other: &Self) -> usize {
        let keys: BTreeSet<&Key> = self.0.keys().chain(other.0.keys()).collect();
        keys.into_iter().filter(|key| self.0.get(key) != other.0.get(key)).count()
    }
}
